"""Confirmation: each finding becomes an experiment on the real layer, which proves or refutes it.

``plan`` turns a finding into a :class:`~lambdalint.confirm.request.Request` without running anything;
``driver`` has workers answer requests and remembers answers; ``worker`` is the only code that imports
Keras and runs the user's code; ``experiments`` holds one module per contract.
"""
