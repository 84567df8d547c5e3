"""Breaks statements into lines of at most 120 characters, as a formatter does."""

from __future__ import annotations

import textwrap

WIDTH = 120
PAIRS = {"(": ")", "[": "]", "{": "}"}


def commented(statement: str, comment: str, indent: int) -> list[str]:
    """A statement with its formula as a comment: behind it if there is room, else above."""
    lines = wrapped(statement, indent)
    if not comment or comment == statement:
        return lines
    if len(lines) == 1 and len(lines[0]) + indent + len(comment) + 4 <= WIDTH:
        return [f"{lines[0]}  # {comment}"]
    return [*(f"# {x}" for x in textwrap.wrap(comment, WIDTH - indent - 2)), *lines]


def wrapped(statement: str, indent: int) -> list[str]:
    """A statement that is too long is broken inside its last outermost bracket, then at its commas."""
    if len(statement) + indent <= WIDTH:
        return [statement]
    terms = _terms(statement)
    if terms is not None:
        return _in_brackets(*terms, indent)
    span = _last_bracket(statement)
    if span is None:
        return [statement]
    start, end = span
    head, inside, tail = statement[: start + 1], statement[start + 1 : end], statement[end:]
    parts = _split(inside)
    # a tuple is broken at all commas; the arguments of a call may share a line
    plural = len(parts) > 1 and (start == 0 or not (statement[start - 1].isalnum() or statement[start - 1] in "_)]"))
    alone = len(parts) == 1 and statement.startswith("def ")
    if len(inside) + indent + 4 <= WIDTH and not plural and not alone:
        return [head, f"    {inside}", tail]
    if len(parts) == 1:
        return [head, *(f"    {x}" for x in wrapped(inside, indent + 4)), tail]
    inner = [line for p in parts for line in _with_comma(wrapped(p, indent + 5))]
    return [head, *(f"    {x}" for x in inner), tail]


def _terms(statement: str) -> tuple[str, list[str]] | None:
    """``("x = ", ["a", "+ b", "- c"])`` of an assignment of three operands or more; None for anything else."""
    spans, quoted = _outermost(statement), _quoted(statement)

    def outside(k: int) -> bool:
        return not quoted[k] and not any(a < k < b for a, b in spans)

    at = next((k for k in range(len(statement)) if statement.startswith(" = ", k) and outside(k)), None)
    if at is None:
        return None
    for signs in ((" + ", " - "), (" * ", " / ", " @ ")):
        cuts = [k for k in range(at + 3, len(statement)) if statement[k : k + 3] in signs and outside(k)]
        if len(cuts) > 1:
            ends = [*cuts, len(statement)]
            first = statement[at + 3 : ends[0]]
            return statement[: at + 3], [first, *(statement[a + 1 : b] for a, b in zip(cuts, ends[1:], strict=True))]
        if cuts:
            return None
    return None


def _in_brackets(head: str, terms: list[str], indent: int) -> list[str]:
    """Operands in added brackets, on one line or one per line."""
    together = " ".join(terms)
    if len(together) + indent + 4 <= WIDTH:
        return [f"{head}(", f"    {together}", ")"]
    return [f"{head}(", *(f"    {t}" for t in terms), ")"]


def _with_comma(lines: list[str]) -> list[str]:
    return [*lines[:-1], lines[-1] + ","]


def _outermost(text: str) -> list[tuple[int, int]]:
    """The spans of the outermost brackets, without those in quotes."""
    out: list[tuple[int, int]] = []
    stack: list[int] = []
    quoted = ""
    for k, x in enumerate(text):
        if quoted:
            quoted = "" if x == quoted else quoted
        elif x in "\"'":
            quoted = x
        elif x in PAIRS:
            stack.append(k)
        elif stack and x == PAIRS[text[stack[-1]]]:
            start = stack.pop()
            if not stack:
                out.append((start, k))
    return out


def _last_bracket(text: str) -> tuple[int, int] | None:
    found = [s for s in _outermost(text) if s[1] > s[0] + 1]
    if text.startswith("def "):
        return found[0] if found else None
    return found[-1] if found else None


def _split(text: str) -> list[str]:
    """The parts between outermost commas."""
    spans = _outermost(text)
    cuts = [k for k, x in enumerate(text) if x == "," and not any(a < k < b for a, b in spans)]
    quoted = _quoted(text)
    out, last = [], 0
    for k in cuts:
        if not quoted[k]:
            out.append(text[last:k].strip())
            last = k + 1
    rest = text[last:].strip()
    return [*out, rest] if rest else out


def _quoted(text: str) -> list[bool]:
    out, quote = [], ""
    for x in text:
        if quote:
            quote = "" if x == quote else quote
            out.append(True)
        else:
            quote = x if x in "\"'" else ""
            out.append(bool(quote))
    return out
