"""The live page: pages over the loopback address, and an event within a second of a save."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("markdown_it", reason="the extra html is not installed")
pytest.importorskip("math_core", reason="the extra html is not installed")

from symgrad.cli.check import documents
from symgrad.serving.live_server import LiveServer
from symgrad.serving.watched_documents import WatchedDocuments

RIGHT = "Let $x \\in \\mathbb{R}^{N}$.\n\n$$ \\sum_i x_i^2 = x^\\top x $$\n"
WRONG = RIGHT.replace("= x^\\top", "= 2 x^\\top")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[LiveServer]:
    (tmp_path / "a.md").write_text(RIGHT, encoding="utf-8")
    (tmp_path / "b.md").write_text(WRONG, encoding="utf-8")
    server = LiveServer(WatchedDocuments(lambda: documents([str(tmp_path)])))
    ready = threading.Event()
    thread = threading.Thread(target=server.run, args=(ready.set,), daemon=True)
    thread.start()
    assert ready.wait(20)
    yield server
    server.shutdown()
    thread.join(10)


def get(server: LiveServer, path: str, host: str = "127.0.0.1") -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=10)
    connection.request("GET", path, headers={"Host": f"{host}:{server.server_address[1]}"})
    answer = connection.getresponse()
    return answer.status, answer.read().decode("utf-8")


def test_a_save_is_shown_within_a_second(served: LiveServer, tmp_path: Path) -> None:
    status, listed = get(served, "/")
    assert status == 200
    names = [piece.split('"')[0] for piece in listed.split('<li><a href="')[1:]]
    assert [("b.md" in name) for name in names] == [True, False], "problems first"
    assert 'class="sign proved"' in get(served, f"/{names[1]}")[1]
    worked = len(served.documents.rulings)

    events = http.client.HTTPConnection("127.0.0.1", served.server_address[1], timeout=10)
    events.request("GET", "/events", headers={"Host": "localhost:1"})
    stream = events.getresponse()
    assert stream.readline().startswith(b"data: ")
    stream.readline()
    before = time.monotonic()
    (tmp_path / "a.md").write_text(f"# Now with a title\n\n{WRONG}", encoding="utf-8")
    assert stream.readline().startswith(b"data: ")
    assert time.monotonic() - before < 1
    assert 'class="sign refuted"' in get(served, f"/{names[1]}")[1]
    assert len(served.documents.rulings) == worked, "the same step is ruled on in the other document"
    events.close()

    (tmp_path / "a.md").unlink()
    version = served.documents.version
    served.documents.wait(version, 2)
    assert "1 step" in get(served, "/")[1], "one document is left, and shown at once"


def test_other_sites_and_other_paths_get_nothing(served: LiveServer) -> None:
    assert get(served, "/", host="example.org")[0] == 403
    assert get(served, "/../a.md")[0] == 404
    assert get(served, "/a.md")[0] == 404
    assert served.server_address[0] == "127.0.0.1"
