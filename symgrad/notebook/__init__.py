"""Cells of a notebook as derivations: ``%load_ext symgrad`` and ``%%symgrad``."""
