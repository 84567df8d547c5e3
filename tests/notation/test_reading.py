"""What a derivation says: implied sums, free letters, definitions, derivatives, layouts.

Each case is one rule of the notation; the right column is what ``--read`` prints.
"""

from __future__ import annotations

from symgrad.checking.documents import check_text
from symgrad.reading.document_reader import read_document
from symgrad.reading.read_document import ReadDocument
from symgrad.text.source import Source
from symgrad.writing.index_latex import read
from tests.cases import each, facts

DECLARED = r"""
$U \in \mathbb{R}^{W \times D}$, $V \in \mathbb{R}^{D \times W}$, $o, c \in [W]$, $y, \hat y \in \mathbb{R}^{W}$,
$x, t \in \mathbb{R}^{D}$, $A \in \mathbb{R}^{D \times D}$, $s \in \mathbb{R}$, $\lambda \in \mathbb{R}_{>0}$,
$\mathcal{N} \subseteq [W]$ with $\forall k \in \mathcal{N}$, $n \in [W]^{K}$.
"""


def document(body: str, declared: str = DECLARED) -> ReadDocument:
    return read_document(Source("d.md", f"{declared}\n\n{body}\n"))


def sides(body: str) -> tuple[str, str]:
    (step,) = document(f"$$ {body} $$").steps
    assert step.outcome.problem is None, step.outcome.problem
    assert step.outcome.claim is not None
    return read(step.outcome.claim.left), read(step.outcome.claim.right)


test_sums = facts()


@test_sums.fact
@each(
    ("written", "right"),
    [
        # a dummy need not be repeated: one sum inside, one outside of exp
        (r"2 s = \exp(U_{wj} V_{jc})", r"\sum_{w=1}^{W} \exp\left(\sum_{j=1}^{D} U_{wj} V_{jc}\right)"),
        # repeated inside every function argument that holds it: a sum in each
        (
            r"2 s = \sigma(U_{oj} V_{jc}) (1 - \sigma(U_{oj} V_{jc}))",
            r"\sigma\left(\sum_{j=1}^{D} U_{oj} V_{jc}\right)"
            r" \left(1 - \sigma\left(\sum_{j=1}^{D} U_{oj} V_{jc}\right)\right)",
        ),
        # no product repeats it: the sum leaves elementwise functions with their whole argument
        (
            r"2 s = \log \sigma(-U_{kj} V_{jc})",
            r"\sum_{k \in \mathcal{N}} \log\left(\sigma\left(-\sum_{j=1}^{D} U_{kj} V_{jc}\right)\right)",
        ),
        (r"2 s = \frac{1}{2} (x_i - t_i)^2", r"\frac{1}{2} \sum_{i=1}^{D} (x_i - t_i)^2"),
        # it stops directly outside an exp
        (
            r"2 s = \log \exp(U_{wj} V_{jc})",
            r"\log\left(\sum_{w=1}^{W} \exp\left(\sum_{j=1}^{D} U_{wj} V_{jc}\right)\right)",
        ),
        (
            r"2 s = (\exp(U_{wj} V_{jc}))^2",
            r"\left(\sum_{w=1}^{W} \exp\left(\sum_{j=1}^{D} U_{wj} V_{jc}\right)\right)^2",
        ),
        # at the smallest product that holds all its occurrences, a following bracket included
        (r"2 s = -y_a [U_{ai} x_i - s]", r"-\sum_{a=1}^{W} y_a \left(\sum_{i=1}^{D} U_{ai} x_i - s\right)"),
        # each term by itself; a term that lacks the letter is constant
        (r"2 s = x_i t_i + s", r"\sum_{i=1}^{D} x_i t_i + s"),
    ],
)
def implied_sums_stand_where_the_rules_put_them(written: str, right: str) -> None:
    assert sides(written)[1] == right


@test_sums.fact
@each(
    ("written", "left", "right"),
    [
        # the first side decides who is free
        (r"2 y_a = y_a + y_a", r"2 y_a", r"y_a + y_a"),
        # repeated in a product of the first side: a dummy, unless every side has it
        (r"\delta_{ij} x_j = x_i", r"\sum_{j=1}^{D} \delta_{ij} x_j", r"x_i"),
        (r"y_a y_a = y_a", r"y_a y_a", r"y_a"),
        # a number on the left: the second side decides
        (r"0 = x_i - x_i", r"0", r"x_i - x_i"),
    ],
)
def free_letters_are_those_of_the_first_side(written: str, left: str, right: str) -> None:
    assert sides(written) == (left, right)


@test_sums.fact
@each(
    ("written", "right"),
    [
        (r"s = \sum_i x_i t_i", r"\sum_{i=1}^{D} x_i t_i"),
        (r"s = \sum_{i=1}^{D} x_i", r"\sum_{i=1}^{D} x_i"),
        (r"s = \sum_{i=2}^{D} x_i", r"\sum_{i=2}^{D} x_i"),
        (r"s = \sum_{k \in \mathcal{N}} y_k", r"\sum_{k \in \mathcal{N}} y_k"),
        (r"s = \sum_{i \neq j} A_{ij}", None),
        (r"s = \sum_{k=1}^{K} y_{n_k}", r"\sum_{k=1}^{K} y_{n_k}"),
        (r"s = \sum_{i,j} A_{ij}", r"\sum_{i=1}^{D} \sum_{j=1}^{D} A_{ij}"),
        (r"s = \sum_i -x_i", r"-\sum_{i=1}^{D} x_i"),
    ],
)
def written_sums(written: str, right: str | None) -> None:
    doc = document(f"$$ {written.replace('s =', 's + 0 =', 1)} $$")
    assert not doc.diagnostics
    (step,) = doc.steps
    assert step.outcome.problem is None
    if right is not None:
        assert step.outcome.claim is not None
        assert read(step.outcome.claim.right) == right


test_definitions_and_claims = facts()


@test_definitions_and_claims.fact
@each(
    ("written", "definitions", "claims"),
    [
        (r"z = A x", 1, 0),
        (r"z = A x = x", 1, 1),
        (r"\hat y_o = p(o \mid c) = \frac{\exp(U_{oj} V_{jc})}{\exp(U_{wj} V_{jc})}", 2, 0),
        (r"z_h = A_{hj} x_j, \quad g_h = \tanh z_h", 2, 0),
        (r"J(o, c) = -\log \sigma(U_{oj} V_{jc})", 1, 0),
        (r"J(c - m, \dots, c + m) = s", 1, 0),
        (r"2 s = s + s", 0, 1),
        (r"A x = b \approx x", 0, 1),
        (r"z := x", 1, 0),
        (r"x =: z", 1, 0),
        (r"\sigma^2 = x^\top x", 1, 0),
        (r"W^{(1)} = A", 1, 0),
    ],
)
def a_bare_name_without_a_value_is_defined(written: str, definitions: int, claims: int) -> None:
    doc = document(f"$$ {written} $$")
    assert (doc.definitions, len(doc.steps)) == (definitions, claims)


@test_definitions_and_claims.fact
def a_second_relation_on_a_name_claims() -> None:
    doc = document("$$ z = A x $$\n\n$$ z = x $$")
    assert (doc.definitions, len(doc.steps)) == (1, 1)
    assert doc.steps[0].redefinition == "z"


@test_definitions_and_claims.fact
def another_number_of_arguments_defines_anew() -> None:
    doc = document(
        "$$ J = s $$\n\n$$ J(o, c) = y_o + U_{cj} x_j $$\n\n$$ \\frac{\\partial J}{\\partial y_a} = \\delta_{ao} $$"
    )
    assert (doc.definitions, len(doc.steps)) == (2, 1)


test_what_is_said = facts()


@test_what_is_said.fact
@each(
    ("written", "shapes"),
    [
        (r"A x = x^\top", (("D",), ("1", "D"))),
        (r"U^\top = U", (("D", "W"), ("W", "D"))),
        (r"2 \frac{\partial s}{\partial U_{wi}} = V_{c:}", None),
        (r"U x = U", (("W",), ("W", "D"))),
        (r"2 s = U V x", (("W", "W"), ("D",))),
    ],
)
def shapes_that_differ_refute(written: str, shapes: tuple[tuple[str, ...], tuple[str, ...]] | None) -> None:
    (step,) = document(f"$$ {written} $$").steps
    assert step.outcome.shapes is not None or step.outcome.problem is not None
    if shapes is not None:
        assert step.outcome.shapes == shapes


@test_what_is_said.fact
@each(
    ("written", "codes"),
    [
        (r"2 s = x t", ["SG202"]),
        (r"2 s = y_w", ["SG203"]),
        (r"\delta_{ij} x_j = t_i", ["SG204"]),
    ],
)
def what_is_guessed_is_warned_of(written: str, codes: list[str]) -> None:
    (step,) = document(f"$$ {written} $$").steps
    assert [w.code for w in step.outcome.warnings] == codes


@test_what_is_said.fact
@each(
    ("written", "code"),
    [
        (r"2 y_{ij} = s", "SG106"),
        (r"2 y_a = x_a", "SG107"),
        (r"2 s = \sum_r 1", "SG108"),
        (r"2 s = x + ", "SG104"),
        (r"2 s = (x", "SG102"),
        (r"2 s = x)", "SG102"),
        (r"2 s = \foo x", "SG103"),
        (r"2 s = x_1 + \dots", "SG112"),
        (r"2 x_i = x_i + x_i \quad \text{if } x \text{ is nice}", "SG111"),
    ],
)
def what_is_not_understood_is_said(written: str, code: str) -> None:
    doc = document(f"$$ {written} $$")
    found = [s.outcome.problem.code for s in doc.steps if s.outcome.problem] + [d.code for d in doc.diagnostics]
    assert code in found


test_labels_and_patterns = facts()


@test_labels_and_patterns.fact
def every_spelling_of_a_real_write_up_reads_the_same() -> None:
    spellings = [
        r"\frac{\partial s}{\partial x_i} = \exp(u^\top v)",
        r"\frac{\partial s}{\partial x_i} = exp(u^T v)",
        r"\frac{\partial s}{\partial x_i} = \exp\left(u^{\top}\, v\right)",
        r"\partial s / \partial x_i = \exp \left( u^{\intercal} \cdot v \right)",
        r"\frac{\partial s}{\partial x_i} = \exp(\boldsymbol{u}^T {\bf v}) \tag{1} \label{eq}",
    ]
    declared = "$u, v, x \\in \\mathbb{R}^{D}$, $s \\in \\mathbb{R}$."
    found = set()
    for written in spellings:
        (step,) = document(f"$$ {written} $$", declared).steps
        assert step.outcome.claim is not None
        found.add(read(step.outcome.claim.right))
    assert found == {r"\exp\left(\sum_{k=1}^{D} u_k v_k\right)"}


@test_labels_and_patterns.fact
def the_label_of_a_declared_name_makes_no_pattern_of_the_same_letter() -> None:
    """``a_f = W_f x``: f is part of both names, and runs over nothing."""
    declared = r"$W_f \in \mathbb{R}^{H \times D}$, $x \in \mathbb{R}^{D}$, $p, b_f \in \mathbb{R}^{H}$"
    body = r"$$ a_f = W_f x + b_f, \qquad f = \sigma(a_f) $$ $$ p^\top a_f = \sum_j p_j (W_{f,jk} x_k + b_{f,j}) $$"
    (step,) = document(body, declared).steps
    assert step.outcome.problem is None
    assert step.outcome.claim is not None
    assert read(step.outcome.claim.left) == r"\sum_{k=1}^{H} p_k a_{f, k}"


@test_labels_and_patterns.fact
def a_letter_in_a_slot_behind_a_label_is_a_pattern() -> None:
    declared = r"$W_f \in \mathbb{R}^{H \times D}$, $x \in \mathbb{R}^{D}$"
    (step,) = document(r"$$ a_i = W_{f,ij} x_j $$ $$ a = W_f x $$", declared).steps
    assert step.outcome.problem is None


@test_labels_and_patterns.fact
def a_label_is_not_cut_out_of_a_group() -> None:
    declared = r"$H \in \mathbb{R}^{N \times D}$"
    (step,) = document(r"$$ H_{{n+1}j} - H_{nj} = H_{n+1,j} - H_{nj} $$", declared).steps
    assert step.outcome.problem is None
    assert document(r"$$ H_{{n+1}j} = 2 H_{nj} $$", declared).definitions == 0


test_scripts = facts()


@test_scripts.fact
@each("sum_sign", [r"\sum_i_j", r"\sum_ \sum_j", r"\sum^{D}^{W}"])
def a_sum_has_one_script_below_and_one_above(sum_sign: str) -> None:
    (step,) = document(rf"$$ 2 s = {sum_sign} U_{{ij}} $$").steps
    assert step.outcome.problem is not None
    assert step.outcome.problem.code == "SG101"


@test_scripts.fact
@each("below", [r"i=1\dots", r"i = \dots N", r"i \in []", r"i \in \{1, \dots\}", r"i \in \{\dots, N\}", r"i = {}"])
def a_missing_bound_is_said(below: str) -> None:
    (step,) = document(rf"$$ 2 s = \sum_{{{below}}} x_i $$").steps
    assert step.outcome.problem is not None
    assert step.outcome.problem.code == "SG104"


test_left_sides = facts()


@test_left_sides.fact
def rows_above_the_first_relation_sign_are_its_left_side() -> None:
    body = r"""$$ s = 1 $$

$$
\begin{aligned}
& x^\top t \\
&\quad + t^\top x \\
&= 2 x^\top t \\
&= 3
\end{aligned}
$$"""
    first, second = document(body).steps
    assert first.outcome.claim is not None
    assert read(first.outcome.claim.left) == r"\sum_{k=1}^{D} x_k t_k + \sum_{k=1}^{D} t_k x_k"
    assert (second.left, second.right) == (r"2 x^\top t", "3")


@test_left_sides.fact
@each("display", [r"x^\top t + 1, \quad x^\top t = 3", r"3 s, \qquad x^\top t = 3"])
def what_stands_alone_before_a_relation_is_not_passed_over(display: str) -> None:
    (step,) = document(f"$$ {display} $$").steps
    assert step.outcome.problem is not None
    assert step.outcome.problem.code == "SG111"


@test_left_sides.fact
def a_letter_that_the_first_side_writes_once_is_free() -> None:
    """``[x ⊙ t]_i`` is the i-th entry, though its product holds i twice."""
    assert sides(r"[x \odot t]_i = x_j t_j") == ("x_i t_i", r"\sum_{j=1}^{D} x_j t_j")


@test_left_sides.fact
def a_label_of_the_same_letter_makes_it_none_more() -> None:
    declared = r"$A_n \in \mathbb{R}^{D \times D}$, $x, t \in \mathbb{R}^{D}$"
    (step,) = document(r"$$ [x \odot A_n x]_n = x_j t_j $$", declared).steps
    assert step.outcome.claim is not None
    assert len(step.outcome.claim.free) == 1


test_recursions_and_sizes = facts()


@test_recursions_and_sizes.fact
def a_relation_back_to_a_declared_name_claims() -> None:
    """After ``y = (1 + d) / 2`` the declared d has its value by y: ``d = 2 y - 1`` defines nothing."""
    declared = r"$d \in \{-1,1\}^{L}$"
    read_back = document(r"$$ y_j = \frac{1 + d_j}{2}, \qquad q_j = 2 y_j $$ $$ d_j = q_j - 1 $$", declared)
    (step,) = read_back.steps
    assert step.outcome.problem is None
    assert read_back.definitions == 2


@test_recursions_and_sizes.fact
def a_recursion_over_two_names_is_no_claim() -> None:
    declared = r"$h, x \in \mathbb{R}^{T}$, $w \in \mathbb{R}$"
    recursion = declared + r"$$ a_t = w h_{t-1} + x_t $$ $$ h_t = \tanh(a_t) $$ $$ x_t = a_t - w h_{t-1} $$"
    (step,) = check_text(recursion).steps
    assert step.left == "x_t"


@test_recursions_and_sizes.fact
def a_row_of_words_above_a_relation_is_a_remark() -> None:
    (step,) = document(
        "$$\n\\begin{gathered}\n\\text{for any } x \\\\\nx^\\top t = t^\\top x\n\\end{gathered}\n$$"
    ).steps
    assert (step.left, step.right) == (r"x^\top t", r"t^\top x")


@test_recursions_and_sizes.fact
@each(
    "definition",
    [
        "q_i = q_{i-1} + s_i, \\quad i = 1, \\dots, H",  # no range of numbers
        "q_i = q_{i-1} + q_{i+1}, \\quad i = 1, \\dots, 4",  # both ways
        "q_i = q_i + s_i, \\quad i = 1, \\dots, 4",  # at the same position
        "q_i = q_{i-1} + s_i, \\quad i = 1, \\dots, 400",  # too long
    ],
)
def recursions_that_are_not_unrolled(definition: str) -> None:
    found = read_document(
        Source("a.md", f"With $s \\in \\mathbb{{R}}^{{H}}$: $$ {definition} $$ $$ 2 q_1 = q_1 + q_1 $$")
    )
    codes = {d.code for d in found.diagnostics} | {s.outcome.problem.code for s in found.steps if s.outcome.problem}
    assert codes & {"SG110", "SG105", "SG108"}


@test_recursions_and_sizes.fact
@each("size", ["-1", "2 - 5"])
def a_size_is_not_negative(size: str) -> None:
    found = read_document(Source("a.md", f"With $x \\in \\mathbb{{R}}^{{{size}}}$: $$ \\sum_i x_i = 3 $$"))
    assert "SG109" in [d.code for d in found.diagnostics]


@test_recursions_and_sizes.fact
@each("script", ["_{}", "^{}"])
def an_empty_script_inside_of_a_script_is_missing(script: str) -> None:
    text = f"With $n \\in [W]^{{K}}$ and $z \\in \\mathbb{{R}}^{{W}}$: $$ 2 z_{{n{script} k}} = z_{{n_k}} $$"
    (step,) = read_document(Source("a.md", text)).steps
    assert step.outcome.problem is not None
    assert step.outcome.problem.code == "SG104"


@test_recursions_and_sizes.fact
def a_condition_whose_shapes_do_not_fit_is_unreadable() -> None:
    text = "With $U \\in \\mathbb{R}^{W \\times D}$ and $x, y \\in \\mathbb{R}$: $$ 2 x = x + y, \\quad U U > 0 $$"
    (step,) = read_document(Source("a.md", text)).steps
    assert step.outcome.problem is not None
    assert step.outcome.problem.code == "SG113"
