"""The page of one document, and the page that lists several."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape
from importlib.resources import files
from pathlib import PurePath
from typing import TYPE_CHECKING

from symgrad.page.explanation_of_step import explanation, is_open, place_of, said, text_with_code, with_code
from symgrad.page.marks import MARKS, PROBLEMS, Mark, mark_of
from symgrad.page.mathml import MathmlWriter, margin, marked
from symgrad.page.prose import as_code, headed, held, laid_out, title_of
from symgrad.page.relation_signs import sign_of
from symgrad.page.shown_gradients import shown_gradients
from symgrad.page.tex_prose import as_markdown
from symgrad.reading.document.block_reader import read_blocks
from symgrad.reading.document.blocks import Directive, Display, Heading, Inline
from symgrad.reading.tokens.macros import Macros, macros_in_force
from symgrad.text.extras import require
from symgrad.text.source import Source
from symgrad.text.version import tool

if TYPE_CHECKING:
    from symgrad.checking.verdict import DocumentReport, Step
    from symgrad.reading.document.blocks import Blocks
    from symgrad.text.diagnostic import Diagnostic

_OPENERS = re.compile(r"(?:\$\$?`?|\\\\?[(\[]|\\begin\{math\})$")
_FENCED = re.compile(r"\A(?:`{3,}|~{3,}|:{3,})[^\n]*\n(.*?)\n[ \t]*(?:`{3,}|~{3,}|:{3,})\s*\Z", re.DOTALL)
_LINK = re.compile(r'<a href="#([^"]*)"')
_HEADING_MARK = re.compile(r"#+[ \t]*|\\[a-z]+\*?(?:\[[^\]]*\])?\{")
_SCRIPT_TAG = re.compile(r"<script\b[^<>]*>$")


Links = Mapping[int, tuple[Mark, str]]
"""The mark of each step, and the address of its explanation."""


def require_page() -> None:
    """Raises ``SymgradError`` if what pages are rendered with is not installed."""
    require({"markdown_it": "markdown-it-py", "math_core": "math-core"}, "the page")


@dataclass(slots=True)
class _Parts:
    """A document in pieces: the formulas by number, and where they stood."""

    formulas: dict[int, str] = field(default_factory=dict)
    displays: list[int] = field(default_factory=list)
    cuts: list[tuple[int, int, str]] = field(default_factory=list)
    """What characters ``start .. end`` of the text are replaced by, in order."""


def document_page(
    report: DocumentReport, source: Source, live: str = "", back: str = "", with_sources: Sequence[Source] = ()
) -> str:
    """The page of a document. live: a script that shows it again when it changes; back: the address of the list;
    with_sources: the declarations and macros of other files that it was checked with.
    """
    require_page()
    return _frame(report.path, document_body(report, source, back, with_sources), live)


def document_body(report: DocumentReport, source: Source, back: str = "", with_sources: Sequence[Source] = ()) -> str:
    """What stands on a page between its frame: the head with counts and contents, and the document."""
    require_page()
    macros = macros_in_force(source, with_sources)
    formulas = MathmlWriter(macros)
    blocks = read_blocks(source)
    links = {k: (mark_of(step), f"s{k}") for k, step in enumerate(report.steps, 1)}
    parts = _parts(report, blocks, formulas, links, macros)
    parts.cuts += [(at, at, as_code(code)) for at, code in source.beside]
    text = _replaced(source.text, sorted(parts.cuts, key=lambda cut: cut[:2]))
    if source.path.lower().endswith(".tex"):
        text = as_markdown(text)
    article = laid_out(text, parts.formulas, parts.displays)
    gradients = shown_gradients(source, with_sources, formulas)
    title = escape(title_of(source.text) or PurePath(report.path).stem)
    shown_title = "" if re.search(r"<h1\b", article) else f"<h1>{title}</h1>"
    headings = [(k, b) for k, b in enumerate(blocks.items) if isinstance(b, Heading)]
    tops = [(k, heading) for k, heading in headings if f' id="h{k}"' in article]
    slugs = {_slug(heading.text): k for k, heading in tops}
    article = _LINK.sub(lambda m: _inside(m, slugs), article)
    return (
        f"{_head(report, formulas, back)}"
        f'<div class="columns">{_contents(report, tops, formulas)}'
        f'<main id="document"><article>{shown_title}{article}{gradients}</article></main></div>'
    )


def _slug(title: str) -> str:
    """The address that sites of Markdown give a heading."""
    return re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", title.lower().strip()))


def _inside(link: re.Match[str], headings: Mapping[str, int]) -> str:
    """A link of the author's to a heading of the document, with the address that it has on the page."""
    if re.fullmatch(r"(?:at-)?s[0-9]+|h[0-9]+", link[1]):
        return link[0]
    return f'<a href="#h{headings[link[1]]}"' if link[1] in headings else "<a"


def _replaced(text: str, cuts: Sequence[tuple[int, int, str]]) -> str:
    out, at = [], 0
    for start, end, new in cuts:
        if start >= at:
            out += [text[at:start], new]
            at = end
    return "".join((*out, text[at:]))


def _parts(report: DocumentReport, blocks: Blocks, formulas: MathmlWriter, links: Links, macros: Macros) -> _Parts:
    """All formulas of the document, rendered."""
    parts = _Parts()
    signs = [(sign_of(step, macros), k) for k, step in enumerate(report.steps, 1)]
    problems = [d for d in report.diagnostics if d.severity == "error" and d.span]
    seen: set[tuple[int, int]] = set()
    for number, block in enumerate(blocks.items):
        if isinstance(block, Display):
            content = _content(block)
            start, end = block.full.start, block.full.end
            own = [(at, k) for at, k in signs if start <= at < end and (at, k) not in seen]
            shown = [(at - content[0], k) for at, k in own if content[0] <= at < content[1]]
            seen.update(own)
            latex = marked(blocks.source.text[content[0] : content[1]], shown)
            about = [d for d in problems if d.span and start <= d.span.start < end]
            steps = {k: report.steps[k - 1] for _, k in own}
            drawn = formulas.display(latex, links)
            if len(shown) < len(own):
                drawn = margin([k for _, k in own], links) + formulas.display(
                    blocks.source.text[content[0] : content[1]], links
                )
            parts.formulas[number] = _display(drawn, steps, about, formulas)
            parts.displays.append(number)
            parts.cuts.append((start, end, held(number)))
        elif isinstance(block, Inline):
            start, end = _with_delimiters(blocks.source.text, block)
            inside = [k for at, k in signs if start <= at < end]
            text = formulas.inline(block.content.text)
            parts.formulas[number] = f'<span class="maths">{text}</span>' + (margin(inside, links) if inside else "")
            parts.cuts.append((start, end, held(number)))
            if inside:
                steps = {k: report.steps[k - 1] for k in inside}
                key = len(blocks.items) + number
                parts.formulas[key] = _explanations(steps, [], formulas)
        elif isinstance(block, Heading):
            words = _HEADING_MARK.match(block.span.text)
            at = block.span.start + (words.end() if words is not None else 0)
            parts.cuts.append((at, at, headed(number)))
        elif isinstance(block, Directive):
            parts.cuts.append((block.span.start, block.span.end, ""))
    return parts


def _content(block: Display) -> tuple[int, int]:
    """Where the LaTeX of a display begins and ends: with its environment, without dollars and fences."""
    full = block.full.text
    if full.lstrip().startswith("\\begin{"):
        return block.full.start, block.full.end
    return block.content.start, block.content.end


def _with_delimiters(text: str, block: Inline) -> tuple[int, int]:
    """Inline mathematics with the dollars or brackets around it."""
    start, end = block.content.start, block.content.end
    before = _OPENERS.search(text, max(0, start - 14), start) or _SCRIPT_TAG.search(text, max(0, start - 80), start)
    if before is None:
        return start, end
    closing = re.compile(r"`?\$\$?|\\\\?[)\]]|\\end\{math\}|</script>").match(text, end)
    return before.start(), closing.end() if closing is not None else end


def _display(drawn: str, steps: Mapping[int, Step], about: Sequence[Diagnostic], formulas: MathmlWriter) -> str:
    kinds = sorted({mark_of(step).kind for step in steps.values()})
    problem = " problem" if about or is_open(list(steps.values())) else ""
    return (
        f'<div class="display{problem} {" ".join(kinds)}">'
        f'<div class="wide" tabindex="0" role="group" aria-label="formula">{drawn}</div>'
        f"{_explanations(steps, about, formulas)}</div>"
    )


def _explanations(steps: Mapping[int, Step], about: Sequence[Diagnostic], formulas: MathmlWriter) -> str:
    """What is known about the steps of a display, folded up unless something is wrong."""
    if not steps and not about:
        return ""
    counts = Counter(mark_of(step) for step in steps.values())
    said_counts = ", ".join(f"{counts[mark]} {mark.word}" for mark in MARKS if counts[mark])
    summary = f"{len(steps)} step{'s' * (len(steps) != 1)}: {said_counts}" if steps else "not understood"
    unread = "".join(_problem(one) for one in about if not any(step.diagnostic is one for step in steps.values()))
    sections = "".join(explanation(step, k, f"s{k}", formulas.inline) for k, step in steps.items())
    opened = " open" if about or is_open(list(steps.values())) else ""
    return f"<details{opened}><summary>{summary}</summary>{unread}{sections}</details>"


def _problem(diagnostic: Diagnostic) -> str:
    remedy = f"<dl><dt>what to do</dt><dd>{text_with_code(diagnostic.remedy)}</dd></dl>" if diagnostic.remedy else ""
    badge = '<span class="badge unreadable"><i aria-hidden="true">?</i> unread</span>'
    return f'<section class="step unreadable"><p class="head">{badge} {with_code(diagnostic)}</p>{remedy}</section>'


# --- the head, the filters and the contents ------------------------------------------------------------------


def _head(report: DocumentReport, formulas: MathmlWriter, back: str) -> str:
    up = f'<p class="up"><a href="{escape(back)}">all documents</a></p>' if back else ""
    inferred = "".join(f"<li>{formulas.inline(one.strip('$'))}</li>" for one in report.inferred)
    found = (
        f"<details><summary>{len(report.inferred)} declarations were inferred</summary><ul>{inferred}</ul></details>"
        if report.inferred
        else ""
    )
    path = f'<p class="path">{escape(report.path)}</p>'
    return f"<header>{up}{path}{counts_of(report)}{found}{_filters(report)}</header>"


def counts_of(report: DocumentReport) -> str:
    """The counts of a document as badges."""
    counts = Counter(mark_of(step) for step in report.steps)
    outside = sum(d.severity == "error" and not any(s.cause is d for s in report.steps) for d in report.diagnostics)
    badges = "".join(
        f'<li class="badge {mark.kind}"><i aria-hidden="true">{mark.shape}</i> {counts[mark]} {mark.word}</li>'
        for mark in MARKS
        if counts[mark]
    )
    more = f'<li class="badge unreadable"><i aria-hidden="true">?</i> {outside} unread outside of steps</li>'
    none = '<li class="badge">no steps</li>' if not report.steps else ""
    return f'<ul class="counts">{badges}{more if outside else ""}{none}</ul>'


def _filters(report: DocumentReport) -> str:
    """Boxes that show and hide displays by verdict; the style sheet does the rest."""
    kinds = Counter(mark_of(step) for step in report.steps)
    boxes = "".join(
        f'<label><input type="checkbox" id="f-{mark.kind}" checked> {mark.word}</label>'
        for mark in MARKS
        if kinds[mark]
    )
    prose = '<label><input type="checkbox" id="f-prose" checked> prose</label>'
    return f'<fieldset class="filters"><legend>show</legend>{boxes}{prose}</fieldset>'


def _contents(report: DocumentReport, headings: Sequence[tuple[int, Heading]], formulas: MathmlWriter) -> str:
    """What needs a look, and the sections with their counts."""
    first = "".join(_to_look_at(report))
    looks = f'<p class="title">To look at</p><ol class="problems">{first}</ol>' if first else ""
    rows = []
    ends = [*(heading.span.start for _, heading in headings), float("inf")]
    for (k, heading), end in zip(headings, ends[1:], strict=True):
        inside = Counter(mark_of(s) for s in report.steps if heading.span.start <= s.span.start < end)
        chips = " ".join(
            f'<span class="chip {mark.kind}" title="{inside[mark]} {mark.word}">{mark.shape} {inside[mark]}</span>'
            for mark in MARKS
            if inside[mark]
        )
        title = text_with_code(_spoken(heading.text))
        rows.append(f'<li class="level{max(1, heading.level)}"><a href="#h{k}">{title}</a> {chips}</li>')
    sections = f'<p class="title">Sections</p><ul class="sections">{"".join(rows)}</ul>' if rows else ""
    return f'<nav aria-label="contents">{looks}{sections}</nav>' if looks or sections else ""


def _to_look_at(report: DocumentReport) -> Iterator[str]:
    """A link to each problem, the worst kinds first; steps that wait for one cause have one link together."""
    groups: dict[object, list[tuple[int, Step]]] = {}
    for k, step in enumerate(report.steps, 1):
        if mark_of(step) in PROBLEMS:
            groups.setdefault(step.cause or k, []).append((k, step))
    for steps in sorted(groups.values(), key=lambda g: (MARKS.index(mark_of(g[0][1])), g[0][0])):
        k, step = steps[0]
        mark = mark_of(step)
        more = f" ({len(steps)} steps)" if len(steps) > 1 else ""
        place = escape(place_of(step))
        yield (
            f'<li class="{mark.kind}"><a href="#s{k}"><i aria-hidden="true">{mark.shape}</i> {place}: '
            f"{_why(step) or mark.word}{more}</a></li>"
        )


def _why(step: Step) -> str:
    return with_code(step.cause) if step.cause is not None else said(step)


def _spoken(title: str) -> str:
    """The title of a section without marks of emphasis and dollars."""
    return re.sub(r"\$|\*\*|\\(?:label|texorpdfstring)\{[^{}]*\}", "", title)


# --- frames --------------------------------------------------------------------------------------------------


@cache
def style() -> str:
    """The style sheet of all pages."""
    return files("symgrad.page").joinpath("style.css").read_text(encoding="utf-8")


def _frame(title: str, body: str, live: str) -> str:
    script = f"<script>{live}</script>" if live else ""
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    policy += "; script-src 'unsafe-inline'; connect-src 'self'" if live else ""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(title)} · symgrad</title><style>{style()}</style></head><body>"
        f'<a class="skip" href="#document">to the document</a><div id="page">{body}</div>'
        f"<footer>{escape(tool())}</footer>{script}</body></html>\n"
    )


def list_page(reports: Sequence[DocumentReport], addresses: Sequence[str], live: str = "") -> str:
    """The page that lists documents, those with problems first."""
    rows = sorted(
        zip(reports, addresses, strict=True),
        key=lambda row: (-sum(mark_of(s) in PROBLEMS for s in row[0].steps), row[0].path),
    )
    items = "".join(
        f'<li><a href="{escape(address)}">{escape(report.path)}</a> {counts_of(report)}</li>'
        for report, address in rows
    )
    body = f'<main id="document" class="list"><h1>{len(rows)} documents</h1><ul class="documents">{items}</ul></main>'
    return _frame("documents", body, live)


def page_names(paths: Sequence[str]) -> list[str]:
    """A file name for each document, all different."""
    taken: set[str] = {"index.html"}
    names = []
    for path in paths:
        stem = re.sub(r"[^\w.-]+", "_", os.path.relpath(path) if path != "-" else "stdin").strip("._") or "document"
        name, k = f"{stem}.html", 1
        while name.lower() in taken:
            k += 1
            name = f"{stem}_{k}.html"
        taken.add(name.lower())
        names.append(name)
    return names
