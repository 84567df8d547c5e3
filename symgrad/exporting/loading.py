"""A generated module, imported from its text."""

from __future__ import annotations

import hashlib
from importlib.abc import InspectLoader
from importlib.util import module_from_spec, spec_from_loader
from types import ModuleType


class _Loader(InspectLoader):
    """Provides the source of one module, for import and for tracebacks."""

    def __init__(self, text: str) -> None:
        self.text = text

    def get_source(self, fullname: str) -> str:
        return self.text


def load_text(text: str) -> ModuleType:
    """The module of a text that ``export_document`` wrote. It is not entered in ``sys.modules``."""
    name = f"symgrad_generated_{hashlib.sha256(text.encode()).hexdigest()[:12]}"
    loader = _Loader(text)
    spec = spec_from_loader(name, loader, origin=f"<{name}>")
    assert spec is not None  # a loader is given
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module
