"""det: a determinant by expansion along rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autodiff_compiler import grad
from benchmarks.gradbench.evals import Eval, Function, Input, assert_close, floats, primal


def det_levels(A):
    """The recursion without calls: `minor[row]` is the sum so far of the minor that begins at a row, `column[row]` where it stands."""
    n = len(A)
    column = np.zeros(n, dtype=np.int64)
    used = np.zeros(n, dtype=np.bool_)
    minor = np.zeros(n)
    sign = np.ones(n)
    row = 0
    while True:
        c = column[row]
        if c == n:
            if row == 0:
                return minor[0]
            below = minor[row]
            row -= 1
            c = column[row]
            minor[row] += sign[row] * A[row, c] * below
            sign[row] = -sign[row]
            used[c] = False
            column[row] = c + 1
        elif used[c]:
            column[row] = c + 1
        elif row == n - 1:
            minor[row] = A[row, c]
            column[row] = n
        else:
            used[c] = True
            row += 1
            column[row] = 0
            minor[row] = 0.0
            sign[row] = 1.0


def det_subsets(A):
    """Every minor once: `minors[columns]` is that of the last rows and a set of as many columns, a bit for each."""
    n = len(A)
    minors = np.zeros(2**n)
    minors[0] = 1.0
    for columns in range(1, 2**n):
        row = n
        for c in range(n):
            row -= (columns >> c) & 1
        total = 0.0
        sign = 1.0
        for c in range(n):
            if (columns >> c) & 1:
                total += sign * A[row, c] * minors[columns - (1 << c)]
                sign = -sign
        minors[columns] = total
    return minors[2**n - 1]


def minor_below(A, row, used):
    """The minor of the rows from `row` on and the columns that are not used, a bit for each."""
    n = len(A)
    if row == n:
        return 1.0
    total = 0.0
    sign = 1.0
    for c in range(n):
        if not (used >> c) & 1:
            total += sign * A[row, c] * minor_below(A, row + 1, used | (1 << c))
            sign = -sign
    return total


def det_recursion(A):
    return minor_below(A, 0, 0)


PROGRAMS = {"levels": det_levels, "subsets": det_subsets, "recursion": det_recursion}


def arguments(given: Input) -> tuple[np.ndarray]:
    n = int(given["ell"])
    return (floats(given["A"]).reshape(n, n),)


def inputs(quick: bool) -> Iterator[tuple[str, Input]]:
    for n in (1, 4) if quick else (5, 7, 9):
        yield str(n), {"A": np.random.default_rng(n).uniform(size=n * n).tolist(), "ell": n}


def check(name: str, args: tuple[Any, ...], result: Any) -> None:
    (A,) = args
    value = np.linalg.det(A)
    assert_close(result, value if name == "primal" else value * np.linalg.inv(A).T, 1e-9)


EVAL = Eval(
    "det",
    tuple(PROGRAMS),
    {
        "primal": Function(lambda style, backend: primal(PROGRAMS[style], backend)),
        "gradient": Function(
            lambda style, backend: grad(PROGRAMS[style], backend=backend),
            lambda gradient: gradient.ravel().tolist(),
        ),
    },
    arguments,
    inputs,
    check,
    {"python": "subsets", "numba": "subsets"},
)
