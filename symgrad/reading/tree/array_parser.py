"""Arrays written by their entries: matrices and lists, with dots or entry by entry."""

from __future__ import annotations

from collections.abc import Sequence

from symgrad.reading.tokens.cuts import outermost, parted, split_rows
from symgrad.reading.tokens.general_entry import Cell, GeneralEntry, general_entry, is_dots
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.bracket_parser import BracketParser
from symgrad.reading.tree.cursor import OPEN
from symgrad.reading.tree.scripts import error, is_name, letter_key, script_argument
from symgrad.reading.tree.syntax import BigOp, Call, Entries, Line, Sym, SyntaxNode
from symgrad.text.source import Span

MATRICES = ("matrix", "pmatrix", "bmatrix", "Bmatrix", "smallmatrix", "psmallmatrix", "bsmallmatrix", "array")
TRANSPOSED = ("\\top", "T", "\\mathsf{T}")
MAX_ENTRIES = 64

Cells = tuple[Cell, ...]


class ArrayParser(BracketParser):
    """Arrays written by their entries."""

    def environment(self) -> SyntaxNode:
        """A matrix in an environment of its own, or ``cases``."""
        start = self.tokens[self.at]
        if start.text not in MATRICES:
            return super().environment()
        inner, span = self.inside_environment()
        rows = [parted(row, "&") for row in split_rows(inner)]
        return self.scripted(self.matrix(rows, span))

    def matrix(self, rows: Sequence[Sequence[Cell]], span: Span) -> SyntaxNode:
        """A matrix by its rows of cells, those with dots among them."""
        if not rows or sum(map(len, rows)) > MAX_ENTRIES:
            raise error("SG112", f"an array of 1 to {MAX_ENTRIES} entries is expected here", span)
        if len({len(row) for row in rows}) > 1:
            raise error("SG112", "the rows of this matrix are not equally long", span)
        diagonal = self.diagonal(rows, span)
        if diagonal is not None:
            return diagonal
        gaps = [k for k, row in enumerate(rows) if all(not c or is_dots(c) for c in row) and any(row)]
        lines = [
            general_entry(row) if any(map(is_dots, row)) else tuple(row) for k, row in enumerate(rows) if k not in gaps
        ]
        if gaps:
            return self.dotted_column(rows, gaps, lines, span)
        read = [self.line(line, span) for line in lines]
        return read[0] if len(read) == 1 else Entries(span, "column", tuple(read))

    def line(self, line: GeneralEntry | Cells, span: Span) -> SyntaxNode:
        """One row of a matrix; a single entry is itself."""
        if isinstance(line, GeneralEntry):
            return self.run("row", line, span)
        read = tuple(self.entry(cell, (), span) for cell in line)
        return read[0] if len(read) == 1 else Entries(span, "row", read)

    def dotted_column(
        self, rows: Sequence[Sequence[Cell]], gaps: Sequence[int], lines: Sequence[GeneralEntry | Cells], span: Span
    ) -> SyntaxNode:
        """A matrix with a row of dots."""
        dots = next(c for c in rows[gaps[0]] if c)
        inner = [line for line in lines if isinstance(line, GeneralEntry)]
        if len(gaps) > 1 or len(inner) not in (0, len(lines)):
            raise error("SG112", "the dots of this matrix are not understood", span, "define it by its entries")
        if inner:
            if len({x.ends for x in inner}) > 1:
                raise error("SG112", "the rows of this matrix do not end alike", span, "define it by its entries")
            columns = [[x.entry for x in inner]]
        else:
            columns = [[line[k] for line in lines if not isinstance(line, GeneralEntry)] for k in range(len(rows[0]))]
        found = [general_entry([*c[: gaps[0]], dots, *c[gaps[0] :]], 1) for c in columns]
        ranged = [x for x in found if x.first]
        if len({x.ends for x in ranged}) > 1:
            raise error("SG112", "the columns of this matrix do not end alike", span, "define it by its entries")
        lead = ranged[0] if ranged else found[0]
        letters = (lead.letter, *(x.letter for x in inner[:1]))
        read = [self.entry(x.entry, letters, span) for x in found]
        body = read[0] if len(read) == 1 else Entries(span, "row", tuple(read))
        if inner:
            body = self.over("row", inner[0], body, span)
        return self.over("column", lead, body, span)

    def diagonal(self, rows: Sequence[Sequence[Cell]], span: Span) -> SyntaxNode | None:
        """A matrix with ``\\ddots`` on its diagonal and nothing but zeros and dots beside it."""
        if len(rows) < 3 or len(rows) != len(rows[0]):
            return None
        cells = [row[k] for k, row in enumerate(rows)]
        beside = [c for i, row in enumerate(rows) for j, c in enumerate(row) if i != j]
        shown = [c for c in beside if not is_dots(c)]
        if [t.text for c in cells for t in c].count("\\ddots") != 1 or not shown:
            return None
        if not all(cells) or any([t.text for t in c] not in ([], ["0"]) for c in shown):
            return None
        found = general_entry(cells)
        return Call(span, Sym(span, "diag"), (self.run("column", found, span),))

    def values_listed(self) -> SyntaxNode | None:
        """``[x_1, x_2, \\dots, x_n]``, ``(a, b)^\\top``: a list of values; None, and nothing is read, if it is none.

        A list is a column, in front of a factor a row; written with a transpose it is a row that is transposed.
        """
        closing = self.closing(self.at)
        if closing is None:
            return None
        inner = self.tokens[self.at + 1 : closing]
        marks = [t.text for _, t in outermost(inner)]
        if any(mark in (";", "|", "\\mid", "=") for mark in marks):
            return None
        after = self.tokens[closing + 1] if closing + 1 < len(self.tokens) else None
        script = script_argument(self.tokens, closing + 2)[0] if after is not None and after.kind == "sup" else ()
        transposed = any(t.text in TRANSPOSED for t in script)
        dotted = "\\dots" in marks
        spaced = dotted and (transposed or all(t.kind == "number" or is_dots((t,)) for t in inner))
        cells = parted(inner, ",") if "," in marks else _spaced_apart(inner) if spaced else []
        whole = self.at == 0 and after is None and not self.head
        before_factor = after is not None and after.kind not in ("sub", "sup") and self.starts_factor(after)
        plain = dotted or whole or (before_factor and self.tokens[self.at].text == "[")
        if len(cells) < 2 or not all(cells) or not (transposed or (not self.is_behind_name() and plain)):
            return None
        span = self.tokens[self.at].span.to(self.tokens[closing].span)
        self.at = closing + 1
        kind: Line = "row" if transposed or before_factor else "list"
        if any(map(is_dots, cells)):
            return self.scripted(self.run(kind, general_entry(cells), span))
        if len(cells) > MAX_ENTRIES:
            raise error("SG112", f"a list of more than {MAX_ENTRIES} values is not read", span)
        return self.scripted(Entries(span, kind, tuple(self.entry(cell, (), span) for cell in cells)))

    def is_behind_name(self) -> bool:
        """True directly behind a name or a bracket, where a list may hold arguments."""
        t = self.tokens[self.at - 1] if self.at else None
        return t is not None and (is_name(t) or t.kind in ("close", "prime") or t.text in OPEN.values())

    def run(self, kind: Line, found: GeneralEntry, span: Span) -> SyntaxNode:
        """The entries that a general entry gives."""
        return self.over(kind, found, self.entry(found.entry, (found.letter,), span), span)

    def over(self, kind: Line, found: GeneralEntry, body: SyntaxNode, span: Span) -> SyntaxNode:
        """A row or a column of all values of a node. A constant one has no bounds."""
        return BigOp(span, kind, found.below, found.last, body, span)

    def entry(self, cell: Cell, letters: Sequence[Token], span: Span) -> SyntaxNode:
        """One entry as an expression of its own, in which letters are positions."""
        if not cell or is_dots(cell):
            raise error("SG112", "an entry of this array is missing", span, "write a 0 where it is one")
        outer, self.bound = self.bound, self.bound | {letter_key(t) for t in letters}
        node = self.sub_parse(cell, span)
        self.bound = outer
        return node


def _spaced_apart(tokens: Sequence[Token]) -> list[Cell]:
    """``1 \\; 1 \\dots 1`` cut at its spaces and dots."""
    out: list[list[Token]] = [[]]
    for t in tokens:
        if out[-1] and (t.spaced or is_dots((t,)) or is_dots(out[-1])):
            out.append([])
        out[-1].append(t)
    return list(map(tuple, out))
