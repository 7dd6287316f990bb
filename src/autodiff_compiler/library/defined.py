"""Functions of the library that are written in Python (`library/definitions`): which Python object is which of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any, NoReturn, TypeVar

from autodiff_compiler.custom_rules import CustomJvp, custom_jvp
from autodiff_compiler.library.registry import found_in, lookup, method, register_imported, when_imported
from autodiff_compiler.markers import External
from autodiff_compiler.namespaces import is_replaced

B = TypeVar("B", bound=Callable[..., Any])


@dataclass(frozen=True)
class Definition:
    """A function of the library that is written in Python, with functions that are supported: a program enters it as it
    enters functions of its own."""

    name: str
    function: FunctionType
    known: tuple[str, ...] = ()
    """The parameters that must be known when compiling: axes, options."""
    shares: bool = False
    """Whether NumPy gives a view of the first argument that may not be written, and the definition a value."""
    of_complex: bool = False
    """Whether it takes complex numbers and no others."""


_FUNCTIONS: dict[int, tuple[object, Definition]] = {}
_OF_COMPLEX: dict[int, tuple[object, Definition]] = {}
_METHODS: dict[str, Definition] = {}


def definition(obj: object) -> Definition | None:
    """The definition of a function, by the object itself."""
    register_imported()
    found = _FUNCTIONS.get(id(obj))
    return found[1] if found is not None and found[0] is obj else None


def complex_definition(obj: object) -> Definition | None:
    """The definition for complex numbers of a function that is built of ops for real ones."""
    found = _OF_COMPLEX.get(id(obj))
    return found[1] if found is not None and found[0] is obj else None


def complex_definitions() -> list[Definition]:
    return [found for _, found in _OF_COMPLEX.values()]


def defined_method(name: str) -> Definition | None:
    """The definition of a method of arrays; the array is the first argument."""
    return _METHODS.get(name)


def definitions() -> list[Definition]:
    return [found for _, found in _FUNCTIONS.values()]


def defined_methods() -> list[str]:
    return list(_METHODS)


def define(obj: object, name: str, *known: str, method_name: str = "", shares: bool = False) -> Callable[[B], B]:
    """Register the decorated Python function as what a function of NumPy does; `known` are parameters that must be known."""

    def register(body: B) -> B:
        assert isinstance(body, FunctionType)
        made = Definition(name, body, known, shares)
        if not is_replaced(name, obj):
            if lookup(obj) is not None or id(obj) in _FUNCTIONS:
                raise ValueError(f"{name} is registered twice")
            _FUNCTIONS[id(obj)] = obj, made
        if method_name:
            _METHODS[method_name] = made
        return body

    return register


def define_for_complex(obj: object, name: str, *known: str) -> Callable[[B], B]:
    """Register the decorated Python function as what a function of NumPy does with complex numbers alone."""

    def register(body: B) -> B:
        assert isinstance(body, FunctionType)
        if not is_replaced(name, obj):
            _OF_COMPLEX[id(obj)] = obj, Definition(name, body, known, of_complex=True)
        return body

    return register


def define_method(name: str, *known: str) -> Callable[[B], B]:
    """Register the decorated Python function as a method of arrays alone."""

    def register(body: B) -> B:
        assert isinstance(body, FunctionType)
        if method(name) is not None or name in _METHODS:
            raise ValueError(f"the method {name} is registered twice")
        _METHODS[name] = Definition(f"ndarray.{name}", body, known)
        return body

    return register


def define_in(module: str, name: str, *known: str) -> Callable[[B], B]:
    """`define` for a function, or a method of a class, of a module that is not imported here; a version may not have it yet."""

    def register(body: B) -> B:
        @when_imported(module)
        def later() -> None:
            obj = found_in(module, name)
            if obj is not None:
                define(obj, f"{module}.{name}", *known)(body)

        return body

    return register


def as_it_is(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """What a definition calls a function by that has no derivative, rather than what defines it."""
    return function(*args, **kwargs)


def as_rule(fun: Callable[..., Any], result: Callable[..., Any], rule: Callable[..., Any], *fixed: int) -> CustomJvp:
    """A function that definitions call as it is, with a result of this type, and this rule; `fixed` are positions of options."""
    made = custom_jvp(External(fun, result, True), fixed)
    made.defjvp(rule)
    return made


def at_compile_time(function: Callable[..., Any], *args: Any) -> Any:
    """What a definition calls for a number, or a tuple of these, that depends only on what is known when compiling."""
    return function(*args)


def unsupported(reason: str, way_out: str) -> NoReturn:
    """What a definition calls where it does not do what NumPy does; the frontend makes an error of the user's line of it."""
    raise NotImplementedError(f"{reason}: {way_out}")
