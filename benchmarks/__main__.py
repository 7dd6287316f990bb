"""`python -m benchmarks figures` and its like: a table, a JSON file, a plot."""

from __future__ import annotations

import os

# One thread each: a ratio of two timings should not depend on how many cores happen to be idle.
for variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

from pathlib import Path

import click

from benchmarks import compiling, derivative, figures, peers, plots, ratio, symbolic, timing
from benchmarks.report import RESULTS, Report

BENCHMARKS = {
    "derivative": (derivative.run, "Derivatives against numerical differentiation: time and accuracy as n grows."),
    "ratio": (ratio.run, "Gradient / primal over the programs, both backends."),
    "symbolic": (symbolic.run, "Operation counts: SymPy's diff, with cse, and ours."),
    "figures": (figures.run, "Every figure that was asked for: asked, measured, ok?"),
    "compile": (compiling.run, "The first call: gradients under Numba against the functions under plain @njit."),
    "peers": (peers.run, "Other tools on the same functions, those that are installed."),
}


@click.command(help="Measure the compiler.\n\n\b\n" + "\n".join(f"{k}: {v[1]}" for k, v in BENCHMARKS.items()))
@click.argument("name", type=click.Choice(list(BENCHMARKS)))
@click.option("--quick", is_flag=True, help="Small sizes and few rounds: to see that it works.")
@click.option("--out", type=click.Path(path_type=Path), default=RESULTS, help="Folder for JSON and PNG.")
def main(name: str, quick: bool, out: Path) -> None:
    timing.keep_memory()
    report: Report = BENCHMARKS[name][0](quick=quick)
    report.show()
    written = [report.save(out), *plots.draw(report, out)]
    click.echo("written: " + ", ".join(map(str, written)), err=True)


if __name__ == "__main__":
    main(prog_name="python -m benchmarks")
