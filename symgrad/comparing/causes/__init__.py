"""Likely causes of a gradient that differs: each guess is tried by evaluating it."""
