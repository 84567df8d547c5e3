"""Where mathematics is in a document."""
