"""A report on a document as text, and back: what a cache keeps. The classes that it may hold are listed."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from symgrad.checking.verdict import DocumentReport, Evidence, Step, Witness
from symgrad.text.diagnostic import Diagnostic
from symgrad.text.source import Source, Span, Stretch

CLASSES: dict[str, type[Any]] = {
    one.__name__: one for one in (DocumentReport, Step, Evidence, Witness, Diagnostic, Span, Source, Stretch)
}
PLAIN = (str, int, float, bool, type(None))


def as_text(report: DocumentReport) -> str:
    """Raises ``TypeError`` for a report with something in it that is of no listed class."""
    writer = _Writer()
    told = writer.told(report)
    return json.dumps([told, writer.sources])


def source_text(source: Source) -> str:
    """A source with all that it was put together from."""
    writer = _Writer()
    told = writer.told(source)
    return json.dumps([told, writer.sources])


def from_text(text: str) -> DocumentReport:
    """The report of ``as_text``. Other text raises ``ValueError``, ``KeyError``, ``TypeError`` or ``IndexError``."""
    told, sources = json.loads(text)
    found = _Reader(sources).read(told)
    if not isinstance(found, DocumentReport):
        raise TypeError("no report")
    return found


class _Writer:
    """Each source is written once: spans of one source stay spans of one source."""

    def __init__(self) -> None:
        self.sources: list[Any] = []
        self.numbers: dict[int, int] = {}

    def told(self, value: Any) -> Any:
        if isinstance(value, PLAIN):
            return value
        if isinstance(value, Source):
            if id(value) not in self.numbers:
                content = self.content(value)  # its stretches first: they name other sources
                self.numbers[id(value)] = len(self.sources)
                self.sources.append(content)
            return ["Source", self.numbers[id(value)]]
        if isinstance(value, (tuple, list)):
            return ["tuple" if isinstance(value, tuple) else "list", *map(self.told, value)]
        if isinstance(value, dict):
            return ["dict", *([key, self.told(one)] for key, one in value.items())]
        if type(value) not in CLASSES.values():
            raise TypeError(f"{type(value).__name__} is not kept")
        return [type(value).__name__, *self.content(value)]

    def content(self, value: Any) -> list[Any]:
        return [self.told(getattr(value, one.name)) for one in fields(value) if one.init]


class _Reader:
    def __init__(self, sources: list[Any]) -> None:
        self.sources: list[Source] = []
        for content in sources:
            self.sources.append(Source(*map(self.read, content)))

    def read(self, told: Any) -> Any:
        if isinstance(told, PLAIN):
            return told
        name, *content = told
        if name == "Source":
            return self.sources[content[0]]
        if name in ("tuple", "list"):
            values = [self.read(one) for one in content]
            return tuple(values) if name == "tuple" else values
        if name == "dict":
            return {key: self.read(one) for key, one in content}
        return CLASSES[name](*map(self.read, content))
