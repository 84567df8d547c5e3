"""What a code means, read from its document; docs/how-to/add-a-diagnostic.md shows the form of such a document."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import cast

from symgrad.text.diagnostic import Severity

HEAD = re.compile(r"# (?P<code>SG[0-9]{3}): (?P<title>\S.*)\n\nSeverity: (?P<severity>error|warning|note)\n\n")
SECTION = re.compile(r"^## (Remedy|Wrong|Right)\n", re.MULTILINE)
SECTIONS = (["Remedy"], ["Remedy", "Wrong", "Right"])
EXAMPLE = re.compile(r"(?P<fence>`{3,})markdown\n(?P<text>(?:(?!(?P=fence)).*\n)+)(?P=fence)")


@dataclass(frozen=True, slots=True)
class Lesson:
    """``explanation`` and ``remedy`` are paragraphs of Markdown; ``wrong`` and ``right`` are documents, or empty."""

    code: str
    title: str
    severity: Severity
    explanation: str
    remedy: str
    wrong: str = ""
    right: str = ""


def parse(text: str, name: str) -> Lesson:
    """The lesson in a document of this name. A document of another form raises ``ValueError``."""
    head = HEAD.match(text)
    if head is None:
        raise ValueError(f"{name}: the first lines must be `# SG…: TITLE`, a blank one and `Severity: error`")
    if name != f"{head['code']}.md":
        raise ValueError(f"{name}: the title has the code {head['code']}")
    explanation, *rest = SECTION.split(text[head.end() :])
    if rest[::2] not in SECTIONS:
        raise ValueError(f"{name}: the sections must be Remedy, or Remedy, Wrong and Right in this order")
    remedy, *examples = rest[1::2]
    return Lesson(
        head["code"],
        head["title"],
        cast(Severity, head["severity"]),  # one of the three that HEAD admits
        _prose(explanation, f"{name}: the explanation"),
        _prose(remedy, f"{name}: the remedy"),
        *(_example(part, f"{name}: {title}") for title, part in zip(("Wrong", "Right"), examples, strict=False)),
    )


def _prose(text: str, where: str) -> str:
    """Paragraphs: neither a heading, a fenced block nor a list, for `symgrad explain` wraps their lines."""
    if not text.strip():
        raise ValueError(f"{where} is empty")
    if re.search(r"^(#|```|[-*+] |[0-9]+\. |[|>])", text, re.MULTILINE):
        raise ValueError(f"{where} must consist of paragraphs alone")
    return text.strip()


def _example(text: str, where: str) -> str:
    found = EXAMPLE.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{where} must hold one block ```markdown and nothing else")
    return found["text"]
