"""What a test needs beyond the package, by its mark: skipped with the reason where that is missing."""

from __future__ import annotations

import shutil
from importlib.util import find_spec

import pytest

NEEDS = {
    "torch": (lambda: find_spec("torch") is not None, "PyTorch is not installed"),
    "jax": (lambda: find_spec("jax") is not None, "JAX is not installed"),
    "tex": (lambda: shutil.which("pdflatex") is not None, "no TeX is installed"),
    "browser": (lambda: find_spec("playwright") is not None, "Playwright is not installed"),
    "cluster": (lambda: shutil.which("srun") is not None, "no cluster is at hand"),
}


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "golden: what the tool prints, compared with text that the repository holds")
    for mark, (_, reason) in NEEDS.items():
        config.addinivalue_line("markers", f"{mark}: skipped where {reason}; CONTRIBUTING.md says how to install it")


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark, (there, reason) in NEEDS.items():
        if item.get_closest_marker(mark) and not there():
            pytest.skip(f"{reason}: CONTRIBUTING.md says how to get it")
