"""`python -m benchmarks.fuzz --language`: random programs of the whole language, their values compared with CPython's."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from language_run import Run, kind_of, run_seed, smallest, ways, write_module
from rich.console import Console

from benchmarks.fuzz_jobs import over_seeds

# So many failures of one kind are shrunk; the others are counted.
SHRUNK = 1


@dataclass
class LanguageSummary:
    """What a run found.  A run is one program in one way."""

    first: int
    programs: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    ways: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    constructs: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    failures: list[dict[str, Any]] = field(default_factory=list)
    last_seed: int = 0
    seconds: float = 0.0

    def add(self, runs: list[Run]) -> None:
        self.programs += 1
        for run in runs:
            outcome = run.outcome
            self.outcomes[outcome.kind] += 1
            self.ways[run.way] += 1
            if outcome.kind == "refused":
                self.codes[outcome.detail[:5]] += 1
                self.constructs[f"{outcome.detail[:5]} {run.construct}"] += 1
            elif outcome.kind == "rejected":
                self.rejected[kind_of(outcome.detail)] += 1
            self.last_seed = max(self.last_seed, run.seed)

    @property
    def line(self) -> str:
        """One line that a person or a test can read."""
        runs = max(sum(self.outcomes.values()), 1)
        parts = [f"{self.outcomes[kind]} {kind}" for kind in ("ok", "raises", "refused", "rejected")]
        share = 100 * self.outcomes["refused"] / runs
        return (
            f"language: {self.programs} programs from seed {self.first}, {runs} runs: {', '.join(parts)} "
            f"({share:.1f} % refused), {self.outcomes['late']} late, {self.outcomes['failed']} mismatches, {self.seconds:.0f} s"
        )

    def as_dict(self) -> dict[str, Any]:
        return {
            "summary": self.line,
            "programs": self.programs,
            "outcomes": dict(self.outcomes.most_common()),
            "ways": dict(self.ways.most_common()),
            "refused by code": dict(self.codes.most_common()),
            "refused by construct": dict(self.constructs.most_common(40)),
            "rejected": dict(self.rejected.most_common(10)),
            "failures by kind": dict(self.kinds.most_common()),
            "failures": self.failures,
            "last seed": self.last_seed,
            "seconds": round(self.seconds, 1),
        }


def run(
    minutes: float, count: int | None, first: int, jobs: int, numba: bool, shrink: bool, console: Console
) -> LanguageSummary:
    summary, began = LanguageSummary(first), time.monotonic()
    for runs in over_seeds(_of_seed, first, count, minutes, jobs, console, numba):
        summary.add(runs)
        summary.seconds = time.monotonic() - began
        for found in runs:
            if found.outcome.kind in ("failed", "late"):
                _record(summary, found, shrink, console)
    return summary


def _of_seed(seed: int, numba: bool) -> list[Run]:
    return run_seed(seed, numba)


def _record(summary: LanguageSummary, found: Run, shrink: bool, console: Console) -> None:
    kind = kind_of(found.outcome.detail)
    summary.kinds[kind] += 1
    new = summary.kinds[kind] <= SHRUNK
    way = next(way for way in ways(found.seed) if str(way) == found.way)
    small = smallest(found.program, way) if shrink and new else found.program
    text = write_module(small, found.outcome)
    summary.failures.append(
        {"seed": found.seed, "way": found.way, "message": found.outcome.detail.split("\n", 1)[0], "program": text}
    )
    if new:
        console.print(f"\nseed {found.seed}, {found.way}: {found.outcome.detail[:600]}", markup=False, highlight=False)
        console.print(text, markup=False, highlight=False)
