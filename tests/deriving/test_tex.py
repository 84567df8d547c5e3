"""Generated LaTeX is set by a real TeX: one document of every gradient and derivation of the library."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from symgrad.gradients.gradient import gradient
from symgrad.gradients.requests import GradientRequests
from symgrad.reading.document_reader import read_document
from symgrad.text.source import Source

ROOT = Path(__file__).parents[2]
HEAD = (
    "\\documentclass{article}\n\\usepackage{amsmath,amssymb}\n\\usepackage[paperwidth=300cm,paperheight=100cm]{geometry}\n"
    "\\nonstopmode\n\\begin{document}\n"
)


def displays() -> list[str]:
    out = []
    for path in sorted((ROOT / "derivations").glob("*.md")):
        asking = GradientRequests(read_document(Source(path.name, path.read_text(encoding="utf-8"))))
        for name in asking.costs():
            for by in asking.parameters(asking.quantity(name)):
                found = gradient(asking, name, [by])
                out += [f"\\[ {found.latex('index')} \\]", found.steps().replace("$$\n\n$$", "$$\n$$")]
    return out


@pytest.mark.tex
def test_everything_generated_is_set(tmp_path: Path) -> None:
    source = tmp_path / "all.tex"
    source.write_text(HEAD + "\n\n".join(displays()) + "\n\\end{document}\n", encoding="utf-8")
    done = subprocess.run(
        ["pdflatex", "-halt-on-error", "-interaction=nonstopmode", source.name],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=300,
        check=False,
    )
    errors = [line for line in done.stdout.splitlines() if line.startswith(("!", "l."))]
    assert done.returncode == 0, "\n".join(errors[:10])
    assert (tmp_path / "all.pdf").exists()
