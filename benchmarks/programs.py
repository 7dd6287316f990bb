"""The programs that are measured: those of the corpus in tests/programs, with a scalar result and at sizes worth timing."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

sys.path.append(str(Path(__file__).parent.parent / "tests" / "programs"))

from prog_corpus import numbers, signed
from prog_dynamics import damped_oscillator, logistic_map, newton_break, newton_while, rk4
from prog_learning import attention_loss, convolution, convolution_shifted, kmeans, kmeans_loop, lstm
from prog_linear import (
    cholesky,
    cholesky_rows,
    forward_substitution,
    gram_schmidt_loss,
    lu,
    lu_slices,
    matrix_power_trace,
    solve_spd,
)
from prog_objectives import (
    gmm,
    gmm_arrays,
    logistic_arrays,
    logistic_loop,
    logsumexp,
    rosenbrock_loop,
    rosenbrock_slices,
)
from prog_stencils import (
    bubble_sort,
    burgers_in_place,
    burgers_loops,
    burgers_swapped,
    heat_2d,
    heat_add_in_place,
    heat_in_place,
    heat_loops,
    heat_swapped,
    prefix_products_loss,
    recurrence,
)

__all__ = ["CASES", "Case", "heat_loss", "labels", "logsumexp", "numbers", "rosenbrock_slices", "signed"]

# -- scalar results for programs that have arrays, and arrays of problems for programs that take a number --------------


def rk4_loss(y0, p, n):
    return np.sum(rk4(y0, p, 10.0, n) ** 2)


def newton_while_many(a):
    total = 0.0
    for i in range(len(a)):
        total += newton_while(a[i])
    return total


def newton_break_many(a):
    total = 0.0
    for i in range(len(a)):
        total += newton_break(a[i], 50)
    return total


def heat_swapped_loss(u, nu, steps):
    return np.sum(heat_swapped(u, nu, steps) ** 2)


def recurrence_loss(x, y):
    return np.sum(recurrence(x, y) ** 2)


def bubble_sort_loss(x, w):
    return np.sum(w * bubble_sort(x))


def cholesky_loss(A):
    return np.sum(cholesky(A) ** 2)


def cholesky_rows_loss(A):
    return np.sum(cholesky_rows(A) ** 2)


def lu_loss(A):
    return np.sum(lu(A) ** 2)


def lu_slices_loss(A):
    return np.sum(lu_slices(A) ** 2)


def substitution_loss(L, b):
    return np.sum(forward_substitution(L, b) ** 2)


def heat_loss(u, nu, steps):
    return heat_in_place(u, nu, steps).sum()


def convolution_loss(image, kernel):
    return np.sum(np.tanh(convolution(image, kernel)) ** 2)


# -- arguments by size -------------------------------------------------------------------------------------------------


def spd(n: int) -> np.ndarray:
    a = signed(n, n)
    return a @ a.T / n + 4.0 * np.eye(n)


def dominant(n: int) -> np.ndarray:
    return signed(n, n) / np.sqrt(n) + 5.0 * np.eye(n)


def labels(n: int) -> np.ndarray:
    return (signed(n) > 0).astype(float)


def mixture(n: int) -> tuple:
    return signed(10), signed(10, 8, seed=1), 0.3 * signed(10, 8, seed=2), signed(n, 8, seed=3)


def cell(steps: int, width: int = 32) -> tuple:
    sequence = signed(steps, width, seed=1), signed(steps, width, seed=2)
    return signed(4 * width, 2 * width) / width, 0.1 * signed(4 * width, seed=3), *sequence


@dataclass(frozen=True)
class Case:
    """A program, what it is differentiated with respect to, and its arguments at a size.

    `group` is the number of its family in the list of programs that must work.  At size `numba` the compiled primal takes
    a millisecond or more, at size `python` CPython takes about as long; `small` is for static counts and quick runs.
    """

    group: int
    fun: Callable
    make: Callable[[int], tuple]
    wrt: int | tuple[int, ...]
    numba: int
    python: int
    small: int = 6

    @property
    def name(self) -> str:
        return self.fun.__name__

    def arguments(self, size: str) -> tuple[Any, ...]:
        return self.make(getattr(self, size))


CASES = [
    Case(2, rosenbrock_loop, lambda n: (signed(n),), 0, 5_000_000, 4_000),
    Case(2, rosenbrock_slices, lambda n: (signed(n),), 0, 8_000_000, 500_000),
    Case(2, logistic_loop, lambda n: (signed(20), signed(n, 20, seed=1), labels(n)), 0, 80_000, 400),
    Case(2, logistic_arrays, lambda n: (signed(20), signed(n, 20, seed=1), labels(n)), 0, 70_000, 50_000),
    Case(2, gmm, mixture, (0, 1, 2), 2_000, 50),
    Case(2, gmm_arrays, mixture, (0, 1, 2), 15_000, 4_000),
    Case(3, rk4_loss, lambda n: (np.array([1.0, 0.5]), np.array([1.1, 0.4, 0.3, 0.6]), n), (0, 1), 10_000, 150, small=100),
    Case(3, newton_while_many, lambda n: (numbers(n),), 0, 100_000, 1_500),
    Case(3, newton_break_many, lambda n: (numbers(n),), 0, 70_000, 1_200),
    Case(3, damped_oscillator, lambda n: (1.0, 0.3, 1e-3, n, 1e-300), (0, 1, 2), 400_000, 15_000),
    Case(3, logistic_map, lambda n: (0.3, 3.0, n), (0, 1), 800_000, 40_000),
    Case(4, heat_add_in_place, lambda n: (numbers(n), 0.1, 100), 0, 20_000, 10_000),
    Case(4, heat_swapped_loss, lambda n: (numbers(n), 0.1, 400), 0, 20_000, 10_000),
    Case(4, heat_loops, lambda n: (numbers(n), 0.1, 600), 0, 20_000, 10),
    Case(4, heat_2d, lambda n: (numbers(n, n), 0.1, 20), 0, 400, 200),
    Case(4, burgers_in_place, lambda n: (numbers(n), 0.1, 200), 0, 20_000, 10_000),
    Case(4, burgers_swapped, lambda n: (numbers(n), 0.1, 400), 0, 20_000, 10_000),
    Case(4, burgers_loops, lambda n: (numbers(n), 0.1, 600), 0, 20_000, 10),
    Case(4, recurrence_loss, lambda n: (0.9 * np.tanh(signed(n)), signed(n, seed=1)), (0, 1), 1_000_000, 8_000),
    Case(4, prefix_products_loss, lambda n: (1.0 + signed(n) / n,), 0, 1_200_000, 10_000),
    Case(4, bubble_sort_loss, lambda n: (signed(n), signed(n, seed=1)), (0, 1), 1_200, 150),
    Case(5, cholesky_loss, lambda n: (spd(n),), 0, 300, 30),
    Case(5, cholesky_rows_loss, lambda n: (spd(n),), 0, 250, 50),
    Case(5, lu_loss, lambda n: (dominant(n),), 0, 250, 25),
    Case(5, lu_slices_loss, lambda n: (dominant(n),), 0, 200, 120),
    Case(5, substitution_loss, lambda n: (dominant(n), signed(n, seed=1)), (0, 1), 4_500, 120),
    Case(5, solve_spd, lambda n: (spd(n), signed(n)), (0, 1), 300, 28),
    Case(5, gram_schmidt_loss, lambda n: (signed(n, n), signed(n, n, seed=1)), (0, 1), 150, 35),
    Case(5, matrix_power_trace, lambda n: (signed(n, n) / n, 13), 0, 180, 180),
    Case(6, lstm, cell, (0, 1), 600, 120),
    Case(6, attention_loss, lambda n: (signed(n, 32), *(signed(32, 32, seed=s) / 6 for s in (1, 2, 3))), (0, 1, 2, 3), 400, 400),
    Case(6, convolution_loss, lambda n: (signed(n, n), signed(5, 5, seed=1)), (0, 1), 250, 30),
    Case(6, convolution_shifted, lambda n: (signed(n, n), signed(5, 5, seed=1)), (0, 1), 300, 300),
    Case(6, kmeans, lambda n: (signed(20, 8), signed(n, 8, seed=1)), (0, 1), 20_000, 3_000),
    Case(6, kmeans_loop, lambda n: (signed(20, 8), signed(n, 8, seed=1)), (0, 1), 10_000, 40),
]  # fmt: skip
