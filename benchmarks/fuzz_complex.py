"""`python -m benchmarks.fuzz --complex`: random programs with complex numbers, in both modes, against differences."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from complex_check import run_complex_seed, smallest_complex
from fuzz_check import Configuration
from fuzz_programs import Program, write_module
from fuzz_run import signature
from rich.console import Console

from benchmarks.fuzz_jobs import over_seeds

# So many failures of one kind are shrunk; the others are counted.
SHRUNK = 1


@dataclass
class ComplexSummary:
    first: int
    backend: str
    outcomes: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    failures: list[dict[str, Any]] = field(default_factory=list)
    last_seed: int = 0
    seconds: float = 0.0

    @property
    def line(self) -> str:
        """One line that a person or a test can read."""
        parts = [f"{self.outcomes[kind]} {kind}" for kind in ("ok", "refused", "rejected")]
        return (
            f"complex: {sum(self.outcomes.values())} programs from seed {self.first}, {self.backend}: {', '.join(parts)}, "
            f"{self.outcomes['failed']} mismatches, {self.seconds:.0f} s"
        )

    def as_dict(self) -> dict[str, Any]:
        return {
            "summary": self.line,
            "outcomes": dict(self.outcomes.most_common()),
            "refused": dict(self.refused.most_common(20)),
            "rejected": dict(self.rejected.most_common(10)),
            "failures by kind": dict(self.kinds.most_common()),
            "failures": self.failures,
            "last seed": self.last_seed,
            "seconds": round(self.seconds, 1),
        }


def run(
    minutes: float, count: int | None, first: int, jobs: int, backend: str, shrink: bool, console: Console
) -> ComplexSummary:
    summary, began = ComplexSummary(first, backend), time.monotonic()
    for seed, program, configuration, outcome in over_seeds(
        run_complex_seed, first, count, minutes, jobs, console, backend
    ):
        summary.outcomes[outcome.kind] += 1
        summary.last_seed, summary.seconds = seed, time.monotonic() - began
        if outcome.kind in ("refused", "rejected"):
            getattr(summary, outcome.kind)[outcome.detail[:90]] += 1
        elif outcome.kind == "failed":
            _record(summary, seed, program, configuration, outcome.detail, shrink, console)
    return summary


def _record(
    summary: ComplexSummary, seed: int, program: Program, c: Configuration, detail: str, shrink: bool, console: Console
) -> None:
    kind = signature(detail)
    summary.kinds[kind] += 1
    new = summary.kinds[kind] <= SHRUNK
    text = write_module(smallest_complex(program, c) if shrink and new else program)
    summary.failures.append(
        {"seed": seed, "configuration": str(c), "message": detail.split("\n", 1)[0], "program": text}
    )
    if new:
        console.print(f"\nseed {seed}, {c}: {detail[:600]}", markup=False, highlight=False)
        console.print(text, markup=False, highlight=False)
