"""What ``symgrad check`` offers for daily use: settings of a project, known problems, fixes, watching."""

from __future__ import annotations

import argparse
import difflib
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symgrad.cli.output import UsageError, show
from symgrad.text.files import STDIN

if TYPE_CHECKING:
    from symgrad.batch.project_settings import ProjectSettings
    from symgrad.checking.verdict import Report

BASELINE = "symgrad-baseline.json"
PAUSE = 0.3
"""Seconds between two looks at the files."""


def add_daily(check: Any) -> None:
    """The options."""
    check.add_argument("--cache", default="", metavar="DIR", help="unchanged steps are not worked twice")
    check.add_argument(
        "--fail-on", choices=("refuted", "unreadable", "agrees"), help="the least that fails (default: unreadable)"
    )
    check.add_argument(
        "--ignore", action="append", default=[], metavar="CODE", help="leave out problems of this code (repeatable)"
    )
    check.add_argument("--baseline", default="", metavar="FILE", help="leave out the problems that this file knows")
    check.add_argument(
        "--write-baseline", action="store_true", help=f"write the problems into that file (default: {BASELINE})"
    )
    check.add_argument("--fix", action="store_true", help="repair what is sure, and show the difference only")
    check.add_argument("--write", action="store_true", help="with --fix: write the repairs into the files")
    check.add_argument("--watch", action="store_true", help="check again on every save")


def with_settings(options: argparse.Namespace) -> ProjectSettings:
    """The settings of the project, entered into the options where these do not say otherwise."""
    from symgrad.batch.project_settings import project_settings

    settings = project_settings()
    options.paths = options.paths or list(settings.files)
    if not options.paths:
        raise UsageError("name a PATH to check, or set tool.symgrad.files in pyproject.toml")
    if options.watch and STDIN in options.paths:
        raise UsageError("standard input can't be watched")
    options.with_files = [*settings.macros, *(options.with_files or settings.with_files)]
    options.strict = options.strict or settings.strict
    options.fail_on = options.fail_on or settings.fail_on
    options.cache = options.cache or settings.cache
    options.baseline = options.baseline or settings.baseline
    options.ignore = [code for text in options.ignore for code in text.split(",") if code] + list(settings.ignore)
    return settings


def leaves_all(options: argparse.Namespace, settings: ProjectSettings) -> bool:
    """True if no problem is to be left out or noted as known."""
    return not (options.ignore or settings.per_file_ignores or options.baseline or options.write_baseline)


def reduced(report: Report, options: argparse.Namespace, settings: ProjectSettings) -> Report:
    """The report without what is to be left out; says how much that is."""
    from symgrad.report.left_out import baseline_text, by_code, in_baseline, without

    left = 0
    if options.ignore or settings.per_file_ignores:
        by_file = [
            (os.path.normpath(os.path.join(settings.folder, one)), codes) for one, codes in settings.per_file_ignores
        ]
        report, left = without(report, by_code(options.ignore, by_file), strict=options.strict)
    if options.write_baseline:
        path = Path(options.baseline or BASELINE)
        path.write_text(baseline_text(report, strict=options.strict), encoding="utf-8")
        print(f"symgrad: wrote {path}", file=sys.stderr)
        options.baseline = str(path)
    if options.baseline:
        known = in_baseline(Path(options.baseline).read_text(encoding="utf-8"), options.baseline)
        report, more = without(report, known, strict=options.strict)
        left += more
    if left:
        print(f"symgrad: {left} problem{'s' * (left != 1)} left out", file=sys.stderr)
    return report


def fix(paths: Sequence[str], options: argparse.Namespace) -> None:
    """Try the sure repairs of each document, show the difference, and write it where that is asked for."""
    from symgrad.api import read_document
    from symgrad.batch.fixes import fixed

    total = 0
    for path in paths:
        if path == STDIN:
            raise UsageError("standard input can't be fixed")
        document = read_document(path, declarations=options.with_files)
        text, number = fixed(document, options.seed)
        total += number
        old, new = (one.splitlines(keepends=True) for one in (document.source.text, text))
        show(
            "".join(line if line.endswith("\n") else f"{line}\n" for line in difflib.unified_diff(old, new, path, path))
        )
        if number and options.write:
            _rewrite(Path(path), text)
    done = "made" if options.write else "possible: --write makes them"
    print(f"symgrad: {total} repair{'s' * (total != 1)} {done}", file=sys.stderr)


def _rewrite(path: Path, text: str) -> None:
    """Write a text with the byte-order mark and the ends of lines that the file has."""
    old = path.read_bytes()
    mark = b"\xef\xbb\xbf" if old.startswith(b"\xef\xbb\xbf") else b""
    end = "\r\n" if b"\r\n" in old else "\n"
    path.write_bytes(mark + text.replace("\n", end).encode("utf-8"))


def watch(files: Callable[[], list[str]], check: Callable[[], int], pause: Callable[[float], None] = time.sleep) -> int:
    """Check, and again whenever a file has changed, until it is interrupted."""
    seen: dict[str, tuple[int, int]] = {}
    while True:
        try:
            now = {path: (os.stat(path).st_mtime_ns, os.stat(path).st_size) for path in files()}
        except OSError:  # an editor is about to put the new file in place of the old one
            now = seen
        if now != seen:
            if sys.stdout.isatty():
                show("\x1b[H\x1b[2J")
            check()
            print("symgrad: watching; Ctrl-C ends it", file=sys.stderr)
            seen = now
        pause(PAUSE)
