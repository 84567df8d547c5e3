"""What the engines find out about a claim, and a memory of it: an unchanged claim is not worked twice.

A `RulingStore` maps the digest of a claim to the ruling on it, as text. A dictionary does for the time of one process;
a cache on disk keeps rulings between runs.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from symgrad.checking.claim_digest import Definitions, claim_digest
from symgrad.checking.refute import Evaluation
from symgrad.checking.verdict import Witness
from symgrad.core.claims import Claim

HASTE = 1.0
"""Seconds of work up to which it is certain that no clock has ended it: what the clock decides is not remembered."""

KEPT_RULINGS = 20_000
"""The most rulings that are kept while documents are edited."""


class RulingStore(Protocol):
    """Where rulings are kept, as text by digest. A dictionary is one."""

    def get(self, key: str, /) -> str | None: ...

    def __setitem__(self, key: str, value: str, /) -> None: ...


class RecentRulings(dict[str, str]):
    """A store for documents that are checked again and again while they are edited. It forgets the oldest half."""

    def __setitem__(self, key: str, value: str, /) -> None:
        if len(self) >= KEPT_RULINGS:
            for old in list(self)[: KEPT_RULINGS // 2]:
                del self[old]
        super().__setitem__(key, value)


@dataclass(frozen=True, slots=True)
class Grounds:
    """The assumptions and conditions of a proof as LaTeX, and the rules that it used."""

    assumptions: tuple[str, ...]
    conditions: tuple[str, ...]
    trace: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClaimRuling:
    """What both engines found out about a claim; for one that differs, the difference as LaTeX, and repairs.

    sides: how both sides were read, as LaTeX.
    """

    grounds: Grounds | None
    found: Evaluation
    difference: str | None = None
    repairs: tuple[str, ...] = ()
    sides: tuple[str, str] = ("", "")


class Remembered:
    """Rulings and yes-or-no answers about claims, each worked out once.

    The sizes that a document has given its names so far are part of the question; an answer may add to these ``sizes``.
    """

    def __init__(self, store: RulingStore | None, seed: int, sizes: dict[str, int]) -> None:
        self.store = store
        self.seed = seed
        self.sizes = sizes
        self.definitions: Definitions = {}
        self.hasty = True
        """False once an answer was not kept, because a clock may have decided it."""

    def ruling(self, claim: Claim, work: Callable[[], ClaimRuling]) -> ClaimRuling:
        """The ruling on a claim; ``work`` finds it out."""
        found = self._recalled("ruling", claim, lambda: _written(work()), lambda told: told["grounds"] is not None)
        return _read(found) if isinstance(found, dict) else work()

    def holds(self, claim: Claim, work: Callable[[], bool]) -> bool:
        """Whether a claim holds."""
        found = self._recalled("holds", claim, work, bool)
        return found if isinstance(found, bool) else work()

    def _recalled(self, kind: str, claim: Claim, work: Callable[[], Any], proved: Callable[[Any], bool]) -> Any:
        """The answer as JSON has it; None if nothing is remembered for want of a digest or a memory."""
        digest = claim_digest(claim, self.definitions) if self.store is not None else None
        if self.store is None or digest is None:
            return None
        asked = json.dumps([kind, digest, self.seed, list(self.sizes.items())])
        key = hashlib.sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()
        text = self.store.get(key)
        if text is not None:
            told = json.loads(text)
            self.sizes.update(told["sizes"])
            return told["answer"]
        start = time.process_time()
        answer = work()
        if proved(answer) or time.process_time() - start < HASTE:
            self.store[key] = json.dumps({"answer": answer, "sizes": self.sizes})
        else:
            self.hasty = False
        return answer


def _written(ruling: ClaimRuling) -> dict[str, Any]:
    return asdict(ruling)


def _read(told: Mapping[str, Any]) -> ClaimRuling:
    grounds, found = told["grounds"], told["found"]
    return ClaimRuling(
        None if grounds is None else Grounds(**{name: tuple(texts) for name, texts in grounds.items()}),
        Evaluation(**{**found, "witness": None if found["witness"] is None else _witness(found["witness"])}),
        told["difference"],
        tuple(told["repairs"]),
        (told["sides"][0], told["sides"][1]),
    )


def _witness(told: Mapping[str, Any]) -> Witness:
    shapes = told["shapes"]
    return Witness(**{**told, "shapes": None if shapes is None else tuple(map(tuple, shapes))})
