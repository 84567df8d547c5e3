"""What a test needs beyond the package, by its mark: skipped with the reason where that is missing.

Hypothesis tries the same examples in every run, however long one takes.
"""

from __future__ import annotations

import gc
import os
import shutil
from importlib.util import find_spec

import pytest
from hypothesis import settings

gc.set_threshold(200_000, 50, 50)  # as on the command line: the collector would walk all interned nodes again and again
os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")  # each program runs once here: compiling it takes longer
settings.register_profile("same on every machine", deadline=None, derandomize=True)
settings.load_profile("same on every machine")

NEEDS = {
    "torch": (lambda: find_spec("torch") is not None, "PyTorch is not installed"),
    "jax": (lambda: find_spec("jax") is not None, "JAX is not installed"),
    "tex": (lambda: shutil.which("pdflatex") is not None, "no TeX is installed"),
    "browser": (
        lambda: find_spec("playwright") is not None and shutil.which("chromium") is not None,
        "Playwright or Chromium is not installed",
    ),
    "dask": (lambda: find_spec("distributed") is not None, "Dask is not installed"),
    "cluster": (lambda: shutil.which("srun") is not None, "no cluster is at hand"),
}


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "sampled: tries more examples with SYMGRAD_THOROUGH=1")
    config.addinivalue_line("markers", "golden: what the tool prints, compared with text that the repository holds")
    for mark, (_, reason) in NEEDS.items():
        config.addinivalue_line("markers", f"{mark}: skipped where {reason}; CONTRIBUTING.md says how to install it")


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark, (there, reason) in NEEDS.items():
        if item.get_closest_marker(mark) and not there():
            pytest.skip(f"{reason}: CONTRIBUTING.md says how to get it")
