"""Lessons of the document as a whole (SG0…): files, limits, marks that stay open, directives."""

from __future__ import annotations

from symgrad.text.lesson import Lesson

FILES: tuple[Lesson, ...] = (
    Lesson(
        "SG001",
        "a file can't be read",
        "The file could not be opened, or its bytes are no UTF-8 text. Save it as UTF-8, or check the path.",
    ),
    Lesson(
        "SG002",
        "too large, too deep or too long",
        "What stands here passes one of the limits that keep every run short: symbols in a display, nested "
        "groups, macros that expand without end, powers too high to multiply out. The message names the "
        "limit. Split the display, or write the quantity as a definition of its own.",
        r"""
\newcommand{\grow}{y_i \grow}

With $x, y \in \mathbb{R}^{N}$:

$$ \frac{\partial}{\partial x_i} \sum_j x_j y_j = \grow $$
""",
        r"""
\newcommand{\grow}{y_i}

With $x, y \in \mathbb{R}^{N}$:

$$ \frac{\partial}{\partial x_i} \sum_j x_j y_j = \grow $$
""",
    ),
    Lesson(
        "SG003",
        "mathematics or code is not closed",
        "A `$$`, `\\[`, environment, comment or code block opens here and is not closed. What follows is read "
        "as if the mark were not there, so that nothing after it is lost. Close it; a dollar that means money "
        "is written `\\$`.",
        r"""
With $x, y \in \mathbb{R}^{N}$:

$$ \frac{\partial}{\partial x_i} \sum_j x_j y_j = y_i
""",
        r"""
With $x, y \in \mathbb{R}^{N}$:

$$ \frac{\partial}{\partial x_i} \sum_j x_j y_j = y_i $$
""",
    ),
    Lesson(
        "SG004",
        "unknown directive",
        "A comment that begins with `symgrad:` tells how the next display is ruled on. There are `expect "
        "refuted`, `expect refuted 2` (the second step of the display) and `skip WHY`.",
        r"""
With $x, y \in \mathbb{R}^{N}$:

<!-- symgrad: expects refutation -->
$$ \frac{\partial}{\partial x_i} \sum_j x_j y_j = y_i $$
""",
        r"""
With $x, y \in \mathbb{R}^{N}$:

<!-- symgrad: expect refuted -->
$$ \frac{\partial}{\partial x_i} \sum_j x_j y_j = x_i $$
""",
    ),
)
