"""What the prose around a formula says of it: that it holds, that a case of it is considered, or neither.

``assuming $\\lambda > 0$`` asserts. ``we never need $\\lVert x \\rVert = 1$``, ``if $a > 0$ were known`` and
``$a > 0$ or $a < 0$`` assert nothing. ``If $i \\neq j$:`` and ``consider the case $o \\neq c$`` hold for the display
that follows and for no other.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from symgrad.reading.document.blocks import Inline

Stance = Literal["asserted", "case", "denied"]

FORMULA = "\x00"
"""Stands for a formula in the prose."""
REACH = 600
"""Prose further away than this many characters is not looked at."""

_PARAGRAPH_BEFORE = re.compile(r".*(?:\n[ \t>]*\n|\$\$|\\\]|\\end\{[^}]*\})", re.DOTALL)
_PARAGRAPH_AFTER = re.compile(r"\n[ \t>]*\n|\$\$|\\\[|\\begin\{")
_ABBREVIATION = re.compile(
    r"\b(?:e\.g|i\.e|w\.r\.t|s\.t|resp|cf|eq|fig|sec|etc|viz|a\.s|i\.i\.d|w\.l\.o\.g)\.", re.IGNORECASE
)
_SENTENCE = re.compile(r"[.!?]+(?=\s|$|[\"')])")
_CLAUSE = re.compile(r"[,;:()—]|(?<!not )\b(?:because|since|whereas|therefore|hence|thus)\b", re.IGNORECASE)

_GENERALITY = re.compile(
    r"\bwithout (?:any )?loss of generality\b|\bw\.?l\.?o\.?g\.?|\bno loss\b|\bnot only\b"
    r"|\bno (?:other|further|more)\b[^\x00,;]*\b(?:than|except|besides)\b"
    r"|\b(?:in order |so as )?(?:not to|to avoid)\b[^\x00,;]*?(?:,|(?=\b(?:we|one|let|take|assume|require)\b))",
    re.IGNORECASE,
)
_SUPPOSING = r"(?:assume|suppose|take|let|set|choose|require)d?"
_DENIES_BEFORE = re.compile(
    r"\b(?:not|never|no|neither|nor|without|nothing|nobody|none|cannot|hardly|unless|false|wrong|avoids?|avoiding|"
    r"drop(?:s|ped|ping)?|instead of|rather than|whether|iff|otherwise|except|contrary|unlike|lacks?|fails?|"
    r"relax(?:es|ed|ing)?|remov(?:es?|ed|ing)|ignor(?:es?|ed|ing)|skip(?:s|ped|ping)?|violat(?:es?|ed|ing)|"
    r"abandon(?:s|ed|ing)?|forget(?:s|ting)?|refrain(?:s|ed|ing)?|beware|(?:even|only) if|for example|"
    r"tempting|mistakes?|misconceptions?|contradiction|claim(?:s|ed)?(?! (?:follows|holds|uses|is true))"
    r"|conjecture[sd]?|hopes?|wish(?:es)?|"
    r"necessary|sufficient|students?|authors?|people|implementations|earlier work|illustration|some (?:write"
    r"|use|take|set|define|call)|"
    r"(?:can|may) (?:also |well )?(?:happen|occur|be that)|extensions? to|generali[sz]\w+ to|"
    rf"(?:would|could|might)(?!\s+(?:\w+\s+)?{_SUPPOSING}\b))\b|n['’]t\b"
    r"|\b(?:often|usually|typically|sometimes|occasionally|rarely|seldom|ideally|possibly|perhaps|maybe"
    r"|in practice)\b"
    r"[^\x00]*$"  # `most often $t$ is right and the target is $y = e_t$` goes on
    r"|\b(?:like|such as|compared?(?: to| with)?|equivalent to)\s*$",
    re.IGNORECASE,
)
_TO_PROVE = re.compile(
    r"(?<!easy )(?<!straightforward )(?<!possible )(?<!simple )(?:^\W*|\b(?:to|must|should|will|shall|us"
    r"|please)\s+(?:\w+ly\s+)?)"
    r"(?:show|prove|verify|check|test|demonstrate|establish|see|ask|find out)\b(?:(?!\b(?:uses?|using|from|by"
    r"|given)\b)[^\x00])*$",
    re.IGNORECASE,
)
"""``We want to show that``, ``Prove that``: what is to be proved is no ground of its own proof."""
_NOT_ASSUMED = re.compile(
    r"(?:\b(?:not|never|nowhere|nothing|no one|nobody)\b|n['’]t\b)[^\x00;]{0,60}"
    r"\b(?:assum|suppos|requir|need|ask|demand|impl|mean|say|know)[a-z]*\s*(?:that\s*)?$",
    re.IGNORECASE,
)
"""``We do not, in general, assume``: the denial is in an earlier clause than the verb."""
_DENIES_AFTER = re.compile(
    r"^[^\x00]*?(?:\b(?:not(?! (?:necessarily an?\b|too|very|small|large|shown|written|important|restrictive"
    r"|integer))|"
    rf"never|false|wrong|fails?|unneeded|unnecessary|optional|were|would(?! be {_SUPPOSING}))\b|n['’]t\b)",
    re.IGNORECASE,
)
_SET_ASIDE = re.compile(
    r"^[\s,)]*(?:which\s+)?(?:is|are|was|were|be|been|(?:can|may|might|could|will)\s+(?:also\s+)?be)\s+(?:\w+ly\s+)?"
    r"(?:dropped|relaxed|removed|ignored|violated|abandoned|lifted|skipped|treated(?! as)|handled|covered|excluded|"
    r"discussed|deferred|left (?:out|to)|easy|trivial|similar|analogous|to be (?:shown|proved|proven|checked)"
    r"|what we|"
    r"(?:a|an|the) (?:\w+ )?(?:mistake|misconception|error|claim|conjecture|question|goal))\b",
    re.IGNORECASE,
)
"""``The constraint … is dropped``, ``the case …, was treated in [1]``."""
_TAKEN_BACK = re.compile(
    r"\bbut\b(?:\s+(?:here|now|in general|in this \w+),?)*\s+(?:this|that|it|we)\s+(?:is|are|does|do|was|need"
    r"|will|can)"
    r"(?:\s*not\b|n['’]t\b)(?!\s+(?:matter|change|affect|restrict|important))|;[^\x00]*\bwe (?:now )?(?:drop"
    r"|relax|remove|lift)\b",
    re.IGNORECASE,
)
_NEXT_DENIES = re.compile(
    r"^\s*(?:this|that|it|which|the (?:assumption|condition|constraint))\s+(?:is|does|need|was|will|would)(?:"
    r"\s+(?:not|in general|here)\b|n['’]t)*"
    r"\s*(?<=not|n['’]t)\s+(?:be |being )?(?:needed|required|assumed|true|hold|the case|necessary|used|imposed)"
    r"|^\s*(?:this|that|it)\s+is\s+(?:\w+\s+)?(?:false|wrong|dropped|unnecessary)\b",
    re.IGNORECASE,
)
"""The sentence behind takes it back: ``This is not assumed here.``"""
_NOT_OF_THIS = re.compile(r"\b(?:so|then|hence|therefore|which|and|but)\b.*", re.IGNORECASE | re.DOTALL)
"""What follows such a word is said of something else."""
_IF = re.compile(
    r"\b(?:if|when|whenever|as long as|in case|provided(?: that)?)\b(?:(?!\b(?:where|with"
    r"|then)\b)[^,;:()])*$",
    re.IGNORECASE,
)
_NO_CASE = re.compile(
    r"\b(?:even|only|check|checks|test|tests|see|ask|asks|know|unclear|decide|matters?|wonder) (?:if"
    r"|when)\b",
    re.IGNORECASE,
)
_CASE = re.compile(r"\bcases?\b[^\x00.]*$", re.IGNORECASE)
_CASES = re.compile(r"\bcases\b[^.]*$", re.IGNORECASE)
"""``the cases $a > 0$ and $a < 0$``: none of them holds."""
_CONSIDER = re.compile(r"(?:^|\bnow |\bfirst |\bnext )\W*(?:now |first |next )*consider[\s~]*$", re.IGNORECASE)
_LABELLED_CASE = re.compile(r"\bcase\b[^\x00.;,()]{0,30}[(:—,][\s*_]*$", re.IGNORECASE)
"""``**Case 1** ($i = j$):``, ``Case 2: $i \\neq j$``."""
_FOR = re.compile(r"^\W*(?:now |first |next |then )*for[\s~]*$", re.IGNORECASE)
_FOR_SUCH = re.compile(r"^\W*(?:now |first |next |then )*for(?: \w+){1,2}[\s~]*$", re.IGNORECASE)
"""``For symmetric $A = A^\\top$ this simplifies``: said of a special case."""
_WHEREABOUTS = re.compile(
    r"\b(?:meets?|attained|reached|asks?|shows?|points?|lines?|cross(?:es)?|intersects?|exactly|only|see"
    r"|find)\s+where\s*$"
    r"|\bon the \w+ with\s*$|\bnaive\b[^\x00]*$",
    re.IGNORECASE,
)
"""``The lines meet where $y = 2 x$`` tells a place."""
_DEFINES = re.compile(
    r"\b(?:let|where|with|so that|defin\w*|denot\w*|put|set|writ(?:e|ing)|call|gives?|giving|namely|using|outputs?)\b"
    r"[^\x00]*$"
    r"|\b(?:let|where|with|define|put|set|write)\b(?:[^\x00.]*\x00)+[\s,]*(?:and[\s]*)?$",
    re.IGNORECASE,
)
_PLACES = re.compile(
    r"\b(?:at|for|to|that|than|from|if|when|assum\w*|suppos\w*|case|whenever|equation)\s*$", re.IGNORECASE
)
_JOINED = re.compile(r"^[\s,]*(?:and[\s~]*)?$", re.IGNORECASE)
_OR = re.compile(r"^[\s,]*or[\s~]*(?:if[\s~]*|when[\s~]*|that[\s~]*)?$", re.IGNORECASE)
_COMPARED = re.compile(r"^\s*([^<>=]*?)\s*(<|>|=|\\leq?(?![a-z])|\\geq?(?![a-z])|\\neq?(?![a-z]))\s*([^<>=]*?)\s*$")
_SIGNS = {"\\leq": "\\le", "\\geq": "\\ge", "\\ne": "\\neq"}
_NEVER_BOTH = ({">", "<"}, {">", "="}, {"<", "="}, {">", "\\le"}, {"<", "\\ge"}, {"=", "\\neq"})


@dataclass(frozen=True, slots=True)
class Prose:
    """The words of a sentence around one formula."""

    before: str
    after: str
    last: bool
    """True if no other sentence follows in the paragraph."""
    ended: bool
    """True if the sentence ends with a mark of its own, and does not run into a display."""
    asked: bool = False
    """True if it ends with a question mark."""
    following: str = ""
    """The rest of the paragraph."""


def proses(formulas: Sequence[Inline]) -> list[Prose]:
    """The words around each formula of one paragraph."""
    starts = [inline.content.start for inline in formulas]
    return [_prose(formulas, starts, k) for k in range(len(formulas))]


def stances(formulas: Sequence[Inline], prose: Sequence[Prose]) -> list[Stance]:
    """What the text says of each formula of one paragraph."""
    found = [_stance(p) for p in prose]
    for k in range(1, len(formulas)):
        between = _between(formulas[k - 1], formulas[k])
        if _OR.match(between):
            found[k - 1] = found[k] = "denied"
        elif _JOINED.match(between) and found[k] == "asserted":
            found[k] = found[k - 1]  # `if $a > 0$ and $b > 0$`
    compared: dict[tuple[str, str], dict[str, list[int]]] = {}
    for k, inline in enumerate(formulas):
        match = _COMPARED.match(inline.content.text) if found[k] == "asserted" else None
        if match:
            left, sign, right = match.groups()
            compared.setdefault((left, right), {}).setdefault(_SIGNS.get(sign, sign), []).append(k)
    for by_sign in compared.values():
        for pair in _NEVER_BOTH:
            if by_sign.keys() >= pair:  # `for positive $a > 0$ and negative $a < 0$`
                for k in (k for sign in pair for k in by_sign[sign]):
                    found[k] = "denied"
    return found


def definers(prose: Sequence[Prose]) -> list[bool | None]:
    """For each formula: True behind a word that defines, None behind one that does not, False otherwise."""
    out: list[bool | None] = []
    for p in prose:
        clause = re.split(r"[;:()—]", p.before)[-1]
        plainly = _DEFINES.search(clause)
        if _WHEREABOUTS.search(clause):
            plainly, clause = None, "at"
        out.append(True if plainly else None if _PLACES.search(clause) else False)
    return out


_OTHERS = re.compile(
    r"\b(?:and|but|while|against|from|than|to|compared|multiplied|minus|between|unlike|given|times)\b",
    re.IGNORECASE,
)
"""Between a word and a formula, these make the word another's: ``compared with a one-hot target``."""
_OTHERS_NAME = re.compile(r"^(?:[ -]\w+){0,4}[\s,]*$")
_LATER = re.compile(r"^[^,.]*\b(?:later|below|elsewhere)\b")


def is_called(prose: Prose, word: re.Pattern[str]) -> bool:
    """True if the clause that names a formula says the word of it: ``the target $y$ is one-hot``, ``one-hot $y$``."""
    before, after = re.split(r"[;:(—]|\x00", prose.before)[-1], re.split(r"[;:—]|\x00", prose.after)[0]
    if _DENIES_BEFORE.search(before + after) or _IF.search(before):
        return False
    named = list(word.finditer(before))
    if named and not _OTHERS.search(before[named[-1].end() :]):
        return True
    said = word.search(after)
    if said is None or _OTHERS.search(after[: said.start()]) or _LATER.search(after[said.end() :]):
        return False
    last = FORMULA in prose.after and len(after) < len(prose.after) and prose.after[len(after)] == FORMULA
    return not (last and _OTHERS_NAME.search(after[said.end() :]))  # `the logits $z$ and the one-hot label $y$`


def last_cases(said: Sequence[Stance], prose: Sequence[Prose]) -> list[int]:
    """The formulas of the paragraph's last sentence that state the case considered in the display behind it."""
    return [k for k, stance in enumerate(said) if stance == "case" and prose[k].last]


def _stance(prose: Prose) -> Stance:
    before = _CLAUSE.split(_GENERALITY.sub("", prose.before))[-1]
    after = _CLAUSE.split(prose.after)[0]
    if (
        prose.asked
        or _NO_CASE.search(before)
        or _TO_PROVE.search(before)
        or _SET_ASIDE.search(prose.after)
        or _TAKEN_BACK.search(prose.after)
        or _NEXT_DENIES.search(prose.following)
    ):
        return "denied"
    if _IF.search(before):
        return "denied" if _DENIES_AFTER.search(after) else "case"
    if (
        _DENIES_BEFORE.search(before)
        or _NOT_ASSUMED.search(_GENERALITY.sub("", prose.before))
        or _DENIES_AFTER.search(_NOT_OF_THIS.sub("", after))
    ):
        return "denied"
    if _CASES.search(prose.before) or (prose.ended and _FOR_SUCH.search(prose.before)):
        return "denied"
    labelled = _LABELLED_CASE.search(prose.before)
    if (
        labelled
        or _CASE.search(before)
        or (
            (_FOR.search(prose.before) or _FOR_SUCH.search(prose.before) or _CONSIDER.search(prose.before))
            and not prose.ended
        )
    ):
        return "case"
    return "asserted"


def _prose(formulas: Sequence[Inline], starts: Sequence[int], k: int) -> Prose:
    """The sentence around a formula, other formulas as marks, abbreviations without their points."""
    content = formulas[k].content
    text = content.source.text
    start, end = max(0, content.start - REACH), min(len(text), content.end + REACH)
    first, last = bisect_left(starts, start), bisect_left(starts, end)
    before = _masked(text, formulas[first:k], start, content.start)
    after = _masked(text, formulas[k + 1 : last], content.end, end)
    opening = _PARAGRAPH_BEFORE.match(before)
    before = before[opening.end() :] if opening else before
    closing = _PARAGRAPH_AFTER.search(after)
    after = after[: closing.start()] if closing else after
    marks = list(_SENTENCE.finditer(before))
    before = before[marks[-1].end() :] if marks else before
    stop = _SENTENCE.search(after)
    rest = after[stop.end() :] if stop else ""
    asked = stop is not None and "?" in stop.group()
    return Prose(before, after[: stop.start()] if stop else after, not rest.strip(), stop is not None, asked, rest)


def _masked(text: str, formulas: Sequence[Inline], start: int, end: int) -> str:
    """Text with its formulas as marks and its delimiters of mathematics gone."""
    out, at = [], start
    for inline in formulas:
        span = inline.content
        if start <= span.start and span.end <= end:
            out += [text[at : span.start], FORMULA]
            at = span.end
    out.append(text[at:end])
    masked = _ABBREVIATION.sub(lambda m: m.group().replace(".", ""), "".join(out))
    return re.sub(r"(?<!\$)\$(?!\$)`?|`(?=\$)|\\\(|\\\)", "", masked)


def _between(first: Inline, second: Inline) -> str:
    """The words between two formulas, without the marks of mathematics."""
    text = first.content.source.text[first.content.end : second.content.start]
    return re.sub(r"\$|`|\\\(|\\\)", "", text)
