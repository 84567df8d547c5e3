"""``python -m tests.mutation``: break the checker in one place and note which test notices; a stopped run goes on."""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.mutation.changes import PACKAGE, ROOMS, Broken, changes_of

ROOT = PACKAGE.parent
ROUNDS = (
    ("tests/checking/test_prove.py", "tests/checking/test_refute.py", "tests/soundness/test_guards.py", "tests/ir"),
    ("tests/checking", "tests/soundness/test_adversarial.py", "tests/soundness/test_boundaries.py"),
    ("tests/test_kinds.py",),
)
"""The quickest first: a change that a round notices spares the rest."""
LIMIT = 400
"""Seconds for a round."""


def outcome(broken: Broken, folder: Path, rounds: int) -> str:
    """``killed by`` a test, ``killed by time``, or ``survived``."""
    target = folder / "symgrad" / broken.module
    source = target.read_text(encoding="utf-8")
    target.write_text(broken.applied(source), encoding="utf-8")
    try:
        return noticed(folder, rounds) or "survived"
    finally:
        target.write_text(source, encoding="utf-8")


def noticed(folder: Path, rounds: int) -> str:
    """What notices that something is broken in a copy of the repository; empty if nothing does."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    for tests in ROUNDS[:rounds]:
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
        try:
            done = subprocess.run(
                command, cwd=folder, env=environment, capture_output=True, text=True, timeout=LIMIT, check=False
            )
        except subprocess.TimeoutExpired:
            return "killed by time"
        if done.returncode:
            failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
            return f"killed by {failed[0].split(' - ')[0].split()[-1] if failed else 'an error'}"
    return ""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=20, help="how many changes, the first of the shuffled list")
    parser.add_argument("--minutes", type=float, default=25)
    parser.add_argument("--only", default="", help="a part of the module's path")
    parser.add_argument("--rounds", type=int, default=len(ROUNDS), help="how many rounds of tests, the quickest first")
    parser.add_argument("--record", type=Path, default=Path(__file__).with_name("record.jsonl"))
    options = parser.parse_args()
    found = [b for room in ROOMS for path in sorted((PACKAGE / room).rglob("*.py")) for b in changes_of(path)]
    random.Random(options.seed).shuffle(found)
    chosen = [b for b in found if options.only in b.module][: options.count]
    lines = options.record.read_text(encoding="utf-8").splitlines() if options.record.exists() else []
    done = {told["change"]: told["outcome"] for told in map(json.loads, lines)}
    end = time.monotonic() + 60 * options.minutes
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for name in ("symgrad", "tests", "derivations", "docs"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", folder)
        if options.count and (already := noticed(folder, options.rounds)):
            sys.exit(f"the tests fail as they are: {already}")
        for broken in chosen:
            if broken.name not in done and time.monotonic() < end:
                done[broken.name] = outcome(broken, folder, options.rounds)
                with options.record.open("a", encoding="utf-8") as file:
                    file.write(json.dumps({"change": broken.name, "outcome": done[broken.name]}) + "\n")
    ruled = [b.name for b in chosen if b.name in done]
    survivors = [name for name in ruled if done[name] == "survived"]
    print(f"{len(found)} changes in all, {len(ruled)} of seed {options.seed} tried, {len(survivors)} survive")
    print("\n".join(survivors))


main()
