"""The checker broken on purpose, one guard or comparison at a time: ``python -m tests.mutation``."""
