"""Tables of names that record look-ups, so that results can be kept while the names they used are unchanged.

Each name has a version, the number of changes of its entry. Names that are not in a table have one too.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, ItemsView, Iterator, MutableMapping, Sequence, ValuesView
from typing import Any, Generic, TypeVar, overload

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")

Change = tuple["NameTable[Any, Any]", Any, Any]
NOTHING = object()
"""For a key without an entry."""
ALL = ""
"""A name for the whole table; its version is the number of all changes."""


class NameTable(MutableMapping[K, V], Generic[K, V]):
    """The meanings of names in one role. A key is a name, or a tuple that starts with one."""

    __slots__ = ("entries", "journal", "keys_of", "noted", "versions", "watchers")

    def __init__(self) -> None:
        self.entries: dict[K, V] = {}
        self.journal: list[Change] | None = None
        """Every change, with what the key had before; None if changes are not kept."""
        self.keys_of: dict[Hashable, dict[K, None]] = {}
        """The keys that start with a name."""
        self.watchers: dict[Hashable, list[Callable[[], None]]] = {}
        """What is called once when a name changes."""
        self.versions: dict[Hashable, int] = {}
        self.noted: dict[Hashable, int] | None = None
        """The versions of the names looked up, at their first look-up; None if look-ups are not recorded."""

    def note(self, name: Hashable) -> None:
        if self.noted is not None:
            self.noted.setdefault(name, self.versions.get(name, 0))

    def __getitem__(self, key: K) -> V:
        if self.noted is not None:
            self.note(_name(key))
        return self.entries[key]

    def __contains__(self, key: object) -> bool:
        if self.noted is not None:
            self.note(_name(key))
        return key in self.entries

    @overload
    def get(self, key: K, /) -> V | None: ...
    @overload
    def get(self, key: K, /, default: V) -> V: ...
    @overload
    def get(self, key: K, /, default: T) -> V | T: ...
    def get(self, key: K, /, default: Any = None) -> Any:
        """As for a dictionary; the inherited one raises and catches."""
        if self.noted is not None:
            self.note(_name(key))
        return self.entries.get(key, default)

    def items(self) -> ItemsView[K, V]:
        self.note(ALL)
        return self.entries.items()

    def values(self) -> ValuesView[V]:
        self.note(ALL)
        return self.entries.values()

    def __iter__(self) -> Iterator[K]:
        self.note(ALL)
        return iter(self.entries)

    def __len__(self) -> int:
        self.note(ALL)
        return len(self.entries)

    def __setitem__(self, key: K, entry: V) -> None:
        self._record(key)
        if key not in self.entries:
            self.keys_of.setdefault(_name(key), {})[key] = None
        self.entries[key] = entry
        self._change(key)

    def __delitem__(self, key: K) -> None:
        self._record(key)
        del self.entries[key]
        del self.keys_of[_name(key)][key]
        self._change(key)

    def _record(self, key: K) -> None:
        if self.journal is not None:
            self.journal.append((self, key, self.entries.get(key, NOTHING)))

    def put_back(self, key: K, entry: Any) -> Any:
        """Give a key another entry, or none for ``NOTHING``; returns the one that it had."""
        had = self.entries.get(key, NOTHING)
        if entry is not NOTHING:
            self[key] = entry
        elif had is not NOTHING:
            del self[key]
        return had

    def _change(self, key: K) -> None:
        for name in (_name(key), ALL):
            self.versions[name] = self.versions.get(name, 0) + 1
            for tell in self.watchers.pop(name, ()):
                tell()

    def named(self, name: Hashable) -> list[K]:
        """The keys that start with a name."""
        self.note(name)
        return list(self.keys_of.get(name, ()))


class NameSet(NameTable[str, None]):
    """Names with a role but without an entry."""

    __slots__ = ()

    def add(self, name: str) -> None:
        if name not in self.entries:
            self[name] = None


class Lookups:
    """The look-ups in tables inside a ``with`` block. An enclosing block records them too unless this one fails."""

    __slots__ = ("noted", "outer", "tables")

    def __init__(self, tables: Sequence[NameTable[Any, Any]]) -> None:
        self.tables = tables
        self.noted: list[dict[Hashable, int]] = [{} for _ in tables]
        self.outer: list[dict[Hashable, int] | None] = []

    def __enter__(self) -> Lookups:
        self.outer = [table.noted for table in self.tables]
        for table, noted in zip(self.tables, self.noted, strict=True):
            table.noted = noted
        return self

    def __exit__(self, failed: type[BaseException] | None, *details: object) -> None:
        for table, noted, outer in zip(self.tables, self.noted, self.outer, strict=True):
            table.noted = outer
            if failed and outer is not None:
                outer.update(noted | outer)

    def are_current(self) -> bool:
        """True if every name that was looked up still has its version of that time."""
        return all(
            table.versions.get(name, 0) == version
            for table, noted in zip(self.tables, self.noted, strict=True)
            for name, version in noted.items()
        )

    def watch(self, tell: Callable[[], None]) -> None:
        """Have a function called when one of these names changes."""
        for table, noted in zip(self.tables, self.noted, strict=True):
            for name in noted:
                table.watchers.setdefault(name, []).append(tell)


def _name(key: Any) -> Hashable:
    name: Hashable = key[0] if type(key) is tuple else key  # a `NameKey` is a tuple itself, but one name
    return name
