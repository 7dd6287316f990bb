"""Tangent's test functions, differentiated in both modes and, where the result is a scalar, twice.

Functions of TensorFlow are left out, and the one that inserts code into Tangent's own reverse sweep.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

import autodiff_compiler as adc
from benchmarks.suites.runs import Run

NOT_PROGRAMS = ("insert_grad_of", "inlining_contextmanager", "trace", "cart2polar")
"""Helpers, what uses them, and a call of `np.arctan` with two numbers, which NumPy refuses."""
VECTOR = np.array([0.3, -0.7, 1.2, 0.9, -0.4])
SQUARE = np.array([[2.0, 0.3, -0.5], [0.1, 1.5, 0.4], [-0.6, 0.2, 1.1]])
# Tangent's tests give an argument by its name.
BY_NAME: dict[str, tuple[Any, ...]] = {
    "a": (-0.5, 0.1, 0.5, 2.0),
    "b": (1.5, -0.7),
    "c": (0.6,),
    "n": (1, 3),
    "i": (1,),
    "x": (VECTOR,),
    "sqm": (SQUARE,),
    "val": ({"a": 0.5, "b": 1.5, "c": -0.7},),
    "abc_packed_in_tuple": ((0.5, 1.5, -0.7),),
    "p": ({"i": {"j": 3.0, "k": 4.0}},),
}
_ROW = np.array([[0.3, -0.2, 0.5]])
BY_FUNCTION: dict[str, tuple[Any, ...]] = {
    "listcomp": (VECTOR,),
    "while_big": (0.7,),  # at 0.1 it jumps
    "logistic_regression": (np.ones(3) * 0.4, np.eye(5)[1], np.linspace(-1.0, 1.0, 15).reshape(3, 5), np.zeros(5)),
    "rnn": (np.linspace(-1.0, 1.0, 6).reshape(3, 2), np.linspace(-0.5, 0.8, 6).reshape(2, 3)),
    "bilinear": (_ROW, _ROW + 0.1, SQUARE, SQUARE.T, _ROW - 0.3),
}


def runs(repo: Path, backends: Iterable[str], only: str) -> list[Run]:
    module = load(repo)
    found = [
        name
        for name, fun in vars(module).items()
        if inspect.isfunction(fun) and name not in NOT_PROGRAMS and not _of_tensorflow(fun) and only in name
    ]
    return [Run(name, backend, check, (repo, name, backend)) for name in found for backend in backends]


def load(repo: Path) -> ModuleType:
    """The file of functions, with as much of Tangent as it names in its text."""
    path = repo / "tests"
    if not (path / "functions.py").exists():
        raise FileNotFoundError(f"no {path / 'functions.py'}: is it a checkout of google/tangent?")
    stub = ModuleType("tangent")
    vars(stub).update(trace=lambda fun: fun, insert_grad_of=None, Stack=list, push=push, pop=pop)
    sys.modules["tangent"] = stub
    if str(path) not in sys.path:
        sys.path.insert(0, str(path))
    return importlib.import_module("functions")


def push(stack: list[Any], value: Any, _name: str) -> None:
    stack.append(value)


def pop(stack: list[Any], _name: str) -> Any:
    return stack.pop()


def _of_tensorflow(fun: Callable[..., Any]) -> bool:
    return fun.__name__.startswith("tfe_") or "tf" in fun.__code__.co_names


def check(repo: Path, name: str, backend: str) -> None:
    fun = getattr(load(repo), name)
    tried = 0
    for args in _arguments(name, tuple(inspect.signature(fun).parameters)):
        with np.errstate(all="ignore"):
            value = fun(*args)
        if all(np.all(np.isfinite(leaf)) for leaf in _leaves(value)):
            adc.check_grads(fun, args, backend=backend)
            tried += 1
    if not tried:
        raise TypeError("no arguments at which the function is finite")


def _arguments(name: str, names: tuple[str, ...]) -> list[tuple[Any, ...]]:
    if name in BY_FUNCTION:
        return [BY_FUNCTION[name]]
    found: list[tuple[Any, ...]] = [()]
    for parameter in names:
        found = [(*given, value) for given in found for value in BY_NAME[parameter]]
    return found


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return _leaves(list(value.values()))
    if isinstance(value, list | tuple):
        return [leaf for item in value for leaf in _leaves(item)]
    return [value]
