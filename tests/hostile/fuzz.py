"""``python -m tests.hostile.fuzz FOLDER -max_total_time=600``: fuzzing of reader and checker, guided by their coverage.

Needs ``pip install atheris``. Interesting inputs are kept in the folder; begin with copies of ``derivations/*.md``.
Other options are those of libFuzzer.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["symgrad"]):
    from tests.hostile.guard import complaints


def one_document(data: bytes) -> None:
    """A document must end in a report; it is TeX if it has a command of the preamble or a section, else Markdown."""
    text = data.decode("utf-8", "replace")
    is_tex = any(command in text for command in ("\\section", "\\begin{document}", "\\newcommand", "\\input"))
    said = complaints(text, "fuzzed.tex" if is_tex else "fuzzed.md")
    assert said is None, said


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_document)
    atheris.Fuzz()
