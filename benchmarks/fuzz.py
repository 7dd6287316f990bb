"""`python -m benchmarks.fuzz --minutes 30`: random programs, compiled, and compared with CPython's complex step.

With `--language`, programs of the whole language, whose values are compared (`fuzz_language.py`); with `--wrong`, programs with one
thing made wrong, which must raise (`fuzz_wrong.py`); with `--complex`, programs with complex numbers (`fuzz_complex.py`).  The
generators, the oracle and the checks are those of `tests/fuzz`.  A failure is shrunk and printed as a module that can be run by hand;
one of the numerical fuzzer can be dropped into `tests/fuzz/regressions`.
"""

from __future__ import annotations

import os

# One thread: the programs are small, and several runs may stand side by side.
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
# LLVM's optimiser is not what is tested; without most of it compilation takes a fifth less.
os.environ.setdefault("NUMBA_OPT", "1")

import json
import math
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "fuzz"))

from fuzz_check import Configuration, Outcome, configurations
from fuzz_programs import Program, seeded, write_module
from fuzz_run import run_one, signature, smallest

from benchmarks import fuzz_complex, fuzz_language, fuzz_wrong

# One compilation under Numba takes a second or more.
NUMBA_SECONDS = 120.0
# So many failures of one kind are shrunk; the others are counted.
SHRUNK = 1


@dataclass
class Failure:
    seed: int
    configuration: str
    message: str
    program: str


@dataclass
class Summary:
    """What a run found.  A run is one program in one configuration."""

    outcomes: Counter[str] = field(default_factory=Counter)
    configurations: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    programs: int = 0
    last_seed: int = 0
    seconds: float = 0.0
    failures: list[Failure] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)

    def add(self, configuration: Configuration, outcome: Outcome) -> None:
        self.outcomes[outcome.kind] += 1
        if outcome.kind == "ok":
            self.configurations[str(configuration)] += 1
        elif outcome.kind == "refused":
            self.refused[outcome.detail[:5]] += 1
        elif outcome.kind == "rejected":
            self.rejected[outcome.detail[:60]] += 1

    def as_dict(self) -> dict[str, Any]:
        return {
            "programs": self.programs,
            "runs": sum(self.outcomes.values()),
            "outcomes": dict(self.outcomes.most_common()),
            "refused": dict(self.refused.most_common()),
            "rejected": dict(self.rejected.most_common(10)),
            "ok by configuration": dict(self.configurations.most_common()),
            "failures by kind": dict(self.kinds.most_common()),
            "failures": [vars(failure) for failure in self.failures],
            "last seed": self.last_seed,
            "seconds": round(self.seconds, 1),
        }


def run(
    minutes: float,
    count: int | None,
    first: int,
    backends: list[str],
    every_configuration: bool,
    shrink: bool,
    console: Console,
) -> Summary:
    summary, began = Summary(), time.monotonic()
    seconds = minutes * 60
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TextColumn("{task.fields[state]}"))
    with Progress(*columns, console=console, refresh_per_second=2) as progress:
        task = progress.add_task("fuzz", total=count or max(seconds, 1e-9), state="")
        seed = first
        while time.monotonic() - began < seconds and (count is None or summary.programs < count):
            program = seeded(seed)
            for configuration in _chosen(seed, backends, every_configuration):
                outcome = run_one(program, configuration, NUMBA_SECONDS)
                summary.add(configuration, outcome)
                if outcome.kind == "failed":
                    _record(summary, seed, program, configuration, outcome, shrink, console)
                if outcome.kind == "rejected":
                    break
            summary.programs, summary.last_seed, summary.seconds = summary.programs + 1, seed, time.monotonic() - began
            seed += 1
            state = f"{summary.programs} programs, {len(summary.failures)} failures"
            progress.update(task, completed=summary.programs if count else summary.seconds, state=state)
    return summary


def _chosen(seed: int, backends: list[str], every: bool) -> list[Configuration]:
    """All configurations, or one; the same seed has the same one in every run."""
    table = [c for backend in backends for c in configurations(backend)]
    return table if every else [random.Random(seed).choice(table)]


def _record(
    summary: Summary, seed: int, program: Program, c: Configuration, outcome: Outcome, shrink: bool, console: Console
) -> None:
    kind = signature(outcome.detail)
    summary.kinds[kind] += 1
    new = summary.kinds[kind] <= SHRUNK
    small = smallest(program, c, 300 if c.backend == "python" else 30) if shrink and new else program
    summary.failures.append(Failure(seed, str(c), outcome.detail.split("\n", 1)[0], write_module(small)))
    if new:
        console.print(f"\nseed {seed}, {c}: {outcome.detail[:600]}", markup=False, highlight=False)
        console.print(write_module(small), markup=False, highlight=False)


@click.command()
@click.option("--language", is_flag=True, help="Programs of the whole language, compared by value.")
@click.option("--wrong", is_flag=True, help="Programs with one thing made wrong, which must raise.")
@click.option(
    "--complex", "of_complex", is_flag=True, help="Programs with complex numbers and matrices, in both modes."
)
@click.option("--minutes", type=float, default=None, help="How long to run: a minute, or with --count until that is done.")
@click.option("--count", type=int, default=None, help="At most so many programs.")
@click.option(
    "--seed", type=int, default=0, show_default=True, help="The first program's seed; the next has the next one."
)
@click.option("--backend", type=click.Choice(["python", "numba", "both"]), default="python", show_default=True)
@click.option("--all-configs", is_flag=True, help="Each program in every configuration, not in a drawn one.")
@click.option("--shrink/--no-shrink", default=True, help="Make the first failure of each kind small.")
@click.option("--jobs", type=int, default=1, show_default=True, help="So many processes (not of the numerical one).")
@click.option("--json", "target", type=click.Path(path_type=Path), default=None, help="Write the summary to this file.")
def main(
    language: bool,
    wrong: bool,
    of_complex: bool,
    minutes: float | None,
    count: int | None,
    seed: int,
    backend: str,
    all_configs: bool,
    shrink: bool,
    jobs: int,
    target: Path | None,
) -> None:
    """Compile random programs and compare them with CPython; exit code 1 if anything disagrees."""
    console = Console(stderr=True)
    backends = ["python", "numba"] if backend == "both" else [backend]
    if minutes is None:
        minutes = 1.0 if count is None else math.inf
    summary: Summary | fuzz_complex.ComplexSummary | fuzz_language.LanguageSummary | fuzz_wrong.WrongSummary
    if wrong:
        summary = fuzz_wrong.run(minutes, count, seed, jobs, backends[0], shrink, console)
    elif language:
        summary = fuzz_language.run(minutes, count, seed, jobs, backend != "python", shrink, console)
    elif of_complex:
        summary = fuzz_complex.run(minutes, count, seed, jobs, backends[0], shrink, console)
    else:
        summary = run(minutes, count, seed, backends, all_configs, shrink, console)
    text = json.dumps(summary.as_dict(), indent=2)
    if target is not None:
        target.write_text(text + "\n", encoding="utf-8")
    else:
        click.echo(text)
    if not isinstance(summary, Summary):
        click.echo(summary.line)
    sys.exit(1 if summary.failures else 0)


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.fuzz")
