"""How reading and inference grow with the length of a document, in processor time.

    python -m tests.benchmarks.reading

Prints milliseconds a step at three lengths for each kind of long document: they stay the same where reading is linear.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from symgrad.reading.document_reader import read_document
from symgrad.text.source import Source

LENGTHS = (500, 1000, 2000)


def declared(steps: int) -> str:
    """Claims about declared and defined names."""
    head = "Let $x, y \\in \\mathbb{R}^{N}$, $A \\in \\mathbb{R}^{N \\times N}$.\n\n$$ f = x^\\top A y $$\n\n"
    return head + "\n\n".join("$$ \\frac{\\partial f}{\\partial x_i} = \\sum_j A_{ij} y_j $$" for _ in range(steps))


def undeclared(steps: int) -> str:
    """The same without declarations."""
    return "$$ f = x^\\top A y $$\n\n" + declared(steps).partition("$$\n\n")[2]


def definitions(steps: int) -> str:
    """Each display defines a name by the one before."""
    lines = ["Let $x \\in \\mathbb{R}^{N}$.\n\n$$ h^{(0)} = x $$"]
    lines += [f"$$ h^{{({k})}} = 2 x + {k} $$" for k in range(1, steps)]
    return "\n\n".join(lines)


def many_names(steps: int) -> str:
    """Each display has an undeclared name of its own."""
    return "\n\n".join(f"$$ a_{{\\text{{n{k}}}}} + b = b + a_{{\\text{{n{k}}}}} $$" for k in range(steps))


def gradients(steps: int) -> str:
    """Backward passes, with ``dX`` of a cost that is not defined."""
    head = "Let $X, Z \\in \\mathbb{R}^{N \\times D}$, $W \\in \\mathbb{R}^{D \\times D}$.\n\n$$ Z = X W $$\n\n"
    return head + "\n\n".join("$$ dX = dZ W^\\top $$" for _ in range(steps))


def prose(steps: int) -> str:
    """Formulas in sentences, and a display."""
    words = "\n".join(f"Here the number $c$ is that of sample {k}, and $x + {k}$ grows." for k in range(steps))
    return f"Let $x \\in \\mathbb{{R}}^{{N}}$.\n\n{words}\n\n$$ x_i + x_i = 2 x_i $$\n"


def paragraphs(steps: int) -> str:
    """Paragraphs with two formulas each."""
    return "\n\n".join(f"Let $x_{{{k}}} \\in \\mathbb{{R}}$ and assume $x_{{{k}}} > 0$." for k in range(steps))


def one_chain(steps: int) -> str:
    """One display whose rows continue each other."""
    rows = " \\\\\n".join("&= \\sum_i x_i y_i" for _ in range(steps))
    return f"$$\n\\begin{{aligned}}\nx^\\top y {rows}\n\\end{{aligned}}\n$$\n"


KINDS: tuple[Callable[[int], str], ...] = (
    declared,
    undeclared,
    definitions,
    many_names,
    gradients,
    prose,
    paragraphs,
    one_chain,
)


def seconds(text: str) -> float:
    """Processor seconds of reading one document."""
    start = time.process_time()
    read_document(Source("long.md", text))
    return time.process_time() - start


def main() -> int:
    seconds(declared(10))
    print(f"{'milliseconds a step':24}", *(f"{n:>8}" for n in LENGTHS))
    for kind in KINDS:
        print(f"{kind.__name__:24}", *(f"{seconds(kind(n)) / n * 1000:8.2f}" for n in LENGTHS), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
