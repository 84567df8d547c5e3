"""Code held against a derivation: a cost and gradients written by hand, compared at random points."""
