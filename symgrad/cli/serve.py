"""``symgrad serve``: the page of documents, live."""

from __future__ import annotations

import argparse
import contextlib
import sys
from pathlib import Path
from typing import Any

from symgrad.cli.check import documents


def add(verbs: Any) -> None:
    """The command and its options."""
    serve = verbs.add_parser(
        "serve",
        help="the page of documents in a browser, again on every save",
        description="Shows documents with their verdicts in a browser, and checks again what changed on every save.",
        allow_abbrev=False,
    )
    serve.add_argument("paths", nargs="+", metavar="PATH", help="a document; a folder means every document below it")
    serve.add_argument(
        "--with", dest="with_files", action="append", default=[], metavar="FILE", help="declarations (repeatable)"
    )
    serve.add_argument("--port", type=int, default=8765, metavar="N", help="default: %(default)s; 0 is any free one")
    serve.add_argument("--open", action="store_true", help="open the page in the browser")
    serve.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from symgrad.cli.output import UsageError
    from symgrad.serving.live_server import LiveServer
    from symgrad.serving.watched_documents import WatchedDocuments

    for path in (*options.paths, *options.with_files):
        if not Path(path).exists():
            raise UsageError(f"can't open {path}: no such file or directory")
    watched = WatchedDocuments(lambda: documents(options.paths), tuple(options.with_files))
    try:
        server = LiveServer(watched, options.port)
    except OSError as error:
        raise UsageError(f"can't listen on port {options.port}: {error.strerror or error}; --port 0 is any") from error

    def ready() -> None:
        shown = len(watched.reports)
        print(f"symgrad: {server.address} shows {shown} document{'s' * (shown != 1)}; Ctrl-C stops", file=sys.stderr)
        sys.stderr.flush()
        if options.open:
            import webbrowser

            webbrowser.open(server.address)

    with contextlib.suppress(KeyboardInterrupt):
        server.run(ready)
    return 0
