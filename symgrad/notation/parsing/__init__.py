"""A precedence parser for one side of a relation, driven by the declared names."""

from symgrad.notation.parsing.cursor import Vocabulary
from symgrad.notation.parsing.expressions import Parser

__all__ = ["Parser", "Vocabulary"]
