"""The cursor over tokens that all parts of the parser share, and the questions that it has about names."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Protocol

from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.scripts import error
from symgrad.reading.tree.syntax import Sym, SyntaxNode
from symgrad.text.source import Span

MAX_DEPTH = 120
MAX_TOKENS = 20_000

COMPARISONS = ("=", "\\neq", ">", "<", "\\in", "\\notin", "\\le", "\\ge")
OPEN = {"(": ")", "[": "]"}
OPEN_COMMANDS = {
    "\\{": "\\}",
    "\\lvert": "\\rvert",
    "\\lVert": "\\rVert",
    "\\Vert": "\\Vert",
    "\\langle": "\\rangle",
    "\\lbrack": "\\rbrack",
}
KINDS = {"\\{": "{", "\\lvert": "|", "\\lVert": "||", "\\Vert": "||", "\\langle": "<", "\\lbrack": "["}


class NamesInForce(Protocol):
    """What the parser must know of the names in force."""

    def is_function(self, key: str) -> bool:
        """A function that may be written without parentheses and is not shadowed by a declaration."""

    def has_arguments(self, sym: Sym) -> bool:
        """A name that is declared or defined with arguments."""

    def is_differentiated(self, sym: Sym) -> bool:
        """A name with arguments, or a function of matrices, behind the ``D`` of a derivative along a direction."""

    def is_argument(self, sym: Sym, letter: str) -> bool:
        """A letter that a function may be given a value for: an argument of its definition, any of an abstract one."""

    def is_call(self, sym: Sym) -> bool:
        """A name that takes arguments when a bracket follows it."""

    def is_word(self, letters: str) -> bool:
        """A run of letters that is one name."""

    def is_value(self, key: str) -> bool:
        """A name that stands for a number or an array."""

    def is_said(self, key: str) -> bool:
        """A name that the document declares or defines; not one whose meaning is inferred from its use."""

    def has_random(self) -> bool:
        """True if the document has random quantities, so that ``\\mathbb{E}[x]`` is a mean."""

    def transposes(self, letter: str) -> bool:
        """A small letter, or the prime, that transposes what it stands above."""

    def are_positions(self, above: Sequence[Token]) -> bool:
        """True if a superscript holds positions, ``S^{ij}``."""

    def is_known_value(self, sym: Sym) -> bool:
        """A name with these scripts that is declared or defined."""

    def takes_slots(self, sym: Sym) -> bool:
        """A name that stands for an array, or may: a number that is declared as such has no slots."""

    def is_table(self, sym: Sym) -> bool:
        """A name whose arguments in round brackets are the slots of an array, ``h(s, a)``."""

    def is_position(self, key: str) -> bool:
        """A letter that can be a position: it does not stand for a number or an array."""

    def is_known(self, sym: Sym) -> bool:
        """A name that is declared or defined with its scripts."""

    def square_of(self, sym: Sym) -> object:
        """The square of a name that has a meaning, where the name has none; else None."""

    def has_gradient(self, sym: Sym) -> bool:
        """A name with a ``d`` before it that stands for the gradient by it."""


class Cursor(ABC):
    """A place in a token list. ``head``: the tokens are a whole left side, which may define a name.

    ``ends``: the names that end a product that is the argument of a function, ``\\det A \\det B``.
    ``differentiating``: what is read stands behind the sign of a derivative, whose value a point belongs to.
    ``bound``: the letters that are positions at this place, for example those of the sums around it."""

    def __init__(self, tokens: Sequence[Token], vocabulary: NamesInForce, where: Span, head: bool = False) -> None:
        self.tokens = tokens
        self.head = head
        self.vocabulary = vocabulary
        self.where = where
        self.at = 0
        self.depth = 0
        self.bars = 0
        self.differentiating = False
        self.ends: frozenset[str] = frozenset()
        self.bound: frozenset[str] = frozenset()
        if len(tokens) > MAX_TOKENS:
            raise error("SG002", f"more than {MAX_TOKENS} symbols in one expression", where, "split it")

    def ended(self, ahead: int = 0) -> bool:
        """True before a function that ends the operand of the function that is being read."""
        t = self.peek(ahead)
        return t is not None and t.text in self.ends

    def differentiated(self, parse: Callable[[], SyntaxNode]) -> SyntaxNode:
        """The operand of a derivative that is written in front of it."""
        outer, self.differentiating = self.differentiating, True
        node = parse()
        self.differentiating = outer
        return node

    def peek(self, ahead: int = 0) -> Token | None:
        k = self.at + ahead
        return self.tokens[k] if k < len(self.tokens) else None

    def here(self) -> Span:
        t = self.peek()
        if t is not None:
            return t.span
        return self.tokens[-1].span if self.tokens else self.where

    def is_symbol(self, *texts: str) -> bool:
        t = self.peek()
        return t is not None and t.kind == "symbol" and t.text in texts

    def is_command(self, *texts: str) -> bool:
        t = self.peek()
        return t is not None and t.kind == "command" and t.text in texts

    def enter(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise error("SG002", "nested too deeply to be read", self.here(), f"nest at most {MAX_DEPTH} levels")

    def starts_factor(self, t: Token) -> bool:
        if t.kind in ("letter", "word", "number", "open", "begin"):
            return True
        if t.kind == "command":
            if t.text == "\\Vert":
                return self.bars == 0
            return t.text not in self.STOP_COMMANDS
        if t.kind == "symbol":
            return t.text in "([" or (t.text == "|" and self.bars == 0)
        return t.kind == "sub" or t.kind == "sup"

    STOP_COMMANDS = frozenset(
        ("\\}", "\\rvert", "\\rVert", "\\rangle", "\\rbrack", "\\odot", "\\circ", "\\mid", "\\pm", "\\mp")
    )

    # --- methods that one part has and others call ----------------------------------------------

    @abstractmethod
    def terms(self) -> SyntaxNode:
        """Terms with their signs."""

    @abstractmethod
    def factor(self) -> SyntaxNode:
        """One factor with its scripts."""

    @abstractmethod
    def signed_product(self) -> SyntaxNode:
        """The operand of a sum, a derivative or a function without parentheses: a product, with an optional sign."""

    @abstractmethod
    def scripted(self, node: SyntaxNode) -> SyntaxNode:
        """The node with the scripts behind it."""

    @abstractmethod
    def sub_parse(self, tokens: Sequence[Token], where: Span) -> SyntaxNode:
        """A part of the tokens as an expression of its own."""

    @abstractmethod
    def limits(self) -> tuple[tuple[Token, ...], tuple[Token, ...]]:
        """The limits below and above a sum sign."""
