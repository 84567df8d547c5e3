"""Mutants that are no errors: the changed side means the same, or the changed claim is true all the same.

``rule`` knows the changes that the notation calls none; ``REVIEWED`` (from ``reviewed.json``) holds single cases,
each worked out by hand, under the document and the side as it reads after the change (white space closed up).
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.soundness.mutants import Mutant, Ruling


def close_up(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def rule(text: str, mutant: Mutant, ruling: Ruling) -> str | None:
    """Why the notation calls this change none; None if it does not."""
    step = ruling.step
    codes = {w.code for w in step.warnings} if step is not None else set()
    before = text[: mutant.start]
    if mutant.operator == "indices swapped" and re.search(r"\\delta_\{?$", before):
        return "a delta is symmetric"
    if mutant.operator == "transpose dropped" and "SG202" in codes:
        return "two columns in a row are their inner product, with the warning 'missing transpose'"
    if mutant.operator.startswith("transpose") and "SG201" in codes:
        return "a gradient may lie on its side, with the warning 'transposed layout'"
    if scales(mutant) and "0" in (plain(ruling.left), plain(ruling.right)):
        return "a multiple of 0 is 0"
    if re.search(r"\(c\+$", before) and mutant.operator == "sign" and "-m \\le j \\le m" in text:
        return "a window is symmetric"
    if mutant.operator == "character dropped" and text[mutant.start - 2 : mutant.end + 1] == "neq ":
        return "\\ne is \\neq"
    return None


def plain(side: str) -> str:
    """A side without a factor or a sign in front."""
    return re.sub(r"^(-|2 |\\frac\{1\}\{2\} )\s*", "", side.strip()).strip()


def scales(mutant: Mutant) -> bool:
    return mutant.operator in ("sign", "factor doubled", "factor halved")


REVIEWED: dict[tuple[str, str], str] = {
    (row["document"], row["side"]): row["reason"]
    for row in json.loads(Path(__file__).with_name("reviewed.json").read_text(encoding="utf-8"))
}
