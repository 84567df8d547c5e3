"""What is likely wrong with a gradient that differs: every guess is tried by evaluating it."""

from symgrad.compare.causes.search import Evidence, causes

__all__ = ["Evidence", "causes"]
