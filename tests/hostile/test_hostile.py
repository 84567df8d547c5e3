"""Hostile documents: a diagnostic with its place, and never a traceback or a hang.

``SYMGRAD_HOSTILE=100000`` sets how many mutated documents are tried (else a thousand, or half of them).
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cases import each
from tests.hostile.guard import complaints
from tests.hostile.mutate import documents
from tests.hostile.pack import PACK
from tests.samples import EXHAUSTIVE, sample

ROOT = Path(__file__).resolve().parents[2]
COUNT = sample(500, 1000, "SYMGRAD_HOSTILE")
PARTS = 10
BYTES = 2_000_000_000
"""Address space within which the whole pack is read; NumPy and SymPy loaded take about a quarter of it."""


@each("name", PACK, shares=3)
def test_pack(name: str) -> None:
    assert complaints(PACK[name]) is None


@each("name", ["only dollars", "unclosed environment", "unclosed groups", "unicode", "a macro of itself"])
def test_pack_as_tex(name: str) -> None:
    assert complaints(PACK[name], "hostile.tex") is None


@pytest.mark.sampled
@each("part", range(PARTS), shares=PARTS)
def test_mutated_documents(part: int) -> None:
    found = []
    for seed, text in documents(part, PARTS, COUNT):
        said = complaints(text)
        if said is not None:
            found.append(f"document {seed}: {said}\n{text[-300:]}")
    assert not found, f"{len(found)} of {COUNT // PARTS}\n" + "\n----\n".join(found[:5])


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line, within a bounded address space."""
    limits = (BYTES, BYTES)
    return subprocess.run(
        [sys.executable, "-m", "symgrad", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=600,
        check=False,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, limits),
    )


def test_memory_is_bounded(tmp_path: Path) -> None:
    names = [n for n, text in PACK.items() if "\ud800" not in text][:: 1 if EXHAUSTIVE else 3]
    for k, name in enumerate(names):
        (tmp_path / f"{k:03}.md").write_text(PACK[name], encoding="utf-8")
    done = run("check", "--format", "json", str(tmp_path))
    assert done.returncode in (1, 3), done.stderr[-2000:]
    assert "MemoryError" not in done.stderr


@each(
    ("name", "data", "status"),
    [
        ("bytes.md", b"\xff\xfe\x00\x80 $$ x = 1 $$", 3),
        ("late.md", b"$x \\in \\mathbb{R}$\n\n$$ 2 x = x + x $$\n\n\xc3\x28", 3),
        ("nul.md", b"\x00" * 1000, 5),
        ("gzip.tex", b"\x1f\x8b\x08\x00" + bytes(range(256)), 3),
        ("empty.md", b"", 5),
        ("empty.tex", b"", 5),
        ("blank.md", b" \n\t\n", 5),
        ("marked.md", b"\xef\xbb\xbf$x \\in \\mathbb{R}$\r\n\r\n$$ 2 x = x + x $$\r\n", 0),
        ("large.md", b"a" * 5_000_000, 3),
        ("noend", b"$$ x = 1", 3),
    ],
)
def test_files_that_are_no_documents(tmp_path: Path, name: str, data: bytes, status: int) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    done = run("check", str(path))
    assert "Traceback" not in done.stderr
    assert done.returncode == status, done.stdout + done.stderr
    if status == 3:
        assert name in done.stdout


def test_places_that_are_no_files(tmp_path: Path) -> None:
    (tmp_path / "folder.md").mkdir()
    (tmp_path / "loop.md").symlink_to(tmp_path / "loop.md")
    for path in ("missing.md", "loop.md"):
        done = run("check", str(tmp_path / path))
        assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stderr
        assert path in done.stderr
    done = run("check", str(tmp_path / "folder.md"))
    assert (done.returncode, "Traceback" in done.stderr) == (5, False), done.stderr


def test_declarations_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("$$ 2 x = x + x $$\n")
    (tmp_path / "b.md").write_bytes(b"\xff\xff")
    done = run("check", str(tmp_path / "a.md"), "--with", str(tmp_path / "b.md"))
    assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stderr
    assert "b.md" in done.stderr
