"""The command line: parses arguments, prints, sets the exit status; no mathematics.

Only argparse is imported at the top: ``--help`` and ``explain`` answer at once, and the engines
are loaded by the verb that needs them.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from symgrad.report import FORMATS

USAGE, INTERNAL, INTERRUPTED = 2, 4, 130
SUFFIXES = (".md", ".tex")
BUG = "  This is a bug of symgrad, not of your document: please report it with the document that shows it."
STATUSES = """\
exit status:
  0  every step is proved or agrees
  1  something is refuted, or a step marked 'expect refuted' is not
  2  usage, or a file that can't be opened
  3  nothing refuted, but something unreadable
  4  internal error
  5  the documents hold no step
"""


class UsageError(Exception):
    """What the caller can mend: said in one line, exit status 2."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a narrow encoding must not turn a report into an error
    try:
        options = _parser().parse_args(arguments)
    except SystemExit as stop:  # argparse has printed its message
        return stop.code if isinstance(stop.code, int) else USAGE
    try:
        status: int = options.run(options)
    except UsageError as error:
        return _complain(str(error), USAGE)
    except KeyboardInterrupt:
        return _complain("interrupted", INTERRUPTED)
    except Exception as error:
        return _failed(error)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="symgrad",
        description="Reads gradient derivations as they are written, in LaTeX, and rules on every equals sign.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version)
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    check = verbs.add_parser(
        "check",
        help="rule on every step of the documents",
        description="Rules on every step of the documents: proved, agrees, refuted or unreadable.",
        epilog=STATUSES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    check.add_argument(
        "paths", nargs="+", metavar="PATH", help="a document; a folder means every .md and .tex below it"
    )
    check.add_argument(
        "--with",
        dest="with_files",
        action="append",
        default=[],
        metavar="FILE",
        help="declarations for documents that can't be edited (repeatable)",
    )
    check.add_argument("--read", action="store_true", help="show each step as it was understood, sums made explicit")
    check.add_argument("--strict", action="store_true", help="'agrees' fails too")
    check.add_argument("-j", dest="jobs", type=_positive, default=1, metavar="N", help="processes, over many files")
    check.add_argument("--seed", type=int, default=0, metavar="N", help="another random stream (default: %(default)s)")
    check.add_argument("--format", choices=sorted(FORMATS, reverse=True), default="text", help="default: %(default)s")
    check.set_defaults(run=_check)

    explain = verbs.add_parser(
        "explain",
        help="what a diagnostic means, with a wrong and a right example",
        description="Explains a diagnostic, with a wrong and a right example.",
        allow_abbrev=False,
    )
    explain.add_argument("code", metavar="CODE", help="as a diagnostic shows it, such as SG105")
    explain.set_defaults(run=_explain)
    return parser


def _check(options: argparse.Namespace) -> int:
    # one run makes few cycles, and the collector would walk all interned nodes again and again
    gc.set_threshold(200_000, 50, 50)
    from symgrad.report.progress import Progress
    from symgrad.report.summary import NO_STEPS, exit_status, internal_errors

    paths = _documents(options.paths)
    for path in (*paths, *options.with_files):
        _openable(path)
    from symgrad.checking import check_paths  # only now: the engines load SymPy and NumPy

    with Progress(sys.stderr) as progress:
        report = check_paths(paths, options.with_files, seed=options.seed, jobs=options.jobs, progress=progress)
    render = FORMATS[options.format]()
    _print(render(report, read=options.read, colour=_colour()))
    status = exit_status(report, strict=options.strict)
    for error in internal_errors(report):
        place = f" ({error.span.source.path}:{error.span.line})" if error.span else ""
        print(f"symgrad: {error.message}{place}\n{BUG}", file=sys.stderr)
    if status == NO_STEPS:
        print("symgrad: no step to rule on: no display in these documents claims an equality", file=sys.stderr)
    return status


def _explain(options: argparse.Namespace) -> int:
    from symgrad.diagnostics import CODES, explain

    code = options.code.upper()
    if code not in CODES:
        raise UsageError(f"no diagnostic has the code {options.code!r}; there are {', '.join(sorted(CODES))}")
    _print(explain(code))
    return 0


def _documents(paths: Sequence[str]) -> list[str]:
    """The files that the paths name, each once: a folder means every .md and .tex below it, in order of name.

    Hidden folders below a folder are left out: they hold environments and caches, not derivations.
    """
    found: list[str] = []
    for path in paths:
        if not os.path.isdir(path):
            found.append(path)
            continue
        below: list[str] = []
        for folder, folders, files in os.walk(path, onerror=_raise):
            folders[:] = [name for name in folders if not name.startswith(".")]
            below += (os.path.join(folder, name) for name in files if name.endswith(SUFFIXES))
        found += sorted(below)
    return list(dict.fromkeys(found))


def _raise(error: OSError) -> None:
    raise error


def _openable(path: str) -> None:
    """Raises OSError for a file that can't be opened, before any work is done."""
    with Path(path).open("rb") as file:
        file.read(1)


def _positive(text: str) -> int:
    """An argument that is a whole number, at least 1."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number of processes: want 1 or more")
    return number


def _colour() -> bool:
    """Colours only on a terminal that shows them, and never against NO_COLOR."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _print(text: str) -> None:
    """Write a result. A reader who stops early, as ``head`` does, changes nothing about the verdict."""
    try:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # what is left in the buffer would raise again when Python closes the stream
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _failed(error: Exception) -> int:
    """An exception that ended the run: the caller's, if it says so, else a bug of ours."""
    from symgrad.diagnostics import SymgradError

    if isinstance(error, SymgradError):
        return _complain(str(error), USAGE)
    if isinstance(error, OSError) and error.filename:
        return _complain(f"can't open {error.filename}: {(error.strerror or str(error)).lower()}", USAGE)
    if os.environ.get("SYMGRAD_DEBUG"):
        raise error
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return _complain(
        f"internal error: {what}\n{BUG}\n  SYMGRAD_DEBUG=1 shows the traceback.",
        INTERNAL,
    )


def _complain(message: str, status: int) -> int:
    print(f"symgrad: {message}", file=sys.stderr)
    return status


class _Version(argparse.Action):
    """``--version``, looked up only when asked for."""

    def __init__(self, option_strings: Sequence[str], dest: str) -> None:
        super().__init__(option_strings, dest, nargs=0, help="show the version and stop")

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"symgrad {version('symgrad')}")
        parser.exit()
