"""Where the generator's decisions come from: a seeded generator for long runs, or Hypothesis, which can shrink them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


class Draw:
    """Decisions of the generator.  The first choice is the simplest one: Hypothesis shrinks towards it."""

    def integer(self, low: int, high: int) -> int:
        raise NotImplementedError

    def pick(self, items: Sequence[T]) -> T:
        return items[self.integer(0, len(items) - 1)]

    def chance(self, percent: int) -> bool:
        """True in so many of a hundred cases; False is the simpler one."""
        return self.integer(0, 99) >= 100 - percent

    def weighted(self, table: Sequence[tuple[int, T]]) -> T:
        """One of the items, each as often as its weight says."""
        at = self.integer(0, sum(weight for weight, _ in table) - 1)
        for weight, item in table:
            if at < weight:
                return item
            at -= weight
        raise AssertionError


class SeededDraw(Draw):
    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def integer(self, low: int, high: int) -> int:
        return self._random.randint(low, high)


class HypothesisDraw(Draw):
    def __init__(self, draw: Callable[[Any], Any]) -> None:
        self._draw = draw

    def integer(self, low: int, high: int) -> int:
        return self._draw(st.integers(low, high))
