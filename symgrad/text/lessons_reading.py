"""Lessons of what can't be read: notation (SG1…)."""

from __future__ import annotations

from symgrad.text.lesson import Lesson

READING: tuple[Lesson, ...] = (
    Lesson(
        "SG101",
        "a symbol is not expected here",
        "The symbol means nothing at this place, or has no one meaning. Everything that is not understood is "
        "said so, never passed over: write it in other words, or put prose into `\\text{…}`.",
        r"""
With $x, y \in \mathbb{R}^{N}$:

$$ \frac{\partial}{\partial x_i} \sum_j x_j y_j = \pm y_i $$
""",
        r"""
With $x, y \in \mathbb{R}^{N}$:

$$ \frac{\partial}{\partial x_i} \sum_j x_j y_j = y_i $$
""",
    ),
    Lesson(
        "SG102",
        "a bracket, group or environment is not closed",
        "Brackets and TeX groups come in pairs inside one display: each that opens is closed in the same side "
        "of a relation.",
        r"""
With $x, y \in \mathbb{R}^{N}$:

$$ \frac{\partial}{\partial x_{i} \sum_j x_j y_j = y_i $$
""",
        r"""
With $x, y \in \mathbb{R}^{N}$:

$$ \frac{\partial}{\partial x_{i}} \sum_j x_j y_j = y_i $$
""",
    ),
    Lesson(
        "SG103",
        "unknown command",
        "The command is neither one of the known functions and symbols nor a macro of this document. Check "
        "the spelling, or define it with `\\newcommand` or `\\DeclareMathOperator` anywhere in the document.",
        r"""
With $x \in \mathbb{R}^{N}$:

$$ \frac{\partial}{\partial x_i} \sum_j \tanh(x_j) = 1 - \thn(x_i)^2 $$
""",
        r"""
With $x \in \mathbb{R}^{N}$:

$$ \frac{\partial}{\partial x_i} \sum_j \tanh(x_j) = 1 - \tanh(x_i)^2 $$
""",
    ),
    Lesson(
        "SG104",
        "something is missing",
        "An operator lacks an operand, a command its argument, a script its content, or a relation one of its sides.",
        r"""
With $x, y \in \mathbb{R}^{N}$:

$$ \frac{\partial}{\partial x_i} \sum_j x_j y_j = 1 \cdot $$
""",
        r"""
With $x, y \in \mathbb{R}^{N}$:

$$ \frac{\partial}{\partial x_i} \sum_j x_j y_j = 1 \cdot y_i $$
""",
    ),
    Lesson(
        "SG105",
        "a name is not declared",
        "Every name in a claim is declared in inline mathematics (`$x \\in \\mathbb{R}^{N}$`), defined by a "
        "display, or known (`\\exp`, `\\sigma`, `\\delta_{ij}`, …). Declare it before the display; for a "
        "document that can't be edited, declare it in a second one and give that with `--with`.",
        r"""
With $x \in \mathbb{R}^{N}$:

$$ \frac{\partial}{\partial x_i} \sum_j x_j q_j = q_i $$
""",
        r"""
With $x, q \in \mathbb{R}^{N}$:

$$ \frac{\partial}{\partial x_i} \sum_j x_j q_j = q_i $$
""",
    ),
    Lesson(
        "SG106",
        "wrong number of indices",
        "A name stands with more indices than it was declared with, or a written position lies outside of its "
        "range. Fewer indices are a slice along the rest.",
        r"""
With $x, y \in \mathbb{R}^{N}$:

$$ \frac{\partial}{\partial x_i} \sum_j x_j y_j = y_{ii} $$
""",
        r"""
With $x, y \in \mathbb{R}^{N}$:

$$ \frac{\partial}{\partial x_i} \sum_j x_j y_j = y_i $$
""",
    ),
    Lesson(
        "SG107",
        "a letter stands in slots of two ranges",
        "The range of an index letter follows from the slots it stands in. Here one letter stands in slots of "
        "two ranges; both places are shown. Most often the indices of one array are in the wrong order.",
        r"""
With $x \in \mathbb{R}^{N}$ and $A \in \mathbb{R}^{N \times M}$:

$$ \frac{\partial}{\partial x_k} \sum_i A_{ji} x_i = A_{jk} $$
""",
        r"""
With $x \in \mathbb{R}^{N}$ and $A \in \mathbb{R}^{N \times M}$:

$$ \frac{\partial}{\partial x_k} \sum_i A_{ij} x_i = A_{kj} $$
""",
    ),
    Lesson(
        "SG108",
        "nothing says over what a letter runs",
        "The letter stands in no slot of a declared array, and no bounds are written. Write the bounds of its "
        "sum, or declare its range: `$k = 1, \\dots, K$`.",
        r"""
With $x, y \in \mathbb{R}^{N}$:

$$ \frac{\partial}{\partial x_i} \sum_j x_j y_j = \sum_k \frac{1}{3} y_i $$
""",
        r"""
With $x, y \in \mathbb{R}^{N}$:

$$ \frac{\partial}{\partial x_i} \sum_j x_j y_j = \sum_{k=1}^{3} \frac{1}{3} y_i $$
""",
    ),
    Lesson(
        "SG109",
        "a declaration can't be read",
        "This has the form of a declaration, but its set or shape is not one that is known. The forms are "
        "listed in the page on notation.",
        r"""
With $x, y \in \mathbb{R}_{\star}^{N}$:

$$ \frac{\partial}{\partial x_i} \sum_j x_j y_j = y_i $$
""",
        r"""
With $x, y \in \mathbb{R}_{>0}^{N}$:

$$ \frac{\partial}{\partial x_i} \sum_j x_j y_j = y_i $$
""",
    ),
    Lesson(
        "SG110",
        "a definition uses itself",
        "The quantity is defined through itself, at the same or at another position. Give the inner quantity a "
        "name of its own.",
        r"""
With $x \in \mathbb{R}^{N}$:

$$ h_i = x_i + h_i^2 $$

$$ \frac{\partial h_i}{\partial x_j} = \delta_{ij} $$
""",
        r"""
With $x \in \mathbb{R}^{N}$:

$$ h_i = x_i + x_i^2 $$

$$ \frac{\partial h_i}{\partial x_j} = (1 + 2 x_i) \delta_{ij} $$
""",
    ),
    Lesson(
        "SG111",
        "a condition is not understood",
        "A remark behind a relation that begins with *if*, *for*, *when* or `\\forall` restricts it, so it "
        "must be understood: write it as `i \\neq j`, `k \\in \\mathcal{N}` or `i = 1, \\dots, N`.",
        r"""
With $x \in \mathbb{R}^{N}$:

$$ \frac{\partial x_i}{\partial x_j} = 0 \quad \text{if } i \text{ is far from } j $$
""",
        r"""
With $x \in \mathbb{R}^{N}$:

$$ \frac{\partial x_i}{\partial x_j} = 0 \quad \text{if } i \neq j $$
""",
    ),
    Lesson(
        "SG112",
        "an ellipsis is not plain",
        "Dots are read where the pattern is plain: the same term at 1, 2 and at the last position. Otherwise "
        "write the sum with `\\sum`, and a matrix by its entries.",
        r"""
With $x \in \mathbb{R}^{N}$:

$$ \frac{\partial}{\partial x_i} (x_1 + x_3^2 + \dots + 7 x_N) = 1 $$
""",
        r"""
With $x \in \mathbb{R}^{N}$:

$$ \frac{\partial}{\partial x_i} \sum_j x_j = 1 $$
""",
    ),
    Lesson(
        "SG113",
        "an array stands where one value is needed",
        "A name without indices is the whole array, and this place takes a single number (or an array of "
        "another shape). Write the index, or the operation that is meant.",
        r"""
With $x \in \mathbb{R}^{N}$:

$$ \frac{\partial}{\partial x_i} \lvert x \rvert^2 = 2 x_i $$
""",
        r"""
With $x \in \mathbb{R}^{N}$:

$$ \frac{\partial}{\partial x_i} \lVert x \rVert^2 = 2 x_i $$
""",
    ),
    Lesson(
        "SG114",
        "the step holds under another reading only",
        "With the implied sums placed as the page on notation says, the step does not hold; placed otherwise "
        "it does. Both readings are printed. Write the sum that is meant.",
        r"""
With $x \in \mathbb{R}^{N}$:

$$ \frac{\partial}{\partial x_i} \sum_k x_k = \frac{\partial}{\partial x_i} [ \log \exp(x_k) ] $$
""",
        r"""
With $x \in \mathbb{R}^{N}$:

$$ \frac{\partial}{\partial x_i} \sum_k x_k = \frac{\partial}{\partial x_i} \left[ \sum_k \log \exp(x_k) \right] $$
""",
    ),
    Lesson(
        "SG115",
        "wrong number of arguments",
        "A function stands with another number of arguments than it takes.",
        r"""
With $x, y \in \mathbb{R}^{N}$:

$$ \frac{\partial}{\partial x_i} \sum_j \exp(x_j, y_j) = \exp(x_i) $$
""",
        r"""
With $x, y \in \mathbb{R}^{N}$:

$$ \frac{\partial}{\partial x_i} \sum_j \exp(x_j + y_j) = \exp(x_i + y_i) $$
""",
    ),
    Lesson(
        "SG116",
        "there is no point at which to evaluate",
        "No values were found at which both sides exist and the assumptions hold, so that nothing can be said "
        "of the step. Check the domains (`\\mathbb{R}_{>0}`) and whether the assumptions contradict each "
        "other.",
        r"""
With $a \in \mathbb{R}$:

$$ 2 \log(-1 - a^2) = \log(-1 - a^2) + 1 $$
""",
        r"""
With $a \in \mathbb{R}$:

$$ 2 \log(1 + a^2) = \log(1 + a^2) + \log(1 + a^2) $$
""",
    ),
    Lesson(
        "SG117",
        "the step can't be decided within the limits",
        "The two sides could neither be brought to one form nor be evaluated within the limits of time and "
        "size. Split the step, or name parts of it.",
    ),
)
