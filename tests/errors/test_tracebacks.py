"""What of a traceback reaches the user: their own frames and the message, and one frame of ours at most."""

import os
import pickle
import re
import subprocess
import sys
import traceback
from pathlib import Path

import numpy as np
import pytest

import autodiff_compiler
from autodiff_compiler import (
    AutodiffError,
    UnsupportedError,
    UserError,
    check_grads,
    frames,
    grad,
    jvp,
    value_and_grad,
    vjp,
)
from autodiff_compiler.interop import to_sympy

SOURCE = str(Path(autodiff_compiler.__file__).parent.parent)

REFUSED = """\
import numpy as np
from autodiff_compiler import grad


def f(x):
    y = x
    if x > 0:
        y = x
    return hash(y) * 2


"""
HELPERS = """\
from autodiff_compiler import grad


def helper(x):
    return {x}


def between(x, n):
    if n == 0:
        return helper(x)
    return between(x, n - 1)


def f(x):
    return between(x, 7)


"""
FAILING = """\
import numpy as np
from autodiff_compiler import grad


def element(a, i):
    b = a * 2.0
    return b[i] + 1.0


def f(a, i):
    total = a.sum()
    return (total
            + element(a, i))


df = grad(f)
df(np.ones(3), 1)
df(np.ones(3), 7)
"""


def script(tmp_path, text, **environment):
    file = tmp_path / "program.py"
    file.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(file)],
        env={**os.environ, "PYTHONPATH": SOURCE, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    return done.stderr


def ours(text):
    """How many frames of ours a traceback shows."""
    return len([line for line in text.splitlines() if line.lstrip().startswith("File ") and frames.HERE in line])


@pytest.mark.parametrize(
    "call",
    [
        "grad(f)(1.0)",
        "grad(f).source(1.0)",
        "from autodiff_compiler import jvp\njvp(f, (1.0,), (1.0,))",
        "from autodiff_compiler import vjp\nvjp(f, 1.0)",
        "from autodiff_compiler import check_grads\ncheck_grads(f, (1.0,))",
        "from autodiff_compiler import value_and_grad\nvalue_and_grad(f, backend='c')",
        "grad(disabled=('cse',))(f)",
        "grad(grad(f))(1.0)",
    ],
)
def test_a_refusal_in_a_script(tmp_path, call):
    shown = script(tmp_path, f"{REFUSED}{call}\n")
    assert len(shown.splitlines()) <= 14, shown
    assert ours(shown) <= 1, shown
    assert call.splitlines()[-1] in shown


def test_a_refusal_inside_a_helper_shows_the_calls(tmp_path):
    shown = script(tmp_path, HELPERS + "grad(f)(1.0)\n")
    assert len(shown.splitlines()) <= 14, shown
    assert ours(shown) <= 1
    inner, between, outer = [line for line in shown.splitlines() if line.startswith(("  called", "  …"))]
    assert inner.endswith("program.py:10:16: return helper(x)")
    assert between == "  … 7 more calls …"
    assert outer.endswith("program.py:15:12: return between(x, 7)")


def test_all_frames_on_request(tmp_path):
    assert ours(script(tmp_path, f"{REFUSED}grad(f)(1.0)\n", AUTODIFF_TRACEBACK="full")) > 5


def test_what_the_program_raises_shows_the_users_lines(tmp_path):
    shown = script(tmp_path, FAILING)
    assert ours(shown) <= 1
    places = re.findall(r'program\.py", line (\d+), in (\S+)\n *(.*)', shown)
    assert places == [
        ("18", "<module>", "df(np.ones(3), 7)"),
        ("13", "f", "+ element(a, i))"),
        ("7", "element", "return b[i] + 1.0"),
    ]
    assert ".cache" not in shown
    assert "f_grad" not in shown


def test_carets_stand_under_the_operation_that_failed():
    def f(a, b, c):
        return np.sum((a + c) * (a + b) + a)

    with pytest.raises(ValueError) as caught:
        grad(f)(np.ones(3), np.ones(2), 1.0)
    (last,) = traceback.extract_tb(caught.value.__traceback__)[-1:]
    assert last.name == "f"
    assert last.filename == __file__
    assert last.line[last.colno - 8 : last.end_colno - 8] == "a + b"


@pytest.mark.parametrize("backend", ["python", "numba"])
def test_the_line_of_a_program_that_raises_itself(backend):
    def f(x):
        if x > 2.0:
            raise ValueError("too large")
        return x * x

    with pytest.raises(ValueError, match="too large") as caught:
        grad(f, backend=backend)(3.0)
    last = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert (last.filename, last.line) == (__file__, 'raise ValueError("too large")')


def entries(error):
    return list(traceback.extract_tb(error.__traceback__))


def refused(x):
    return {x}


def generator(x):
    yield x


CALLS = {
    "grad": lambda: grad(refused)(1.0),
    "value_and_grad": lambda: value_and_grad(refused)(1.0),
    "jvp": lambda: jvp(refused, (1.0,), (1.0,)),
    "vjp": lambda: vjp(refused, 1.0),
    "pullback": lambda: vjp(lambda x: (x, x), 1.0)[1](1.0),
    "check_grads": lambda: check_grads(refused, (1.0,)),
    "source": lambda: grad(refused).source(1.0),
    "ir": lambda: grad(lambda x: x).ir(1.0, stage="no such stage"),
    "save": lambda: grad(refused).save("nowhere.py", 1.0),
    "to_sympy": lambda: to_sympy(refused),
    "option": lambda: grad(refused, no_such_option=1),
    "option of a decorator": lambda: grad(no_such_option=1)(refused),
    "generator": lambda: grad(generator)(1.0),
    "not a function": lambda: grad(3),
    "argnums": lambda: grad(refused, argnums="y"),
    "arguments": lambda: grad(refused)(),
}


@pytest.mark.parametrize("name", CALLS)
def test_one_frame_of_ours(name):
    with pytest.raises(AutodiffError) as caught:
        CALLS[name]()
    error = caught.value
    assert [frame.filename for frame in entries(error)[:2]] == [__file__, __file__]
    assert len(entries(error)) == 3
    assert error.__cause__ is None
    assert error.__context__ is None


def test_what_the_user_was_handling_is_still_shown():
    def handling():
        try:
            raise KeyError("theirs")
        except KeyError:
            grad(refused)(1.0)

    with pytest.raises(UnsupportedError) as caught:
        handling()
    assert isinstance(caught.value.__context__, KeyError)


def test_frames_of_the_users_own_functions_stay():
    def failing(x):
        if x > 0:
            raise RuntimeError("theirs")
        return x

    def calls_it(x):
        return failing(x)

    # CPython runs it here, and our frames lie between the call and the function.
    with pytest.raises(RuntimeError) as caught:
        check_grads(calls_it, (1.0,))
    names = [frame.name for frame in entries(caught.value)]
    assert names[-2:] == ["calls_it", "failing"]
    assert sum(frames.is_ours(frame.filename) for frame in entries(caught.value)) <= 1


def test_errors_are_pickled_and_named_as_they_are_imported():
    error = UserError("AD101", "a reason", help="a way out")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
    assert type(error).__module__ == "autodiff_compiler"


# -- IPython -----------------------------------------------------------------------------------------------------------


def notebook(monkeypatch, *cells):
    """The texts of the errors that these cells end in, run as a notebook."""
    pytest.importorskip("ipykernel")
    nbclient = pytest.importorskip("nbclient")
    v4 = pytest.importorskip("nbformat").v4
    monkeypatch.setenv("PYTHONPATH", SOURCE)
    made = v4.new_notebook(cells=[v4.new_code_cell(cell) for cell in cells])
    nbclient.NotebookClient(made, allow_errors=True, kernel_name="python3", timeout=300).execute()
    shown = ["\n".join(out.traceback) for cell in made.cells for out in cell.outputs if out.output_type == "error"]
    return [re.sub(r"\x1b\[[0-9;]*m", "", text) for text in shown]


@pytest.mark.filterwarnings("default")
def test_a_notebook(monkeypatch, tmp_path):
    file = tmp_path / "program.py"
    file.write_text(REFUSED + "grad(f)(1.0)\n", encoding="utf-8")
    refusal, by_run, by_run_cell, raised = notebook(
        monkeypatch,
        REFUSED.strip(),
        "grad(f)(1.0)",
        f"%run {file}",
        "get_ipython().run_cell('grad(f)(1.0)')",
        "def g(a, i):\n    return a[i] * 2.0\n\ngrad(g)(np.ones(3), 7)",
    )
    for text in (refusal, by_run, by_run_cell):
        assert len(text.splitlines()) <= 14, text
        assert frames.HERE not in text
        assert "return hash(y) * 2" in text
        assert "----> " in text
        assert "grad(f)(1.0)" in text
    assert "Cell In[1]:9:12" in refusal
    assert frames.HERE not in raised
    assert "----> 2     return a[i] * 2.0" in raised
