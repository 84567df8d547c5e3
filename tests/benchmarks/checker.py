"""How fast documents are read and ruled on, as ratios and growth, side by side in one run.

    python -m tests.benchmarks.checker            # with SYMGRAD_DOCUMENTS: the write-up as well

Nothing here fails on a slow machine: times are printed, and what they are measured against.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from symgrad.checking.checker import Checker
from symgrad.checking.documents import check_text
from symgrad.reading.document_reader import read_document
from symgrad.text.source import Source
from tests.hostile.pack import PACK

ROOT = Path(__file__).parents[2]
NAME = "000_9d5b816cfd417787"


def process_seconds(arguments: list[str], runs: int = 5) -> float:
    """Median wall seconds of a whole Python process."""
    times = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        subprocess.run([sys.executable, *arguments], capture_output=True, check=False)
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


def processor_seconds(text: str) -> float:
    """Processor seconds of one document, read and ruled on."""
    start = time.process_time()
    check_text(text, "hostile.md")
    return time.process_time() - start


def network(layers: int) -> str:
    """A chain of tanh layers with its gradient by backpropagation; the claim spans all layers."""
    lines = [
        "Let $x, u \\in \\mathbb{R}^{D}$, and",
        ", ".join(f"$W^{{({k})}} \\in \\mathbb{{R}}^{{D \\times D}}$" for k in range(1, layers + 1)) + ".",
    ]
    lines.append("\n$$ h^{(0)} = x $$\n")
    for k in range(1, layers + 1):
        lines.append(f"$$ h^{{({k})}} = \\tanh(W^{{({k})}} h^{{({k - 1})}}) $$\n")
    lines.append(f"$$ J = u^\\top h^{{({layers})}} $$\n")
    lines.append(f"$$ g^{{({layers})}} = u \\odot (1 - h^{{({layers})}} \\odot h^{{({layers})}}) $$\n")
    for k in range(layers - 1, 0, -1):
        lines.append(
            f"$$ g^{{({k})}} = (W^{{({k + 1})\\top}} g^{{({k + 1})}}) \\odot (1 - h^{{({k})}} \\odot h^{{({k})}}) $$\n"
        )
    lines.append("$$ \\frac{\\partial J}{\\partial W^{(1)}} = g^{(1)} x^\\top $$\n")
    return "\n".join(lines)


def steps(text: str, *beside: str) -> tuple[float, list[tuple[float, int, str]]]:
    """Seconds to read a document, and for each step its seconds, line and verdict."""
    start = time.perf_counter()
    doc = read_document(Source("document.md", text), [Source("with.md", t) for t in beside])
    read = time.perf_counter() - start
    checker = Checker(0)
    out = []
    for step in doc.steps:
        start = time.perf_counter()
        verdict = checker.step(step).verdict
        out.append((time.perf_counter() - start, step.span.line, verdict))
    return read, out


def report(title: str, text: str, *beside: str) -> None:
    read, found = steps(text, *beside)
    times = sorted(t for t, _, _ in found)
    slowest = max(found)
    print(
        f"{title:36} read {read * 1e3:6.1f} ms, {len(found):3} steps: median {statistics.median(times) * 1e3:5.1f} ms, "
        f"slowest {slowest[0] * 1e3:6.1f} ms (line {slowest[1]}, {slowest[2]})"
    )


def main() -> None:
    bare = process_seconds(["-c", "import sympy"])
    print(f"python -c 'import sympy'             {bare * 1e3:6.0f} ms, whole process")
    folder = os.environ.get("SYMGRAD_DOCUMENTS")
    if folder:
        paths = [str(Path(folder) / f"{NAME}.txt"), "--with", str(Path(folder) / f"{NAME}.decl.md")]
        whole = process_seconds(["-m", "symgrad", "check", *paths])
        print(f"symgrad check, the write-up          {whole * 1e3:6.0f} ms, whole process: {whole / bare:.2f} x")
        report("the write-up", *(Path(p).read_text() for p in (paths[0], paths[2])))
    for path in sorted((ROOT / "derivations").glob("*.md")):
        report(path.name, path.read_text())
    print("\nhostile documents, the slowest of them")
    for seconds, name in sorted(((processor_seconds(text), name) for name, text in PACK.items()), reverse=True)[:5]:
        print(f"{name:36} {seconds * 1e3:6.0f} ms")
    print("\nlayers   read ms   rule ms   verdict")
    for layers in (2, 4, 8, 16, 32):
        read, found = steps(network(layers))
        print(f"{layers:6} {read * 1e3:9.1f} {sum(t for t, _, _ in found) * 1e3:9.1f}   {found[-1][2]}")


if __name__ == "__main__":
    main()
