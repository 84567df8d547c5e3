"""Documents that mean no good, by name: deep, long, huge, self-referring, or no mathematics at all."""

# ruff: noqa: E501  (each document stands on a line of its own)

from __future__ import annotations

DECLARED = "Let $x, y \\in \\mathbb{R}$, $v \\in \\mathbb{R}^{D}$, $A \\in \\mathbb{R}^{D \\times D}$, $s \\in \\mathbb{R}^{N}$.\n\n"


def claim(text: str) -> str:
    return f"{DECLARED}$$\n{text}\n$$\n"


def nested(opening: str, inside: str, closing: str, times: int, rest: str = " = 1") -> str:
    return claim(opening * times + inside + closing * times + rest)


def chain(rule: str, last: int) -> str:
    """``a_1 = x``, then ``rule`` of the one before, ``last`` times; the end and its derivative are asked for."""
    before = ["$x \\in \\mathbb{R}$\n\n$$ a_1 = x $$"]
    before += [f"$$ a_{{{k}}} = {rule.replace('#', f'a_{{{k - 1}}}')} $$" for k in range(2, last + 1)]
    asked = f"$$ a_{{{last}}} = 1 $$\n\n$$ \\frac{{d a_{{{last}}}}}{{d x}} = 1 $$\n"
    return "\n\n".join([*before, asked])


def tensor(axes: int, letters: str, right: str) -> str:
    shape = " \\times ".join("D" for _ in range(axes))
    return f"$T \\in \\mathbb{{R}}^{{{shape}}}$\n\n$$ T_{{{letters}}} = {right} $$\n"


LAUGHS = (
    "".join(f"\\newcommand{{\\{name}}}{{{(chr(92) + chr(ord(name) + 1)) * 10}}}\n" for name in "abcdefghi")
    + "\\newcommand{\\j}{x}\n"
)

PACK: dict[str, str] = {
    # no text, or no end
    "nothing": "",
    "only dollars": "$$",
    "unclosed display": "text $$ x = 1",
    "unclosed display, then prose": "$$ x = 1 \n\n more $y \\in \\mathbb{R}$",
    "unclosed environment": "\\begin{align} x = 1",
    "unclosed fence": "```math\nx = 1",
    "unclosed groups": claim("\\left( \\frac{x}{y = 1"),
    "100001 dollars": "$" * 100_001,
    "20000 openings": "\\[ " * 20_000,
    "5000 environments": "\\begin{align}" * 5_000,
    "50000 comments": "<!--" * 50_000,
    "100000 backticks": "`" * 100_000,
    "20001 fences": "```\n" * 20_001,
    "one word": "a" * 1_000_000,
    "one line": claim("x" + " " * 500_000 + "= x"),
    "control characters": claim("x \x00 = \x01 \x7f \x1b[31m"),
    "carriage returns": claim("x\r=\r\rx"),
    "unicode": claim("ｘ = 𝑥 ∑ ∂ ∇ α ≠ \u202e \ufeff \u0301 \ud800 = \U0001f600"),
    # numbers
    "tower": claim("9^{9^{9^9}} = x"),
    "tower on both sides": claim("9^{9^{9^{9}}} = 9^{9^{9^{9}}}"),
    "power of a sum": claim("(x + y)^{1000} = (y + x)^{1000}"),
    "giant power": claim("(x + y)^{1000000000} = 0"),
    "giant power of a matrix": claim("x + A^{1000000}_{11} = A_{11}"),
    "negative giant power": claim("(x + y)^{-999999999} = 0"),
    "fractional power": claim("(x + y)^{1/999999999} = (x + y)^{0.000000001}"),
    "exp of a giant": claim("\\exp(9999999999 x) = 0"),
    "5000 digits": claim("x + 1 = 1" + "0" * 5_000),
    "5000 decimals": claim("x + 1 = 0." + "1" * 5_000),
    "division by zero": claim("\\frac{1}{0} = 2 x"),
    "division by a hidden zero": claim("\\frac{1}{x - x} = 2 x"),
    "no entries that add up to one": "Let $y \\in \\mathbb{R}^{0}$ with $\\sum_a y_a = 1$.\n\n$$ 2 = 2 \\sum_a y_a $$\n",
    "logarithm of a negative": claim("\\log(-1) = 2 x"),
    "zero to zero": claim("0^0 = 1"),
    # nesting
    "200 parentheses": nested("(", "x", ")", 200),
    "5000 parentheses": nested("(", "x", ")", 5_000),
    "5000 braces": nested("{", "x", "}", 5_000),
    "50 exponentials": nested("\\exp(", "x", ")", 50),
    "200 exponentials": nested("\\exp(", "x", ")", 200),
    "40 logistic functions": nested("\\sigma(", "x", ")", 40),
    "derivative of 40 logistic functions": nested("\\sigma(", "x", ")", 40).replace(
        "\\sigma", "\\frac{d}{dx} \\sigma", 1
    ),
    "100 fractions": nested("\\frac{1}{1 + ", "x", "}", 100),
    "30 fractions": nested("\\frac{1}{1 + ", "x", "}", 30),
    "100 roots": nested("\\sqrt{", "x", "}", 100),
    "60 sums": nested("\\sum_i v_i (1 + ", "x", ")", 60),
    "subscripts of subscripts": nested("v_{v", "", "}", 300),
    "300 subscripts": claim("x" + "_" * 300 + "1 = 1"),
    "300 powers": claim("x" + "^2" * 300 + " = 1"),
    "3000 signs": claim("1 = " + "-" * 3_000 + "x"),
    "3000 equals": claim("=" * 3_000),
    "3 primes": claim("\\sigma'''(x) = 0"),
    "30 primes": claim("\\sigma" + "'" * 30 + "(x) = 0"),
    "300 primes": claim("\\sigma" + "'" * 300 + "(x) = 0"),
    "fiftieth derivative": claim("\\frac{\\partial^{50} x}{\\partial x^{50}} = 0"),
    "20 derivatives": nested("\\frac{d}{dx} [", "\\tanh(x)", "]", 20, " = 0"),
    "6 derivatives": nested("\\frac{d}{dx} [", "\\tanh(x)", "]", 6, " = 0"),
    "6 derivatives of a product": nested("\\frac{d}{dx} [x \\sigma(x) \\exp(x) ", "\\tanh(x)", "]", 6, " = 0"),
    # length
    "400 terms": claim(" + ".join(f"{k} x y" for k in range(400)) + " = 79800 x y"),
    "400 quadratic forms": claim(" + ".join("v_i A_{ij} v_j" for _ in range(400)) + " = 400 v^\\top A v"),
    "400 exponentials": claim(" + ".join(f"\\exp({k} x)" for k in range(400)) + " = x"),
    "400 logistic terms": claim(" + ".join(f"\\sigma({k} x)" for k in range(1, 401)) + " = x"),
    "400 logistic terms on both sides": claim(
        " + ".join(f"\\sigma({k} x)" for k in range(1, 401))
        + " = "
        + " + ".join(f"\\sigma({k} x)" for k in range(400, 0, -1))
    ),
    "400 fractions": claim(" + ".join(f"\\frac{{1}}{{x + {k}}}" for k in range(1, 401)) + " = x"),
    "10000 factors": claim("x " * 10_000 + "= 1"),
    "10000 entries": claim("v_i " * 10_000 + "= 1"),
    "40 sums multiplied": claim(" ".join(f"(x + y + {k})" for k in range(40)) + " = 1"),
    "200 equal sums multiplied": claim("(x + y) " * 200 + "= (x + y)^{200}"),
    "30 sums over an axis multiplied": claim("(\\sum_i v_i + x) " * 30 + "= 1"),
    "determinant-like": claim(" ".join(f"(x + {k} y + \\exp({k} x))" for k in range(12)) + " = 1"),
    "300 links": claim("x + 1" + " = 1 + x" * 300),
    "1000 links": claim(" = ".join(["\\sigma(x)"] * 1_000)),
    "3000 declarations": "$x \\in \\mathbb{R}$ " * 3_000,
    "100 cases": claim(
        "x + 1 = \\begin{cases}" + " \\\\ ".join(f"{k} & \\text{{if }} x > {k}" for k in range(100)) + "\\end{cases}"
    ),
    "60 x 60 entries": claim(
        "A = \\begin{pmatrix}" + " \\\\ ".join(" & ".join("x" * 60) for _ in range(60)) + "\\end{pmatrix}"
    ),
    # indices, sizes and axes
    "3000 letters in a subscript": claim("v_{" + "i" * 3_000 + "} = 1"),
    "position 10^23": claim("v_{99999999999999999999999} = 1"),
    "position 10^9 from here": claim("v_{i + 999999999} = v_i"),
    "size 10^9": "$a \\in \\mathbb{R}^{10^9}$\n\n$$ \\sum_i a_i = 1 $$\n\n$$ 2 a_i = a_i $$\n",
    "size 999999999": "$b \\in \\mathbb{R}^{999999999}$\n\n$$ 2 b_i = b_i $$\n\n$$ b^\\top b = 1 $$\n",
    "size 100000": "$b \\in \\mathbb{R}^{100000 \\times 100000}$\n\n$$ 2 b_{ij} = b_{ij} $$\n\n$$ b_{ij} b_{jk} = b_{ik} $$\n",
    "40 axes": tensor(40, "abcdefghijklmnopqrstuvwxyzabcdefghijklmn", "1"),
    "12 axes": tensor(12, "abcdefghijkl", "T_{bacdefghijkl}"),
    "6 axes": tensor(6, "abcdef", "T_{bacdef}").replace("$$ ", "$$ 2 "),
    "sums over 8 letters": claim("\\sum_{a,b,c,d,e,f,g,h} v_a v_b v_c v_d v_e v_f v_g v_h = (\\sum_a v_a)^8"),
    "a cycle of 8 letters": claim(
        "A_{ab} A_{bc} A_{cd} A_{de} A_{ef} A_{fg} A_{gh} A_{ha} = \\operatorname{tr}(A A A A A A A A)"
    ),
    "an exponential of 8 letters": claim("\\sum_{a,b,c,d,e,f,g,h} \\exp(v_a v_b v_c v_d v_e v_f v_g v_h) = 1"),
    "a symmetric product of 12": claim(
        "\\sum_{a,b,c,d,e,f,g,h,i,j,k,l} v_a v_b v_c v_d v_e v_f v_g v_h v_i v_j v_k v_l = 1"
    ),
    "a sum of 10^9 terms": claim("\\sum_{i=1}^{1000000000} i = 1"),
    "a product of 10^7 factors": claim("\\prod_{i=1}^{10000000} (1 + i) = 1"),
    "a sum of 4 * 10^7 sines": claim("\\sum_{i=1}^{40000000} \\sin(i) = x"),
    "two long sums": claim("\\sum_{i=1}^{3000} \\sum_{j=1}^{3000} \\sin(i j) x = x"),
    "a sum of 10^9 powers": claim("\\sum_{i=1}^{1000000000} x = 1000000000 x"),
    "a product of 10^10": claim("\\prod_{i=1}^{10^{10}} x = 1"),
    "a sum that ends before it starts": claim("\\sum_{i=5}^{-1000000000000} x = 1"),
    "an ellipsis of 10^12 terms": claim("1 + 2 + \\dots + 10^{12} = x"),
    "letters of letters": "$n \\in [W]^{W}$ $z \\in \\mathbb{R}^W$\n\n$$ 2 z_{n_{n_{n_{n_k}}}} = z_k $$\n",
    "a window of 10^9": "$m$ words, $w \\in [W]^{P}$, $c \\in [P]$, $u \\in \\mathbb{R}^W$\n\n$$ \\sum_{-m \\le j \\le m} u_{w_{c+j+999999999}} = 1 $$\n",
    # definitions and macros
    "undeclared names": "$$ 2 q_{ab} = r_{ba} $$\n",
    "a name through itself": "$$ q = q + 1 $$\n\n$$ 2 q = 2 $$\n",
    "two names through each other": "$$ q = r + 1 $$\n\n$$ r = q + 1 $$\n\n$$ 2 q = 2 $$\n",
    "a function through itself": "$$ f(t) = f(t) + f(t) $$\n\n$$ 2 f(1) = 2 $$\n",
    "a recurrence without an end": "$$ h_t = h_{t-1} + h_{t-2} $$\n\n$$ 2 h_{100} = 2 $$\n",
    "30 doublings": chain("# + #", 30),
    "30 squarings": chain("# #", 30),
    "60 squarings": chain("# #", 60),
    "30 functions of two": chain("\\tanh(#) #", 30),
    "12 functions of two": chain("\\tanh(#) #", 12),
    "20 softmaxes": "$v \\in \\mathbb{R}^{D}$\n\n$$ h = v $$\n\n"
    + "\n\n".join(f"$$ h := \\operatorname{{softmax}}(h + {k} v) $$" for k in range(20))
    + "\n\n$$ \\frac{\\partial h_i}{\\partial v_j} = 0 $$\n",
    "a billion laughs": LAUGHS + claim("\\a = 1"),
    "a macro of itself": "\\newcommand{\\a}{\\a \\a}\n" + claim("\\a = 1"),
    "a macro with too many arguments": "\\newcommand{\\a}[9]{#1#2#3#4#5#6#7#8#9#9#9}\n"
    + claim("\\a{\\a{\\a{\\a}}} = 1"),
    "a macro of a half": "\\newcommand{\\a}{\\frac{1}}\n\\newcommand{\\b}{\\begin{cases}}\n" + claim("\\a \\b \\a = 1"),
}
