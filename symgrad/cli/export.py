"""``symgrad export``: a module of gradient functions."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from symgrad.cli.output import show

DESCRIPTION = "Writes a module of gradient functions for the costs that a document defines."


def add(verbs: Any) -> None:
    """The command and its options."""
    export = verbs.add_parser(
        "export", help="write a module of gradient functions", description=DESCRIPTION, allow_abbrev=False
    )
    export.add_argument("document", metavar="DOC", help="a document that defines costs")
    export.add_argument("-o", dest="output", metavar="FILE", help="the module to write (default: standard output)")
    export.add_argument(
        "--of", action="append", default=[], metavar="J", help="a cost (repeatable; default: each that no other uses)"
    )
    export.add_argument(
        "--wrt", nargs="+", metavar="U", help="arguments to differentiate by (default: every real-valued one)"
    )
    export.add_argument(
        "--with",
        dest="with_files",
        action="append",
        default=[],
        metavar="FILE",
        help="declarations for a document that can't be edited (repeatable)",
    )
    export.add_argument("--target", default="numpy", help="what the module computes with (default: %(default)s)")
    export.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from symgrad.api import export_document, read_document

    document = read_document(options.document, None, tuple(options.with_files))
    text = export_document(document, tuple(options.of), options.wrt, options.target)
    if options.output is None or options.output == "-":
        show(text)
    else:
        Path(options.output).write_text(text, encoding="utf-8")
    return 0
