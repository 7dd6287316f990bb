"""From a function after the buffers stage to the text of a Python module, by the backend of a name."""

from __future__ import annotations

from autodiff_compiler.backends import module
from autodiff_compiler.backends.counters import lengths_for_trips
from autodiff_compiler.backends.extents import taken_early
from autodiff_compiler.backends.known_checks import unchecked
from autodiff_compiler.backends.numba import NUMBA
from autodiff_compiler.backends.python import PYTHON
from autodiff_compiler.backends.source import Printed
from autodiff_compiler.backends.spelling import Backend
from autodiff_compiler.ir.core import Function
from autodiff_compiler.ir.program import mapped

BACKENDS: dict[str, Backend] = {backend.name: backend for backend in (PYTHON, NUMBA)}


def emit(function: Function, backend: str, docstring: str = "", fastmath: bool = True) -> str:
    """The text of `printed`."""
    return printed(function, backend, docstring, fastmath).text


def printed(function: Function, backend: str, docstring: str = "", fastmath: bool = True) -> Printed:
    """A module whose function `function.name` takes the Python arguments and returns the Python result.

    `backend` is one of `BACKENDS`; `fastmath` lets Numba reassociate sums and means nothing to Python.
    """
    function = mapped(function, lambda one: lengths_for_trips(taken_early(unchecked(one))))
    return module.emit(function, BACKENDS[backend], docstring, fastmath)


def distinct(function: Function, backend: str) -> Function:
    """The program under a name that no helper of the backend has."""
    return module.distinct(function, BACKENDS[backend].prelude)
