"""Pages to look at: the document as its author laid it out, with the verdict of each relation at its place."""
