"""Costs that are built in SymPy: as documents, with their gradients, functions and proofs."""
