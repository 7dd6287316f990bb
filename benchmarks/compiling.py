"""How long the first call takes: the gradient under Numba, against the function itself under plain `@njit`, and in the Python backend.

Every program is compiled in a process of its own, which is forked from one where Numba has started already; nothing is found in a cache.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from typing import Any
from unittest import mock

from autodiff_compiler import grad, lazy
from benchmarks.jitted import jitted
from benchmarks.programs import CASES, Case
from benchmarks.ratio import geometric_mean, gradient_of
from benchmarks.report import Report, Table
from benchmarks.suites.runs import Outcome, Run, outcomes

LIMIT = 300.0
MOST = 15.0
"""Seconds that no first call should take; nor should one take more than twice the primal's own, and `MORE` seconds."""
MORE = 2.0


def measured(case: Case) -> dict[str, Any]:
    args = case.arguments("small")
    return {
        "primal": _first_call(lambda: _plain(case, args)),
        "numba": _first_call(lambda: gradient_of(case, "numba")(*case.arguments("small"))),
        "python": _first_call(lambda: gradient_of(case, "python")(*case.arguments("small"))),
    }


def _plain(case: Case, args: tuple[Any, ...]) -> bool:
    """Whether Numba takes the program as it is."""
    try:
        jitted(case.fun)(*args)
    except Exception as error:
        if not type(error).__module__.startswith("numba"):
            raise
        return False
    return True


def _first_call(call: Callable[[], Any]) -> float | None:
    began = time.process_time()
    return None if call() is False else time.process_time() - began


def run(quick: bool = False, cases: Iterable[Case] = CASES) -> Report:
    cases = list(cases)
    with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, AUTODIFF_COMPILER_CACHE=folder):
        lazy.load("numba").njit(_square)(1.0)
        grad(_square, backend="numba")(1.0)
        work = [Run(case.name, "numba", measured, (case,)) for case in (cases[:3] if quick else cases)]
        return report(list(outcomes(work, LIMIT)), quick)


def _square(x: float) -> float:
    return x * x


def report(found: list[Outcome], quick: bool) -> Report:
    rows = [{"program": one.name, **one.figures} for one in found if one.figures]
    compared = [row for row in rows if row["primal"] is not None]
    table = Table("The first call, seconds of processor time", ["program", "@njit", "gradient, Numba", "ratio", "gradient, Python"])
    for row in sorted(rows, key=lambda row: -row["numba"]):
        primal = "refused" if row["primal"] is None else f"{row['primal']:.2f}"
        ratio = "" if row["primal"] is None else f"{row['numba'] / row['primal']:.1f}"
        table.add(row["program"], primal, f"{row['numba']:.2f}", ratio, f"{row['python']:.3f}")
    summary = {
        "geometric mean of the ratios": geometric_mean(row["numba"] / row["primal"] for row in compared),
        "median, Numba": statistics.median(row["numba"] for row in rows),
        "median, Python": statistics.median(row["python"] for row in rows),
        f"above {MOST:g} s": [row["program"] for row in rows if row["numba"] > MOST],
        f"above twice the primal and {MORE:g} s": [
            row["program"] for row in compared if row["numba"] > 2.0 * row["primal"] + MORE
        ],
        "not done": [f"{one.name}: {one.verdict} {one.detail}".strip() for one in found if not one.figures],
    }
    short = Table("In short", ["what", "measured"])
    for what, value in summary.items():
        short.add(what, f"{value:.3g}" if isinstance(value, float) else f"{len(value)}: {', '.join(value)}" if value else "0")
    return Report("compile", quick, {"rows": rows, "summary": summary}, [table, short])
