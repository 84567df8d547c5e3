"""What generated modules hold beside the functions of their costs: copied into them piece by piece.

``xp`` is the library of the target; a copy has its name instead. What differs between libraries is in
``numpy_support``, ``torch_support`` and ``jax_support``, whose pieces replace those of the same name here. Pieces may
use the modules imported here, their library, and each other.
"""

from __future__ import annotations

import math
import operator
from typing import Any, NamedTuple

import numpy as xp

# --- functions ------------------------------------------------------------------------------------


def _elu(x: Any) -> Any:
    """x where x > 0, else exp(x) - 1."""
    return xp.where(x > 0, x, xp.expm1(x.clip(None, 0)))


def _polynomial(x: Any, coefficients: tuple[float, ...]) -> Any:
    """sum_k c_k x^k"""
    out = xp.full_like(x, coefficients[-1])
    for c in coefficients[-2::-1]:
        out *= x
        out += c
    return out


def _by_parts(function: Any, x: Any) -> Any:
    """An elementwise function, in double precision, by parts that stay in the cache."""
    flat, out = xp.ravel(x), xp.empty(xp.shape(x), x.dtype)
    filled = out.reshape(-1)
    for k in range(0, flat.size, 8192):
        filled[k : k + 8192] = function(xp.asarray(flat[k : k + 8192], float))
    return out if out.ndim else out[()]


def _erf(x: Any) -> Any:
    """The error function: x P(x^2) near 0, else 1 - erfc(x)."""
    return _by_parts(lambda x: _in_two(x, 1, _erf_near, lambda far: 1 - _erfc_block(far)), x)


def _erfc(x: Any) -> Any:
    """1 - erf(x), with all digits where it is small."""
    return _by_parts(lambda x: _in_two(x, 0.5, lambda near: 1 - _erf_near(near), _erfc_block), x)


def _in_two(x: Any, end: float, near: Any, far: Any) -> Any:
    """One function of the entries with |x| < end, another one of all others."""
    inside = xp.abs(x) < end
    if inside.all():
        return near(x)
    out = xp.empty_like(x)
    for chosen, function in ((xp.nonzero(inside)[0], near), (xp.nonzero(~inside)[0], far)):
        out[chosen] = function(x[chosen])
    return out


def _erf_near(x: Any) -> Any:
    """erf(x) for |x| < 1."""
    near = (
        *(1.1283791670955126, -0.3761263890318375, 0.11283791670954882, -0.026866170645077334),
        *(0.005223977624823223, -0.0008548326981129666, 0.00012055331122299266, -1.4925595519506043e-05),
        *(1.6461004480962034e-06, -1.6350354461959655e-07, 1.4660051998394848e-08, -1.1373902296430911e-09),
        5.958930743134941e-11,
    )
    return x * _polynomial(x * x, near)


def _erfc_block(x: Any) -> Any:
    """exp(-a^2) P((a - 3.75) / (a + 3.75)) / (1 + 2 a) at a = |x|, as Shepherd and Laframboise (1981) do it."""
    factor = (
        *(1.2375126308378275, -0.14024059858554525, 0.0035854154854790266, 0.08227673848999506),
        *(-0.10880393014244466, 0.09230432116428126, -0.058693398576648674, 0.028362277372110997),
        *(-0.009746579683270544, 0.0017556261651978302, 0.0002937143780695119, -0.000290155352463263),
        *(5.1646529670580514e-05, 2.238756571998129e-05, -1.1438047900734334e-05, -9.792625772615407e-07),
        *(1.74198199989781e-06, -5.08446486248314e-08, -2.4857114448719676e-07, 1.879082093912664e-08),
        *(3.1979217138290183e-08, -1.955135453387951e-09, -2.6230983497501258e-09),
    )
    a = xp.minimum(xp.abs(x), 30)  # erfc(30) is 0
    near = xp.rint(16 * a) / 16  # its square is exact
    out = _polynomial((a - 3.75) / (a + 3.75), factor)
    out *= xp.exp(-near * near)
    out *= xp.exp((near - a) * (near + a))
    out /= 1 + 2 * a
    return xp.where(x < 0, 2 - out, out)


def _normal_cdf(x: Any) -> Any:
    """The distribution function of the normal distribution."""
    return 0.5 * _erfc(-x / math.sqrt(2))


def _lgamma(x: Any) -> Any:
    """log Gamma(x) for x > 0, else nan."""
    return _by_parts(_lgamma_block, x)


def _lgamma_block(x: Any) -> Any:
    """(w + 1) w P(w) at 2 + w near 2, where log Gamma(x + 1) = log x + log Gamma(x) leads, and Stirling far off."""
    close = (
        *(0.42278433509846713, -0.10031730167435392, 0.03296500062115359, -0.012384192193370211),
        *(0.0049986411649353725, -0.002108130834069472, 0.0009153769125087831, -0.00040570739285611585),
        *(0.0001825528383907226, -8.309522146915126e-05, 3.816660593339992e-05, -1.7660586231652296e-05),
        *(8.23747667463625e-06, -3.854622136251583e-06, 1.749054030806819e-06, -8.247688082905913e-07),
        *(5.236568534841362e-07, -2.489029529650396e-07),
    )
    x = xp.where(x > 0, x, xp.nan)
    near = xp.minimum(x, 8.5)
    steps = xp.clip(xp.rint(near - 2), -2, 6)
    moved = xp.where(steps < 0, near, 1) * xp.where(steps < -1, near + 1, 1)
    for k in range(1, 7):
        moved *= xp.where(steps >= k, near - k, 1)
    w = near - (steps + 2)
    y = xp.maximum(x, 8.5)
    far = (y - 0.5) * (xp.log(y) - 1) + (0.5 * math.log(2 * math.pi) - 0.5)
    far += _polynomial((1 / y) ** 2, tuple(b / (2 * k * (2 * k - 1)) for k, b in enumerate(_bernoulli(), 1))) / y
    return xp.where(x < 8.5, (w + 1) * w * _polynomial(w, close) + xp.sign(steps) * xp.log(moved), far)


def _bernoulli() -> tuple[float, ...]:
    """B_2, B_4, ..., the coefficients of Stirling's series."""
    return 1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510


def _polygamma(order: int, x: Any) -> Any:
    """The derivative of log Gamma of order ``order + 1`` for x > 0, else nan, by Stirling's series at x + 10."""
    factorial = math.factorial
    sign, below = (-1) ** (order + 1), factorial(order)
    series = tuple(b * factorial(2 * k + order - 1) / factorial(2 * k) for k, b in enumerate(_bernoulli(), 1))

    def block(x: Any) -> Any:
        x = xp.where(x > 0, x, xp.nan)
        far = x + 10
        out = (1 / far) ** (order + 1) * (below / 2 + _polynomial((1 / far) ** 2, series) / far)
        for k in range(10):
            out += below * (1 / (x + k)) ** (order + 1)
        if order:
            return sign * (out + factorial(order - 1) * (1 / far) ** order)
        return xp.log(far) - out

    return _by_parts(block, x)


def _digamma(x: Any) -> Any:
    """The derivative of log Gamma."""
    return _polygamma(0, x)


def _trigamma(x: Any) -> Any:
    """The second derivative of log Gamma."""
    return _polygamma(1, x)


def _tetragamma(x: Any) -> Any:
    """The third derivative of log Gamma."""
    return _polygamma(2, x)


def _pentagamma(x: Any) -> Any:
    """The fourth derivative of log Gamma."""
    return _polygamma(3, x)


def _product_of_others(x: Any, axis: int) -> Any:
    """At each position along the axis the product of the entries at all others."""
    x = xp.moveaxis(x, axis, 0)
    one = xp.ones_like(x[:1])
    before = xp.cumprod(xp.concatenate((one, x[:-1])), 0)
    after = xp.flip(xp.cumprod(xp.concatenate((one, xp.flip(x[1:], (0,)))), 0), (0,))
    return xp.moveaxis(before * after, 0, axis)


def _squared_distances(x: Any, y: Any, near_x: Any, near_y: Any, w: Any = None) -> Any:
    """sum_d w_jd (x_id - y_jd)^2 for all pairs i, j."""
    square = xp.square(x[:, None] - y)
    return (square if w is None else square * w).sum(-1)


# --- sums in an order -----------------------------------------------------------------------------


def _places(op: str, keys: Any, bounds: Any) -> tuple[Any, Any]:
    """The keys in an order in which those that meet the condition for a bound are the first, and how many they are."""
    order = xp.argsort(keys)
    inside = xp.searchsorted(keys[order], bounds, side="right" if op in ("<=", ">") else "left")
    if op in (">", ">="):
        return xp.flip(order, (0,)), keys.shape[0] - inside
    return order, inside


def _cumulated(function: Any, x: Any, axis: int, op: str, keys: Any, bounds: Any, nothing: float) -> Any:
    """A cumulative sum at each bound over the entries whose keys meet the condition; ``nothing``: that of none."""
    x = xp.moveaxis(x, axis, 0)
    none = xp.full_like(x[:1], nothing)
    if keys is not None:
        order, inside = _places(op, keys, bounds)
        return xp.moveaxis(xp.concatenate((none, function(x[order])))[inside], 0, axis)
    x = xp.flip(x, (0,)) if op in (">", ">=") else x
    out = function(x)
    if op in ("<", ">"):
        out = xp.concatenate((none[: x.shape[0]], out[:-1]))
    return xp.moveaxis(xp.flip(out, (0,)) if op in (">", ">=") else out, 0, axis)


def _cumulative_logsumexp(x: Any) -> Any:
    """log sum_{k <= i} exp(x_k) along the first axis, which does not overflow."""
    return xp.logaddexp.accumulate(x, 0)


def _ordered_sum(x: Any, axis: int, op: str, keys: Any = None, bounds: Any = None) -> Any:
    """At each bound the sum of the entries whose keys meet the condition; without keys, those of their positions."""
    return _cumulated(lambda a: xp.cumsum(a, 0), x, axis, op, keys, bounds, 0)


def _ordered_logsumexp(x: Any, axis: int, op: str, keys: Any = None, bounds: Any = None) -> Any:
    """At each bound log sum exp over the entries whose keys meet the condition, which does not overflow."""
    return _cumulated(_cumulative_logsumexp, x, axis, op, keys, bounds, -math.inf)


def _ordered_shares(x: Any, log: Any, a: Any, axis: int, op: str, keys: Any = None, bounds: Any = None) -> Any:
    """At each position the sum of a_i exp(x - log_i) over the bounds that meet the condition."""
    size = xp.where(a == 0, -math.inf, xp.log(xp.where(a == 0, 1, xp.abs(a))) - log)
    more, less = (
        xp.exp(x + _ordered_logsumexp(xp.where(part, size, -math.inf), axis, op, keys, bounds))
        for part in (a > 0, a < 0)
    )
    return more - less


# --- gradients ------------------------------------------------------------------------------------


class _Outer(NamedTuple):
    """A gradient that is an outer product, or a sum of them: the columns of its factors."""

    left: Any
    right: Any

    def times(self, factor: Any) -> _Outer:
        return _Outer(factor * self.left, self.right)

    def array(self, sparse: bool = False) -> Any:
        return xp.outer(self.left, self.right) if self.left.ndim == 1 else self.left @ self.right.T


# --- arguments ------------------------------------------------------------------------------------


def _as_array(name: str, x: Any) -> Any:
    """Anything as an array, or ValueError."""
    try:
        return xp.asarray(x)
    except (ValueError, TypeError, OverflowError) as e:
        raise ValueError(f"{name} is no array: {e}") from e


def _ranked(name: str, x: Any, rank: int) -> Any:
    """ValueError unless an argument has that many axes."""
    if x.ndim != rank:
        raise ValueError(f"{name} has {x.ndim} axes, shape {tuple(x.shape)}; it should have {rank}")
    return x


def _index(name: str, x: Any, size: int, meaning: str) -> int:
    """A position counted from 0, or ValueError."""
    try:
        i = operator.index(x)
    except TypeError:
        raise ValueError(f"{name} is {x!r}; it should be a whole number from 0 to {meaning} - 1") from None
    if not 0 <= i < size:
        raise ValueError(f"{name} is {i}; it should be from 0 to {meaning} - 1 = {size - 1}")
    return i


def _size(name: str, x: Any, more: str = "") -> int:
    """A size that is not the length of an axis, or ValueError; ``more``: what the library also needs."""
    try:
        n = operator.index(x)
    except TypeError:
        raise ValueError(f"{name} is {x!r}; it should be a whole number{more}") from None
    if n < 0:
        raise ValueError(f"{name} is {n}; it should not be negative")
    return n


def _wanted(wrt: Any, known: tuple[str, ...]) -> Any:
    """The names to differentiate by, or ValueError."""
    names = (wrt,) if isinstance(wrt, str) else tuple(wrt)
    for name in names:
        if name not in known:
            raise ValueError(f"wrt names {name!r}; it should name some of {', '.join(known)}")
    return names


def _dtype(**arguments: Any) -> Any:
    """The one dtype of all arrays, or ValueError; numbers alone have the library's own."""
    arrays = {name: x for name, x in arguments.items() if getattr(x, "ndim", 0)}
    if not arrays:
        numbers = [x.dtype for x in arguments.values() if hasattr(x, "dtype")]
        return xp.result_type(*numbers) if numbers else xp.result_type(float)
    first, *others = arrays
    for name in others:
        _same_dtype(name, arrays[name], first, arrays[first])
    return arrays[first].dtype


def _same_dtype(name: str, x: Any, first: str, y: Any) -> None:
    """ValueError unless two arrays have one dtype."""
    if x.dtype is not y.dtype and x.dtype != y.dtype:
        raise ValueError(f"{name} has dtype {x.dtype}; it should have the dtype of {first}, {y.dtype}")


def _shaped(name: str, x: Any, shape: tuple[int, ...], meaning: str) -> None:
    """ValueError unless an argument has that shape."""
    if x.shape != shape:
        raise ValueError(f"{name} has shape {tuple(x.shape)}; it should be {meaning} = {shape}")


def _out_of_range(name: str, low: Any, high: Any, size: int, meaning: str) -> ValueError:
    """The error for positions of which the smallest or the largest does not exist."""
    wrong = low if low < 0 else high
    return ValueError(f"{name} holds {wrong}; it should hold positions from 0 to {meaning} - 1 = {size - 1}")


def _distinct(name: str, x: Any) -> None:
    """ValueError if a set, one along the last axis, holds a position twice."""
    x = xp.sort(x, axis=-1)
    if bool((x[..., 1:] == x[..., :-1]).any()):
        raise ValueError(f"{name} holds a position twice; it should be a set")


def _inside(name: str, low: Any, high: Any, size: int, meaning: str) -> None:
    """ValueError unless all positions from low to high exist."""
    if bool(xp.any(xp.asarray(low) < 0)) or bool(xp.any(xp.asarray(high) >= size)):
        raise ValueError(
            f"{name} reaches the positions {low} to {high}; they should lie from 0 to {meaning} - 1 = {size - 1}"
        )


# --- functions of matrices ------------------------------------------------------------------------


def _exponential_of(a: Any) -> Any:
    """exp(a) by a quotient of polynomials of degree 13, after a was halved until it is small."""
    norm = float(xp.abs(a).sum(-2).max(initial=0))
    halvings = max(0, math.ceil(math.log2(norm / 5))) if 5 < norm < math.inf else 0
    a = a / 2**halvings
    one, a2 = xp.eye(a.shape[-1], dtype=a.dtype), a @ a
    a4 = a2 @ a2
    a6 = a2 @ a4
    c = [1.0]
    for k in range(1, 14):
        c.append(c[-1] * (14 - k) / (k * (27 - k)))

    def part(k: int) -> Any:
        high = c[k + 8] * a2 + c[k + 10] * a4 + c[k + 12] * a6
        return c[k] * one + c[k + 2] * a2 + c[k + 4] * a4 + c[k + 6] * a6 + a6 @ high

    even, odd = part(0), a @ part(1)
    x = xp.linalg.solve(even - odd, even + odd)
    for _ in range(halvings):
        x = x @ x
    return x


def _exponential_adjoint(a: Any, g: Any) -> Any:
    """What a receives, if its exponential receives g."""
    return _along(_exponential_of, xp.swapaxes(a, -1, -2), g)


def _along(function: Any, a: Any, g: Any) -> Any:
    """The derivative of a function of matrices at a along g: the corner of its value at ((a, g), (0, a))."""
    n = a.shape[-1]
    if not n:
        return g
    largest, other = xp.abs(g).max(), xp.abs(a).max()
    scale = (largest + (largest == 0)) / (other + (other == 0))
    rows = xp.concatenate((a, g / scale), axis=-1), xp.concatenate((xp.zeros_like(a), a), axis=-1)
    return scale * function(xp.concatenate(rows, axis=-2))[..., :n, n:]


def _root_of(roots: Any) -> Any:
    """The principal square root."""
    return roots[2]


def _no_root(name: str) -> ValueError:
    return ValueError(f"{name} has an eigenvalue in (-inf, 0], or so close to it that it has no principal square root")


def _no_cholesky(name: str) -> ValueError:
    return ValueError(f"{name} is not symmetric and positive definite and has no Cholesky factor")
