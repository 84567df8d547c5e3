"""What the words before a display make of it: claims, a condition, or what follows from a condition."""

from __future__ import annotations

import re
from typing import Literal

from symgrad.reading.document.blocks import Display
from symgrad.reading.document.prose_words import NAMES_ANOTHER, NAMES_DENSITY
from symgrad.reading.document.sentences import FORMULA, sentence_before

Purpose = Literal["claim", "condition", "consequence"]

_CONDITION = re.compile(
    r"(?:^|\b(?:we|to|and|then|now|us|must|can|is|are|be|first|next|by)\s+)\W*set(?=\s+\w)|"
    r"(?:^|\b(?:by|and|when|after|then|for)\s+)\W*setting(?=\s+(?!up\b)\w)|"
    r"\b(?:solve|solving|such that|subject to|assume|assuming|suppose|supposing|require)\b|"
    r"(?<!\ba )(?<!\bthe )(?<!\bany )(?<!\beach )(?<!\bevery )(?<!\bas )\bgiven(?! by| as)\b",
    re.IGNORECASE,
)
_MORE = re.compile(r"\bby\b|(?:\w+\W+){7}", re.IGNORECASE)
"""Behind the word of a condition: ``solve this by expanding``, a sentence that goes on."""
_FACT = re.compile(r"\b(?:independent|depends?|constant|drops? out|contains?|appears?)\b", re.IGNORECASE)
_CONSEQUENCE = re.compile(
    r"\b(?:gives?|gets?|yields?|obtains?|leads?|results?|follows?|implies|imply|finds?|means?|becomes?|arrives?|have|has|"
    r"hence|therefore|thus|then|so|equivalent(?:ly)?)\b|解得|可得|得到|得出|因此|所以|于是|从而",
    re.IGNORECASE,
)
_CONCLUDES = re.compile(
    r"^\W*(?:and |so |from this |this |it |which |we )*(?:hence|therefore|thus|then|so|solving|rearranging|gives?"
    r"|yields?|means?|implies|follows|get|obtain|find|conclude)\b"
    r"|^\W*(?:解得|可得|得到|得出|得|因此|所以|于是|从而|故|por (?:lo )?tanto|luego|entonces|portanto|logo|então"
    r"|donc|d['’]où|daraus folgt|daher|somit|следовательно|отсюда|откуда|quindi|da cui)",
    re.IGNORECASE,
)
_DENIED = re.compile(r"\b(?:not|never|no|without|nothing)\b|n['’]t\b", re.IGNORECASE)
_FEASIBLE = re.compile(
    r"\b(?:complement\w* slackness|slackness conditions?|(?:primal|dual) feasib\w+|feasibility conditions?"
    r"|(?:écart|relâchement)s? complémentaires?|holgura complementaria|folga complementar\w*)\b"
    r"|互补松弛|互補鬆弛|相補性条件|可行性?条件|可行性",
    re.IGNORECASE,
)
"""What names the conditions at a constrained optimum that are no derivatives."""
_AT_OPTIMUM = re.compile(
    r"\b(?:must\s+(?:also\s+)?(?:vanish|be (?:zero|0))|(?:has|have|under|with|the|an?|equality|linear) constraints?"
    r"|(?:optimality|stationarity|KKT|first[ -]order)\s+conditions?(?:\s+(?:is|are|reads?))?)\W*$",
    re.IGNORECASE,
)
"""``The derivative in $b$ must vanish:``, ``the dual has the constraint``: what is displayed holds at an optimum."""
_TO_ZERO = re.compile(
    r"\b(?:set|setting|put|putting|equate|equating"
    r"|at (?:an?|the|any|every) (?:(?:stationary|critical) point|optimum|minimum|maximum|minimi[sz]er|maximi[sz]er))\b"
    r"|[令置](?=\S{0,8}(?:0|零|$))|iguala(?:ndo|mos)|annul(?:ant|ons)|\bgleich null\b|приравн"
    r"|ponendo .{0,30}\b(?:0|zero)",
    re.IGNORECASE,
)

_ZERO = re.compile(
    rf"(?:(?!{FORMULA})[^,;:.])*\b(?:to|equals?)\s+(?:the\s+)?(?:zero|0)\b(?:\s+vector)?\W*(?:{FORMULA}\W*)?$"
)
"""What is set is set to zero, and the sentence ends there."""
_TURNS_TO = re.compile(
    r"^\W*(?:(?:and|but|now|next|finally|again|instead|let us|let['’]s|we|as another example)\b\W*)*"
    r"(?:consider|look at|turn to)\b|(?:再看|接着看|接下来看|现在看|考虑)",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"^\W*(?!.*\b(?:gradients?|derivatives?|rule|result|final\w*|simplif\w*|total|update|note|here|hence|so|then|thus|now)\b)"
    r"[A-Z]\w+(?:[ -]\w+){1,3}\W*:\W*$"
)
"""``Squared hinge:`` in front of an equation that has its line for itself."""
_OPERATES = re.compile(
    r"\b(?:(?:left|right|pre|post)?[- ]?(?:multiplying|dividing|multiply|divide)|adding|subtracting|rearranging"
    r"|(?:taking|take) (?:the )?(?:inner|dot) products?)\b",
    re.IGNORECASE,
)
"""What is done to both sides of the equation before: ``Multiplying by $w^\\top$ gives``."""
_SUBSTITUTES = re.compile(rf"\b(?:taking|choosing|substituting|inserting|plugging in)\s+{FORMULA}", re.IGNORECASE)

_PUTS_BACK = re.compile(
    rf"\b(?:substitut|plug|insert|put)\w*(?:(?!{FORMULA})[^.])*\b(?:back|these|this|them|those|into|in|above)\b",
    re.IGNORECASE,
)


def purpose(display: Display) -> Purpose:
    """What the sentence before a display says that the display is.

    ``such that``, ``we solve`` make it a condition. ``setting … gives`` makes it a consequence of what is set.
    """
    words = sentence_before(display)
    if _DENIED.search(words):
        return "claim"
    if _FEASIBLE.search(words) or _AT_OPTIMUM.search(words):
        return "condition"
    zero = _TO_ZERO.search(words)
    if zero is not None and _CONSEQUENCE.search(words[zero.end() :]):
        return "consequence"
    clause = next((c for c in reversed(re.split(r"[,;:]", words)) if c.strip()), "")
    found = list(_CONDITION.finditer(clause))
    after = clause[found[-1].end() :] if found else FORMULA
    if found and found[-1].group().lower() == "such that" and after.strip():
        return "claim"  # `rewritten such that the terms separate`
    if found and _ZERO.match(after):
        return "condition"  # `set the gradient to the zero vector $\\mathbf{0}$:`
    return "claim" if FORMULA in after or _CONSEQUENCE.search(after) or _MORE.search(after) else "condition"


def sets(display: Display) -> bool:
    """True if the sentence before a display sets something: ``Setting $E = 0$:``."""
    return bool(_TO_ZERO.search(sentence_before(display)))


def substitutes(display: Display) -> bool:
    """True if the sentence before a display tells what follows from an equation: ``Taking $a = b$ we get``."""
    found = _SUBSTITUTES.search(sentence_before(display))
    return found is not None and bool(_CONSEQUENCE.search(found.string[found.end() :]))


def puts_back(display: Display) -> bool:
    """True if the sentence before a display puts earlier results into something: ``Substituting these back``."""
    return _PUTS_BACK.search(sentence_before(display)) is not None


def turns_to_another(display: Display) -> bool:
    """True if the sentence before a display goes over to something else: ``Now consider the addition gate:``."""
    words = sentence_before(display)
    in_line = not display.full.text.startswith(("$$", "\\[", "\\begin"))
    turned = _TURNS_TO.search(words) or NAMES_ANOTHER.match(words) or NAMES_DENSITY.search(words)
    turned = turned or (_LABEL.match(words) if in_line else None)
    return turned is not None and not _CONSEQUENCE.search(words)


def concludes(display: Display) -> bool:
    """True if the sentence before a display draws a conclusion: ``hence``, ``which gives``, ``solving for $\\mu$``."""
    words = sentence_before(display)
    return bool(_CONCLUDES.search(words)) and not _DENIED.search(words)


def operates(display: Display) -> bool:
    """True if the sentence before a display tells what it did to the equation before: ``Multiplying by $w$ gives``."""
    found = _OPERATES.search(sentence_before(display))
    return found is not None and bool(_CONSEQUENCE.search(found.string[found.end() :]))


def says_independent(display: Display) -> bool:
    """True if the sentence before a display says why a derivative is 0: ``f does not depend on b, so``."""
    return bool(_FACT.search(sentence_before(display)))
