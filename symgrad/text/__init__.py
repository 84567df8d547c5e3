"""Source text, spans and diagnostics: the ground floor."""
