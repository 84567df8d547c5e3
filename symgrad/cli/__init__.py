"""The command line: parses arguments, prints, sets the exit status; no mathematics. One module per command.

The engines are loaded by the command that needs them, so that ``--help`` and ``explain`` answer at once.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from symgrad.cli import check, compare, completion, declare, explain, export, latex, lsp, mcp, new, serve
from symgrad.cli.output import BUG, UsageError

USAGE, INTERNAL, INTERRUPTED = 2, 4, 130
COMMANDS = (check, declare, latex, export, compare, new, explain, serve, lsp, mcp, completion)
"""In the order of ``--help``; each has ``add(verbs)``, which names the function that runs it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a character that the encoding lacks must not be an error
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser, commands = _parser()
    if not given or not (given[0].startswith("-") or given[0] in commands):
        return _complain(_no_command(given, commands), USAGE)
    try:
        options = parser.parse_args(given)
    except SystemExit as stop:  # argparse has printed the message
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


def _no_command(given: Sequence[str], commands: Sequence[str]) -> str:
    """What to do where no command is named: most people mean ``check``."""
    if not given:
        return "name a command: `symgrad check FILE` checks a document, `symgrad --help` lists all"
    from difflib import get_close_matches

    word = given[0]
    if os.path.exists(word):
        return f"name a command first: `symgrad check {word}` checks it, `symgrad --help` lists all"
    close = get_close_matches(word, commands, 1)
    remedy = f"did you mean `{close[0]}`?" if close else "`symgrad --help` lists all"
    return f"there is no command {word!r}; {remedy}"


def _parser() -> tuple[argparse.ArgumentParser, list[str]]:
    """The parser, and the names of the commands."""
    parser = argparse.ArgumentParser(
        prog="symgrad",
        description="Reads gradient derivations as they are written, in LaTeX, and rules on every equals sign.",
        epilog="To begin: symgrad new notes.md, then symgrad check --read notes.md",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version)
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add(verbs)
    return parser, list(verbs.choices)


def _failed(error: Exception) -> int:
    """Report an exception that ended the run: an error of use, or else a bug of symgrad."""
    from symgrad.text.diagnostic import SymgradError

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
    """``--version``, which is looked up only when it is needed."""

    def __init__(self, option_strings: Sequence[str], dest: str) -> None:
        super().__init__(option_strings, dest, nargs=0, help="show the version and stop")

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from symgrad.text.version import tool

        print(tool())
        parser.exit()
