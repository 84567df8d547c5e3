"""Diagnostics: codes with their lessons, and rendering with the author's own line underlined."""

from symgrad.diagnostics.codes import CODES, explain
from symgrad.diagnostics.lesson import Lesson
from symgrad.diagnostics.model import Diagnostic, NotationError, Severity, SymgradError
from symgrad.diagnostics.render import printable, render

__all__ = [
    "CODES",
    "Diagnostic",
    "Lesson",
    "NotationError",
    "Severity",
    "SymgradError",
    "explain",
    "printable",
    "render",
]
