"""Tools for language models, over the Model Context Protocol: check a derivation, differentiate, export, explain."""
