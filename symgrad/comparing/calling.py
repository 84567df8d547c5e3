"""Find the user's function, import it from the current folder, and call it."""

from __future__ import annotations

import contextlib
import importlib
import importlib.machinery
import inspect
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from symgrad.comparing.arguments import Arguments
from symgrad.comparing.arguments import as_it_is as _as_it_is
from symgrad.text.diagnostic import SymgradError


class CodeError(SymgradError):
    """The hand-coded function raised, or returned something other than a cost and gradients."""


def load_function(name: str) -> Callable[..., Any]:
    """``module:function``, imported from the current folder; ``folder/file.py:function`` too.

    Raises ``SymgradError`` if it does not exist, ``CodeError`` if the module fails when it is imported.
    """
    where, colon, attribute = name.rpartition(":")
    if not colon or not where or not attribute:
        raise SymgradError(f"{name} is no MODULE:FUNCTION, such as `loss:value_and_grad`")
    module = _module(where)
    found: Any = module
    for part in attribute.split("."):
        if not hasattr(found, part):
            offered = [n for n, v in vars(module).items() if callable(v) and not n.startswith("_")]
            hint = f"; it has {', '.join(offered)}" if offered else ""
            raise SymgradError(f"{where} has no {attribute}{hint}")
        found = _part(found, part, name)
    if not callable(found):
        raise SymgradError(f"{name} is a {type(found).__name__} and no function")
    function: Callable[..., Any] = found
    return function


def _part(owner: Any, part: str, name: str) -> Any:
    """An attribute. For a method of a class, an object is made without arguments."""
    if not inspect.isclass(owner) or not inspect.isfunction(inspect.getattr_static(owner, part)):
        return getattr(owner, part)
    try:
        return getattr(owner(), part)
    except Exception as e:
        raise SymgradError(
            f"{name} is a method, and {owner.__name__}() makes no object to call it on ({_said(e).splitlines()[0]}): "
            f"make one in the module, `obj = {owner.__name__}(…)`, and name its method, obj.{part}"
        ) from e


def _module(where: str) -> Any:
    path = where.removesuffix(".py")
    if path != where or os.sep in where:
        file = Path(where if path != where else f"{where}.py")
        if not file.exists():
            raise SymgradError(f"there is no file {file}")
        folder, name = str(file.parent.resolve()), file.stem
    else:
        folder, name = os.getcwd(), where
    with _importable(folder), _own_output():
        try:
            _forget(name, folder)
            return importlib.import_module(name)
        except ModuleNotFoundError as e:
            if e.name is not None and (name == e.name or name.startswith(f"{e.name}.")):
                raise SymgradError(f"there is no module {where} in {folder if path != where else 'this folder'}") from e
            raise CodeError(f"{where} can't be imported: {_said(e)}") from e
        except (Exception, SystemExit) as e:
            raise CodeError(f"{where} can't be imported: {_said(e)}") from e


def _forget(name: str, folder: str) -> None:
    """Forget a module of the same name that was imported from another folder."""
    importlib.invalidate_caches()
    root = name.partition(".")[0]
    spec = importlib.machinery.PathFinder.find_spec(root, [folder])
    old = sys.modules.get(root)
    if old is None or spec is None or spec.origin == getattr(old, "__file__", None):
        return
    for known in [m for m in sys.modules if m == root or m.startswith(f"{root}.")]:
        del sys.modules[known]


@contextlib.contextmanager
def _importable(folder: str) -> Iterator[None]:
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        with contextlib.suppress(ValueError):
            sys.path.remove(folder)


def _own_output() -> contextlib.AbstractContextManager[Any]:
    """Send what the code prints to standard error, because standard output holds the report."""
    return contextlib.redirect_stdout(sys.stderr)


def invoke(function: Callable[..., Any], arguments: Arguments, values: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Call the function once: its result, and the arrays that it changed in place.

    Raises ``CodeError`` with the file and line where the code raised.
    """
    with _own_output(), np.errstate(all="ignore"):
        try:
            return _called(function, arguments, values)
        except (Exception, SystemExit) as e:
            raise CodeError(f"the function raised {_said(e)}\n  it was called with {shapes(values)}") from e


def _called(
    function: Callable[..., Any], arguments: Arguments, values: Mapping[str, Any]
) -> tuple[Any, dict[str, Any]]:
    """Call the function. If it fails with arrays and PyTorch is imported, call it with tensors that share memory."""
    try:
        return arguments.call(function, values)
    except Exception:
        torch = sys.modules.get("torch")
        if torch is None or arguments.convert is not _as_it_is:
            raise
        for convert in (partial(_tensor, torch, False), partial(_tensor, torch, True)):
            arguments.convert = convert
            with contextlib.suppress(Exception):
                return arguments.call(function, values)
        arguments.convert = _as_it_is
        raise


def _tensor(torch: Any, scalars: bool, x: Any) -> Any:
    if isinstance(x, np.ndarray):
        return torch.from_numpy(x)
    if scalars and isinstance(x, (float, complex)):
        return torch.tensor(x, dtype=torch.complex128 if isinstance(x, complex) else torch.float64)
    return x


def _said(e: BaseException) -> str:
    """The text of an exception, with the last line of the user's own code in its traceback."""
    here = str(Path(__file__).parents[1])
    own = [f for f in traceback.extract_tb(e.__traceback__) if not f.filename.startswith((here, "<frozen"))]
    inner = [f for f in own if "site-packages" not in f.filename] or own
    place = ""
    if inner:
        last = inner[-1]
        file = os.path.relpath(last.filename)
        file = os.path.basename(file) if file.startswith(os.pardir) else file
        place = f"\n  {file}:{last.lineno}: {last.line or ''}".rstrip()
    text = str(e).strip().splitlines()
    return f"{type(e).__name__}{': ' + text[0] if text else ''}{place}"


def defined_at(function: Callable[..., Any]) -> tuple[str, int] | None:
    """The file of a function, relative to the current folder if it is below it, and its first line."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is None or not os.path.isfile(code.co_filename):
        return None
    file = os.path.relpath(code.co_filename)
    return (code.co_filename if file.startswith(os.pardir) else file), code.co_firstlineno


def shapes(values: Mapping[str, Any]) -> str:
    """``U (5, 3), o 2, n (4,)``"""
    said = []
    for k, v in values.items():
        said.append(f"{k} {v.shape}" if isinstance(v, np.ndarray) else f"{k}={v!r}")
    return ", ".join(said)
