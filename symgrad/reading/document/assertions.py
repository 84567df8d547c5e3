"""What the prose says of a formula that could be an assumption.

It is *asserted* only behind words that assert (``assume $\\lambda > 0$``, ``weights with $\\sum_i w_i = 1$``), beside
words that say the same (``the draws are distinct, $n_k \\neq n_l$``), or in a list of declarations. ``If $i \\neq j$:``
states a *case* of the display behind it, ``we never need $a > 0$`` *denies*. Everything else is *unclear*: no proof and
no refutation may rest on such a formula.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from symgrad.reading.document import prose_words as words
from symgrad.reading.document.blocks import Inline
from symgrad.reading.document.random_names import random_names
from symgrad.reading.document.sentences import FORMULA, Prose, between

Stance = Literal["asserted", "passing", "mentioned", "unclear", "case", "denied"]
"""passing: asserted until the text turns to something else, ``if no word is drawn twice, $n_k \\neq n_l$``;
mentioned: in a sentence that raises no doubt, which is enough to declare a new name, ``a penalty, $\\lambda > 0$``."""

Definingness = Literal["", "perhaps", "setting", "for now", "plainly", "anew"]
"""How plainly the prose says that an equation defines: ``let``, ``where``; or nothing that speaks against it.

anew: even a name that has a definition, ``now let $y = 2 x$``; setting, for now: until the text turns, ``setting
$u = x^2$``, ``let $y = x$ for now``.
"""

_SIGN = re.compile(r"<|>|=|≠|≤|≥|∉|\\(?:leq?|geq?|neq?|notin|succ(?:eq)?(?=\s*0))(?![a-z])")
_SIGNS = {"≠": "\\neq", "≤": "\\le", "≥": "\\ge", "∉": "\\notin", "\\leq": "\\le", "\\geq": "\\ge", "\\ne": "\\neq"}
_NEVER_BOTH = ({">", "<"}, {">", "="}, {"<", "="}, {">", "\\le"}, {"<", "\\ge"}, {"=", "\\neq"})
_SYMMETRY = re.compile(r"\s*(\S.*?)\s*=\s*\1\s*\^\s*\{?\s*(?:\\top|\\intercal|T|\\mathsf\s*\{?T\}?)\s*\}?\s*$")
_PARTS = r"[,;]|\band\b"
MAX_WORDS = 8
"""Between a word that asserts and its formula, and between two formulas."""


def stances(formulas: Sequence[Inline], prose: Sequence[Prose]) -> list[Stance]:
    """What the text says of each formula of one paragraph."""
    found = [_stance(p, f.content.text) for p, f in zip(prose, formulas, strict=True)]
    for k in range(1, len(formulas)):
        gap = between(formulas[k - 1], formulas[k])
        if words.OR.match(gap):
            found[k - 1] = found[k] = "denied"
        elif words.JOINED.match(gap) and found[k] != "denied" and found[k - 1] != "mentioned":
            found[k] = found[k - 1]  # `if $a > 0$ and $b > 0$`
        elif words.RESTRICTS.match(gap) and _sign(formulas[k - 1].content.text) == "\\neq":
            found[k] = found[k - 1]  # `$n_k \neq n_l$ for $k \neq l$`
        elif words.IMPLIES.match(gap) and found[k - 1] in ("asserted", "mentioned") and found[k] == "mentioned":
            if found[k - 1] == "asserted" or words.RESTATES.search(prose[k].before):
                found[k - 1] = found[k] = "asserted"  # `in other words, $k \neq l$ implies $n_k \neq n_l$`
        elif found[k] in ("mentioned", "unclear") and (
            _is_named_moment(formulas[k], prose[k]) or _is_declared_symmetric(formulas, prose, found, k)
        ):
            found[k] = "asserted"
    for k in _contradictory(formulas, found):
        found[k] = "denied"
    return found


def _is_named_moment(formula: Inline, prose: Prose) -> bool:
    """``the mean $\\mathbb{E}[x] = m$``, ``a covariance $\\operatorname{Cov}(x) = \\Sigma$``"""
    doubted = words.DOUBT.search(prose.before) or words.NEGATION.search(prose.before)
    named = words.MOMENT.search(prose.before) and random_names(formula.content.text.partition("=")[0])
    return bool(named and not doubted)


def _is_declared_symmetric(formulas: Sequence[Inline], prose: Sequence[Prose], found: Sequence[Stance], k: int) -> bool:
    """``$S \\in \\mathbb{R}^{D \\times D}$, $S = S^\\top$``: what a list of declarations says of a matrix in it."""
    said = _SYMMETRY.match(formulas[k].content.text)
    if said is None or words.DOUBT.search(prose[k].before) or words.NEGATION.search(prose[k].before):
        return False
    for j in range(k - 1, -1, -1):
        if not words.LISTS.match(between(formulas[j], formulas[j + 1])) or found[j] in ("denied", "case"):
            return False
        names, declares, _ = spaced_membership(formulas[j].content.text).partition("\\in ")
        if declares and said.group(1) in [n.strip() for n in names.split(",")]:
            return True
    return False


def spaced_membership(text: str) -> str:
    """A formula with one spelling of its sign of membership: ``A\\in\\mathbb{R}^N`` as ``A \\in \\mathbb{R}^N``."""
    return re.sub(r"\s*(?:\\in(?![A-Za-z])|∈)\s*", r" \\in ", text)


def _contradictory(formulas: Sequence[Inline], said: Sequence[Stance]) -> list[int]:
    """Formulas of which the paragraph says both sides: ``for positive $a > 0$ and negative $a < 0$``."""
    compared: dict[tuple[str, str], dict[str, list[int]]] = {}
    for k, inline in enumerate(formulas):
        parts = _SIGN.split(inline.content.text)
        if said[k] not in ("case", "denied") and len(parts) == 2:
            sign = _sign(inline.content.text)
            compared.setdefault((parts[0].strip(), parts[1].strip()), {}).setdefault(sign, []).append(k)
    pairs = ((by_sign, pair) for by_sign in compared.values() for pair in _NEVER_BOTH if by_sign.keys() >= pair)
    return [k for by_sign, pair in pairs for sign in pair for k in by_sign[sign]]


def _sign(text: str) -> str:
    """The first relation sign of a formula, in one spelling."""
    found = _SIGN.search(text)
    return _SIGNS.get(found.group(), found.group()) if found else ""


def _stance(prose: Prose, text: str) -> Stance:
    """What one sentence says of its formula; a formula that states nothing is only mentioned."""
    states = _sign(text) or "\\in" in text or "∈" in text
    return _sentence_stance(prose, text) if states else "mentioned"


def is_quantified(assumed: Inline, formula: Inline) -> bool:
    """True for the set behind ``$n_k \\neq n_l$ for $k, l \\in [K]$``: it holds for all of these letters. Of other
    relations, ``$\\sum_a t_{ka} = 1$ for all $k \\in [K]$``, the words have to say so."""
    gap, sign = between(assumed, formula), _sign(assumed.content.text)
    said = words.RESTRICTS.match(gap) and (sign == "\\neq" or (sign and words.FOR_ALL.match(gap)))
    return bool(said and re.search(r"\\in\b|∈", formula.content.text))


def restricts(assumed: Inline, formula: Inline) -> bool:
    """True for the condition behind an assumption: ``$x_i > 0$ for $i \\ge 2$``."""
    return bool(_sign(assumed.content.text) and words.RESTRICTS.match(between(assumed, formula)))


def says_plainly(prose: Prose) -> bool:
    """True if the sentence around a formula says what it says without a doubt: ``suppose that $A$ is symmetric``."""
    stance = _sentence_stance(prose, "")
    doubted = (
        words.NEGATION.search(prose.before)
        or words.WANTED.search(prose.before)
        or (stance == "mentioned" and words.DOUBT.search(prose.before))
    )
    return stance in ("asserted", "passing", "mentioned") and not doubted


def stance_of_words(prose: Prose) -> Stance:
    """What the sentence around a formula says in words: ``if $u$ is a unit vector`` states a case."""
    return _sentence_stance(prose, "")


def _sentence_stance(prose: Prose, text: str) -> Stance:
    """What the words of a sentence say."""
    before = words.CLAUSE.split(prose.before)[-1]
    behind = words.CLAUSE.split(prose.after)[0]
    if (
        prose.asked
        or words.NO_CASE.search(before)
        or words.DENIED_NEXT.search(prose.following)
        or words.TAKEN_BACK.search(prose.after)
    ):
        return "denied"
    if words.IF.search(before):
        case: Stance = "unclear" if words.DROPS.search(before) else "case"
        return "denied" if words.DENIED_BEHIND.search(behind) else case
    if words.NEVER.search(prose.before) and words.FAILS.match(prose.after):
        return "unclear"
    if words.CONCLUDED.search(prose.before):
        return "denied"
    if words.CASES.search(prose.before) or _is_denied(prose) or (prose.ended and words.FOR_SUCH.search(prose.before)):
        return "denied"
    if _is_case(prose) or _is_label(prose, text):
        return "case"
    if words.REJECTED.search(f"{prose.before}{FORMULA}{prose.after}"):
        return "asserted"
    if words.DOUBT_BEHIND.search(prose.after) or words.AT_END.search(prose.before) or "|" in prose.before:
        return "unclear"
    if _is_said_alike(prose, text):
        return "passing" if words.IF_CLAUSE.search(prose.before) else "asserted"
    if _is_asserted(prose):
        return "passing" if words.WHERE.match(prose.before) else "asserted"
    doubted = words.DOUBT.search(prose.before) or words.PREPOSITION.search(prose.before)
    return "unclear" if doubted else "mentioned"


def _is_denied(prose: Prose) -> bool:
    """``We do not assume``, ``… is false in general``."""
    plain = max((m.end() for m in words.PLAINLY.finditer(prose.before)), default=0)
    denied = words.UNASKED.search(prose.before) or words.DENIED_BEFORE.search(prose.before[plain:])
    return bool(denied or words.TO_SHOW.search(prose.before) or words.DENIED_BEHIND.search(prose.after))


def _is_case(prose: Prose) -> bool:
    """``Case 1 ($i = j$):``, ``consider the case $o \\neq c$``, ``for $i \\neq j$``."""
    if words.CASE.search(prose.before):
        return not prose.ended or "case" in prose.before.lower()
    if prose.ended or words.TURN.search(prose.after):
        return False
    labelled = words.LABEL.match(prose.before) and words.LABEL_END.match(prose.after)
    return bool(labelled or words.FOR_THESE.search(prose.before) or words.FOR.search(prose.before))


def _is_label(prose: Prose, text: str) -> bool:
    """``$i = j$:`` at the beginning of a line."""
    return words.LABELLING.match(prose.before) is not None and bool(
        words.OF_LETTERS.match(text) and words.LABEL_ENDS.match(prose.after)
    )


def _is_said_alike(prose: Prose, text: str) -> bool:
    """``The draws are distinct, $n_k \\neq n_l$``: the words beside a formula say the same.

    Of ``\\neq`` a single negation says it too: ``no word is drawn twice``.
    """
    sign = _sign(text)
    same = words.SAME.get(sign, words.SIZE)
    beside = re.split(r"[;\x00]", prose.before)[-1]
    denials = len(words.NEGATION.findall(same.sub("", beside)))
    if denials + bool(same.search(beside)) != 1 or (denials and same is not words.DIFFER):
        return False
    doubted = words.DOUBT.search(words.SUPPOSING.sub("", beside)) or words.VERB_BEHIND.search(prose.after)
    return bool(words.APPOSED.search(prose.before)) and not doubted


def _is_asserted(prose: Prose) -> bool:
    """True behind words that assert, with nothing between them and the formula that speaks of something else."""
    before = prose.before
    subject = bool(words.VERB_BEHIND.search(prose.after))
    plain = [m for m in words.PLAINLY.finditer(before) if not words.NOT_NOW.search(before[: m.start()])]
    if plain and _is_plain(before[plain[-1].end() :], subject):
        return True
    if any(doubts.search(before) for doubts in (words.DOUBT, words.NEGATION, words.NOT_NOW)):
        return False
    ends = [m.end() for pattern in (words.OPENS, words.LINKS) for m in pattern.finditer(before)]
    if any(_is_plain(before[end:], subject) for end in ends):
        return True
    listed = words.LISTED.search(before) and not words.PREPOSITION.search(before)
    return bool(words.ASSERTED_BEHIND.search(prose.after) or (listed and not subject))


def _is_plain(text: str, subject: bool) -> bool:
    """True if words name things and say nothing of them: ``that the weights``, ``$x$ and a rate``.

    subject: a verb follows the formula, so that it belongs to no list in front of it.
    """
    if (
        (subject and FORMULA in text)
        or words.DOUBT.search(text)
        or words.NEGATION.search(text)
        or re.search(r"[;—]", text)
    ):
        return False
    counts = [len(run.split()) for run in text.split(FORMULA)]
    return max(counts) <= MAX_WORDS and (not words.PREPOSITION.search(text) or bool(words.RESTRICTED.match(text)))


def turns(text: str) -> bool:
    """True if the words between two displays end what was supposed: ``in general``, a heading."""
    return words.TURN.search(text) is not None


def points_back(text: str) -> bool:
    """True if the words between a display and a formula make that a ground of the display: ``, using``."""
    return words.BACK.match(text) is not None


def is_plain_ground(text: str) -> bool:
    """True if the words between a display and a formula say that it holds there: ``since``, ``where we used that``."""
    return words.GROUND.match(text) is not None


def generalises(heading: str) -> bool:
    """True for the heading of a part in which what was assumed holds no more: ``The general case``."""
    return words.GENERAL.search(heading) is not None


def leaves_sums_out(text: str) -> bool:
    """True if a document says that it leaves sums out: ``in Einstein notation``."""
    return words.EINSTEIN.search(text) is not None


def drops(text: str) -> bool:
    """True if the words between two displays take back what was assumed: ``we now drop this assumption``."""
    return words.DROPS.search(text) is not None


def is_ground(remark: str) -> bool:
    """True if a remark in a row says that its equation holds: ``since``, not ``unless``, ``even if not``."""
    supposed = words.SUPPOSES.sub("", remark)
    return "?" not in remark and not any(p.search(supposed) for p in (words.DOUBT, words.NEGATION, words.IN_SPITE))


def is_arbitrary(prose: Prose) -> bool:
    """``For arbitrary $a$``, ``let $a$ be arbitrary``"""
    return bool(words.ARBITRARY.search(prose.before) or words.ARBITRARY_BEHIND.search(prose.after))


def is_introduced_anew(prose: Prose) -> bool:
    """``Let $A$ be any square matrix``"""
    return bool(words.ANY_KIND_OF.search(prose.before) and words.ANY_KIND_BEHIND.search(prose.after))


def concludes_in_words(before: str) -> bool:
    """True for the words in front of a formula that arrive at it, *so that*."""
    return words.CONCLUDES.search(before) is not None


def is_supposition(before: str) -> bool:
    """True for a formula right behind the ``If`` that begins its sentence."""
    return words.SUPPOSES.search(before) is not None


def last_cases(said: Sequence[Stance], prose: Sequence[Prose]) -> list[int]:
    """The formulas of the paragraph's last sentence that state the case considered in the display behind it."""
    return [k for k, stance in enumerate(said) if stance == "case" and prose[k].last]


def _is_labelled(formula: Inline) -> bool:
    """True for a formula in the first sentence behind a label in bold: ``**Ridge.** The loss is $L = \\dots$``."""
    text, start = formula.content.source.text, formula.content.start
    return words.LABELLED_ANOTHER.search(text[text.rfind("\n", 0, start) + 1 : start]) is not None


def definers(formulas: Sequence[Inline], prose: Sequence[Prose], said: Sequence[Stance]) -> list[Definingness]:
    """How plainly the prose says of each formula that it defines."""
    out: list[Definingness] = []
    for formula, p, stance in zip(formulas, prose, said, strict=True):
        clause = re.split(r"[;:()—]", p.before)[-1]
        defines = bool(words.DEFINES.search(clause))
        plainly = stance == "asserted" or defines
        about = clause.split(",")[-1] + re.split(r"[,;]", p.after)[0] if defines else p.before + p.after
        nothing = words.WHEREABOUTS.search(clause) or words.APPROXIMATE.search(about)
        if stance in ("case", "denied") or nothing or (stance == "unclear" and not defines):
            out.append("")
        elif words.SETTING.search(clause):
            out.append("setting")
        elif plainly and words.FOR_NOW.search(p.before + p.after):
            out.append("for now")
        elif words.ANEW.search(clause) or words.NAMES_ANOTHER.match(p.before) or _is_labelled(formula):
            out.append("anew")
        elif words.FOLLOWS.search(clause) and not words.DEFINES.search(clause):
            out.append("perhaps")
        else:
            out.append("plainly" if plainly else "" if words.PLACES.search(clause) else "perhaps")
    return out


def is_said_for(prose: Prose, stance: Stance) -> bool:
    """True for ``for $p = \\sigma(x)$``, which considers a case, unless it tells what p is."""
    return stance == "case" or (stance == "unclear" and words.FOR.search(prose.before) is not None)


def explains(formula: Inline, prose: Prose) -> bool:
    """True for a formula that begins an item of a list, or stands behind ``where``: it says what a name is."""
    text, start = formula.content.source.text, formula.content.start
    line = text[text.rfind("\n", 0, start) + 1 : start]
    return words.ITEM.fullmatch(line) is not None or words.EXPLAINS.match(prose.before) is not None


def names_behind(prose: Prose) -> bool:
    """True for a formula in the sentence behind a display that explains its names, ``where $r = y - X w$``."""
    return words.EXPLAINS.match(prose.before) is not None


def is_undenied(prose: Prose) -> bool:
    """True if nothing in front of a formula denies: ``for square matrices $A$``."""
    return not words.NEGATION.search(prose.before)


def may_be_called(prose: Prose, word: re.Pattern[str]) -> bool:
    """True if the sentence around a formula has a word, and nothing in it denies: ``with $A$ symmetric``."""
    sentence = f"{prose.before}{FORMULA}{prose.after}"
    return word.search(sentence) is not None and not words.NEGATION.search(sentence)


def is_beside(prose: Prose, word: re.Pattern[str]) -> bool:
    """True if a word stands between a formula and the ones next to it, and in front of it in the same clause."""
    before = re.split(_PARTS, prose.before.split(FORMULA)[-1])[-1]
    behind, *more = prose.after.split(FORMULA)
    pieces = re.split(_PARTS, behind)
    if more and len(pieces) > 1:  # `counts $n$, probabilities $p$`
        behind = " ".join(pieces[:-1])
    return word.search(before) is not None or word.search(behind) is not None


def is_called(prose: Prose, word: re.Pattern[str]) -> bool:
    """True if the clause that names a formula says the word of it: ``the target $y$ is one-hot``, ``one-hot $y$``."""
    before, after = re.split(r"[;:(—]|\x00", prose.before)[-1], re.split(r"[;:—]|\x00", prose.after)[0]
    if FORMULA in prose.before and words.IS_CALLED.match(before):  # `$x$ is one-hot, and $y$`
        before = re.split(_PARTS, before)[-1]
    if words.NEGATION.search(before + after) or words.UNASKED.search(before) or words.IF.search(before):
        return False
    named = [m for m in word.finditer(before) if not words.SET_ASIDE.search(before[: m.start()])]
    if named and not words.OTHERS.search(before[named[-1].end() :]):
        return True
    said = word.search(after)
    if (
        said is None
        or words.SET_ASIDE.search(after[: said.start()])
        or words.OTHERS.search(after[: said.start()])
        or words.LATER.search(after[said.end() :])
    ):
        return False
    last = FORMULA in prose.after and len(after) < len(prose.after) and prose.after[len(after)] == FORMULA
    own, *others = re.split(_PARTS, after)
    last = last and not words.IS_CALLED.match(after) and not (others and word.search(own))  # `the one-hot labels, $P$`
    return not (last and words.OTHERS_NAME.search(after[said.end() :]))  # `the logits $z$ and the one-hot label $y$`
