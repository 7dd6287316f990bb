"""A job in a process of its own, with a limit of time: what kills or holds up a process ends one run, not the suite."""

from __future__ import annotations

import multiprocessing
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from autodiff_compiler.diagnostics import AutodiffError, InternalError
from benchmarks.report import Report, Table, progress

VERDICTS = {
    "right": "the value and every derivative that was asked for agree",
    "wrong": "a number that is not the derivative, or not the value",
    "refused": "an error of ours with a code",
    "failed": "another exception, or the end of the process",
    "late": "not done within the limit of time",
}


@dataclass(frozen=True)
class Run:
    """One program in one backend; `work(*arguments)` returns figures, and raises `AssertionError` where something is wrong."""

    name: str
    backend: str
    work: Callable[..., dict[str, Any] | None]
    arguments: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Outcome:
    name: str
    backend: str
    verdict: str
    detail: str = ""
    figures: dict[str, Any] = field(default_factory=dict)


def outcomes(runs: list[Run], seconds: float) -> Iterator[Outcome]:
    for run in progress(runs, lambda run: f"{run.name} ({run.backend})"):
        yield outcome(run, seconds)


def outcome(run: Run, seconds: float) -> Outcome:
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_report, args=(run, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        if not ours.poll(seconds):
            return Outcome(run.name, run.backend, "late", f"more than {seconds:g} s")
        verdict, detail, figures = ours.recv()
    except EOFError:
        process.join()
        return Outcome(run.name, run.backend, "failed", f"the process ended with {process.exitcode}")
    finally:
        process.kill()
        process.join()
    return Outcome(run.name, run.backend, verdict, detail, figures)


def _report(run: Run, connection: Connection) -> None:
    connection.send(judged(run.work, *run.arguments))


def judged(work: Callable[..., dict[str, Any] | None], *arguments: Any) -> tuple[str, str, dict[str, Any]]:
    """Verdict, the first line of what went wrong, and the figures of a run."""
    try:
        return "right", "", work(*arguments) or {}
    except InternalError as error:
        return "failed", _shown(error), {}
    except AutodiffError as error:
        return "refused", _shown(error), {}
    except AssertionError as error:
        return "wrong", (str(error).strip() or traceback.format_exc()).splitlines()[0], {}
    except Exception as error:
        return "failed", f"{type(error).__name__}: {error}".splitlines()[0], {}


def _shown(error: AutodiffError) -> str:
    where = f", line {error.span.line}" if error.span else ""
    return f"{error.code}: {error.reason}{where}"


def report(suite: str, found: Iterable[Outcome], columns: dict[str, str]) -> Report:
    """Two tables: what was not right, and the count of each verdict; `columns` are figures to show, with their formats."""
    found = list(found)
    rows = Table(suite, ["program", "backend", "verdict", *columns, "detail"])
    for one in found:
        cells = (format(one.figures[key], spec) if key in one.figures else "" for key, spec in columns.items())
        if one.verdict != "right" or one.figures:
            rows.add(one.name, one.backend, one.verdict, *cells, one.detail[:100])
    total = Table("all in all", ["backend", *VERDICTS, "of"])
    counts: dict[str, dict[str, int]] = {}
    for backend in dict.fromkeys(one.backend for one in found):
        own = [one.verdict for one in found if one.backend == backend]
        counts[backend] = {verdict: own.count(verdict) for verdict in VERDICTS}
        total.add(backend, *map(str, counts[backend].values()), str(len(own)))
    data = {"runs": [asdict(one) for one in found], "summary": counts}
    return Report(f"suite_{suite}", False, data, [rows, total])
