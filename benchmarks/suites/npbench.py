"""NPBench: the NumPy version of each kernel, as it is, at the suite's own sizes.

The loss is the sum over every output (what is returned, and the arguments that the suite lists as outputs), each weighted by
random numbers that stay the same: of complex outputs the real and the imaginary parts.  It is differentiated with respect
to every float or complex argument.  Arrays of integers that mean quantities, not indices, are given as floats, moved apart
by random fractions: at a tie of a `min` or `max` differences judge nothing.
"""

from __future__ import annotations

import copy
import importlib
import importlib.util
import inspect
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

import numpy as np

import autodiff_compiler as adc
from benchmarks.suites.differences import TOLERANCE, assert_derivative, varies, wide_precision
from benchmarks.suites.runs import Run
from benchmarks.timing import interleaved, keep_memory

INTEGERS_AS_FLOATS = ("compute", "floyd_warshall")
# Where the kernel itself is no more exact: it computes in float32, or magnifies its own rounding (by 1e10).
COARSE = 1e-4
CHAOTIC = ("nbody",)
COLUMNS = {"primal ms": ".2f", "gradient ms": ".2f", "ratio": ".2f", "first call s": ".1f"}


@dataclass(frozen=True)
class Kernel:
    """A kernel of the suite: the function, its arguments, and which of them it writes its outputs into."""

    fun: Callable[..., Any]
    names: tuple[str, ...]
    args: tuple[Any, ...]
    written: tuple[str, ...]


def runs(repo: Path, backends: Iterable[str], only: str, preset: str, rounds: int) -> list[Run]:
    found = sorted(path.stem for path in (repo / "bench_info").glob("*.json") if only in path.stem)
    if not found:
        raise FileNotFoundError(f"no kernel {only!r} in {repo / 'bench_info'}: is it a checkout of spcl/npbench?")
    return [Run(name, backend, check, (repo, name, backend, preset, rounds)) for name in found for backend in backends]


def check(repo: Path, name: str, backend: str, preset: str, rounds: int) -> dict[str, float]:
    """Compare value and gradient of one kernel, and time both."""
    keep_memory()
    kernel = load(repo, name, preset)
    positions = tuple(i for i, arg in enumerate(kernel.args) if varies(arg))
    loss = loss_of(kernel)
    derivative = adc.value_and_grad(loss, argnums=positions, backend=backend)
    # Nothing is found compiled, not even a helper that another kernel has needed: the first call is measured, too.
    with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, AUTODIFF_COMPILER_CACHE=folder):
        start = time.process_time()
        value, gradients = derivative(*copy.deepcopy(kernel.args))
        first = time.process_time() - start
    expected = loss(*copy.deepcopy(kernel.args))
    coarse = name in CHAOTIC or "float32" in Path(inspect.getfile(kernel.fun)).read_text(encoding="utf-8")
    tolerance = COARSE if coarse else TOLERANCE
    if not np.isclose(value, expected, rtol=tolerance if coarse else 1e-9):
        raise AssertionError(f"value {value!r}, NumPy gives {expected!r}")
    assert_derivative(loss, kernel.args, positions, gradients, tolerance, widened=wide_precision(kernel.fun))
    if not rounds:
        return {"first call s": first}
    times = interleaved(
        {"primal": lambda: loss(*copy.deepcopy(kernel.args)), "gradient": lambda: derivative(*copy.deepcopy(kernel.args))},
        rounds,
    )
    return {
        "primal ms": 1e3 * times.median("primal"),
        "gradient ms": 1e3 * times.median("gradient"),
        "ratio": times.ratio("gradient", "primal"),
        "first call s": first,
    }


def load(repo: Path, name: str, preset: str) -> Kernel:
    if str(repo) not in sys.path:
        sys.path.insert(0, str(repo))
    info = json.loads((repo / "bench_info" / f"{name}.json").read_text(encoding="utf-8"))["benchmark"]
    module = "npbench.benchmarks." + info["relative_path"].replace("/", ".") + "." + info["module_name"]
    known = dict(info["parameters"][preset])
    if info.get("init"):
        initialize = getattr(_imported(module), info["init"]["func_name"])
        made = initialize(*(known[key] for key in info["init"]["input_args"]))
        outputs = info["init"]["output_args"]
        known.update(zip(outputs, (made,) if len(outputs) == 1 else made, strict=True))
    fun = getattr(_imported(module + "_numpy"), info["func_name"])
    names = tuple(info["input_args"])
    return Kernel(fun, names, tuple(_argument(name, known[key]) for key in names), tuple(info["output_args"]))


def _imported(name: str) -> ModuleType:
    return importlib.import_module(name)


def _argument(kernel: str, value: Any) -> Any:
    """In double precision, so that differences can judge; integers as floats, no two of them equal, where they are quantities."""
    array = np.asarray(value)
    if array.dtype == np.float32:
        return np.asarray(value, np.float64) if array.ndim else float(value)
    if array.ndim and array.dtype.kind in "iu" and kernel in INTEGERS_AS_FLOATS:
        return array + np.random.default_rng(0).random(array.shape)
    return value


def loss_of(kernel: Kernel) -> Callable[..., Any]:
    """A function of the kernel's arguments, from a file, as a user would write it."""
    copies = dict(zip(kernel.names, copy.deepcopy(kernel.args), strict=True))
    result = kernel.fun(*copies.values())
    returned = result if isinstance(result, tuple) else () if result is None else (result,)
    outputs = {
        "result" if not isinstance(result, tuple) else f"result[{i}]": value for i, value in enumerate(returned)
    } | {
        name: copies[name]
        for name, before in zip(kernel.names, kernel.args, strict=True)
        if name in kernel.written or not np.array_equal(before, copies[name], equal_nan=varies(before))
    }
    rng = np.random.default_rng(1)
    weights, terms = [], []
    for text, value in outputs.items():
        for part in (".real", ".imag") if np.iscomplexobj(value) else ("",):
            if varies(value):
                terms.append(f"np.sum(loss_weights[{len(weights)}] * {text}{part})")
                weights.append(rng.standard_normal(np.shape(value)))
    if not terms:
        raise TypeError("no output is a float: there is nothing to differentiate")
    module = _module(
        "import numpy as np\n\n\n"
        f"def loss({', '.join(kernel.names)}):\n"
        f"    result = kernel({', '.join(kernel.names)})\n"
        f"    return {' + '.join(terms)}\n"
    )
    vars(module).update(kernel=kernel.fun, loss_weights=tuple(weights))
    loss: Callable[..., Any] = module.loss
    return loss


def _module(text: str) -> ModuleType:
    path = Path(tempfile.mkdtemp()) / "weighted_loss.py"
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("weighted_loss", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
