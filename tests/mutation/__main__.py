"""``python -m tests.mutation``: break the checker in one place and note which test notices; a stopped run goes on.

Every change is tried in a fork, with the tests that enter the function that it breaks, the quickest first.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.mutation.changes import PACKAGE, ROOMS, Broken, changes_of
from tests.mutation.forked import Trial, tried

ROOT = PACKAGE.parent
TESTS = ("checking", "ir", "derive", "notation", "soundness", "test_kinds.py", "test_corpus.py")


def tests_by_function(kept: Path, tests: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Every test that passes, with its seconds and the functions that it enters, kept in a file until the package
    changes."""
    sources = sorted((ROOT / "symgrad").rglob("*.py"))
    digest = hashlib.sha256(b"\0".join([*(t.encode() for t in tests), *(p.read_bytes() for p in sources)])).hexdigest()
    told: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    if told.get("digest") != digest:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tests.mutation.covering"]
        entered = kept.with_suffix(".entered")
        variables = {**os.environ, "PYTHONPATH": str(ROOT), "COVERING": str(entered)}
        subprocess.run([*command, *tests], cwd=ROOT, env=variables, check=False)
        told = {"digest": digest, "tests": json.loads(entered.read_text(encoding="utf-8"))}
        entered.unlink()
        kept.write_text(json.dumps(told), encoding="utf-8")
    found: dict[str, dict[str, Any]] = told["tests"]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=20, help="how many changes, the first of the shuffled list")
    parser.add_argument("--minutes", type=float, default=25)
    parser.add_argument("--seconds", type=float, default=120, help="what the tests of one change may take together")
    parser.add_argument("--only", default="", help="a part of the change's name, which begins with its module")
    parser.add_argument("--again", action="store_true", help="try the recorded survivors again")
    parser.add_argument("--tests", nargs="+", default=TESTS, help="files and folders of tests/ that are to notice it")
    parser.add_argument("--record", type=Path, default=Path(__file__).with_name("record.jsonl"))
    options = parser.parse_args()
    found = [b for room in ROOMS for path in sorted((PACKAGE / room).rglob("*.py")) for b in changes_of(path)]
    random.Random(options.seed).shuffle(found)
    chosen = [b for b in found if options.only in b.name][: options.count]
    lines = options.record.read_text(encoding="utf-8").splitlines() if options.record.exists() else []
    done = {told["change"]: told["outcome"] for told in map(json.loads, lines)}
    again = {name for name, outcome in done.items() if options.again and outcome.startswith("survived")}
    waiting = [broken for broken in chosen if broken.name not in done or broken.name in again]
    end = time.monotonic() + 60 * options.minutes

    def tell(broken: Broken, outcome: str) -> bool:
        done[broken.name] = outcome
        with options.record.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"change": broken.name, "outcome": outcome}) + "\n")
        return time.monotonic() < end

    if waiting:
        tests = [f"tests/{name}" for name in options.tests]
        covered = tests_by_function(options.record.with_suffix(".covering.json"), tests)
        tried(tests, Trial(waiting, covered, options.seconds, tell))
    ruled = [b.name for b in chosen if not done.get(b.name, "not tried").startswith("not tried")]
    survivors = [f"{name} ({done[name]})" for name in ruled if done[name].startswith("survived")]
    print(f"{len(found)} changes in all, {len(ruled)} of seed {options.seed} tried, {len(survivors)} survive")
    print("\n".join(survivors))


main()
