"""`python -m benchmarks.fuzz --wrong`: programs with one thing made wrong, which must raise with us as they do in CPython."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from language_run import kind_of
from rich.console import Console
from wrong_run import BAD, WrongRun, run_wrong, smallest_wrong, write_wrong

from benchmarks.fuzz_jobs import over_seeds

SHRUNK = 1


@dataclass
class WrongSummary:
    first: int
    backend: str
    tried: int = 0
    programs: int = 0
    """Those that CPython refuses."""
    verdicts: Counter[str] = field(default_factory=Counter)
    elsewhere: Counter[str] = field(default_factory=Counter)
    whats: Counter[str] = field(default_factory=Counter)
    classes: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    failures: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, found: WrongRun | None) -> None:
        self.tried += 1
        if found is None:
            return
        self.programs += 1
        self.verdicts[found.verdict.kind] += 1
        self.whats[found.what] += 1
        self.classes[found.expected] += 1
        if found.verdict.kind == "refused":
            self.codes[found.verdict.detail[:5]] += 1
        if found.verdict.elsewhere:
            self.elsewhere[found.verdict.kind] += 1

    @property
    def mismatches(self) -> int:
        return sum(self.verdicts[kind] for kind in BAD)

    @property
    def line(self) -> str:
        """One line that a person or a test can read."""
        parts = [f"{self.verdicts[kind]} {kind}" for kind in ("raises", "refused", "exempt", "other class", "failed")]
        return (
            f"wrong: {self.programs} programs from seed {self.first}, {self.backend}: {', '.join(parts)}, "
            f"{self.verdicts['number']} numbers, {self.seconds:.0f} s"
        )

    def as_dict(self) -> dict[str, Any]:
        return {
            "summary": self.line,
            "tried": self.tried,
            "programs": self.programs,
            "verdicts": dict(self.verdicts.most_common()),
            "with a line where CPython was not": dict(self.elsewhere.most_common()),
            "made wrong": dict(self.whats.most_common()),
            "classes": dict(self.classes.most_common()),
            "refused by code": dict(self.codes.most_common()),
            "failures by kind": dict(self.kinds.most_common()),
            "failures": self.failures,
            "seconds": round(self.seconds, 1),
        }


def run(
    minutes: float, count: int | None, first: int, jobs: int, backend: str, shrink: bool, console: Console
) -> WrongSummary:
    """`count` programs that CPython refuses; a seed may give none."""
    summary, began = WrongSummary(first, backend), time.monotonic()
    for found in over_seeds(run_wrong, first, None, minutes, jobs, console, backend):
        summary.add(found)
        summary.seconds = time.monotonic() - began
        if found is not None and found.verdict.kind in BAD:
            _record(summary, found, shrink, console)
        if count is not None and summary.programs >= count:
            break
    return summary


def _record(summary: WrongSummary, found: WrongRun, shrink: bool, console: Console) -> None:
    kind = f"{found.verdict.kind}: {kind_of(found.verdict.detail)}"
    summary.kinds[kind] += 1
    new = summary.kinds[kind] <= SHRUNK
    small = smallest_wrong(found, summary.backend) if shrink and new else found.program
    text = write_wrong(found, small)
    message = found.verdict.detail.split("\n", 1)[0]
    summary.failures.append({"seed": found.seed, "made wrong": found.what, "message": message, "program": text})
    if new:
        console.print(f"\nseed {found.seed}, {found.what}, {found.verdict.kind}: {found.verdict.detail[:600]}", markup=False)
        console.print(text, markup=False, highlight=False)
