"""Functions as people write them, each with the document it belongs to and, where it is wrong, what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Hand:
    """wrong: the arguments whose gradients differ; named: words that the first cause holds."""

    function: Callable[..., Any]
    document: Path
    of: str | None
    maps: tuple[str, ...]
    wrong: tuple[str, ...]
    named: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.function.__name__


HANDS: list[Hand] = []


def _document(name: str) -> Path:
    own = HERE / "documents" / f"{name}.md"
    return own if own.exists() else ROOT / "derivations" / f"{name}.md"


def right(document: str, *maps: str, of: str | None = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A function whose cost and gradients are right."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        HANDS.append(Hand(function, _document(document), of, maps, (), ()))
        return function

    return register


def wrong(
    document: str, arguments: str, named: str, *maps: str, of: str | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A function whose gradients by some arguments are wrong. named: words, parted by ``|``, of the first cause."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        HANDS.append(Hand(function, _document(document), of, maps, tuple(arguments.split()), tuple(named.split("|"))))
        return function

    return register
