"""The guards of the rules as data: each with an example that is judged wrongly without it.

A guard is a piece of a function's text that stands there once. ``without`` is what stands there when the guard is gone.
The example is a false step (or a true one) that only this guard keeps from a wrong verdict.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FunctionType
from typing import Any, Literal

from symgrad.checking import refute
from symgrad.checking.documents import check_text
from symgrad.core import guards
from symgrad.proving import (
    definedness,
    elementary_laws,
    fact_matching,
    indicators,
    intervals,
    positivity,
    powers,
    size_polynomials,
)
from symgrad.reading.document import assertions
from symgrad.reading.meaning.moved_arguments import MovedArguments
from symgrad.reading.names.declarations import Paragraph

Ruled = Literal["proved", "agrees", "refuted", "unreadable", "contradiction"]
"""contradiction: one engine proves the step and the other refutes it, which is an internal error (SG900)."""


@dataclass(frozen=True)
class Guard:
    """What is judged wrongly where ``guard`` of ``rule`` reads ``without``: declarations, and a step."""

    rule: Callable[..., Any]
    guard: str
    without: str
    declared: str
    step: str
    wrongly: tuple[Ruled, ...] = ("proved", "contradiction")

    @property
    def name(self) -> str:
        return f"{self.rule.__module__.removeprefix('symgrad.')}.{self.rule.__name__}: {self.guard}"

    def ruling(self) -> Ruled:
        """The ruling on the example, as the rules are now."""
        step = check_text(f"{self.declared}\n\n$$ {self.step} $$\n").steps[-1]
        if step.diagnostic is not None and step.diagnostic.code == "SG900":
            assert "proves" in step.diagnostic.message, step.diagnostic.message
            return "contradiction"
        return step.verdict


@contextmanager
def removed(guard: Guard) -> Iterator[None]:
    """The rule without its guard, wherever it has been imported."""
    rule = inspect.unwrap(guard.rule)
    assert isinstance(rule, FunctionType)
    source = textwrap.dedent(inspect.getsource(rule))
    source = source[source.index("def ") :]
    assert source.count(guard.guard) == 1, f"{guard.name} stands there {source.count(guard.guard)} times"
    tree = ast.parse("from __future__ import annotations\n" + source.replace(guard.guard, guard.without))
    made: dict[str, Any] = {}
    exec(compile(tree, rule.__code__.co_filename, "exec"), rule.__globals__, made)
    before = rule.__code__
    cached = getattr(guard.rule, "cache_clear", lambda: None)
    rule.__code__ = made[rule.__name__].__code__
    cached()
    try:
        yield
    finally:
        rule.__code__ = before
        cached()


REALS = r"Let $x, y \in \mathbb{R}$."

GUARDS = [
    # what is only defined somewhere says nothing about elsewhere
    Guard(
        definedness._may_be_left_out,
        "any(isinstance(f, Cases) or is_indicator(f) for f in factors(node))",
        "False",
        r"Let $x \in \mathbb{R}$ and $d \in \{0, 1\}$.",
        r"d \log x + |x| = d \log x + x",
    ),
    Guard(
        definedness._unconditional,
        "or isinstance(node, (Iverson, Cases))",
        "",
        r"Let $x, a \in \mathbb{R}$.",
        r"|x| + \begin{cases} \log x & a > 0 \\ 0 & \text{otherwise} \end{cases}"
        r" = x + \begin{cases} \log x & a > 0 \\ 0 & \text{otherwise} \end{cases}",
    ),
    Guard(
        definedness._unconditional,
        "not node.where and ",
        "",
        r"Let $x \in \mathbb{R}^N$, $S \subseteq [N]$ and $j \in [N]$.",
        r"|x_j| + \sum_{i \in S} \log x_i = x_j + \sum_{i \in S} \log x_i",
    ),
    # signs
    Guard(
        powers._power_of_power,
        "part_sign(ctx, p) != UNKNOWN or not is_whole(e)",
        "True",
        REALS,
        r"\sqrt{x^2} = x",
    ),
    Guard(
        positivity.power_sign,
        "(not is_whole(part[2]) or part[2] % 2 == 0)",
        "True",
        REALS,
        r"|x^3 + 1| = x^3 + 1",
    ),
    Guard(positivity.poly_sign, "if c > 0 else UNKNOWN", "", REALS, r"|x^2 - 1| = x^2 - 1"),
    Guard(
        positivity.part_sign,
        "unify_slots(ctx, hid, pattern.slots, slots, pattern.params, {})",
        "True",
        r"Let $x \in \mathbb{R}^N$ and $j \in [N]$.",
        r"\log x_1 + |x_j| = \log x_1 + x_j",
    ),
    Guard(
        elementary_laws._log_part,
        "part_sign(ctx, p) != UNKNOWN or not is_whole(e)",
        "True",
        REALS,
        r"\exp\left( \frac{1}{2} \log x^2 \right) = x",
    ),
    Guard(
        indicators.step,
        "opposite < hid and never_vanishes(ctx, p)",
        "opposite < hid",
        r"Let $d, e \in \{0, 1\}^N$.",
        r"[\sum_i d_i - \sum_i e_i > 0] + [\sum_i e_i - \sum_i d_i > 0] = 1",
    ),
    Guard(
        indicators._sign_of_product,
        "or not never_vanishes(ctx, polys[0])",
        "",
        r"Let $d \in \{0, 1\}^N$.",
        r"2 [\prod_i d_i > 0] = 1 + \prod_i (2 d_i - 1)",
    ),
    Guard(
        indicators._sign_of_product,
        "c != 1 or ",
        "",
        r"Let $z \in \mathbb{R}^N$.",
        r"[-\prod_i z_i > 0] = [\prod_i z_i > 0]",
    ),
    Guard(
        intervals.lower_end,
        "ends[0] if c > 0 else ends[1]",
        "ends[0]",
        r"Let $p \in [2, 3]$ and $q \in [2, 4]$.",
        r"|p - q + 1| = p - q + 1",
    ),
    Guard(
        intervals._of_product,
        "a is None or a.at < 0 or not is_natural(x[2])",
        "a is None",
        r"Let $p, q \in [-1, 2]$.",
        r"|p q - \frac{1}{2}| = p q - \frac{1}{2}",
    ),
    # facts hold for what they are about
    Guard(
        indicators.no_exception_applies,
        "all(not delta(ctx, instance(ctx, a, found), instance(ctx, b, found)) for a, b in unless)",
        "True",
        r"Let $n \in [W]^K$ and $k, l \in [K]$. Assume $n_k \neq n_l$ for $k \neq l$.",
        r"\delta_{n_k n_l} = 0",
    ),
    Guard(
        fact_matching.unify,
        " or other.array != shape.array",
        "",
        r"Let $n, m \in [W]^K$, $o \in [W]$ and $k \in [K]$. Assume $n_k \neq o$.",
        r"\delta_{m_k o} = 0",
    ),
    # sizes
    Guard(
        size_polynomials.numbered_positions,
        "or range_.hi.terms ",
        "",
        r"Let $x \in \mathbb{R}^{N+3}$.",
        r"\sum_{i=1}^{N+3} x_i = x_1 + x_2 + x_3",
    ),
    Guard(
        definedness.learn_in_range,
        " and range_.hi.terms[0][1] == 1",
        "",
        r"Let $x \in \mathbb{R}^{2 N}$ and $y \in \mathbb{R}^N$.",
        r"x_5 + \sum_{j=1}^{N} \delta_{j5} = x_5 + 1",
    ),
    # an indicator excuses what stands beside it, unless it may cancel
    Guard(
        guards._cancels,
        "any(_divides(x) and any(_steps(y) for y in all_nodes(x)) for x in all_nodes(node))",
        "False",
        r"Let $x, y, z \in \mathbb{R}$.",
        r"\frac{[x > 0] y}{[x > 0] z} = \frac{y}{z}",
        ("refuted",),
    ),
    # nothing agrees that was never compared
    Guard(
        refute._counts,
        "return defined == taken",
        "return True",
        r"Let $B \in \mathbb{R}^{H \times M}$, $x \in \mathbb{R}^M$, $i \in [H]$, $n \in [W]^K$, $z \in [W]$.",
        r"\sum_k \delta_{n_k z} \sum_{m=1}^M B_{im} x_m = \sum_k \delta_{n_k z} \sum_{m=1}^M B_{im} x_{m+1}",
        ("agrees",),
    ),
    Guard(
        refute._hidden,
        "sides is not None and sides.difference < SEEN * sides.scale",
        "False",
        r"Let $a \in \mathbb{R}$.",
        r"3.14159265358979 a = \pi a",
        ("agrees",),
    ),
    # prose assumes what it says plainly, of what it says it
    Guard(
        assertions._sentence_stance,
        "or _is_denied(prose)",
        "",
        r"Let $a \in \mathbb{R}$, where $a > 0$ is not assumed.",
        r"\sqrt{a^2} = a",
    ),
    Guard(
        Paragraph.restrict,
        "any(over.get(letter) != r for letter, r in slots_said)",
        "False",
        r"Let $x \in \mathbb{R}^N$. Assume $x_i > 0$ for $i \ge 2$.",
        r"|x_1| = x_1",
    ),
    Guard(
        MovedArguments.depends,
        "any(x in found for x in (*self.arrays, *self.positions))",
        "False",
        "Let $x, y, z \\in \\mathbb{R}^N$.\n\n$$ r_i = x_i - y_i $$\n\n$$ L(x) = \\sum_i r_i^2 $$",
        r"L(z) = \sum_i (x_i - y_i)^2",
    ),
]
