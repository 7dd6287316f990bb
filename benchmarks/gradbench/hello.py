"""hello: a number squared, and its derivative."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autodiff_compiler import grad
from benchmarks.gradbench.evals import Eval, Function, Input, assert_close, primal


def square(x):
    return x * x


def arguments(given: Input) -> tuple[float]:
    return (float(given),)


def inputs(quick: bool) -> Iterator[tuple[str, Input]]:
    yield "1.5", 1.5


def check(name: str, args: tuple[Any, ...], result: Any) -> None:
    assert_close(result, {"square": args[0] ** 2, "double": 2.0 * args[0]}[name])


EVAL = Eval(
    "hello",
    ("scalar",),
    {
        "square": Function(lambda style, backend: primal(square, backend)),
        "double": Function(lambda style, backend: grad(square, backend=backend)),
    },
    arguments,
    inputs,
    check,
    value="square",
    derivatives=("double",),
)
