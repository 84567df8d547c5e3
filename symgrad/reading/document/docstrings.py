"""The docstrings of a Python module, as one text. The module is parsed and never run."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator

from symgrad.reading.document.opened import Opened
from symgrad.text.diagnostic import Diagnostic
from symgrad.text.source import Source, Span, joined

MAX_MODULE = 1_000_000
"""Characters; parsing Python takes much longer than reading text."""

_LITERAL = re.compile(r"(?P<prefix>[rRuU]?)(?P<quote>\"\"\"|'''|\"|')(?P<text>.*)(?P=quote)", re.DOTALL)
_ESCAPE = re.compile(r"\\(?P<kept>[\\\"'])|\\\n")
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def docstrings(source: Source) -> Opened | Diagnostic:
    """The docstrings of a module in order, each a paragraph of its own."""
    if len(source.text) > MAX_MODULE:
        message = f"{source.path} has more than {MAX_MODULE} characters"
        return Diagnostic("SG002", message, Span(source, 0, 0), "split the module")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes, which Python says when the module is imported
            module = ast.parse(source.text)
    except SyntaxError as e:
        line = min(max(1, e.lineno or 1), source.text.count("\n") + 1)
        at = _offset(source, line, 0)
        return _no_module(source, str(e.msg), Span(source, at, at + len(source.line(line))))
    except (ValueError, MemoryError, RecursionError):
        return _no_module(source, "it nests too deeply, or holds characters that Python refuses", Span(source, 0, 0))
    parts: list[tuple[Source, int, str]] = []
    for literal in sorted(_literals(module), key=lambda node: (node.lineno, node.col_offset)):
        parts += _parts(source, literal)
    return Opened(joined(source.path, parts))


def _literals(module: ast.Module) -> Iterator[ast.Constant]:
    """The string literals that are docstrings."""
    for node in ast.walk(module):
        if isinstance(node, _DOCUMENTED):
            match node.body:
                case [ast.Expr(value=ast.Constant(value=str()) as literal), *_]:
                    yield literal


def _parts(source: Source, literal: ast.Constant) -> Iterator[tuple[Source, int, str]]:
    """The text of a docstring, cut at its escapes, and the blank lines behind it.

    Only backslashes, quotes and line breaks are unescaped: ``\\frac`` in a string that should have been a raw one is
    meant as it is written.
    """
    start = _offset(source, literal.lineno, literal.col_offset)
    end = _offset(source, literal.end_lineno or literal.lineno, literal.end_col_offset or literal.col_offset)
    written = _LITERAL.fullmatch(source.text, start, end)
    if written is None or written["quote"] in _ESCAPE.sub("", written["text"]):
        yield source, start, str(literal.value)  # several literals side by side
    else:
        at, end = written.span("text")
        for escape in _ESCAPE.finditer(source.text, at, end) if written["prefix"] not in ("r", "R") else ():
            yield source, at, source.text[at : escape.start()]
            if escape["kept"] is not None:
                yield source, escape.start(), escape["kept"]
            at = escape.end()
        yield source, at, source.text[at:end]
    yield source, end, "\n\n"


def _offset(source: Source, line: int, column: int) -> int:
    """The offset of a column that Python counts in bytes."""
    text = source.line(line)
    return source.start(line) + len(text.encode()[:column].decode(errors="ignore"))


def _no_module(source: Source, why: str, place: Span) -> Diagnostic:
    return Diagnostic("SG001", f"{source.path} is no Python module: {why}", place, "check it with Python")
