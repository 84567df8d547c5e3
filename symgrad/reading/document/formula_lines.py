"""Equations on lines of their own between single dollars: displays, as those who write them mean.

Such a line holds nothing else but the mark of a list, a label, a case in front or behind, and punctuation:
``- Gradient: $\\frac{\\partial L}{\\partial b} = \\delta$,``. What the words around it suppose stays in the text, where
it is an assumption: ``Assume:`` and below it ``- $\\sum_k y_k = 1$``.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from itertools import groupby

from symgrad.reading.document.blocks import Block, Blocks, Display, Inline
from symgrad.reading.document.sentences import FORMULA, sentence_before
from symgrad.text.source import Source, Span

_OPENS, _CLOSES = re.compile(r"(?:\$`?|\\{1,2}\()[ \t]*$"), re.compile(r"[ \t]*(?:`?\$|\\{1,2}\))")
_MARK = r"(?:[-+*•–—]|→|⇒|=>|->|\(?(?:[0-9]{1,3}|[A-Za-z]|[ivx]{1,4})[.)]|\\item(?:\[[^\]]*\])?|\\noindent|\\par)"
_MARKED = re.compile(rf"[ \t>]*{_MARK}[ \t]")
_ALONE = re.compile(
    rf"[ \t>]*(?:{_MARK}[ \t]+){{0,2}}"
    rf"(?P<label>[^{FORMULA}|#:]{{0,60}}(?:{FORMULA}[^{FORMULA}|:]{{0,30}}){{0,2}}:)?[ \t*_]*"
    r"(?:(?:and|so|then|thus|hence|therefore|finally|now|also|i\.e\.)[ \t,:]+)*"
    rf"(?P<equations>{FORMULA}(?:[ \t]*(?:[,;]|,?[ \t]*\band\b)[ \t]*{FORMULA})*)[ \t.,;*_]*"
    rf"(?P<case>,?\(?(?:if|when|for)[ \t]+{FORMULA}[ \t.,;)]*)?"
    rf"(?:,?\(?(?:since|because|using|as)[ \t]+{FORMULA}[ \t.,;)]*)?(?:\\\\)?[ \t]*",
    re.IGNORECASE,
)
"""A line with its formulas as marks."""
_EQUATION = re.compile(r"(?<![<>!])=|\\(?:equiv|triangleq|coloneqq)(?![a-z])")
_NO_EQUATION = re.compile(r"\\(?:in|subset|subseteq|forall|neq?|leq?|geq?|sim|to)(?![a-z])|[<>∈≠≤≥]")
_GROUP = re.compile(r"\{[^{}]*\}|\[[^\[\]]*\]")
_CONDITION = re.compile(r"=|\\(?:neq?|leq?|geq?)(?![a-z])|[<>≠≤≥]")
_SETTING = re.compile(
    r"\s*\\?[A-Za-z]+(?:_\w|_\{\w+\})?\s*=\s*"
    r"(?:[-+]?[0-9.]+(?:\s*\\(?:cdot|times)\s*[0-9.]+)?(?:\^\{?-?[0-9]+\}?)?\s*$|[A-Za-z]\s*$|\w+\s*,)"
)
_KNOWN = re.compile(r"\s*(?:\\sum|\\lVert|\\Vert|\\\||\|).*=\s*[0-9.]+\s*$", re.DOTALL)
_SYMMETRY = re.compile(r"\s*(\S.*?)\s*=\s*\1\s*\^\s*\{?\s*(?:\\top|\\intercal|T)\s*\}?\s*$")
_SLICE = re.compile(r"[^=]*=\s*\\?[A-Za-z]+_\{?[^={}]*:|[^=]*=\s*\\?[A-Za-z]+_\{[^=]*:\s*\}\s*$")
"""A name for a row or a column, ``v_c = V_{:w_c}``: a declaration."""
_DERIVATIVE = re.compile(r"\\(?:partial|nabla|frac|dfrac)|/")
_SUPPOSES = re.compile(
    r"\b(?:assum\w+|suppos\w+|hypothes\w+|conditions?|constraints?|constrained|premises?|subject to|such that|for which"
    r"|provided|since|because|not|never|cannot|no|wrong|false|incorrect|mistakes?|instead of|unless|whether)\b"
    r"|n['’]t\b|\?|(?:^\W*|,\s*)(?:given|let|where|with|if|when|for|notation|conventions?)\b"
    r"|\b(?:given|let|where|with|if|when|that|than|from|at)\W*$",
    re.IGNORECASE,
)
"""Words before a line: what it says is supposed, denied or asked."""
_GIVES = re.compile(r"\W*(?:given\s+(?!that\b|the following\b)[^_]*\w|(?:for|with)\b(?=[^_]*$))", re.IGNORECASE)
"""What a list of derivatives is built on: ``Given the upstream gradient $g$:``, ``For the output layer:``."""
_CASE = re.compile(rf"\b(?:if|when|for|case)\b[^{FORMULA},;:]{{0,20}}{FORMULA}", re.IGNORECASE)
_LEADS = re.compile(
    r"(?:[.:;,!]|\b(?:is|are|gives?|gets?|obtains?|have|has|becomes?|equals?|yields?|by|as|then|so|hence|thus|therefore|to"
    r"|following|reads?|find|finds))[\s*_]*$",
    re.IGNORECASE,
)
"""The end of words that run into a line."""
_GOES_ON = re.compile(
    r"\s*(?:[A-Z#|>$]|\*\*|\\[A-Za-z]|```|(?:where|with|and|so|which|then|hence|thus|therefore|since|because)\b)"
)
"""The start of the words behind a line."""
_ENDED = re.compile(r"(?:[.:;!]|\\\\)[\s*_]*$")
_END = re.compile(r"[.!?]\s")
_FORMULA = re.compile(r"(?<!\$)\$(?!\$)[^$]*\$|\\\(.*?\\\)")
_COMMENT = re.compile(r"<!--.*?-->|(?<!\\)%.*")
REACH = 1500
"""Of a list that begins further above, nothing is supposed."""
MOST, MOST_CHARACTERS = 8, 2000
"""Formulas of one line, and characters of each."""


def with_formula_lines(blocks: Blocks) -> Blocks:
    """The blocks of a document, equations on lines of their own as displays."""
    shown: dict[Inline, Display | None] = {}
    for line in _lines(blocks):
        shown.update(line)
    if not shown:
        return blocks
    items: list[Block] = []
    for block in blocks.items:
        found = shown.get(block, block) if isinstance(block, Inline) else block
        items += [found] if found is not None else []
    items.sort(key=lambda b: (b.span.start, isinstance(b, Inline)))
    return Blocks(blocks.source, tuple(items), blocks.diagnostics)


def _lines(blocks: Blocks) -> Iterator[dict[Inline, Display | None]]:
    """For each line that is an equation: the formulas that are displays, and the cases that they hold in."""
    source, alone = blocks.source, set[int]()
    inlines = [b for b in blocks.items if isinstance(b, Inline)]
    for start, group in groupby(inlines, lambda b: source.text.rfind("\n", 0, b.content.start) + 1):
        line = _Line(source, start, list(group), alone)
        found = line.read()
        if found:
            yield found
            alone.add(start)


class _Line:
    """A line of text with formulas in it. ``alone``: where lines above begin that are equations."""

    def __init__(self, source: Source, start: int, formulas: Sequence[Inline], alone: Container[int]) -> None:
        self.source, self.start, self.formulas, self.alone = source, start, formulas, alone
        end = source.text.find("\n", formulas[-1].content.end)
        self.end = len(source.text) if end < 0 else end
        self.at = Span(source, start, start)
        self.text = self.masked()

    def read(self) -> dict[Inline, Display | None]:
        """What its formulas are."""
        m = _ALONE.fullmatch(self.text) if len(self.formulas) <= MOST else None
        if m is None:
            return {}
        front = m.string[: m.start("equations")]
        first = front.count(FORMULA)
        equations = self.formulas[first : first + m["equations"].count(FORMULA)]
        case = self.formulas[-1] if m["case"] else None
        if case is not None and not _is_condition(case.content.text):
            return {}
        cases = () if case is None else (case.content,)
        displays: dict[Inline, Display | None] = {
            f: Display(f.content, None, self.full(f.content), cases) for f in equations if is_equation(f.content.text)
        }
        if any(_SLICE.match(f.content.text) for f in equations):
            return {}
        lead = self.lead()
        if all(_DERIVATIVE.search(f.content.text.partition("=")[0]) for f in displays):
            lead = _GIVES.sub("", lead, count=1) if _GIVES.match(lead) else lead
        if not displays or not self.stands_alone() or _SUPPOSES.search(_CASE.sub("", front)) or _SUPPOSES.search(lead):
            return {}
        return displays if case is None else {**displays, case: None}

    def masked(self) -> str:
        """The line with its formulas as marks; empty if a formula or a comment goes beyond it."""
        text, out, at = self.source.text, "", self.start
        for formula in self.formulas:
            full = self.full(formula.content)
            out += text[at : full.start] + FORMULA
            at = full.end
        out += _COMMENT.sub("", text[at : self.end])
        return out if "\n" not in text[self.start : self.end] else ""

    def full(self, content: Span) -> Span:
        """A formula with its dollars."""
        text = self.source.text
        opening, closing = (
            _OPENS.search(text, max(self.start, content.start - 8), content.start),
            _CLOSES.match(text, content.end),
        )
        start = opening.start() if opening else content.start
        return Span(self.source, start, closing.end() if closing else content.end)

    def stands_alone(self) -> bool:
        """True if no sentence merely has its line breaks around this line."""
        behind = self.source.text[self.end + 1 :].partition("\n")[0]
        if behind.strip() and not _MARKED.match(behind) and not _GOES_ON.match(behind):
            return False
        start, above = next(self.above(), (0, ""))
        if not above or start in self.alone or _MARKED.match(self.text) or _ENDED.search(above):
            return True
        said = _FORMULA.findall(_END.split(above)[-1])
        return _LEADS.search(above) is not None and not any(map(_CONDITION.search, said))

    def above(self) -> Iterator[tuple[int, str]]:
        """The lines above, from the next one on, with their offsets."""
        end = self.start - 1
        while end >= max(0, self.start - REACH):
            start = self.source.text.rfind("\n", 0, end) + 1
            yield start, self.source.text[start:end].strip(" \t>\r")
            end = start - 1

    def lead(self) -> str:
        """The words that a list, or an equation, follows; none below another equation."""
        marked = _MARKED.match(self.text) is not None
        for start, text in self.above():
            if not text or (marked and (start in self.alone or _MARKED.match(f"{text} "))):
                continue
            if start in self.alone or text.endswith(("$$", "\\]", "```")) or text[-1] in ".!":
                return ""
            if not marked and start == self.source.text.rfind("\n", 0, max(0, self.start - 1)) + 1:
                return sentence_before(Display(self.at, None, self.at)).replace(FORMULA, " _ ")
            return _FORMULA.sub(" _ ", _END.split(text.lstrip("# "))[-1])
        return ""


def is_equation(text: str) -> bool:
    """True for a formula that defines or claims; not for a size, a case or what is known of a sum."""
    outside, inner = "", text
    while outside != inner and len(text) < MOST_CHARACTERS:
        outside, inner = inner, _GROUP.sub(" _ ", inner)
    sign = _EQUATION.search(outside)
    if sign is None or not outside[sign.end() :].strip() or _NO_EQUATION.search(outside, 0, sign.start()):
        return False
    if _DERIVATIVE.search(outside, 0, sign.start()):
        return True
    return not any(p.match(text) for p in (_SETTING, _KNOWN, _SYMMETRY))


def _is_condition(text: str) -> bool:
    return bool(_CONDITION.search(text)) and not re.search(r"\\(?:l?dots|in)(?![a-z])", text)
