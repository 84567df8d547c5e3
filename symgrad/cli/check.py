"""``symgrad check``: rule on every step of the documents."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symgrad.cli.daily_options import add_daily, fix, leaves_all, reduced, watch, with_settings
from symgrad.cli.output import BUG, add_format, add_stdin_name, rendered, show, style_of
from symgrad.text.files import STDIN

if TYPE_CHECKING:
    from symgrad.batch.project_settings import ProjectSettings
    from symgrad.checking.verdict import DocumentReport, Report

MANY = 20
"""From so many documents on, text is written about each as soon as it is done."""
STATUSES = """\
exit status:
  0  every step is proved or agrees
  1  something is refuted, or a step marked 'expect refuted' is not
  2  usage, or a file that can't be opened
  3  nothing refuted, but something unreadable
  4  internal error
  5  the documents hold no step
"""


def add(verbs: Any) -> None:
    """The command and its options."""
    check = verbs.add_parser(
        "check",
        help="rule on every step of the documents",
        description="Rules on every step of the documents: proved, agrees, refuted or unreadable.",
        epilog=STATUSES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    check.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="a document; a folder means every document below it; - is standard input (default: [tool.symgrad] files)",
    )
    check.add_argument("--docstrings", action="store_true", help="a folder means the .py files below it as well")
    add_stdin_name(check)
    check.add_argument(
        "--with",
        dest="with_files",
        action="append",
        default=[],
        metavar="FILE",
        help="declarations for documents that can't be edited (repeatable)",
    )
    check.add_argument(
        "--read",
        action="store_true",
        help="show each step as it was understood, sums made explicit, and what was inferred",
    )
    check.add_argument("--strict", action="store_true", help="'agrees' and inferred declarations fail too")
    check.add_argument("-j", dest="jobs", type=_jobs, default=1, metavar="N", help="processes: a number, or auto")
    check.add_argument("--seed", type=int, default=0, metavar="N", help="another random stream (default: %(default)s)")
    check.add_argument(
        "--timeout",
        type=_seconds,
        metavar="S",
        help="processor time for a document (default: 8 s for each 64 KB of it)",
    )
    add_daily(check)
    add_format(check, "check")
    check.add_argument("--html", default="", metavar="OUT", help="a page to look at: a file, or a folder of pages")
    check.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    # one run makes few cycles, and the collector would visit all interned nodes again and again
    gc.set_threshold(200_000, 50, 50)
    settings = with_settings(options)
    if options.html:
        from symgrad.page.document_page import require_page

        require_page()
    if options.fix:
        fix(_paths(options, settings), options)
    if not options.watch:
        return _checked(options, settings)
    return watch(lambda: [*_paths(options, settings), *options.with_files], lambda: _checked(options, settings))


def _paths(options: argparse.Namespace, settings: ProjectSettings) -> list[str]:
    """The files to check. Raises OSError for one that can't be opened, before any work is done."""
    paths = documents(options.paths, options.docstrings, settings.excludes)
    for path in (*paths, *options.with_files):
        if path != STDIN:
            _openable(path)
    return paths


def _checked(options: argparse.Namespace, settings: ProjectSettings) -> int:
    """One check, shown."""
    from symgrad.batch.checked_paths import check_paths  # only now: the engines load NumPy
    from symgrad.report.progress import Progress
    from symgrad.report.summary import NO_STEPS, PASSED, exit_status

    paths = _paths(options, settings)
    how = {
        "seed": options.seed,
        "jobs": options.jobs,
        "stdin_name": options.stdin_name,
        "timeout": options.timeout,
        "cache": options.cache,
    }
    if len(paths) >= MANY and options.format == "text" and not options.html and leaves_all(options, settings):
        return _told(_in_parts(paths, options, how))
    with Progress(sys.stderr) as progress:
        report = check_paths(paths, options.with_files, progress=progress, **how)
    steps = sum(len(document.steps) for document in report.documents)
    report = reduced(report, options, settings)
    if options.html:
        from symgrad.api import load
        from symgrad.page.written_pages import write_pages

        write_pages(report, options.html, [load(file).source for file in options.with_files])
    show(rendered("check", report, options))
    status = exit_status(report, strict=options.strict, fail_on=options.fail_on)
    _tell_bugs(report)
    if status == NO_STEPS and steps:
        return PASSED  # all that there is was left out
    return _told(status)


def _in_parts(paths: list[str], options: argparse.Namespace, how: dict[str, Any]) -> int:
    """Check many documents, and write about each as soon as it is done; the exit status."""
    from symgrad.batch.checked_paths import check_paths
    from symgrad.checking.verdict import Report
    from symgrad.report.check_text import TextInParts
    from symgrad.report.progress import Progress
    from symgrad.report.summary import NO_STEPS, exit_status, worst

    status = NO_STEPS
    text = TextInParts(style_of(options), max(map(len, paths)))
    with Progress(sys.stderr) as progress:

        def tell(document: DocumentReport) -> None:
            nonlocal status
            own = Report((document,))
            progress.clear()
            show(text.document(document))
            status = worst(status, exit_status(own, strict=options.strict, fail_on=options.fail_on))
            _tell_bugs(own)

        check_paths(paths, options.with_files, progress=progress, each=tell, **how)
    show(text.end())
    return status


def _tell_bugs(report: Report) -> None:
    from symgrad.report.summary import internal_errors

    for error in internal_errors(report):
        shown = error.span.shown if error.span else None
        place = f" ({shown.source.name}:{shown.line})" if shown else ""
        print(f"symgrad: {error.message}{place}\n{BUG}", file=sys.stderr)


def _told(status: int) -> int:
    """The exit status, with a word if there was no step."""
    from symgrad.report.summary import NO_STEPS

    if status == NO_STEPS:
        print("symgrad: no step to rule on: no display in these documents claims an equality", file=sys.stderr)
    return status


def documents(
    paths: Sequence[str], docstrings: bool = False, excludes: Callable[[str], bool] = lambda path: False
) -> list[str]:
    """The files that the paths name, each once: a folder means every document below it, sorted by name.

    ``docstrings``: Python modules are documents too. Hidden folders below a folder are left out, because they hold
    environments and caches, and so is what ``excludes`` says.
    """
    from symgrad.reading.document.kinds_of_files import KINDS, ON_REQUEST

    suffixes = tuple(suffix for suffix in KINDS if docstrings or suffix not in ON_REQUEST)
    found: list[str] = []
    for path in paths:
        if not os.path.isdir(path):
            found.append(path)
            continue
        below: list[str] = []
        for folder, folders, files in os.walk(path, onerror=_raise):
            folders[:] = [name for name in folders if not name.startswith(".")]
            below += (os.path.join(folder, name) for name in files if name.lower().endswith(suffixes))
        found += sorted(file for file in below if not excludes(file))
    return list(dict.fromkeys(found))


def _raise(error: OSError) -> None:
    raise error


def _openable(path: str) -> None:
    """Raises OSError for a file that can't be opened, before any work is done."""
    with Path(path).open("rb") as file:
        file.read(1)


def _seconds(text: str) -> float:
    """An argument that is a time, more than 0."""
    number = float(text)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is no time: use more than 0 seconds")
    return number


def _jobs(text: str) -> int:
    """A number of processes, at least 1; ``auto`` is one a processor."""
    if text == "auto":
        from symgrad.batch.worker_processes import processors

        return processors()
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number of processes: use 1 or more")
    return number
