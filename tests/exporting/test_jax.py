"""What modules for JAX have beyond the contract of all targets."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest

import symgrad
from symgrad.exporting.loading import load_text
from tests.cases import each
from tests.exporting.worlds import ROOT

pytestmark = pytest.mark.jax
jax = pytest.importorskip("jax", reason="JAX is not installed")
jax.config.update("jax_enable_x64", True)
jnp = jax.numpy
W, D = 7, 3


def generated(name: str) -> Any:
    return load_text(symgrad.export(symgrad.read(str(ROOT / f"derivations/{name}.md")), target="jax"))


def given(**other: Any) -> dict[str, Any]:
    rng = np.random.default_rng(1)
    u, v = (jnp.asarray(rng.normal(size=s)) for s in ((W, D), (D, W)))
    return {"U": u, "V": v, "n": jnp.array([2, 2, 0, 5]), "o": 1, "c": 3, **other}


@each(
    ("wrong", "words"),
    [
        ({"V": np.zeros((W, D))}, r"V has shape \(7, 3\).*\(D, W\)"),
        ({"U": np.zeros(W)}, "U has 1 axes"),
        ({"U": np.zeros((W, D), int)}, "U has dtype int64.*float"),
        ({"U": np.zeros((W, D), np.float16)}, "U has dtype float16"),
        ({"V": np.zeros((D, W), np.float32)}, "V has dtype float32.*U"),
        ({"o": W}, "o is 7.*0 to W - 1 = 6"),
        ({"o": -1}, "o is -1"),
        ({"o": 1.0}, "o is 1.0.*whole"),
        ({"n": np.array([0, 7])}, "n holds 7"),
        ({"n": np.array([0, -1])}, "n holds -1"),
        ({"n": np.array([0.0])}, "n has dtype float64"),
        ({"n": np.array(1)}, "n has 0 axes"),
    ],
)
def test_wrong_arguments(wrong: dict[str, Any], words: str) -> None:
    module = generated("negative_sampling_array")
    for function in (module.J, module.J_value_and_grad):
        with pytest.raises(ValueError, match=words):
            function(**given(**wrong))


def test_shapes_are_checked_under_jit() -> None:
    module = generated("negative_sampling_array")
    with pytest.raises(ValueError, match="V has shape"):
        jax.jit(module.J)(**given(V=jnp.zeros((W, D))))
    with pytest.raises(ValueError, match=r"o is an array of float64.*whole number"):
        jax.jit(module.J)(**given(o=1.0))


def test_known_indices_are_checked_under_jit() -> None:
    module = generated("negative_sampling_array")
    arguments = given(n=jnp.array([0, 7]))
    u = arguments.pop("U")
    with pytest.raises(ValueError, match="n holds 7"):
        jax.jit(lambda u: module.J(U=u, **arguments))(u)


def test_a_window_and_a_set() -> None:
    window, members = generated("skipgram_window_softmax"), generated("negative_sampling_set")
    arguments = {"U": jnp.ones((W, D)), "V": jnp.ones((D, W))}
    text = jnp.array([0, 1, 2, 3, 4])
    window.J(**arguments, w=text, m=2, c=2)
    with pytest.raises(ValueError, match="c reaches"):
        window.J(**arguments, w=text, m=2, c=1)
    with pytest.raises(ValueError, match="N holds a position twice"):
        members.J(**arguments, o=0, c=1, N=jnp.array([2, 3, 2]))
    with pytest.raises(ValueError, match=r"m is.*static under jit"):
        jax.jit(window.J)(**arguments, w=text, m=2, c=2)
    value, _ = jax.jit(partial(window.J_value_and_grad, m=2))(**arguments, w=text, c=2)
    assert value == pytest.approx(4 * np.log(W))


def test_wrt_names_an_argument() -> None:
    with pytest.raises(ValueError, match=r"wrt names 'Q'.*U, V"):
        generated("negative_sampling_array").J_value_and_grad(**given(), wrt=("U", "Q"))


def test_a_gradient_that_is_not_there_is_refused() -> None:
    document = symgrad.read(str(ROOT / "derivations/negative_sampling_array.md"))
    module = load_text(symgrad.export(document, wrt=["U"], target="jax"))
    arguments = given()
    v = arguments.pop("V")
    with pytest.raises(ValueError, match="V is differentiated by; there are gradients by U"):
        jax.grad(lambda v: module.J(V=v, **arguments))(v)


def test_differentiation_takes_the_derived_gradient() -> None:
    """A gradient that is written wrongly in the module comes out wrongly."""
    document = symgrad.read(text=r"With $x \in \mathbb{R}^{N}$: $$ J = \sum_i x_i^2 $$")
    text = symgrad.export(document, target="jax")
    assert "2 * x" in text
    wrong = load_text(text.replace("2 * x", "5 * x"))
    np.testing.assert_array_equal(jax.grad(lambda x: wrong.J(x=x))(jnp.ones(2)), [5.0, 5.0])


def test_a_batch_is_what_vmap_gives() -> None:
    module, arguments = generated("negative_sampling_array"), given()
    o, c = jnp.array([0, 1, 1]), jnp.array([3, 3, 2])
    n = jnp.array([[0, 1], [2, 2], [5, 6]])
    rest = {name: arguments[name] for name in ("U", "V")}
    members = jax.vmap(lambda o, c, n: module.J(**rest, o=o, c=c, n=n))(o, c, n)
    assert float(module.J_batch(**rest, o=o, c=c, n=n)) == pytest.approx(float(members.sum()), rel=1e-13)
    summed = jax.grad(lambda u: jax.vmap(lambda o: module.J(**{**arguments, "U": u, "o": o}))(o).sum())(rest["U"])
    parts = [module.J_value_and_grad(**{**arguments, "o": int(k)}, wrt=("U",))[1]["U"] for k in o]
    np.testing.assert_allclose(summed, sum(parts), rtol=1e-13, atol=1e-13)


def test_second_derivatives_are_those_of_the_derived_gradient() -> None:
    document = symgrad.read(text=r"With $s \in \mathbb{R}^{N}$: $$ J = \log \sum_i \exp(s_i) $$")
    module = load_text(symgrad.export(document, target="jax"))
    s = jnp.array([0.0, 1.0, -1.0])
    p = np.exp(s) / np.exp(s).sum()
    np.testing.assert_allclose(jax.hessian(lambda s: module.J(s=s))(s), np.diag(p) - np.outer(p, p), atol=1e-14)
