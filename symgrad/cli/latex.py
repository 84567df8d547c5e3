"""``symgrad latex``: LaTeX of the gradients, and of their derivation."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from symgrad.cli.output import UNREADABLE, UsageError, add_format, add_stdin_name, rendered, show


def add(verbs: Any) -> None:
    """The command and its options."""
    latex = verbs.add_parser(
        "latex",
        help="LaTeX of the gradients of a document's costs",
        description="Derives the gradients of a document's costs and prints them as displays, which `symgrad check` "
        "accepts at the end of the document. The matrix form is printed if there is one, else the index form.",
        allow_abbrev=False,
    )
    latex.add_argument("path", metavar="DOC", help="a document that declares symbols and defines a cost")
    latex.add_argument("--of", metavar="J", help="the quantity to differentiate (default: every cost)")
    latex.add_argument(
        "--wrt",
        action="append",
        default=[],
        metavar="U",
        help="what to differentiate by: an array, a slice V_{:c}, an entry V_{ic}, a defined quantity; v,v for second "
        "derivatives (repeatable; default: every real array that the quantity depends on)",
    )
    latex.add_argument("--form", choices=("index", "matrix"), help="default: matrix if there is one")
    latex.add_argument("--steps", action="store_true", help="the whole derivation, one rule per line")
    latex.add_argument(
        "--with",
        dest="with_files",
        action="append",
        default=[],
        metavar="FILE",
        help="declarations for a document that can't be edited (repeatable)",
    )
    add_format(latex, "derivations")
    add_stdin_name(latex)
    latex.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from symgrad.api import read_document
    from symgrad.gradients.document_gradients import document_gradients

    document = read_document(options.path, declarations=options.with_files, stdin_name=options.stdin_name)
    found = document_gradients(document.requests, options.of, options.wrt, options.form, options.steps)
    if found.displays:
        show(rendered("derivations", found, options))
    for note in (*found.notes, *found.problems):
        print(f"symgrad: {note}", file=sys.stderr)
    if found.problems:
        return UNREADABLE
    if not found.displays:
        wanted = f" that depends on {', '.join(options.wrt)}" if options.wrt else ""
        raise UsageError(
            f"{options.path} defines no cost{wanted}: no scalar that depends on a real array; name one with --of"
        )
    return 0
