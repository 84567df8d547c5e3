"""Expressions: node kinds, ranges and indices, traversal, substitution, the table of functions, claims."""
