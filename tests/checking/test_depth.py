"""Deep networks and long products: compared layer by layer and factor by factor, never multiplied out."""

from __future__ import annotations

from symgrad.checking.documents import check_text
from tests.cases import each
from tests.checking.networks import WRITTEN


@each(
    ("kind", "function", "depth"),
    [
        ("scalar", "tanh", 16),
        ("scalar", "ReLU", 24),
        ("local", "sigmoid", 16),
        ("matrices", "sigmoid", 6),
        ("matrices", "ReLU", 24),
    ],
)
def test_backpropagation_written_out(kind: str, function: str, depth: int) -> None:
    *right, wrong = check_text(WRITTEN[kind](function, depth)).steps
    assert [s.verdict for s in right] == ["proved"] * len(right), [s.diagnostic for s in right]
    assert wrong.verdict == "refuted", wrong.diagnostic


def test_a_network_of_64_layers_with_matrices() -> None:
    right = WRITTEN["matrices"]("tanh", 64).rstrip().rpartition("\n\n")[0]
    steps = check_text(right).steps
    assert [s.verdict for s in steps] == ["proved"] * 4, [s.diagnostic for s in steps]


NUMBERS = "With $a, b, c, x, y, z \\in \\mathbb{R}$, $v, w \\in \\mathbb{R}^{D}$ and $k \\in [D]$.\n\n"
PRODUCT = "".join(f"({p} + {q})" for p, q in ("xy", "xz", "yz", "ab", "ac", "bc", "xa", "xb", "xc", "ya", "yb", "zc"))


@each(
    ("claim", "verdict"),
    [
        (f"{PRODUCT} = {PRODUCT.replace('(x + y)', '', 1)} (y + x)", "proved"),
        (f"{PRODUCT} = {PRODUCT.replace('(x + y)', '', 1)} (y - x)", "refuted"),
        (f"-{PRODUCT} = {PRODUCT.replace('(x + y)', '(-y - x)', 1)}", "proved"),
        (f"\\left({PRODUCT}\\right)^2 = {PRODUCT} {PRODUCT}", "proved"),
        ("\\prod_{i} (1 + v_i) = \\prod_{j} (v_j + 1)", "proved"),
    ],
)
def test_products_are_compared_as_products(claim: str, verdict: str) -> None:
    assert [s.verdict for s in check_text(f"{NUMBERS}$$ {claim} $$\n").steps] == [verdict]
