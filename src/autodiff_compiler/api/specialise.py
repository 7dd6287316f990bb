"""Specialisations: one compiled function per tuple of argument types, and when it may be used again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from autodiff_compiler import frontend
from autodiff_compiler.api.binding import Described, key_of
from autodiff_compiler.driver import Compilation
from autodiff_compiler.frontend import Lowered
from autodiff_compiler.ir.tree import Tree, leaves
from autodiff_compiler.ir.types import Type

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
        """Whether nothing outside the arguments can change its meaning."""
        return not self.lowered.captures and not self.lowered.guards

    def captured(self) -> list[Any] | None:
        """What the captures hold now; None if this specialisation does not fit the world any more."""
        if not all(guard.holds() for guard in self.lowered.guards):
            return None
        current = [capture.get() for capture in self.lowered.captures]
        for value, (tree, types) in zip(current, self._expected):
            now_tree, now_types = frontend.describe(value)
            if now_tree != tree or list(now_types) != types:
                return None
        return current


class Table:
    """The specialisations of one function and one kind of derivative."""

    def __init__(self, build: Callable[..., Specialisation]) -> None:
        self._build = build
        self._by_key: dict[tuple, list[Specialisation]] = {}

    def get(self, arguments: Described, extra: tuple = ()) -> tuple[Specialisation, list[Any]]:
        """The specialisation for these argument types, and the values of its captures."""
        key = (key_of(arguments), extra)
        with LOCK:
            known = self._by_key.setdefault(key, [])
            for candidate in known:
                current = candidate.captured()
                if current is not None:
                    return candidate, current
            made = self._build(arguments, *extra)
            current = made.captured()
            if current is None:
                # A captured value changed while we compiled, or cannot be described twice alike: use it once.
                return made, [capture.get() for capture in made.lowered.captures]
            known.append(made)
            return made, current


def memo(fun: Any, key: tuple, make: Callable[[], Any]) -> Any:
    """`make()`, remembered with the function object under `key`, so that a repeated `jvp(f, …)` compiles once."""
    try:
        owner, known = fun.__dict__.get("__autodiff__", (None, {}))
        if owner is not fun:  # `functools.wraps` copies a function's attributes to its wrapper
            owner, known = fun, {}
            fun.__autodiff__ = (owner, known)
    except (AttributeError, TypeError):  # a bound method or an object with slots: nothing to remember with
        return make()
    if key not in known:
        known[key] = make()
    return known[key]
