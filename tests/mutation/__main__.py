"""``python -m tests.mutation``: break the checker in one place and note which test notices; a stopped run goes on.

Every change is tried with the tests that enter the function that it breaks, the quickest first.
"""

from __future__ import annotations

import argparse
import compileall
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.mutation.changes import PACKAGE, ROOMS, Broken, changes_of

ROOT = PACKAGE.parent
TESTS = ("checking", "ir", "derive", "soundness", "test_kinds.py", "test_corpus.py")
LIMIT, WHOLE = 300, 3600
"""Seconds for the tests of one change, and for all of them."""


def outcome(broken: Broken, folder: Path, tests: dict[str, dict[str, Any]]) -> str:
    """``killed by`` a test, ``killed by time``, or ``survived``."""
    chosen = [name for name, told in tests.items() if not broken.function or broken.function in told["functions"]]
    if not chosen:
        return "survived"  # nothing enters it
    target = folder / "symgrad" / broken.module
    source = target.read_text(encoding="utf-8")
    target.write_text(broken.applied(source), encoding="utf-8")
    kept = target.parent / "__pycache__"
    for compiled in kept.glob(f"{target.stem}.*.pyc"):
        compiled.unlink()
    try:
        return noticed(folder, sorted(chosen, key=lambda name: float(tests[name]["seconds"]))) or "survived"
    finally:
        target.write_text(source, encoding="utf-8")


def noticed(folder: Path, tests: Sequence[str], *options: str, limit: float = LIMIT, **environment: str) -> str:
    """What notices that something is broken in a copy of the repository; empty if nothing does."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *options, *tests]
    variables = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", **environment}
    try:
        done = subprocess.run(
            command, cwd=folder, env=variables, capture_output=True, text=True, timeout=limit, check=False
        )
    except subprocess.TimeoutExpired:
        return "killed by time"
    if not done.returncode:
        return ""
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return f"killed by {failed[0].split(' - ')[0].split()[-1] if failed else 'an error'}"


def tests_by_function(folder: Path, kept: Path, names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Every test, with its seconds and the functions that it enters, kept in a file until the package changes. Ends the
    program if a test fails already."""
    sources = sorted((folder / "symgrad").rglob("*.py"))
    texts = [*(name.encode() for name in names), *(path.read_bytes() for path in sources)]
    digest = hashlib.sha256(b"\0".join(texts)).hexdigest()
    told: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    if told.get("digest") != digest:
        covering = folder / "covering.json"
        tests = [f"tests/{name}" for name in names]
        already = noticed(folder, tests, "-p", "tests.mutation.covering", limit=WHOLE, COVERING=str(covering))
        if already:
            sys.exit(f"the tests fail as they are: {already}")
        told = {"digest": digest, "tests": json.loads(covering.read_text(encoding="utf-8"))}
        kept.write_text(json.dumps(told), encoding="utf-8")
    found: dict[str, dict[str, Any]] = told["tests"]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=20, help="how many changes, the first of the shuffled list")
    parser.add_argument("--minutes", type=float, default=25)
    parser.add_argument("--only", default="", help="a part of the module's path")
    parser.add_argument("--tests", nargs="+", default=TESTS, help="files and folders of tests/ that are to notice it")
    parser.add_argument("--record", type=Path, default=Path(__file__).with_name("record.jsonl"))
    options = parser.parse_args()
    found = [b for room in ROOMS for path in sorted((PACKAGE / room).rglob("*.py")) for b in changes_of(path)]
    random.Random(options.seed).shuffle(found)
    chosen = [b for b in found if options.only in b.module][: options.count]
    lines = options.record.read_text(encoding="utf-8").splitlines() if options.record.exists() else []
    done = {told["change"]: told["outcome"] for told in map(json.loads, lines)}
    waiting = [broken for broken in chosen if broken.name not in done]
    end = time.monotonic() + 60 * options.minutes
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for name in ("symgrad", "tests", "derivations", "docs"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", folder)
        compileall.compile_dir(folder, quiet=2)
        tests = (
            tests_by_function(folder, options.record.with_suffix(".covering.json"), options.tests) if waiting else {}
        )
        for broken in waiting:
            if time.monotonic() < end:
                done[broken.name] = outcome(broken, folder, tests)
                with options.record.open("a", encoding="utf-8") as file:
                    file.write(json.dumps({"change": broken.name, "outcome": done[broken.name]}) + "\n")
    ruled = [b.name for b in chosen if b.name in done]
    survivors = [name for name in ruled if done[name] == "survived"]
    print(f"{len(found)} changes in all, {len(ruled)} of seed {options.seed} tried, {len(survivors)} survive")
    print("\n".join(survivors))


main()
