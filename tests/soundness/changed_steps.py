"""Changed steps of ``derivations/`` and the corpus in blocks: single errors, and rewrites that keep the meaning.

A block is the next few changes of one document, in an order that the seed shuffles. Blocks go round the documents, so
that the first thousand changes are already of all of them.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.soundness.equivalent import changed_side, verdict
from tests.soundness.mutants import Judge, Mutant, Ruling, Side, judge_of
from tests.soundness.rewrites import pairs_of, rewrites_of

TESTS = Path(__file__).parents[1]
DOCUMENTS = [
    *sorted((TESTS.parent / "derivations").glob("*.md")),
    *sorted(path for path in (TESTS / "corpus").iterdir() if path.suffix in (".md", ".tex")),
]
BLOCK = 50
"""Changes in a block."""
Change = tuple[Side, Mutant]


def errors(judge: Judge) -> Iterator[Change]:
    """Every single error. A character dropped is seldom more than unreadable, and stands behind the others."""
    return ((side, mutant) for side in judge.sides for mutant in judge.mutants(side))


def rewrites(judge: Judge) -> Iterator[Change]:
    """Every rewrite of a side, and some pairs of them."""
    rng = random.Random(judge.path)
    for side in judge.sides:
        found = list(rewrites_of(judge.text, side))
        singly = {changed_side(judge, side, rewrite): rewrite for rewrite in found}
        doubly = {changed_side(judge, side, pair): pair for pair in pairs_of(found, judge.text, rng)}
        yield from ((side, rewrite) for rewrite in (singly | doubly).values())


def ruled(judge: Judge, changes: Sequence[Change]) -> list[list[Ruling]]:
    """The rulings on changes: those of one display are read at once where that is possible."""
    together: dict[int, list[int]] = {}
    for n, (side, _) in enumerate(changes):
        together.setdefault(side.display if judge.repeats(side.display) else -n - 1, []).append(n)
    found = {}
    for numbers in together.values():
        found.update(zip(numbers, judge.rule_all([changes[n] for n in numbers]), strict=True))
    return [found[n] for n in range(len(changes))]


def least(judge: Judge, change: Change, rulings: list[Ruling]) -> str:
    """The least of the verdicts on what a rewrite left."""
    order = ("refuted", "unreadable", "agrees", "proved")
    return next((word for word in order if any(r.verdict == word for r in rulings)), "definition")


Ask = tuple[Callable[[Judge], Iterator[Change]], Callable[[Judge, Change, list[Ruling]], str], frozenset[str]]
KINDS: dict[str, Ask] = {
    "errors": (errors, lambda j, change, found: verdict(j, *change, found), frozenset({"proved", "agrees"})),
    "rewrites": (rewrites, least, frozenset({"refuted", "unreadable"})),
}
"""The changes, what is said of one, and the words that are wrong of it."""


def block(kind: str, number: int, seed: int) -> dict[str, Any]:
    """One block: verdicts by operator, a digest of the changes, and each that was judged wrongly."""
    changes, said, bad = KINDS[kind]
    path = DOCUMENTS[number % len(DOCUMENTS)]
    judge = judge_of(path)
    found = list(changes(judge))
    random.Random(f"{path.name} {seed}").shuffle(found)
    found.sort(key=lambda change: change[1].operator == "character dropped")
    at = number // len(DOCUMENTS) * BLOCK
    table: Counter[str] = Counter()
    digest = hashlib.sha256(judge.text.encode())
    wrong = []
    chosen = found[at : at + BLOCK]
    rulings = ruled(judge, chosen) if kind == "rewrites" else [judge.rule(*change) for change in chosen]
    for change, rulings_of_it in zip(chosen, rulings, strict=True):
        side, mutant = change
        new = changed_side(judge, side, mutant)
        digest.update(f"{side.line} {new}".encode())
        word = said(judge, change, rulings_of_it)
        table[f"{mutant.operator} | {word}"] += 1
        if word in bad:
            wrong.append({"line": side.line, "operator": mutant.operator, "verdict": word, "side": new})
    return {
        "kind": kind,
        "document": path.name,
        "seed": seed,
        "block": number,
        "steps": table.total(),
        "digest": digest.hexdigest(),
        "table": dict(sorted(table.items())),
        "wrong": wrong,
    }


def confusion(blocks: list[dict[str, Any]]) -> str:
    """A row for each operator, and their sum."""
    rows: dict[str, Counter[str]] = {}
    total: Counter[str] = Counter()
    for one in blocks:
        for key, count in one["table"].items():
            operator, word = key.split(" | ")
            rows.setdefault(operator, Counter())[word] += count
            total[word] += count
    words = [w for w in ("refuted", "unreadable", "no error", "definition", "agrees", "proved") if total[w]]
    lines = ["| operator | " + " | ".join(words) + " |", "|---|" + "---:|" * len(words)]
    for operator, counts in (*sorted(rows.items()), ("all", total)):
        lines.append(f"| {operator} | " + " | ".join(str(counts[w]) for w in words) + " |")
    return "\n".join(lines)
