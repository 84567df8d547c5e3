"""Which rules belong to which kind of head: one row per kind."""

from __future__ import annotations

from symgrad.proving import (
    analytic_heads,
    closed_forms,
    elementary_laws,
    function_slopes,
    indicators,
    matrix_heads,
    powers,
    size_polynomials,
    sum_laws,
)
from symgrad.proving.analytic_laws import simplified
from symgrad.proving.attempt import HeadRules
from symgrad.proving.equation_rules import rewrite_by_equation
from symgrad.proving.fractions import reduce_power

RULES = HeadRules(
    in_product={
        "entry": indicators.reduce_entry,
        "delta": indicators.reduce_delta,
        "differ": indicators.reduce_indicator,
        "less": indicators.reduce_indicator,
        "member": indicators.reduce_indicator,
        "step": indicators.reduce_indicator,
        "prime": powers.reduce_prime,
        "power": reduce_power,
        "raised": closed_forms.reduce_sign,
        "function": elementary_laws.reduce_function,
    },
    rebuild={
        "delta": indicators.rebuild_delta,
        "differ": indicators.rebuild_differ,
        "less": indicators.rebuild_less,
        "member": indicators.rebuild_member,
        "step": indicators.rebuild_step,
        "position": size_polynomials.rebuild_position,
        "power": powers.rebuild_power,
        "sum": sum_laws.rebuild_sum,
        "exp": elementary_laws.rebuild_exp,
        "log": elementary_laws.rebuild_log,
        "function": elementary_laws.rebuild_function,
        "apply": closed_forms.rebuild_apply,
        "raised": closed_forms.rebuild_raised,
        "product": closed_forms.rebuild_product,
        "inverse": matrix_heads.rebuild_inverse,
        **dict.fromkeys(("exponential", "root", "cholesky"), analytic_heads.rebuild_function),
        **dict.fromkeys(function_slopes.SLOPES.values(), function_slopes.rebuild_slope),
        "determinant": matrix_heads.rebuild_determinant,
    },
    by_equation=rewrite_by_equation,
    as_part=powers.kept_power,
    in_sum=simplified,
)
