"""The places where a module can be broken: guards removed, comparisons turned, conditions dropped."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "symgrad"
ROOMS = ("proving", "evaluating", "calculus", "checking", "reading/meaning")
TURNED: dict[type[ast.cmpop], str] = {
    ast.Lt: "<=",
    ast.LtE: "<",
    ast.Gt: ">=",
    ast.GtE: ">",
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.Is: "is not",
    ast.IsNot: "is",
    ast.In: "not in",
    ast.NotIn: "in",
}


@dataclass(frozen=True)
class Broken:
    """One change of one module: the text from ``start`` to ``end`` replaced."""

    module: str
    line: int
    what: str
    start: int
    end: int
    new: str
    text: str
    function: str
    """The innermost function around it, as ``covering`` names it; empty in the body of a module or class."""

    @property
    def name(self) -> str:
        return f"{self.module}:{self.line} {self.what}: {self.text}"

    def applied(self, source: str) -> str:
        """The module, changed, with as many lines as before. Offsets count bytes, as those of ``ast`` do."""
        raw = source.encode()
        lines = raw.count(b"\n", self.start, self.end) * "\n"
        return (raw[: self.start] + f"({self.new}{lines})".encode() + raw[self.end :]).decode()


def changes_of(path: Path) -> list[Broken]:
    """All changes of a module, in the order of its text."""
    source = path.read_text(encoding="utf-8")
    starts = [0]
    for line in source.encode().split(b"\n"):
        starts.append(starts[-1] + len(line) + 1)
    raw = source.encode()
    module = str(path.relative_to(PACKAGE))
    found: list[Broken] = []

    def change(node: ast.expr, what: str, new: str) -> None:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[node.end_lineno - 1] + node.end_col_offset
        text = " ".join(raw[start:end].decode().split())
        function = max((f for f in functions if f[0] <= node.lineno <= f[1]), default=None)
        name = f"{module}:{function[0]}" if function else ""
        found.append(Broken(module, node.lineno, what, start, end, new, text, name))

    tree = ast.parse(source)
    functions = [
        (min([f.lineno, *(d.lineno for d in f.decorator_list)]), f.end_lineno or f.lineno)
        for f in ast.walk(tree)
        if isinstance(f, ast.FunctionDef)
    ]
    for node in ast.walk(tree):
        for broken, what, new in _breaks(node):
            change(broken, what, new)
    return sorted(found, key=lambda b: (b.start, b.end, b.what, b.new))


def _breaks(node: ast.AST) -> Iterator[tuple[ast.expr, str, str]]:
    if isinstance(node, ast.If) and isinstance(node.body[-1], ast.Return | ast.Raise | ast.Continue):
        if not _for_types(node.test):
            yield node.test, "guard removed", "False"
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            if not _for_types(value):
                yield value, "condition dropped", "True" if isinstance(node.op, ast.And) else "False"
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        sign = TURNED[type(node.ops[0])]
        yield node, "comparison turned", f"({ast.unparse(node.left)} {sign} {ast.unparse(node.comparators[0])})"
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node, "not dropped", f"({ast.unparse(node.operand)})"


def _for_types(test: ast.expr) -> bool:
    """A question after a kind of node or a missing value: without it the code raises, and is no checker at all."""
    inner = test.operand if isinstance(test, ast.UnaryOp) else test
    if isinstance(inner, ast.Call):
        return isinstance(inner.func, ast.Name) and inner.func.id == "isinstance"
    return isinstance(inner, ast.Compare) and isinstance(inner.ops[0], ast.Is | ast.IsNot)
