"""Generated steps in blocks: each block has its seed, its counts and a digest of its documents."""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from symgrad.checking.documents import check_text
from tests.soundness.changes import ERRORS, REWRITES, changed
from tests.soundness.generated import GeneratedStep, Tree, Values, derived, latex, random_tree, tidy, value

BLOCK = 100
"""Steps in a block."""
POINTS = 8
LETTERS = ("k", "l")
EQUAL, DIFFERENT = 1e-10, 1e-6


def verdict_of_values(rng: random.Random, left: Tree, right: Tree) -> bool | None:
    """Whether both sides have the same values; None where that is too close to tell, or too large."""
    worst = 0.0
    for n in range(POINTS):
        size = 1 + n % 4
        given: Values = {"D": size}
        for name, axes in (("a", 0), ("b", 0), ("u", 1), ("v", 1), ("A", 2)):
            given[name] = _array(rng, size, axes)
        at = {i: rng.randrange(size) for i in LETTERS}
        try:
            x, y = value(left, given, at), value(right, given, at)
        except OverflowError:
            return None
        worst = max(worst, abs(x - y) / (1e-3 + abs(x) + abs(y)))
    return True if worst < EQUAL else False if worst > DIFFERENT else None


def _array(rng: random.Random, size: int, axes: int) -> Any:
    return [_array(rng, size, axes - 1) for _ in range(size)] if axes else rng.uniform(-1.5, 1.5)


def steps(seed: int) -> Iterator[GeneratedStep]:
    """Steps without end: rewritten expressions and derivatives, which are true, and either of them with an error."""
    rng = random.Random(seed)
    while True:
        tree = random_tree(rng, rng.choice((2, 3, 3, 4)), LETTERS)
        if tree[0] == "entry":
            continue  # `u_k = ...` would define it
        if rng.random() < 0.5:
            name, at = rng.choice((("u", ("k",)), ("v", ("k",)), ("a", ()), ("A", ("k", "l"))))
            wrt = latex(("entry", name, at))
            left = f"\\frac{{\\partial}}{{\\partial {wrt}}} \\left[ {latex(tree)} \\right]"
            truth = right = tidy(derived(tree, name, at))
            made_by = "derivative"
        else:
            made_by, rewrite = rng.choice(list(REWRITES.items()))
            found = changed(rng, tree, rewrite)
            if found is None:
                continue
            left, right, truth = latex(tree), found, tree
        meant = rng.random() < 0.5
        if not meant:
            made_by, error = rng.choice(list(ERRORS.items()))
            found = changed(rng, right, error)
            if found is None:
                continue
            right = found
        same = verdict_of_values(rng, truth, right)
        if same is meant and len(latex(right)) < 1500:  # an error that does not show at these points may be none
            yield GeneratedStep(left, latex(right), made_by, same)


def block(seed: int, count: int = BLOCK) -> dict[str, Any]:
    """One block of steps: verdicts by what is true and how the step was made, and every wrong verdict."""
    table: Counter[str] = Counter()
    wrong = []
    digest = hashlib.sha256()
    source = steps(seed)
    for _ in range(count):
        step = next(source)
        document = step.document()
        digest.update(document.encode())
        report = check_text(document)
        verdicts = [s.verdict for s in report.steps] or ["unreadable"]
        kind = "true" if step.true else "false"
        table[f"{kind} | {step.made_by} | {verdicts[-1]}"] += 1
        if verdicts[-1] in (("refuted",) if step.true else ("proved", "agrees")):
            wrong.append({"document": document, "true": step.true, "verdict": verdicts[-1]})
    counts = dict(sorted(table.items()))
    return {"seed": seed, "steps": count, "digest": digest.hexdigest(), "table": counts, "wrong": wrong}


def recorded(
    record: Path, names: Iterable[Any], name_of: Callable[[dict[str, Any]], Any], work: Callable[[Any], dict[str, Any]]
) -> list[dict[str, Any]]:
    """The blocks of these names; those that the record has are not done again, others are added to it one by one."""
    lines = record.read_text(encoding="utf-8").splitlines() if record.exists() else []
    done = {name_of(found): found for found in map(json.loads, lines)}
    found = []
    for name in names:
        if name not in done:
            done[name] = work(name)
            with record.open("a", encoding="utf-8") as file:
                file.write(json.dumps(done[name]) + "\n")
        found.append(done[name])
    return found


def run(record: Path, blocks: int, first: int = 0) -> list[dict[str, Any]]:
    """The blocks of generated steps with the seeds from ``first`` on."""
    return recorded(record, range(first, first + blocks), lambda found: found["seed"], block)


def summary(blocks: list[dict[str, Any]]) -> str:
    """The table of all blocks: a row for each way of making a step, true and false."""
    rows: dict[tuple[str, str], Counter[str]] = {}
    for one in blocks:
        for key, count in one["table"].items():
            kind, made_by, verdict = key.split(" | ")
            rows.setdefault((kind, made_by), Counter())[verdict] += count
    words = ("proved", "agrees", "refuted", "unreadable")
    lines = ["| steps | made by | " + " | ".join(words) + " |", "|---|---|" + "---:|" * len(words)]
    for kind in ("true", "false"):
        total: Counter[str] = Counter()
        for (k, made_by), counts in sorted(rows.items()):
            if k == kind:
                total += counts
                lines.append(f"| {kind} | {made_by} | " + " | ".join(str(counts[w]) for w in words) + " |")
        lines.append(f"| {kind} | all | " + " | ".join(str(total[w]) for w in words) + " |")
    return "\n".join(lines)
