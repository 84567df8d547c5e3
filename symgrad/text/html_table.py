"""A table as HTML for notebooks, whose front ends typeset what stands between dollars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

COLOURS = {"proved": "#1b7f43", "agrees": "#9a6b00", "refuted": "#c62f2d", "unreadable": "#7a4bb3"}
"""Words that are coloured where a cell is one of them; legible on a light and on a dark ground."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that is LaTeX."""

    latex: str


Cell = str | Formula


def html_table(title: str, head: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """A table with a line above it. Formulas are set between dollars."""
    names = "".join(f'<th style="text-align:left">{escape(name)}</th>' for name in head)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    table = f"<table><thead><tr>{names}</tr></thead><tbody>{body}</tbody></table>" if rows else ""
    return f"<div>{f'<p><b>{escape(title)}</b></p>' if title else ''}{table}</div>"


def _cell(cell: Cell) -> str:
    if isinstance(cell, Formula):
        shown = f"$\\displaystyle {escape(' '.join(cell.latex.split()), quote=False)}$" if cell.latex else ""
        return f'<td style="text-align:left">{shown}</td>'
    colour = f";color:{COLOURS[cell]};font-weight:600" if cell in COLOURS else ""
    return f'<td style="text-align:left{colour}">{escape(cell)}</td>'
