"""A language server: diagnostics, readings, repairs and names while a document is written."""
