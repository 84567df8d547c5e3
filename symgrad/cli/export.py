"""``symgrad export``: a module of gradient functions."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from symgrad.cli.output import UNREADABLE, UsageError, add_stdin_name, show

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
    export.add_argument("--target", default="numpy", help="numpy, jax or torch (default: %(default)s)")
    export.add_argument("--hvp", action="store_true", help="products of each cost's Hessian with a direction too")
    add_stdin_name(export)
    export.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from symgrad.api import export_document, read_document
    from symgrad.text.diagnostic import NotationError

    document = read_document(options.document, declarations=options.with_files, stdin_name=options.stdin_name)
    found = export_document(document, tuple(options.of), options.wrt, options.target, options.hvp)
    if options.output is None or options.output == "-":
        show(found.text)
    else:
        _write(Path(options.output), found.text)
    for name, why in found.left_out:
        print(f"symgrad: {name} is not exported: {why}", file=sys.stderr)
    for problem in found.unread:
        print(f"symgrad: {NotationError(problem)}", file=sys.stderr)
    return UNREADABLE if found.unread else 0


def _write(path: Path, text: str) -> None:
    """Write a file completely or not at all: an older file is replaced only when the new one is complete."""
    partial = path.with_name(f".{path.name}.part") if path.is_file() or not path.exists() else path
    try:
        partial.write_text(text, encoding="utf-8")
        if partial is not path:
            partial.replace(path)
    except OSError as e:
        if partial is not path:
            partial.unlink(missing_ok=True)
        raise UsageError(f"can't write {path}: {(e.strerror or str(e)).lower()}") from e
