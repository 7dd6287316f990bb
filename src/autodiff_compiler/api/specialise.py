"""Specialisations: one compiled function per tuple of argument types, and when it may be used again."""

from __future__ import annotations

import builtins
import functools
import inspect
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff_compiler import frontend, log, namespaces
from autodiff_compiler.api.binding import Described, key_of
from autodiff_compiler.api.program import Made, Program, program
from autodiff_compiler.diagnostics import InternalError, Stretched, UnsupportedError, UserError
from autodiff_compiler.frontend import guards, signature
from autodiff_compiler.ir.tree import Leaf, Tree
from autodiff_compiler.lazy import LOCK, collector_paused

if TYPE_CHECKING:
    from autodiff_compiler.frontend import Lowered
    from autodiff_compiler.transforms.stages import Compilation

MOST_OBJECTS = 32
"""Of so many objects with a `__call__` it is remembered what was compiled for them."""
OF_LISTS = ("AD304", "AD310")
"""Refusals of reverse mode that have to do with lists in loops."""


class Specialisation:
    """A derivative for given argument types: what a call needs of it, and how it was made, which is found out when it is asked for."""

    def __init__(self, program: Program, made: Callable[[], Made]) -> None:
        self.program, self._made = program, made
        self.needs, self.call, self.is_usual = program.needs, program.call, program.is_usual
        self.versions: CallVersions | None = None
        """The versions of the derivative, of which this is one; None where it is the only one."""
        self.checked = False
        """Whether a call was compared with the function itself (`first_check.py`)."""
        self.hidden = [(capture.name, tree) for capture, (tree, _) in zip(self.needs.captures, program.captured)]
        """What it captures: names, and how the values are built."""
        self.guards = [*self.needs.guards]
        for text in program.texts:
            for module, name, meant in namespaces.used(text):
                # where the frontend finds it too, so that it is asked for once
                found_at = guards.Place(vars(module)).item(name) if module is builtins else None
                self.guards.append(guards.Guard(found_at or guards.Place(module).attribute(name), meant))
        self.holds: Callable[[], bool] = guards.all_hold(self.guards)
        """Whether everything that was looked at when compiling, and that the generated code calls, is as it was."""

    @classmethod
    def of(cls, made: Made) -> Specialisation:
        """What was just made."""
        return cls(program(made), lambda: made)

    @property
    def lowered(self) -> Lowered:
        return self._made().lowered

    @property
    def compiled(self) -> Compilation:
        return self._made().compiled

    @property
    def second(self) -> Compilation | None:
        return self._made().second

    @property
    def signature(self) -> inspect.Signature | None:
        return self._made().signature

    @property
    def active(self) -> tuple[bool, ...]:
        return self._made().active

    @property
    def result_tree(self) -> Tree:
        """How the function's own result is built."""
        return self.lowered.function.result_tree or Leaf()

    @property
    def readable(self) -> Specialisation:
        """The version for people to read."""
        return self if self.versions is None else self.versions.get(readable=True)

    def takes_what(self, other: Specialisation) -> bool:
        """Whether it captures the same values as another version, in the same order."""
        places = [
            [
                (c.name, c.type, id(place.root), place.steps)
                for c in one.needs.captures
                for place in (guards.Place.of(c.get),)
            ]
            for one in (self, other)
        ]
        return self.needs is other.needs or places[0] == places[1]

    @property
    def closed(self) -> bool:
        """Whether its meaning is decided by the argument types and what `holds` checks alone."""
        needs = self.needs
        return not (needs.captures or needs.static_leaves or needs.layouts or needs.shapes or needs.written)

    def captured(self, values: Sequence[Any] | None) -> list[Any] | None:
        """What the captures hold now; None if this specialisation no longer holds, or does not fit these leaves."""
        for index, expected in self.needs.static_leaves.items():
            if values is None or type(values[index]) is not type(expected) or values[index] != expected:
                return None
        for index, layout in self.needs.layouts.items():
            if values is None or frontend.of_array(np.asarray(values[index])) != layout:
                return None
        for index, shape in self.needs.shapes.items():
            if values is None or np.shape(values[index]) != shape:
                return None
        if not self.holds():
            return None
        try:
            current = [capture.get() for capture in self.needs.captures]
        except Exception:  # it no longer exists
            return None
        for value, (tree, types) in zip(current, self.program.captured):
            now_tree, now_types = signature.describe(value)
            if now_tree != tree or list(now_types) != types:
                return None
        if values is not None and self.needs.written:
            self._check_written(values)
            self._check_overlap(values, current)
        return current

    def why_not(self, values: Sequence[Any] | None) -> str:
        """What keeps this specialisation from being used again."""
        for index, expected in self.needs.static_leaves.items():
            if values is None or type(values[index]) is not type(expected) or values[index] != expected:
                name = self.lowered.function.params[index].name
                return f"{name} is {'not known' if values is None else repr(values[index])}, not {expected!r}"
        for index, shape in self.needs.shapes.items():
            if values is None or np.shape(values[index]) != shape:
                name = self.lowered.function.params[index].name
                return f"{name} has the shape {'not known' if values is None else np.shape(values[index])}, not {shape}"
        broken = guards.first_broken(self.guards)
        if broken is not None:
            return f"{broken.get if isinstance(broken.get, guards.Place) else 'something it looked at'} changed"
        for capture, (tree, types) in zip(self.needs.captures, self.program.captured):
            try:
                now_tree, now_types = signature.describe(capture.get())
            except Exception:
                return f"{capture.name} is not there any more"
            if now_tree != tree or list(now_types) != types:
                return f"{capture.name} is of another type"
        return "a value that it captured changes with each look"

    def _check_written(self, values: Sequence[Any]) -> None:
        """Refuse, as NumPy does, to write into an array that says it may not be written."""
        for written in self.needs.written:
            value = values[written]
            if isinstance(value, np.ndarray) and not value.flags.writeable:
                name = self.lowered.function.params[written].name
                raise ValueError(
                    f"assignment destination is read-only: {self.lowered.function.name} writes into {name}"
                )

    def _check_overlap(self, values: Sequence[Any], captured: Sequence[Any]) -> None:
        """Refuse a call in which an array that the function writes into shares memory with another: it was compiled as
        if each array had its own memory."""
        for written in self.needs.written:
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


class CallVersions:
    """The versions of one derivative: the usual one, for calls that stretch no extent of 1 (`passes/stretching.py`), and the general
    one, for all calls and for people to read.  Each is compiled when it is needed.  From the first call on that the usual one
    refuses, all are made with the general one.
    """

    def __init__(self, build: Callable[[bool], Specialisation], has_usual: bool, title: Callable[[], str]) -> None:
        """`build` makes the usual version, if there is one, or the general one; `title` says in the log what it is of."""
        self._build = build
        self._title = title
        self._usual: Specialisation | None = None
        self._general: Specialisation | None = None
        self._stretches = not has_usual

    def made(self, *, readable: bool) -> Specialisation:
        """The version for people to read, or for calls, if it has been made; else the other one."""
        wanted = self._general if readable or self._stretches else self._usual
        found = wanted or self._usual or self._general
        assert found is not None
        return found

    def get(self, *, readable: bool) -> Specialisation:
        """The version for people to read, or the one for calls."""
        return self._get_general("for people to read") if readable or self._stretches else self._get_usual()

    def _get_usual(self) -> Specialisation:
        if self._usual is None:
            with LOCK:
                self._usual = self._usual or self._made("to be called", usual=True)
                if not self._usual.is_usual:  # all of its checks were proven: it refuses no call
                    self._general, self._stretches = self._general or self._usual, True
        return self._usual

    def _get_general(self, why: str) -> Specialisation:
        if self._general is None:
            with LOCK:
                self._general = self._general or self._made(why, usual=False)
        return self._general

    def for_stretching(self, refusal: Stretched) -> Specialisation:
        """The version to make a call with again that the usual one refused, and all later calls."""
        if self._general is not None and not self._general.holds():
            # Of a derivative that was kept by another process it may have been made for a reader, when something outside was different.
            self._general = None
        found = self._get_general(f"since an extent of 1 is stretched: {refusal.shown()}")
        if self._usual is not None and not found.takes_what(self._usual):
            raise InternalError(
                "AD900", "the version for all calls reads other values outside than the one for usual calls"
            )
        self._stretches = True
        return found

    def _made(self, why: str, *, usual: bool) -> Specialisation:
        if self._usual is None and self._general is None:
            made = self._build(usual)
        else:
            with collector_paused(), log.timed(lambda: f"{self._title()}, again, {why}"):
                made = self._build(usual)
        made.versions = self
        return made


class Table:
    """The specialisations of one function and one kind of derivative."""

    def __init__(self, build: Callable[..., CallVersions], title: Callable[[], str]) -> None:
        """`title` says in the log what is compiled."""
        self._build = build
        self._title = title
        self._by_key: dict[tuple[Hashable, ...], list[CallVersions]] = {}

    def get(
        self,
        arguments: Described,
        values: Sequence[Any] | None,
        extra: tuple[Hashable, ...] = (),
        *,
        readable: bool = False,
    ) -> tuple[Specialisation, list[Any]]:
        """The specialisation for these argument types, and the values of its captures: the version for calls, or the `readable` one.

        `values` are the leaves of the arguments, where there is a call: some may be part of a specialisation.
        """
        key = (key_of(arguments), extra)
        # Without the lock, so that calls of compiled code do not wait for another thread that compiles.
        found = self._fitting(key, values, readable)
        if found is not None:
            return found
        with LOCK:
            found = self._fitting(key, values, readable)
            if found is not None:
                return found
            with collector_paused(), log.timed(lambda: self._described(arguments, key, values)):
                versions, made = self._made(arguments, values, extra, readable)
            current = made.captured(values)
            if current is None:
                # A captured value that is never the same when read again: this specialisation serves one call.
                return made, [capture.get() for capture in made.needs.captures]
            self._by_key.setdefault(key, []).append(versions)
            return made, current

    def _made(
        self, arguments: Described, values: Sequence[Any] | None, extra: tuple[Hashable, ...], readable: bool
    ) -> tuple[CallVersions, Specialisation]:
        """The versions, and the one that is wanted; of a program whose lists keep a derivative from being made, without loops over them."""
        versions = self._build(arguments, values, *extra)
        try:
            return versions, versions.get(readable=readable)
        except UnsupportedError as error:
            if error.code not in OF_LISTS or values is None:
                raise
            try:
                versions = self._build(arguments, values, *extra, written_out=True)
                return versions, versions.get(readable=readable)
            except UnsupportedError:
                raise error from None

    def _fitting(
        self, key: tuple[Hashable, ...], values: Sequence[Any] | None, readable: bool
    ) -> tuple[Specialisation, list[Any]] | None:
        for candidate in self._by_key.get(key, ()):
            current = candidate.made(readable=readable).captured(values)
            if current is not None:
                return candidate.get(readable=readable), current
        return None

    def _described(self, arguments: Described, key: tuple[Hashable, ...], values: Sequence[Any] | None) -> str:
        """What is compiled, for which types, and if not for the first time, why."""
        others = self._by_key.get(key)
        last = others[-1].made(readable=False) if others else None
        why = f", again, since {last.why_not(values)}" if last else ", other types" if self._by_key else ""
        return f"{self.subject(arguments)}{why}"

    def subject(self, arguments: Described) -> str:
        shown = ", ".join(f"{name}: {' '.join(map(str, types)) or 'known'}" for name, _, types in arguments)
        return f"{self._title()} for {shown or 'no arguments'}"


class Remembered(dict[tuple[Hashable, ...], Any]):
    """What is remembered with a function.  A copy, pickled or not, remembers nothing."""

    def __reduce__(self) -> tuple[type[Remembered], tuple[()]]:
        return Remembered, ()

    def __deepcopy__(self, memo: Any) -> Remembered:
        return Remembered()


def memo(fun: Any, key: tuple[Hashable, ...], make: Callable[[], Any]) -> Any:
    """`make()`, remembered with the function object under `key`, so that what is made twice compiles once."""
    if isinstance(fun, MethodType):
        return _remembered(_of_method(fun), key, make)
    found = getattr(fun, "__dict__", {}).get("__autodiff__")
    if found is not None and found[0] is fun:  # `functools.wraps` copies a function's attributes to its wrapper
        return _remembered(found[1], key, make)
    if not isinstance(fun, FunctionType):
        return _remembered(_of_object(fun), key, make)
    known = Remembered()
    fun.__autodiff__ = (fun, known)  # type: ignore[attr-defined]  # any function takes attributes
    return _remembered(known, key, make)


@functools.lru_cache(maxsize=128)
def _of_method(method: MethodType) -> Remembered:
    """What is remembered for a bound method, which is a new object at each look-up, but equal for the same object and function."""
    return Remembered()


OBJECTS: OrderedDict[int, tuple[Any, Remembered]] = OrderedDict()
"""By identity, the objects of other classes that were differentiated last, for their attributes are the user's."""


def _of_object(fun: Any) -> Remembered:
    found = OBJECTS.setdefault(id(fun), (fun, Remembered()))
    OBJECTS.move_to_end(id(fun))
    while len(OBJECTS) > MOST_OBJECTS:
        OBJECTS.popitem(last=False)
    return found[1]


def _remembered(known: Remembered, key: tuple[Hashable, ...], make: Callable[[], Any]) -> Any:
    if key not in known:
        known[key] = make()
    return known[key]
