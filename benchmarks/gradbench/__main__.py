"""`python -m benchmarks.gradbench`: the protocol of the suite on stdin and stdout; with `--standalone`, a table without the suite."""

from __future__ import annotations

import os

for variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import contextlib  # noqa: E402
import sys  # noqa: E402

import click  # noqa: E402

from autodiff_compiler.options import BACKENDS  # noqa: E402
from benchmarks import timing  # noqa: E402
from benchmarks.gradbench.protocol import Session  # noqa: E402
from benchmarks.gradbench.table import EVALS  # noqa: E402


@click.command(help=__doc__)
@click.option("--backend", type=click.Choice(BACKENDS), default="numba", show_default=True)
@click.option("--style", default="", help="loops or numpy: how the programs are written, where an eval has both.")
def main(backend: str, style: str) -> None:
    timing.keep_memory()
    out = sys.stdout
    # Nothing but answers may be on stdout.
    with contextlib.redirect_stdout(sys.stderr):
        Session(EVALS, backend, style).run(sys.stdin, out)


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.gradbench")
