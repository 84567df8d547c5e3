"""The table ``[tool.symgrad]`` of the next ``pyproject.toml`` above the current folder."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, fields
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from symgrad.text.diagnostic import SymgradError

FILE = "pyproject.toml"
FAIL_ON = ("refuted", "unreadable", "agrees")


@dataclass(frozen=True, slots=True)
class ProjectSettings:
    """What a project sets. Paths are relative to the current folder; ``exclude`` has patterns of paths in the project.

    folder: that of the project; empty where there are no settings.
    """

    folder: str = ""
    files: tuple[str, ...] = ()
    with_files: tuple[str, ...] = ()
    macros: tuple[str, ...] = ()
    """Files with the author's commands, as for ``with``."""
    exclude: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    strict: bool = False
    fail_on: str = "unreadable"
    baseline: str = ""
    cache: str = ""

    def excludes(self, path: str) -> bool:
        """True for a path that the project leaves out where a folder is named."""
        if not self.exclude:
            return False
        inside = os.path.relpath(path, self.folder or ".").replace(os.sep, "/")
        return any(fnmatch(inside, one) or fnmatch(inside, f"{one.rstrip('/')}/*") for one in self.exclude)


KEYS = {"with_files": "with"}
NAMES = {KEYS.get(one.name, one.name.replace("_", "-")): one.name for one in fields(ProjectSettings)[1:]}
PATHS = ("files", "with_files", "macros", "baseline", "cache")


def project_settings(start: str = ".") -> ProjectSettings:
    """Raises ``SymgradError`` for a table that is not understood."""
    folder = Path(start).resolve()
    for above in (folder, *folder.parents):
        path = above / FILE
        if path.is_file():
            table = _table(path)
            return ProjectSettings() if table is None else _settings(table, os.path.relpath(above), str(path))
    return ProjectSettings()


def _table(path: Path) -> Any:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {}).get("symgrad")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, AttributeError) as e:
        raise SymgradError(f"{path} can't be read: {e}") from e


def _settings(table: Any, folder: str, path: str) -> ProjectSettings:
    if not isinstance(table, dict):
        raise SymgradError(f"{path}: tool.symgrad must be a table")
    found: dict[str, Any] = {"folder": folder}
    for key, value in table.items():
        name = NAMES.get(key)
        if name is None:
            raise SymgradError(f"{path}: there is no tool.symgrad.{key}; there are {', '.join(NAMES)}")
        found[name] = _value(name, value, f"{path}: tool.symgrad.{key}")
    for name in PATHS:
        if found.get(name):
            found[name] = _inside(folder, found[name])
    return ProjectSettings(**found)


def _inside(folder: str, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
    if isinstance(value, tuple):
        return tuple(os.path.normpath(os.path.join(folder, one)) for one in value)
    return os.path.normpath(os.path.join(folder, value))


def _value(name: str, value: Any, where: str) -> Any:
    if name == "strict":
        if not isinstance(value, bool):
            raise SymgradError(f"{where} must be true or false")
        return value
    if name == "fail_on" and value not in FAIL_ON:
        raise SymgradError(f"{where} must be one of {', '.join(FAIL_ON)}")
    if name == "per_file_ignores":
        if not isinstance(value, dict):
            raise SymgradError(f"{where} must be a table of lists of codes")
        return tuple((pattern, _texts(codes, where)) for pattern, codes in value.items())
    if name in ("fail_on", "baseline", "cache"):
        if not isinstance(value, str):
            raise SymgradError(f"{where} must be a text")
        return value
    return _texts(value, where)


def _texts(value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise SymgradError(f"{where} must be a list of texts")
    return tuple(value)
