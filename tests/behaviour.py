"""What symgrad prints, written to a folder or compared with another revision, byte for byte.

    python -m tests.behaviour REVISION        compare the checkout with REVISION; exit status 1 where they differ
    python -m tests.behaviour --write FOLDER  write what the checkout prints to FOLDER
    python -m tests.behaviour --folder FOLDER compare the checkout with what was written before

Covers ``check --format json`` on every document of ``derivations/``, ``tests/corpus`` and ``tests/unseen``,
``latex --steps`` in both forms, and the modules that ``export`` writes for each target. Only the command line is used,
so that any two revisions can be compared, whatever their modules are called.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import io
import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDERS = ("derivations", "tests/corpus", "tests/unseen")
TARGETS = ("numpy", "torch", "jax")


def commands(document: str) -> Iterator[tuple[str, list[str]]]:
    """Each command that is run on a document, with the ending of the file that holds what it prints."""
    yield "check.json", ["check", "--format", "json", document]
    yield "read.txt", ["check", "--read", document]
    yield "latex.txt", ["latex", "--steps", document]
    yield "index.txt", ["latex", "--form", "index", document]
    for target in TARGETS:
        yield f"{target}.py.txt", ["export", "--target", target, document]


def write(folder: Path) -> None:
    """Write what the checkout in the current folder prints. Runs in a process of its own per revision.

    Each document has a process of its own, so that nothing depends on the documents before it.
    """
    import symgrad.cli  # once, before the processes are made

    folder.mkdir(parents=True, exist_ok=True)
    documents = sorted(
        path.as_posix() for name in FOLDERS for path in Path(name).glob("*") if path.suffix in {".md", ".tex"}
    )
    with multiprocessing.get_context("fork").Pool(maxtasksperchild=1) as pool:
        pool.starmap(write_document, [(symgrad.cli.main, folder, document) for document in documents], chunksize=1)


def write_document(main: Callable[[list[str]], int], folder: Path, document: str) -> None:
    """Write what each command prints of one document."""
    for ending, arguments in commands(document):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = main(arguments)
        name = f"{document.replace('/', '__')}.{ending}"
        text = f"{out.getvalue()}\n--- standard error\n{err.getvalue()}\n--- exit status {status}\n"
        (folder / name).write_text(text, encoding="utf-8")


def printed_by(checkout: Path, folder: Path) -> None:
    """Run ``write`` with the symgrad of a checkout, on the documents of the checkout that this file belongs to."""
    environment = {**os.environ, "PYTHONPATH": str(checkout), "NO_COLOR": "1"}
    subprocess.run([sys.executable, __file__, "--here", str(folder)], cwd=ROOT, env=environment, check=True)


def differences(old: Path, new: Path) -> Iterator[str]:
    for name in sorted({p.name for p in old.iterdir()} | {p.name for p in new.iterdir()}):
        before, after = (
            (folder / name).read_text(encoding="utf-8").splitlines() if (folder / name).exists() else []
            for folder in (old, new)
        )
        if before != after:
            yield "\n".join(difflib.unified_diff(before, after, f"a/{name}", f"b/{name}", lineterm="", n=1))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.behaviour", description=__doc__.partition("\n")[0])
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("revision", nargs="?", help="the revision to compare with")
    which.add_argument("--write", metavar="FOLDER", type=Path, help="write what is printed, compare nothing")
    which.add_argument("--here", metavar="FOLDER", type=Path, help=argparse.SUPPRESS)
    which.add_argument("--folder", metavar="FOLDER", type=Path, help="compare with a folder written before")
    options = parser.parse_args()
    if options.here is not None:
        write(options.here)
        return 0
    if options.write is not None:
        printed_by(ROOT, options.write.resolve())
        return 0
    with tempfile.TemporaryDirectory() as work:
        new, old, checkout = Path(work, "new"), Path(work, "old"), Path(work, "checkout")
        if options.folder is not None:
            old = options.folder
        else:
            git = ["git", "-C", str(ROOT), "worktree"]
            subprocess.run([*git, "add", "--quiet", "--detach", str(checkout), options.revision], check=True)
            try:
                printed_by(checkout, old)
            finally:
                subprocess.run([*git, "remove", "--force", str(checkout)], check=True)
        printed_by(ROOT, new)
        found = list(differences(old, new))
    print("\n".join(found) if found else "the same, byte for byte")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
