"""The language server, end to end: a client starts it and talks to it as an editor does."""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import pytest

lsp = pytest.importorskip("lsprotocol.types", reason="the extra lsp is not installed")
pytest_lsp = pytest.importorskip("pytest_lsp", reason="pytest-lsp is not installed")

ROOT = Path(__file__).parents[2]

NOTES = """Let $A \\in \\mathbb{R}^{N \\times N}$, $x, y \\in \\mathbb{R}^{N}$. 𝔘

$$ J = A_{ij} x_i y_j $$

$$ \\frac{\\partial J}{\\partial x_k} = A_{jk} y_j $$

$$ \\sum_i x_i = \\sum_j 2 x_j $$
"""


LanguageClient = Any


async def started() -> LanguageClient:
    """A client of a server that was just started."""
    command = [sys.executable, "-m", "symgrad", "lsp"]
    client = await pytest_lsp.ClientServerConfig(server_command=command).start()
    cells = lsp.NotebookDocumentClientCapabilities(lsp.NotebookDocumentSyncClientCapabilities())
    capabilities = lsp.ClientCapabilities(notebook_document=cells)
    await client.initialize_session(lsp.InitializeParams(capabilities=capabilities, root_uri=ROOT.as_uri()))
    return client


def test_an_editor_is_told_and_helped() -> None:
    """One server for all, since its start takes longest."""

    async def talk() -> None:
        client = await started()
        await written(client)
        await in_tex_and_cells(client)
        await in_a_long_document(client)
        await client.shutdown_session()

    asyncio.run(asyncio.wait_for(talk(), 120))


def opened(client: LanguageClient, text: str, uri: str = "file:///notes.md", language: str = "markdown") -> str:
    item = lsp.TextDocumentItem(uri, language, 1, text)
    client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
    return uri


async def told(client: LanguageClient, uri: str) -> list[Any]:
    await asyncio.wait_for(client.wait_for_notification(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS), 20)
    return list(client.diagnostics[uri])


def place(text: str, piece: str, uri: str) -> dict[str, Any]:
    line = next(k for k, row in enumerate(text.split("\n")) if piece in row)
    column = text.split("\n")[line].index(piece)
    return {"text_document": lsp.TextDocumentIdentifier(uri), "position": lsp.Position(line, column)}


def applied(text: str, edit: Any) -> str:
    lines = text.split("\n")

    def offset(p: Any) -> int:
        return sum(len(row) + 1 for row in lines[: p.line]) + p.character

    return text[: offset(edit.range.start)] + edit.new_text + text[offset(edit.range.end) :]


async def actions(client: LanguageClient, text: str, piece: str, uri: str) -> dict[str, Any]:
    at = place(text, piece, uri)
    params = lsp.CodeActionParams(
        lsp.TextDocumentIdentifier(uri),
        lsp.Range(at["position"], at["position"]),
        lsp.CodeActionContext([]),
    )
    found = await client.text_document_code_action_async(params)
    return {action.title: action for action in found or [] if isinstance(action, lsp.CodeAction)}


async def written(client: LanguageClient) -> None:
    uri = opened(client, NOTES)
    found = await told(client, uri)
    assert [(d.range.start.line, d.code) for d in found] == [(4, "SG301"), (6, "SG301")]
    assert found[0].severity == lsp.DiagnosticSeverity.Error

    hover = await client.text_document_hover_async(lsp.HoverParams(**place(NOTES, "A_{jk}", uri)))
    assert hover is not None
    assert isinstance(hover.contents, lsp.MarkupContent)
    assert "refuted" in hover.contents.value
    assert "\\sum_{j=1}^{N} A_{jk} y_j" in hover.contents.value

    whole = lsp.Range(lsp.Position(0, 0), lsp.Position(20, 0))
    hints = await client.text_document_inlay_hint_async(lsp.InlayHintParams(lsp.TextDocumentIdentifier(uri), whole))
    assert [(h.label, h.position.line) for h in hints or []] == [("Σj", 4)]

    names = await client.text_document_completion_async(lsp.CompletionParams(**place(NOTES, "A_{jk}", uri)))
    assert isinstance(names, list)
    assert {"A", "J", "N", "x", "y"} <= {item.label for item in names}

    mended = await actions(client, NOTES, "2 x_j", uri)
    halved = next(a for title, a in mended.items() if "2" in title or "right side" in title)
    assert halved.edit is not None
    assert halved.edit.changes is not None
    text = applied(NOTES, halved.edit.changes[uri][0])
    change = lsp.TextDocumentContentChangeWholeDocument(text)
    version = lsp.VersionedTextDocumentIdentifier(2, uri)
    client.text_document_did_change(lsp.DidChangeTextDocumentParams(version, [change]))
    assert [d.range.start.line for d in await told(client, uri)] == [4]

    offers = await actions(client, text, "J = A", uri)
    offer = offers["insert the gradient of J by x"]
    assert offer.edit is None
    resolved = await client.code_action_resolve_async(offer)
    assert resolved.edit is not None
    assert resolved.edit.changes is not None
    text = applied(text, resolved.edit.changes[uri][0])
    client.text_document_did_change(
        lsp.DidChangeTextDocumentParams(
            lsp.VersionedTextDocumentIdentifier(3, uri), [lsp.TextDocumentContentChangeWholeDocument(text)]
        )
    )
    assert len(await told(client, uri)) == 1, "the gradient that was inserted is proved"

    client.text_document_did_close(lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(uri)))
    assert await told(client, uri) == []


async def in_tex_and_cells(client: LanguageClient) -> None:
    text = "\\section{A}\nIt holds that\n\\begin{align}\n x^\\top A y &= \\sum_{ij} A_{ij} x_i y_j\n\\end{align}\n"
    uri = opened(client, text, "file:///a.tex", "latex")
    await told(client, uri)
    declared = await actions(client, text, "A y", uri)
    assert any(title.startswith("declare all") for title in declared), declared

    cells = ["Let $x \\in \\mathbb{R}^{N}$.", "print('$$ x = 1')", "$$ \\sum_i x_i = 2 \\sum_j x_j $$"]
    kinds = [lsp.NotebookCellKind.Markup, lsp.NotebookCellKind.Code, lsp.NotebookCellKind.Markup]
    uris = [f"vscode-notebook-cell:/n.ipynb#{k}" for k in range(3)]
    documents = [
        lsp.TextDocumentItem(u, "python" if k == 1 else "markdown", 1, t)
        for k, (u, t) in enumerate(zip(uris, cells, strict=True))
    ]
    notebook = lsp.NotebookDocument(
        "file:///n.ipynb",
        "jupyter-notebook",
        1,
        [lsp.NotebookCell(kind, u) for kind, u in zip(kinds, uris, strict=True)],
    )
    client.notebook_document_did_open(lsp.DidOpenNotebookDocumentParams(notebook, documents))
    while uris[2] not in client.diagnostics:
        await told(client, uris[0]) if uris[0] in client.diagnostics else await asyncio.sleep(0.05)
    assert [(d.range.start.line, d.code) for d in client.diagnostics[uris[2]]] == [(0, "SG301")]
    assert not client.diagnostics[uris[0]]


async def in_a_long_document(client: LanguageClient) -> None:
    """Only what depends on an edit is ruled on again; what takes the time is to read the document anew."""
    part = (ROOT / "derivations" / "softmax_cross_entropy.md").read_text(encoding="utf-8")
    text = part + part.replace("# Softmax", "# Again softmax").replace("\\kappa", "\\mu")
    uri = opened(client, text)
    await told(client, uri)
    times = []
    for k in range(3):
        edited = text.replace("= \\sigma(x - z)", f"= {k + 2} \\sigma(x - z)", 1)
        before = time.monotonic()
        client.text_document_did_change(
            lsp.DidChangeTextDocumentParams(
                lsp.VersionedTextDocumentIdentifier(k + 2, uri), [lsp.TextDocumentContentChangeWholeDocument(edited)]
            )
        )
        found = await told(client, uri)
        times.append(time.monotonic() - before)
        assert [d.code for d in found] == ["SG301"]
    assert statistics.median(times) < 3, "far above what a slow machine takes"
