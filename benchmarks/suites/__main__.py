"""`python -m benchmarks.suites npbench --repo PATH`: a progress bar, a table, a JSON file."""

from __future__ import annotations

import os

for variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

from collections.abc import Callable
from pathlib import Path

import click

from autodiff_compiler.options import BACKENDS
from benchmarks.report import RESULTS
from benchmarks.suites import autograd, npbench, tangent
from benchmarks.suites.runs import Run, outcomes, report


def options(command: Callable[..., None]) -> Callable[..., None]:
    """What every suite takes."""
    for option in (
        click.option("--repo", type=click.Path(exists=True, path_type=Path, file_okay=False), required=True, help="A checkout."),
        click.option("--backend", "backends", multiple=True, type=click.Choice(BACKENDS), help="[default: both]"),
        click.option("--only", default="", help="Programs whose name contains this."),
        click.option("--limit", default=240.0, show_default=True, help="Seconds for one program."),
        click.option("--out", type=click.Path(path_type=Path), default=RESULTS, help="Folder for the JSON file."),
    ):
        command = option(command)
    return command


def finish(suite: str, runs: list[Run], limit: float, columns: dict[str, str], out: Path) -> None:
    made = report(suite, outcomes(runs, limit), columns)
    made.show()
    click.echo(f"written: {made.save(out)}", err=True)


@click.group(help=__doc__)
def main() -> None:
    pass


@main.command("npbench", help="The kernels of NPBench, weighted sums of their outputs differentiated.")
@options
@click.option("--preset", default="S", show_default=True, help="The suite's name for its sizes.")
@click.option("--rounds", default=5, show_default=True, help="Rounds of timing; 0 for none.")
def npbench_command(
    repo: Path, backends: tuple[str, ...], only: str, limit: float, out: Path, preset: str, rounds: int
) -> None:
    runs = npbench.runs(repo.resolve(), backends or BACKENDS, only, preset, rounds)
    finish("npbench", runs, limit, npbench.COLUMNS, out)


@main.command("autograd", help="The tests of autograd, with plain NumPy and SciPy, and our derivatives.")
@options
def autograd_command(repo: Path, backends: tuple[str, ...], only: str, limit: float, out: Path) -> None:
    finish("autograd", autograd.runs(repo.resolve(), backends or ("python",), only), limit, {}, out)


@main.command("tangent", help="The functions that Tangent's tests differentiate, in both modes.")
@options
def tangent_command(repo: Path, backends: tuple[str, ...], only: str, limit: float, out: Path) -> None:
    finish("tangent", tangent.runs(repo.resolve(), backends or BACKENDS, only), limit, {}, out)


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.suites")
