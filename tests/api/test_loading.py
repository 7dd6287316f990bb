"""`import autodiff_compiler` loads no compiler; the first derivative does, whoever asks for it and whatever happened in between."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import autodiff_compiler

SOURCE = Path(autodiff_compiler.__file__)
# What the verbs, the errors and the marks on functions are made of.
LIGHT = {"frames", "diagnostics", "options", "markers", "custom_rules", "lazy", "namespaces", "api", "testing"}
LIGHT_OF_API = {"boundary", "functions", "externals"}
OBJECTS = ("Derivative", "Explanation")
"""What a verb gives: classes of the compiler."""


@pytest.fixture
def run(tmp_path):
    """What a program prints in a process of its own, in which nothing was compiled before."""

    def run(program):
        path = tmp_path / "program.py"
        path.write_text(program, encoding="utf-8")
        environment = {**os.environ, "AUTODIFF_COMPILER_CACHE": str(tmp_path / "cache")}
        done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, timeout=120, env=environment)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    return run


def test_the_public_names_load_no_compiler(run):
    names = ", ".join(name for name in autodiff_compiler.__all__ if name not in OBJECTS)
    loaded = run(
        f"import sys, numpy, numpy.fft; before = set(sys.modules)\nfrom autodiff_compiler import {names}\n"
        "print(*sorted(set(sys.modules) - before), sep='\\n')"
    )
    ours = [name.split(".")[1:] for name in loaded if name.startswith("autodiff_compiler.")]
    assert {parts[0] for parts in ours} <= LIGHT
    assert {parts[1] for parts in ours if parts[0] == "api" and len(parts) > 1} <= LIGHT_OF_API
    others = {name.split(".")[0] for name in loaded} - {"autodiff_compiler"} - set(sys.stdlib_module_names)
    assert not others


def test_the_compiler_is_loaded_when_the_first_derivative_is_compiled(run):
    heavy = ("driver", "frontend.lowering", "library", "passes", "rules", "ad", "backends.printing", "ir.opset")
    names = tuple(f"autodiff_compiler.{name}" for name in heavy)
    shown = f"print(sum(name in sys.modules for name in {names}))\n"
    program = f"import sys\nfrom autodiff_compiler import grad\ndf = grad(lambda x: x * x)\n{shown}df(3.0)\n{shown}"
    assert run(program) == ["0", str(len(heavy))]


def test_the_first_derivative_loads_nothing_for_others(run):
    """Nor what Numba, SymPy, SciPy and the command line need."""
    program = "import sys\nfrom autodiff_compiler import check_grads, grad\nprint(grad(lambda x: x * x)(3.0))\ncheck_grads(lambda x: x * x, (2.0,))\n"
    names = ("numba", "sympy", "scipy", "click", "rich")
    assert run(f"{program}print(*(name for name in {names} if name in sys.modules))") == ["6.0", ""]


def test_the_command_line_shows_its_help_without_the_compiler(run):
    program = "import sys\nfrom autodiff_compiler.cli.main import main\nmain(['grad', '--help'], standalone_mode=False)\n"
    heavy = ("numpy", "autodiff_compiler.ir", "autodiff_compiler.frontend", "autodiff_compiler.passes")
    shown = run(f"{program}print([name for name in {heavy} if name in sys.modules])")
    assert "gradient" in "".join(shown)
    assert shown[-1] == "[]"


def test_type_checkers_see_what_is_loaded_later():
    """What stands under `if TYPE_CHECKING` is what `__getattr__` gives, from the same modules."""
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"))
    shown = {
        alias.name: node.module.removeprefix("autodiff_compiler.")
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        for alias in node.names
    }
    assert shown == autodiff_compiler._HOMES
    assert sorted(shown) == autodiff_compiler.__all__
    assert set(autodiff_compiler.__all__) <= set(dir(autodiff_compiler))


BROKEN = """
import importlib.abc, sys, traceback
from autodiff_compiler import grad

class Broken(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "autodiff_compiler.rules.matmul":
            raise ImportError("broken on purpose")

sys.meta_path.insert(0, Broken())
for _ in range(2):
    try:
        grad("def f(x): return x * x")(3.0)
    except ImportError as error:
        print(error, any("rules" in entry.filename for entry in traceback.extract_tb(error.__traceback__)))
del sys.meta_path[0]
print(grad("def f(x): return x * x")(3.0))
"""


def test_a_module_that_cannot_be_loaded_is_shown(run):
    """With all frames, each time, until it can be."""
    assert run(BROKEN) == ["broken on purpose True", "broken on purpose True", "6.0"]


THREADS = """
import sys, threading
import numpy as np
from autodiff_compiler import check_grads, grad, hvp, jacfwd, jvp, value_and_grad, vjp

sys.setswitchinterval(1e-5)
work = [
    lambda: grad("def a(x): return x * x")(3.0),
    lambda: value_and_grad("def b(x): return x * x")(3.0),
    lambda: jvp("def c(x): return x * x", (3.0,), (1.0,)),
    lambda: vjp("def d(x): return x * x", 3.0)[1](1.0),
    lambda: hvp("def e(x): return x * x * x", (1.0,), (1.0,)),
    lambda: jacfwd("def f(x): return x * x")(np.ones(2)).tolist(),
    lambda: check_grads(lambda x: x * x, (2.0,)),
    lambda: __import__("autodiff_compiler").Derivative.__name__,
]
found = [None] * len(work)
ready = threading.Barrier(len(work))

def run(k):
    ready.wait()
    try:
        found[k] = work[k]()
    except BaseException as error:
        found[k] = error

threads = [threading.Thread(target=run, args=(k,)) for k in range(len(work))]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(*found, sep="\\n")
"""


@pytest.mark.parametrize("attempt", range(3))
def test_threads_ask_for_their_first_derivative_at_once(run, attempt):
    found = run(THREADS)
    assert found == ["6.0", "(9.0, 6.0)", "(9.0, 6.0)", "(6.0,)", "6.0", "[[2.0, 0.0], [0.0, 2.0]]", "None", "Derivative"]


FORKED = """
import os, sys, threading, time, warnings
from autodiff_compiler import grad

warnings.simplefilter("ignore")
thread = threading.Thread(target=lambda: grad("def a(x): return x * x")(3.0))
thread.start()
while "autodiff_compiler.ir.core" not in sys.modules:
    time.sleep(1e-4)
child = os.fork()
if child == 0:
    print(grad("def b(x): return x * x * x")(3.0), flush=True)
    os._exit(0)
thread.join()
os.waitpid(child, 0)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_process_forked_while_the_compiler_is_loaded(run):
    assert run(FORKED) == ["27.0"]


@pytest.mark.parametrize(
    ("space", "name", "other", "call"),
    [
        ("np", "sin", "lambda x: x * x", "np.sin(x)"),
        ("np", "sin", "np.cos", "np.sin(x)"),
        ("math", "sin", "math.cos", "math.sin(x)"),
        ("np", "median", "lambda x: x[0]", "np.median(x * np.ones(3))"),
        ("np", "median", "np.mean", "np.median(x * np.ones(3))"),
        ("np", "mean", "np.median", "np.mean(x * np.ones(3))"),
        ("np.linalg", "norm", "np.linalg.det", "np.linalg.norm(x * np.ones((2, 2)))"),
        ("heapq", "nsmallest", "lambda n, xs: [max(xs)]", "heapq.nsmallest(1, [x, 3.0 * x])[0]"),
    ],
)
def test_what_was_replaced_before_the_compiler_was_loaded(run, space, name, other, call):
    """Right or refused, while it is replaced and when it is no more: not the derivative of what stood there at the time."""
    run(f"""import heapq, math
import numpy as np
from autodiff_compiler import AutodiffError, grad

def f(x):
    return {call}

def check():
    try:
        found = grad(lambda x: f(x))(0.7)
    except AutodiffError as error:
        return
    exact = (f(0.7 + 1e-6) - f(0.7 - 1e-6)) / 2e-6
    assert abs(found - exact) < 1e-6, (found, exact)

original, {space}.{name} = {space}.{name}, {other}
check()
{space}.{name} = original
check()
""")
