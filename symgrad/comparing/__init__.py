"""Hand-coded gradients compared with a derivation."""
