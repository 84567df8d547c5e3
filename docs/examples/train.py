"""Trains the word vectors of skipgram.md on a small corpus that gensim ships, by plain gradient descent.

    pip install gensim matplotlib && python docs/examples/train.py [--epochs 15] [--plot vectors.png]

The functions are those that symgrad exports from the derivation beside this file.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from gensim.models import Word2Vec
from gensim.test.utils import datapath
from gensim.utils import simple_preprocess

import symgrad

DIMENSIONS, WINDOW, DRAWS, BATCH, RATE = 50, 5, 5, 256, 0.05
DOCUMENT = Path(__file__).with_name("skipgram.md")


def sentences() -> list[list[str]]:
    """The corpus, without words that stand in it fewer than five times."""
    lines = Path(datapath("lee_background.cor")).read_text(encoding="utf-8").splitlines()
    tokens = [simple_preprocess(line) for line in lines]
    counts = Counter(word for line in tokens for word in line)
    return [[word for word in line if counts[word] >= 5] for line in tokens]


def pairs(lines: list[list[int]], keep: Any, rng: np.random.Generator) -> tuple[Any, Any]:
    """Centre and outside words of all windows; frequent words are left out at random."""
    centres: list[int] = []
    outside: list[int] = []
    for line in lines:
        words = [w for w in line if rng.random() < keep[w]]
        for k, centre in enumerate(words):
            reach = int(rng.integers(1, WINDOW + 1))
            around = words[max(0, k - reach) : k] + words[k + 1 : k + 1 + reach]
            centres += [centre] * len(around)
            outside += around
    order = rng.permutation(len(centres))
    return np.array(centres)[order], np.array(outside)[order]


def train(lines: list[list[int]], counts: Any, epochs: int) -> tuple[Any, Any]:
    """The two arrays of vectors."""
    rng = np.random.default_rng(1)
    functions = symgrad.load(symgrad.read(str(DOCUMENT)))
    size = counts.size
    U = np.zeros((size, DIMENSIONS), np.float32)
    V = ((rng.random((size, DIMENSIONS)) - 0.5) / DIMENSIONS).astype(np.float32)
    share = counts / counts.sum()
    keep = np.minimum(1, np.sqrt(1e-3 / share) + 1e-3 / share)
    drawn = np.cumsum(share**0.75 / np.sum(share**0.75))
    for epoch in range(epochs):
        start, loss = time.perf_counter(), 0.0
        c, o = pairs(lines, keep, rng)
        n = np.minimum(np.searchsorted(drawn, rng.random((c.size, DRAWS))), size - 1)
        rate = RATE * (1 - epoch / epochs) + 1e-4
        for k in range(0, c.size, BATCH):
            at = slice(k, k + BATCH)
            value, grads = functions.J_batch_value_and_grad(U=U, V=V, o=o[at], c=c[at], n=n[at])
            loss += float(value)
            for name, x in (("U", U), ("V", V)):
                grads[name].add_to(x, scale=-rate)
        seconds = time.perf_counter() - start
        words = sum(map(len, lines))
        print(f"epoch {epoch + 1:2}: loss {loss / c.size:.3f} a pair, {words / seconds:,.0f} words/s", flush=True)
    return U, V


def neighbours(vectors: Any, word: int, count: int = 6) -> Any:
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.argsort(-(unit @ unit[word]))[1 : count + 1]


def plot(vectors: Any, vocabulary: list[str], path: str) -> None:
    """The most frequent words on the two main axes of all vectors."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    centred = vectors - vectors.mean(0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    places = centred @ axes[:2].T
    figure, panel = pyplot.subplots(figsize=(9, 7))
    for k in range(30, 130):
        panel.annotate(vocabulary[k], places[k], fontsize=8)
    panel.set_xlim(places[30:130, 0].min(), places[30:130, 0].max())
    panel.set_ylim(places[30:130, 1].min(), places[30:130, 1].max())
    figure.savefig(path, dpi=120, bbox_inches="tight")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--plot", metavar="FILE")
    options = parser.parse_args()
    text = sentences()
    counted = Counter(word for line in text for word in line).most_common()
    vocabulary = [word for word, _ in counted]
    number = {word: k for k, word in enumerate(vocabulary)}
    lines = [[number[word] for word in line] for line in text]
    print(f"{sum(map(len, lines)):,} words, {len(vocabulary):,} different")
    _, V = train(lines, np.array([count for _, count in counted], float), options.epochs)
    for word in ("australian", "palestinian", "company", "cricket", "police"):
        if word in number:
            print(f"{word}: {', '.join(vocabulary[k] for k in neighbours(V, number[word]))}")
    start = time.perf_counter()
    model = Word2Vec(
        text, vector_size=DIMENSIONS, window=WINDOW, negative=DRAWS, sg=1, min_count=5, workers=1, epochs=options.epochs
    )
    seconds = (time.perf_counter() - start) / options.epochs
    print(f"gensim: {model.corpus_total_words / seconds:,.0f} words/s")
    if options.plot:
        plot(V, vocabulary, options.plot)


if __name__ == "__main__":
    main()
