"""`python -m benchmarks.gradbench`: the protocol of the suite on stdin and stdout; with `--standalone`, a table without the suite."""

from __future__ import annotations

import os

for variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")

import contextlib
import sys
from pathlib import Path

import click

from autodiff_compiler.options import BACKENDS
from benchmarks import plots, timing
from benchmarks.gradbench import standalone
from benchmarks.gradbench.protocol import Session
from benchmarks.gradbench.table import EVALS
from benchmarks.report import RESULTS


@click.command(help=__doc__)
@click.argument("evals", nargs=-1, type=click.Choice(list(EVALS)))
@click.option("--standalone", "alone", is_flag=True, help="Check and time the evals that are named, or all.")
@click.option("--backend", type=click.Choice(BACKENDS), default="numba", show_default=True)
@click.option("--style", default="", help="loops or numpy: what the server runs, where an eval is written in both.")
@click.option("--quick", is_flag=True, help="Standalone: small sizes and few rounds, to see that it works.")
@click.option("--rounds", default=9, show_default=True, help="Standalone: rounds of timing.")
@click.option("--limit", default=1200.0, show_default=True, help="Standalone: seconds for one program.")
@click.option("--out", type=click.Path(path_type=Path), default=RESULTS, help="Standalone: folder for the JSON file.")
def main(
    evals: tuple[str, ...],
    alone: bool,
    backend: str,
    style: str,
    quick: bool,
    rounds: int,
    limit: float,
    out: Path,
) -> None:
    timing.keep_memory()
    if alone:
        report = standalone.run(evals, backend, quick, rounds, limit)
        report.show()
        written = [report.save(out), *plots.draw(report, out)]
        click.echo("written: " + ", ".join(map(str, written)), err=True)
        return
    answers = sys.stdout
    # Nothing but answers may be on stdout.
    with contextlib.redirect_stdout(sys.stderr):
        Session(EVALS, backend, style).run(sys.stdin, answers)


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.gradbench")
