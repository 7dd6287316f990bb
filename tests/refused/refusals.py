"""The frame of the programs that are not supported: what marks them, and what each has to end in."""

from __future__ import annotations

import copy
import inspect
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autodiff_compiler import AutodiffError, InternalError, value_and_grad

X = 1.5
A = np.array([0.3, -0.7, 1.1, 0.4])
M = np.array([[2.0, 0.3, 0.1], [0.2, 1.5, -0.4], [0.7, -0.2, 1.8]])


@dataclass(frozen=True)
class Program:
    fun: Callable[..., Any]
    args: tuple[Any, ...]

    def __str__(self) -> str:
        return self.fun.__name__


class Programs(list):
    """The programs of one module.  `@program` alone means that the function is called with the number X."""

    def program(self, *args: Any) -> Callable:
        if len(args) == 1 and callable(args[0]):
            self.append(Program(args[0], (X,)))
            return args[0]

        def note(fun: Callable[..., Any]) -> Callable[..., Any]:
            self.append(Program(fun, args))
            return fun

        return note


def check(program: Program) -> None:
    """CPython runs the program; we end in an error with a code, a line of the program and a way out, and never in a number."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        value = float(np.real(program.fun(*copy.deepcopy(program.args))))
        try:
            found, _ = value_and_grad(program.fun)(*copy.deepcopy(program.args))
        except InternalError:
            raise
        except AutodiffError as error:
            _is_useful(error, program)
            return
    right = np.allclose(found, value, rtol=1e-9, atol=1e-12, equal_nan=True)
    raise AssertionError(
        f"{program} is supported now: take it off this list, and give its feature a test of its derivative"
        if right
        else f"{program} gives {found!r}, where CPython gives {value!r}"
    )


def _is_useful(error: AutodiffError, program: Program) -> None:
    assert error.code.startswith("AD"), error
    assert error.span is not None, error
    assert error.help, error
    lines, first = inspect.getsourcelines(program.fun)
    place: Any = error.span
    # What a helper or a class of the program does is shown there, and with it the line that it was called from.
    while place is not None and not (place.file == inspect.getsourcefile(program.fun) and 0 <= place.line - first < len(lines)):
        place = place.caller
    assert place is not None, error
