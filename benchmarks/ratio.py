"""How much longer a gradient takes than the function it is the gradient of, in both backends."""

from __future__ import annotations

import functools
import math
import statistics
from collections.abc import Callable, Iterable
from typing import Any

from autodiff_compiler import driver, grad
from autodiff_compiler.api.binding import Signature
from autodiff_compiler.api.derivative import Derivative
from autodiff_compiler.options import BACKENDS
from benchmarks.jitted import jitted
from benchmarks.programs import CASES, Case
from benchmarks.report import Report, Table, progress
from benchmarks.timing import interleaved


def gradient_of(case: Case, backend: str) -> Derivative:
    return grad(case.fun, case.wrt, backend=backend)


def lowered_primal(derivative: Derivative, args: tuple) -> Callable:
    """The function itself through our own passes and backend, without a derivative."""
    derivative.source(*args)
    assert derivative._last is not None
    return driver.primal(derivative._last.lowered, derivative.options).call


def primals(case: Case, derivative: Derivative, args: tuple) -> dict[str, Callable[[], Any]]:
    """What a gradient is compared with: under Numba the faster of these, else the function as it is."""
    if derivative.options.backend == "python":
        return {"CPython": functools.partial(case.fun, *args)}
    # Our function takes every argument; those left out here have defaults.
    given = Signature.of(case.fun).bind(args, {}).values()
    found = {"ours": functools.partial(lowered_primal(derivative, args), *given)}
    plain = functools.partial(jitted(case.fun), *args)
    try:
        plain()
    except Exception as error:
        found_error = type(error).__name__
        if not type(error).__module__.startswith("numba"):
            raise
        return found | {f"@njit: {found_error}": found["ours"]}
    return {"@njit": plain} | found


def measure(case: Case, backend: str, quick: bool = False, rounds: int = 9) -> dict[str, Any]:
    """The times of gradient and primals, and the ratio to the fastest primal."""
    args = case.arguments("small" if quick else backend)
    derivative = gradient_of(case, backend)
    base = primals(case, derivative, args)
    times = interleaved({**base, "gradient": functools.partial(derivative, *args)}, 3 if quick else rounds)
    fastest = min(base, key=times.median)
    return {
        "program": case.name,
        "group": case.group,
        "backend": backend,
        "primal": fastest,
        "primal_seconds": times.median(fastest),
        "gradient_seconds": times.median("gradient"),
        "ratio": times.ratio("gradient", fastest),
    }


def geometric_mean(values: Iterable[float]) -> float:
    return math.exp(statistics.fmean(math.log(v) for v in values))


def run(quick: bool = False, cases: Iterable[Case] = CASES, backends: Iterable[str] = BACKENDS) -> Report:
    work = [(backend, case) for backend in backends for case in cases]
    rows = []
    for backend, case in progress(work, lambda item: f"{item[1].name} ({item[0]})"):
        rows.append(measure(case, backend, quick))
    report = Report("ratio", quick, {"rows": rows, "summary": summary(rows)})
    for backend in backends:
        own = [row for row in rows if row["backend"] == backend]
        total = report.data["summary"][backend]
        table = Table(
            f"gradient / primal, {backend} backend", ["program", "primal", "primal ms", "gradient ms", "ratio"]
        )
        for row in own:
            milliseconds = (f"{1e3 * row[key]:.2f}" for key in ("primal_seconds", "gradient_seconds"))
            table.add(f"{row['group']} {row['program']}", row["primal"], *milliseconds, f"{row['ratio']:.2f}")
        table.add("geometric mean", "", "", "", f"{total['geometric_mean']:.2f}")
        table.add(f"largest: {total['worst']}", "", "", "", f"{total['largest']:.2f}")
        report.tables.append(table)
    return report


def summary(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    found = {}
    for backend in dict.fromkeys(row["backend"] for row in rows):
        own = [row for row in rows if row["backend"] == backend]
        worst = max(own, key=lambda row: row["ratio"])
        found[backend] = {
            "geometric_mean": geometric_mean(row["ratio"] for row in own),
            "median": statistics.median(row["ratio"] for row in own),
            "largest": worst["ratio"],
            "worst": worst["program"],
        }
    return found
