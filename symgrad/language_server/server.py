"""The server itself: what an editor sends and asks, over standard input and output.

The engines work in one thread of their own, one document at a time, a moment after the last key; the answers are made
from the last report. An edit rules anew only on what depends on it, and ends the check of the text before it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from symgrad.checking.rulings import RecentRulings
from symgrad.language_server.checked_document import CheckedDocument, check_cells, check_text
from symgrad.language_server.next_line import OFFER, begun
from symgrad.language_server.suggested_edits import suggested_edits
from symgrad.language_server.told_steps import told
from symgrad.language_server.wanted_work import wanted_work
from symgrad.report.problems import ListedProblem, problems_of
from symgrad.report.summary import refuted_as_expected
from symgrad.text.source import Span
from symgrad.text.version import installed_version

WAIT = 0.03
"""Seconds without a key before a document is checked."""
SEVERITIES = {
    "error": lsp.DiagnosticSeverity.Error,
    "warning": lsp.DiagnosticSeverity.Warning,
    "note": lsp.DiagnosticSeverity.Information,
}
NOTEBOOKS = lsp.NotebookDocumentSyncOptions(
    notebook_selector=[
        lsp.NotebookDocumentFilterWithNotebook("*", cells=[lsp.NotebookCellLanguage(language="markdown")]),
    ]
)
T = TypeVar("T")


class SymgradServer(LanguageServer):
    """A server with the last report of each document that an editor has open."""

    def __init__(self) -> None:
        super().__init__("symgrad", installed_version(), notebook_document_sync=NOTEBOOKS)
        self.checked: dict[str, CheckedDocument] = {}
        self.rulings = RecentRulings()
        self.engines = ThreadPoolExecutor(1, thread_name_prefix="symgrad")
        self.pending: dict[str, asyncio.Task[None]] = {}
        self.edits: dict[str, int] = {}
        """How often each document was edited."""
        self.shown: dict[str, set[str]] = {}

    # --- checking -----------------------------------------------------------------------------------------

    def changed(self, address: str) -> None:
        """Check a document, or the notebook that a cell is in, after the last key."""
        notebook = self.workspace.get_notebook_document(cell_uri=address)
        whole = notebook.uri if notebook is not None else address
        self.edits[whole] = self.edits.get(whole, 0) + 1
        if (waiting := self.pending.get(whole)) is not None:
            waiting.cancel()
        self.pending[whole] = asyncio.ensure_future(self._check(whole))

    async def _check(self, address: str) -> None:
        await asyncio.sleep(WAIT)
        edits = self.edits.get(address)
        found = await self.worked(wanted_work(self._reader(address), lambda: self.edits.get(address) == edits))
        if found is not None:
            self.checked[address] = found
            self._publish(address)

    async def worked(self, work: Callable[[], T]) -> T:
        """The result of work with the engines, done in their thread."""
        return await asyncio.get_running_loop().run_in_executor(self.engines, work)

    def _reader(self, address: str) -> Callable[[], CheckedDocument]:
        """Checks the text as it is now."""
        path = to_fs_path(address) or address
        notebook = self.workspace.get_notebook_document(notebook_uri=address)
        if notebook is None:
            text = self.workspace.get_text_document(address).source
            return lambda: check_text(path, text, address, self.rulings)
        cells = [
            (number, self.workspace.get_text_document(cell.document).source, cell.document)
            for number, cell in enumerate(notebook.cells, 1)
            if cell.kind == lsp.NotebookCellKind.Markup
        ]
        return lambda: check_cells(path, cells, address, self.rulings)

    def _publish(self, address: str) -> None:
        found = self.checked[address]
        lists: dict[str, list[lsp.Diagnostic]] = {place: [] for place in found.places.values()}
        for place in self.shown.get(address, set()) - set(lists):
            lists[place] = []
        for problem in problems_of(found.report):
            own = found.address(problem.span) if problem.span is not None else address
            if own in lists:
                lists[own].append(self._diagnostic(problem))
        self.shown[address] = set(found.places.values())
        for place, diagnostics in lists.items():
            self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri=place, diagnostics=diagnostics))

    def forget(self, address: str) -> None:
        """A document was closed: its diagnostics go."""
        self.checked.pop(address, None)
        self.edits.pop(address, None)
        for place in self.shown.pop(address, {address}):
            self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri=place, diagnostics=[]))

    # --- places -------------------------------------------------------------------------------------------

    def range(self, span: Span | None) -> lsp.Range:
        """A span as the editor counts: lines from 0, columns in its own units."""
        if span is None:
            return lsp.Range(lsp.Position(0, 0), lsp.Position(0, 1))
        shown = span.shown
        return lsp.Range(self._position(shown, shown.start), self._position(shown, max(shown.end, shown.start)))

    def _position(self, span: Span, offset: int) -> lsp.Position:
        line, column = span.source.position(offset)
        before = span.source.line(line)[: column - 1]
        return lsp.Position(line - 1, self.workspace.position_codec.client_num_units(before))

    def at(self, address: str, position: lsp.Position) -> tuple[CheckedDocument, int] | None:
        """The report that a place belongs to, and its offset in the whole document."""
        notebook = self.workspace.get_notebook_document(cell_uri=address)
        found = self.checked.get(notebook.uri if notebook is not None else address)
        if found is None:
            return None
        offset = found.offset(address, self.workspace.get_text_document(address).offset_at_position(position))
        return None if offset is None else (found, offset)

    def _diagnostic(self, problem: ListedProblem) -> lsp.Diagnostic:
        message = "\n".join((problem.message, *(d for d in problem.details[1:] or problem.details)))
        return lsp.Diagnostic(
            range=self.range(problem.span),
            message=message,
            severity=SEVERITIES[problem.severity],
            code=problem.code or None,
            source="symgrad",
        )


def make_server() -> SymgradServer:
    """The server with all that it answers."""
    server = SymgradServer()
    _add_changes(server)
    _add_answers(server)
    _add_actions(server)
    return server


def _add_changes(server: SymgradServer) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    async def opened(ls: SymgradServer, params: lsp.DidOpenTextDocumentParams) -> None:
        ls.changed(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    async def edited(ls: SymgradServer, params: lsp.DidChangeTextDocumentParams) -> None:
        ls.changed(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    async def closed(ls: SymgradServer, params: lsp.DidCloseTextDocumentParams) -> None:
        ls.forget(params.text_document.uri)

    @server.feature(lsp.NOTEBOOK_DOCUMENT_DID_OPEN)
    async def notebook_opened(ls: SymgradServer, params: lsp.DidOpenNotebookDocumentParams) -> None:
        ls.changed(params.notebook_document.uri)

    @server.feature(lsp.NOTEBOOK_DOCUMENT_DID_CHANGE)
    async def notebook_edited(ls: SymgradServer, params: lsp.DidChangeNotebookDocumentParams) -> None:
        ls.changed(params.notebook_document.uri)

    @server.feature(lsp.NOTEBOOK_DOCUMENT_DID_CLOSE)
    async def notebook_closed(ls: SymgradServer, params: lsp.DidCloseNotebookDocumentParams) -> None:
        ls.forget(params.notebook_document.uri)


def _add_answers(server: SymgradServer) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    def hover(ls: SymgradServer, params: lsp.HoverParams) -> lsp.Hover | None:
        place = ls.at(params.text_document.uri, params.position)
        steps = place[0].steps_at(place[1]) if place is not None else []
        if not steps:
            return None
        content = lsp.MarkupContent(lsp.MarkupKind.Markdown, told(steps[0]))
        return lsp.Hover(content, ls.range(steps[0].span))

    @server.feature(lsp.TEXT_DOCUMENT_INLAY_HINT)
    def hints(ls: SymgradServer, params: lsp.InlayHintParams) -> list[lsp.InlayHint]:
        address = params.text_document.uri
        found = ls.at(address, params.range.start)
        if found is None:
            return []
        out = []
        for hint in found[0].hints:
            span = Span(found[0].source, hint.at, hint.at)
            start = ls.range(span).start
            if found[0].address(span) == address and params.range.start.line <= start.line <= params.range.end.line:
                label = "".join(f"Σ{letter.removeprefix(chr(92))}" for letter in hint.letters)
                out.append(lsp.InlayHint(start, label, tooltip="an implied sum", padding_right=True))
        return out

    options = lsp.CompletionOptions(trigger_characters=["\\", "_", "{"])

    @server.feature(lsp.TEXT_DOCUMENT_COMPLETION, options)
    def completion(ls: SymgradServer, params: lsp.CompletionParams) -> list[lsp.CompletionItem]:
        place = ls.at(params.text_document.uri, params.position)
        if place is None or not place[0].in_mathematics(place[1]):
            return []
        kind = lsp.CompletionItemKind.Variable
        return [lsp.CompletionItem(name, kind=kind, detail=word) for name, word in place[0].names.items()]


def _add_actions(server: SymgradServer) -> None:
    options = lsp.CodeActionOptions(
        code_action_kinds=[lsp.CodeActionKind.QuickFix, lsp.CodeActionKind.RefactorRewrite], resolve_provider=True
    )

    @server.feature(lsp.TEXT_DOCUMENT_CODE_ACTION, options)
    async def actions(ls: SymgradServer, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        place = ls.at(params.text_document.uri, params.range.start)
        if place is None:
            return []
        found, offset = place
        own = [*_repairs(ls, found, offset), *_next_line(found, offset), *_declarations(ls, found)]
        return [*own, *await ls.worked(_gradients(found, offset))]

    @server.feature(lsp.CODE_ACTION_RESOLVE)
    async def resolved(ls: SymgradServer, action: lsp.CodeAction) -> lsp.CodeAction:
        data: Any = action.data
        found = ls.checked.get(str(data["document"])) if isinstance(data, dict) else None
        display = found.display_at(int(data["at"])) if found is not None else None
        if found is None or display is None:
            return action
        if data.get("next"):
            line = await ls.worked(lambda: found.next_line(display))
            if line is not None and (address := found.address(line.span)) is not None:
                action.edit = lsp.WorkspaceEdit({address: [lsp.TextEdit(ls.range(line.span), line.text)]})
            return action
        text = await ls.worked(lambda: found.gradient(str(data["of"]), str(data["wrt"]), bool(data["steps"])))
        end = Span(found.source, display.full.end, display.full.end)
        if text and (address := found.address(end)) is not None:
            action.edit = lsp.WorkspaceEdit({address: [lsp.TextEdit(ls.range(end), f"\n\n{text.strip()}")]})
        return action


def _repairs(ls: SymgradServer, found: CheckedDocument, offset: int) -> Iterator[lsp.CodeAction]:
    for step in found.steps_at(offset):
        for k, edit in enumerate([] if refuted_as_expected(step) else suggested_edits(step)):
            if (place := found.address(edit.span)) is not None:
                change = lsp.WorkspaceEdit({place: [lsp.TextEdit(ls.range(edit.span), edit.text)]})
                kind = lsp.CodeActionKind.QuickFix
                yield lsp.CodeAction(edit.said.replace("$", ""), kind=kind, edit=change, is_preferred=k == 0)


def _declarations(ls: SymgradServer, found: CheckedDocument) -> Iterator[lsp.CodeAction]:
    """One action for each inferred declaration, and one for all, put in front of the first display."""
    first = next((b for b in found.blocks.items if hasattr(b, "full")), None)
    if first is None or not found.inferred:
        return
    line = found.source.text.rfind("\n", 0, first.span.start) + 1
    at = Span(found.source, line, line)
    address = found.address(at)
    if address is None:
        return
    choices = [(one,) for one in found.inferred]
    for some in choices if len(choices) == 1 else [found.inferred, *choices]:
        said = "all that was inferred" if len(some) > 1 else some[0]
        text = f"Let {', '.join(f'${one}$' for one in some)}.\n\n"
        change = lsp.WorkspaceEdit({address: [lsp.TextEdit(ls.range(at), text)]})
        yield lsp.CodeAction(f"declare {said}", kind=lsp.CodeActionKind.QuickFix, edit=change)


def _next_line(found: CheckedDocument, offset: int) -> Iterator[lsp.CodeAction]:
    """One action where a display begins with a derivative; the line is made when it is chosen."""
    display = found.display_at(offset)
    if display is not None and begun(display) is not None:
        data = {"document": found.whole, "at": offset, "next": True}
        kind = lsp.CodeActionKind.RefactorRewrite
        yield lsp.CodeAction(OFFER, kind=kind, data=data)


def _gradients(found: CheckedDocument, offset: int) -> Callable[[], list[lsp.CodeAction]]:
    """Actions that write a gradient, or its derivation, below the display; the text is made when one is chosen."""

    def offers() -> list[lsp.CodeAction]:
        if found.display_at(offset) is None:
            return []
        out = []
        for of, wrt in found.gradients():
            for steps in (False, True):
                word = "derivation of the gradient" if steps else "gradient"
                data = {"document": found.whole, "at": offset, "of": of, "wrt": wrt, "steps": steps}
                kind = lsp.CodeActionKind.RefactorRewrite
                out.append(lsp.CodeAction(f"insert the {word} of {of} by {wrt}", kind=kind, data=data))
        return out

    return offers
