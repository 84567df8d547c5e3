"""From trees to expressions: names resolved, implied sums inserted, shapes checked, claims made."""
