"""A word that nobody knows is answered with the one that was probably meant: options, passes, functions, attributes, names, keys."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

import autodiff_compiler
from autodiff_compiler import AutodiffError, check_grads, grad, jvp, vjp
from autodiff_compiler.diagnostics import did_you_mean

A = np.ones(3)


@dataclass
class Point:
    first: float
    second: float


def helper(value, *, scaling=1.0):
    return value * scaling


def loss(weights, n=2):
    return np.sum(weights**n)


def power(x, exponent):
    return x * exponent


CASES = {
    "backend": lambda: grad(loss, bakend="numba"),
    "fastmath": lambda: jvp(loss, (A,), (A,), fastmaths=False),
    "verify": lambda: vjp(loss, A, verfy=True),
    "save_all": lambda: check_grads(loss, (A,), saveall=True),
    "numba": lambda: grad(loss, backend="numbba"),
    "licm": lambda: grad(loss, disable=("licmm",)),
    "primal": lambda: grad(loss).ir(A, stage="primall"),
    "weights": lambda: grad(loss, argnums="weigths"),
    "exponent": lambda: grad(power)(1.0, exponnent=2.0),
    "sin": lambda: grad(lambda x: np.sinn(x))(1.0),
    "tanh": lambda: grad(lambda x: np.thanh(x))(1.0),
    "norm": lambda: grad(lambda x: np.linalg.nrm(x))(A),
    "shape": lambda: grad(lambda x: x.shap[0] * x[0])(A),
    "sum": lambda: grad(lambda x: x.summ())(A),
    "axis": lambda: grad(lambda x: np.sum(x, axes=0))(A),
    "scaling": lambda: grad(lambda x: helper(x, scalling=2.0))(1.0),
    "helper": lambda: grad(lambda x: helpr(x))(1.0),  # noqa: F821  # the mistake
    "second": lambda: grad(lambda x: Point(x, x).secnd)(1.0),
    "alpha": lambda: grad(lambda x: {"alpha": x}["alpa"])(1.0),
}


@pytest.mark.parametrize("word", CASES)
def test_what_was_meant(word):
    with pytest.raises(AutodiffError) as caught:
        CASES[word]()
    assert f"did you mean '{word}'?" in (caught.value.help or ""), caught.value


def test_nothing_near():
    assert did_you_mean("xyzzy", ["backend", "disable"]) is None
    assert did_you_mean("xyzzy", ["backend"], "the options are backend") == "the options are backend"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["grad", "program.py:lss"], "did you mean 'loss'?"),
        (["grad", "program.py:loss", "--types", "wights: f64"], "did you mean 'weights'?"),
        (["grad", "program.py:loss", "--disable", "foldd"], "did you mean 'fold'?"),
        (["grad", "program.py:loss", "--typs", "weights: f64"], "Did you mean '--types'?"),
        (["grad", ".:loss"], "is a folder"),
        (["check", "program.py:loss", "--at", "weights=1.0", "--order", "0"], "0 is not in the range"),
    ],
)
def test_the_command_line(tmp_path, arguments, said):
    (tmp_path / "program.py").write_text("def loss(weights: float):\n    return weights * 2.0\n")
    command = [sys.executable, "-m", "autodiff_compiler", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(Path(autodiff_compiler.__file__).parent.parent)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert said.lower() in done.stderr.lower()
    assert "Traceback" not in done.stderr
