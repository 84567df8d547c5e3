"""The pages of ``docs/gallery/``, made from ``derivations/``: names, definitions, and the gradients proved in each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from symgrad.checking.checker import Checker
from symgrad.checking.verdict import Step
from symgrad.core.nodes import Ref, walk
from symgrad.reading.document_names import DocumentNames, Quantity
from symgrad.reading.document_reader import read_document
from symgrad.reading.read_document import ReadDocument
from symgrad.text.source import Source
from tests.docs_pages import DOCS, ROOT

DERIVATIONS = sorted((ROOT / "derivations").glob("*.md"))
GALLERY = DOCS / "gallery"

INDEX_HEAD = """# Gallery

One page for each document of the library: its costs, and the gradients that are proved in it. The pages are made from
the derivations in `derivations/`.

| derivation | costs | steps |
|---|---|---|
"""

DECLARES = re.compile(
    r"\\in (\\mathbb|\\\{|\[)|\\subseteq|^\S+ > 0$|: \\mathbb"  # sets, signs, costs known by their gradients
    r"|^[^=]+ = (e_\S+|\S+_\{[^{}]*:[^{}]*\})$"  # one-hot vectors, slices
)

DERIVATIVE = re.compile(r"\\frac\{\\partial(?:\^2)? (?P<of>[^{}]+)\}\{[^=]*\}|\\nabla_\S+ (?P<nabla>\S+)")


@dataclass(frozen=True)
class Formula:
    """A derivative of a cost, what it was shown to be at last, and what was assumed for it."""

    cost: str
    left: str
    right: str
    assumptions: tuple[str, ...]

    def __str__(self) -> str:
        conditions = "".join(rf" \quad {a}" for a in self.assumptions if a.startswith(r"\text{"))
        assumed = r", \; ".join(a for a in self.assumptions if not a.startswith(r"\text{"))
        given = rf" \qquad \text{{given }} {assumed}" if assumed else ""
        return display(f"{self.left} = {self.right}{conditions}{given}")


def display(latex: str) -> str:
    return f"$$\n{latex}\n$$\n"


def close_up(text: str) -> str:
    """White space and the marks of aligned rows gone."""
    return re.sub(r"\s+", " ", text.replace("&", " ")).strip()


@dataclass(frozen=True)
class Page:
    """One derivation, read and checked."""

    name: str
    text: str
    document: ReadDocument
    steps: tuple[Step, ...]

    @staticmethod
    def of(path: Path) -> Page:
        return Page.read(path.stem, path.read_text(encoding="utf-8"))

    @staticmethod
    def read(name: str, text: str) -> Page:
        document = read_document(Source(f"{name}.md", text))
        return Page(name, text, document, Checker(0).document(document).steps)

    @property
    def title(self) -> str:
        return self.text.partition("\n")[0].removeprefix("# ")

    @property
    def opening(self) -> str:
        """The paragraph under the title."""
        return self.text.split("\n\n")[1]

    def declared(self) -> list[str]:
        """The declarations of names, as they are written."""
        inline = re.findall(r"(?<!\$)\$([^$]+)\$(?!\$)", self.text)
        return [x for x in map(close_up, inline) if DECLARES.search(x)]

    def quantities(self) -> list[Quantity]:
        return list(DocumentNames(self.document).quantities())

    def costs(self) -> list[str]:
        """Scalars that no other definition uses, and functions known by their gradient alone."""
        made = self.quantities()
        used = {n.definition.name for q in made for n in walk(q.definition.body) if isinstance(n, Ref)}
        known = re.findall(r"\$(\S+) : \\mathbb", self.text)
        return [*(q.name for q in made if q.is_scalar and q.name not in used), *known]

    def chains(self) -> Iterator[list[Step]]:
        """The steps that hang together, ``A = B``, ``B = C``."""
        pairs = zip(self.document.steps, self.steps, strict=True)
        for _, group in groupby(pairs, key=lambda pair: pair[0].group):
            chain: list[Step] = []
            for _, step in group:
                if chain and chain[-1].right != step.left:
                    yield chain
                    chain = []
                chain.append(step)
            yield chain

    def formulas(self) -> list[Formula]:
        """The derivatives of the costs, each with the last right side that was proved for it."""
        costs, declared = self.costs(), self.declared()
        found: dict[tuple[str, tuple[str, ...]], Formula] = {}
        for chain in self.chains():
            match = DERIVATIVE.fullmatch(close_up(chain[0].left))
            cost = match and (match["of"] or match["nabla"])
            if match and cost in costs and all(step.verdict == "proved" for step in chain):
                assumed = tuple(dict.fromkeys(a for s in chain for a in s.assumptions if a not in declared))
                formula = Formula(str(cost), match[0], close_up(chain[-1].right), assumed)
                found.pop((formula.left, assumed), None)
                found[formula.left, assumed] = formula
        return list(found.values())


def page(derivation: Page) -> str:
    """A derivation's page: opening, symbols, definitions, gradients by cost."""
    proved = sum(step.verdict == "proved" for step in derivation.steps)
    out = [f"# {derivation.title}\n\n{derivation.opening}\n\n"]
    source = f"../../derivations/{derivation.name}.md"
    out += [f"[The derivation]({source}), {proved} steps proved. [All derivations](index.md)\n"]
    out += ["\n## Names\n\n", ", ".join(f"${x}$" for x in derivation.declared()), "\n"]
    out += ["\n## Definitions\n"]
    out += ["\n" + display(close_up(q.span.text)) for q in derivation.quantities()]
    formulas = derivation.formulas()
    for cost in derivation.costs():
        own = [str(f) for f in formulas if f.cost == cost]
        out += [f"\n## Derivatives of ${cost}$\n\n", "\n".join(own)] if own else []
    return "".join(out)


def index(derivations: list[Page]) -> str:
    out = [INDEX_HEAD]
    for d in derivations:
        costs = ", ".join(f"${cost}$" for cost in d.costs())
        proved = sum(step.verdict == "proved" for step in d.steps)
        out.append(f"| [{d.title}]({d.name}.md) | {costs} | {proved} |\n")
    return "".join(out)
