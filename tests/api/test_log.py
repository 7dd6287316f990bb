"""`AUTODIFF_LOG=1`: what is compiled, for which types, why again, and how long it took."""

import functools
import logging
import os
import re
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from autodiff_compiler import AutodiffError, grad, jvp, log


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.INFO, logger="autodiff_compiler")

    def taken():
        found = [record.getMessage() for record in caplog.records if record.name == "autodiff_compiler"]
        caplog.clear()
        return found

    return taken


def helper(x):
    return x * x


def other(x):
    return x * x * x


def test_a_line_for_each_compilation(lines, monkeypatch):
    k, settings = 2, {"n": 2}
    call = functools.partial(lambda x, m: x * m, m=2.0)

    def f(x, n):
        return helper(x) * x**n * x**k * settings["n"] * call(x)

    derivative = grad(f)
    derivative(1.0, 3)
    (line,) = lines()
    assert re.fullmatch(r"grad of f with respect to x, python backend for x: float, n: int: \d+\.\d ms", line), line
    derivative(1.0, 3)
    assert lines() == []
    derivative(np.float32(1.0), 3)
    assert ", other types: " in lines()[0]
    monkeypatch.setattr(helper, "__code__", other.__code__)
    derivative(1.0, 3)
    (line,) = lines()
    assert "again, since helper.__code__ changed" in line
    call.keywords["x"] = 1.0
    del call.keywords["x"]
    call.keywords["m"] = 3
    derivative(1.0, 3)
    assert "again, since m is of another type" in lines()[0]
    monkeypatch.setitem(globals(), "helper", other)
    derivative(1.0, 3)
    assert re.search(r"again, since \S*test_log\.helper changed", lines()[0])


def test_a_known_argument(lines):
    def f(x, n):
        return np.sum(np.ones((2, 2)), axis=n)[0] * x

    derivative = grad(f)
    derivative(1.0, 0)
    derivative(1.0, 1)
    assert "again, since n is 1, not 0" in lines()[1]


def test_what_fails_is_said(lines):
    with pytest.raises(AutodiffError):
        grad("def f(x): return undefined(x)")(1.0)
    assert re.search(r": AD101 after \d", lines()[0])


def test_other_verbs(lines):
    jvp("def f(x): return x * x * 7.25", (1.0,), (1.0,))
    assert lines()[0].startswith("jvp of f, python backend for x: float: ")


def test_the_variable():
    code = """
        import sys
        from autodiff_compiler import grad
        print(grad("def f(x): return x * x", backend="numba")(3.0))
    """
    shown = {}
    for value in ("", "0", "1"):
        environment = {**os.environ, "AUTODIFF_LOG": value}
        done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], env=environment, capture_output=True, text=True)
        assert done.stdout == "6.0\n", done.stderr
        shown[value] = done.stderr
    assert shown[""] == shown["0"] == ""
    assert all(line.startswith("autodiff: ") for line in shown["1"].splitlines())
    assert "for x: float" in shown["1"]


def test_nothing_is_made_where_nobody_wants_it():
    def text():
        raise AssertionError

    log.say(text)
    with log.timed(text):
        pass
