"""What an extra of the package installs, and what to do where it is missing."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec

from symgrad.text.diagnostic import SymgradError


def require(packages: Mapping[str, str], what: str) -> None:
    """Raises ``SymgradError`` with the command that installs what is missing.

    ``packages``: the modules that are needed, each with the name under which pip installs it.
    """
    missing = [package for module, package in packages.items() if find_spec(module) is None]
    if missing:
        raise SymgradError(f"{what} needs {' and '.join(missing)}: run `pip install {' '.join(missing)}`")
