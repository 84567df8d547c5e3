"""The server: pages of the watched documents, and one stream of events that tells when to show them again.

It answers on the loopback address alone, to requests that name it: a page of another site can't read documents here.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from functools import cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from urllib.parse import urlsplit

from symgrad.page.document_page import document_page, list_page, page_names, require_page
from symgrad.serving.watched_documents import WatchedDocuments

HOST = "127.0.0.1"
HEARTBEAT = 10.0
"""Seconds after which a stream says that it is still there."""


@cache
def live_script() -> str:
    """The script that listens to the stream and puts the new page in the place of the old one."""
    return files("symgrad.serving").joinpath("live.js").read_text(encoding="utf-8")


class LiveServer(ThreadingHTTPServer):
    """Serves the pages of watched documents. ``port`` 0 chooses a free one."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, documents: WatchedDocuments, port: int = 0) -> None:
        require_page()
        super().__init__((HOST, port), _Handler)
        self.documents = documents
        self.stop = threading.Event()

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.server_address[1]}/"

    def run(self, ready: Callable[[], None] = lambda: None) -> None:
        """Serve until interrupted, and watch the files meanwhile."""
        self.documents.look()
        watching = threading.Thread(target=self.documents.watch, args=(self.stop,), daemon=True)
        watching.start()
        ready()
        try:
            self.serve_forever(poll_interval=0.1)
        finally:
            self.close()

    def close(self) -> None:
        """Stop watching and release the port."""
        self.stop.set()
        self.server_close()

    def page(self, name: str) -> str | None:
        """The page at a path, the list of documents at the empty one; None where there is none."""
        reports = dict(sorted(self.documents.reports.items()))
        names = page_names(list(reports))
        if name == "" and len(reports) != 1:
            return list_page([report for report, _ in reports.values()], names, live_script())
        for own, (report, source) in zip(names, reports.values(), strict=True):
            if name in (own, ""):
                back = "/" if len(reports) > 1 else ""
                return document_page(report, source, live_script(), back, self.documents.declarations)
        return None


class _Handler(BaseHTTPRequestHandler):
    server: LiveServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.headers.get("Host", "").rpartition(":")[0] not in (HOST, "localhost"):
            self.send_error(HTTPStatus.FORBIDDEN)
            return
        path = urlsplit(self.path).path.lstrip("/")
        if path == "events":
            self._events()
            return
        page = self.server.page(path)
        if page is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        self._answer("text/html; charset=utf-8", page.encode("utf-8", "replace"))

    def _answer(self, kind: str, body: bytes) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(body)

    def _events(self) -> None:
        """One event for each change, from now on."""
        self.close_connection = True
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        documents = self.server.documents
        version = documents.version
        try:
            self.wfile.write(f"data: {json.dumps(version)}\n\n".encode())
            while not self.server.stop.is_set():
                found = documents.wait(version, HEARTBEAT)
                self.wfile.write(
                    (f"data: {json.dumps(found)}\n\n" if found != version else ": still here\n\n").encode()
                )
                self.wfile.flush()
                version = found
        except (BrokenPipeError, ConnectionResetError):
            pass  # the browser has gone

    def log_message(self, format: str, *args: object) -> None:
        """Requests are not logged: the terminal shows what the documents say."""
