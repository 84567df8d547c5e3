"""Reports made by hand: one step for each thing a report has to show."""

from __future__ import annotations

from symgrad.checking.verdict import DocumentReport, Evidence, Report, Step, Witness
from symgrad.text.diagnostic import Diagnostic
from symgrad.text.source import Source, Span

TEXT = r"""# Logistic regression

$$ p_n = \sigma(x_{nd} w_d), \qquad J = -y_n \log p_n $$

\begin{aligned}
\frac{\partial J}{\partial w_i} &= \sum_n (p_n - y_n) x_{ni} \\
  &= \sum_n (y_n - p_n) x_{ni} \\
  &= (p - y)^\top x
\end{aligned}

$$ (\hat y - y) v_c^\top = v_c (\hat y - y)^\top $$
"""
SOURCE = Source("logistic.md", TEXT)
PROVED_BY = Evidence("normal form", 8, {"N": 4, "D": 3})


def span(text: str, source: Source = SOURCE) -> Span:
    start = source.text.index(text)
    return Span(source, start, start + len(text))


PROVED = Step(
    span=span(r"\frac{\partial J}{\partial w_i} &= \sum_n (p_n - y_n) x_{ni}"),
    left=r"\frac{\partial J}{\partial w_i}",
    right=r"\sum_n (p_n - y_n) x_{ni}",
    read_left=r"\frac{\partial J}{\partial w_i}",
    read_right=r"\sum_{n=1}^N (p_n - y_n) x_{ni}",
    verdict="proved",
    assumptions=(r"\sum_a y_a = 1",),
    conditions=(r"p_n \neq 0",),
    evidence=PROVED_BY,
)
REFUTED = Step(
    span=span(r"= \sum_n (y_n - p_n) x_{ni}"),
    left=r"\sum_n (p_n - y_n) x_{ni}",
    right=r"\sum_n (y_n - p_n) x_{ni}",
    verdict="refuted",
    evidence=Evidence("evaluation", 1, {"N": 1, "D": 1}),
    witness=Witness({"N": 1, "D": 1}, {"w": [0.0], "x": [[1.0]], "y": [1]}, {"i": 1}, -0.5, 0.5),
    difference=r"2 \sum_n (p_n - y_n) x_{ni}",
    repairs=("the other sign of the whole right side",),
)
AGREES = Step(
    span=span(r"= (p - y)^\top x"),
    left=r"\sum_n (y_n - p_n) x_{ni}",
    right=r"(p - y)^\top x",
    verdict="agrees",
    evidence=Evidence("evaluation", 8, {"N": 4, "D": 3}, None),
    warnings=(Diagnostic("SG201", "transposed layout: a row where a column stands", span("^\\top x"), "", "warning"),),
)
SHAPES = Step(
    span=span(r"(\hat y - y) v_c^\top = v_c (\hat y - y)^\top"),
    left=r"(\hat y - y) v_c^\top",
    right=r"v_c (\hat y - y)^\top",
    verdict="refuted",
    evidence=Evidence("shape"),
    witness=Witness(shapes=(("W", "D"), ("D", "W"))),
)
NO_NAME = Diagnostic(
    "SG105", "the name `x` is not declared", span("x_{nd}"), "Declare it.", "error", ((span("w_d"), "beside this"),)
)
UNREADABLE = Step(span=NO_NAME.span, left="p_n", right="…", verdict="unreadable", diagnostic=NO_NAME)
DISAGREEMENT = Diagnostic("SG900", "internal error: proved, and refuted by evaluation", span("J = "))
CONTRADICTED = Step(span=DISAGREEMENT.span, left="J", right="…", verdict="unreadable", diagnostic=DISAGREEMENT)
NOT_CHECKED = Diagnostic("SG401", r"`\approx` is no equality: not checked", span("J = "), "", "note")


def marked(step: Step, expected: bool = True) -> Step:
    """The same step under the directive ``expect refuted``."""
    from dataclasses import replace

    return replace(step, expected=expected)


def report(*steps: Step, path: str = "logistic.md", **more: object) -> Report:
    return Report((DocumentReport(path, steps, text=TEXT, **more),))  # type: ignore[arg-type]  # passed on as they are
