"""Fuzzing: generated and mutated inputs through the engine; ``python -m tests.fuzz --help``."""
