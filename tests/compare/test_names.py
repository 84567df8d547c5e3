"""Names of a document in the alphabet of programs."""

from __future__ import annotations

from symgrad.comparing.document_spelling import spellings
from symgrad.text.python_names import spelled
from tests.cases import each


@each(
    ("latex", "name"),
    [
        (r"\tilde w", "w_tilde"),
        (r"\hat y", "y_hat"),
        (r"\theta", "theta"),
        (r"\lambda", "lambda_"),
        (r"\bar{h}", "h_bar"),
        ("W^{(1)}", "W_1"),
        ("b_{1}", "b_1"),
        (r"\mathbf x_{1}", "x_1"),
        (r"\mathcal{N}", "N"),
        (r"v_{\text{in}}", "v_in"),
        ("x^{*}", "x_star"),
        ("h'", "h_prime"),
        (r"\widehat{\mu}_{B}", "mu_hat_B"),
        ("U", "U"),
    ],
)
def test_names_are_spelled_in_ascii(latex: str, name: str) -> None:
    assert spelled(latex) == name
    assert name.isidentifier()


def test_a_spelling_that_is_taken_gets_an_underscore() -> None:
    assert spellings(["N", r"\mathcal{N}"]) == {"N": "N", r"\mathcal{N}": "N_"}
