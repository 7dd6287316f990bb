"""hello: twice the number."""

from __future__ import annotations

from benchmarks.by_hand.kernel import kernel


@kernel
def double(x):
    return x + x
