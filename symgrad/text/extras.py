"""What an extra of the package installs, and what to do where it is missing."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

from symgrad.text.diagnostic import SymgradError


def require(extra: str, modules: Sequence[str], what: str) -> None:
    """Raises ``SymgradError`` with the command that installs the extra if one of its modules is not there."""
    missing = [name for name in modules if find_spec(name) is None]
    if missing:
        raise SymgradError(f"{what} needs {', '.join(missing)}: run `pip install 'symgrad[{extra}]'`")
