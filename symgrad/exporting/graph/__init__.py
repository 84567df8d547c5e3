"""Arrays with positional axes: their kinds, the one form of each, and the rules under which nothing overflows."""
