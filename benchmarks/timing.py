"""Timing: variants take turns, and what is reported are medians, so that a busy machine disturbs all of them alike.

Seconds are processor time of this process: what other processes take is not counted.  Everything runs on one thread.
"""

from __future__ import annotations

import ctypes
import gc
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

# Longer than the clock's grain by far; a call that is shorter is repeated.
AT_LEAST = 2e-3


@dataclass
class Timings:
    """Seconds per call of each variant, one entry per round."""

    rounds: dict[str, list[float]]

    def median(self, name: str) -> float:
        return statistics.median(self.rounds[name])

    def ratio(self, name: str, base: str) -> float:
        """The median of the rounds' ratios: a round's two timings saw the same machine."""
        return statistics.median(a / b for a, b in zip(self.rounds[name], self.rounds[base], strict=True))


def keep_memory() -> bool:
    """Let glibc keep what is freed, for this process; False where there is no glibc.

    By default it gives large arrays back to the system at once, and every call pays for the page faults of getting them
    again: on a virtual machine several times the arithmetic, and nothing that two ways of computing differ in.
    """
    trim_threshold, mmap_max = -1, -4
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    return mallopt is not None and bool(mallopt(mmap_max, 0)) and bool(mallopt(trim_threshold, 2**31 - 1))


def interleaved(calls: Mapping[str, Callable[[], Any]], rounds: int = 9, at_least: float = AT_LEAST) -> Timings:
    """Each round calls every variant in turn; the first calls, which may compile, are not counted."""
    numbers = {name: _repetitions(call, at_least) for name, call in calls.items()}
    taken: dict[str, list[float]] = {name: [] for name in calls}
    enabled = gc.isenabled()
    gc.disable()
    try:
        for _ in range(rounds):
            for name, call in calls.items():
                taken[name].append(_once(call, numbers[name]))
    finally:
        if enabled:
            gc.enable()
    return Timings(taken)


def seconds(call: Callable[[], Any], rounds: int = 5, at_least: float = AT_LEAST) -> float:
    """The median time of a call."""
    return interleaved({"call": call}, rounds, at_least).median("call")


def _once(call: Callable[[], Any], number: int) -> float:
    start = time.process_time()
    for _ in range(number):
        call()
    return (time.process_time() - start) / number


def _repetitions(call: Callable[[], Any], at_least: float) -> int:
    call()
    return max(1, round(at_least / max(_once(call, 1), 1e-8)))
