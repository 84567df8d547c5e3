"""The page as a browser shows it: nothing is cut off, links and keys lead where they should, a save is shown."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
DOCUMENTS = ["derivations/softmax_cross_entropy.md", "tests/unseen/4_matrix_notes.tex"]
AXE = os.environ.get("SYMGRAD_AXE", "")
"""The path of ``axe.min.js`` of the npm package ``axe-core``; without it accessibility is not looked into."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    pytest.importorskip("math_core", reason="the extra html is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield started
        started.close()


def shown(browser: Any, html: Path, width: int, scheme: str) -> Any:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=bool(AXE))
    page = context.new_page()
    page.goto(html.as_uri())
    return page


CUT = """() => [...document.querySelectorAll("math")].filter((m) => {
  const scroller = m.closest(".wide");
  const box = m.getBoundingClientRect();
  return box.width && !scroller && (box.right > innerWidth + 1 || box.left < -1);
}).length"""


def test_nothing_is_cut_off_and_everything_is_reached(browser: Any, tmp_path: Path) -> None:
    from symgrad.api import Document, check_document, load
    from symgrad.page.document_page import document_page

    for name in DOCUMENTS:
        opened = load(str(ROOT / name))
        html = tmp_path / "page.html"
        html.write_text(document_page(check_document(Document(opened.source)), opened.source), encoding="utf-8")
        for width, scheme in ((1280, "light"), (390, "dark")):
            page = shown(browser, html, width, scheme)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
            assert page.evaluate(CUT) == 0, name
            assert page.evaluate("document.querySelectorAll('merror, .typed').length") == 0, name
            if AXE:
                page.evaluate(Path(AXE).read_text(encoding="utf-8"))
                found = page.evaluate("axe.run().then((r) => r.violations.map((v) => `${v.id}: ${v.nodes[0].html}`))")
                assert found == [], name
            page.context.close()
    page = shown(browser, html, 1280, "light")
    proved = page.locator("a.mark.proved").last
    proved.focus()
    page.keyboard.press("Enter")
    target = page.locator(f"[id='{proved.get_attribute('href')[1:]}']")
    assert target.is_visible(), "the explanation unfolds"
    page.locator("#f-proved").uncheck()
    assert page.locator(".display.proved:not(.refuted)").first.is_hidden()
    page.context.close()


def test_a_save_is_shown_in_its_place(browser: Any, tmp_path: Path) -> None:
    from symgrad.serving.live_server import LiveServer
    from symgrad.serving.watched_documents import WatchedDocuments

    path = tmp_path / "a.md"
    text = "Let $x \\in \\mathbb{R}^{N}$.\n\n$$ \\sum_i x_i^2 = x^\\top x $$\n"
    path.write_text(text, encoding="utf-8")
    server = LiveServer(WatchedDocuments(lambda: [str(path)]))
    ready = threading.Event()
    threading.Thread(target=server.run, args=(ready.set,), daemon=True).start()
    assert ready.wait(20)
    page = browser.new_page()
    page.goto(server.address)
    page.wait_for_selector(".sign.proved")
    page.wait_for_timeout(300)  # the stream is open
    path.write_text(text.replace("= x^", "= 3 x^"), encoding="utf-8")
    before = time.monotonic()
    page.wait_for_selector(".sign.refuted", timeout=5000)
    assert time.monotonic() - before < 2
    page.close()
    server.shutdown()
