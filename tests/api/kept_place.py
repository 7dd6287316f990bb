"""Programs for several processes, and the folder that they run in."""

import json
import os
import subprocess
import sys
from pathlib import Path

import autodiff_compiler

SOURCE = Path(autodiff_compiler.__file__).parent.parent
MODEL = '''
import numpy as np
import parts

SCALE = 2.0
MODE = "square"
FLAG = True
WEIGHTS = np.array([1.0, 2.0, 3.0])

def local(x, k=3.0):
    return np.sin(x) * k

def make(c, inner):
    def f(x):
        total = 0.0
        for i in range(len(x)):
            if MODE == "square" and FLAG:
                total += inner(x[i]) * x[i] * c
            else:
                total += x[i] ** 3
        return total * SCALE + np.sum(local(x) * WEIGHTS) + parts.helper(x[0])
    return f

f = make(1.5, parts.inner)
'''
PARTS = '''
import math

K = 2.0

def inner(x):
    return x * K

def helper(x):
    return math.cos(x) * K

def other(x, k=1.0):
    return x * x * x
'''
PROGRAM = '''
import builtins, math, os, sys, types
import numpy as np
from autodiff_compiler import AutodiffError, grad
import model, parts

x = np.array([0.3, 0.7, 1.1])
{change}
try:
    found = grad(model.f, backend="{backend}")(x)
except AutodiffError as error:
    print("refused", error.code)
    sys.exit()
steps = np.eye(3) * 1e-6
slopes = [(model.f(x + s) - model.f(x - s)) / 2e-6 for s in steps]
assert np.allclose(found, slopes, atol=1e-5), (found, slopes)
print("compiled" if "autodiff_compiler.driver" in sys.modules else "kept")
'''


MANY = """
import builtins, json, math, os, sys, traceback, types
import numpy as np
from autodiff_compiler import AutodiffError, grad
from autodiff_compiler.api import kept

if not KEEPS:
    kept.Shelf.keep = lambda *args, **options: None
grad(lambda x: x * x)(3.0)
kept.COMPILER = "nothing"  # it is loaded here once for all, and records are read all the same

def outcome(change, space):
    found = []
    find = kept.Shelf.find
    kept.Shelf.find = lambda self: found.append(find(self)) or found[-1]
    with open("change.py", "w") as file:  # where functions in it are found
        file.write(change)
    exec(compile(change, os.path.abspath("change.py"), "exec"), space)
    f, x = space["model"].f, space["x"]
    try:
        gradient = grad(f)(x)
    except AutodiffError as error:
        return f"refused {error.code}"
    steps = np.eye(len(x)) * 1e-6 if np.ndim(x) else [1e-6]
    slopes = [(f(x + s) - f(x - s)) / 2e-6 for s in steps]
    assert np.allclose(gradient, slopes, atol=1e-5), (gradient, slopes)
    return "kept" if found and found[0] is not None else "compiled"

for change in CHANGES:
    out, into = os.pipe()
    if os.fork() == 0:
        try:
            space = dict(globals())
            exec("import model\\nx = np.array([0.3, 0.7, 1.1])", space)
            said = outcome(change, space)
        except BaseException:
            said = traceback.format_exc()
        os.write(into, said.encode())
        os._exit(0)
    os.close(into)
    with os.fdopen(out) as stream:
        print(json.dumps(stream.read()))
    os.wait()
"""


class Place:
    """A folder with modules, and the cache of the processes that run there."""

    def __init__(self, folder):
        self.folder, self.cache = folder, folder / "cache"
        folder.mkdir(exist_ok=True)

    def write(self, **modules):
        for name, text in modules.items():
            (self.folder / f"{name}.py").write_text(text, encoding="utf-8")
        return self

    def run(self, program, *flags):
        path = self.folder / "program.py"
        path.write_text(program, encoding="utf-8")
        # No .pyc: Python itself takes an old one for a file of the same size and time.
        own = {"AUTODIFF_COMPILER_CACHE": str(self.cache), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(SOURCE)}
        done = subprocess.run([sys.executable, *flags, str(path)], capture_output=True, text=True, timeout=120, env={**os.environ, **own}, cwd=self.folder)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def outcomes(self, changes, keeps=False):
        """What becomes of the gradient after each of these changes, in processes of their own: kept, compiled or refused."""
        lines = self.run(MANY.replace("CHANGES", repr([*changes])).replace("KEEPS", str(keeps)), "-W", "ignore").splitlines()
        return dict(zip(changes, map(json.loads, lines), strict=True))

    def gradient(self, change="", *flags, backend="python"):
        return self.run(PROGRAM.format(change=change, backend=backend), *flags)

    @property
    def records(self):
        return sorted(self.cache.glob("*.known"))
