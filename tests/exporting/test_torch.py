"""What modules for PyTorch have beyond the contract of all targets."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symgrad
from symgrad.exporting.loading import load_text
from tests.cases import each
from tests.exporting.test_targets import Case
from tests.exporting.worlds import ROOT, costs

pytestmark = pytest.mark.torch
torch = pytest.importorskip("torch", reason="PyTorch is not installed")
W, D = 7, 3


def generated(name: str) -> Any:
    return load_text(symgrad.export(symgrad.read(str(ROOT / f"derivations/{name}.md")), target="torch"))


def given(**other: Any) -> dict[str, Any]:
    rng = np.random.default_rng(1)
    u, v = (torch.from_numpy(rng.normal(size=s)) for s in ((W, D), (D, W)))
    return {"U": u, "V": v, "n": torch.tensor([2, 2, 0, 5]), "o": 1, "c": 3, **other}


@each(("path", "name"), costs)
def test_gradcheck(path: Path, name: str) -> None:
    case = Case(path, name, "torch")
    arguments = case.arguments()
    _, grads = case.generated("_value_and_grad")(**arguments)
    leaves = [torch.as_tensor(arguments[n]).clone().requires_grad_() for n in grads]

    def function(*leaves: Any) -> Any:
        return case.generated()(**{**arguments, **dict(zip(grads, leaves, strict=True))})

    assert torch.autograd.gradcheck(function, leaves, eps=1e-6, atol=1e-5, rtol=1e-4)


@each(
    ("wrong", "words"),
    [
        ({"V": torch.zeros(W, D, dtype=torch.float64)}, r"V has shape \(7, 3\).*\(D, W\)"),
        ({"U": torch.zeros(W, dtype=torch.float64)}, "U has 1 axes"),
        ({"U": torch.zeros(W, D, dtype=torch.int64)}, "U has dtype int64.*float"),
        ({"U": torch.zeros(W, D, dtype=torch.bfloat16)}, "U has dtype bfloat16"),
        ({"V": torch.zeros(D, W)}, "V has dtype float32.*U"),
        ({"U": torch.zeros(W, D, device="meta", dtype=torch.float64)}, "V is on cpu.*U is, on meta"),
        ({"o": W}, "o is 7.*0 to W - 1 = 6"),
        ({"o": -1}, "o is -1"),
        ({"o": 1.0}, "o is 1.0.*whole"),
        ({"n": torch.tensor([0, 7])}, "n holds 7"),
        ({"n": torch.tensor([0, -1])}, "n holds -1"),
        ({"n": torch.tensor([0.0])}, "n has dtype float32"),
        ({"n": torch.tensor(1)}, "n has 0 axes"),
    ],
)
def test_wrong_arguments(wrong: dict[str, Any], words: str) -> None:
    module = generated("negative_sampling_array")
    for function in (module.J, module.J_value_and_grad):
        with pytest.raises(ValueError, match=words):
            function(**given(**wrong))


def test_wrt_names_an_argument() -> None:
    with pytest.raises(ValueError, match=r"wrt names 'Q'.*U, V"):
        generated("negative_sampling_array").J_value_and_grad(**given(), wrt=("U", "Q"))


def test_a_gradient_that_is_not_there_is_refused() -> None:
    document = symgrad.read(str(ROOT / "derivations/negative_sampling_array.md"))
    module = load_text(symgrad.export(document, wrt=["U"], target="torch"))
    arguments = given()
    with pytest.raises(ValueError, match="V requires a gradient; there are those by U"):
        module.J(**{**arguments, "V": arguments["V"].requires_grad_()})


def test_a_window_and_a_set() -> None:
    window, members = generated("skipgram_window_softmax"), generated("negative_sampling_set")
    arguments = {"U": torch.ones(W, D), "V": torch.ones(D, W)}
    window.J(**arguments, w=[0, 1, 2, 3, 4], m=2, c=2)
    with pytest.raises(ValueError, match="c reaches"):
        window.J(**arguments, w=[0, 1, 2, 3, 4], m=2, c=1)
    with pytest.raises(ValueError, match="N holds a position twice"):
        members.J(**arguments, o=0, c=1, N=torch.tensor([2, 3, 2]))


def test_an_optimiser_goes_down_by_the_derived_gradient() -> None:
    module, arguments = generated("negative_sampling_array"), given()
    leaves = [arguments[n].requires_grad_() for n in ("U", "V")]
    optimiser = torch.optim.Adam(leaves, lr=0.1)
    values = []
    for _ in range(20):
        optimiser.zero_grad()
        value = module.J(**arguments)
        value.backward()
        optimiser.step()
        values.append(value.item())
    assert all(later < sooner for sooner, later in pairwise(values))


def test_nothing_is_tracked_where_no_gradient_is_asked_for() -> None:
    module, arguments = generated("negative_sampling_array"), given()
    arguments["U"].requires_grad_()
    with torch.no_grad():
        assert not module.J(**arguments).requires_grad
    value, grads = module.J_value_and_grad(**arguments)
    assert not value.requires_grad
    assert not any(g.requires_grad for g in grads.values())


def test_gradients_flow_through_to_what_arguments_are_computed_from() -> None:
    module, arguments = generated("negative_sampling_array"), given()
    scale = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    module.J(**{**arguments, "U": scale * arguments["U"]}).backward()
    _, grads = module.J_value_and_grad(**{**arguments, "U": 2 * arguments["U"]})
    torch.testing.assert_close(scale.grad, (grads["U"] * arguments["U"]).sum())


def test_a_second_derivative_is_refused_and_not_wrong() -> None:
    module, arguments = generated("negative_sampling_array"), given()
    u = arguments["U"].requires_grad_()
    with pytest.raises(RuntimeError, match="differentiated again"):
        torch.autograd.grad(module.J(**arguments), u, create_graph=True)


def test_gradients_share_no_memory_with_arguments() -> None:
    text = r"With $x, y \in \mathbb{R}^{N}$: $$ J = \sum_i x_i y_i $$"
    module = load_text(symgrad.export(symgrad.read(text=text), target="torch"))
    x, y = torch.ones(3), torch.arange(3.0)
    _, grads = module.J_value_and_grad(x=x, y=y)
    grads["x"][0] = 9
    assert y[0] == 0


def test_positions_apart_from_each_other() -> None:
    text = r"""
With $A \in \mathbb{R}^{N \times D \times N \times M}$, $n, k \in [N]^{K}$, $d \in [D]$, $o \in [N]$:
$$ J = \sum_{a=1}^{K} \sum_{m} A_{n_a d k_a m}^2 + \sum_{a=1}^{K} \sum_i A_{o i n_a 1}^3 $$
"""
    module = load_text(symgrad.export(symgrad.read(text=text), target="torch"))
    plain = symgrad.load(symgrad.read(text=text))
    arguments = {"n": np.array([0, 1, 1]), "k": np.array([2, 3, 3]), "d": 1, "o": 2}
    array = np.random.default_rng(0).normal(size=(5, 2, 5, 3))
    value, grads = plain.J_value_and_grad(A=array, **arguments, dense=True)
    got, dense = module.J_value_and_grad(A=torch.from_numpy(array), **arguments)
    assert float(got) == pytest.approx(value, rel=1e-13)
    np.testing.assert_allclose(dense["A"].numpy(), grads["A"], rtol=1e-13)


MIDDLE = r"""
With $A \in \mathbb{R}^{N \times D \times M}$ and $n \in [D]^{K}$: $$ J = \sum_{k=1}^{K} \sum_{a, m} A_{a n_k m}^2 $$
"""


def test_gradients_of_few_slices_are_sparse_unless_dense_ones_are_asked_for() -> None:
    module, arguments = generated("negative_sampling_array"), given()
    _, grads = module.J_value_and_grad(**arguments)
    _, dense = module.J_value_and_grad(**arguments, dense=True)
    assert all(g.is_sparse for g in grads.values())
    assert not any(g.is_sparse for g in dense.values())
    assert grads["U"]._nnz() == 5  # the slices themselves, repeated ones too
    for name, g in grads.items():
        torch.testing.assert_close(g.to_dense(), dense[name], rtol=0, atol=0)
    _, whole = generated("skipgram_window_softmax").J_value_and_grad(
        U=arguments["U"], V=arguments["V"], w=[0, 1, 2, 3, 4], m=2, c=2
    )
    assert not whole["U"].is_sparse  # an outer product


def test_slices_along_an_axis_in_the_middle() -> None:
    module = load_text(symgrad.export(symgrad.read(text=MIDDLE), target="torch"))
    array, n = torch.randn(3, 5, 2), torch.tensor([4, 1, 4])
    _, grads = module.J_value_and_grad(A=array, n=n)
    _, dense = module.J_value_and_grad(A=array, n=n, dense=True)
    want = torch.zeros(3, 5, 2).index_add_(1, n, 2 * array[:, n])
    assert grads["A"].is_sparse
    torch.testing.assert_close(dense["A"], want)
    torch.testing.assert_close(grads["A"].to_dense(), want)


@each("name", ["J", "J_batch"])
def test_sparse_backward_passes_are_those_of_dense_ones(name: str) -> None:
    module, arguments = generated("negative_sampling_array"), given()
    if name == "J_batch":
        arguments |= {"n": torch.tensor([[2, 2, 0], [5, 1, 1]]), "o": torch.tensor([1, 2]), "c": torch.tensor([3, 3])}
    leaves = [arguments[n].requires_grad_() for n in ("U", "V")]
    want = torch.autograd.grad(3 * getattr(module, name)(**arguments), leaves)
    value = 3 * getattr(module, name)(**arguments, sparse=True)
    for _ in range(2):  # what is kept for the backward pass is not spent by it
        for got, right in zip(torch.autograd.grad(value, leaves, retain_graph=True), want, strict=True):
            assert got.is_sparse
            torch.testing.assert_close(got.to_dense(), right)


def test_sparse_gradients_do_not_follow_the_indices_given() -> None:
    module, arguments = generated("negative_sampling_array"), given()
    draws, centres = torch.tensor([[2, 0]]), torch.tensor([3])
    arguments |= {"n": draws, "o": torch.tensor([1]), "c": centres}
    _, grads = module.J_batch_value_and_grad(**arguments)
    kept = grads["V"].to_dense()
    centres[0] = 5
    torch.testing.assert_close(grads["V"].to_dense(), kept)


@each("optimiser", ["SGD", "SparseAdam"])
def test_sparse_gradients_go_with_optimisers(optimiser: str) -> None:
    module, arguments = generated("negative_sampling_array"), given()
    leaves = [arguments[n].requires_grad_() for n in ("U", "V")]
    before = [x.detach().clone() for x in leaves]
    steps = getattr(torch.optim, optimiser)(leaves, lr=0.1)
    values = []
    for _ in range(20):
        steps.zero_grad()
        value = module.J(**arguments, sparse=True)
        value.backward()
        steps.step()
        values.append(value.item())
    assert all(later < sooner for sooner, later in pairwise(values))
    touched = (leaves[0] != before[0]).any(1)
    assert touched.tolist() == [True, True, True, False, False, True, False]


def test_many_slices_add_up_as_few_do() -> None:
    module, arguments = generated("negative_sampling_array"), given(n=torch.arange(1100) % W)
    _, grads = module.J_value_and_grad(**arguments)
    _, dense = module.J_value_and_grad(**arguments, dense=True)
    torch.testing.assert_close(dense["U"], grads["U"].to_dense())


def test_what_a_backward_pass_keeps_does_not_grow_with_the_vocabulary() -> None:
    module, arguments = generated("negative_sampling_array"), given()
    leaves = [arguments[n].requires_grad_() for n in ("U", "V")]
    kept: list[int] = []

    def counted(x: Any) -> Any:
        kept.append(x.numel())
        return x

    with torch.autograd.graph.saved_tensors_hooks(counted, lambda x: x):
        value = module.J(**arguments)
    torch.autograd.grad(value, leaves)
    assert sum(kept) == 5 * D + 5 + D + 1


def test_many_backward_passes_at_once() -> None:
    module, arguments = generated("negative_sampling_array"), given()
    leaves = [arguments[n].requires_grad_() for n in ("U", "V")]
    value = module.J(**arguments)
    upstream = torch.tensor([1.0, 2.0], dtype=torch.float64)
    many = torch.autograd.grad(value, leaves, upstream, is_grads_batched=True, retain_graph=True)
    for got, one in zip(many, torch.autograd.grad(value, leaves), strict=True):
        torch.testing.assert_close(got, torch.stack((one, 2 * one)))
