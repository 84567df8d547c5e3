"""Claims that fool checkers which draw few sizes, compare loosely, forget corner cases or trust algebra by rote.

Each entry: what is declared, the claim, and the verdicts that are right. ``proved agrees`` means either.
"""

# ruff: noqa: E501  (each document stands on a line of its own)

from __future__ import annotations

from symgrad.checking.documents import check_text
from tests.cases import each

NUMBERS = "Let $x, y, a, b \\in \\mathbb{R}$. "
ARRAYS = "Let $v, w \\in \\mathbb{R}^{D}$, $A, B \\in \\mathbb{R}^{D \\times D}$, $X \\in \\mathbb{R}^{N \\times D}$, $Y \\in \\mathbb{R}^{N \\times D}$. "
WORDS = (
    "Let $s \\in \\mathbb{R}^{N}$, $o, c \\in [N]$, $n \\in [N]^{K}$, $\\mathcal{N} \\subseteq [N]$, $t \\in [K]$, "
    "$U \\in \\mathbb{R}^{N \\times D}$, $V \\in \\mathbb{R}^{D \\times N}$, $u_w = U_{w:}$, $v_c = V_{:c}$. "
)
SMALL = "Let $P \\in \\mathbb{R}^{2 \\times 2}$, $Q \\in \\mathbb{R}^{3 \\times 3}$. "
TEXT = "Let $w \\in [W]^{P}$, $c \\in [P]$, $e \\in \\mathbb{R}^{W}$ and $m$ words to either side. "
HOLDS, WRONG = "proved agrees", "refuted"


def cayley(a: str, size: int) -> str:
    """The characteristic polynomial of a 2 x 2 or 3 x 3 matrix at the matrix, by traces."""
    t1, t2, t3 = (f"\\operatorname{{tr}}({' '.join([a] * k)})" for k in (1, 2, 3))
    second = f"\\frac{{1}}{{2}} ({t1}^2 - {t2})"
    if size == 2:
        return f"{a} {a} - {t1} {a} + {second} I = 0"
    third = f"\\frac{{1}}{{6}} ({t1}^3 - 3 {t1} {t2} + 2 {t3})"
    return f"{a} {a} {a} - {t1} {a} {a} + {second} {a} - {third} I = 0"


def gram(count: int) -> str:
    """The traces of powers of ``X Y^T`` for the determinant of a sum of ``count`` outer products: zero below it."""
    m = "X^\\top Y"
    t1, t2, t3 = (f"\\operatorname{{tr}}({' '.join([m] * k)})" for k in (1, 2, 3))
    if count == 2:
        return f"{t1}^2 - {t2} = 0"
    return f"{t1}^3 - 3 {t1} {t2} + 2 {t3} = 0"


PACK: list[tuple[str, str, str]] = [
    # identities of one size
    (SMALL, cayley("P", 2), HOLDS),
    (SMALL, cayley("Q", 3), HOLDS),
    (SMALL, cayley("Q", 2), WRONG),
    (ARRAYS, cayley("A", 2), WRONG),
    (ARRAYS, cayley("A", 3), WRONG),
    (ARRAYS, gram(2), WRONG),
    (ARRAYS, gram(3), WRONG),
    (SMALL, "\\operatorname{tr}(P P) = \\operatorname{tr}(P)^2 - 2 (P_{11} P_{22} - P_{12} P_{21})", HOLDS),
    (SMALL, "P_{ij} P_{ji} = P_{ii} P_{jj}", WRONG),
    (NUMBERS + ARRAYS, "(D - 3) x = 0", WRONG),
    (NUMBERS + ARRAYS, "(D - 5) (D - 7) x = 0", WRONG),
    (NUMBERS + ARRAYS, "(D - 1) (D - 2) (D - 3) (D - 4) (D - 5) (D - 6) x = 0", WRONG),
    (ARRAYS, "(\\sum_{i=1}^{D} \\delta_{ii})^2 + 35 = 12 \\sum_{i=1}^{D} \\delta_{ii}", WRONG),
    (ARRAYS, "\\sum_{i=1}^{D} \\delta_{ii} = D", HOLDS),
    (ARRAYS, "\\sum_{i=1}^{D} \\delta_{ii} = 1", WRONG),
    (ARRAYS, "\\sum_i v_i = D v_1", WRONG),
    # corner cases that nobody excluded
    (WORDS, "\\delta_{oc} = 0", WRONG),
    (WORDS, "\\delta_{oc} s_o = \\delta_{oc} s_c", HOLDS),
    (WORDS, "\\delta_{oc}^2 = \\delta_{oc}", HOLDS),
    (WORDS, "\\sum_k \\delta_{n_k o} = 0", WRONG),
    (WORDS + "Now $n_k \\neq o$. ", "\\sum_k \\delta_{n_k o} = 0", HOLDS),
    (WORDS + "Let $l \\in [K]$. ", "\\delta_{n_t n_l} = \\delta_{tl}", WRONG),
    (WORDS + "Now $n_k \\neq n_l$ for $k \\neq l$. ", "\\sum_k \\delta_{n_k n_t} = 1", HOLDS),
    (WORDS, "\\sum_k \\delta_{n_k n_t} = 1", WRONG),
    (WORDS, "\\sum_{k \\in \\mathcal{N}} \\delta_{ko} = 0", WRONG),
    (WORDS + "Now $o \\notin \\mathcal{N}$. ", "\\sum_{k \\in \\mathcal{N}} \\delta_{ko} = 0", HOLDS),
    (WORDS, "\\sum_{k \\in \\mathcal{N}} s_k = \\sum_k s_k", WRONG),
    (WORDS, "\\sum_{k \\in \\mathcal{N}} s_k = \\sum_k s_k \\mathbb{1}[k \\in \\mathcal{N}]", HOLDS),
    (WORDS, "\\sum_k s_{n_k}^2 = \\left( \\sum_k s_{n_k} \\right)^2", WRONG),
    (WORDS, "\\sum_{i=1}^{N} \\sum_{j \\neq i} s_i s_j = 0", WRONG),
    (WORDS, "\\frac{1}{N - 1} \\sum_{i=1}^{N} (N - 1) s_i = \\sum_i s_i", HOLDS),
    # division, logarithms, roots
    (NUMBERS, "\\frac{x}{x} = 1", HOLDS),
    (NUMBERS, "\\frac{x^2 - y^2}{x - y} = x + y", HOLDS),
    (NUMBERS, "\\log (x^2) = 2 \\log x", HOLDS),
    (NUMBERS, "\\log (x^2) = 2 \\log \\lvert x \\rvert", HOLDS),
    (NUMBERS, "\\log (x^2) = \\log x", WRONG),
    (NUMBERS, "\\sqrt{x^2} = x", WRONG),
    (NUMBERS + "Now $x > 0$. ", "\\sqrt{x^2} = x", HOLDS),
    (NUMBERS, "\\sqrt{x^2} = \\lvert x \\rvert", HOLDS),
    (NUMBERS, "\\lvert x \\rvert = \\sqrt{x}^2", HOLDS),
    (NUMBERS, "\\lvert x \\rvert \\lvert y \\rvert = \\lvert x y \\rvert", HOLDS),
    (NUMBERS, "\\lvert x + y \\rvert = \\lvert x \\rvert + \\lvert y \\rvert", WRONG),
    (NUMBERS, "\\log (x y) = \\log x + \\log y", HOLDS),
    (NUMBERS, "\\log (x + y) = \\log x + \\log y", WRONG),
    (NUMBERS, "\\exp(x y) = \\exp(x)^y", HOLDS),
    (NUMBERS, "(x y)^3 = x^3 y^3", HOLDS),
    (NUMBERS, "(x^2)^{1/2} = x", WRONG),
    # kinks and ties
    (NUMBERS, "\\frac{d}{dx} \\operatorname{ReLU}(x) = \\mathbb{1}[x > 0]", HOLDS),
    (NUMBERS, "\\frac{d}{dx} \\operatorname{ReLU}(x) = 1", WRONG),
    (NUMBERS, "\\operatorname{ReLU}(x) + \\operatorname{ReLU}(-x) = \\lvert x \\rvert", HOLDS),
    (NUMBERS, "\\operatorname{ReLU}(x) - \\operatorname{ReLU}(-x) = x", HOLDS),
    (NUMBERS, "\\operatorname{ReLU}(x)^2 = x \\operatorname{ReLU}(x)", HOLDS),
    (NUMBERS, "\\max(a, b) = \\frac{a + b + \\lvert a - b \\rvert}{2}", HOLDS),
    (NUMBERS, "\\max(a, b) = a", WRONG),
    (NUMBERS, "\\max(a, b) + \\min(a, b) = a + b", HOLDS),
    (NUMBERS, "\\mathbb{1}[x \\ge x] = 1", HOLDS),
    ("Let $d \\in \\{0,1\\}^{N}$. ", "\\mathbb{1}[d_i \\ge 0] = 1", HOLDS),
    ("Let $d \\in \\{0,1\\}^{N}$. ", "\\mathbb{1}[d_i \\ge 0] = d_i", WRONG),
    ("Let $d \\in \\{0,1\\}^{N}$. ", "\\mathbb{1}[d_i \\ge 1] = 0", WRONG),
    ("Let $d \\in \\{0,1\\}^{N}$. ", "2 d_i^2 = 2 d_i", HOLDS),
    ("Let $r \\in \\{-1,1\\}^{N}$. ", "2 r_i^2 = 2", HOLDS),
    ("Let $r \\in \\{-1,1\\}^{N}$. ", "2 r_i^3 = 2", WRONG),
    # small numbers
    (NUMBERS, "0.001 x = 0.002 x", WRONG),
    (NUMBERS, "0.001 \\sigma(x) = 0.001 \\sigma(x) + 0.000001 x", WRONG),
    (NUMBERS, "x + y = x + y + 10^{-9} x", WRONG),
    (NUMBERS, "\\exp(0.001 x) = 1 + 0.001 x", WRONG),
    (NUMBERS, "\\sin(x)^2 + \\cos(x)^2 = 1", HOLDS),
    (NUMBERS, "0.001 (x + y)^2 = 0.001 x^2 + 0.001 y^2", WRONG),
    # off by one
    (WORDS, "\\sum_{i=1}^{N} s_i = \\sum_{i=2}^{N} s_i", WRONG),
    (
        "Let $x \\in \\mathbb{R}^{2 N}$ and $y \\in \\mathbb{R}^N$. ",
        "x_5 + \\sum_{j=1}^{N} \\delta_{j5} = x_5 + 1",
        WRONG,
    ),
    (
        "Let $x \\in \\mathbb{R}^{2 N}$ and $y \\in \\mathbb{R}^N$. ",
        "x_5 + \\sum_{j=1}^{2 N} \\delta_{j5} = x_5 + 1",
        HOLDS,
    ),
    (WORDS, "\\sum_{i=1}^{N} s_i = s_1 + \\sum_{i=2}^{N} s_i", HOLDS),
    (WORDS, "\\sum_{i=1}^{N-1} s_i s_{i+1} = \\sum_{i=2}^{N} s_i s_{i-1}", HOLDS),
    (WORDS, "\\sum_{i=1}^{N-1} (s_{i+1} - s_i) = s_N - s_1", HOLDS),
    (TEXT, "\\sum_{-m \\le j \\le m} e_{w_{c+j}} = \\sum_{-m \\le j \\le m, j \\neq 0} e_{w_{c+j}}", WRONG),
    (TEXT, "\\sum_{-m \\le j \\le m} e_{w_{c+j}} = e_{w_c} + \\sum_{-m \\le j \\le m, j \\neq 0} e_{w_{c+j}}", HOLDS),
    (TEXT, "\\sum_{-m \\le j \\le m, j \\neq 0} e_{w_{c+j}} = \\sum_{-m < j \\le m, j \\neq 0} e_{w_{c+j}}", WRONG),
    (TEXT, "\\sum_{-m \\le j \\le m, j \\neq 0} e_{w_{c+j}} = \\sum_{-m \\le j \\le m, j \\neq 0} e_{w_{c-j}}", HOLDS),
    (TEXT, "\\sum_{-m \\le j \\le m, j \\neq 0} 1 = 2 m", HOLDS),
    (TEXT, "\\sum_{-m \\le j \\le m} 1 = 2 m", WRONG),
    # matrices and symmetry
    (ARRAYS, "v^\\top A w = w^\\top A v", WRONG),
    (ARRAYS, "v^\\top A w = w^\\top A^\\top v", HOLDS),
    (ARRAYS, "\\frac{\\partial}{\\partial v} [v^\\top A v] = 2 A v", WRONG),
    (ARRAYS, "\\frac{\\partial}{\\partial v} [v^\\top A v] = (A + A^\\top) v", HOLDS),
    (ARRAYS, "\\frac{\\partial}{\\partial v} [v^\\top A^\\top A v] = 2 A^\\top A v", HOLDS),
    (ARRAYS, "A B = B A", WRONG),
    (ARRAYS, "\\operatorname{tr}(A B) = \\operatorname{tr}(B A)", HOLDS),
    (ARRAYS, "\\operatorname{tr}(A B A B) = \\operatorname{tr}(A A B B)", WRONG),
    (ARRAYS, "\\operatorname{tr}(A B A^\\top B^\\top) = \\operatorname{tr}(A B B^\\top A^\\top)", WRONG),
    (ARRAYS, "\\operatorname{tr}(A B A^\\top B^\\top) = \\operatorname{tr}(B A B^\\top A^\\top)", HOLDS),
    (ARRAYS, "A \\odot B = B \\odot A", HOLDS),
    (ARRAYS, "(A \\odot B) v = A v \\odot B v", WRONG),
    (ARRAYS, "X^\\top Y = Y^\\top X", WRONG),
    (ARRAYS, "(A B)^\\top = A^\\top B^\\top", WRONG),
    (ARRAYS, "(A B)^\\top = B^\\top A^\\top", HOLDS),
    # distinct graphs that colour refinement takes for one: two triangles and a hexagon
    (
        ARRAYS,
        "\\sum_{i,j,k,l,m,n} A_{ij} A_{jk} A_{ki} A_{lm} A_{mn} A_{nl} = \\sum_{i,j,k,l,m,n} A_{ij} A_{jk} A_{kl} A_{lm} A_{mn} A_{ni}",
        WRONG,
    ),
    (ARRAYS, "\\sum_{i,j,k} A_{ij} A_{jk} A_{ki} = \\sum_{i,j,k} A_{ji} A_{kj} A_{ik}", HOLDS),
    (ARRAYS, "\\sum_{i,j,k,l} A_{ij} A_{ij} A_{kl} A_{kl} = \\sum_{i,j,k,l} A_{ij} A_{kj} A_{kl} A_{il}", WRONG),
    # a derivative is defined where its function is: the points at which all logarithms are count, however few they are
    (
        WORDS,
        "\\sum_{k \\in \\mathcal{N}} \\log'(-u_k^\\top v_c) \\delta_{ko} = \\sum_{k \\in \\mathcal{N}} \\sigma(u_k^\\top v_c) \\delta_{ko}",
        WRONG,
    ),
    (
        WORDS + "Let $z \\in [N]$ and $i \\in [D]$. ",
        "\\sum_{k \\in \\mathcal{N}} \\frac{\\log'(-u_k^\\top v_c)}{\\sigma(-u_k^\\top v_c)} \\frac{\\partial}{\\partial U_{zi}} [u_k^\\top v_c]"
        " = \\sum_{k \\in \\mathcal{N}} \\sigma(u_k^\\top v_c) \\delta_{kz} V_{ic}",
        WRONG,
    ),
    (NUMBERS, "(10^{306})! = \\Gamma(10^{306}) + x", "refuted unreadable"),
    (NUMBERS, "\\log'(x) = \\frac{1}{x}", HOLDS),
    # points at which a side is not defined prove nothing about the others
    (
        WORDS,
        "\\sigma(s_o) + \\sum_{k \\in \\mathcal{N}} s_k = \\sigma(s_o) + \\sum_{k \\in \\mathcal{N}} \\log(-\\exp(s_k))",
        "refuted unreadable",
    ),
    (WORDS, "\\delta_{oc} s_o = \\delta_{oc} s_o + \\delta_{oc} \\log(-1 - s_o^2)", "refuted unreadable"),
]


@each(("declared", "claim", "right"), PACK, ids=lambda x: x[-60:] if isinstance(x, str) else None)
def test_pack(declared: str, claim: str, right: str) -> None:
    # 0 + x = … defines nothing, as x = … might
    report = check_text(
        f"{declared}\n\n$$ 0 + {claim} $$\n" if claim[0] not in "-(" else f"{declared}\n\n$$ {claim} $$\n"
    )
    assert [d.message for d in report.diagnostics] == []
    assert len(report.steps) == 1
    step = report.steps[0]
    assert step.diagnostic is None or step.diagnostic.code != "SG900", step.diagnostic
    assert step.verdict in right.split(), (step.verdict, step.diagnostic, step.read_left, step.read_right)


def test_a_number_of_conditions_in_one_bound() -> None:
    """A condition on a shifted letter is not the one on the letter."""
    text = TEXT + (
        "\n\n$$ F = \\sum_{-m \\le j \\le m, j \\neq 0} e_{w_{c+j}} $$\n\n$$ F = \\sum_{-m \\le j+1 \\le m, j \\neq 0} e_{w_{c+j}} $$\n"
    )
    assert check_text(text).steps[0].verdict in ("refuted", "unreadable")


def test_words_that_nobody_knows_in_a_bound() -> None:
    text = TEXT + (
        "\n\n$$ F = \\sum_{-m \\le j \\le m, j \\neq 0} e_{w_{c+j}} $$\n\n$$ F = \\sum_{-m \\foo j \\le m, j \\neq 0} e_{w_{c+j}} $$\n"
    )
    assert check_text(text).steps[0].verdict == "unreadable"


def test_known_signs_are_not_defined_anew() -> None:
    """``\\delta_{ii} = D`` claims something (which holds if the letter is summed); it gives delta no new meaning."""
    report = check_text(ARRAYS + "\n\n$$ \\delta_{ii} = D $$\n\n$$ \\sum_i v_i \\delta_{ii} = \\sum_i v_i $$\n")
    assert report.steps[-1].verdict == "proved"
    assert report.definitions == 0


def test_a_case_that_is_nowhere_defined() -> None:
    text = WORDS + (
        "\n\n$$ J_z = \\begin{cases} s_z & z = o \\\\ 0 & \\text{otherwise} \\end{cases} $$\n\n"
        "$$ J_z = \\begin{cases} \\log(-2) & z = o \\\\ 0 & \\text{otherwise} \\end{cases} $$\n"
    )
    assert check_text(text).steps[0].verdict in ("refuted", "unreadable")


def test_a_set_whose_terms_are_nowhere_defined() -> None:
    text = WORDS + (
        "\n\n$$ J = s_o + \\sum_{k \\in \\mathcal{N}} s_k $$\n\n$$ J = s_o + \\sum_{k \\in \\mathcal{N}} \\log(-\\exp(s_k)) $$\n"
    )
    assert check_text(text).steps[0].verdict in ("refuted", "unreadable")
