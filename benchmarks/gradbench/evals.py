"""What an eval is to the server and to the standalone run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.jitted import jitted

Input = Any  # what JSON holds
Call = Callable[..., Any]


def plain(value: Any) -> Any:
    """Arrays and NumPy's numbers as JSON has them."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


@dataclass(frozen=True)
class Function:
    """What the protocol asks for by name: how it is made for a style and a backend, and its result as JSON."""

    make: Callable[[str, str], Call]
    output: Callable[[Any], Any] = plain


@dataclass(frozen=True)
class Eval:
    """`arguments` turns an input into what the functions take.  `inputs(quick)` makes (description, input) by the rules of the
    suite.  `check(name, arguments, result)` compares with values that are not ours and raises `AssertionError`.  Of the functions,
    `value` is the one without a derivative, and `derivatives` are those with one; `best` is a style for each backend."""

    name: str
    styles: tuple[str, ...]
    functions: Mapping[str, Function]
    arguments: Callable[[Input], tuple[Any, ...]]
    inputs: Callable[[bool], Iterable[tuple[str, Input]]]
    check: Callable[[str, tuple[Any, ...], Any], None]
    best: Mapping[str, str] = field(default_factory=dict)
    value: str = "primal"
    derivatives: tuple[str, ...] = ("gradient",)

    def style(self, backend: str, wanted: str = "") -> str:
        """The style that was asked for, where this eval has it; else the one that is best in the backend."""
        return wanted if wanted in self.styles else self.best.get(backend, self.styles[0])

    def ready(self, name: str, style: str, backend: str) -> Call:
        """A function that has been called once for each kind of input: nothing is left to compile."""
        made = self.functions[name].make(style, backend)
        for _, given in self.inputs(True):
            made(*self.arguments(given))
        return made


def primal(program: Call, backend: str) -> Call:
    """The function without derivative: under Numba as its author would compile it, where Numba can."""
    if backend == "python":
        return program
    compiled: list[Call] = []

    def call(*args: Any) -> Any:
        if not compiled:
            compiled.append(_compiled(program, args))
        return compiled[0](*args)

    return call


def _compiled(program: Call, args: tuple[Any, ...]) -> Call:
    made = jitted(program)
    try:
        made(*args)
    except Exception as error:
        if not type(error).__module__.startswith("numba"):
            raise
        return program
    return made


def floats(values: Any) -> np.ndarray:
    """The form that compiled code is made for: a C-contiguous array of float64."""
    return np.ascontiguousarray(values, dtype=np.float64)


def directions(seed: int, *arrays: np.ndarray, count: int = 2) -> Iterator[list[np.ndarray]]:
    """Random directions of unit scale for a check along them."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        yield [rng.normal(size=np.shape(array)) for array in arrays]


def slope(function: Callable[[float], Any], step: float = 1e-3) -> Any:
    """The derivative at zero by differences of sixth order."""
    near, middle, far = (function(i * step) - function(-i * step) for i in (1, 2, 3))
    return (45.0 * near - 9.0 * middle + far) / (60.0 * step)


def assert_close(found: Any, expected: Any, tolerance: float = 1e-7) -> None:
    """Relative to the largest expected number: derivatives by differences are no more accurate than that."""
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.shape == expected.shape, f"shape {found.shape} instead of {expected.shape}"
    if not expected.size:
        return
    scale = max(float(np.abs(expected).max()), 1e-300)
    error = float(np.abs(found - expected).max()) / scale
    assert error <= tolerance, f"off by {error:.1e} of the largest number"  # NaN is not accepted, either
