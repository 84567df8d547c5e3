"""The lexer: many spellings in, one spelling out, every token at its place."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symgrad.reading.tokens.lexer import Token, tokenize
from symgrad.reading.tokens.macros import Macros, collect_macros
from symgrad.text.diagnostic import NotationError
from symgrad.text.source import Source, Span
from tests.cases import each, facts


def tokens_of(text: str, macros: Macros | None = None) -> list[Token]:
    return tokenize(Span(Source("a.md", text), 0, len(text)), Macros() if macros is None else macros)


def texts(text: str) -> list[str]:
    return [t.text for t in tokens_of(text)]


def kinds(text: str) -> list[tuple[str, str]]:
    return [(t.kind, t.text) for t in tokens_of(text)]


SAME = [
    (r"a \leq b", r"a \le b"),
    (r"a \geqslant b", r"a \ge b"),
    (r"a \ne b", r"a \neq b"),
    (r"a \not= b", r"a \neq b"),
    (r"a \not\in b", r"a \notin b"),
    (r"x^\intercal", r"x^\top"),
    (r"x^{\mathsf{T}}", r"x^{\top}"),
    (r"x^\mathrm{T}", r"x^\top"),
    (r"a \ast b", r"a * b"),
    (r"\lbrace a \rbrace", r"\{ a \}"),
    (r"\|x\|", r"\Vert x\Vert"),
    (r"\left\|x\right\|", r"\lVert x\rVert"),
    (r"\bigl|x\bigr|", r"\lvert x\rvert"),
    (r"p(a \middle| b)", r"p(a \mid b)"),
    (r"||x||^2 + ||y||", r"\Vert x\Vert^2 + \Vert y\Vert"),
    (r"|a|(||b||)", r"|a|(\Vert b\Vert)"),
    (r"\left( x \right)", r"( x )"),
    (r"\left. x \right|", r" x \rvert"),
    (r"\dfrac12", r"\frac12"),
    (r"{a \over b}", r"{\frac{a}{ b}}"),
    (r"1, \ldots, n", r"1, \dots, n"),
    (r"1, ..., n", r"1, \dots, n"),
    (r"1, …, n", r"1, \dots, n"),
    (r"f \colon A", r"f : A"),
    (r"a := b", r"a \coloneqq b"),
    (r"a \colon= b", r"a \coloneqq b"),
    (r"a =: b", r"a \eqqcolon b"),
    (r"a \stackrel{\text{def}}{=} b", r"a \coloneqq b"),
    (r"a \overset{\Delta}{=} b", r"a \coloneqq b"),
    (r"a \overset{(2)}{=} b", r"a = b"),
    (r"a \stackrel{!}{\le} b", r"a \le b"),
    (r"\underset{i}{\max}", r"\max_{i}"),
    (r"\overset{n}{\sum}", r"\sum^{n}"),
    (r"a \rightarrow b", r"a \to b"),
    (r"\mathbb{1}[x]", r"\indicator[x]"),
    (r"\mathds{1}[x]", r"\indicator[x]"),
    (r"\mathbbm 1[x]", r"\indicator[x]"),
    (r"\widehat{y}", r"\hat{y}"),
    (r"\overline{y}", r"\bar{y}"),
    (r"a\,b\;c\!d~e\ f", r"abcdef"),
    (r"\displaystyle\sum\limits_i", r"\sum_i"),
    (r"a \label{eq:a} \tag{1} \nonumber", r"a"),
    (r"\boxed{a = b}", r"a = b"),
    (r"\textcolor{red}{a + b}", r"a + b"),
    (r"{\color{red} a}", r"a"),
    (r"\underbrace{a + b}_{\text{sum}} c", r"a + b c"),
    (r"x_\textcolor{red}{ab}", r"x_{ab}"),
    (r"\phantom{abc} a", r"a"),
    (r"a % b" + "\n" + "c", r"a c"),
    (r"\operatorname*{arg\,max}", r"\operatorname{argmax}"),
    (r"\mathrm{softmax}", r"\operatorname{softmax}"),
    (r"{\rm softmax}", r"\operatorname{softmax}"),
    (r"\mathrm{d}x", r"dx"),
    (r"\mathrm{if}", r"\text{if}"),
    (r"{\bf x}", r"\mathbf{x}"),
    (r"\boldsymbol{\theta}", r"\bm\theta"),
    (r"\vec x", r"\mathbf{x}"),
    (r"{\cal N}", r"\mathcal{N}"),
    (r"\mathbf{\hat y}", r"\hat\mathbf{y}"),
    (r"a \hspace{1cm} b", r"a \quad b"),
    (r"a \hspace{2pt} b", r"a b"),
    (r"a \kern-3mu b", r"a b"),
    (r"α · β ≤ γ", r"\alpha \cdot \beta \le \gamma"),
    (r"ŷ", r"\hat{y}"),
    ("y\u0302", r"\hat{y}"),
    (r"x²", r"x^2"),
    (r"x⁻¹²", r"x^{-12}"),
    (r"x₁", r"x_1"),
    (r"Aᵀ", r"A^\top"),
    (r"ℝ", r"\mathbb{R}"),
    (r"𝐱 𝒩 𝑥", r"\mathbf{x} \mathcal{N} x"),
    (r"Σ ∑", r"\Sigma \sum"),
    (r"a − b", r"a - b"),
    (r"x′", r"x'"),
    (r"∂J/∂x", r"\partial J/\partial x"),
    (r"\begin{array}{cc} a \end{array}", r"\begin{array} a \end{array}"),
    (r"a \\[2pt] b \\* c", r"a \\ b \\ c"),
]  # fmt: skip


test_tokens = facts()


@test_tokens.fact
@each(("one", "other"), SAME)
def two_spellings_are_one(one: str, other: str) -> None:
    assert [(t.kind, t.text, t.style) for t in tokens_of(one)] == [(t.kind, t.text, t.style) for t in tokens_of(other)]


@test_tokens.fact
def kinds_of_tokens() -> None:
    assert kinds(r"\hat y_{12} = 0.5 x' & \\ \quad") == [
        ("command", "\\hat"), ("letter", "y"), ("sub", "_"), ("open", "{"), ("number", "12"), ("close", "}"),
        ("symbol", "="), ("number", "0.5"), ("letter", "x"), ("prime", "'"), ("align", "&"), ("row", "\\\\"),
        ("quad", "\\quad"),
    ]  # fmt: skip


@test_tokens.fact
def words_and_text() -> None:
    assert kinds(r"\operatorname{softmax}(x) \text{if } v_{\mathrm{in}}") == [
        ("word", "softmax"), ("symbol", "("), ("letter", "x"), ("symbol", ")"), ("text", "if"), ("letter", "v"),
        ("sub", "_"), ("open", "{"), ("word", "in"), ("close", "}"),
    ]  # fmt: skip


@test_tokens.fact
def a_text_keeps_its_words() -> None:
    (token,) = tokens_of(r"\text{if  so,}")
    assert (token.kind, token.text) == ("text", "if so,")


@test_tokens.fact
def formulas_in_a_text_are_read_between_its_words() -> None:
    assert kinds(r"\text{if $i \neq  j$ and so}") == [
        ("text", "if"), ("letter", "i"), ("command", "\\neq"), ("letter", "j"), ("text", "and so"),
    ]  # fmt: skip


@test_tokens.fact
def styles() -> None:
    style = {t.text: t.style for t in tokens_of(r"\mathbf{x} \mathcal N \mathbb{R} \mathfrak{g} \mathbf{1} y")}
    assert style == {"x": "bold", "N": "cal", "R": "bb", "g": "frak", "1": "bold", "y": ""}


@test_tokens.fact
def a_font_ends_with_its_group() -> None:
    assert [(t.text, t.style) for t in tokens_of(r"{\bf a} b")] == [("a", "bold"), ("b", "")]


@test_tokens.fact
def an_unbraced_script_is_one_digit() -> None:
    assert texts("x^12") == ["x", "^", "1", "2"]


test_brackets_and_bars = facts()


@test_brackets_and_bars.fact
def a_bracket_after_a_row_is_no_length() -> None:
    assert texts(r"a \\ [b]") == ["a", "\\\\", "[", "b", "]"]
    assert texts(r"a \\[b]") == ["a", "\\\\", "[", "b", "]"]


@test_brackets_and_bars.fact
def the_colon_of_a_slice_is_no_definition() -> None:
    assert texts("U_{z:} = V_{:c}") == ["U", "_", "{", "z", ":", "}", "=", "V", "_", "{", ":", "c", "}"]


@test_brackets_and_bars.fact
def two_bars_may_end_one_value_and_begin_another() -> None:
    assert texts("|a||b|") == ["|", "a", "|", "|", "b", "|"]
    assert texts("p(a|b)||c||") == ["p", "(", "a", "|", "b", ")", "\\Vert", "c", "\\Vert"]


@test_brackets_and_bars.fact
def spaced() -> None:
    assert [t.spaced for t in tokens_of(r"a b\,c\!d \left( e")] == [False, True, True, False, True, True]


test_places = facts()


@test_places.fact
def spans_are_the_authors_characters() -> None:
    text = r"\frac{\partial J}{\partial x_{ij}} \operatorname{tr}(A) := \text{so} αβ"
    for token in tokens_of(text):
        assert 0 <= token.span.start < token.span.end <= len(text)
    assert [t.span.text for t in tokens_of(text) if t.kind in ("word", "text")] == [r"\operatorname{tr}", r"\text{so}"]
    assert [t.span.text for t in tokens_of(text) if t.text == "\\coloneqq"] == [":="]


@test_places.fact
@each(
    ("text", "code", "place"),
    [
        ("a {b", "SG102", "{"),
        ("a} b", "SG102", "}"),
        (r"a \begin{cases} b", "SG102", r"\begin{cases}"),
        (r"\begin{a} x \end{b}", "SG102", r"\end{b}"),
        (r"{\begin{a} } \end{a}", "SG102", "}"),
        (r"\text{a", "SG102", "{"),
        (r"a \mathbf", "SG104", r"\mathbf"),
        ("{" * 300, "SG002", "{"),
        (r"\mathbf{" * 100, "SG102", "{"),
        (r"\mathbf{" * 100 + "}" * 100, "SG002", r"\mathbf"),
        (r"\boxed{" * 5000 + "}" * 5000, "SG002", r"\boxed"),
        ("a" * 60_000, "SG002", "a"),
    ],
)
def errors_stand_at_their_place(text: str, code: str, place: str) -> None:
    with pytest.raises(NotationError) as caught:
        tokens_of(text)
    diagnostic = caught.value.diagnostic
    assert diagnostic.code == code
    assert diagnostic.span is not None
    assert diagnostic.span.text == place
    assert diagnostic.remedy


PIECES = [
    *r"""
    \ { } $ & % # ^ _ ~ ' " [ ] ( ) | < > = + - * / : ; , . ! ? @ ` a b x T 1 23 .5 0.5 α ŷ ² ᵀ ₁ 𝐱 ℝ ½ ″ ∑ é 漢
    \\ \\[2pt] \frac \over \mathbf \bm \vec \mathrm \operatorname \operatorname* \text \textrm \textbf \hat \bf \rm
    \cal \left \right \left. \middle| \big| \begin{cases} \end{cases} \begin{array}{cc} \end{array} \begin \end
    \underbrace \boxed \textcolor \color \label \hspace \kern \stackrel \overset \underset \not \xrightarrow \newcommand
    \def \let \DeclareMathOperator \x \y \mathbb \quad \, \{ \} \| \substack \sqrt \phantom \R \tag* \cancelto
    """.split(),  # noqa: SIM905 (a list literal of it would take a screen)
    " ", "\n", "\x00", "\ud800", "\u0302",
]  # fmt: skip
MACROS = collect_macros(Source("m.md", r"\newcommand{\x}[2][a]{#1_{#2}} \def\y{\x\bf} \newcommand{\hat}{\y}"))


def survives(text: str) -> None:
    source = Source("a.md", text)
    try:
        found = tokenize(Span(source, 0, len(text)), MACROS)
    except NotationError:
        return
    assert all(0 <= t.span.start <= t.span.end <= len(text) for t in found)
    assert all(t.text for t in found if t.kind not in ("text", "begin", "end"))


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_no_input_breaks_the_lexer(pieces: list[str]) -> None:
    survives("".join(pieces))


@settings(max_examples=100)
@given(st.text(max_size=40))
def test_no_text_breaks_the_lexer(text: str) -> None:
    survives(text)


@test_places.fact
def no_mutation_breaks_the_lexer() -> None:
    random_ = random.Random(0)
    good = (
        r"\begin{aligned} \frac{\partial \hat{y}_a}{\partial V_{ic}} &= \left[ \mathbf{x}^\top"
        r" \text{if } \right] \\ \end{aligned}"
    )
    for _ in range(1500):
        text = list(good)
        for _ in range(random_.randint(1, 8)):
            at = random_.randrange(len(text))
            text[at : at + random_.randint(0, 3)] = random_.choice(PIECES)
        survives("".join(text))
