"""Modules of gradient functions for a document's costs, one file per target."""
