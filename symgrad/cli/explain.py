"""``symgrad explain``: what a diagnostic means."""

from __future__ import annotations

import argparse
from typing import Any

from symgrad.cli.output import show


def add(verbs: Any) -> None:
    """The command and its options."""
    explain = verbs.add_parser(
        "explain",
        help="what a diagnostic means, with a wrong and a right example",
        description="Explains a diagnostic, with a wrong and a right example. Without a code, lists all codes.",
        allow_abbrev=False,
    )
    explain.add_argument("code", metavar="CODE", nargs="?", help="as a diagnostic shows it, such as SG105")
    explain.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from symgrad.text.codes import explain, overview

    show(overview() if options.code is None else explain(options.code))
    return 0
