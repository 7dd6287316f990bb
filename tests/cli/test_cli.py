"""The command line: what goes to stdout, exit codes, errors."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from autodiff_compiler.cli.bench import _difference
from autodiff_compiler.cli.main import main
from autodiff_compiler.cli.target import parse_types, parse_values, parse_wrt
from autodiff_compiler.options import STAGES

PROGRAM = """
import numpy as np

def square(x: float):
    return x * x

def loop(x: "f64[:]", n: int):
    total = 0.0
    for i in range(n):
        total += x[i] * x[i]
    return total

def untyped(x, y):
    return x * y

def unsupported(x: float):
    return eval("x")

def hidden_step(x: float):
    return x * int(x)

value = 3
"""


@pytest.fixture
def program(tmp_path):
    path = tmp_path / "program.py"
    path.write_text(PROGRAM)
    return path


def run(*args):
    return CliRunner().invoke(main, [str(a) for a in args])


def test_grad_prints_code_alone(program):
    result = run("grad", f"{program}:square")
    assert result.exit_code == 0
    scope = {}
    exec(result.stdout, scope)
    assert scope["square_grad"](3.0) == 6.0


def test_options(program, tmp_path):
    result = run("grad", f"{program}:untyped", "--types", "x: float, y: float", "--wrt", "y,x", "--value")
    assert result.exit_code == 0
    scope = {}
    exec(result.stdout, scope)
    assert scope["untyped_value_and_grad"](2.0, 5.0) == (10.0, (2.0, 5.0))
    out = tmp_path / "out.py"
    result = run("grad", f"{program}:square", "-o", out)
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "def square_grad" in out.read_text()


def test_forward_mode(program):
    for command in (["jvp"], ["grad", "--mode", "forward"]):
        result = run(*command, f"{program}:square")
        assert result.exit_code == 0
        scope = {}
        exec(result.stdout, scope)
        assert scope["square_jvp"](3.0, 1.0) == (9.0, 6.0)


def test_numba_backend_prints_an_njit_function(program):
    result = run("grad", f"{program}:loop", "--backend", "numba")
    assert result.exit_code == 0
    assert "njit" in result.stdout
    ast.parse(result.stdout)


@pytest.mark.parametrize(
    ("command", "name"),
    [(("jacobian",), "jacrev"), (("jacobian", "--mode", "forward"), "jacfwd"), (("hessian",), "hessian")],
)
def test_jacobian_and_hessian(program, command, name):
    result = run(*command, f"{program}:loop")
    assert result.exit_code == 0, result.output
    scope = {}
    exec(result.stdout, scope)
    x = np.array([1.0, 2.0, 3.0])
    expected = np.diag([2.0, 2.0, 0.0]) if name == "hessian" else np.array([2.0, 4.0, 0.0])
    np.testing.assert_allclose(scope[f"loop_{name}"](x, 2), expected)


def test_ir(program):
    for stage in STAGES:
        assert "func" in run("ir", f"{program}:loop", "--stage", stage).stdout
    assert run("ir", f"{program}:loop", "--mode", "reverse", "--stage", "forward").exit_code == 2
    assert "func" in run("ir", f"{program}:loop", "--mode", "forward", "--stage", "forward").stdout


def test_check(program):
    assert run("check", f"{program}:loop", "--at", "x=[1.0, 2.0], n=2").exit_code == 0
    assert run("check", f"{program}:square", "--at", "x=2.0", "--order", "2").exit_code == 0


def test_check_fails_with_1(program):
    # A jump at an integer: differences across it see what no derivative has.
    result = run("check", f"{program}:hidden_step", "--at", "x=2.0")
    assert result.exit_code == 1
    assert "check failed" in result.stderr


@pytest.mark.parametrize("more", [[], ["--check-first"]])
def test_bench(program, more):
    result = run("bench", f"{program}:loop", "--at", "x=np.ones(5), n=5", *more)
    assert result.exit_code == 0
    assert "central differences" in result.stderr
    assert result.stdout == ""


def test_differences_are_relative_to_the_largest_entry():
    """A zero component has no scale of its own."""
    assert _difference(np.array([200.0, 0.0]), np.array([200.0, 1e-6])) == pytest.approx(5e-9)
    assert _difference((2.0, 0.0), (2.0, 0.5)) == 0.25
    assert _difference(0.0, 0.0) == 0.0


@pytest.mark.parametrize(
    ("code", "exit_code", "args"),
    [
        ("AD501", 2, ["grad", "{file}"]),
        ("AD502", 2, ["grad", "missing.py:f"]),
        ("AD502", 2, ["grad", "no_such_module_of_ours:f"]),
        ("AD503", 2, ["grad", "{file}:missing"]),
        ("AD503", 2, ["grad", "{file}:value"]),
        ("AD404", 2, ["grad", "{file}:untyped"]),
        ("AD406", 2, ["grad", "{file}:untyped", "--types", "x: complex, y: float"]),
        ("AD405", 2, ["grad", "{file}:square", "--types", "z: float"]),
        ("AD412", 2, ["grad", "{file}:square", "--wrt", "z"]),
        ("AD415", 2, ["grad", "{file}:square", "--disable", "magic"]),
        ("AD505", 2, ["check", "{file}:square", "--at", "2.0"]),
        ("AD505", 2, ["check", "{file}:square", "--at", "x=open('a')"]),
        ("AD506", 2, ["grad", "{file}:square", "--types", "x float"]),
        ("AD507", 2, ["grad", "{file}:square", "-o", "/no/such/folder/out.py"]),
        ("AD508", 2, ["bench", "{file}:untyped", "--at", "x=1.0, y=2.0", "--wrt", "x,y"]),
        ("AD411", 2, ["check", "{file}:square", "--at", "y=2.0"]),
        ("", 2, ["grad", "{file}:square", "--backend", "fortran"]),
        ("", 2, ["grad"]),
        ("unsupported", 3, ["grad", "{file}:unsupported"]),
    ],
)
def test_errors(program, code, exit_code, args):
    result = run(*(a.format(file=program) for a in args))
    assert result.exit_code == exit_code
    assert result.stdout == ""
    assert code in result.stderr


def test_a_file_that_cannot_be_imported(tmp_path):
    broken = tmp_path / "broken.py"
    broken.write_text("def f(x) return x")
    result = run("grad", f"{broken}:f")
    assert result.exit_code == 2
    assert "AD504" in result.stderr
    assert "SyntaxError" in result.stderr
    broken.write_text("1 / 0")
    result = run("grad", f"{broken}:f")
    assert f"{broken}:1:1: error[AD504]" in result.stderr
    assert "ZeroDivisionError" in result.stderr
    assert "1 / 0\n" in result.stderr
    assert "^^^^^\n" in result.stderr
    broken.write_text("import sys\nsys.exit(3)")
    result = run("grad", f"{broken}:f")
    assert result.exit_code == 2
    assert "SystemExit: 3" in result.stderr


def test_what_the_program_prints_goes_to_stderr(tmp_path):
    program = tmp_path / "talking.py"
    program.write_text("print('imported')\n\ndef f(x: float):\n    print('called')\n    return x * x\n")
    result = run("grad", f"{program}:f")
    assert result.stdout.startswith("def f_grad")
    assert result.stderr == "imported\n"
    result = run("check", f"{program}:f", "--at", "x=2.0")
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "called" in result.stderr


def test_the_source_is_not_overwritten(program):
    before = program.read_text()
    result = run("grad", f"{program}:square", "-o", str(program))
    assert result.exit_code == 2
    assert "AD507" in result.stderr
    assert program.read_text() == before


def test_types_in_numpy_words(program):
    ours = run("grad", f"{program}:untyped", "--types", "x: f32, y: i64")
    theirs = run("grad", f"{program}:untyped", "--types", "x: np.float32, y: int64")
    assert ours.exit_code == 0
    assert theirs.stdout == ours.stdout


def test_version():
    result = run("--version")
    assert result.exit_code == 0
    assert "autodiff-compiler" in result.stdout


def test_python_m():
    done = subprocess.run(
        [sys.executable, "-m", "autodiff_compiler", "--help"], capture_output=True, text=True, check=True
    )
    assert "grad" in done.stdout


def test_a_module_target(program):
    done = subprocess.run(
        [sys.executable, "-m", "autodiff_compiler", "grad", "program:square"],
        cwd=program.parent,
        env={**os.environ, "PYTHONPATH": str(Path(program).parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "def square_grad" in done.stdout


def test_parsers():
    values = parse_values("x=[1.0, 2.0], n=3, p={'w': [1.0]}, t=(1.0, 2), s='a'")
    assert values["x"].tolist() == [1.0, 2.0]
    assert values["x"].dtype == float
    assert values["n"] == 3
    assert values["p"]["w"].tolist() == [1.0]
    assert values["t"] == (1.0, 2)
    assert values["s"] == "a"
    assert parse_types("x: f64[:, :], n: i64") == {"x": "f64[:, :]", "n": "i64"}
    assert parse_types(None) == {}
    assert parse_wrt(None) == 0
    assert parse_wrt("x") == "x"
    assert parse_wrt("x, 1") == ("x", 1)
