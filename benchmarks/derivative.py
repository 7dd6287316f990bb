"""Derivatives against numerical differentiation, in time and accuracy, as the number of parameters grows."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from autodiff_compiler import grad
from benchmarks.programs import rosenbrock_slices, signed
from benchmarks.report import Report, Table, progress
from benchmarks.timing import interleaved

SIZES = (1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000)
QUICK = (3, 10)
# Numerical differentiation beyond this takes minutes and tells nothing new.
NUMERICAL_LIMIT = 3_000


def exact(x: np.ndarray) -> np.ndarray:
    """The gradient of Rosenbrock's function by hand, in extended precision."""
    x = x.astype(np.longdouble)
    found = np.zeros_like(x)
    inner = x[1:] - x[:-1] ** 2
    found[:-1] = -400 * x[:-1] * inner - 2 * (1 - x[:-1])
    found[1:] += 200 * inner
    return found


def forward_difference(f: Callable, x: np.ndarray) -> np.ndarray:
    h, base = 1.5e-8, f(x)
    return np.array([(f(moved) - base) / h for moved in _moved(x, h)])


def central_difference(f: Callable, x: np.ndarray) -> np.ndarray:
    h = 6e-6
    return np.array([(f(up) - f(down)) / (2 * h) for up, down in zip(_moved(x, h), _moved(x, -h))])


def complex_step(f: Callable, x: np.ndarray) -> np.ndarray:
    return np.array([f(moved).imag / 1e-30 for moved in _moved(x.astype(complex), 1e-30j)])


def _moved(x: np.ndarray, h: complex) -> Any:
    for i in range(len(x)):
        moved = x.copy()
        moved[i] += h
        yield moved


NUMERICAL = {
    "forward differences": forward_difference,
    "central differences": central_difference,
    "complex step": complex_step,
}


def measure(n: int, rounds: int = 5) -> list[dict[str, Any]]:
    x = signed(n)
    calls: dict[str, Callable[[], Any]] = {
        "the function": functools.partial(rosenbrock_slices, x),
        "ours, python": functools.partial(grad(rosenbrock_slices), x),
        "ours, numba": functools.partial(grad(rosenbrock_slices, backend="numba"), x),
    }
    if n <= NUMERICAL_LIMIT:
        calls |= {name: functools.partial(method, rosenbrock_slices, x) for name, method in NUMERICAL.items()}
    times = interleaved(calls, rounds)
    reference = exact(x)
    rows = []
    for name, call in calls.items():
        error = (
            None
            if name == "the function"
            else float(np.max(np.abs(call() - reference)) / np.max(np.abs(reference), initial=1e-300))
        )
        rows.append({"n": n, "method": name, "seconds": times.median(name), "error": error})
    return rows


def run(quick: bool = False) -> Report:
    sizes = QUICK if quick else SIZES
    rows = [row for n in progress(sizes, lambda n: f"n = {n}") for row in measure(n, 2 if quick else 5)]
    table = Table(
        "Gradient of Rosenbrock's function (slices, NumPy)",
        ["n", "method", "µs per call", "of the function", "relative error"],
    )
    for row in rows:
        base = next(r["seconds"] for r in rows if r["n"] == row["n"] and r["method"] == "the function")
        error = "" if row["error"] is None else f"{row['error']:.1e}"
        table.add(str(row["n"]), row["method"], f"{1e6 * row['seconds']:.1f}", f"{row['seconds'] / base:.1f}", error)
    return Report("derivative", quick, {"rows": rows}, [table])
