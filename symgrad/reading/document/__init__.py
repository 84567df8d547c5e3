"""Finding the mathematics in a document."""
