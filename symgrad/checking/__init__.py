"""Verdicts: sizes and points, the refutation with its witness, repairs, and one verdict per step."""
