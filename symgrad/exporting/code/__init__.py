"""The text of a module: expressions, statements, functions, checks, and what libraries spell differently."""
