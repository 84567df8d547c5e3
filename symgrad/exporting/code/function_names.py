"""What elementary functions and constants are called in generated code."""

from __future__ import annotations

FUNCTIONS = {
    **{name: name for name in ("exp", "log", "expm1", "log1p", "sqrt", "abs", "sign")},
    **{name: name for name in ("sin", "cos", "tan", "arcsin", "arccos", "arctan")},
    **{name: name for name in ("sinh", "cosh", "tanh", "arcsinh", "arctanh")},
    "relu": "maximum({}, 0)",
    "sigma": "_sigmoid",
    "softplus": "_softplus",
    "erf": "_erf",
    "erfc": "_erfc",
    "Phi": "_normal_cdf",
    "elu": "_elu",
    **{name: f"_{name}" for name in ("lgamma", "digamma", "trigamma", "tetragamma", "pentagamma")},
}
"""What each function of the table is called with NumPy; a target says where it differs.

``exp`` is a function of the library, ``_sigmoid`` one of the support, ``jax.nn.elu`` one of another module;
with ``{}`` it is the whole call. A function that is not here is computed by its row in the table.
"""
CONSTANTS = {"\\pi": "pi", "e": "e", "\\infty": "inf"}
