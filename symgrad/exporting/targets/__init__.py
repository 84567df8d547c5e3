"""What modules compute with, one file a target, and the functions that are copied into them."""
