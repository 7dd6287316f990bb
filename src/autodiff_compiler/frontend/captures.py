"""What a function takes from outside: closure variables, globals, builtins, attributes of objects.

Numbers and arrays found outside become hidden run-time parameters, read anew at each call.  What has to be known when
compiling (functions, modules, strings, and numbers used where a static is needed) is guarded: if it changes, the
function is compiled again.
"""

from __future__ import annotations

import builtins
import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff_compiler.diagnostics import UserError, did_you_mean
from autodiff_compiler.frontend.classes import MISSING, find
from autodiff_compiler.frontend.layout import of_array
from autodiff_compiler.frontend.scalars import is_number, static_type
from autodiff_compiler.frontend.signature import describe
from autodiff_compiler.frontend.values import Abs, Box, Cell, Dyn, Items, Ref, Static, Tup
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.tree import attributes
from autodiff_compiler.ir.types import Array, Scalar, Type

if TYPE_CHECKING:
    from autodiff_compiler.frontend.context import Context
    from autodiff_compiler.frontend.source import Source

Getter = Callable[[], Any]


@dataclass(frozen=True)
class Capture:
    """A hidden parameter: its name, how to get it at a call, its type."""

    name: str
    get: Getter
    type: Type


@dataclass(frozen=True)
class Guard:
    """Something that was read when compiling; `holds()` says whether it is still the same."""

    get: Getter
    expected: Any
    quick: bool = False
    """Cheap enough to be asked at every call, and nearly always true."""

    def holds(self) -> bool:
        try:
            current = self.get()
        except (KeyError, AttributeError, ValueError, IndexError):
            return False
        if current is self.expected:
            return True
        if isinstance(self.expected, MethodType) and isinstance(current, MethodType):  # made anew by each look-up
            return current.__self__ is self.expected.__self__ and current.__func__ is self.expected.__func__
        if isinstance(self.expected, bool | int | float | str | tuple | np.generic):
            return type(current) is type(self.expected) and repr(current) == repr(self.expected)
        return False


def _structure(obj: Any) -> tuple[Any, ...]:
    return type(obj), tuple(obj) if isinstance(obj, dict) else len(obj)


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
    _builtins: dict[int, set[str]] = field(default_factory=dict)
    """By the id of a dict of globals: the names in the program that are builtins, because they are not in there."""

    def name(self, ctx: Context, source: Source, name: str) -> Abs:
        """What a name from outside the program stands for."""
        function = source.function
        key = (id(function.__globals__), name)
        get: Getter
        free = function.__code__.co_freevars
        if name in free:
            cell = (function.__closure__ or ())[free.index(name)]
            key = (id(cell), name)
            get = lambda: cell.cell_contents
            self._known.setdefault(("keep", id(cell)), Static(cell))
        elif name in function.__globals__:
            space = function.__globals__
            get = lambda: space[name]
        elif hasattr(builtins, name):
            self._builtin(function.__globals__, name)
            return Static(getattr(builtins, name))
        else:
            known = [*function.__globals__, *vars(builtins), *ctx.frame.locals]
            raise ctx.wrong("AD101", f"name `{name}` is not defined", did_you_mean(name, known))
        if key not in self._known:
            try:
                obj = get()
            except ValueError as error:
                raise ctx.wrong("AD101", f"free variable `{name}` has no value yet") from error
            self._known[key] = self.capture(ctx, obj, get, name)
        return self._known[key]

    def _builtin(self, space: dict[str, Any], name: str) -> None:
        """Note that no global hides a builtin: one guard for all such names of a module."""
        names = self._builtins.get(id(space))
        if names is None:
            names = self._builtins[id(space)] = set()
            self.guards.append(Guard(lambda: space.keys().isdisjoint(names), True, quick=True))
        names.add(name)

    def attribute(self, ctx: Context, obj: Any, name: str) -> Abs:
        """`obj.name` of an object from outside."""
        key = (id(obj), "attribute", name)
        if key not in self._known:
            try:
                value = getattr(obj, name)
            except AttributeError as error:
                raise ctx.wrong("AD145", f"AttributeError: {error}", did_you_mean(name, dir(obj))) from error
            if isinstance(obj, ModuleType | type):
                own = _is_fixed(obj)
                get = None if own else (lambda: getattr(obj, name))
                self._known[key] = Static(value) if own else self.capture(ctx, value, get, name)
            else:
                self._known[("keep", id(obj))] = Static(obj)
                self._known[key] = self.capture(ctx, value, lambda: getattr(obj, name), name)
        return self._known[key]

    def definition(self, cls: type, name: str, after: type | None = None) -> Any:
        """What the MRO of a class gives for a name (see `classes.find`), guarded; MISSING if nothing does.

        Of a number or a container that stands there only the fact is guarded: `class_attribute` captures its value.
        """
        key = (cls, "definition", name, after)
        if key not in self._known:
            found = find(cls, name, after)
            self._known[key] = Static(found)
            if _is_data(found):
                self.guards.append(Guard(lambda: _is_data(find(cls, name, after)), True))
            elif not _is_fixed(cls):
                self.guards.append(Guard(lambda: find(cls, name, after), found))
        known = self._known[key]
        assert isinstance(known, Static)
        return known.obj

    def class_attribute(self, ctx: Context, cls: type, name: str, after: type | None = None) -> Abs:
        """The value that stands in the namespace of a class or one of its bases."""
        place = (cls, "class attribute", name, after)
        return self.once(ctx, place, find(cls, name, after), lambda: find(cls, name, after), name)

    def held(self, ctx: Context, obj: Any, name: str) -> Abs | None:
        """What an object from outside itself holds under a name; None, guarded, if nothing."""
        place = (id(obj), "held", name)
        if place not in self._known:
            self._known[("keep", id(obj))] = Static(obj)
            if name in attributes(obj):
                self._known[place] = self.capture(ctx, attributes(obj)[name], lambda: attributes(obj)[name], name)
            else:
                self.guards.append(Guard(lambda: name in attributes(obj), False))
                self._known[place] = Static(MISSING)
        known = self._known[place]
        return None if isinstance(known, Static) and known.obj is MISSING else known

    def dispatched(self, generic: Any, cls: type) -> Any:
        """The function that `functools.singledispatch` chooses for a class, guarded."""
        chosen = generic.dispatch(cls)
        self.guards.append(Guard(lambda: generic.dispatch(cls), chosen))
        return chosen

    def once(self, ctx: Context, place: tuple[Any, ...], obj: Any, get: Getter, name: str) -> Abs:
        """`capture`, remembered by a place of its own, so that a second call of a function adds no second parameter."""
        if place not in self._known:
            self._known[place] = self.capture(ctx, obj, get, name)
        return self._known[place]

    def wrap(self, ctx: Context, obj: Any) -> Abs:
        """An object that a static operation gave."""
        return self.capture(ctx, obj, None, "captured") if isinstance(obj, np.ndarray) else Static(obj)

    def capture(self, ctx: Context, obj: Any, get: Getter | None, name: str) -> Abs:
        """An object from outside as an abstract value; `get` finds it again at each call."""
        getter: Getter = get if get is not None else (lambda: obj)
        if isinstance(obj, np.ndarray):
            return self._array(ctx, obj, getter, name)
        if isinstance(obj, float | np.floating):
            return Dyn(self._parameter(ctx, obj, getter, name))
        if isinstance(obj, int | np.integer) and not isinstance(obj, bool) and is_number(obj):
            return Dyn(self._parameter(ctx, obj, getter, name), self._static_number(obj, getter))
        if isinstance(obj, tuple | list) or type(obj) is dict:
            return self._container(ctx, obj, getter, name)
        if dataclasses.is_dataclass(obj) and not isinstance(obj, type):
            found = attributes(obj)
            items = [self.capture(ctx, held, _attribute_getter(getter, k), f"{name}_{k}") for k, held in found.items()]
            self.guards.append(Guard(lambda: _held_names(getter()), _held_names(obj)))
            return self._box(ctx, type(obj), items, tuple(found))
        self._guard(obj, getter)
        return Static(obj)

    def _guard(self, obj: Any, get: Getter) -> None:
        if isinstance(obj, ModuleType):
            if not _is_fixed(obj):
                self.guards.append(Guard(get, obj, quick=True))
            return
        self.guards.append(Guard(get, obj))
        if isinstance(obj, FunctionType):
            self.guards.append(Guard(lambda: obj.__code__, obj.__code__))

    def _static_number(self, obj: Any, get: Getter) -> Getter:
        guard = Guard(get, obj)

        def static() -> Any:
            if guard not in self.guards:
                self.guards.append(guard)
            return obj

        return static

    def _parameter(self, ctx: Context, obj: Any, get: Getter, name: str) -> Value:
        if isinstance(obj, np.ndarray | np.generic):
            try:
                _, (type_,) = describe(obj, name)
            except UserError as error:
                raise ctx.wrong(error.code, error.reason, error.help) from None
        else:
            type_ = static_type(obj)
        unique = self._fresh(name)
        value = Value(type_, unique)
        self.captures.append(Capture(unique, get, type_))
        self.values[unique] = value
        return value

    def _fresh(self, name: str) -> str:
        base = name if name.isidentifier() else "captured"
        unique, count = base, 2
        while unique in self.taken:
            unique, count = f"{base}_{count}", count + 1
        self.taken.add(unique)
        return unique

    def _array(self, ctx: Context, obj: np.ndarray, get: Getter, name: str) -> Ref:
        if type(obj) is not np.ndarray:
            raise UserError("AD401", f"`{name}` is a {type(obj).__name__}", ctx.b.span, help=f"use np.asarray({name})")
        if not obj.ndim:
            # A scalar at run time; an array all the same, which may not be written, nor become a number unnoticed.
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

    def _container(self, ctx: Context, obj: Any, get: Getter, name: str) -> Abs:
        keys = list(obj) if isinstance(obj, dict) else list(range(len(obj)))
        self.guards.append(Guard(lambda: _structure(get()), _structure(obj)))
        items = [self.capture(ctx, obj[key], _item_getter(get, key), f"{name}_{key}") for key in keys]
        if isinstance(obj, tuple):
            return Tup(tuple(items), type(obj), tuple(getattr(obj, "_fields", ())))
        return self._box(ctx, type(obj), items, tuple(keys) if isinstance(obj, dict) else ())

    def _box(self, ctx: Context, cls: type, items: list[Abs], keys: tuple[Any, ...]) -> Box:
        box = Box(cls, local=False)
        box.constant = Items(tuple(items), keys)
        return box


def _is_fixed(obj: ModuleType | type) -> bool:
    """Whether what it holds, and the name it goes by, stay as they are."""
    return obj.__name__.split(".")[0] in ("numpy", "math", "builtins", "operator", "functools")


def _is_data(found: Any) -> bool:
    return isinstance(found, bool | int | float | np.ndarray | np.generic | list | tuple | dict)


def _held_names(obj: Any) -> tuple[Any, ...]:
    return type(obj), *attributes(obj)


def _attribute_getter(get: Getter, name: str) -> Getter:
    return lambda: attributes(get())[name]


def _item_getter(get: Getter, key: Any) -> Getter:
    return lambda: get()[key]
