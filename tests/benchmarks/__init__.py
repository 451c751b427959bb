"""Benchmarks: ``python -m tests.benchmarks``.  Each is a ratio of two costs measured in one run."""
