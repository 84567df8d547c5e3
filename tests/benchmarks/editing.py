"""How long an editor waits after an edit in a document of 110 steps: of its prose, of a step, of a definition.

    python -m tests.benchmarks.editing

Each edit is made to the document as it was checked before, at a place of its own, and checked with what is remembered
of the document. Prints medians over the edits of a kind, in processor and in wall time, and those of a check from
nothing. With ``--fresh``, compares each report with that of a fresh check, byte for byte.
"""

from __future__ import annotations

import gc
import re
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from symgrad.checking.documents import check_text as fresh
from symgrad.checking.rulings import RecentRulings
from symgrad.checking.verdict import Report
from symgrad.language_server.checked_document import check_text
from symgrad.report.json_format import check as as_json

ROOT = Path(__file__).parents[2]
EDITS = 9
"""The edits of each kind."""

WORD = re.compile(r"(?<=[a-z] )(?:the|a|of|and)(?= [a-z]+ [a-z])")
RIGHT_SIDE = re.compile(r"^&= (?=\S)", re.MULTILINE)
DEFINITION = re.compile(r"^(?:\\hat y_a|J|x|y_a|z|L|h|p_i|s_j) = (?=\S)", re.MULTILINE)


def document() -> str:
    """The write-up of softmax and cross-entropy, twice, with headings and a letter of their own."""
    part = (ROOT / "derivations" / "softmax_cross_entropy.md").read_text(encoding="utf-8")
    return part + part.replace("# Softmax", "# Again softmax").replace("\\kappa", "\\mu")


def edits(text: str, where: re.Pattern[str], written: str) -> Iterator[str]:
    """The document with something written at one of the places, which are spread evenly over it."""
    places = [m.end() for m in where.finditer(text)]
    for at in places[:: max(1, len(places) // EDITS)][:EDITS]:
        yield text[:at] + written + text[at:]


def seconds(text: str, rulings: RecentRulings) -> tuple[float, float]:
    """Processor and wall seconds until the editor is told of a document."""
    wall, work = time.perf_counter(), time.process_time()
    check_text("notes.md", text, "", rulings)
    return time.process_time() - work, time.perf_counter() - wall


def main() -> None:
    gc.set_threshold(200_000, 50, 50)  # as in the language server
    text, rulings = document(), RecentRulings()
    first = seconds(text, rulings)
    steps = len(fresh(text, "notes.md").steps)
    print(f"{steps} steps; checked for the first time in {1000 * first[0]:.0f} ms ({1000 * first[1]:.0f} ms wall)")
    for kind, where, written in (
        ("prose", WORD, " very"),
        ("step", RIGHT_SIDE, "1 "),
        ("definition", DEFINITION, "1 "),
    ):
        found = [(edited, seconds(edited, rulings)) for edited in edits(text, where, written)]
        work, wall = (1000 * statistics.median(times) for times in zip(*(taken for _, taken in found), strict=True))
        print(f"{kind:12} {work:6.0f} ms ({wall:.0f} ms wall), median of {len(found)}")
        for edited, _ in found if "--fresh" in sys.argv else ():
            told = check_text("notes.md", edited, "", rulings).report
            assert as_json(Report((told,))) == as_json(Report((fresh(edited, "notes.md"),))), kind


if __name__ == "__main__":
    main()
