"""``symgrad mcp``: tools for language models, over standard input and output."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

DESCRIPTION = """\
Tools for language models over the Model Context Protocol, on standard input and output. Texts come with the call:
nothing is read from the disk unless --root is given, and nothing is written."""


def add(verbs: Any) -> None:
    """The command and its options."""
    mcp = verbs.add_parser("mcp", help="tools for language models", description=DESCRIPTION, allow_abbrev=False)
    mcp.add_argument("--root", type=Path, metavar="FOLDER", help="documents below it may be read")
    mcp.add_argument("--timeout", type=float, metavar="S", help="processor time for one call (default: 30)")
    mcp.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from symgrad.cli.output import UsageError
    from symgrad.text.extras import require

    require({"mcp": "mcp"}, "the server of tools")
    if options.root is not None and not options.root.is_dir():
        raise UsageError(f"can't open {options.root}: no such folder")
    import gc

    gc.set_threshold(200_000, 50, 50)  # as for a check: the collector would walk all interned nodes again and again
    from symgrad.model_tools.mcp_server import make_mcp_server

    make_mcp_server(options.root, options.timeout).run()
    return 0
