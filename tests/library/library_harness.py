"""Builds the IR of one library call, runs it with the reference interpreter, and compares with NumPy or Python."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy

from autodiff_compiler import frontend
from autodiff_compiler.diagnostics import SOURCES
from autodiff_compiler.frontend.scalars import static_type
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Region, Value
from autodiff_compiler.ir.dtype import from_numpy_dtype
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.tree import Leaf, rebuild
from autodiff_compiler.ir.types import Array, ListOf, Scalar
from autodiff_compiler.ir.verify import verify
from autodiff_compiler.library import Chosen, Definition, View


@dataclass(frozen=True)
class R:
    """A Python number known at run time only.  Bare Python numbers are static; arrays and NumPy scalars never are."""

    value: Any


@dataclass(frozen=True)
class Growing:
    """A growable list of NumPy scalars or arrays."""

    items: tuple


class Call:
    """The IR of a function under construction, with its run-time arguments."""

    def __init__(self) -> None:
        self.b = Builder()
        self.params: list[Value] = []
        self.inputs: list[Any] = []

    def param(self, value: Any, type_: Any) -> Value:
        param = Value(type_, f"x{len(self.params)}")
        self.params.append(param)
        self.inputs.append(value)
        return param

    def argument(self, x: Any) -> Any:
        """What the frontend would pass: a parameter for a run-time thing, else the static object."""
        if isinstance(x, R):
            return self.param(x.value, static_type(x.value))
        if isinstance(x, Growing):
            return self.param(list(x.items), ListOf(_numpy_type(x.items[0])))
        if isinstance(x, np.ndarray | np.generic):
            return self.param(x, _numpy_type(x))
        if isinstance(x, tuple | list):
            return type(x)(self.argument(item) for item in x)
        return x

    def finish(self, results: list[Value]) -> list[Any]:
        self.b.return_(*results)
        fn = Function("f", Region(tuple(self.params), tuple(self.b.top.ops)))
        verify(fn)
        return run(fn, self.inputs)


def _numpy_type(x: Any) -> Any:
    dtype = from_numpy_dtype(x.dtype)
    assert dtype is not None
    return Array(dtype, x.ndim) if x.ndim else Scalar(dtype)


def plain(x: Any) -> Any:
    """The argument as NumPy gets it."""
    if isinstance(x, R):
        return x.value
    if isinstance(x, Growing):
        return list(x.items)
    if isinstance(x, tuple | list):
        return type(x)(plain(item) for item in x)
    return x


def outcome(entry: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
    """The result of the built IR, in the structure the entry gave."""
    if isinstance(entry, Definition):
        return entered(entry.name, args, kwargs)
    call = Call()
    given = [call.argument(x) for x in args]
    named = {key: call.argument(x) for key, x in kwargs.items()}
    built = entry(call.b, *given, **named)
    leaves: list[Value] = []

    def collect(result: Any) -> Any:
        if isinstance(result, View):
            result = call.b.load(given[0], result.path, result.operands) if result.path else given[0]
        if isinstance(result, Chosen):
            result = result.value
        if isinstance(result, tuple | list):
            return [collect(item) for item in result]
        if isinstance(result, Value):
            leaves.append(result)
            return len(leaves) - 1, None
        return result

    shape = collect(built)
    values = call.finish(leaves)

    def fill(node: Any) -> Any:
        if isinstance(node, list):
            return [fill(item) for item in node]
        return values[node[0]] if isinstance(node, tuple) else node

    return fill(shape)


WRITING_METHODS = ("partition", "sort", "put")
WRITES = ("np.fill_diagonal", "np.put", "np.place", "np.putmask", "np.copyto", "np.put_along_axis")
"""Functions that return nothing: what is looked at is their first argument."""


def changed(function: Any) -> Any:
    """A function that writes into a copy of its first argument and returns that."""

    def call(x: Any, *args: Any, **kwargs: Any) -> Any:
        x = np.array(x)
        function(x, *args, **kwargs)
        return x

    return call


class Written:
    """A call as the text of a user's function, whose parameters are the run-time things in it."""

    def __init__(self) -> None:
        self.given: list[Any] = []
        self.space: dict[str, Any] = {"np": np, "math": math, "scipy": scipy, "statistics": statistics, "__name__": "written"}

    def text(self, x: Any) -> str:
        if isinstance(x, R):
            x = x.value
        elif type(x) in (tuple, list):
            inner = ", ".join(map(self.text, x))
            return f"[{inner}]" if isinstance(x, list) else f"({inner}{',' if x else ''})"
        elif not isinstance(x, np.ndarray | np.generic):
            if x is None or isinstance(x, str | int | slice) or (isinstance(x, float) and np.isfinite(x)):
                return repr(x)
            name = f"object{len(self.space)}"
            self.space[name] = x
            return name
        self.given.append(x)
        return f"x{len(self.given)}"

    def function(self, *lines: str) -> Any:
        names = ", ".join(f"x{i + 1}" for i in range(len(self.given)))
        text = "\n    ".join((f"def f({names}):", *lines)) + "\n"
        file = f"<call {text}>"
        SOURCES.register(file, text)
        exec(compile(text, file, "exec", dont_inherit=True), self.space)
        return self.space["f"]


def written(name: str, args: tuple, kwargs: dict[str, Any]) -> tuple[Any, list[Any]]:
    """A function with this call in it, and its arguments."""
    w = Written()
    parts = [*map(w.text, args), *(f"{key}={w.text(x)}" for key, x in kwargs.items())]
    if name in WRITES:
        return w.function(f"x = {parts[0]}.copy()", f"{name}(x, {', '.join(parts[1:])})", "return x"), w.given
    if name in WRITING_METHODS:
        return w.function(f"x = {parts[0]}.copy()", f"x.{name}({', '.join(parts[1:])})", "return x"), w.given
    call = f"{parts[0]}.{name}({', '.join(parts[1:])})" if "." not in name else f"{name}({', '.join(parts)})"
    return w.function(f"return {call}"), w.given


def entered(name: str, args: tuple, kwargs: dict[str, Any]) -> Any:
    """The result of a call in a program."""
    return lowered_and_run(*written(name, args, kwargs))


def lowered_and_run(fun: Any, given: list[Any]) -> Any:
    """What the program gives for these arguments."""
    described = [(f"x{i + 1}", *frontend.describe(x, "x")) for i, x in enumerate(given)]
    low = frontend.lower(fun, [(n, t, list(types)) for n, t, types in described], given)
    verify(low.function)
    hidden = [capture.get() for capture in low.captures]
    results = run(low.function, [*(np.array(x) if isinstance(x, np.ndarray) else x for x in given), *hidden])
    return rebuild(low.function.result_tree or Leaf(), iter(results))


def assert_same(got: Any, expected: Any, what: str, *, exact_type: bool = True) -> None:
    """Value, dtype and shape; for Python numbers the type."""
    if isinstance(expected, tuple | list):
        assert len(got) == len(expected), what
        for g, e in zip(got, expected):
            assert_same(g, e, what, exact_type=exact_type)
        return
    if expected is None or isinstance(expected, np.dtype):
        assert got == expected, what
        return
    if type(got) is bool and isinstance(expected, np.ndarray) and expected.ndim == 0:
        expected = bool(expected)  # SciPy 1.18 gives back the flag `lower` as an array
    if isinstance(expected, np.ndarray | np.generic):
        assert isinstance(got, np.ndarray | np.generic), f"{what}: {got!r} is not of NumPy, {expected!r} is"
    elif exact_type:
        assert type(got) is type(expected), f"{what}: {got!r} for {expected!r}"
    got, expected = np.asarray(got), np.asarray(expected)
    if exact_type:
        assert got.dtype == expected.dtype, f"{what}: dtype {got.dtype}, NumPy has {expected.dtype}"
    assert got.shape == expected.shape, f"{what}: shape {got.shape}, NumPy has {expected.shape}"
    tolerance = 2e-5 if expected.dtype in (np.float32, np.complex64) else 1e-12
    np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance, err_msg=what)
