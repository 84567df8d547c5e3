"""The generated module itself: its form, its arguments, what it refuses, and the forms of its gradients."""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import symgrad
from symgrad.exporting.targets.gradient_forms import IndexedSlices
from symgrad.text.diagnostic import SymgradError
from tests.cases import each
from tests.exporting.worlds import ROOT

GOLDEN = Path(__file__).parent / "golden"
SAMPLED = ROOT / "derivations/negative_sampling_array.md"
SOFTMAX = ROOT / "derivations/skipgram_softmax_u.md"
W, D, K = 7, 3, 4


def exported(path: Path, **options: Any) -> str:
    return symgrad.export(symgrad.read(str(path)), **options)


@pytest.fixture(scope="module")
def sampled() -> ModuleType:
    return symgrad.load(symgrad.read(str(SAMPLED)))


def given(**other: Any) -> dict[str, Any]:
    rng = np.random.default_rng(1)
    plain = {"U": rng.normal(size=(W, D)), "V": rng.normal(size=(D, W)), "n": np.array([2, 2, 0, 5]), "o": 1, "c": 3}
    return {**plain, **other}


# --- the text -------------------------------------------------------------------------------------


@pytest.mark.golden
@each("name", ["negative_sampling_array", "skipgram_softmax_u", "skipgram_window_softmax"])
def test_golden_source(name: str) -> None:
    text = exported(ROOT / f"derivations/{name}.md")
    path = GOLDEN / f"{name}.py.txt"
    if os.environ.get("SYMGRAD_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


def test_bytes_do_not_depend_on_what_was_exported_before() -> None:
    alone = exported(SAMPLED)
    for path in (SOFTMAX, ROOT / "derivations/cbow_softmax.md"):
        exported(path)
    assert exported(SAMPLED) == alone


def test_the_module_imports_numpy_alone() -> None:
    lines = [x for x in exported(SAMPLED).splitlines() if x.startswith(("import ", "from "))]
    allowed = {"import numpy as np", "from numpy.typing import NDArray", "import operator"}
    allowed |= {"from __future__ import annotations", "from collections.abc import Sequence", "from typing import Any"}
    assert set(lines) <= allowed


def test_the_docstring_names_the_source_and_its_digest() -> None:
    head = exported(SAMPLED).split('"""')[1]
    assert "negative_sampling_array.md" in head
    assert "sha256" in head


# --- which costs, which arguments -----------------------------------------------------------------

THREE = r"""
With $\tilde w, x \in \mathbb{R}^{N}$ and $\lambda \in \mathbb{R}_{>0}$:
$$ s = \sum_i \tilde w_i x_i, \qquad J = s^2 + \lambda \sum_i \tilde w_i^2, \qquad \hat K = \sum_i x_i^3 $$
"""


def test_scalars_that_no_other_definition_uses() -> None:
    module = symgrad.load(symgrad.read(text=THREE))
    assert hasattr(module, "J")
    assert hasattr(module, "K_hat")
    assert not hasattr(module, "s")


def test_names_are_spelled_in_ascii_and_keywords_get_an_underscore() -> None:
    module = symgrad.load(symgrad.read(text=THREE))
    x = np.arange(3.0)
    value, grads = module.J_value_and_grad(w_tilde=x, x=x, lambda_=0.5)
    assert value == 25 + 2.5
    assert list(grads) == ["w_tilde", "x", "lambda_"]
    assert grads["lambda_"] == 5


def test_a_batch_of_one_cost_is_not_called_as_another_cost() -> None:
    text = r"""
With $x \in \mathbb{R}^{N}$ and $o \in [N]$: $$ J_{\text{batch}} = x_o^3 $$ $$ J = x_o^2 $$
"""
    module = symgrad.load(symgrad.read(text=text))
    x = np.array([1.0, 2.0, 3.0])
    assert module.J_batch(x=x, o=2) == 27
    assert module.J2(x=x, o=2) == 9
    assert module.J2_batch_value_and_grad(x=x, o=np.array([1, 2]))[0] == 13
    assert module.J_batch_value_and_grad(x=x, o=2)[0] == 27


def test_a_used_scalar_by_name() -> None:
    module = symgrad.load(symgrad.read(text=THREE), of=["s"], wrt=["x"])
    _, grads = module.s_value_and_grad(w_tilde=np.ones(2), x=np.ones(2))
    assert list(grads) == ["x"]


@each(
    ("options", "word"),
    [
        ({"of": ["Q"]}, "Q"),
        ({"wrt": ["Q"]}, "Q"),
        ({"target": "fortran"}, "fortran"),
        ({"of": [r"\hat y"], "target": "jax"}, "array"),
    ],
)
def test_unknown_names_are_errors_of_use(options: dict[str, Any], word: str) -> None:
    with pytest.raises(SymgradError, match=word):
        exported(SOFTMAX, **options)


def test_an_abstract_function_has_no_code() -> None:
    with pytest.raises(SymgradError, match="known only by its name"):
        exported(ROOT / "tests/corpus/glove.md")


# --- what is refused ------------------------------------------------------------------------------


@each(
    ("wrong", "words"),
    [
        ({"V": np.zeros((W, D))}, r"V has shape \(7, 3\).*\(D, W\)"),
        ({"U": np.zeros(W)}, "U has 1 axes"),
        ({"U": np.zeros((W, D), int)}, "U has dtype int64.*float"),
        ({"U": np.zeros((W, D), complex)}, "U has dtype complex"),
        ({"V": np.zeros((D, W), np.float32)}, "V has dtype float32.*U"),
        ({"o": W}, "o is 7.*0 to W - 1 = 6"),
        ({"o": -1}, "o is -1"),
        ({"o": 1.0}, "o is 1.0.*whole"),
        ({"n": np.array([0, 7])}, "n holds 7"),
        ({"n": np.array([0, -1])}, "n holds -1"),
        ({"n": np.array([0.0])}, "n has dtype float64"),
        ({"n": np.array(1)}, "n has 0 axes"),
        ({"wrt": ("U", "Q")}, "wrt names 'Q'.*U, V"),
    ],
)
def test_wrong_arguments(sampled: ModuleType, wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        sampled.J_value_and_grad(**given(**wrong))


def test_a_window_must_lie_inside_its_text() -> None:
    module = symgrad.load(symgrad.read(str(ROOT / "derivations/skipgram_window_softmax.md")))
    text = np.array([0, 1, 2, 3, 4])
    arguments = {"U": np.ones((W, D)), "V": np.ones((D, W)), "w": text, "m": 2}
    module.J(**arguments, c=2)
    for c in (1, 3):
        with pytest.raises(ValueError, match="c reaches"):
            module.J(**arguments, c=c)


@each("dtype", [np.uint8, np.int8, np.uint64])
def test_arithmetic_with_positions_does_not_wrap_around(dtype: Any) -> None:
    module = symgrad.load(symgrad.read(str(ROOT / "derivations/skipgram_window_softmax.md")))
    arguments = {"U": np.ones((W, D)), "V": np.ones((D, W)), "m": 2}
    with pytest.raises(ValueError, match="c reaches"):
        module.J_batch_value_and_grad(**arguments, w=np.array([[0, 1, 2, 3, 4]]), c=np.array([1], dtype))
    text = np.zeros((1, 130), dtype)
    value, _ = module.J_batch_value_and_grad(**arguments, w=text, c=np.array([126], dtype))
    assert value == pytest.approx(4 * np.log(W))


def test_a_set_holds_no_position_twice() -> None:
    module = symgrad.load(symgrad.read(str(ROOT / "derivations/negative_sampling_set.md")))
    arguments = {"U": np.ones((W, D)), "V": np.ones((D, W))}
    with pytest.raises(ValueError, match="N holds a position twice"):
        module.J(**arguments, o=0, c=1, N=np.array([2, 3, 2]))
    rows = np.array([[2, 3], [3, 3]])
    with pytest.raises(ValueError, match="N holds a position twice"):
        module.J_batch_value_and_grad(**arguments, o=np.array([0, 0]), c=np.array([1, 1]), N=rows)
    members = np.array([[2, 3], [3, 2]])
    module.J_batch_value_and_grad(**arguments, o=np.array([0, 0]), c=np.array([1, 1]), N=members)


def test_nothing_drawn_and_a_window_of_nothing(sampled: ModuleType) -> None:
    arguments = given(n=np.array([], int))
    value, grads = sampled.J_value_and_grad(**arguments)
    assert value == pytest.approx(np.logaddexp(0, -arguments["U"][1] @ arguments["V"][:, 3]), rel=1e-13)
    assert grads["U"].indices.tolist() == [1]
    module = symgrad.load(symgrad.read(str(ROOT / "derivations/skipgram_window_softmax.md")))
    assert module.J(U=arguments["U"], V=arguments["V"], w=np.array([0, 1]), c=1, m=0) == 0


def test_arguments_are_not_changed(sampled: ModuleType) -> None:
    arguments = given()
    kept = {name: np.copy(x) for name, x in arguments.items()}
    _, grads = sampled.J_value_and_grad(**arguments)
    for gradient in grads.values():
        np.asarray(gradient)
    for name, x in arguments.items():
        np.testing.assert_array_equal(x, kept[name])


def test_gradients_share_no_memory_with_arguments() -> None:
    text = r"With $x, y \in \mathbb{R}^{N}$: $$ J = \sum_i x_i y_i $$"
    x, y = np.ones(3), np.arange(3.0)
    _, grads = symgrad.load(symgrad.read(text=text)).J_value_and_grad(x=x, y=y)
    grads["x"][0] = 9
    assert y[0] == 0
    for path in (SOFTMAX, SAMPLED):
        arguments = {k: v for k, v in given().items() if k != "n" or path is SAMPLED}
        _, grads = symgrad.load(symgrad.read(str(path))).J_value_and_grad(**arguments)
        for g in grads.values():
            for part in (getattr(g, s) for s in ("left", "right", "values", "indices") if hasattr(g, s)):
                assert not any(np.shares_memory(part, a) for a in arguments.values() if isinstance(a, np.ndarray))


# --- forms of gradients ---------------------------------------------------------------------------


def test_sampled_rows_are_slices_and_repeated_ones_add_up(sampled: ModuleType) -> None:
    _, grads = sampled.J_value_and_grad(**given())
    u, v = grads["U"], grads["V"]
    assert type(u).__name__ == type(v).__name__ == "IndexedSlices"
    assert sorted(u.indices.tolist()) == [0, 1, 2, 2, 5]
    assert (u.axis, u.values.shape, u.shape) == (0, (5, D), (W, D))
    assert (v.axis, v.values.shape, v.shape) == (1, (D, 1), (D, W))
    dense = np.zeros((W, D))
    for i, row in zip(u.indices, u.values, strict=True):
        dense[i] += row
    np.testing.assert_allclose(np.asarray(u), dense, rtol=1e-14)


@each("count", [5, 500])
def test_add_to_adds_in_place(sampled: ModuleType, count: int) -> None:
    n = np.random.default_rng(0).integers(0, W, count)
    arguments = given(n=n)
    _, grads = sampled.J_value_and_grad(**arguments)
    for name in ("U", "V"):
        out = arguments[name].copy()
        assert grads[name].add_to(out, scale=-0.5) is out
        np.testing.assert_allclose(out, arguments[name] - 0.5 * np.asarray(grads[name]), rtol=1e-13, atol=1e-13)


@each("axis", [0, 1])
@each("draw", [np.arange, lambda k: np.arange(k) % 3, lambda k: np.arange(k) ** 2 % 90 // 4])
def test_add_to_for_many_slices(draw: Any, axis: int) -> None:
    indices = draw(90)
    values = np.random.default_rng(0).normal(size=(90, 2))
    want = np.zeros((90, 2))
    np.add.at(want, indices, values)
    shape = (90, 2) if axis == 0 else (2, 90)
    out = IndexedSlices(indices, values if axis == 0 else values.T, shape, axis).add_to(np.zeros(shape))
    np.testing.assert_allclose(out if axis == 0 else out.T, want, rtol=1e-13, atol=1e-13)


def test_an_outer_product_stays_its_two_factors() -> None:
    module = symgrad.load(symgrad.read(str(SOFTMAX)))
    arguments = {k: v for k, v in given().items() if k != "n"}
    _, grads = module.J_value_and_grad(**arguments)
    u = grads["U"]
    assert type(u).__name__ == "LowRank"
    assert (u.left.shape, u.right.shape, u.shape, u.dtype) == ((W, 1), (D, 1), (W, D), np.float64)
    np.testing.assert_allclose(np.asarray(u), u.left @ u.right.T, rtol=1e-14)
    out = np.ones((W, D))
    np.testing.assert_allclose(u.add_to(out, 2.0), 1 + 2 * np.asarray(u), rtol=1e-13)


def test_dense_gradients_on_request(sampled: ModuleType) -> None:
    _, grads = sampled.J_value_and_grad(**given(), dense=True)
    assert all(type(g) is np.ndarray for g in grads.values())


def test_only_what_is_asked_for(sampled: ModuleType) -> None:
    _, grads = sampled.J_value_and_grad(**given(), wrt=("V",))
    assert list(grads) == ["V"]


def test_slices_of_parts_that_differ_in_length() -> None:
    text = r"""
With $z \in \mathbb{R}^{W}$, $n \in [W]^{K}$ and $m \in [W]^{M}$:
$$ J = \sum_{k=1}^{K} 2 z_{n_k} + \sum_{l=1}^{M} z_{m_l} $$
"""
    module = symgrad.load(symgrad.read(text=text))
    _, grads = module.J_value_and_grad(z=np.zeros(4), n=np.array([1, 1, 3]), m=np.array([0]))
    np.testing.assert_array_equal(np.asarray(grads["z"]), [1.0, 4.0, 0.0, 2.0])


def test_a_cost_that_its_indices_cancel_from_counts_once_a_member() -> None:
    text = r"With $x, z \in \mathbb{R}^{N}$, $o \in [N]$: $$ J = \sum_i x_i^2 + z_o - z_o $$"
    module = symgrad.load(symgrad.read(text=text))
    value, grads = module.J_batch_value_and_grad(x=np.ones(2), z=np.ones(2), o=np.array([0, 1, 1]))
    assert value == 6
    np.testing.assert_array_equal(grads["x"], [6.0, 6.0])


def test_an_axis_that_cancels_is_still_summed_over() -> None:
    text = r"With $x \in \mathbb{R}^{N}$ and $b \in \mathbb{R}$: $$ J = \sum_i \log(b \exp(x_i)) $$"
    _, grads = symgrad.load(symgrad.read(text=text)).J_value_and_grad(x=np.zeros(5), b=2.0)
    assert grads["b"] == 2.5


def test_what_one_gradient_computes_is_not_asked_of_another() -> None:
    text = r"With $x, a, b \in \mathbb{R}$: $$ J = \sigma(x)^a + b \sigma(-x) $$"
    module = symgrad.load(symgrad.read(text=text))
    point = {"x": 0.3, "a": 2.0, "b": 0.7}
    _, together = module.J_value_and_grad(**point)
    for name, gradient in together.items():
        assert module.J_value_and_grad(**point, wrt=(name,))[1][name] == pytest.approx(gradient, rel=1e-13)


def network(layers: int) -> str:
    """A chain of layers, each a line."""
    names = ", ".join(f"$W^{{({k})}} \\in \\mathbb{{R}}^{{D \\times D}}$" for k in range(1, layers + 1))
    lines = [f"Let $x, u \\in \\mathbb{{R}}^{{D}}$, {names}.", "$$ h^{(0)} = x $$"]
    lines += [f"$$ h^{{({k})}} = \\tanh(W^{{({k})}} h^{{({k - 1})}}) $$" for k in range(1, layers + 1)]
    return "\n\n".join([*lines, f"$$ J = u^\\top h^{{({layers})}} $$"])


def test_backpropagation_grows_with_the_length_of_a_network() -> None:
    lengths = [symgrad.export(symgrad.read(text=network(n))).count("\n") for n in (20, 28, 36)]
    assert lengths[2] - lengths[1] == lengths[1] - lengths[0]


def test_a_gradient_is_added_to_an_array_of_its_own_shape_alone(sampled: ModuleType) -> None:
    _, grads = sampled.J_value_and_grad(**given())
    with pytest.raises(ValueError, match=r"out has shape \(8, 3\); it should have the shape of the gradient, \(7, 3\)"):
        grads["U"].add_to(np.zeros((W + 1, D)))
    _, grads = symgrad.load(symgrad.read(str(SOFTMAX))).J_value_and_grad(
        **{k: given()[k] for k in ("U", "V", "o", "c")}
    )
    with pytest.raises(ValueError, match="out has shape"):
        grads["U"].add_to(np.zeros((W, D + 1)))


def test_a_ragged_list_is_no_array(sampled: ModuleType) -> None:
    with pytest.raises(ValueError, match="U is no array"):
        sampled.J_value_and_grad(**given(U=[[1.0, 2.0], [3.0]]))


def test_an_argument_that_is_changed_later_changes_no_gradient(sampled: ModuleType) -> None:
    n = np.array([2, 2, 0, 5])
    _, grads = sampled.J_value_and_grad(**given(n=n))
    before = np.asarray(grads["U"])
    n[:] = 6
    np.testing.assert_array_equal(np.asarray(grads["U"]), before)
