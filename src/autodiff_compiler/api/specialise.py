"""Specialisations: one compiled function per tuple of argument types, and when it may be used again."""

from __future__ import annotations

import functools
import gc
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import MethodType
from typing import Any

import numpy as np

from autodiff_compiler import frontend
from autodiff_compiler.api.binding import Described, key_of
from autodiff_compiler.diagnostics import UserError
from autodiff_compiler.driver import Compilation
from autodiff_compiler.frontend import Lowered
from autodiff_compiler.frontend.layout import of_array
from autodiff_compiler.ir.tree import Tree, leaves
from autodiff_compiler.ir.types import Array, Type

# One compilation at a time: the frontend and the disk cache need not be told about threads.
LOCK = threading.RLock()


@dataclass
class Specialisation:
    """A derivative for given argument types.  `second` is the reverse sweep of a `vjp`."""

    lowered: Lowered
    compiled: Compilation
    second: Compilation | None = None

    def __post_init__(self) -> None:
        hidden = {capture.name for capture in self.lowered.captures}
        expected: list[tuple[Tree, list[Type]]] = []
        values = iter(self.lowered.function.params)
        for name, tree in self.lowered.function.param_trees:
            types = [next(values).type for _ in range(leaves(tree))]
            if name in hidden:
                expected.append((tree, types))
        self._expected = expected

    @property
    def closed(self) -> bool:
        """Whether nothing but the argument types decides its meaning, and guards that are quick to ask."""
        arrays = sum(isinstance(v.type, Array) for v in self.lowered.function.params)
        lasting = any(not guard.quick for guard in self.lowered.guards)
        may_overlap = self.lowered.written and arrays > 1
        asked = self.lowered.static_leaves or self.lowered.layouts
        return not (self.lowered.captures or lasting or asked or may_overlap)

    def captured(self, values: Sequence[Any] | None) -> list[Any] | None:
        """What the captures hold now; None if this specialisation does not fit the world or these leaves."""
        for index, expected in self.lowered.static_leaves.items():
            if values is None or type(values[index]) is not type(expected) or values[index] != expected:
                return None
        for index, layout in self.lowered.layouts.items():
            if values is None or of_array(np.asarray(values[index])) != layout:
                return None
        if not all(guard.holds() for guard in self.lowered.guards):
            return None
        current = [capture.get() for capture in self.lowered.captures]
        for value, (tree, types) in zip(current, self._expected):
            now_tree, now_types = frontend.describe(value)
            if now_tree != tree or list(now_types) != types:
                return None
        if values is not None and self.lowered.written:
            self._check_overlap(values, current)
        return current

    def _check_overlap(self, values: Sequence[Any], captured: Sequence[Any]) -> None:
        """Refuse a call in which an array that the function writes into shares memory with another: it was compiled as
        if each had memory of its own."""
        for written in self.lowered.written:
            for other, value in enumerate([*values, *captured]):
                if other != written and isinstance(value, np.ndarray) and np.shares_memory(values[written], value):
                    names = [v.name for v in self.lowered.function.params]
                    raise UserError(
                        "AD427",
                        f"{names[written]} and {names[other]} share memory, and {self.lowered.function.name} writes into "
                        f"{names[written]}",
                        self.lowered.function.span,
                        help="pass a copy of one of them",
                    )


class Table:
    """The specialisations of one function and one kind of derivative."""

    def __init__(self, build: Callable[..., Specialisation]) -> None:
        self._build = build
        self._by_key: dict[tuple, list[Specialisation]] = {}

    def get(
        self, arguments: Described, values: Sequence[Any] | None, extra: tuple = ()
    ) -> tuple[Specialisation, list[Any]]:
        """The specialisation for these argument types, and the values of its captures.

        `values` are the leaves of the arguments, where there is a call: some may be part of a specialisation.
        """
        key = (key_of(arguments), extra)
        with LOCK:
            known = self._by_key.setdefault(key, [])
            for candidate in known:
                current = candidate.captured(values)
                if current is not None:
                    return candidate, current
            with collector_paused():
                made = self._build(arguments, values, *extra)
            current = made.captured(values)
            if current is None:
                # A captured value that cannot be read twice alike: this specialisation serves one call.
                return made, [capture.get() for capture in made.lowered.captures]
            known.append(made)
            return made, current


@contextmanager
def collector_paused() -> Iterator[None]:
    """While compiling, no search for cycles: the compiler makes next to none, and each search would walk the whole program
    again.  `LOCK` is held, so that nobody else here turns the collector on or off in between."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def memo(fun: Any, key: tuple, make: Callable[[], Any]) -> Any:
    """`make()`, remembered with the function object under `key`, so that a repeated `jvp(f, …)` compiles once."""
    if isinstance(fun, MethodType):
        return _remembered(_of_method(fun), key, make)
    try:
        owner, known = fun.__dict__.get("__autodiff__", (None, {}))
        if owner is not fun:  # `functools.wraps` copies a function's attributes to its wrapper
            owner, known = fun, {}
            fun.__autodiff__ = (owner, known)
    except (AttributeError, TypeError):  # an object with slots: nothing to remember with
        return make()
    return _remembered(known, key, make)


@functools.lru_cache(maxsize=128)
def _of_method(method: MethodType) -> dict[tuple, Any]:
    """What is known of a bound method: it is made anew at each look-up, but equal for the same object and function."""
    return {}


def _remembered(known: dict[tuple, Any], key: tuple, make: Callable[[], Any]) -> Any:
    if key not in known:
        known[key] = make()
    return known[key]
