"""Python names for a document's names: ``\\tilde w`` is ``w_tilde``, ``\\lambda`` is ``lambda_``."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass, field

ACCENTS = frozenset(
    ("hat", "tilde", "bar", "vec", "dot", "ddot", "overline", "underline", "widehat", "widetilde", "check", "breve")
)
FONTS = frozenset(
    (
        *("mathbf", "mathcal", "mathrm", "mathbb", "mathsf", "mathit", "mathfrak", "mathscr"),
        *("boldsymbol", "bm", "text", "textbf", "operatorname", "bf", "rm", "cal"),
    )
)
_TOKEN = re.compile(r"\\[A-Za-z]+|[A-Za-z]+|\d+|['_^]|\*|[^\x00-\x7f]")
_SIGNS = {"'": "prime", "*": "star"}


def spelled(name: str) -> str:
    """A Python name for a name as the document writes it."""
    words: list[str] = []
    accents: list[str] = []
    for token in _TOKEN.findall(name):
        bare = token.lstrip("\\")
        if token.startswith("\\") and bare in ACCENTS:
            accents.append({"widehat": "hat", "widetilde": "tilde", "overline": "bar"}.get(bare, bare))
        elif token in ("_", "^") or (token.startswith("\\") and bare in FONTS):
            continue
        elif token in _SIGNS:
            accents.append(_SIGNS[token])
        elif token.isascii():
            words.append(bare.removeprefix("var") if bare.startswith("var") and len(bare) > 4 else bare)
        else:
            words.append(f"u{ord(token):x}")
        if words and accents and len(words) == 1:
            words += accents
            accents = []
    out = "_".join([*words, *accents]) or "x"
    out = out if out[0].isalpha() else f"x{out}"
    return f"{out}_" if keyword.iskeyword(out) or keyword.issoftkeyword(out) else out


RESERVED = frozenset(
    (
        *("np", "torch", "jax", "jnp", "math", "Array", "Any", "Scalar"),
        *("str", "int", "float", "bool", "tuple", "dict", "max", "min"),
        *("wrt", "dense", "sparse", "dtype", "like", "grads", "wanted", "batch", "self"),
    )
)
"""Names that generated modules use themselves."""


@dataclass(slots=True)
class PythonNames:
    """The names taken in one module or function."""

    taken: set[str] = field(default_factory=lambda: set(RESERVED))

    def fresh(self, wanted: str) -> str:
        """``wanted``, with a number appended if it is taken."""
        name, count = wanted, 1
        while name in self.taken or keyword.iskeyword(name):
            count += 1
            name = f"{wanted}_{count}" if wanted[-1].isdigit() else f"{wanted}{count}"
        self.taken.add(name)
        return name

    def copy(self) -> PythonNames:
        return PythonNames(set(self.taken))
