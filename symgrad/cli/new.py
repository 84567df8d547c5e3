"""``symgrad new``: a document to start from."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from symgrad.cli.output import UsageError, show

DOCUMENT = r"""# A derivation to start from

Inputs $x \in \mathbb{R}^{N \times D}$ are rows, targets are $t \in \mathbb{R}^{N}$, weights $w \in \mathbb{R}^{D}$.
A formula in the text that says what a name is, such as those above, declares it.

The first display with a new name on its left defines that name. The predictions and the cost are

$$
y_n = x_{nd} w_d, \qquad J = \frac{1}{2} \sum_n (y_n - t_n)^2
$$

After that an equals sign claims, and `symgrad check` rules on every one. A letter that is repeated in a product, as the
$d$ above, is summed over:

$$
\begin{aligned}
\frac{\partial J}{\partial w_i} &= \frac{\partial J}{\partial y_n} \frac{\partial y_n}{\partial w_i} \\
&= (y_n - t_n) x_{ni}
\end{aligned}
$$

The same with whole arrays:

$$
\frac{\partial J}{\partial w} = x^\top (y - t)
$$
"""


def add(verbs: Any) -> None:
    """The command and its options."""
    new = verbs.add_parser(
        "new",
        help="a document to start from, or an adapter for 'compare'",
        description="Writes a small derivation to start from, which passes `symgrad check`. With --adapter, writes a "
        "module that calls hand-coded code with the names of a document, for `symgrad compare`.",
        allow_abbrev=False,
    )
    new.add_argument("file", nargs="?", metavar="FILE", help="the file to write; an existing file is never overwritten")
    new.add_argument(
        "--adapter",
        nargs=2,
        metavar=("DOC", "MODULE:FUNCTION"),
        help="write an adapter (default FILE: FUNCTION_adapter.py)",
    )
    new.add_argument("--of", metavar="J", help="with --adapter: the cost, if the document defines more than one")
    new.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    if options.adapter:
        return _adapter(options)
    if not options.file:
        raise UsageError("say where to write the document: symgrad new FILE")
    _write(options.file, DOCUMENT)
    show(f"wrote {options.file}: try `symgrad check {options.file}`")
    return 0


def _adapter(options: argparse.Namespace) -> int:
    from symgrad.api import read_document
    from symgrad.comparing.adapter import adapter
    from symgrad.comparing.calling import load_function

    document, called = options.adapter
    file = options.file or f"{called.rpartition(':')[2].replace('.', '_')}_adapter.py"
    _refuse_existing(file)
    problem = read_document(document).problem(options.of)
    _write(file, adapter(load_function(called), called, problem, file))
    show(f"wrote {file}: try `symgrad compare {document} {file.removesuffix('.py')}:adapted`")
    return 0


def _refuse_existing(path: str) -> None:
    if Path(path).exists():
        raise UsageError(f"{path} exists already: name another file")


def _write(path: str, text: str) -> None:
    """Write a new file. An existing one is never overwritten."""
    _refuse_existing(path)
    with Path(path).open("x", encoding="utf-8") as file:
        file.write(text)
