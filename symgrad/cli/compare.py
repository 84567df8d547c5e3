"""``symgrad compare``: compare a hand-coded gradient with a derivation."""

from __future__ import annotations

import argparse
from typing import Any

from symgrad.cli.output import add_format, add_stdin_name, rendered, show

STATUSES = """\
exit status:
  0  the cost and every gradient that the function returns are right
  1  one of them differs
  2  usage, a file that can't be opened, a function that can't be found or called
  4  internal error
"""


def add(verbs: Any) -> None:
    """The command and its options."""
    compare = verbs.add_parser(
        "compare",
        help="compare a hand-coded gradient with a derivation",
        description="Compares a hand-coded cost and gradient function with a document's cost and its exact gradients.",
        epilog=STATUSES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    compare.add_argument("document", metavar="DOC", help="the document that defines the cost")
    compare.add_argument("function", metavar="MODULE:FUNCTION", help="imported from the current folder")
    compare.add_argument("--of", metavar="J", help="the cost, if the document defines more than one")
    compare.add_argument("--wrt", nargs="+", metavar="NAME", help="the arguments whose gradients must be returned")
    compare.add_argument(
        "--map", dest="maps", nargs="+", action="extend", default=[], metavar="NAME=ARGUMENT",
        help="the function's ARGUMENT for the document's NAME; V=V.T if it is transposed; lam=0.1 for a constant",
    )  # fmt: skip
    compare.add_argument(
        "--with", dest="with_files", action="append", default=[], metavar="FILE",
        help="declarations for a document that can't be edited (repeatable)",
    )  # fmt: skip
    compare.add_argument("--seed", type=int, default=0, metavar="N", help="other random points (default: %(default)s)")
    add_format(compare, "comparison")
    add_stdin_name(compare)
    compare.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from symgrad.api import read_document
    from symgrad.comparing.calling import load_function
    from symgrad.comparing.comparer import compare

    problem = read_document(options.document, declarations=options.with_files, stdin_name=options.stdin_name).problem(
        options.of
    )
    function = load_function(options.function)
    found = compare(function, problem, _split(options.wrt), options.maps, options.seed, options.function)
    show(rendered("comparison", found, options))
    return 0 if found.right else 1


def _split(wrt: list[str] | None) -> list[str] | None:
    """The names in ``--wrt U V`` or ``--wrt U,V``."""
    if wrt is None:
        return None
    return [name for text in wrt for name in (text.split(",") if "_{" not in text else [text]) if name]
