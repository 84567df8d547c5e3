"""``symgrad lsp``: the language server, over standard input and output."""

from __future__ import annotations

import argparse
from typing import Any

DESCRIPTION = """\
A language server: an editor starts it and talks to it over standard input and output."""


def add(verbs: Any) -> None:
    """The command; editors give it options of their own, ``--stdio`` among them."""
    lsp = verbs.add_parser("lsp", help="a language server for editors", description=DESCRIPTION, allow_abbrev=False)
    lsp.add_argument("--stdio", action="store_true", help="standard input and output, which is what it does anyway")
    lsp.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from symgrad.text.extras import require

    require({"pygls": "pygls"}, "the language server")
    import gc

    gc.set_threshold(200_000, 50, 50)  # as for a check: the collector would walk all interned nodes again and again
    from symgrad.language_server.server import make_server

    make_server().start_io()
    return 0
