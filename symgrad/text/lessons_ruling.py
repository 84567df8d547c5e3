"""Lessons of what is read: warnings (SG2…), verdicts (SG3…), what is not checked (SG4…), errors of ours (SG9…)."""

from __future__ import annotations

from symgrad.text.lesson import Lesson

RULING: tuple[Lesson, ...] = (
    Lesson(
        "SG201",
        "transposed layout",
        "The derivative of a scalar has the shape of what it is taken by: a column for a column. The written "
        "result is right up to a transpose, and for a vector that is a matter of layout. Write the transpose, "
        "or keep the other layout.",
        r"""
With $x, y \in \mathbb{R}^{N}$:

$$ \frac{\partial}{\partial x} (y^\top x) = y^\top $$
""",
        r"""
With $x, y \in \mathbb{R}^{N}$:

$$ \frac{\partial}{\partial x} (y^\top x) = y $$
""",
    ),
    Lesson(
        "SG202",
        "missing transpose",
        "Two columns stand in a row where one number is needed; they are read as their inner product. Write "
        "`^\\top` on the first.",
        r"""
With $x, y \in \mathbb{R}^{N}$:

$$ \frac{\partial}{\partial x} \sigma(y x) = \sigma'(y^\top x) y $$
""",
        r"""
With $x, y \in \mathbb{R}^{N}$:

$$ \frac{\partial}{\partial x} \sigma(y^\top x) = \sigma'(y^\top x) y $$
""",
    ),
    Lesson(
        "SG203",
        "a dummy stands once",
        "The letter is summed although it is not repeated: it stands on no other side, is neither fixed nor "
        "bound. Write the sum, or make the letter a free one by writing it on both sides.",
        r"""
With $a \in \mathbb{R}$ and $x \in \mathbb{R}^{N}$:

$$ \frac{\partial}{\partial a} \sum_k a x_k = x_k $$
""",
        r"""
With $a \in \mathbb{R}$ and $x \in \mathbb{R}^{N}$:

$$ \frac{\partial}{\partial a} \sum_k a x_k = \sum_k x_k $$
""",
    ),
    Lesson(
        "SG204",
        "a dummy stands on the left only",
        "A letter repeated inside a product of the first side is summed there, since not every side has it. "
        "Here no other side has it at all. If the letter was meant to be free, write it on both sides.",
        r"""
With $x, y \in \mathbb{R}^{N}$:

$$ x_i y_i = y^\top x $$
""",
        r"""
With $x, y \in \mathbb{R}^{N}$:

$$ \sum_i x_i y_i = y^\top x $$
""",
    ),
    Lesson(
        "SG205",
        "a derivative by a name that the quantity is not defined through",
        "The quantity does not depend on the variable through its definitions, so that the derivative is 0. "
        "Most often the definition spells the variable otherwise.",
        r"""
With $x, y \in \mathbb{R}^{N}$:

$$ J = \sum_i x_i^2 $$

$$ \frac{\partial J}{\partial y_i} = 0 $$
""",
        r"""
With $x, y \in \mathbb{R}^{N}$:

$$ J = \sum_i x_i^2 $$

$$ \frac{\partial J}{\partial x_i} = 2 x_i $$
""",
    ),
    Lesson(
        "SG206",
        "the layout of a chain does not conform",
        "A chain of derivatives by whole arrays is contracted over its intermediates, whatever the order it "
        "is written in. In denominator layout the inner derivative stands first; written as here the shapes "
        "fit the other layout.",
        r"""
With $x \in \mathbb{R}^{N}$ and $W \in \mathbb{R}^{M \times N}$:

$$ z = W x $$

$$ J = \sum_m z_m^2 $$

$$ \frac{\partial J}{\partial x} = \frac{\partial J}{\partial z} \frac{\partial z}{\partial x} $$
""",
        r"""
With $x \in \mathbb{R}^{N}$ and $W \in \mathbb{R}^{M \times N}$:

$$ z = W x $$

$$ J = \sum_m z_m^2 $$

$$ \frac{\partial J}{\partial x_n} = \sum_m \frac{\partial J}{\partial z_m} \frac{\partial z_m}{\partial x_n} $$
""",
    ),
    Lesson(
        "SG207",
        "a name is defined anew",
        "`:=`, `\\equiv` and `\\triangleq` give a name another value from here on. A plain `=` would claim. "
        "Quantities that were defined with the name look it up where a question stands: they follow, and the note "
        "names them.",
        r"""
With $a \in \mathbb{R}$:

$$ s = 2 a $$

$$ s := 3 a $$

$$ \frac{\partial s}{\partial a} = 3 $$
""",
        r"""
With $a \in \mathbb{R}$:

$$ s = 2 a $$

$$ t = 3 a $$

$$ \frac{\partial t}{\partial a} = 3 $$
""",
    ),
    Lesson(
        "SG208",
        "which partial derivative was taken",
        "By a defined intermediate, what is not defined through it is held constant. Here the step holds only "
        "if the other intermediates are held constant too, as in a chain rule over several of them. The "
        "reading is noted.",
        r"""
With $x \in \mathbb{R}^{N}$:

$$ m = \sum_i x_i, \quad v = m^2, \quad y = m v $$

$$ \frac{\partial y}{\partial m} = v $$
""",
        r"""
With $x \in \mathbb{R}^{N}$:

$$ m = \sum_i x_i, \quad v = m^2, \quad y = m v $$

$$ \frac{\partial y}{\partial m} = 3 m^2 $$
""",
    ),
    Lesson(
        "SG301",
        "the step is refuted",
        "There are values at which both sides exist and differ; they are shown with the two results, computed "
        "again in higher precision. The repairs are small changes under which the step holds.",
        r"""
With $x \in \mathbb{R}^{N}$:

$$ \frac{\partial}{\partial x_i} \sum_j x_j^2 = x_i $$
""",
        r"""
With $x \in \mathbb{R}^{N}$:

$$ \frac{\partial}{\partial x_i} \sum_j x_j^2 = 2 x_i $$
""",
    ),
    Lesson(
        "SG302",
        "the step is refuted by its shapes",
        "The two sides are arrays of different shapes, or a product inside one side does not conform. That "
        "refutes the step even where all sizes happen to agree.",
        r"""
With $x \in \mathbb{R}^{N}$, $y \in \mathbb{R}^{M}$ and $A \in \mathbb{R}^{N \times M}$:

$$ \frac{\partial}{\partial A} (x^\top A y) = y x^\top $$
""",
        r"""
With $x \in \mathbb{R}^{N}$, $y \in \mathbb{R}^{M}$ and $A \in \mathbb{R}^{N \times M}$:

$$ \frac{\partial}{\partial A} (x^\top A y) = x y^\top $$
""",
    ),
    Lesson(
        "SG303",
        "a step that was expected to be refuted is not",
        "`symgrad: expect refuted` says that exactly one step of the next display is a known mistake. None is "
        "refuted, or another one than named. Take the directive away, or name the step: `expect refuted 2`.",
        r"""
With $x \in \mathbb{R}^{N}$:

<!-- symgrad: expect refuted -->
$$ \frac{\partial}{\partial x_i} \sum_j x_j^2 = 2 x_i $$
""",
        r"""
With $x \in \mathbb{R}^{N}$:

<!-- symgrad: expect refuted -->
$$ \frac{\partial}{\partial x_i} \sum_j x_j^2 = x_i $$
""",
    ),
    Lesson(
        "SG304",
        "the step agrees, and is not proved",
        "Both sides agree at all points and sizes tried, and no chain of rules was found that makes them one. "
        "With `--strict` such a step fails.",
    ),
    Lesson(
        "SG401",
        "a relation that is not checked",
        "`\\approx`, `\\propto`, `\\le`, `\\Rightarrow` and their kin are no equalities: they are shown, and not "
        "ruled on.",
        r"""
With $x \in \mathbb{R}^{N}$:

$$ \frac{\partial}{\partial x_i} \sum_j x_j^2 = 2 x_i \approx x_i $$
""",
        r"""
With $x \in \mathbb{R}^{N}$:

$$ \frac{\partial}{\partial x_i} \sum_j x_j^2 = 2 x_i $$
""",
    ),
    Lesson(
        "SG402",
        "a display is skipped",
        "`symgrad: skip WHY` leaves the next display out. It is counted and shown, so that nothing is skipped unseen.",
        r"""
With $x \in \mathbb{R}^{N}$:

<!-- symgrad: skip a sketch -->
$$ \frac{\partial J}{\partial x} = \text{something} $$
""",
        r"""
With $x \in \mathbb{R}^{N}$:

$$ \frac{\partial}{\partial x_i} \sum_j x_j^2 = 2 x_i $$
""",
    ),
    Lesson(
        "SG900",
        "internal error",
        "The two engines contradict each other, or something failed that can't fail: a mistake of symgrad, "
        "never of the document. Please report it with the display.",
    ),
)
