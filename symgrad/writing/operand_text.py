"""Written expressions with their precedence, so that parentheses are written only where they are needed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OperandText(ABC):
    """An expression as text; ``level`` is the precedence of its outermost operation, higher ones bind more tightly."""

    text: str
    level: int

    @abstractmethod
    def in_parentheses(self) -> str:
        """The text in parentheses of its language."""

    def at(self, level: int) -> str:
        """The text as an operand of an operation that takes operands of this level or higher."""
        return self.text if self.level >= level else self.in_parentheses()

    def __str__(self) -> str:
        return self.text
