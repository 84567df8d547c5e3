"""A display as chains of relations: rows joined, relations separated, conditions found."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, field, replace

from symgrad.reading.tokens.cuts import depths, outermost, split_rows, unclosed
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.scripts import cover, error, is_name, script_argument
from symgrad.text.diagnostic import Diagnostic, NotationError
from symgrad.text.source import Span

ASKED = "\\mustequal"
"""``\\overset{!}{=}``: the equation is to be solved."""
EQUALITIES = {"=": "=", "\\coloneqq": ":=", "\\equiv": ":=", "\\triangleq": ":=", "\\eqqcolon": "=:", ASKED: "="}
_OTHER_SIGNS = r"""
+= -= < > \le \ge \neq \ll \gg \lesssim \gtrsim \approx \propto \sim \simeq \cong
\in \notin \subseteq \subset \to \mapsto \gets \leftarrow \leftrightarrow \longrightarrow
\Rightarrow \Leftrightarrow \Longrightarrow \implies \iff \because \therefore
"""
OTHERS = frozenset(_OTHER_SIGNS.split())
IMPLIES = frozenset(("\\Rightarrow", "\\Leftrightarrow", "\\Longrightarrow", "\\implies", "\\iff", "\\therefore"))
"""What stands in front of these is a condition, and what follows its consequence."""
COMPARISONS = frozenset(("\\in", "\\notin", "\\neq", "<", ">", "\\le", "\\ge"))
"""The relation signs of a condition, ``k \\in \\mathcal{N}``, ``i \\neq j``."""
_ENVIRONMENTS = """
equation align aligned gather gathered split eqnarray multline multlined alignat alignedat flalign
displaymath math subequations array
"""
BRACES = ("cases", "dcases", "rcases")
LAYOUT = frozenset(_ENVIRONMENTS.split())
"""Environments that only arrange relations."""
EXCEPTIONS = ("unless", "except", "only", "not", "without")
"""Words that negate a condition. Such a condition is not read, and its relation is reported."""
CONDITION_WORDS = ("if", "for", "when", "where", "with", "whenever", "and", "otherwise", "forall", "all", "provided")
CASE_WORDS = ("if", "for", "when", "whenever", "provided", *EXCEPTIONS)
"""Words that say in which case a relation holds."""
GROUNDS = ("since", "because", "given", "assuming")
"""Words before what a relation rests on."""
GROUNDS_OF_FORMULAS = (
    "using",
    "by",
    "as",
    "from",
    "recall",
    "recalling",
    "noting",
    "due",
    "thanks",
    "use",
    "used",
    "uses",
    "under",
)
"""Words before it if it is a formula: ``\\text{by the chain rule}`` is a remark."""
ALTERNATIVES = (
    "or",
    "or else",
    "or alternatively",
    "either",
    "或",
    "或者",
    "または",
    "ou",
    "oder",
    "o bien",
    "oppure",
    "или",
)
"""The words between two equations of which one holds, not both."""
BESIDE = "beside"
"""The text in front of a column that stands beside a relation: a condition on it, or a remark."""
FUNCTION_WORDS = ("tr", "Tr", "trace", "diag", "softmax", "logsumexp", "exp", "log", "tanh", "relu", "ReLU", "sigmoid")
"""Functions that are read in ``\\text`` whatever follows them."""
MAX_CONDITION = 24
"""The largest number of tokens of a condition; a longer comparison is a relation."""


@dataclass(frozen=True, slots=True)
class UnreadRow:
    """A row that can't be tokenized, and why. ``head``: what stands up to its first equals sign, if that can be."""

    head: tuple[Token, ...]
    span: Span
    problem: Diagnostic


Row = tuple[Token, ...] | UnreadRow


@dataclass(slots=True)
class Relation:
    """One relation sign with the tokens on its two sides. sign: '=', ':=', '=:' or any other relation sign."""

    sign: str
    sign_span: Span
    left: tuple[Token, ...]
    right: list[Token]
    continues: bool
    """True if the left side is the right side of the relation before."""
    conditions: list[tuple[Token, ...]] = field(default_factory=list)
    condition: bool = False
    """True for a sign that asks, ``\\overset{!}{=}``, and for what holds in place of the relation before it."""
    row: int = 0
    """The number of the row; a condition after a chain restricts the whole chain in its row."""
    unread: tuple[Span, Diagnostic] | None = None
    """Where the right side stands and why it can't be read; the left one neither, if it has no tokens."""

    @property
    def equality(self) -> bool:
        return self.sign in ("=", ":=", "=:")


def unwrap(tokens: Sequence[Token]) -> list[Token]:
    """The tokens without layout environments; their rows and alignment marks are kept."""
    matrices = _matrices(tokens)
    layout = [t.kind in ("begin", "end") and t.text.rstrip("*") in LAYOUT for t in tokens]
    return with_words(_system([t for k, t in enumerate(tokens) if k in matrices or not layout[k]]))


def with_words(tokens: Sequence[Token]) -> list[Token]:
    """Tokens with names in ``\\text`` as words: ``\\text{softmax}(z)`` is a function, ``\\text{if }`` a remark."""
    return [
        replace(t, kind="word", text=t.text.strip()) if t.kind == "text" and _is_word(tokens, k) else t
        for k, t in enumerate(tokens)
    ]


def with_plain_sign(tokens: list[Token]) -> tuple[list[Token], str]:
    """Tokens with ``=`` for a first relation sign that defines, ``r := X w - t``, and that sign; '' if it does not."""
    for k, t in outermost(tokens):
        if is_relation(t):
            sign = EQUALITIES.get(t.text, "")
            defines = sign == ":="
            plain = [*tokens[:k], replace(t, kind="symbol", text="="), *tokens[k + 1 :]]
            return (plain, t.text) if defines else (tokens, "")
    return tokens, ""


def _matrices(tokens: Sequence[Token]) -> set[int]:
    """Where an ``array`` without a relation in it begins and ends: it arranges no relations and is a matrix."""
    found: set[int] = set()
    opened: list[tuple[int, int]] = []
    relations = 0
    for k, t in enumerate(tokens):
        relations += is_relation(t)
        if t.kind == "begin" and t.text == "array":
            opened.append((k, relations))
        elif t.kind == "end" and t.text == "array" and opened:
            start, before = opened.pop()
            found |= {start, k} if relations == before else set()
    return found


def _system(tokens: list[Token]) -> list[Token]:
    """The tokens without a brace around whole equations, ``\\begin{cases} a = b \\\\ c &= d \\end{cases}``."""
    if tokens and tokens[0].text == "\\{" and unclosed(tokens) is tokens[0]:
        return tokens[1:]  # `\\left\\{ \\begin{aligned} … \\end{aligned} \\right.`
    if not tokens or tokens[0].kind != "begin" or tokens[-1].kind != "end" or tokens[0].text not in BRACES:
        return tokens
    inner = tokens[1:-1]
    rows = split_rows(inner)
    encloses = min(depths(tokens)[1:-1], default=0) > 0
    return inner if encloses and rows and all(map(_states, rows)) else tokens


def _states(row: Sequence[Token]) -> bool:
    """True if the first column of a row has a relation sign, or the second begins with one; false for a branch."""
    cut = next((k for k, t in outermost(row) if t.kind == "align"), len(row))
    return bool(_signs(row[:cut])) or (cut + 1 < len(row) and is_relation(row[cut + 1]))


def _is_word(tokens: Sequence[Token], k: int) -> bool:
    """True for a name in ``\\text``: one that is applied or scripted, or a function that takes what follows."""
    text = tokens[k].text.strip()
    return text in FUNCTION_WORDS or (tokens[k].text.isalpha() and _applied(tokens, k))


def _applied(tokens: Sequence[Token], k: int) -> bool:
    return (
        k + 1 < len(tokens)
        and (tokens[k + 1].text in ("(", "=", "\\coloneqq") or tokens[k + 1].kind in ("sub", "sup", "align", "prime"))
        and tokens[k].text.lower() not in (*CONDITION_WORDS, *EXCEPTIONS)
    )


def is_relation(t: Token) -> bool:
    """True for relation signs of all kinds."""
    return (t.text in EQUALITIES and t.kind in ("symbol", "command")) or t.text in OTHERS


def segments(row: Sequence[Token]) -> list[tuple[Token, ...]]:
    """The pieces of a row, separated by ``,``, ``;``, ``\\quad`` and remarks at depth 0.

    A remark in ``\\text`` starts a piece, which includes the tokens after it.
    """
    out: list[list[Token]] = [[]]
    ranks = depths(row)
    for k, (t, depth) in enumerate(zip(row, ranks, strict=True)):
        if depth == 0 and t.kind == "quad" and not _parts(out[-1], row[k + 1 :]):
            continue  # white space inside one side
        if depth == 0 and (t.kind == "quad" or (t.kind == "symbol" and t.text in ",;")):
            out.append([])
        elif depth == 0 and (t.kind == "text" or t.text == "\\forall"):
            if out[-1] and out[-1][0].kind == "text":
                out[-1].append(t)
            else:
                out.append([t])
        else:
            out[-1].append(t)
    return [tuple(s) for s in out if s]


def _parts(before: Sequence[Token], after: Sequence[Token]) -> bool:
    """True if a wide space separates two pieces: both have relations, or a condition or remark follows."""
    rest = [t for t in after if t.kind != "quad"]
    if not rest or not before or rest[0].kind == "text" or rest[0].text in ("\\forall", "\\dots"):
        return True
    end = next(
        (k for k, (t, d) in enumerate(zip(rest, depths(rest), strict=True)) if d == 0 and t.text in (",", ";")),
        len(rest),
    )
    return bool(_signs(before)) and bool(_signs(_bare(rest[:end])))


def _bare(piece: Sequence[Token]) -> Sequence[Token]:
    """``(i \\neq j)`` without its brackets, and without the full stop behind them."""
    while piece and piece[-1].text in (".", ",", ";"):
        piece = piece[:-1]
    closed = len(piece) > 2 and (piece[0].text, piece[-1].text) in (("(", ")"), ("[", "]"))
    if closed and min(depths(piece)[1:-1]) > 0:
        return piece[1:-1]
    return piece


def _signs(tokens: Sequence[Token]) -> list[int]:
    """The positions of relation signs at depth 0."""
    return [k for k, t in outermost(tokens) if is_relation(t)]


def _is_range(piece: Sequence[Token], following: Sequence[Token] | None) -> bool:
    """``i = 1`` before ``\\dots``, or ``i = 1 \\dots C``."""
    texts = [t.text for t in piece]
    if "=" not in texts:
        return False
    at = texts.index("=")
    after = texts[at + 1 :]
    if "\\dots" in after and all(t in ("\\dots", ",") or len(t) < 12 for t in after):
        return at <= 2
    starts_number = len(after) == 1 and after[0].lstrip("-").isdigit()
    return starts_number and at <= 2 and following is not None and following[0].text == "\\dots"


def _is_condition(piece: Sequence[Token]) -> bool:
    """True for a remark that starts a condition, ``\\forall …``, or a comparison: ``k \\in N``, ``i \\neq j``."""
    first = piece[0]
    if first.kind == "text":
        words = first.text.strip(" ,.;:([").lower().split()
        enclosed = first.text.lstrip()[:1] in ("(", "[")
        formula = (enclosed or not {*words[:3]}.isdisjoint(GROUNDS_OF_FORMULAS)) and _signs(piece)
        return bool(formula) or (bool(words) and words[0] in (*CONDITION_WORDS, *EXCEPTIONS, *GROUNDS))
    if first.text == "\\forall":
        return True
    marks = {piece[k].text for k in _signs(piece)}
    return bool(marks) and marks <= COMPARISONS and len(piece) < MAX_CONDITION


def _ties_letter(piece: Sequence[Token], relations: Sequence[Relation]) -> bool:
    """True for ``i = j`` after a relation in which ``i`` occurs only in scripts."""
    if not relations or len(piece) != 3 or piece[1].text != "=" or not is_name(piece[0]):
        return False
    if not (is_name(piece[2]) or piece[2].kind == "number"):
        return False
    places = [raised for r in relations[-1:] for raised in _places((*r.left, *r.right), piece[0])]
    return bool(places) and all(places)


def _places(tokens: Sequence[Token], letter: Token) -> list[bool]:
    """For each occurrence of a letter, True if it is in a script."""
    out: list[bool] = []
    scripted = 0
    k = 0
    while k < len(tokens):
        t = tokens[k]
        if t.kind in ("sub", "sup"):
            _, end = script_argument(tokens, k + 1)
            scripted = max(scripted, end)
        elif (t.kind, t.text, t.style) == (letter.kind, letter.text, letter.style):
            out.append(k < scripted)
        k += 1
    return out


def _strip(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """The tokens without spaces, and without alignment marks and punctuation at the end."""
    out = [t for t in tokens if t.kind != "quad"]
    while out and ((out[-1].kind == "symbol" and out[-1].text in ".,;:") or out[-1].kind == "align"):
        out.pop()
    return tuple(out)


def _without_align(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """The tokens without alignment marks outside inner environments."""
    depth = 0
    out = []
    for t in tokens:
        depth += (t.kind == "begin") - (t.kind == "end")
        if t.kind != "align" or depth != 0:
            out.append(t)
    return tuple(out)


def read_relations(rows: Sequence[Row], before: tuple[Token, ...] | None, words: Container[str] = ()) -> list[Relation]:
    """All relations of a display, in order. A row that can't be read costs its relations alone.

    ``before``: the last side of the previous display, which a display that starts with a relation sign continues;
    ``words``: the names of several letters in force.
    """
    relations: list[Relation] = []
    for row in _opened([row if isinstance(row, UnreadRow) else _plain(row, words) for row in rows]):
        if isinstance(row, UnreadRow):
            _leave_unread(_without_align(row.head), row.span, row.problem, relations, before)
            continue
        known, ended = len(relations), len(relations[-1].right) if relations else 0
        try:
            _read_row(row, relations, before)
        except NotationError as e:
            del relations[known:]
            if relations:
                del relations[-1].right[ended:]
            _leave_unread(row, cover(row), e.diagnostic, relations, before)
    if not relations:
        opened = unclosed([t for row in rows if not isinstance(row, UnreadRow) for t in row])
        if opened is not None:
            problem = Diagnostic("SG102", f"`{opened.text}` is not closed", opened.span, "add the closing bracket")
            _leave_unread((), opened.span, problem, relations, before)
    for first, arrow, second in zip(relations, relations[1:], relations[2:], strict=False):
        if arrow.sign == "\\to" and arrow.continues and second.continues and first.equality and second.equality:
            arrow.sign = "\\Rightarrow"  # `a = b \\to c = d`
    return relations


def _plain(row: tuple[Token, ...], words: Container[str]) -> tuple[Token, ...]:
    """A row without its alignment marks and its number, with names in force for their words in ``\\text``."""
    said = [replace(t, kind="word") if t.kind == "text" and t.text in words else t for t in _unnumbered(row)]
    return _without_align(said)


def _unnumbered(row: tuple[Token, ...]) -> tuple[Token, ...]:
    """A row without its number, ``\\qquad (3)`` or ``& (3)``."""
    at = len(row) - 4
    if at < 1 or [t.text for t in (row[-3], row[-1])] != ["(", ")"] or row[-2].kind != "number":
        return row
    apart = row[at].kind == "quad" or (row[at].kind == "align" and not is_relation(row[at - 1]))
    return row[:at] if apart else row


def _read_row(row: tuple[Token, ...], relations: list[Relation], before: tuple[Token, ...] | None) -> None:
    """Read one row: its relations, and the conditions on them."""
    pieces = [p for p in (_strip(s) for s in _merge_ranges(segments(row))) if p]
    for number, piece in enumerate(pieces):
        if not relations and not _signs(piece) and piece[0].kind != "text" and any(map(_signs, pieces)):
            raise error(
                "SG111", "this is not part of the relation after it", cover(piece), "put remarks into `\\text{…}`"
            )
        _take(piece, number == 0, relations, before)


def _leave_unread(
    row: tuple[Token, ...],
    span: Span,
    problem: Diagnostic,
    relations: list[Relation],
    before: tuple[Token, ...] | None,
) -> None:
    """Enter a row that can't be read: as one equation, with its left side; without a sign it spoils the side before."""
    cuts = _signs(row)
    if not cuts and row and relations:
        relations[-1].unread = (span, problem)
        return
    number = relations[-1].row + 1 if relations else 0
    at = next((k for k in cuts if row[k].text in EQUALITIES), None)
    if at is None:
        relations.append(Relation("=", span, (), [], False, row=number, unread=(span, problem)))
        return
    pieces = segments(row[max((k + 1 for k in cuts if k < at), default=0) : at])
    left = _strip(pieces[-1]) if pieces else ()
    continues = not left and bool(relations)
    known = left or tuple(relations[-1].right if relations else before or ())
    rest = Span(span.source, min(row[at].span.end, span.end), span.end)
    sign = EQUALITIES[row[at].text]
    relations.append(Relation(sign, row[at].span, known, [], continues, row=number, unread=(rest, problem)))


def _opened(rows: list[Row]) -> list[Row]:
    """Rows above the first relation sign belong to its left side, unless they are words: ``a \\\\ + b \\\\ = c``."""
    first = next((k for k, row in enumerate(rows) if isinstance(row, UnreadRow) or _signs(row)), 0)
    joined = [row for row in rows[: first + 1] if not isinstance(row, UnreadRow)]
    if len(joined) <= first:
        return rows
    above = [row for row in joined[:first] if not any(t.kind == "text" for t in row)]
    return [tuple(t for row in (*above, joined[first]) for t in row), *rows[first + 1 :]]


def _merge_ranges(pieces: list[tuple[Token, ...]]) -> list[tuple[Token, ...]]:
    """Join ``i = 1``, ``\\dots``, ``C`` into one condition, and ``i = 0``, ``1``, ``\\dots``, ``C`` likewise."""
    out: list[tuple[Token, ...]] = []
    k = 0
    while k < len(pieces):
        at = k + 1
        while at < len(pieces) and _counts_on(pieces[at - 1], pieces[at]):
            at += 1
        dots = pieces[at] if at + 1 < len(pieces) and pieces[at][0].text == "\\dots" else None
        if dots is not None and _is_range(pieces[k], dots):
            out.append((*pieces[k], *dots, *pieces[at + 1]))
            k = at + 2
        else:
            out.append(pieces[k])
            k += 1
    return out


def _counts_on(piece: Sequence[Token], following: Sequence[Token]) -> bool:
    """True for ``i = 0`` and ``1``, for ``1`` and ``2``."""
    number = piece[-1].text
    return len(following) == 1 and number.isdecimal() and following[0].text == str(int(number) + 1)


def _take(piece: tuple[Token, ...], first: bool, relations: list[Relation], before: tuple[Token, ...] | None) -> None:
    """Read one piece: a condition on the row's relations, a remark, a continued side, or new relations."""
    aside = piece[0].kind == "text" and piece[0].text == BESIDE
    bare = tuple(_bare(piece[1:] if aside else piece))
    otherwise = [t.text.strip(" ,.").lower() for t in bare] in (["otherwise"], ["else"])
    if aside and not _signs(bare) and not otherwise:
        return
    restricts = aside or _is_condition(bare)
    restricts = restricts or (not first and (_is_range(bare, None) or _ties_letter(bare, relations)))
    if relations and restricts:
        piece = bare
        for r in relations:
            if r.row == relations[-1].row:
                r.conditions.append(piece)
        return
    known, alternative = len(relations), False
    if piece[0].kind == "text":
        remark = piece
        alternative = piece[0].text.strip(" ,.").lower() in ALTERNATIVES
        piece = tuple(t for t in piece if t.kind != "text")
        if not piece or (first and relations and len(remark[0].text.split()) > 2 and not _signs(remark)):
            return  # a row of words, `\\text{(the first term does not depend on $\\theta$)}`
        if relations and not first and not _signs(remark):
            raise error(
                "SG111",
                "this condition is not understood",
                cover(remark),
                "write it as `i \\neq j` or `k \\in \\mathcal{N}`",
            )
    cuts = _signs(piece)
    if cuts:
        _relate(piece, cuts, relations, before)
        if alternative and known < len(relations):
            _take_as_alternatives(relations, known)
    elif first and relations:
        relations[-1].right.extend(piece)  # a row without a relation sign continues the previous one
    elif relations:
        raise error("SG111", "this remark is not understood", cover(piece), "put remarks into `\\text{…}`")


def _take_as_alternatives(relations: Sequence[Relation], at: int) -> None:
    """``x = a \\text{ or } x = -a``: each may hold, and none defines x. Two ways to write a derivative are claims."""
    first, other = next((r for r in reversed(relations[:at]) if not r.continues), None), relations[at]
    if first is None or [t.text for t in first.left] != [t.text for t in other.left]:
        return
    if not any(t.text in ("\\partial", "\\nabla", "\\frac") for t in other.left):
        first.condition = other.condition = True


def _relate(
    piece: tuple[Token, ...], cuts: list[int], relations: list[Relation], before: tuple[Token, ...] | None
) -> None:
    """``a = b = c``: one relation per sign."""
    left = piece[: cuts[0]]
    continues = not left and bool(relations)
    if not left:
        found = tuple(relations[-1].right) if relations else before
        if found is None:
            raise error("SG104", "the left side is missing", piece[0].span, "write it in front of the relation sign")
        left = found
    row = relations[-1].row + 1 if relations else 0
    for start, end in zip(cuts, (*cuts[1:], len(piece)), strict=True):
        sign = piece[start]
        right = list(piece[start + 1 : end])
        relations.append(Relation(EQUALITIES.get(sign.text, sign.text), sign.span, left, right, continues, row=row))
        relations[-1].condition = sign.text == ASKED
        left = tuple(right)
        continues = True
