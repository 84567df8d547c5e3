"""Differentiation, and contraction of Kronecker deltas."""
