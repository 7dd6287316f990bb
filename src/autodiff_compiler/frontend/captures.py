"""What a function takes from outside: closure variables, globals, builtins, attributes of objects.

Numbers and arrays found outside become hidden run-time parameters, read at each call.  What has to be known at
compile time (functions, modules, strings, and numbers used where a static is needed) is guarded: if it changes, the
function is compiled again.  Everything that the frontend reads from Python objects it reads here, by `look` or `capture`.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Container
from dataclasses import dataclass, field
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff_compiler.diagnostics import UserError, did_you_mean
from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.guards import Column, Guard, Place, is_lasting, kinds_of_items, shape_of
from autodiff_compiler.frontend.layout import of_array
from autodiff_compiler.frontend.lowered import Capture, Getter
from autodiff_compiler.frontend.mro import MISSING, find
from autodiff_compiler.frontend.scalars import is_number, static_type
from autodiff_compiler.frontend.signature import describe
from autodiff_compiler.frontend.values import Abs, Cell, Dyn, Items, Ref, Static, Tup
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.instances import attributes
from autodiff_compiler.ir.types import Array, Scalar

if TYPE_CHECKING:
    from autodiff_compiler.frontend.context import Context
    from autodiff_compiler.frontend.source import Source


@dataclass
class Captures:
    """The hidden parameters and guards found so far."""

    captures: list[Capture] = field(default_factory=list)
    guards: list[Guard] = field(default_factory=list)
    values: dict[str, Value] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    """Names that hidden parameters must not have."""
    careful: bool = False
    """Whether the layouts of arrays found outside are asked for, and guarded."""
    written: dict[Cell, None] = field(default_factory=dict)
    """Arrays of the caller, or what may be one of them, that the function writes into."""
    _known: dict[Any, Abs] = field(default_factory=dict)
    _guarded: set[tuple[Any, ...]] = field(default_factory=set)
    _containers: dict[int, tuple[tuple[Abs, ...], Place, str]] = field(default_factory=dict)
    """By the id of what a list or tuple from outside holds: that, where the container is found, and its name."""
    _columns: dict[tuple[Any, ...], Value] = field(default_factory=dict)
    _by_columns: list[Place] = field(default_factory=list)
    """Containers that are read by columns."""

    # -- what is known when compiling, and guarded -----------------------------------------------------------------

    def look(self, place: Place) -> Any:
        """What is found at a place; if it is another object at a later call, the function is compiled again."""
        found = place()
        self.guard(place, found)
        return found

    def guard(self, get: Getter, expected: Any) -> None:
        """Note that what was found at a place is part of what the function means."""
        place = Place.of(get)
        key = (id(place.root), place.steps, id(expected))
        if place.steps and key not in self._guarded:
            self._guarded.add(key)
            self.guards.append(Guard(get, expected))

    def code(self, function: FunctionType) -> None:
        """Note which code a function has: `%autoreload` gives it another."""
        self.guard(Place(function).attribute("__code__"), function.__code__)

    def known(self, obj: Any) -> Static:
        """An object, noting its class, in which its attributes and methods are looked up: it can be given another."""
        if not is_lasting(type(obj)) and not isinstance(obj, FunctionType | type | ModuleType):
            self.guard(Place(obj).asked(type), type(obj))
        return Static(obj)

    def lacks(self, obj: Any, name: str) -> bool:
        """Whether an object has no such attribute."""
        found: bool = self.look(Place(obj).asked(_Lacking(name)))
        return found

    def is_subclass(self, cls: type, wanted: Any) -> bool:
        """`issubclass(cls, wanted)`; the bases of a class can be set, and abstract ones learn of new subclasses."""
        found = issubclass(cls, wanted)
        if not all(is_lasting(one) for one in (cls, *(wanted if isinstance(wanted, tuple) else (wanted,)))):
            self.guard(Place(cls).asked(_Below(wanted)), found)
        return found

    # -- names and attributes --------------------------------------------------------------------------------------

    def name(self, ctx: Context, source: Source, name: str, *, module: bool) -> Abs:
        """What a name from outside the program stands for; with `module` it is not a closure variable."""
        function = source.function
        builtins = Place(function).attribute("__builtins__")
        key = (id(function.__globals__), name)
        free = function.__code__.co_freevars
        if name in free and not module:
            cell = (function.__closure__ or ())[free.index(name)]
            key = (id(cell), name)
            place = Place(cell).attribute("cell_contents")
            self._known.setdefault(("keep", id(cell)), Static(cell))
        elif name in function.__globals__:
            place = Place(function.__globals__).item(name)
        elif name in builtins():
            if not source.ours:
                self.guard(Place(function.__globals__).lacks(name), True)
            place = Place(builtins()).item(name)
        else:
            known = [*function.__globals__, *builtins(), *ctx.frame.locals]
            raise ctx.wrong("AD101", f"name `{name}` is not defined", did_you_mean(name, known))
        if key not in self._known:
            try:
                obj = place()
            except ValueError as error:
                raise ctx.wrong("AD101", f"free variable `{name}` has no value yet") from error
            # What a definition of the library refers to does not change.
            self._known[key] = Static(obj) if source.ours else self.capture(ctx, obj, place, name)
        return self._known[key]

    def attribute(self, ctx: Context, obj: Any, name: str) -> Abs:
        """`obj.name` of an object from outside."""
        key = (id(obj), "attribute", name)
        if key not in self._known:
            try:
                value = getattr(obj, name)
            except AttributeError as error:
                raise ctx.wrong("AD145", f"AttributeError: {error}", did_you_mean(name, dir(obj))) from error
            place = Place(obj).attribute(name)
            self._known[("keep", id(obj))] = Static(obj)
            if isinstance(obj, ModuleType | type) and _is_fixed(obj):
                self.guard(place, value)
                self._known[key] = Static(value)
            else:
                self._known[key] = self.capture(ctx, value, place, name)
        return self._known[key]

    def definition(self, cls: type, name: str, after: type | None = None) -> Any:
        """What the MRO of a class gives for a name (see `classes.find`), guarded; MISSING if nothing does.

        For a number or a container only its existence is guarded: `class_attribute` captures its value.
        """
        key = (cls, "definition", name, after)
        if key not in self._known:
            place = Place(cls).asked(_Found(name, after))
            found = place()
            self._known[key] = Static(found)
            if _is_data(found):
                self.guard(place.asked(_is_data), True)
            elif not _is_fixed(cls):
                self.guard(place, found)
        known = self._known[key]
        assert isinstance(known, Static)
        return known.obj

    def class_attribute(self, ctx: Context, cls: type, name: str, after: type | None = None) -> Abs:
        """The value in the namespace of a class or one of its bases."""
        place = Place(cls).asked(_Found(name, after))
        return self.once(ctx, (cls, "class attribute", name, after), place(), place, name)

    def held(self, ctx: Context, obj: Any, name: str) -> Abs | None:
        """What an object from outside itself holds under a name; None if nothing, which is guarded, too."""
        place = (id(obj), "held", name)
        if place not in self._known:
            self._known[("keep", id(obj))] = Static(obj)
            if name in attributes(obj):
                found = Place(obj).asked(attributes).item(name)
                self._known[place] = self.capture(ctx, found(), found, name)
            else:
                self.guard(Place(obj).asked(attributes).lacks(name), True)
                self._known[place] = Static(MISSING)
        known = self._known[place]
        return None if isinstance(known, Static) and known.obj is MISSING else known

    def dispatched(self, generic: Any, cls: type) -> Any:
        """The function that `functools.singledispatch` chooses for a class, guarded."""
        return self.look(Place(generic).attribute("dispatch").asked(_Given(cls)))

    def once(self, ctx: Context, place: tuple[Any, ...], obj: Any, get: Getter, name: str) -> Abs:
        """`capture`, remembered by a place of its own, so that a second call of a function adds no second parameter."""
        if place not in self._known:
            self._known[place] = self.capture(ctx, obj, get, name)
        return self._known[place]

    def wrap(self, ctx: Context, obj: Any) -> Abs:
        """An object that a static operation returned."""
        return self.capture(ctx, obj, None, "captured") if isinstance(obj, np.ndarray) else Static(obj)

    def capture(self, ctx: Context, obj: Any, get: Getter | None, name: str) -> Abs:
        """An object from outside as an abstract value; `get` finds it again at each call."""
        getter = Place(obj) if get is None else Place.of(get)
        if isinstance(obj, np.ndarray):
            return self._array(ctx, obj, getter, name)
        if isinstance(obj, enum.Enum):  # some are numbers, too
            self.guard(getter, obj)
            return self.known(obj)
        if isinstance(obj, float | complex | np.inexact):
            return Dyn(self._parameter(ctx, obj, getter, name))
        if isinstance(obj, int | np.integer) and not isinstance(obj, bool) and is_number(obj):
            return Dyn(self._parameter(ctx, obj, getter, name), self._static_number(obj, getter))
        if isinstance(obj, tuple | list) or type(obj) is dict:
            return self._container(ctx, obj, getter, name)
        if dataclasses.is_dataclass(obj) and not isinstance(obj, type):
            found = attributes(obj)
            places = {key: getter.asked(attributes).item(key) for key in found}
            items = [self.capture(ctx, held, places[k], f"{name}_{k}") for k, held in found.items()]
            self.guard(getter.asked(_held_names), _held_names(obj))
            return self._box(ctx, type(obj), tuple(items), tuple(found))
        self.guard(getter, obj)
        return self.known(obj)

    def _static_number(self, obj: Any, get: Place) -> Getter:
        def static() -> Any:
            self.guard(get, obj)
            return obj

        return static

    def _parameter(self, ctx: Context, obj: Any, get: Getter, name: str, *, column: bool = False) -> Value:
        if isinstance(obj, np.ndarray | np.generic):
            try:
                _, (type_,) = describe(obj, name)
            except UserError as error:
                raise ctx.wrong(error.code, error.reason, error.help) from None
        else:
            type_ = static_type(obj)
        unique = self._fresh(name)
        value = Value(type_, unique)
        self.captures.append(Capture(unique, get, type_, column))
        self.values[unique] = value
        ctx.given.add(value)
        return value

    def _fresh(self, name: str) -> str:
        base = name if name.isidentifier() else "captured"
        unique, count = base, 2
        while unique in self.taken:
            unique, count = f"{base}_{count}", count + 1
        self.taken.add(unique)
        return unique

    def _array(self, ctx: Context, obj: np.ndarray, get: Place, name: str) -> Ref:
        if type(obj) is not np.ndarray:
            raise UserError("AD401", f"`{name}` is a {type(obj).__name__}", ctx.b.span, help=f"use np.asarray({name})")
        if not obj.ndim:
            # A scalar at run time, but still an array: it may not be written to, nor become a number unnoticed.
            self.guards.append(Guard(lambda: type(get()), np.ndarray))
        value = self._parameter(ctx, obj, get if obj.ndim else (lambda: get()[()]), name)
        assert isinstance(value.type, Array | Scalar)
        cell = Cell(value.type, value.name, ctx.b.span, local=False)
        cell.constant = value
        layout = None
        if self.careful:
            layout = of_array(obj)
            self.guards.append(Guard(lambda: of_array(get()), layout))
        return Ref(cell, value.type, layout=layout)

    def _container(self, ctx: Context, obj: Any, get: Place, name: str) -> Abs:
        keys = list(obj) if isinstance(obj, dict) else list(range(len(obj)))
        self.guard(get.asked(shape_of), shape_of(obj))
        items = [self.capture(ctx, obj[key], get.item(key), f"{name}_{key}") for key in keys]
        held = tuple(items)
        self._containers[id(held)] = held, get, name
        if isinstance(obj, tuple):
            return Tup(held, type(obj), tuple(getattr(obj, "_fields", ())))
        return self._box(ctx, type(obj), held, tuple(keys) if isinstance(obj, dict) else ())

    def column(self, ctx: Context, items: tuple[Abs, ...], where: tuple[Any, ...], type_: Scalar) -> Value | None:
        """The numbers at one place of each item of a container from outside, as an array; None if these are not its items."""
        if id(items) not in self._containers:
            return None
        _, get, name = self._containers[id(items)]
        key = (id(items), where)
        if key not in self._columns:
            kinds = get.asked(kinds_of_items)
            self.guard(kinds, kinds())
            self._by_columns.append(get)
            column = get.asked(Column(where, type_.dtype.numpy_name))
            self._columns[key] = self._parameter(ctx, column(), column, "_".join(map(str, (name, *where))), column=True)
        return self._columns[key]

    def needed(self, used: Container[Value]) -> tuple[Capture, ...]:
        """The hidden parameters, without the numbers of containers that are read by columns instead."""
        return tuple(
            capture
            for capture in self.captures
            if self.values[capture.name] in used or not any(place.leads_to(capture.get) for place in self._by_columns)
        )

    def _box(self, ctx: Context, cls: type, items: tuple[Abs, ...], keys: tuple[Any, ...]) -> Box:
        box = Box(cls, local=False)
        box.constant = Items(items, keys)
        return box


def _is_fixed(obj: ModuleType | type) -> bool:
    """Whether what it holds, and its name, cannot change."""
    return obj.__name__.split(".")[0] in ("numpy", "math", "cmath", "builtins", "operator", "functools")


def _is_data(found: Any) -> bool:
    return isinstance(found, bool | int | float | complex | np.ndarray | np.generic | list | tuple | dict)


def _held_names(obj: Any) -> tuple[Any, ...]:
    return type(obj), *attributes(obj)


@dataclass(frozen=True)
class _Lacking:
    """Whether an object has no attribute of a name."""

    name: str

    def __call__(self, obj: Any) -> bool:
        return not hasattr(obj, self.name)


@dataclass(frozen=True)
class _Below:
    """Whether a class is a subclass of others."""

    wanted: Any

    def __call__(self, cls: type) -> bool:
        return issubclass(cls, self.wanted)


@dataclass(frozen=True)
class _Found:
    """What the MRO of a class gives for a name (`classes.find`)."""

    name: str
    after: type | None

    def __call__(self, cls: type) -> Any:
        return find(cls, self.name, self.after)


@dataclass(frozen=True)
class _Given:
    """What a function returns for an argument."""

    argument: Any

    def __call__(self, function: Any) -> Any:
        return function(self.argument)
