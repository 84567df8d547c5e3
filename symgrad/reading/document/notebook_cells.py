"""The Markdown cells of a notebook, as one text; code cells stand beside it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from symgrad.reading.document.opened import Opened
from symgrad.text.diagnostic import Diagnostic
from symgrad.text.source import Source, Span, joined

MAX_CELLS = 20_000
BETWEEN = "\n\n"
"""What is put between the Markdown cells."""


def markdown_cells(source: Source) -> Opened | Diagnostic:
    """The Markdown cells of a notebook in order, each a text with lines of its own."""
    try:
        cells = json.loads(source.text)["cells"]
    except json.JSONDecodeError as e:
        place = Span(source, e.pos, min(e.pos + 1, len(source.text)))
        return _no_notebook(source, f"it is no JSON ({e.msg.lower()})", place)
    except (ValueError, RecursionError):
        return _no_notebook(source, "it holds numbers or lists that are too large")
    except (KeyError, TypeError):
        cells = None
    if not isinstance(cells, list):
        return _no_notebook(source, "it has no list of cells")
    if len(cells) > MAX_CELLS:
        message = f"{source.path} has {len(cells)} cells, more than {MAX_CELLS}"
        return Diagnostic("SG002", message, Span(source, 0, 0), "split the notebook")
    parts: list[tuple[Source, int, str]] = []
    code: list[tuple[int, str]] = []
    end = 0
    for k, cell in enumerate(cells, 1):
        text = _text(cell)
        if text.strip() and cell["cell_type"] == "markdown":
            end += len(text) + len(BETWEEN) * bool(parts)
            parts.append((Source(source.path, text, cell=k), 0, text))
        elif text.strip():
            code.append((end, text))
    return Opened(replace(joined(source.path, parts, between=BETWEEN), beside=tuple(code)))


def _text(cell: Any) -> str:
    """The text of a Markdown or code cell, which the file has as a string or as a list of lines."""
    if not isinstance(cell, dict) or cell.get("cell_type") not in ("markdown", "code"):
        return ""
    lines = cell.get("source")
    pieces = lines if isinstance(lines, list) else [lines]
    text = "".join(piece for piece in pieces if isinstance(piece, str))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _no_notebook(source: Source, why: str, place: Span | None = None) -> Diagnostic:
    remedy = "save it as a notebook of format 4, or give it another ending"
    return Diagnostic("SG001", f"{source.path} is no notebook: {why}", place or Span(source, 0, 0), remedy)
