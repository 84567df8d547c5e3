"""``symgrad declare``: what documents leave undeclared, as declarations."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from symgrad.cli.output import add_stdin_name, show

DESCRIPTION = """\
Prints the declarations that were inferred from use, one a line, as Markdown: to paste into the document, or to keep as
a file for --with. Standard input is -."""
NOTHING = 5
"""Exit status: there is nothing to declare."""


def add(verbs: Any) -> None:
    """The command and its options."""
    declare = verbs.add_parser(
        "declare", help="what documents leave undeclared, as declarations", description=DESCRIPTION, allow_abbrev=False
    )
    declare.add_argument("documents", nargs="+", metavar="DOC", help="a document; - is standard input")
    declare.add_argument(
        "--with",
        dest="with_files",
        action="append",
        default=[],
        metavar="FILE",
        help="declarations that are known already (repeatable)",
    )
    add_stdin_name(declare)
    declare.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from symgrad.api import inferred_declarations, read_document

    found: list[str] = []
    for path in options.documents:
        document = read_document(path, declarations=options.with_files, stdin_name=options.stdin_name)
        found += [f"${declaration}$" for declaration in inferred_declarations(document)]
    if not found:
        print("symgrad: nothing to declare: every name that can be read has a meaning", file=sys.stderr)
        return NOTHING
    show("\n".join(dict.fromkeys(found)))
    return 0
