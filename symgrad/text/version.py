"""The name and version of this program, as reports and generated modules give it."""

from __future__ import annotations

from functools import cache


@cache
def installed_version() -> str:
    """``0.1.0``; ``0`` in a checkout that is not installed."""
    from importlib.metadata import PackageNotFoundError, version  # only now: it is slow to load

    try:
        return version("symgrad")
    except PackageNotFoundError:
        return "0"


def tool() -> str:
    """``symgrad 0.1.0``"""
    return f"symgrad {installed_version()}"
