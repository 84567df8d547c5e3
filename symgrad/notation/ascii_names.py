"""Names of a document in the alphabet of programs: ``\\hat y`` is ``y_hat``, ``\\lambda`` is ``lambda_``.

Accents and labels follow the letter, fonts are left out, a keyword of Python gets an underscore.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from keyword import iskeyword

from symgrad.notation.spellings import words

ACCENTS = words("hat tilde bar vec dot ddot check breve acute grave mathring widehat widetilde overline underline")
FONTS = words("mathbf boldsymbol bm mathcal mathbb mathfrak mathrm mathsf mathit text operatorname")
SIGNS = {"*": "star", "'": "prime", "+": "plus", "-": "minus", "\\top": "T", "\\ast": "star", "\\star": "star"}
_TOKEN = re.compile(r"\\([A-Za-z]+)|([A-Za-z]+)|([0-9]+)|(\\?[^\sA-Za-z0-9])")


def ascii_name(latex: str) -> str:
    """``\\tilde w`` → ``w_tilde``, ``W^{(1)}`` → ``W_1``, ``x^{*}`` → ``x_star``, ``\\mathcal{N}`` → ``N``."""
    parts: list[str] = []
    accents: list[str] = []
    for command, letters, digits, sign in _TOKEN.findall(latex):
        if command in ACCENTS:
            accents.append({"widehat": "hat", "widetilde": "tilde", "overline": "bar"}.get(command, command))
        elif f"\\{command}" in SIGNS or sign in SIGNS:
            parts.append(SIGNS[sign or f"\\{command}"])
        elif word := (command if command not in FONTS else "") or letters or digits:
            parts += [word, *accents]
            accents = []
    name = "_".join((*parts, *accents)) or "x"
    if name[0].isdigit():
        name = f"x_{name}"
    return f"{name}_" if iskeyword(name) else name


def ascii_names(names: Iterable[str]) -> dict[str, str]:
    """Every name by its spelling, in their order; a spelling that is taken gets an underscore."""
    out: dict[str, str] = {}
    taken: set[str] = set()
    for latex in names:
        if latex in out:
            continue
        name = ascii_name(latex)
        while name in taken:
            name += "_"
        taken.add(name)
        out[latex] = name
    return out
