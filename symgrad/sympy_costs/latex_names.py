"""Names of SymPy's symbols as a document writes them: ``theta`` is ``\\theta``, ``y_hat`` is ``\\hat y``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from symgrad.text.python_names import ACCENTS, RESERVED, spelled

_GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi rho sigma tau upsilon phi chi psi omega "
    "Gamma Delta Theta Lambda Xi Upsilon Phi Psi Omega"
)
GREEK = frozenset(_GREEK.split())
NOT_NAMES = frozenset(("d", "e", "pi"))
"""Letters that mean something else in a document: a differential, a constant."""


@dataclass(slots=True)
class LatexNames:
    """One name for every name of a symbol, as a document has it: a letter with its accent, or a word.

    plain: every name is a word that means nothing else in a document.
    """

    plain: bool = False
    written: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        found = self.written.get(name)
        if found is None:
            found, count = f"{_plain(name)}q" if self.plain else _latex(name), 1
            others = {spelled(x) for x in self.written.values()} | RESERVED
            while spelled(found) in others:  # an exported function has arguments of these names
                count += 1
                found = f"{_plain(name)}x{count}"
            self.written[name] = found
        return found

    def back(self) -> dict[str, str]:
        """The names of the symbols, by their LaTeX."""
        return {latex: name for name, latex in self.written.items()}


def letter(name: str, taken: frozenset[str]) -> str:
    """The letter of a bound index: its own, if it is one letter that means nothing else."""
    ok = len(name) == 1 and name.isascii() and name.isalpha() and name not in taken | NOT_NAMES
    return name if ok else next(x for x in "kjlmnpqrstiabcfghuvwxyz" if x not in taken)


def _latex(name: str) -> str:
    if name.startswith("\\"):
        return name
    if len(name) == 1 and name.isascii() and name.isalpha() and name not in NOT_NAMES:
        return name
    if name.rstrip("_") in GREEK:
        return f"\\{name.rstrip('_')}"
    base, _, accent = name.rpartition("_")
    if accent in ACCENTS and base:
        inner = _latex(base)
        return f"\\{accent} {inner}" if len(base) == 1 else f"\\{accent}{{{inner}}}"
    return _plain(name)


def _plain(name: str) -> str:
    """Letters and digits alone, a letter first and at least two of them: ``x_1`` is ``x1``."""
    out = re.sub(r"[^A-Za-z0-9]", "", name)
    return out if len(out) > 1 and out[0].isalpha() else f"q{out}"
