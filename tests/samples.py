"""How many random examples a test tries: some by default, more with ``SYMGRAD_THOROUGH=1``, as ``.ci/run`` does.

Tests that sample have the mark ``sampled``; with ``SYMGRAD_THOROUGH=2`` some others, too, try all that they know. A
variable of its own sets the number of one of them::

    SYMGRAD_HOSTILE=100000 pytest tests/hostile
"""

from __future__ import annotations

import os

LEVEL = int(os.environ.get("SYMGRAD_THOROUGH") or 0)
THOROUGH, EXHAUSTIVE = LEVEL >= 1, LEVEL >= 2


def sample(usual: int, thorough: int, variable: str = "") -> int:
    """The number of examples; a variable that is set to ``all`` asks for every one."""
    asked = os.environ.get(variable, "")
    if asked:
        return 10**9 if asked == "all" else int(asked)
    return thorough if THOROUGH else usual
