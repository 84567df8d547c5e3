"""Reports for people and programs: one module per format, and the table of formats."""
