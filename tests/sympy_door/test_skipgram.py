"""The skip-gram cost built in SymPy: gradients, functions, proofs, comparisons and the document."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import sympy as sp

import symgrad as sg
from symgrad.core.claims import Claim
from symgrad.core.nodes import mul, num
from symgrad.proving.proof import Prover
from symgrad.sympy_costs import sympy_cost
from symgrad.text.diagnostic import SymgradError

W, D = sg.sizes("W D")
U, V = sg.arrays("U V", W, D)
o, c = sg.positions("o c", W)
w, j, k = sg.indices("w j k")


def score(a: Any) -> Any:
    return sp.Sum(U[a, j] * V[c, j], (j, 0, D - 1))


TOTAL = sp.Sum(sp.exp(score(w)), (w, 0, W - 1))
J = -sp.log(sp.exp(score(o)) / TOTAL)
MEAN = sp.Sum(sp.exp(score(w)) * U[w, k], (w, 0, W - 1)) / TOTAL


def hand_coded(U: Any, V: Any, o: int, c: int) -> Any:
    z = U @ V[c]
    y = np.exp(z - z.max())
    y /= y.sum()
    by_V = np.zeros_like(V)
    by_V[c] = U.T @ y - U[o]
    error = y.copy()
    error[o] -= 1
    return -np.log(y[o]), {"U": np.outer(error, V[c]), "V": by_V}


def at(seed: int = 0) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    return {"U": rng.normal(size=(3, 2)), "V": rng.normal(size=(3, 2)), "o": 0, "c": 2}


def test_the_gradient_by_a_column_is_proved_and_in_the_users_symbols() -> None:
    g = sg.gradient(J, V[c, k])
    assert g.free == (k,)
    assert {s for s in g.index.free_symbols if s.is_Symbol} <= {W, D, U.label, V.label, o, c, k}
    assert sg.prove(g.index, MEAN - U[o, k]).verdict == "proved"
    wrong = sg.prove(g.index, MEAN - U[c, k])
    assert wrong.verdict == "refuted"
    assert wrong.witness is not None
    assert repr(wrong) == "<refuted>"


def test_sympy_evaluates_both_forms_to_the_numbers_of_the_function() -> None:
    values = at()
    sizes = {W: 3, D: 2, o: values["o"], c: values["c"]}
    numbers = {U[a, b].subs(sizes): values["U"][a, b] for a in range(3) for b in range(2)}
    numbers |= {V[a, b].subs(sizes): values["V"][a, b] for a in range(3) for b in range(2)}
    _, grads = sg.lambdify(J, wrt=(U, V))(**values)
    by_U, by_V = sg.gradient(J, U), sg.gradient(J, V[c, k])
    whole = [[by_U.index.subs({**sizes, **dict(zip(by_U.free, (a, b), strict=True))}).doit().subs(numbers).doit()
              for b in range(2)] for a in range(3)]  # fmt: skip
    np.testing.assert_allclose(np.array(whole, float), grads["U"])
    column = [by_V.index.subs({**sizes, k: b}).doit().subs(numbers).doit() for b in range(2)]
    np.testing.assert_allclose(np.array(column, float), grads["V"][2])
    np.testing.assert_allclose(by_V.lambdify()(**values), grads["V"][2])
    entries = {sp.MatrixSymbol(n, 3, 2)[a, b]: values[n][a, b] for n in "UV" for a in range(3) for b in range(2)}
    matrix = sg.gradient(J, U).matrix
    assert matrix.shape == (W, D)
    explicit = matrix.subs(sizes).as_explicit().replace(sp.Trace, lambda a: a.as_explicit().trace()).subs(entries)
    np.testing.assert_allclose(np.array(explicit, float), grads["U"])


def test_functions_and_comparisons() -> None:
    f = sg.lambdify(J, wrt=(U, V))
    value, grads = f(**at())
    right = hand_coded(**at())
    np.testing.assert_allclose(value, right[0])
    for name in ("U", "V"):
        np.testing.assert_allclose(grads[name], right[1][name])
    np.testing.assert_allclose(sg.lambdify(J)(**at()), right[0])
    assert sg.check_gradient(f).agrees
    assert sg.check_gradient(hand_coded, at()).agrees
    assert sg.compare(J, hand_coded).right

    def mistaken(U: Any, V: Any, o: int, c: int) -> Any:
        value, grads = hand_coded(U, V, o, c)
        return value, {**grads, "U": grads["U"].T.T * 2}

    assert not sg.compare(J, mistaken).right
    assert sg.check_gradient(mistaken, at()).agrees is False


def test_every_step_of_the_document_is_proved() -> None:
    for wrt in ((U, V), V[c, k], U[w, k], None):
        report = sg.check(sg.read(text=sg.document(J, wrt=wrt)))
        assert report.steps
        assert {s.verdict for s in report.steps} == {"proved"}
        assert not report.diagnostics


def test_a_cost_of_a_document_has_the_same_methods() -> None:
    doc = sg.read(text=sg.document(J, wrt=(U, V)))
    cost = doc.cost("J")
    np.testing.assert_allclose(cost.lambdify(wrt=("U", "V"))(**at())[1]["V"], hand_coded(**at())[1]["V"])
    assert cost.compare(hand_coded).right
    assert cost.gradient("U").matrix is not None
    assert sg.Cost(cost) is cost
    assert sg.prove(cost.sympy, cost.sympy).verdict == "proved"


def test_what_is_no_cost_is_said() -> None:
    for wrong in (3, None, [1], object()):
        for function in (sg.lambdify, sg.Cost, sg.document, sg.gradient):
            with pytest.raises(SymgradError):
                function(wrong)
    with pytest.raises(SymgradError, match="say what to differentiate by"):
        sg.gradient(J)
    with pytest.raises(SymgradError, match="the arguments are"):
        sg.lambdify(J)(U=at()["U"])
    with pytest.raises(SymgradError, match="Integral"):
        sg.Cost(sp.Integral(sp.Symbol("x"), sp.Symbol("x")))


def test_the_package_imports_neither_sympy_nor_numpy() -> None:
    code = "import symgrad, sys; assert not {'sympy', 'numpy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_cost_that_is_read_back_as_it_was_given_needs_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its indices may have other letters, and its factors another order; any other change has to be proved."""
    asked: list[Claim] = []
    monkeypatch.setattr(Prover, "prove", lambda _, claim: asked.append(claim))
    cost = sympy_cost.cost_of(J / 2, written=True)
    assert not asked
    with pytest.raises(SymgradError, match="can't be written as a document"):
        sympy_cost.confirm(cost, mul(num(2), cost.value))
    assert len(asked) == 1


def test_a_size_has_any_name() -> None:
    """Gradients need no text; the document of such a cost can't be written, and says so."""
    for name in ("sigma", "d", "Gamma"):
        n = sg.sizes(name)
        x = sp.IndexedBase("x", shape=(n,), real=True)
        cost = sp.Sum(n * x[k] ** 2, (k, 0, n - 1))
        g = sg.gradient(cost, x)
        assert sg.prove(g.index, 2 * n * x[g.free[0]]).verdict == "proved", name
        with pytest.raises(SymgradError):
            sg.document(cost)
