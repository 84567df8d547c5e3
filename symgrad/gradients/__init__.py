"""Gradients in the form an author would write: index form, matrix form, and the derivation written out."""
