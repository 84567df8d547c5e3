"""Conversion of expressions from SymPy and to SymPy."""
