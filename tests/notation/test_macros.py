"""An author's own commands are read as what they stand for."""

from __future__ import annotations

import pytest

from symgrad.reading.document_reader import read_document
from symgrad.reading.tokens.lexer import Token, tokenize
from symgrad.reading.tokens.macros import collect_macros
from symgrad.text.diagnostic import NotationError
from symgrad.text.source import Source, Span
from tests.cases import each, facts
from tests.hostile.guard import PATIENCE, limit


def expand(definitions: str, text: str) -> list[Token]:
    source = Source("a.md", definitions + text)
    return tokenize(Span(source, len(definitions), len(source.text)), collect_macros(source))


def plain(text: str) -> list[tuple[str, str, str]]:
    return [(t.kind, t.text, t.style) for t in expand("", text)]


test_expansion = facts()


@test_expansion.fact
@each(
    ("definitions", "text", "meaning"),
    [
        (r"\newcommand{\R}{\mathbb{R}}", r"x \in \R^n", r"x \in \mathbb{R}^n"),
        (r"\newcommand\vv[1]{\mathbf{#1}}", r"\vv{x} \vv y", r"\mathbf{x} \mathbf{y}"),
        (r"\newcommand*{\pd}[2]{\frac{\partial #1}{\partial #2}}", r"\pd J x", r"\frac{\partial J}{\partial x}"),
        (r"\newcommand{\lab}[2][k]{#2^{(#1)}}", r"\lab{x} \lab[j]{x}", r"x^{(k)} x^{(j)}"),
        (r"\renewcommand{\vec}[1]{\mathbf{#1}}", r"\vec{x}", r"\mathbf{x}"),
        (r"\providecommand{\hh}{h}", r"\hh", r"h"),
        (r"\def\pair#1#2{#1_{#2}}", r"\pair a1", r"a_{1}"),
        (r"\DeclareMathOperator{\softmax}{softmax}", r"\softmax(x)", r"\operatorname{softmax}(x)"),
        (r"\DeclareMathOperator*{\argmax}{arg\,max}", r"\argmax", r"\operatorname{argmax}"),
        (r"\let\phi\varphi", r"\phi", r"\varphi"),
        (r"\let\old\vec \renewcommand{\vec}[1]{\old{#1}_0}", r"\vec{x}", r"\mathbf{x}_0"),
        (r"\newcommand{\a}{b} \newcommand{\c}{\a\a}", r"\c", r"bb"),
        (r"\newcommand{\ab}{a b}", r"\frac\ab\ab x_\ab", r"\frac{a b}{a b} x_{a b}"),
        (r"\newcommand{\bx}{\boldsymbol}", r"\bx{x}", r"\bm x"),
        (r"% \newcommand{\R}{r}" + "\n", r"\R", r"\R"),
        (r"`\newcommand{\z}{r}` ", r"\z", r"\z"),
        ("```\n\\newcommand{\\z}{r}\n```\n", r"\z", r"\z"),
        (r"\newcommand{\z", r"\z", r"\z"),
    ],
)
def a_macro_is_what_it_stands_for(definitions: str, text: str, meaning: str) -> None:
    assert [(t.kind, t.text, t.style) for t in expand(definitions, text)] == plain(meaning)


@test_expansion.fact
def a_definition_holds_from_where_it_stands() -> None:
    source = Source("a.md", r"\newcommand{\z}{a} \z \renewcommand{\z}{b} \z")
    found = tokenize(Span(source, 0, len(source.text)), collect_macros(source))
    assert [t.text for t in found] == ["a", "b"]


@test_expansion.fact
def an_expansion_stands_at_its_call_and_arguments_at_their_own_place() -> None:
    found = expand(r"\newcommand{\sq}[1]{(#1)^2}", r"\sq{x}")
    assert [t.span.text for t in found] == [r"\sq{x}", "x", r"\sq{x}", r"\sq{x}", r"\sq{x}"]


LAUGHS = "".join("\\def\\" + a + "{" + ("\\" + b) * 10 + "}" for a, b in zip("abcdefg", "bcdefgh", strict=True))
"""A billion laughs: seven macros, each ten times the next."""


@test_expansion.fact
@each(
    ("definitions", "text", "code"),
    [
        (r"\newcommand{\z}{\z}", r"\z", "SG002"),
        (r"\newcommand{\z}{\z\z}", r"\z", "SG002"),
        (LAUGHS, r"\a", "SG002"),
        (r"\def\a#1{#1#1#1#1#1#1#1#1}", r"\a{\a{\a{\a{\a{\a{\a{x}}}}}}}", "SG002"),
        (r"\newcommand{\z}[1]{#1}", r"\z", "SG104"),
        (r"\newcommand{\z}[1]{#2}", r"\z x", "SG109"),
        (r"\def\z#1,#2{#1}", r"\z a,b", "SG103"),
    ],
)  # fmt: skip
def what_can_not_be_expanded_is_said(definitions: str, text: str, code: str) -> None:
    with limit(PATIENCE), pytest.raises(NotationError) as caught:
        expand(definitions, text)
    assert caught.value.diagnostic.code == code


@test_expansion.fact
def many_broken_definitions_are_read_in_time() -> None:
    with limit(PATIENCE):
        collect_macros(Source("a.md", r"\newcommand{\x}[1]{ " * 20_000))
        collect_macros(Source("a.md", r"\def\x{a}" * 5_000))


@test_expansion.fact
def each_document_of_declarations_has_its_own_macros() -> None:
    first = Source("a.md", "\\newcommand{\\v}{x}\n\nA vector $\\v \\in \\mathbb{R}^N$.")
    second = Source("b.md", "\\newcommand{\\w}{y}\n\nA vector $\\w \\in \\mathbb{R}^N$.")
    read = read_document(Source("d.md", "$$ x^\\top y = y^\\top x $$"), [first, second])
    assert not read.diagnostics
    assert [step.outcome.problem for step in read.steps] == [None]
