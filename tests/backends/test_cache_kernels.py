"""Compiled code is kept beside the text, and is checked before it is loaded."""

import os
import pickle
import re
import shutil
import subprocess
import sys
import textwrap

import pytest
from cache_harness import forget, run, where

from autodiff_compiler import backends

pytestmark = pytest.mark.usefixtures("folder")


KERNEL = """
from numba import njit
import numpy as np


@njit(cache=True, nogil=True)
def helper(x):
    return x * 2.0


@njit(cache=True, nogil=True)
def f(x):
    return helper(x) + np.sum(np.ones(3))
"""


def hits(function):
    return sum(function.stats.cache_hits.values())


def test_compiled_code_is_kept_beside_the_text(folder, monkeypatch, tmp_path):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "elsewhere"))
    assert backends.load(KERNEL, "f")(1.0) == 5.0
    assert not (tmp_path / "elsewhere").exists()
    assert {p.suffix for p in folder.iterdir()} == {".py", ".nbc"}
    forget()
    again = backends.load(KERNEL, "f")
    assert again(1.0) == 5.0
    assert hits(again) == 1


def damage(data, how):
    middle = len(data) // 2
    return {
        "empty": b"",
        "truncated": data[:middle],
        "one byte less": data[:-1],
        "one byte more": data + b"x",
        "garbage": os.urandom(len(data)),
        "a bit flipped": data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :],
        "zeros": data[:middle] + bytes(len(data) - middle),
        "text": b"hello",
        "another pickle": pickle.dumps({"a": 1}),
    }[how]


@pytest.mark.parametrize(
    "how",
    ["empty", "truncated", "one byte less", "one byte more", "garbage", "a bit flipped", "zeros", "text", "another pickle"],
)
def test_damaged_compiled_code_is_compiled_anew(folder, how):
    assert backends.load(KERNEL, "f")(1.0) == 5.0
    for file in folder.glob("*.nbc"):
        file.write_bytes(damage(file.read_bytes(), how))
    forget()
    healed = backends.load(KERNEL, "f")
    assert healed(1.0) == 5.0
    assert hits(healed) == 0
    forget()
    again = backends.load(KERNEL, "f")
    assert (again(1.0), hits(again)) == (5.0, 1)


def test_compiled_code_for_something_else_is_not_used(folder):
    first = backends.load(KERNEL, "f")
    assert first(1.0) == 5.0
    (mine,) = folder.glob(f"{where(first).stem}.{first._cache._stem().split('.')[1]}.*.nbc")
    other = KERNEL.replace("2.0", "7.0")
    second = backends.load(other, "f")
    assert second(1.0) == 10.0
    (theirs,) = folder.glob(f"{where(second).stem}.{second._cache._stem().split('.')[1]}.*.nbc")
    first(1)
    by_type = [p for p in folder.glob(f"{mine.name.rsplit('.', 2)[0]}.*.nbc") if p != mine]
    assert len(by_type) == 1
    shutil.copyfile(by_type[0], mine)
    forget()
    again = backends.load(KERNEL, "f")
    assert (again(1.0), hits(again)) == (5.0, 0)


def test_other_settings_of_numba_have_files_of_their_own(folder, monkeypatch):
    import numba

    assert backends.load(KERNEL, "f")(1.0) == 5.0
    for name, value in (("__version__", "0.0.1"), ("BOUNDSCHECK", 1)):
        with monkeypatch.context() as patch:
            patch.setattr(numba if name == "__version__" else numba.config, name, value)
            forget()
            other = backends.load(KERNEL, "f")
            assert (other(1.0), hits(other)) == (5.0, 0)
    forget()
    again = backends.load(KERNEL, "f")
    assert (again(1.0), hits(again)) == (5.0, 1)


def test_compiled_code_vanishes_and_the_folder_with_it(folder):
    function = backends.load(KERNEL, "f")
    assert function(1.0) == 5.0
    shutil.rmtree(folder)
    assert function(1) == 5.0  # compiled, and not kept
    forget()
    assert backends.load(KERNEL, "f")(1.0) == 5.0


OWN_EXCEPTION = """
    from autodiff_compiler import grad
    import numpy as np
    class Mine(ValueError):
        pass
    def f(x):
        if x < 0.0:
            raise Mine("no")
        return x * x
    from autodiff_compiler.diagnostics import SOURCES
    derivative = grad(f, backend="numba")
    print(derivative(2.0))
    try:
        derivative(-1.0)
    except Mine:
        print("caught")
"""


def test_an_exception_of_a_script_is_the_same_class_in_the_next_process(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(OWN_EXCEPTION))
    for _ in range(2):
        done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True)
        assert done.stdout == "4.0\ncaught\n", done.stderr


TWO = """
    import sys
    from autodiff_compiler import grad
    for n in range(6):
        text = f"def f(x):\\n    return x * x * {n}.0\\n"
        assert grad(text, backend=sys.argv[1])(3.0) == 6.0 * n
    print("ok")
"""


@pytest.mark.parametrize("backend", ["python", "numba"])
def test_processes_that_write_at_once(backend, folder):
    command = [sys.executable, "-c", textwrap.dedent(TWO), backend]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert [process.communicate()[0] for process in started] == ["ok\n"] * 3
    assert not [p.name for p in folder.iterdir() if re.search(r"\.tmp$", p.name)]


def test_without_compiling(monkeypatch):
    code = 'from autodiff_compiler import grad; print(grad("def f(x): return x * x", backend="numba")(3.0))'
    assert run(code, NUMBA_DISABLE_JIT="1") == "6.0"


def test_a_function_has_the_entries_that_are_used(folder):
    f = backends.load(KERNEL, "f")
    assert f(1.0) == 5.0
    helper = f.py_func.__globals__["helper"]
    assert helper.targetoptions["no_cpython_wrapper"]
    assert helper.targetoptions["no_cfunc_wrapper"]
    assert "no_cpython_wrapper" not in f.targetoptions
    assert backends.load(f"{KERNEL}\n\ndef g(x):\n    return helper(x) + f(x)\n", "g")(1.0) == 7.0


def test_numba_has_room_for_its_recursion(folder):
    f = backends.load(KERNEL, "f")
    limits = []
    f._compiler = type("Compiler", (), {"compile": lambda *_: limits.append(sys.getrecursionlimit())})()
    before = sys.getrecursionlimit()
    with pytest.raises(AttributeError):  # nothing was compiled
        f(1)
    assert sys.getrecursionlimit() == before
    assert limits[0] > before
