"""Declarations in words are found in time linear in the length of a paragraph."""

from __future__ import annotations

import time

from symgrad.reading.document.block_reader import Inline, read_blocks
from symgrad.reading.document.said_declarations import said_declarations
from symgrad.reading.document.sentences import proses
from symgrad.text.source import Source
from tests.cases import each


@each(
    "text",
    [
        "Let $W$ be a real square symmetric " + "symmetric " * 2000 + "matrix of size $D$.",
        "$a$, " * 500 + "are $N$-vectors.",
        "$W$ ($D \\times M$) " * 500,
    ],
)
def test_words_without_end(text: str) -> None:
    formulas = [block for block in read_blocks(Source("text.md", text)).items if isinstance(block, Inline)]
    prose = proses(formulas)
    start = time.process_time()
    said_declarations(formulas, prose)
    assert time.process_time() - start < 10
