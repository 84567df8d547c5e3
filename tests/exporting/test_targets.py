"""One contract for all targets: every document's values and gradients are those of the evaluator, in both
precisions; functions with a derivative have the derived one; scores of a thousand do no harm."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, wraps
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import symgrad
from symgrad.exporting.code.python_text import PythonText
from symgrad.exporting.costs import TARGETS, export_document
from symgrad.exporting.graph.array_kinds import ArrayNode
from symgrad.exporting.loading import load_text
from symgrad.reading.document_names import Quantity
from symgrad.text.diagnostic import SymgradError
from tests.cases import each
from tests.exporting.worlds import ROOT, World, batched, costs, documents, exported, installed, needing, vocabulary


@dataclass(frozen=True)
class Side:
    """How a target's arrays are made and read, and how its own differentiation is asked for a gradient."""

    array: Callable[[Any], Any]
    numpy: Callable[[Any], Any]
    derivative: Callable[[Callable[..., Any], dict[str, Any], tuple[str, ...]], dict[str, Any]] | None = None
    ready: Callable[[Callable[..., Any]], Callable[..., Any]] = lambda function: function


def _numpy() -> Side:
    return Side(np.asarray, np.asarray)


def _torch() -> Side:
    import torch

    def derivative(function: Callable[..., Any], given: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
        leaves = {n: torch.as_tensor(given[n]).clone().requires_grad_() for n in names}
        (3 * function(**{**given, **leaves})).backward()
        return {n: x.grad / 3 for n, x in leaves.items()}

    def numpy(x: Any) -> Any:
        return np.asarray(x.detach().to_dense())

    return Side(lambda x: torch.from_numpy(np.array(x)), numpy, derivative)


def _jax() -> Side:
    import jax

    jax.config.update("jax_enable_x64", True)

    def derivative(function: Callable[..., Any], given: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
        rest = {n: x for n, x in given.items() if n not in names}
        reals = {n: given[n] for n in names}
        got = jax.jit(jax.grad(lambda reals: 3 * function(**rest, **reals)))(reals)
        return {n: g / 3 for n, g in got.items()}

    def jitted(function: Callable[..., Any]) -> Callable[..., Any]:
        sizes = re.findall(r"^ *(\w+): whole number$", function.__doc__ or "", re.MULTILINE)
        static = [*sizes, *({"wrt"} & set(inspect.signature(function).parameters))]
        return jax.jit(function, static_argnames=static)

    return Side(jax.numpy.asarray, np.asarray, derivative, jitted)


SIDES = {"numpy": _numpy, "torch": _torch, "jax": _jax}


@cache
def text_of(path: Path, target: str) -> str:
    return export_document(vocabulary(path).document, target=target).text


@cache
def module(path: Path, target: str) -> ModuleType:
    return load_text(text_of(path, target))


@dataclass
class Case:
    """A cost of a document in numbers. ``function``: a generated one, over NumPy's arrays."""

    path: Path
    name: str
    target: str

    def __post_init__(self) -> None:
        self.side = SIDES[self.target]()
        _, self.quantity, plain, vocabulary = next(e for e in exported(self.path) if e[0] == self.name)
        self.world = World(vocabulary)
        self.reference = plain
        self.given = self.world.arguments(getattr(plain, f"{self.name}_value_and_grad"), self.quantity)

    @property
    def cost(self) -> Any:
        q: Quantity = self.quantity
        return q.value.body

    def generated(self, suffix: str = "") -> Any:
        return self.side.ready(getattr(module(self.path, self.target), self.name + suffix))

    def arguments(self, given: dict[str, Any] | None = None, dtype: Any = np.float64) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for name, x in (given or self.given).items():
            kind = np.asarray(x).dtype.kind
            whole = kind in "iu" and np.ndim(x) == 0
            out[name] = x if whole else self.side.array(np.asarray(x, dtype if kind == "f" else None))
        return out


def relative(got: Any, want: Any) -> float:
    want = np.asarray(want)
    return float(np.max(np.abs(np.asarray(got) - want), initial=0.0) / max(1.0, np.max(np.abs(want), initial=0.0)))


every = each(("path", "name"), costs, shares=4)
differentiable = pytest.mark.parametrize("target", [t for t in TARGETS if t != "numpy"])
differentiable_installed = pytest.mark.parametrize("target", [needing(t) for t in TARGETS if t != "numpy"])


def test_every_target_has_a_side() -> None:
    assert SIDES.keys() == TARGETS.keys()


@every
@installed
def test_value_and_gradients(path: Path, name: str, target: str) -> None:
    case = Case(path, name, target)
    given = case.arguments()
    kept = {a: np.array(case.side.numpy(x)) for a, x in given.items() if np.ndim(x)}
    found, cost = (getattr(module(path, target), name + suffix) for suffix in ("_value_and_grad", ""))

    @wraps(found)
    def together(**given: Any) -> Any:
        """All that is asked for, in one program where a target makes programs."""
        both = found(**given)
        singly = list(both[1])[-1:] if target == "jax" else list(both[1])
        return *both, cost(**given), {t: found(**given, wrt=(t,)) for t in singly}

    with np.errstate(all="ignore"):
        value, grads, alone, singles = case.side.ready(together)(**given)
    assert relative(case.side.numpy(value), case.world.value(case.cost)) < 1e-10
    assert relative(case.side.numpy(alone), case.side.numpy(value)) < 1e-13
    assert np.asarray(case.side.numpy(value)).shape == ()
    for tensor, got in grads.items():
        want = case.world.gradient(case.cost, case.world.tensors()[tensor])
        assert tuple(got.shape) == want.shape, tensor
        assert relative(case.side.numpy(got), want) < 1e-10, tensor
    for tensor, (_, single) in singles.items():
        assert list(single) == [tensor]
        assert relative(case.side.numpy(single[tensor]), case.side.numpy(grads[tensor])) < 1e-13, tensor
    for a, x in kept.items():
        np.testing.assert_array_equal(case.side.numpy(given[a]), x)


@every
@installed
def test_single_precision_stays_single(path: Path, name: str, target: str) -> None:
    case = Case(path, name, target)
    with np.errstate(all="ignore"):
        exact, want = getattr(case.reference, f"{name}_value_and_grad")(**case.given)
        value, grads = case.generated("_value_and_grad")(**case.arguments(dtype=np.float32))
    for got, right in ((value, exact), *((g, np.asarray(want[n])) for n, g in grads.items())):
        assert np.asarray(case.side.numpy(got)).dtype == np.float32
        assert relative(case.side.numpy(got), right) < 2e-3


@every
@differentiable_installed
def test_the_derivative_is_the_derived_gradient(path: Path, name: str, target: str) -> None:
    case = Case(path, name, target)
    assert case.side.derivative is not None
    with np.errstate(all="ignore"):
        _, want = getattr(case.reference, f"{name}_value_and_grad")(**case.given, dense=True)
    function = getattr(module(path, target), name)  # indices are known to it
    got = case.side.derivative(function, case.arguments(), tuple(want))
    for tensor, right in want.items():
        assert relative(case.side.numpy(got[tensor]), right) < 1e-12, tensor


@each(("path", "name"), batched, shares=2)
@differentiable_installed
def test_batches(path: Path, name: str, target: str) -> None:
    case = Case(path, name, target)
    assert case.side.derivative is not None
    worlds = [World(case.world.vocabulary, seed) for seed in range(3)]
    single = getattr(case.reference, f"{name}_value_and_grad")
    members = [w.arguments(single, case.quantity) for w in worlds]
    whole = {
        a for a, x in members[0].items() if np.asarray(x).dtype.kind == "i" and (np.ndim(x) or a not in worlds[0].sizes)
    }
    given = {a: np.stack([m[a] for m in members]) if a in whole else x for a, x in members[0].items()}
    value, want = getattr(case.reference, f"{name}_batch_value_and_grad")(**given, dense=True)
    arguments = case.arguments(given)
    got_value, got = case.generated("_batch_value_and_grad")(**arguments)
    assert relative(case.side.numpy(got_value), value) < 1e-12
    derived = case.side.derivative(getattr(module(path, target), f"{name}_batch"), arguments, tuple(want))
    for tensor, right in want.items():
        assert relative(case.side.numpy(got[tensor]), right) < 1e-12, tensor
        assert relative(case.side.numpy(derived[tensor]), right) < 1e-12, tensor


SCORES = r"""
With $s \in \mathbb{R}^{N}$, $t \in [N]$ and $x \in \mathbb{R}^{M}$:
$$ \hat y_a = \frac{\exp(s_a)}{\sum_b \exp(s_b)} $$
$$ J = -\log \hat y_t - \sum_i \log \sigma(x_i) + \sum_i \log(1 + e^{x_i}) $$
"""


@each("dtype", [np.float32, np.float64])
@each("size", [1.0, 30.0, 100.0, 1000.0])
@installed
def test_scores_of_a_thousand(target: str, size: float, dtype: Any) -> None:
    side = SIDES[target]()
    module = load_text(symgrad.export(symgrad.read(text=SCORES), target=target))
    s, x = (np.array(v, dtype) * dtype(size) for v in ([1.0, -1.0, 0.25], [1.0, -1.0]))
    value, grads = module.J_value_and_grad(s=side.array(s), x=side.array(x), t=1)
    p = np.exp(s - s[0], dtype=np.float64) / np.exp(s - s[0], dtype=np.float64).sum()
    loss = 2 * size - np.log(p[0]) + 2 * (size + 2 * np.log1p(np.exp(-size)))
    digits = 16 * np.finfo(dtype).eps
    assert abs(float(value) - loss) <= digits * loss
    np.testing.assert_allclose(side.numpy(grads["s"]), p - [0, 1, 0], rtol=digits, atol=digits)
    np.testing.assert_allclose(side.numpy(grads["x"]), np.tanh(x / 2), rtol=digits, atol=digits)
    if side.derivative is not None:
        given = {"s": side.array(s), "x": side.array(x), "t": 1}
        for name, got in side.derivative(module.J, given, ("s", "x")).items():
            np.testing.assert_allclose(side.numpy(got), side.numpy(grads[name]), rtol=digits, atol=digits)


# --- the text -------------------------------------------------------------------------------------

IMPORTS = {
    "torch": {"import torch"},
    "jax": {"import jax", "import jax.numpy as jnp"},
}
STANDARD = {"from __future__ import annotations", "from collections.abc import Sequence", "from typing import Any"}
STANDARD |= {"import math", "import operator", "from typing import Any, NamedTuple"}


def texts(target: str) -> dict[str, str]:
    """The modules of all documents that have one."""
    return {path.stem: text_of(path, target) for path, _ in costs()}


@differentiable
def test_modules_import_their_library_alone(target: str) -> None:
    for name, text in texts(target).items():
        lines = {x for x in text.splitlines() if x.startswith(("import ", "from "))}
        assert lines <= STANDARD | IMPORTS[target], name


def written(target: str, folder: Path) -> Path:
    """A folder of the modules of all documents."""
    for stem, text in texts(target).items():
        (folder / f"m_{stem}.py").write_text(text, encoding="utf-8")
    return folder


def clean(folder: Path, *command: str) -> None:
    run = subprocess.run([sys.executable, "-m", *command, "."], cwd=folder, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-1000:]


@pytest.mark.parametrize("target", TARGETS)
def test_generated_modules_are_clean(target: str, tmp_path: Path) -> None:
    pytest.importorskip("ruff")
    folder = written(target, tmp_path)
    clean(folder, "ruff", "check", "--isolated", "--line-length", "120")
    clean(folder, "ruff", "format", "--check", "--isolated", "--line-length", "120")


@installed
def test_generated_modules_are_typed(target: str, tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    clean(written(target, tmp_path), "mypy", "--strict")


def test_bytes_do_not_depend_on_the_hash_seed() -> None:
    program = """
import sys, symgrad
targets, *paths = sys.argv[1:]
for path in paths:
    document = symgrad.read(path)
    for target in targets.split():
        sys.stdout.write(symgrad.export(document, target=target))
"""
    paths = [str(p) for p in documents() if p.parent.name == "derivations"]
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program, " ".join(TARGETS), *paths],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "123")
    }
    assert len(outputs) == 1


@pytest.mark.golden
@differentiable
def test_golden_source(target: str) -> None:
    text = symgrad.export(symgrad.read(str(ROOT / "derivations/negative_sampling_array.md")), target=target)
    path = Path(__file__).parent / f"golden/negative_sampling_array.{target}.py.txt"
    if os.environ.get("SYMGRAD_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


@differentiable
def test_a_function_known_only_by_its_name_is_left_out(target: str) -> None:
    with pytest.raises(SymgradError, match="known only by its name"):
        symgrad.export(symgrad.read(str(ROOT / "tests/corpus/glove.md")), target=target)


@differentiable
def test_a_kind_without_a_rule_raises(target: str) -> None:
    class Unknown(ArrayNode):
        __slots__ = ()

    tools = TARGETS[target].tools
    writer = tools.writer(lambda node: PythonText("x"), {}, set(), "x", lambda name, node: None)
    with pytest.raises(TypeError, match="no rule writes a Unknown"):
        writer(object.__new__(Unknown))
