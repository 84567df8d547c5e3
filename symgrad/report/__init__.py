"""Reports for other eyes and programs: one module per format, and the table of formats."""
