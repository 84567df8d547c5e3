"""Functions that the prose names: ``where $s$ is the softmax function``, ``a sigmoid activation function $g$``.

Also those that a formula says to be a known one, ``$\\sigma(x) = \\tanh(x)$``. What is said only of a case, of an
example or of one possibility among others names nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from symgrad.reading.document.blocks import Display, Inline
from symgrad.reading.document.sentences import numbered_sentences, sentence_before
from symgrad.reading.tokens.called_functions import CalledFunction

SIGMA = "\\sigma"
KINDS = {
    "softmax": r"soft-?max",
    "sigmoid": r"(?:logistic(?:\s+sigmoid)?|sigmoid(?:al)?(?:\s+logistic)?|expit)",
    "tanh": r"(?:tanh|hyperbolic\s+tangent)",
    "ReLU": r"(?:ReLU|rectified\s+linear(?:\s+unit)?|rectifier)",
    "softplus": r"soft-?plus",
}
ARBITRARY = ""
"""The function of which the prose says no more than that it is an activation function."""

_ONE = r"\x00(?P<name>\d+)\x00"
_KIND = "(?:" + "|".join(rf"(?P<{key}>{words})" for key, words in KINDS.items()) + ")"
_LOOSE = (
    r"(?:(?:usual|standard|well-?known|so-?called|same|familiar|element-?wise|component-?wise|entry-?wise|point-?wise"
    r"|scalar|non-?linear|smooth|hidden|output)\s+){0,3}"
)
_FUNCTION = r"\s+(?:\([\w -]*\)\s+)?(?:(?:activation|transfer|squashing)\s+)?(?:function|non-?linearity|activation)\b"
_ACTIVATION = r"(?:activation(?:\s+function)?|transfer\s+function|non-?linearity|non-?linear\s+function)\b"
_BE = (
    r"\s*(?:,\s*(?:which\s+)?)?"
    r"(?:(?:is|be|being|denotes?|represents?|means|stands\s+for)\b(?:\s+(?:here|just|simply|again|also))?|=)\s*"
)
_THE = r"(?:(?:the|an?|our|this|some|any)\s+)?"
_END = (
    r"(?=\s*(?:$|[.,;:)—–-]|\x00"
    r"|(?:and|with|where|which|so|then|let|while|given|defined|applied|acting|of\s+the\s+form)\b))"
)
_SAID = (
    re.compile(rf"{_ONE}{_BE}{_THE}{_LOOSE}{_KIND}(?:{_FUNCTION}|{_END})", re.IGNORECASE),
    re.compile(rf"{_ONE}\s*,?\s*\(?(?:as\s+|for\s+)?(?:the|an?)\s+{_LOOSE}{_KIND}{_FUNCTION}", re.IGNORECASE),
    re.compile(rf"\b{_LOOSE}{_KIND}{_FUNCTION}\s*\(?,?\s*(?:denoted\s+(?:by|as)\s+|called\s+)?{_ONE}", re.IGNORECASE),
    re.compile(rf"\b(?:denote|write)\s+(?:the\s+)?{_LOOSE}{_KIND}(?:{_FUNCTION})?\s+(?:by|as)\s+{_ONE}", re.IGNORECASE),
)
_SAID_ACTIVATION = (
    re.compile(rf"{_ONE}(?:{_BE}|\s*,?\s*){_THE}{_LOOSE}(?:differentiable\s+)?{_ACTIVATION}", re.IGNORECASE),
    re.compile(rf"\b{_LOOSE}{_ACTIVATION}\s+{_ONE}", re.IGNORECASE),
)
_DOUBT = re.compile(
    r"\b(?:if|when|whenever|unless|not|no|nor|neither|suppose|assum\w+|either|or|could|may|might|would|were|can"
    r"|instead|unlike|than|replac\w+|eg|e\.g|such\s+as|like|for\s+(?:example|instance)|common\w*|often|usually|typical\w*"
    r"|derivatives?|gradient|inverse|loss|approximat\w+)\b",
    re.IGNORECASE,
)
"""Words of a sentence that leave open what the function is here."""
_DENIAL = re.compile(r"\b(?:if|when|whenever|unless|not|no|nor|neither|unlike|instead|suppose)\b", re.IGNORECASE)
_WORDS = re.compile("|".join((*KINDS.values(), "activation", "transfer", "non-?linear")), re.IGNORECASE)
_LETTER = r"(?:\\(?:mathrm|mathbf|boldsymbol|mathit|bm|operatorname)\s*)?\{?\s*(?P<letter>\\[A-Za-z]+|[A-Za-z])\s*\}?"
_NAME = re.compile(rf"{_LETTER}\s*(?:\(\s*(?:\\cdot|[.·]|\\?[A-Za-z]+)\s*\))?")
_BY_FORMULA = re.compile(
    rf"{_LETTER}\s*(?:\(\s*(?P<x>\\?[A-Za-z]+)\s*\))?\s*:?=\s*(?:\\(?:operatorname|mathrm|text)\s*\{{)?\s*\\?{_KIND}\s*\}}?"
    r"\s*(?:\(?\s*(?P=x)\s*\)?)?[.,;\s]*"
)
_ZERO_OR = re.compile(
    rf"{_LETTER}\s*\(\s*(?P<x>\\?[A-Za-z]+)\s*\)\s*:?=\s*\\?max\s*\\?[({{]\s*0\s*,\s*(?P=x)\s*\\?[)}}][.,;\s]*"
)
_NORMALISED = re.compile(
    rf"{_LETTER}\s*\(\s*(?P<x>\\?[A-Za-z]+)_\{{?(?P<i>\w)\}}?\s*\)\s*:?=\s*\\d?frac\s*\{{\s*(?:\\exp|e\s*\^)[^=]*\\sum[^=]*"
)
_BOUNDS = re.compile(r"\\sum\s*(?:\\limits\s*)?_\s*\{[^{}]*\}")
_SAME = re.compile(rf"{_KIND}\s*\}}?\s*\((?P<x>[^()]+)\)\s*&?\s*=\s*{_LETTER}\s*\((?P=x)\)")
"""``\\operatorname{softmax}(v) = \\psi(v)``"""
_HEAD = (
    r"(?:^|\\\\|[&,;:]|\\quad)\s*{0}\s*(?:_\s*\{{?\w\}}?)?\s*\(\s*[^()=]*\)\s*{1}\s*&?\s*"
    r"(?::=|=|\\equiv|\\triangleq|\\coloneqq)"
)
_UNITS = re.compile(
    rf"\b{_KIND}\s+(?:(?:activation|transfer)\s+)?(?:neurons?|units?|nodes?|layer|activations?|function|non-?linearity)\b",
    re.IGNORECASE,
)
_MADE = re.compile(r"^[^=(]*=\s*&?\s*(?P<letter>[a-z]|\\(?:phi|varphi|psi))\s*(?:\\left\s*)?\(")


def functions_in_words(displays: Sequence[Display], inlines: Sequence[Inline]) -> list[CalledFunction]:
    """The functions that the text names, in the order of the text; with ``ARBITRARY`` for activation functions."""
    items: list[Display | Inline] = [*displays, *inlines]
    if not items:
        return []
    path = items[0].content.source.path
    found = [*_by_formulas(items)]
    if _WORDS.search(items[0].content.source.text) is not None:
        found += [*_by_words(inlines, displays), *_introduced(displays)]
    formulas = [_text(item) for item in items]
    known = {letter for _, letter, function in found if function}
    kept = [
        CalledFunction(path, start, letter, function)
        for start, letter, function in sorted(set(found))
        if (function or letter not in known) and not _is_defined(letter, formulas)
    ]
    changed = any(c.letter == SIGMA and c.function != "sigmoid" for c in kept)
    return [c for c in kept if c.letter != SIGMA or (changed and c.function)]


def _text(item: Display | Inline) -> str:
    """A formula with single spaces: the patterns below try each of them as the one that ends a piece."""
    return " ".join(item.content.text.split())


def _is_defined(letter: str, formulas: Sequence[str]) -> bool:
    """True if the document defines the function by its values: ``\\sigma`` by its entries, others in any way."""
    head = re.compile(_HEAD.format(re.escape(letter), r"_" if letter == SIGMA else r"(?:_\s*\{?\w\}?)?"))
    return any(head.search(f) and not _formula(f.strip()) for f in formulas)


def _formula(text: str) -> tuple[str, str] | None:
    """The letter and the function of ``\\sigma(x) = \\tanh(x)``, ``\\sigma(z_i) = e^{z_i} / \\sum_j e^{z_j}``."""
    if (m := _BY_FORMULA.fullmatch(text)) is not None:
        return m["letter"], _kind(m)
    if (m := _ZERO_OR.fullmatch(text)) is not None:
        return m["letter"], "ReLU"
    m = _NORMALISED.fullmatch(_BOUNDS.sub(r"\\sum", text))
    return (m["letter"], "softmax") if m is not None else None


def _by_formulas(items: Sequence[Display | Inline]) -> Iterator[tuple[int, str, str]]:
    for item in items:
        text = _text(item).replace("\\left", "").replace("\\right", "")
        for m in _SAME.finditer(text):
            yield item.content.start, m["letter"], _kind(m)
        found = _formula(text)
        if found is not None and (found[0] == SIGMA or found[1] == "softmax" or "(" not in text):
            yield item.content.start, *found


def _by_words(inlines: Sequence[Inline], displays: Sequence[Display]) -> Iterator[tuple[int, str, str]]:
    paragraphs: dict[int, list[Inline]] = {}
    for inline in inlines:
        paragraphs.setdefault(inline.paragraph, []).append(inline)
    for formulas in paragraphs.values():
        for sentence in numbered_sentences(formulas):
            if _WORDS.search(sentence) is None or _DENIAL.search(sentence) is not None:
                continue
            doubtful = _DOUBT.search(sentence) is not None
            for patterns, arbitrary in ((_SAID, False), (_SAID_ACTIVATION, True))[doubtful:]:
                for m in (m for pattern in patterns for m in pattern.finditer(sentence)):
                    inline = formulas[int(m["name"])]
                    name = _NAME.fullmatch(_text(inline))
                    if name is not None:
                        yield _from(inline, displays), name["letter"], ARBITRARY if arbitrary else _kind(m)


def _kind(m: re.Match[str]) -> str:
    return next(key for key in KINDS if m.group(key))


def _from(inline: Inline, displays: Sequence[Display]) -> int:
    """Where words begin to hold: at the display before them, if they go on with its sentence."""
    start = inline.content.start
    before = [d for d in displays if d.full.end <= start]
    if before:
        since = inline.content.source.text[before[-1].full.end : start]
        if not re.search(r"\n[ \t]*\n\s*[A-Z]|[.!?]\s", since):
            return before[-1].full.start
    return start


def _introduced(displays: Sequence[Display]) -> Iterator[tuple[int, str, str]]:
    """``The output layer has softmax neurons: \\hat y = s(W h + b)``"""
    for display in displays:
        made = _MADE.match(_text(display))
        said = list(_UNITS.finditer(sentence_before(display))) if made is not None else []
        if made is not None and len(said) == 1 and _DOUBT.search(sentence_before(display)) is None:
            yield display.full.start, made["letter"], _kind(said[0])
