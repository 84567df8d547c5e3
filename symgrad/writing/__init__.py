"""Expressions as LaTeX, in index form and in matrix form."""
