"""The fast way into a specialisation: a function, written for calls like one that was made, that tests the arguments and what
was read outside the function, and calls the compiled code.

Such an *entry* tests all that the slow way (`Signature.bind`, `described`, `Specialisation.captured`) would find out, by a few
comparisons of types.  What it has no test for has no entry: every call of it goes the slow way.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import FunctionType, MethodType
from typing import Any

import numpy as np

from autodiff_compiler import frontend
from autodiff_compiler.api.outputs import Outputs, are_apart
from autodiff_compiler.api.specialise import Specialisation
from autodiff_compiler.diagnostics import Stretched
from autodiff_compiler.frontend import guards, signature
from autodiff_compiler.ir.tree import Const, Leaf, Tree, children, flatten, leaves
from autodiff_compiler.options import OUT

MISSED = object()
"""What an entry returns for a call that is not like the one that it was written for."""

MOST_LEAVES = 64
"""A call with more values goes the slow way."""

MOST_PAIRS = 40
"""Of more arrays to fill and arrays it is not asked one by one whether they share memory."""

MOST_ENTRIES = 8
"""As many kinds of calls are tried one after the other."""

Entry = tuple[Callable[..., Any], Specialisation]


class Entries:
    """The entries of one derivative, the latest first."""

    def __init__(self) -> None:
        self.known: tuple[Entry, ...] = ()
        self._seen: list[Specialisation] = []

    def note(self, found: Specialisation, write: Callable[[EntryWriter], None]) -> None:
        """A call went the slow way.  If its specialisation was called before, write an entry: one call alone is not worth it."""
        if not any(found is one for one in self._seen):
            self._seen = [found, *self._seen[: MOST_ENTRIES - 1]]
            return
        if found.needs.written or sum(found is one for _, one in self.known) > 1:
            return
        writer = EntryWriter(found)
        try:
            write(writer)
        except _NoTest:
            return
        self.known = ((writer.entry(), found), *self.known[: MOST_ENTRIES - 1])


class _NoTest(Exception):  # noqa: N818  # never leaves this module
    """There is no short test for a value."""


class EntryWriter:
    """Writes the entry of one specialisation.  Whoever uses it says what is given (`arguments`, `tangents`), and then `captured`."""

    def __init__(self, found: Specialisation) -> None:
        self._found = found
        self._names: dict[int, str] = {}
        # The builtins by themselves: a program may have given `builtins.len` another meaning.  Numba imports on behalf of
        # whoever calls it, where it makes an exception.
        self._space: dict[str, Any] = {
            one.__name__: one
            for one in (type, len, float, tuple, getattr, Exception, Stretched, np.ndarray, guards.same)
        } | {"missed": MISSED, "__builtins__": {"__import__": builtins.__import__}}
        self._tests: dict[str, None] = {}
        """Statements, in order; the same test is written once."""
        self._passed: list[str] = []
        self._leaves: list[str] = []
        self._filled: list[str] = []
        """The arrays that are written into."""
        self._arrays: dict[str, None] = {}
        self._locals = 0
        self._given: list[str] = []
        """The parameters of the entry."""

    # -- what a call gives -----------------------------------------------------------------------------------------

    def arguments(self, name: str, given: Sequence[Any], fun: Any, bound: Mapping[str, tuple[Tree, Any]]) -> None:
        """The tuple `given` under the name `name`; `bound` are all arguments of `fun`, as they were described."""
        places = self._items(name, given)
        rest = list(bound.values())[len(given) :]
        if rest:
            if not isinstance(fun, FunctionType) or fun.__kwdefaults__:
                raise _NoTest
            self._test(f"{self._bind(fun)}.__defaults__ is {self._bind(fun.__defaults__)}")
            places += [self._bind(value) for _, value in rest]
        values = [*given, *(value for _, value in rest)]
        for place, value, (tree, taken) in zip(places, values, bound.values()):
            self._passed.append(self._value(place, tree, value, floats=taken is not value))
        for index, expected in self._found.needs.static_leaves.items():
            leaf = self._leaves[index]
            self._test(f"type({leaf}) is {self._bind(type(expected))} and {leaf} == {self._bind(expected)}")
        for index, shape in self._found.needs.shapes.items():
            self._test(f"{self._bind(np.shape)}({self._leaves[index]}) == {self._bind(shape)}")
        for index, layout in self._found.needs.layouts.items():
            self._test(f"{self._bind(frontend.of_array)}({self._leaves[index]}) == {self._bind(layout)}")

    def tangents(
        self, name: str, given: Sequence[Any], taken: Sequence[Any], bound: Mapping[str, tuple[Tree, Any]]
    ) -> None:
        """The tuple of tangents under the name `name`, None for an argument that does not vary; `taken` are those that the
        compiled function takes."""
        primals, passed = iter(self._leaves), iter(taken)
        self._leaves = []
        for place, value, (tree, _) in zip(self._items(name, given), given, bound.values()):
            before = len(self._leaves)
            if value is None:
                self._test(f"{place} is None")
                self._leaves += ["None"] * leaves(tree)
            else:
                text = self._value(place, tree, value)
                if any(leaf is not None for leaf in flatten(tree, value)):
                    self._passed.append(text)
                    if not _alike(flatten(tree, value), flatten(tree, next(passed))):
                        raise _NoTest
            for leaf in self._leaves[before:]:
                primal = next(primals)
                if leaf in self._arrays:
                    self._test(f"{leaf}.shape == {primal}.shape")

    def outputs(self, given: Outputs) -> None:
        """The arrays to fill; arguments come first."""
        self._given.append(OUT)
        primals, first = self._leaves, len(self._leaves)
        self._passed.append(self._value(OUT, given.tree, given.value))
        self._filled = self._leaves[first:]
        for place, like in zip(self._filled, given.like):
            self._test(f"{place}.shape == {primals[like]}.shape and {place}.flags.carray")

    def room(self, arrays: tuple[np.ndarray, ...]) -> None:
        """What the compiled function works in; before `captured`."""
        self._passed.append(self._bind(arrays))

    def sizes(self, needs: Iterable[tuple[int, int | None, int]]) -> None:
        """The leaves at these places have this extent along an axis, or are this int; after `captured`."""
        for place, axis, value in needs:
            leaf = self._leaves[place]
            self._test(f"{leaf} == {value}" if axis is None else f"{leaf}.shape[{axis}] == {value}")

    def captured(self, values: Sequence[Any]) -> None:
        """What the function reads outside, with its present values."""
        for guard in self._found.guards:
            self._test(guard.written(self._bind))
        for capture, value in zip(self._found.needs.captures, values):
            place = self._local(guards.Place.of(capture.get).written(self._bind))
            self._value(place, signature.describe(value)[0], value)
            self._passed.append(place)

    def entry(self) -> Callable[..., Any]:
        self._keep_apart()
        self._space["call"] = self._found.call
        tests = "\n        ".join(self._tests)
        text = (
            f"def entry({', '.join(self._given)}):\n"
            f"    try:\n        {tests}\n    except Exception:\n        return missed\n"
            # The slow way knows what to do with a call that is not the usual one.
            f"    try:\n        return call({', '.join(self._passed)})\n    except Stretched:\n        return missed\n"
        )
        # The name of a file of ours, so that the entry is not shown in a traceback.
        exec(compile(text, f"{__file__}:entry", "exec"), self._space)
        made: Callable[..., Any] = self._space["entry"]
        return made

    def _keep_apart(self) -> None:
        """Arrays to fill share no memory with other arrays, as far as their bounds show."""
        if len(self._filled) * len(self._arrays) > MOST_PAIRS:
            others = [one for one in self._arrays if one not in self._filled]
            filled, rest = (f"({''.join(f'{one}, ' for one in some)})" for some in (self._filled, others))
            self._test(f"{self._bind(are_apart)}({filled}, {rest})")
            return
        for k, place in enumerate(self._filled):
            others = [one for one in self._arrays if one not in self._filled[: k + 1]]
            shared = [f"{self._bind(np.may_share_memory)}({place}, {other})" for other in others]
            if shared:
                self._test(f"not ({' or '.join(shared)})")

    # -- one value -------------------------------------------------------------------------------------------------

    def _value(self, place: str, tree: Tree, given: Any, *, floats: bool = False) -> str:
        """Test that what is found at `place` is like `given`; what is passed on.  With `floats` ints become floats."""
        if isinstance(tree, Leaf):
            return self._leaf(place, given, floats)
        if isinstance(tree, Const):
            return self._constant(place, tree.value)
        kind = self._kind(place, tree.cls)
        if tree.cls is dict:
            if not all(type(key) is str for key in tree.keys):
                raise _NoTest
            self._test(f"{kind} and [*{place}] == {self._bind(list(tree.keys))}")
            parts = [self._local(f"{place}[{key!r}]") for key in tree.keys]
        elif tree.cls is list or issubclass(tree.cls, tuple):
            parts = [self._new() for _ in tree.children]
            self._test(f"{kind} and len({place}) == {len(parts)}")
            if parts:
                items = place if tree.cls in (list, tuple) else f"tuple.__iter__({place})"
                self._tests[f"{', '.join(parts)}, = {items}"] = None
        else:
            raise _NoTest
        taken = [
            self._value(part, child, item, floats=floats)
            for part, child, item in zip(parts, tree.children, children(tree, given))
        ]
        if tree.cls is dict:
            return f"{{{', '.join(f'{key!r}: {part}' for key, part in zip(tree.keys, taken))}}}"
        if tree.cls is list:
            return f"[{', '.join(taken)}]"
        items = f"({''.join(f'{part}, ' for part in taken)})"
        return items if tree.cls is tuple else f"tuple.__new__({self._bind(tree.cls)}, {items})"

    def _leaf(self, place: str, given: Any, floats: bool) -> str:
        if len(self._leaves) == MOST_LEAVES:
            raise _NoTest
        self._leaves.append(place)
        kind = type(given)
        if kind is np.ndarray:
            self._arrays[place] = None
            dtype = self._bind(given.dtype)
            self._test(f"type({place}) is ndarray and {place}.dtype == {dtype} and {place}.ndim == {given.ndim}")
            return place if given.ndim else f"{place}[()]"
        if given is None:
            self._test(f"{place} is None")
        elif kind in (float, int, complex) or issubclass(kind, np.generic):
            self._test(self._kind(place, kind))
        else:
            raise _NoTest
        return f"float({place})" if floats and kind is int else place

    def _constant(self, place: str, value: Any) -> str:
        if isinstance(value, MethodType):
            raise _NoTest
        if type(value) is str:
            self._test(f"{self._kind(place, str)} and {place} == {value!r}")
        else:
            self._test(f"{place} is {self._bind(value)}")
        return place

    def _kind(self, place: str, kind: type) -> str:
        return f"type({place}) is {self._bind(kind)}"

    # -- text ------------------------------------------------------------------------------------------------------

    def _items(self, name: str, given: Sequence[Any]) -> list[str]:
        self._given.append(name)
        places = [self._new() for _ in given]
        self._test(f"type({name}) is tuple and len({name}) == {len(given)}")
        if places:
            self._tests[f"{', '.join(places)}, = {name}"] = None
        return places

    def _test(self, text: str) -> None:
        self._tests[f"if not ({text}): return missed"] = None

    def _local(self, text: str) -> str:
        name = self._new()
        self._tests[f"{name} = {text}"] = None
        return name

    def _new(self) -> str:
        self._locals += 1
        return f"v{self._locals}"

    def _bind(self, obj: Any) -> str:
        name = self._names.get(id(obj))
        if name is None:
            name = self._names[id(obj)] = f"object_{len(self._names)}"
            self._space[name] = obj
        return name


def _alike(given: Sequence[Any], taken: Sequence[Any]) -> bool:
    """Whether these are taken as they are given, without a conversion."""
    return all(type(one) is type(other) for one, other in zip(given, taken))
