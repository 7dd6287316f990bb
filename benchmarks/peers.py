"""Other tools on the same functions: those that are installed, each in its own words."""

from __future__ import annotations

import functools
import importlib
import importlib.util
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from autodiff_compiler import grad
from benchmarks.programs import labels, logistic_arrays, logsumexp, rosenbrock_slices, signed
from benchmarks.report import Report, Table, progress
from benchmarks.timing import interleaved

Call = Callable[[], Any]


def programs(quick: bool) -> dict[str, tuple[Callable, tuple]]:
    """Functions that every tool can express, without a loop, and their arguments."""
    n = 100 if quick else 100_000
    return {
        "rosenbrock": (rosenbrock_slices, (signed(n),)),
        "logsumexp": (logsumexp, (signed(n),)),
        "logistic": (logistic_arrays, (signed(20), signed(n // 5, 20, seed=1), labels(n // 5))),
    }


# What `written` takes from the module.
WORDS = {"sum", "max", "exp", "log", "mean", "logaddexp", "dot"}


def written(np_: Any) -> dict[str, Callable]:
    """The same functions over a NumPy-like module."""
    return {
        "rosenbrock": lambda x: np_.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2),
        "logsumexp": lambda x: np_.max(x) + np_.log(np_.sum(np_.exp(x - np_.max(x)))),
        "logistic": lambda w, X, y: (
            np_.mean(np_.logaddexp(0.0, np_.dot(X, w)) - y * np_.dot(X, w)) + 0.05 * np_.dot(w, w)
        ),
    }


def _jax(name: str, args: tuple) -> Call:
    jax = importlib.import_module("jax")
    jax.config.update("jax_enable_x64", True)
    gradient = jax.jit(jax.grad(written(jax.numpy)[name]))
    given = [jax.numpy.asarray(a) for a in args]
    return lambda: np.asarray(gradient(*given).block_until_ready())


def _autograd(name: str, args: tuple) -> Call:
    autograd = importlib.import_module("autograd")
    numpy = importlib.import_module("autograd.numpy")
    return functools.partial(autograd.grad(written(numpy)[name]), *args)


def _torch(name: str, args: tuple) -> Call:
    torch = importlib.import_module("torch")
    given = [torch.from_numpy(a) for a in args]
    x = given[0].requires_grad_()
    functions = {
        "rosenbrock": lambda x: (100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2).sum(),
        "logsumexp": functools.partial(torch.logsumexp, dim=0),
        "logistic": lambda w, X, y: (torch.nn.functional.softplus(X @ w) - y * (X @ w)).mean() + 0.05 * torch.dot(w, w),
    }
    fun = functions[name]
    return lambda: torch.autograd.grad(fun(*given), x)[0].numpy()  # noqa: PLW0108  # `numpy` is called on the result


def _mygrad(name: str, args: tuple) -> Call:
    mygrad = importlib.import_module("mygrad")
    words = SimpleNamespace(**{w: getattr(mygrad, w) for w in WORDS - {"dot"}}, dot=mygrad.matmul)

    def call() -> Any:
        x = mygrad.tensor(args[0])
        written(words)[name](x, *args[1:]).backward()
        return x.grad

    return call


def _casadi(name: str, args: tuple) -> Call:
    casadi = importlib.import_module("casadi")
    x = casadi.MX.sym("x", len(args[0]))
    if name == "rosenbrock":
        out = casadi.sum1(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)
    elif name == "logsumexp":
        out = casadi.mmax(x) + casadi.log(casadi.sum1(casadi.exp(x - casadi.mmax(x))))
    else:
        z = casadi.mtimes(casadi.DM(args[1]), x)
        out = casadi.sum1(casadi.log1p(casadi.exp(z)) - casadi.DM(args[2]) * z) / len(args[2]) + 0.05 * casadi.dot(x, x)
    gradient = casadi.Function("g", [x], [casadi.gradient(out, x)])
    return lambda: np.asarray(gradient(args[0])).ravel()


def _pytensor(name: str, args: tuple) -> Call:
    pytensor = importlib.import_module("pytensor")
    tensor = importlib.import_module("pytensor.tensor")
    words = SimpleNamespace(
        **{w: getattr(tensor, w) for w in WORDS - {"logaddexp"}}, logaddexp=lambda a, b: tensor.softplus(b - a) + a
    )
    given = [tensor.matrix() if a.ndim == 2 else tensor.vector() for a in args]
    gradient = pytensor.function(given, pytensor.grad(written(words)[name](*given), given[0]))
    return lambda: gradient(*args)


PEERS: dict[str, Callable[[str, tuple], Call]] = {
    "jax": _jax,
    "autograd": _autograd,
    "torch": _torch,
    "mygrad": _mygrad,
    "casadi": _casadi,
    "pytensor": _pytensor,
}


def run(quick: bool = False) -> Report:
    found = [name for name in PEERS if importlib.util.find_spec(name) is not None]
    missing = [name for name in PEERS if name not in found]
    rows: list[dict[str, Any]] = []
    notes: list[str] = [f"{name}: not installed" for name in missing]
    for program, (fun, args) in progress(list(programs(quick).items()), lambda item: item[0]):
        calls: dict[str, Call] = {
            f"ours, {b}": functools.partial(grad(fun, backend=b), *args) for b in ("python", "numba")
        }
        reference = np.asarray(calls["ours, python"]())
        for name in found:
            try:
                call = PEERS[name](program, args)
                np.testing.assert_allclose(call(), reference, rtol=1e-6, atol=1e-9 * np.max(np.abs(reference)))
            except Exception as error:
                notes.append(
                    f"{name} on {program}: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
                )
                continue
            calls[name] = call
        times = interleaved(calls, 3 if quick else 9)
        rows += [{"program": program, "tool": name, "seconds": times.median(name)} for name in calls]
    table = Table("Gradient, ms per call", ["program", "tool", "ms"])
    for row in rows:
        table.add(row["program"], row["tool"], f"{1e3 * row['seconds']:.3f}")
    for note in notes:
        table.add("", note, "")
    return Report("peers", quick, {"rows": rows, "notes": notes}, [table])
