"""Gradients that symgrad derives by itself: index form, matrix form, and the derivation written out."""
