"""What a benchmark hands out: tables on the terminal, a JSON file with the machine's description, and a plot."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import rich.table
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

RESULTS = Path(__file__).parent / "results"
PACKAGES = ("autodiff-compiler", "numpy", "numba", "llvmlite", "scipy", "sympy", "jax", "torch", "autograd", "casadi")
Item = TypeVar("Item")


@dataclass
class Table:
    title: str
    columns: list[str]
    rows: list[list[str]] = field(default_factory=list)

    def add(self, *cells: str) -> None:
        self.rows.append(list(cells))


@dataclass
class Report:
    """`data` goes to the JSON file as it is; `tables` are what a reader sees."""

    name: str
    quick: bool
    data: dict[str, Any]
    tables: list[Table] = field(default_factory=list)

    def show(self) -> None:
        console = Console()
        for table in self.tables:
            shown = rich.table.Table(title=table.title, title_justify="left")
            for index, column in enumerate(table.columns):
                shown.add_column(column, justify="right" if index and _numeric(table, index) else "left")
            for row in table.rows:
                shown.add_row(*row)
            console.print(shown)

    def save(self, folder: Path = RESULTS) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.name}{'_quick' if self.quick else ''}.json"
        content = {"benchmark": self.name, "quick": self.quick, "machine": machine(), **self.data}
        path.write_text(json.dumps(content, indent=1, allow_nan=True) + "\n", encoding="utf-8")
        return path


def machine() -> dict[str, Any]:
    """What a timing depends on: processor, Python, packages."""
    versions = {}
    for name in PACKAGES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": versions,
    }


def progress(items: Sequence[Item], label: Callable[[Item], str]) -> Iterator[Item]:
    """The items, with a bar on stderr."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=len(items))
        for item in items:
            bar.update(task, description=label(item))
            yield item
            bar.advance(task)


def _processor() -> str:
    try:
        lines: Iterable[str] = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next(
        (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.processor()
    )


def _numeric(table: Table, index: int) -> bool:
    return any(row[index][:1].isdigit() for row in table.rows)
