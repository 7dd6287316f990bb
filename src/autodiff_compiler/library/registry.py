"""The table of the library: which Python object is which entry.

An entry builds the IR of one call.  Rows are registered by decorators, in the modules beside this one; a function
that is known and refused is a row too, so that its error can say what to write instead.
"""

from __future__ import annotations

import importlib
import inspect
import operator
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from types import ModuleType
from typing import Any, TypeVar

import numpy as np

from autodiff_compiler.diagnostics import InternalError, UnsupportedError, UserError, did_you_mean
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.path import HERE, Path
from autodiff_compiler.ir.types import is_complex
from autodiff_compiler.namespaces import is_replaced

Build = Callable[..., Any]
"""Builds the IR of a call from a builder and the arguments."""
B = TypeVar("B", bound=Build)

# Keywords of NumPy functions that no entry takes, with the value that changes nothing and the way out.
_REFUSED_KEYWORDS: dict[str, tuple[Any, str]] = {
    "out": (None, "assign the result instead: y[:] = ..."),
    "where": (True, "use np.where on the operands"),
    "dtype": (None, "convert the operands with x.astype(...)"),
    "order": ("K", "leave order out: arrays are in C order"),
    "casting": ("same_kind", "convert the operands with x.astype(...)"),
    "subok": (True, "leave subok out"),
    "signature": (None, "convert the operands with x.astype(...)"),
    "like": (None, "leave like out"),
    "device": (None, "leave device out"),
    "initial": (None, "combine the initial value with the result"),
}


@dataclass(frozen=True, slots=True)
class View:
    """The result shares memory with the first argument: the path to append to it.

    `when` is empty where it always does; "reshape" where the array's strides decide; "contiguous" and "fortran" for what
    NumPy copies unless it lies in C or in Fortran order.  An array without dimensions is shared by a path without steps.
    """

    path: Path = HERE
    operands: tuple[Value, ...] = ()
    when: str = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The result is one of several scalars and held as one of NumPy's; of these, `numbers` were Python's and stay so if chosen."""

    value: Value
    numbers: tuple[Value, ...]


@dataclass(frozen=True)
class Entry:
    """One function of the library.  Calling it builds the IR of a call."""

    name: str
    build: Build
    refused: bool = False
    """Whether the row is there only for its error message."""

    @cached_property
    def signature(self) -> inspect.Signature:
        """Read when first called: to read all of them would slow the import."""
        return inspect.signature(self.build)

    def __call__(self, b: Builder, /, *args: Any, **kwargs: Any) -> Any:
        for keyword in [k for k in kwargs if k not in self.signature.parameters]:
            if keyword not in _REFUSED_KEYWORDS:
                continue
            neutral, way_out = _REFUSED_KEYWORDS[keyword]
            given = kwargs.pop(keyword)
            if isinstance(given, Value) or not (
                given is neutral or (isinstance(given, str) and given in ("C", neutral))
            ):
                raise UnsupportedError(
                    "AD202", f"{self.name}: the argument {keyword}= is not supported", b.span, help=way_out
                )
        # What NumPy calls `b` is called `other` here, where `b` is the builder.
        if "other" in self.signature.parameters and "b" in kwargs:
            kwargs["other"] = kwargs.pop("b")
        if not self.refused and _hold_complex((*args, *kwargs.values())):
            check_complex(b, self.name)
        try:
            bound = self.signature.bind(b, *args, **kwargs)
        except TypeError as error:
            known = list(self.signature.parameters)[1:]
            unknown = [k for k in kwargs if k not in known]
            near = did_you_mean(unknown[0], known) if unknown else None
            raise UserError("AD201", f"{self.name}: {error}", b.span, help=near) from error
        try:
            return self.build(*bound.args, **bound.kwargs)
        except (
            TypeError,
            ValueError,
            LookupError,
            AttributeError,
            ArithmeticError,
            AssertionError,
            InternalError,
        ) as error:
            # The builder had not thought of such arguments: NumPy may have a meaning for them, or an error.
            reason = f"{type(error).__name__}: {error.reason if isinstance(error, InternalError) else error}"
            raise UnsupportedError(
                "AD202",
                f"{self.name} of these arguments is not supported ({reason})",
                b.span,
                help="pass numbers, arrays, or tuples of these",
            ) from error

    def value(self, b: Builder, /, *args: Any, **kwargs: Any) -> Value:
        """What a call gives that certainly gives one value."""
        made = self(b, *args, **kwargs)
        assert isinstance(made, Value)
        return made


def _hold_complex(things: Iterable[Any]) -> bool:
    """Whether there is a complex number among arguments, also inside sequences."""
    for x in things:
        if isinstance(x, Value):
            found = is_complex(x.type)
        elif isinstance(x, np.ndarray):
            found = x.dtype.kind == "c"
        elif isinstance(x, tuple | list):
            found = _hold_complex(x)
        else:
            found = isinstance(x, complex | np.complexfloating)
        if found:
            return True
    return False


_TAKES_COMPLEX: set[str] = set()
"""The names of entries that are right for complex numbers, too."""


def takes_complex(*names: str) -> None:
    _TAKES_COMPLEX.update(names)


def complex_names() -> set[str]:
    return set(_TAKES_COMPLEX)


def check_complex(b: Builder, name: str) -> None:
    """Refuse complex numbers as arguments of a function that was made for real ones."""
    if name not in _TAKES_COMPLEX:
        raise UnsupportedError(
            "AD210",
            f"{name} of complex numbers is not supported",
            b.span,
            help="take the part that is meant (z.real, z.imag, np.abs(z)), or write it with arithmetic",
        )


_LATER: dict[str, list[Callable[[], None]]] = {}
"""Modules that are not imported here, and what registers the rows of their functions."""

_FUNCTIONS: dict[int, tuple[object, Entry]] = {}
_METHODS: dict[str, Entry] = {}
_ATTRIBUTES: dict[str, Entry] = {}


def lookup(obj: object) -> Entry | None:
    """The entry of a function, by the object itself: `np.sin`, `math.sin`, `abs`."""
    found = _FUNCTIONS.get(id(obj))
    if found is None and register_imported():
        found = _FUNCTIONS.get(id(obj))
    return found[1] if found is not None and found[0] is obj else None


def when_imported(module: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Let the decorated function register rows of a heavy module's functions, once it has been imported."""

    def keep(register: Callable[[], None]) -> Callable[[], None]:
        _LATER.setdefault(module, []).append(register)
        return register

    return keep


def register_imported() -> bool:
    """Register the rows of modules that have been imported since; whether there were any."""
    modules = [name for name in _LATER if name in sys.modules and not _is_being_imported(sys.modules[name])]
    for module in modules:
        for register in _LATER.pop(module, ()):  # looks rows up, which registers those of the other modules
            register()
    return bool(modules)


def _is_being_imported(module: ModuleType) -> bool:
    """Whether its import is still going on: this package may be imported in the middle of the import of another."""
    return bool(getattr(module.__spec__, "_initializing", False))


def import_all() -> None:
    """Import every module that has rows here, and is installed."""
    for module in list(_LATER):
        if find_spec(module.partition(".")[0]) is not None:
            importlib.import_module(module)
    register_imported()


def rows() -> tuple[list[Entry], list[str], list[str]]:
    """The entries of functions, and the names of methods and of attributes, of what is not only refused."""
    functions = [entry for _, entry in _FUNCTIONS.values() if not entry.refused]
    return functions, [name for name, entry in _METHODS.items() if not entry.refused], list(_ATTRIBUTES)


def method(name: str) -> Entry | None:
    """The entry of a method of arrays and NumPy scalars; the object is the first argument."""
    return _METHODS.get(name)


def attribute(name: str) -> Entry | None:
    """The entry of an attribute of arrays and NumPy scalars, called with the object."""
    return _ATTRIBUTES.get(name)


def add(obj: object, name: str, build: Build, *, refused: bool = False) -> None:
    """Register `build(b, *args)` for a function object, of which there is one entry.

    What has replaced a function of NumPy is none of these."""
    if name.partition(".")[0] in ("np", "math", "cmath") and is_replaced(name, obj):
        return
    before = lookup(obj)
    if before is not None:
        raise ValueError(f"{name} is registered as {before.name}")
    _FUNCTIONS[id(obj)] = (obj, Entry(name, build, refused))


def function(obj: object, name: str, method_name: str = "") -> Callable[[B], B]:
    """Register the decorated builder for a function object, and for a method of the same arguments."""

    def register(build: B) -> B:
        add(obj, name, build)
        if method_name:
            add_method(method_name, build)
        return build

    return register


def add_method(name: str, build: Build, *, refused: bool = False) -> None:
    if name in _METHODS:
        raise ValueError(f"the method {name} is registered twice")
    _METHODS[name] = Entry(f"ndarray.{name}", build, refused)


def add_attribute(name: str, build: Build) -> None:
    if name in _ATTRIBUTES:
        raise ValueError(f"the attribute {name} is registered twice")
    _ATTRIBUTES[name] = Entry(f"ndarray.{name}", build)


def _refusal(name: str, way_out: str) -> Build:
    def build(b: Builder, *args: Any, **kwargs: Any) -> Any:
        raise UnsupportedError("AD208", f"{name} is not supported", b.span, help=way_out)

    return build


def refuse(obj: object, name: str, way_out: str) -> None:
    """Register a function that ends in an error with a way out."""
    add(obj, name, _refusal(name, way_out), refused=True)


def refuse_in(module: str, names: str, way_out: str) -> None:
    """`refuse` for functions of a module that is not imported here; names are separated by spaces."""

    @when_imported(module)
    def later() -> None:
        for name in names.split():
            obj = found_in(module, name)
            if obj is not None:
                refuse(obj, f"{module}.{name}", way_out)


def found_in(module: str, name: str) -> Any:
    """What a module holds under a name, with dots for a method of a class; None if its version has no such thing."""
    try:
        return operator.attrgetter(name)(importlib.import_module(module))
    except AttributeError:
        return None


def refuse_method(name: str, way_out: str) -> None:
    add_method(name, _refusal(f"the method {name}", way_out), refused=True)
