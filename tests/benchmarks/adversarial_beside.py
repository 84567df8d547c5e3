"""The adversarial pack with SymPy's ``equals`` beside: ``python -m tests.benchmarks.adversarial_beside``.

SymPy is given both sides of each claim as they were read, derivatives taken, so that only the comparison is its own. It
says true, false or that it does not know; an error, or more than ten seconds of processor time, is counted apart.
"""

from __future__ import annotations

import signal
from collections import Counter
from types import FrameType

from symgrad.calculus.differentiate import resolve
from symgrad.checking.documents import check_text
from symgrad.core.claims import Claim
from symgrad.reading.document_reader import read_document
from symgrad.sympy_door.bridge import Bridge
from symgrad.sympy_door.to_sympy import to_sympy
from symgrad.text.source import Source
from tests.soundness.test_adversarial import PACK, WRONG

SECONDS = 10.0


def by_equals(claim: Claim) -> str:
    """What SymPy says of the sides: ``True``, ``False``, ``None``, or how it failed."""

    def stop(_: int, __: FrameType | None) -> None:
        raise TimeoutError

    signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        bridge = Bridge()
        left, right = (to_sympy(resolve(side), bridge) for side in (claim.left, claim.right))
        return str(left.equals(right))
    except TimeoutError:
        return "time"
    except Exception as error:
        return f"error: {type(error).__name__}"
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def main() -> None:
    table: Counter[tuple[str, str, str]] = Counter()
    for declared, claim, right in PACK:
        document = f"{declared}\n\n$$ {claim if claim[0] in '-(' else f'0 + {claim}'} $$\n"
        verdict = check_text(document).steps[0].verdict
        read = read_document(Source("pack.md", document)).steps[0].outcome.claim
        said = "shapes differ" if read is None else by_equals(read)
        truth = "false" if right == WRONG else "true" if "proved" in right else "nowhere defined"
        table[truth, "symgrad", verdict] += 1
        table[truth, "equals", said] += 1
        if said in ("True", "False") and said.lower() != truth:
            print(f"equals says {said}: {claim}")
    for (truth, who, said), count in sorted(table.items()):
        print(f"{truth:16} {who:8} {said:24} {count}")


if __name__ == "__main__":
    main()
