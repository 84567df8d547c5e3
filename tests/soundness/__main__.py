"""``python -m tests.soundness``: rule on generated steps, block by block; a run that was stopped goes on."""

from __future__ import annotations

import argparse
from pathlib import Path

from tests.soundness.run import BLOCK, run, summary

parser = argparse.ArgumentParser(prog="python -m tests.soundness", description=__doc__)
parser.add_argument("--blocks", type=int, default=10, help=f"blocks of {BLOCK} steps each")
parser.add_argument("--first", type=int, default=0, help="the seed of the first block")
parser.add_argument("--record", type=Path, default=Path(__file__).with_name("generated.jsonl"))
options = parser.parse_args()
found = run(options.record, options.blocks, options.first)
print(summary(found))
for one in found:
    for wrong in one["wrong"]:
        print(
            f"\nseed {one['seed']}, {'true' if wrong['true'] else 'false'} and {wrong['verdict']}:\n{wrong['document']}"
        )
