"""Random and mutated documents: pieces of real ones cut, doubled, spliced and spoilt, and soups of tokens."""

# ruff: noqa: E501  (tokens and declarations stand on a line each)

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOUP = [
    r"\frac",
    r"\sum",
    r"\prod",
    r"\partial",
    r"\nabla",
    r"\sigma",
    r"\exp",
    r"\log",
    r"\sqrt",
    r"\delta",
    r"\hat",
    r"\bar",
    r"\mathbb{R}",
    r"\mathcal{N}",
    r"\left(",
    r"\right)",
    r"\left[",
    r"\right]",
    r"\lVert",
    r"\rVert",
    r"\odot",
    r"\otimes",
    r"\cdot",
    r"\times",
    r"\in",
    r"\notin",
    r"\neq",
    r"\le",
    r"\dots",
    r"\top",
    r"^\top",
    r"^T",
    r"^{-1}",
    r"^2",
    r"^{9^9}",
    r"_{ij}",
    r"_k",
    r"_{n_k}",
    r"_{c+j}",
    r"\begin{aligned}",
    r"\end{aligned}",
    r"\begin{cases}",
    r"\end{cases}",
    r"\text{if}",
    r"\quad",
    r"\\",
    r"&",
    r"=",
    r":=",
    r"\equiv",
    r"\approx",
    r"+",
    r"-",
    r"/",
    r"(",
    r")",
    r"[",
    r"]",
    r"{",
    r"}",
    r"|",
    r",",
    r";",
    r"'",
    r"!",
    r"0",
    r"1",
    r"2",
    r"0.5",
    r"1e9",
    r"x",
    r"y",
    r"z",
    r"U",
    r"V",
    r"u",
    r"v",
    r"W",
    r"D",
    r"N",
    r"K",
    r"a",
    r"i",
    r"j",
    r"k",
    r"o",
    r"c",
    r"n",
    r"\operatorname{softmax}",
    r"\operatorname{tr}",
    r"\operatorname{diag}",
    r"\mathbb{1}",
    r"\forall",
    r"\tag{1}",
    r"\label{a}",
    r"$",
    r"$$",
    r"\[",
    r"\]",
    r"\(",
    r"\)",
    r"%",
    r"#",
    r"~",
    r"@",
    r'"',
    r"`",
    r"\\newcommand",
    r"\def",
    r"\,",
    r"\;",
    r"\!",
    r"\mathbf",
    r"\mathrm",
    r"\substack",
    r"\underbrace",
    r"\overset",
    r"\to",
    r"\mapsto",
    r"\infty",
    r"\det",
    r"\max",
    r"\int",
    r"α",
    r"∑",
    r"∂",
    r"≤",
    r"𝑥",
    r"é",
]
SNIPPETS = (
    *SOUP,
    "^{9^{9^{9}}}",
    "(((((((((((((((((((",
    "{{{{{{{{{{{{{",
    "'''''",
    "\n\n$$\n",
    "\n$$\n\n",
    "<!-- symgrad: expect refuted 7 -->",
    "<!-- symgrad: skip -->",
    "<!--",
    "```math\n",
    "$n \\in [W]^{K}$",
    "$x \\in \\mathbb{R}^{0}$",
    "$x \\in \\mathbb{R}^{-1}$",
    "$\\sum_a y_a = 1$",
    "\\frac{\\partial}{\\partial x}",
    "\\frac{\\partial^3 J}{\\partial x_i \\partial x_j \\partial x_k}",
    "\\sum_{-m \\le j \\le m, j \\neq 0}",
    "\x00",
    "\u202e",
    "99999999999999999999",
)


@cache
def seeds() -> tuple[str, ...]:
    """Small documents: the declarations and definitions of a real one with one or two of its displays."""
    out = []
    for path in sorted([*(ROOT / "derivations").glob("*.md"), *(ROOT / "tests" / "corpus").glob("*.*")]):
        text = path.read_text(encoding="utf-8")
        inline = "\n\n".join(p for p in text.split("\n\n") if re.search(r"\\in\b|\\subseteq", p) and "$$" not in p)
        displays = re.findall(
            r"\$\$\n.*?\n\$\$|\\\[.*?\\\]|\\begin\{(?:align|equation)\*?\}.*?\\end\{\w+\*?\}", text, re.DOTALL
        )
        for k in range(0, len(displays), 2):
            out.append("\n\n".join([inline, *displays[: min(2, k)], *displays[k : k + 2]]) + "\n")
    return tuple(out)


def mutated(rng: random.Random) -> str:
    """A small document with one to six places spoilt; half of them inside one display, and little."""
    text = rng.choice(seeds())
    gently = rng.random() < 0.5
    inside = [m.span() for m in re.finditer(r"(?<=\$\$\n)[^$]+?(?=\n\$\$)", text)] if gently else []
    for _ in range(rng.randint(1, 2 if inside else 6)):
        if inside:
            low, high = rng.choice(inside)
            start = rng.randrange(min(low, len(text)), min(high, len(text)) + 1)
        else:
            start = rng.randrange(len(text) + 1)
        end = min(len(text), start + rng.choice((0, 1, 1, 2, 5, 20)))
        piece = text[start:end]
        what = rng.randrange(8 if inside else 9)
        if what == 0:
            piece = ""
        elif what == 1:
            piece += rng.choice(SNIPPETS)
        elif what == 2:
            piece = rng.choice(SNIPPETS)
        elif what == 3:
            piece *= rng.choice((2, 3, 30))
        elif what == 4:
            piece = piece[::-1]
        elif what == 5:
            other = rng.choice(seeds())
            at = rng.randrange(len(other))
            piece += other[at : at + rng.choice((3, 10, 60))]
        elif what == 6:
            piece = "".join(rng.choice(SNIPPETS) for _ in range(rng.randint(1, 4)))
        elif what == 7 and inside:
            piece = rng.choice("ijkabocnUVuxy01+-=^_'{}()&,")
        elif what == 7:
            piece = chr(rng.choice((rng.randrange(32, 127), rng.randrange(0x110000))))
        else:
            text, start, end, piece = text[: max(1, start)], 0, 0, ""
        text = text[:start] + piece + text[end:]
    return text


def soup(rng: random.Random) -> str:
    """Declarations, then displays of tokens without sense."""
    head = "$U \\in \\mathbb{R}^{W \\times D}$ $x, y \\in \\mathbb{R}^{D}$ $o, c \\in [W]$ $n \\in [W]^{K}$ $\\mathcal{N} \\subseteq [W]$\n\n"
    out = [head]
    for _ in range(rng.randint(1, 4)):
        sides = (" ".join(rng.choice(SOUP) for _ in range(rng.randint(1, 14))) for _ in range(rng.randint(1, 3)))
        out.append("$$ " + " = ".join(sides) + " $$\n\n")
    return "".join(out)


def documents(part: int, of: int, count: int) -> Iterator[tuple[int, str]]:
    """The ``part``-th share of ``count`` documents, each the same in every run."""
    for seed in range(part, count, of):
        rng = random.Random(seed)
        yield seed, soup(rng) if seed % 4 == 3 else mutated(rng)
