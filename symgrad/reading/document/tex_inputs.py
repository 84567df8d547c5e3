"""A TeX document with the files that it inputs, as one text: only files inside of the document's folder are opened."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field

from symgrad.reading.document.opened import Opened
from symgrad.text.diagnostic import Diagnostic
from symgrad.text.files import MAX_BYTES, load_source
from symgrad.text.source import Source, Span, joined

MAX_FILES = 200
MAX_DEPTH = 20

_CALL = re.compile(
    r"\\[\\%]"
    r"|%[^\n]*"
    r"|\\begin\{(?P<verbatim>verbatim\*?|Verbatim|lstlisting|minted|comment)\}.*?(?:\\end\{(?P=verbatim)\}|\Z)"
    r"|\\(?:input|include|subfile)(?![A-Za-z])[ \t]*(?:\{(?P<name>[^{}\n]*)\}|(?P<bare>[^\s{}\\%]+))"
    r"|\\(?:sub)?import\{(?P<folder>[^{}\n]*)\}\{(?P<file>[^{}\n]*)\}"
    r"|\\usepackage[ \t]*(?:\[[^\]]*\])?\{(?P<packages>[^{}]*)\}",
    re.DOTALL,
)
_BODY = re.compile(r"\\begin\{document\}(?P<body>.*?)(?:\\end\{document\}|\Z)", re.DOTALL)


def with_inputs(source: Source) -> Opened:
    """The document with the text of each file in the place of the ``\\input`` that names it.

    A package that lies in the folder, such as one with the author's macros, is read like an input.
    """
    beside = os.path.dirname(source.path)
    inputs = _Inputs(os.path.realpath(beside or "."), beside)
    inputs.add(source, 0, len(source.text), (os.path.realpath(source.path),))
    if inputs.files == 0:
        return Opened(source, tuple(inputs.problems(source)))
    whole = joined(source.path, inputs.parts)
    return Opened(whole, tuple(inputs.problems(whole)))


@dataclass(slots=True)
class _Inputs:
    """The parts found so far, and what was not opened."""

    folder: str
    shown: str
    """The folder as the path of the document names it."""
    parts: list[tuple[Source, int, str]] = field(default_factory=list)
    size: int = 0
    files: int = 0
    refused: list[tuple[int, int, str]] = field(default_factory=list)
    """Calls that are not followed, by their offsets in the whole text, and why."""

    def add(self, source: Source, start: int, end: int, opened: tuple[str, ...]) -> None:
        """Add a stretch of a file and, in their places, the files that it inputs. ``opened``: those that it is in."""
        at = start
        for call in _CALL.finditer(source.text, start, end):
            for name, suffixes in _named(call):
                found = self.find(name, suffixes, os.path.dirname(opened[-1]))
                if found is None and call["packages"] is not None:
                    continue  # a package of TeX itself
                self.take(source, at, call.start())
                at = call.start()
                why = self.follow(found, opened)
                if why:
                    self.refused.append((self.size, self.size + len(call.group()), f"`{call.group()}`: {why}"))
                elif call["packages"] is None:
                    at = call.end()
        self.take(source, at, end)

    def take(self, source: Source, start: int, end: int) -> None:
        if start < end:
            self.parts.append((source, start, source.text[start:end]))
            self.size += end - start

    def find(self, name: str, suffixes: tuple[str, ...], beside: str) -> str | None:
        """The file of a name, looked for in the folder of the document and beside the file that names it.

        A path out of the folder, also through a symbolic link, is returned unseen.
        """
        outside = None
        for folder in (self.folder, beside):
            for suffix in suffixes:
                try:
                    path = os.path.realpath(os.path.join(folder, name + suffix))
                except ValueError:  # a character that no path has
                    return None
                if not self.is_inside(path):
                    outside = path
                elif os.path.isfile(path):
                    return path
        return outside

    def is_inside(self, path: str) -> bool:
        return path.startswith(self.folder.rstrip(os.sep) + os.sep)

    def follow(self, path: str | None, opened: tuple[str, ...]) -> str:
        """Add a file; returns why it is not added, or nothing."""
        if path is None:
            return "there is no such file"
        if not self.is_inside(path):
            return "it is not in the folder of the document"
        if path in opened:
            return "the file inputs itself"
        if self.files >= MAX_FILES or len(opened) > MAX_DEPTH:
            return f"more than {MAX_FILES} files, or {MAX_DEPTH} inside of each other"
        self.files += 1
        try:
            if self.size + os.path.getsize(path) > MAX_BYTES:
                return f"the files together have more than {MAX_BYTES} bytes"
            source = load_source(path, os.path.join(self.shown, os.path.relpath(path, self.folder)))
        except OSError as e:
            return f"it can't be opened ({(e.strerror or str(e)).lower()})"
        if isinstance(source, Diagnostic):
            return source.message
        body = _BODY.search(source.text)
        start, end = body.span("body") if body is not None else (0, len(source.text))
        self.add(source, start, end, (*opened, path))
        self.parts.append((source, end, "\n"))  # as TeX ends every line
        self.size += 1
        return ""

    def problems(self, whole: Source) -> list[Diagnostic]:
        remedy = "name a file in the folder of the document or below it"
        return [
            Diagnostic("SG005", f"not followed: {why}", Span(whole, start, end), remedy, "warning")
            for start, end, why in self.refused
        ]


def _named(call: re.Match[str]) -> list[tuple[str, tuple[str, ...]]]:
    """The names in a call, each with the endings under which its file is looked for."""
    if call["packages"] is not None:
        return [(name.strip(), (".sty",)) for name in call["packages"].split(",") if name.strip()]
    name = call["name"] or call["bare"]
    if call["file"] is not None:
        name = os.path.join(call["folder"].strip(), call["file"])
    return [(name.strip(), (".tex", ""))] if name else []
