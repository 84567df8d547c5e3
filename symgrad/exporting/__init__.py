"""From a document's costs to a module of gradient functions, one file a target."""

from __future__ import annotations

from symgrad.exporting.costs import TARGETS, export_document

__all__ = ["TARGETS", "export_document"]
