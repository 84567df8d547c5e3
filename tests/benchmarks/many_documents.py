"""Ten thousand short documents: how many a second, how much memory, and how long from the cache.

    python -m tests.benchmarks.many_documents [N] [JOBS]

The documents are those of ``docs/reference/mistakes.md``, wrong and right, each with numbers of its own, so that no two
claims are one. Nothing here fails on a slow machine.
"""

from __future__ import annotations

import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.docs_pages import DOCS, blocks


def written(folder: Path, count: int) -> None:
    """Files with the documents, the first number behind an equals sign replaced by one of the file's own."""
    page = (DOCS / "reference" / "mistakes.md").read_text(encoding="utf-8")
    texts = [block.text for block in blocks(page) if block.language == "markdown"]
    for k in range(count):
        text = texts[k % len(texts)]
        own = f"Let $q \\in \\mathbb{{R}}$.\n\n$$ \\frac{{d}}{{dq}} {k + 2} q^2 = {2 * (k + 2)} q $$\n\n"
        (folder / f"{k:05}.md").write_text(
            own + re.sub(r"^(?=Let|Scores|With)", f"Hand-in {k}. ", text), encoding="utf-8"
        )


def checked(folder: Path, cache: Path, jobs: int) -> tuple[float, list[int]]:
    """Seconds of one run, and the memory in MB of the main process at every tenth of it."""
    command = [sys.executable, "-m", "symgrad", "check", str(folder), "-j", str(jobs), "--cache", str(cache)]
    start, seen = time.perf_counter(), list[int]()
    with (folder.parent / "out.txt").open("w", encoding="utf-8") as out:
        run = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        status = Path(f"/proc/{run.pid}/status")
        while run.poll() is None:
            time.sleep(1)
            found = re.search(r"VmRSS:\s+(\d+)", status.read_text(encoding="utf-8")) if status.exists() else None
            seen += [int(found[1]) // 1024] if found else []
    return time.perf_counter() - start, seen[:: max(1, len(seen) // 10)]


def main(count: int = 10_000, jobs: int = 2) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, cache = Path(name) / "documents", Path(name) / "cache"
        folder.mkdir()
        written(folder, count)
        for run in ("first run", "from the cache"):
            seconds, memory = checked(folder, cache, jobs)
            print(
                f"{run}: {count} documents in {seconds:.1f} s, {count / seconds:.0f} a second; MB: {memory}", flush=True
            )
        most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        print(f"the most memory of one process: {most} MB")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
