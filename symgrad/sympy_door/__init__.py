"""Expressions from SymPy and to SymPy."""
