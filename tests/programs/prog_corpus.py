"""What a program of the corpus is, and the list of all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Program:
    """A function as a user writes it, and arguments to run it with.

    `analytic`: CPython can run it on complex numbers (with `np.zeros` and the like making complex arrays), so that the
    complex step gives its derivative to round-off.  Programs that compare what varies are not: differences do it there.
    `second`: small and smooth enough for second derivatives.  `single`: means the same in float32.
    """

    fun: Callable
    samples: tuple[tuple, ...]
    analytic: bool = True
    second: bool = True
    single: bool = True

    @property
    def name(self) -> str:
        return getattr(self.fun, "__name__", "lambda").strip("<>")


def numbers(*shape: int, seed: int = 0, low: float = 0.3, high: float = 1.5) -> np.ndarray:
    """Numbers of one sign, without ties."""
    return np.random.default_rng(seed).uniform(low, high, shape)


def signed(*shape: int, seed: int = 0) -> np.ndarray:
    """Numbers of both signs."""
    return np.random.default_rng(seed).normal(size=shape)


def all_programs() -> list[Program]:
    import prog_dynamics
    import prog_fields
    import prog_language
    import prog_learning
    import prog_lectures
    import prog_linear
    import prog_objectives
    import prog_stencils

    modules = (
        prog_lectures,
        prog_objectives,
        prog_dynamics,
        prog_stencils,
        prog_linear,
        prog_learning,
        prog_language,
        prog_fields,
    )
    return [program for module in modules for program in module.PROGRAMS]
