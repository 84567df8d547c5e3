"""From what is written to what it means: names, ranges, implied sums, shapes."""
