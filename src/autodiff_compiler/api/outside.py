"""What was read outside a function when it was compiled, in words for other processes, and read again there.

A record is a list of steps, taken in order from the function itself: where something was found (`Found`), and which objects belong to
one that was found (`Part`).  Objects have numbers: what was one object must be one again, and what were two must be two.  In another process every place is looked
at again, and what is there must be described by the same words.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterable
from types import CellType, FunctionType, ModuleType
from typing import Any, NamedTuple

from autodiff_compiler.api.program import Program
from autodiff_compiler.api.recognition import Words, described
from autodiff_compiler.frontend.guards import Attribute, Guard, Lacks, Place, Step, Subscript
from autodiff_compiler.frontend.lowered import Capture, Needs
from autodiff_compiler.frontend.signature import describe
from autodiff_compiler.ir.tree import Leaf


class Unknown(Exception):  # noqa: N818  # never leaves the API
    """There are no words for something, or it is not what it was."""


class Found(NamedTuple):
    """A guard: at a place is what these words describe; a function gets the number `number`."""

    root: int
    steps: tuple[Step, ...]
    words: Words
    number: int | None


class Part(NamedTuple):
    """An object that belongs to the one with the number `of`, or to the process: its globals, a cell, a module, the builtins."""

    kind: str
    of: int
    key: Any
    number: int


class Read(NamedTuple):
    """A capture: what is found at a place has this type, and becomes a parameter of this name."""

    name: str
    root: int
    steps: tuple[Step, ...]
    type: str


class Outside(NamedTuple):
    """All of it, in order."""

    guards: tuple[Found | Part, ...]
    captures: tuple[Read, ...]


class _Objects:
    """Objects and their numbers."""

    def __init__(self) -> None:
        self.by_index: dict[int, Any] = {}
        self.by_identity: dict[int, int] = {}

    def bind(self, index: int, obj: Any) -> None:
        """An object has this number, as it had before, if it or the number was seen before."""
        if self.by_identity.setdefault(id(obj), index) != index or self.by_index.setdefault(index, obj) is not obj:
            raise Unknown


# -- writing -----------------------------------------------------------------------------------------------------------


def written(fun: FunctionType, program: Program) -> Outside:
    """What a program needs in words; `Unknown` if there are none for some of it."""
    needs = program.needs
    # Values, layouts and lengths of arguments are part of a specialisation, and arrays that are written into are checked at each call.
    if needs.static_leaves or needs.written or needs.layouts or needs.shapes:
        raise Unknown
    return _Writer(fun, needs.guards).outside(program)


class _Writer:
    def __init__(self, fun: FunctionType, guards: Iterable[Guard]) -> None:
        self._guards = tuple(guards)
        self._entered = {id(place.root) for place in map(_place_of_code, self._guards) if place is not None}
        """The functions whose code was looked at, so that nothing else about them counts."""
        self._objects = _Objects()
        self._steps: list[Found | Part] = []
        self._function(fun)

    def outside(self, program: Program) -> Outside:
        for guard in self._guards:
            self._found(guard)
        captures = [
            self._read(one, *built) for one, built in zip(program.needs.captures, program.captured, strict=True)
        ]
        return Outside(tuple(self._steps), tuple(captures))

    def _found(self, guard: Guard) -> None:
        root, steps = self._place(guard.get)
        words = described(guard.expected)
        is_function = isinstance(guard.expected, FunctionType)
        if words is None or (is_function and id(guard.expected) not in self._entered):
            raise Unknown
        index = self._objects.by_identity.get(id(guard.expected)) if is_function else None
        is_new = is_function and index is None
        self._steps.append(Found(root, steps, words, len(self._objects.by_index) if is_new else index))
        if is_new:
            self._function(guard.expected)

    def _read(self, capture: Capture, tree: Any, types: Any) -> Read:
        if capture.column or tree != Leaf():
            raise Unknown
        return Read(capture.name, *self._place(capture.get), str(types[0]))

    def _place(self, get: Any) -> tuple[int, tuple[Step, ...]]:
        if not isinstance(get, Place) or not all(map(_is_plain, get.steps)):
            raise Unknown
        return self._root(get.root), get.steps

    def _root(self, obj: Any) -> int:
        index = self._objects.by_identity.get(id(obj))
        if index is not None:
            return index
        if obj is vars(builtins):
            return self._part("builtins", 0, None, obj)
        if isinstance(obj, ModuleType) and described(obj) is not None:
            return self._part("module", 0, obj.__name__, obj)
        raise Unknown

    def _function(self, function: FunctionType) -> None:
        """A function that is found, and what it has of its own."""
        index = len(self._objects.by_index)
        self._objects.bind(index, function)
        for kind, key, obj in _parts(function):
            self._part(kind, index, key, obj)

    def _part(self, kind: str, of: int, key: Any, obj: Any) -> int:
        index = self._objects.by_identity.get(id(obj), len(self._objects.by_index))
        self._objects.bind(index, obj)
        self._steps.append(Part(kind, of, key, index))
        return index


def _place_of_code(guard: Guard) -> Place | None:
    """Where a guard found the code of a function, if it did."""
    is_of_code = isinstance(guard.get, Place) and guard.get.steps == (Attribute("__code__"),)
    return Place.of(guard.get) if is_of_code else None


def _is_plain(step: Step) -> bool:
    return isinstance(step, Attribute) or (isinstance(step, Subscript | Lacks) and type(step.key) in (str, int))


def _parts(function: FunctionType) -> list[tuple[str, Any, Any]]:
    """What belongs to a function besides its code."""
    if Place(function).attribute("__builtins__")() is not vars(builtins):
        raise Unknown
    cells: tuple[CellType, ...] = function.__closure__ or ()
    return [("globals", None, function.__globals__), *(("cell", k, cell) for k, cell in enumerate(cells))]


# -- reading -----------------------------------------------------------------------------------------------------------


def read(fun: FunctionType, outside: Outside) -> Needs:
    """What the program needs, found again in this process; `Unknown` if something is not what it was."""
    objects = _Objects()
    objects.bind(0, fun)
    _parts(fun)
    found: list[Guard] = []
    for step in outside.guards:
        if isinstance(step, Part):
            objects.bind(step.number, _part(objects, step))
            continue
        place = Place(objects.by_index[step.root], step.steps)
        obj = place()
        if described(obj) != step.words:
            raise Unknown
        if step.number is not None:
            objects.bind(step.number, obj)
            _parts(obj)
        found.append(Guard(place, obj))
    return Needs(tuple(_capture(objects, one) for one in outside.captures), tuple(found))


def _part(objects: _Objects, part: Part) -> Any:
    owner = objects.by_index[part.of]
    if part.kind == "globals":
        return owner.__globals__
    if part.kind == "cell":
        return owner.__closure__[part.key]
    return vars(builtins) if part.kind == "builtins" else sys.modules[part.key]


def _capture(objects: _Objects, one: Read) -> Capture:
    place = Place(objects.by_index[one.root], one.steps)
    tree, types = describe(place(), one.name)
    if tree != Leaf() or str(types[0]) != one.type:
        raise Unknown
    return Capture(one.name, place, types[0])
