"""Declarations in words: ``$W$ is a $D \\times M$ matrix``, ``a vector $z$ of dimension $C$``, ``$a$ is positive``.

Each becomes the formula that says the same, ``W \\in \\mathbb{R}^{D \\times M}``, ``\\lambda > 0``, ``A = A^\\top``.
A sentence that fits a pattern only in part declares nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from symgrad.reading.document.assertions import is_undenied, says_plainly, spaced_membership
from symgrad.reading.document.blocks import Inline
from symgrad.reading.document.sentences import NAMES, ONE, Prose, numbered_sentences

# --- the words of patterns ----------------------------------------------------------------------

_SHAPE = rf"(?P<shape>{ONE}(?:[ -]by[ -]{ONE})?|[(\[]\s*\w+(?:\s*,\s*\w+)*\s*,?\s*[)\]])"
_LOOSE = (
    r"(?:(?:real|real-valued|square|symmetric|positive[ -](?:semi-?)?definite|column|row|weight|data|design|parameter"
    r"|input|output|target|feature|hidden|embedding|bias|fixed|given|constant|unknown|nonzero|non-zero|invertible),?\s+){0,4}"
)
_ARRAY = r"(?P<noun>matrix|matrices|vectors?|tensors?|arrays?)"
_A = r"(?:(?:an?|the|our|some|two|three)\s+)?"
_MEASURE = r"(?:the\s+)?(?:sizes?|shapes?|dimensions?|dimensionality|length)(?:\s+is|\s+are|\s*[:=])?\s+"
_SIGN = r"(?:strictly\s+)?positive|non-?negative"
_NUMBER = rf"(?:(?:(?:{_SIGN}|real|fixed|given|constant)\s+){{0,4}}(?:scalars?|numbers?)|(?:{_SIGN})\s+constants?)"
_IS = r"(?:\s+(?:is|are|be|being|denotes?)\s+|\s*,\s+|\s+(?=an?\s))"
_END = (
    r"(?=\s*(?:$|[.,;:)—](?!\s+or\b)"
    r"|(?:and|with|whose|where|which|while|for|so|then|let|that (?:is|are|holds|collects|contains)"
    r"|of (?:the )?(?:\w+ )?(?:weights|parameters|inputs|features|scores|logits|activations|probabilities|targets"
    r"|embeddings|data|labels|samples|observations))\b))"
)
"""What may follow a predicate: ``a $D$-dimensional vector space`` is none."""
_NOT_OF = (
    r"(?<!\bof )(?<!\bof the )(?<!\bby )(?<!\bin )(?<!\bat )(?<!\bon )(?<!\bto )(?<!\bfrom )(?<!\bthan )(?<!\bper )"
    r"(?<!\bover )(?<!\blike )(?<!\bunlike )(?<!\bbetween )(?<!entry )(?<!row )(?<!column )(?<!norm )(?<!transpose )"
)
"""Behind these, a formula is not what the sentence speaks of: ``the gradient of $f$ is a $D$-vector``."""
_BARE = r"(?<![\w\-‐‑–])(?<!\bnot )(?<!\bnon )(?<!\bskew )(?<!\banti )"
"""Behind these, a word says the opposite: ``a skew-symmetric matrix``, ``a non-positive number``."""
_SHAPED = (
    rf"{_LOOSE}{_SHAPE}\s+{_LOOSE}{_ARRAY}",
    rf"{_LOOSE}{_SHAPE}(?:-|--|\s)dimensional\s+{_LOOSE}{_ARRAY}",
    rf"{_SHAPE}-{_ARRAY}",
)
_ARRAY_OF = rf"{_LOOSE}{_ARRAY}"
_NOUN = {"行列": "matrix", "矩阵": "matrix", "矩陣": "matrix", "ベクトル": "vector", "向量": "vector"}
_AWAY = rf"(?P<noun>{'|'.join(_NOUN)})(?!空间|空間|[のは的]?(?:成分|要素|元素))"
_TO = r"\s*(?:は|が|を|是|为|為|[:：])\s*(?:一个)?\s*"


def _patterns(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(p, re.IGNORECASE) for p in patterns)


_ARRAYS = _patterns(
    *(rf"{_NOT_OF}{NAMES}{_IS}{_A}{shaped}{_END}" for shaped in _SHAPED),
    *(rf"\b{_A}{shaped}\s+{NAMES}{_END}" for shaped in _SHAPED),
    rf"{_NOT_OF}{NAMES}{_IS}{_A}{_ARRAY_OF}\s+(?:of|with|having)\s+{_MEASURE}{_SHAPE}{_END}",
    rf"\b{_ARRAY_OF}\s+{NAMES}\s*(?:,?\s*(?:of|with|having)\s+|\(){_MEASURE}{_SHAPE}{_END}",
    rf"{_NOT_OF}{NAMES}{_IS}{_A}{_ARRAY_OF}\s+with\s+{_SHAPE}\s+(?:entries|components|elements){_END}",
    rf"{_NOT_OF}{NAMES}\s+(?:has|have|having|of|with|is of|are of)\s+{_MEASURE}{_SHAPE}{_END}",
    rf"{_NOT_OF}{NAMES}(?:\s+(?:is|are)|\s*:)\s+(?P<product>{ONE}){_END}",
    rf"{_NOT_OF}{NAMES}\s*\(\s*(?:{_MEASURE})?(?P<product>{ONE})\s*\)",
    rf"{_NOT_OF}{NAMES}{_IS}{_A}{_ARRAY_OF}\s+in\s+(?P<set>{ONE}){_END}",
    rf"\b{_ARRAY_OF}\s+{NAMES}\s+in\s+(?P<set>{ONE}){_END}",
    rf"{NAMES}{_TO}{_SHAPE}\s*(?:次元|[维維])?\s*[の的]?\s*{_AWAY}",
)
_NUMBERS = _patterns(
    rf"{_NOT_OF}{NAMES}{_IS}(?:{_A}(?P<kind>{_NUMBER}|{_SIGN})){_END}",
    rf"{_BARE}{_A}{_BARE}(?P<kind>{_NUMBER})\s+{NAMES}{_END}",
)
_SURELY = r"(?:(?:real|square|always|clearly|obviously|of course|also|thus|hence|therefore)(?:\s+and|,)?\s+){0,2}"
_DEFINITE = r"(?:,?\s+(?:and\s+)?positive[ -](?:semi-?)?definite(?:\s+\([A-Z.]{2,6}\))?)?"
_SYMMETRIC = _patterns(
    rf"{_NOT_OF}{NAMES}{_IS}{_SURELY}symmetric{_DEFINITE}{_END}",
    rf"{_NOT_OF}{NAMES}{_IS}{_A}(?=(?:(?!matri)[\w\x00-]+,?\s+){{0,4}}symmetric\b){_LOOSE}(?:{ONE}\s+)?{_LOOSE}matri(?:x|ces){_END}",
    rf"{NAMES}{_IS}{_A}(?:(?:{ONE}|[\w-]+)\s+){{0,5}}matri(?:x|ces),?\s+(?:that|which)\s+(?:is|are)\s+symmetric{_END}",
    rf"\b(?-i:with)\s+symmetric{_DEFINITE}\s+{NAMES}{_END}",
    rf"\b(?-i:with)\s+{NAMES}\s+(?:both\s+|real\s+)?symmetric{_DEFINITE}{_END}",
    rf"{_BARE}symmetric\s+{_LOOSE}(?:{ONE}\s+)?{_LOOSE}matri(?:x|ces)\s+{NAMES}{_END}",
)
_COVARIANCE = r"(?<!cross-)(?<!cross )(?:covariance|precision|Gram)(?:\s+\([a-z ]+\))?\s+matri(?:x|ces)"
_COVARIANCES = _patterns(
    rf"\b{_COVARIANCE}\s+(?:is\s+|are\s+)?{NAMES}(?!\s*(?:between|and)\b)",
    rf"{_NOT_OF}{NAMES}{_IS}{_A}(?:\(?[\w-]+\)?\s+){{0,3}}{_COVARIANCE}(?!\s+between\b)",
)
"""These are symmetric, whatever they are made of."""
_SAID_DEFINITE = re.compile(r"\bpositive[ -](?P<semi>semi-?)?definite\b", re.IGNORECASE)
_DECLARED_SYMMETRIC = _patterns(
    rf"{_NOT_OF}(?P<names>{ONE})\s+\(?{_SURELY}symmetric{_DEFINITE}{_END}",
    rf"{_BARE}symmetric{_DEFINITE}\s+(?P<names>{ONE}){_END}",
)
"""Beside a formula that declares: ``$A \\in \\mathbb{R}^{n \\times n}$ symmetric``."""
_RANKED = _patterns(
    rf"{_NOT_OF}{NAMES}{_IS}{_A}{_ARRAY_OF}{_END}",
    rf"\b{_ARRAY_OF}\s+{NAMES}(?![-\w])",
)
_FULL_RANKS = _patterns(
    rf"{_NOT_OF}{NAMES}\s+(?:has|have|having|with|of|is of|are of|be of)\s+full\s+(?P<side>column|row)[ -]rank{_END}",
    rf"\bfull[ -](?P<side>column|row)[ -]rank\s+(?:matri(?:x|ces)\s+)?{NAMES}{_END}",
    rf"{_NOT_OF}{NAMES}\s+(?:has|have|having|with)\s+linearly\s+independent\s+(?P<side>column|row)s{_END}",
)
_FACTOR = r"(?:(?:the|its|a)\s+)?(?:lower|(?P<upper>upper))?(?:[ -]triangular)?\s*\bCholesky\s+factor"
_OF = rf"\s+of\s+(?:the\s+(?:\w+\s+){{0,3}})?(?P<matrix>{ONE})"
_DECOMPOSITION = r"(?:(?:the|its|a)\s+)?Cholesky\s+(?:decomposition|factori[sz]ation)"
_FACTORS = _patterns(
    rf"(?P<names>{ONE}){_IS}{_FACTOR}{_OF}{_END}",
    rf"(?P<matrix>{ONE})(?:\s+[\w-]+){{0,6}},?\s+(?:with|whose|has)\s+{_FACTOR}\s+(?:is\s+)?(?P<names>{ONE}){_END}",
    rf"\b{_FACTOR}\s+(?P<names>{ONE}){_OF}{_END}",
)
_DECOMPOSED = _patterns(
    rf"(?P<names>{ONE}){_IS}{_DECOMPOSITION}(?:\s+of\s+{ONE})?{_END}",
    rf"\b{_DECOMPOSITION}(?:\s+of\s+{ONE})?(?:\s+is)?\s+(?P<names>{ONE}){_END}",
)
_TOP = r"\s*\^\s*\{?\s*(?:\\top|\\intercal|T)\s*\}?"
_AS_PRODUCT = re.compile(
    rf"(?P<matrix>[^=]+)=\s*(?:(?P<lower>\w+)\s*(?P=lower){_TOP}|(?P<upper>\w+){_TOP}\s*(?P=upper))\s*"
)
_EXPONENTIALS = re.compile(r"(?<!not )(?<!not the )(?<!not a )\bmatrix[ -]exponentials?\b", re.IGNORECASE)
_HOT = r"one-?\s?hot(?:\s+encoded)?(?:\s+(?:column|row|vector|label|target|encoding|distribution))*"
_PLACE = (
    r",?\s+(?:(?:with|having|that has|which has|whose)\s+(?:an?\s+|the\s+|its\s+|only\s+)?(?:single\s+)?"
    rf"(?:1|one|{ONE})\s+(?:is\s+)?(?:at|for|in|on)\s+(?:[\w-]+\s+){{0,6}}(?P<at>{ONE})"
    rf"|whose\s+(?P<th>{ONE})-?(?:th|'th)\s+(?:entry|component|element|coordinate)\s+is\s+(?:1|one|{ONE}))"
)
_ONE_HOTS = _patterns(
    rf"{_NOT_OF}{NAMES}{_IS}{_A}{_HOT}{_PLACE}{_END}",
    rf"\b{_A}{_HOT}\s+{NAMES}{_PLACE}{_END}",
)
_SPLIT_HOTS = _patterns(
    rf"(?P<one>{ONE})\s*,?\s*(?:if|when|whenever|for|where)\s+(?P<at>{ONE})\s*,?\s*(?:and|or|else)?\s*"
    rf"(?:it\s+)?(?:(?:is|are|equals)\s+)?(?:0|zero|(?P<zero>{ONE}))\s+(?:otherwise|else\b|elsewhere)",
)
_WORDS = r"(?:[\w'’-]+\s+){0,5}"
_LINES = _patterns(
    rf"\b(?P<line>row|column)s?\s+of\s+{_WORDS}(?P<matrix>{ONE})\s+(?:is|are|contains?|holds?)\s+{_WORDS}(?P<entry>{ONE})",
    rf"(?P<matrix>{ONE})\s*,?\s+(?:whose|with)\s+(?P<line>row|column)s\s+(?:are\s+)?{_WORDS}(?P<entry>{ONE})",
    rf"(?P<entry>{ONE})\s+(?:is|be|denotes?)\s+(?:the\s+)?{ONE}(?:-?\s?th|'th)?\s+(?P<line>row|column)\s+of\s+"
    rf"{_WORDS}(?P<matrix>{ONE})",
)
_ARRANGED = _patterns(
    rf"(?P<matrix>{ONE})\s*,?\s+(?:(?:is|be|denotes?)\s+(?:the|an?)\s+(?:[\w-]+\s+){{0,3}}matrix,?\s+)?"
    rf"(?:whose|with|has)\s+(?:(?:{ONE}|[a-z])-?\s?'?th\s+)?(?P<line>row|column)s?\s+(?:(?:is|are)\s+)?"
    rf"{_WORDS}(?P<entry>{ONE})",
    _LINES[0].pattern,
)
_SLOTTED = re.compile(r"(?P<name>.+?)_\{?(?P<letter>[a-zA-Z])\}?(?P<top>\s*\^\s*\{?\s*(?:\\top|\\intercal|T)\s*\}?)?")
_ENTRY = re.compile(r"(?P<name>.+?)_\{?(?P<letter>[a-zA-Z])\}?\s*=\s*1")
_RELATED = re.compile(r"[=<>]|\\(?:le|ge|succ|prec|neq|in)")
_NAME = re.compile(
    r"(?:\\[A-Za-z]+\s*\{\s*[A-Za-z]_(?:\w|\{\w\})\s*\}"
    r"|(?:\\[A-Za-z]+\s*\{?\s*)?(?:\\[A-Za-z]+|[A-Za-z])\s*\}*'*)"
    r"(?:_(?:\w|\\[A-Za-z]+|\{[^{}^]*(?:\{[^{}]*\})?\}))?(?:\^(?:\{[(\[]\w[)\]]\}|[(\[]\w[)\]]))?"
)
_SIZE = re.compile(r"(?:\\[A-Za-z]+|[\w|+\-{} ])+")
_TIMES = re.compile(r"\\times(?![A-Za-z])|×")


# --- what a paragraph says ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SaidDeclarations:
    """The formulas that the words of a paragraph stand for: of arrays, and of numbers, signs and symmetric matrices."""

    arrays: tuple[str, ...]
    others: tuple[str, ...]
    ranks: tuple[tuple[str, int], ...] = ()
    """Names with their number of axes: 1 for a vector, 2 for a matrix, whose sizes are not said."""
    arranged: tuple[tuple[str, str], ...] = ()
    """Capitals and whether the vectors of their small letter are their 'rows' or their 'columns'."""
    full_ranks: tuple[tuple[str, str], ...] = ()
    """Matrices and whether their 'column's or their 'row's are linearly independent."""
    factors: tuple[str, ...] = ()
    """Definitions of Cholesky factors."""
    exponentials: bool = False
    """True if the words speak of matrix exponentials."""


def said_declarations(formulas: Sequence[Inline], prose: Sequence[Prose]) -> SaidDeclarations:
    """What the prose of one paragraph declares in words."""
    words = _Words([spaced_membership(f.content.text.strip().rstrip(".,;")) for f in formulas], prose)
    arrays, others, ranks, arranged = dict[str, str](), dict[str, None](), dict[str, int](), dict[str, str]()
    full = dict[str, str]()
    factors = dict[str, None]()
    exponentials = False
    for sentence in numbered_sentences(formulas):
        plain = re.sub(r"[~*`\s]+", " ", sentence)
        for name, found in words.arrays(plain):
            arrays.setdefault(name, f"{name} \\in {found}")
        others.update(
            dict.fromkeys(
                (
                    *words.numbers(plain),
                    *words.symmetric(plain),
                    *words.factored(plain),
                    *words.one_hots(plain),
                    *words.split_hots(plain),
                    *words.lines(plain),
                )
            )
        )
        ranks.update(words.ranks(plain))
        arranged.update(words.arranged(plain))
        full.update(words.full_ranks(plain))
        factors.update(dict.fromkeys(words.factors(plain)))
        exponentials |= _EXPONENTIALS.search(plain) is not None
    return SaidDeclarations(
        tuple(arrays.values()),
        tuple(others),
        tuple(ranks.items()),
        tuple(arranged.items()),
        tuple(full.items()),
        tuple(factors),
        exponentials,
    )


@lru_cache(1 << 15)
def _found(pattern: re.Pattern[str], sentence: str) -> tuple[re.Match[str], ...]:
    """The matches of a pattern. A document is read up to three times, and again with each edit."""
    return tuple(pattern.finditer(sentence))


def _cholesky(name: str, matrix: str, upper: bool) -> str:
    """The definition of a Cholesky factor."""
    lower = f"\\operatorname{{chol}}({matrix})"
    return f"{name} = ({lower})^\\top" if upper else f"{name} = {lower}"


@dataclass(frozen=True, slots=True)
class _Words:
    """The words around the formulas of a paragraph."""

    formulas: Sequence[str]
    prose: Sequence[Prose]

    def arrays(self, sentence: str) -> Iterator[tuple[str, str]]:
        """``W`` and ``\\mathbb{R}^{D \\times M}``"""
        for pattern in _ARRAYS:
            for match in _found(pattern, sentence):
                found = self.set_of(match)
                yield from ((name, found) for name in self.names(match) if found)

    def ranks(self, sentence: str) -> Iterator[tuple[str, int]]:
        """``A`` and 2 of ``the matrix $A$``, ``w`` and 1 of ``a vector $w$``"""
        for pattern in _RANKED:
            for match in _found(pattern, sentence):
                axes = {"m": 2, "v": 1}.get(match["noun"][0].lower(), 0)
                yield from ((name, axes) for name in self.names(match, True, False) if axes)

    def numbers(self, sentence: str) -> Iterator[str]:
        """``s \\in \\mathbb{R}``, ``\\lambda > 0``; the sign also of a name that a formula declares."""
        for pattern in _NUMBERS:
            for match in _found(pattern, sentence):
                kind = match["kind"].lower()
                if not re.fullmatch(_SIGN, kind):
                    yield from (f"{name} \\in \\mathbb{{R}}" for name in self.names(match))
                sign = "\\ge" if "neg" in kind else ">" if "positive" in kind else ""
                yield from (f"{name} {sign} 0" for name in self.names(match, declared=True) if sign)

    def symmetric(self, sentence: str) -> Iterator[str]:
        """``A = A^\\top``, and ``A \\succ 0`` of a definite matrix"""
        for pattern in (*_SYMMETRIC, *_DECLARED_SYMMETRIC):
            for match in _found(pattern, sentence):
                if pattern in _DECLARED_SYMMETRIC and "\\in" not in self.written(match["names"]):
                    continue
                definite = _SAID_DEFINITE.search(match[0])
                for name in self.names(match, declared=True):
                    if definite is None:
                        yield f"{name} = {name}^\\top"
                    else:
                        yield f"{name} \\succ{'eq' if definite['semi'] else ''} 0"
        for pattern in _COVARIANCES:
            for match in _found(pattern, sentence):
                yield from (f"{name} = {name}^\\top" for name in self.names(match, declared=True, inverse=True))

    def full_ranks(self, sentence: str) -> Iterator[tuple[str, str]]:
        """``X`` and 'column' of "`X` has full column rank\""""
        for pattern in _FULL_RANKS:
            for match in _found(pattern, sentence):
                yield from ((name, match["side"].lower()) for name in self.names(match, declared=True))

    def factors(self, sentence: str) -> Iterator[str]:
        """``L = \\operatorname{chol}(K)`` of "`L` is the Cholesky factor of `K`", or "`K = L L^\\top` is the Cholesky
        decomposition"; the transpose of an upper one"""
        for pattern in _FACTORS:
            for match in _found(pattern, sentence):
                matrix = self.written(match["matrix"]).partition("\\in")[0].strip()
                if not _RELATED.search(matrix):
                    for name in self.names(match, declared=True):
                        yield _cholesky(name, matrix, match["upper"] is not None)
        for pattern in _DECOMPOSED:
            for match in _found(pattern, sentence):
                said = _AS_PRODUCT.fullmatch(self.written(match["names"]))
                if said is not None and says_plainly(self.prose[int(re.findall(r"\d+", match["names"])[0])]):
                    yield _cholesky(said["lower"] or said["upper"], said["matrix"].strip(), said["lower"] is None)

    def factored(self, sentence: str) -> Iterator[str]:
        """``\\Sigma \\succ 0``, of a matrix that has a Cholesky factor"""
        for made in self.factors(sentence):
            matrix = re.search(r"\\operatorname\{chol\}\((.*?)\)", made)
            if matrix is not None and _NAME.fullmatch(matrix[1].strip()):
                yield f"{matrix[1].strip()} \\succ 0"

    def one_hots(self, sentence: str) -> Iterator[str]:
        """``y = e_o``, of a one-hot with a 1 at `o`"""
        for pattern in _ONE_HOTS:
            for match in _found(pattern, sentence):
                at = self.written(match["at"] or match["th"])
                if _NAME.fullmatch(at):
                    yield from (f"{name} = e_{{{at}}}" for name in self.names(match, declared=True))

    def split_hots(self, sentence: str) -> Iterator[str]:
        """``y = e_o``, of "`y_j = 1` if `j = o`, and 0 otherwise\""""
        for pattern in _SPLIT_HOTS:
            for match in _found(pattern, sentence):
                entry, zero = _ENTRY.fullmatch(self.written(match["one"])), self.written(match["zero"] or "0")
                ends = [end.strip() for end in self.written(match["at"]).split("=")]
                if entry is None or entry["letter"] not in ends or len(ends) != 2 or not zero.endswith("0"):
                    continue
                at, number = next((e for e in ends if e != entry["letter"]), ""), re.search(r"\d+", match["one"])
                if number is None or not is_undenied(self.prose[int(number[0])]):
                    continue
                if _NAME.fullmatch(entry["name"]) and _NAME.fullmatch(at):
                    yield f"{entry['name']} = e_{{{at}}}"

    def lines(self, sentence: str) -> Iterator[str]:
        """``u_w = U_{:w}``, of "the columns of `U` are the vectors `u_w`\""""
        for pattern in _LINES:
            for match in _found(pattern, sentence):
                vector, matrix = _SLOTTED.fullmatch(self.written(match["entry"])), self.written(match["matrix"])
                numbers = [int(n) for n in re.findall(r"\d+", match["entry"] + match["matrix"])]
                plain = says_plainly(self.prose[numbers[0]]) and is_undenied(self.prose[numbers[1]])
                if vector is None or not _NAME.fullmatch(matrix) or not _NAME.fullmatch(vector["name"]) or not plain:
                    continue
                name, letter, row = vector["name"], vector["letter"], match["line"].lower() == "row"
                if row or not vector["top"]:
                    yield f"{name}_{{{letter}}} = {matrix}_{{{f'{letter}:' if row else f':{letter}'}}}"

    def arranged(self, sentence: str) -> Iterator[tuple[str, str]]:
        """``X`` and 'rows' of "`X`, whose `i`-th row is `x_i^\\top`\""""
        for pattern in _ARRANGED:
            for match in _found(pattern, sentence):
                vector, matrix = _SLOTTED.fullmatch(self.written(match["entry"])), self.written(match["matrix"])
                numbers = [int(n) for n in re.findall(r"\d+", match["entry"] + match["matrix"])]
                plain = says_plainly(self.prose[numbers[0]]) and is_undenied(self.prose[numbers[1]])
                if plain and vector is not None and vector["name"].swapcase() == matrix and _NAME.fullmatch(matrix):
                    yield matrix, f"{match['line'].lower()}s"

    def names(
        self, match: re.Match[str], declared: bool = False, plainly: bool = True, inverse: bool = False
    ) -> list[str]:
        """The names that a match speaks of; none if a formula among them is no name, or the sentence is in doubt.

        declared: ``A`` of ``A \\in \\mathbb{R}^{N \\times N}`` is a name too; plainly: False where only
        a denial counts, ``for square matrices $A$``; inverse: ``C`` of ``C^{-1}`` is one too.
        """
        said = says_plainly if plainly else is_undenied
        numbers = [int(n) for n in re.findall(r"\d+", match["names"])]
        texts = [self.formulas[n].partition("\\in ")[0] if declared else self.formulas[n] for n in numbers]
        parts = [part.strip() for text in texts for part in text.split(",")]
        parts = [re.sub(r"\s*\^\s*\{\s*-\s*1\s*\}$", "", part) for part in parts] if inverse else parts
        plain = all(_NAME.fullmatch(part) for part in parts)
        return parts if plain and all(said(self.prose[n]) for n in numbers) else []

    def set_of(self, match: re.Match[str]) -> str:
        """The set of arrays that a match gives; empty if it gives none that fits its noun."""
        groups = match.groupdict()
        if groups.get("set"):
            written = self.written(match["set"])
            return written if written.startswith(("\\mathbb{R}", "\\mathbb R", "\\R")) else ""
        noun, whole = (groups.get("noun") or "").lower(), match[0].lower().split()
        noun = _NOUN.get(noun, noun)
        sizes = _sizes(self.written(groups.get("shape") or match["product"]))
        if len(sizes) == 1 and "square" in whole:
            sizes *= 2
        if len(sizes) == 1 and "row" in whole:
            sizes = ["1", *sizes]
        if noun.startswith("matri") or not groups.get("shape"):  # `$n$ is $m$` gives no shape
            fits = len(sizes) == 2
        else:
            fits = len(sizes) == 1 or "1" in sizes or not noun.startswith("vector")
        shape = " \\times ".join(sizes)
        return f"\\mathbb{{R}}^{{{shape}}}" if sizes and fits else ""

    def written(self, text: str) -> str:
        """Words with their formulas in the place of the marks, ``by`` as a product sign."""
        put_in = re.sub(r"\x00(\d+)\x00", lambda m: self.formulas[int(m[1])], text)
        return re.sub(r"[ -]by[ -]", r" \\times ", put_in)


def _sizes(text: str) -> list[str]:
    """The sizes of ``D \\times M``, ``(N, D)``, ``C``; none if it is anything else."""
    text = text.strip()
    bracketed = text[:1] + text[-1:] in ("()", "[]")
    parts = text[1:-1].strip().rstrip(",").split(",") if bracketed else _TIMES.split(text)
    parts = [part.strip() for part in parts]
    return parts if all(_SIZE.fullmatch(part) for part in parts) else []
