"""The evals without the suite: results checked, times against the program itself and against a derivative by hand."""

from __future__ import annotations

import functools
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from typing import Any
from unittest import mock

from autodiff_compiler import grad, lazy
from benchmarks.by_hand.table import adjoint
from benchmarks.gradbench.evals import Call, Eval
from benchmarks.gradbench.peers import jax_of
from benchmarks.gradbench.table import EVALS
from benchmarks.ratio import geometric_mean
from benchmarks.report import Report, Table
from benchmarks.suites.runs import Outcome, Run, outcomes
from benchmarks.timing import interleaved

Row = dict[str, Any]
TOO_SLOW = 0.25  # seconds of a call: nothing larger is tried
# Ratios of the derivative's time to others'.
OVER = {"over_primal": "primal", "over_by_hand": "by hand", "over_jax": "jax"}


def run(names: Iterable[str], backend: str, quick: bool, rounds: int, limit: float) -> Report:
    evals = [EVALS[name] for name in names or EVALS]
    # Nothing is found compiled: the first call of a derivative is measured, too.
    with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, AUTODIFF_COMPILER_CACHE=folder):
        _warm(evals)
        work = [
            Run(f"{e.name}\t{style}", backend, measured, (e.name, style, backend, quick, rounds))
            for e in evals
            for style in _styles(e, backend)
        ]
        return report(list(outcomes(work, limit)), backend, quick)


def _styles(eval_: Eval, backend: str) -> Iterable[str]:
    """Loops over elements are not for CPython to run at these sizes."""
    return eval_.styles if backend == "numba" else (eval_.style(backend),)


def _warm(evals: list[Eval]) -> None:
    """What every process would have to do first, before it is forked: Numba's own start, and the derivatives by hand."""
    lazy.load("numba").njit(_first)(1.0)
    grad(_first, backend="numba")(1.0)
    for eval_ in evals:
        for style in eval_.styles:
            for _, given in eval_.inputs(True):
                adjoint(eval_.name, style)(*eval_.arguments(given))


def _first(x):
    return x * x * x


# -- one program, in a process of its own ------------------------------------------------------------------------------


def measured(name: str, style: str, backend: str, quick: bool, rounds: int) -> dict[str, Any]:
    eval_ = EVALS[name]
    ready: dict[str, Call] = {}
    compiled: dict[str, float] = {}
    for function in (*eval_.derivatives, *filter(None, [eval_.value])):
        began = time.process_time()
        ready[function] = eval_.ready(function, style, backend)
        compiled[function] = time.process_time() - began
    rows: list[Row] = []
    for workload, given in eval_.inputs(quick):
        # Workloads grow; a program that is quadratic where it should be linear would take hours.
        if not rows or rows[-1]["seconds"]["derivative"] < TOO_SLOW:
            rows += _timed(eval_, style, workload, eval_.arguments(given), ready, 3 if quick else rounds)
    return {"compile": compiled, "rows": rows}


def _timed(
    eval_: Eval, style: str, workload: str, args: tuple[Any, ...], ready: dict[str, Call], rounds: int
) -> Iterator[Row]:
    in_jax = jax_of(eval_.name)
    for function in eval_.derivatives:
        calls = {"derivative": ready[function], "by hand": adjoint(eval_.name, style)}
        if in_jax is not None:
            calls["jax"] = in_jax
        for call in calls.values():
            eval_.check(function, args, call(*args))
        if eval_.value:
            calls["primal"] = ready[eval_.value]
            eval_.check(eval_.value, args, ready[eval_.value](*args))
        times = interleaved({key: functools.partial(call, *args) for key, call in calls.items()}, rounds)
        yield {
            "eval": eval_.name,
            "workload": workload,
            "function": function,
            "style": style,
            "seconds": {key: times.median(key) for key in calls},
            **{figure: times.ratio("derivative", key) if key in calls else None for figure, key in OVER.items()},
        }


# -- the tables --------------------------------------------------------------------------------------------------------


def report(found: list[Outcome], backend: str, quick: bool) -> Report:
    rows = [row for one in found for row in one.figures.get("rows", [])]
    data = {
        "backend": backend,
        "rows": rows,
        "compile": [
            {"eval": name, "style": style, "verdict": one.verdict, "detail": one.detail, **one.figures.get("compile", {})}
            for one in found
            for name, style in [one.name.split("\t")]
        ],
        "summary": summary(rows),
    }
    name = "gradbench" if backend == "numba" else f"gradbench_{backend}"
    tables = [_times(rows, data["summary"], backend), _compiling(found), _failures(found)]
    return Report(name, quick, data, [table for table in tables if table.rows])


def summary(rows: list[Row]) -> dict[str, Any]:
    """Geometric means over all rows, and over the best style of each workload."""
    best: dict[tuple[str, str, str], Row] = {}
    for row in rows:
        key = row["eval"], row["workload"], row["function"]
        if key not in best or row["seconds"]["derivative"] < best[key]["seconds"]["derivative"]:
            best[key] = row
    chosen = {"all": rows, "best": list(best.values())}
    return {
        which: {
            figure: geometric_mean(row[figure] for row in some if row[figure])
            for figure in OVER
            if any(row[figure] for row in some)
        }
        for which, some in chosen.items()
    }


def _times(rows: list[Row], total: dict[str, Any], backend: str) -> Table:
    columns = ["eval", "program", "primal", "derivative", "by hand", "/ primal", "/ by hand", "/ JAX"]
    table = Table(f"GradBench, {backend} backend: processor time of a call", columns)
    for row in rows:
        workload = row["workload"] if len(EVALS[row["eval"]].derivatives) == 1 else row["function"]
        seconds = (shown(row["seconds"].get(key)) for key in ("primal", "derivative", "by hand"))
        over = (f"{row[key]:.2f}" if row[key] else "" for key in OVER)
        table.add(f"{row['eval']} {workload}", row["style"], *seconds, *over)
    for which, label in (("all", "geometric mean"), ("best", "of the fastest programs")):
        over = (f"{total[which][key]:.2f}" if key in total[which] else "" for key in OVER)
        table.add(label, "", "", "", "", *over)
    return table


def _compiling(found: list[Outcome]) -> Table:
    table = Table("The first call, seconds of processor time", ["eval", "program", "derivative", "primal"])
    for one in found:
        name, style = one.name.split("\t")
        if one.figures:
            seconds = one.figures["compile"]
            first = sum(seconds[function] for function in EVALS[name].derivatives)
            value = seconds.get(EVALS[name].value)
            table.add(name, style, f"{first:.2f}", "" if value is None else f"{value:.2f}")
    return table


def _failures(found: list[Outcome]) -> Table:
    table = Table("Not right", ["eval", "program", "verdict", "detail"])
    for one in found:
        if one.verdict != "right":
            table.add(*one.name.split("\t"), one.verdict, one.detail[:120])
    return table


def shown(seconds: float | None) -> str:
    if seconds is None:
        return ""
    for unit, scale in (("s", 1.0), ("ms", 1e3)):
        if seconds * scale >= 1.0:
            return f"{seconds * scale:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"
