"""``python -m tests.soundness``: rule on generated steps, or on changed ones, block by block; a stopped run goes on."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.soundness import changed_steps
from tests.soundness.run import BLOCK, recorded, run, summary

parser = argparse.ArgumentParser(prog="python -m tests.soundness", description=__doc__)
parser.add_argument("--of", choices=("generated", *changed_steps.KINDS), default="generated")
parser.add_argument(
    "--blocks", type=int, default=10, help=f"{BLOCK} generated or {changed_steps.BLOCK} changed steps each"
)
parser.add_argument("--first", type=int, default=0, help="the seed of the first block of generated steps")
parser.add_argument("--seed", type=int, default=0, help="the order of the changes")
parser.add_argument("--record", type=Path, help="by default beside this file")
options = parser.parse_args()
record = options.record or Path(__file__).with_name(f"{options.of}.jsonl")

if options.of == "generated":
    found = run(record, options.blocks, options.first)
    print(summary(found))
    for one in found:
        for wrong in one["wrong"]:
            kind = "true" if wrong["true"] else "false"
            print(f"\nseed {one['seed']}, {kind} and {wrong['verdict']}:\n{wrong['document']}")
    sys.exit()

names = [(options.seed, number) for number in range(options.blocks)]
found = recorded(
    record, names, lambda b: (b["seed"], b["block"]), lambda n: changed_steps.block(options.of, n[1], n[0])
)
print(changed_steps.confusion(found))
for one in found:
    for wrong in one["wrong"]:
        print(f"\n{one['document']}:{wrong['line']} {wrong['operator']}, {wrong['verdict']}: {wrong['side']}")
