"""The normal form: equal for all sizes and values gives equal forms, for what the form decides.

``normal_form`` gives a polynomial in canonical parts, ``is_zero`` decides a difference,
``to_expr`` goes back. Everything is exact; limits raise ``TooLarge``, never a wrong answer.
"""

from symgrad.ir.normal_form.build import build
from symgrad.ir.normal_form.context import Context, Facts, Poly
from symgrad.ir.normal_form.express import to_expr
from symgrad.ir.normal_form.facts import assume
from symgrad.ir.normal_form.limits import NormalFormError, TooLarge, Undefined, Unsupported
from symgrad.ir.normal_form.zero import is_zero

normal_form = build

__all__ = [
    "Context",
    "Facts",
    "NormalFormError",
    "Poly",
    "TooLarge",
    "Undefined",
    "Unsupported",
    "assume",
    "build",
    "is_zero",
    "normal_form",
    "to_expr",
]
