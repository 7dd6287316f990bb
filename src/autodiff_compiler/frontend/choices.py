"""Functions and exceptions that differ on two paths: which of them a name means is a run-time number."""

from __future__ import annotations

from autodiff_compiler.frontend.join_slots import Getter
from autodiff_compiler.frontend.values import Abs, Choice, Closure, InnerDerivative, Partial, Static, parts, same
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value


def may_be_chosen(x: Abs) -> bool:
    """Whether this is an exception, or a function that is the same on every path: one that holds nothing made on one of them."""
    if isinstance(x, Choice):
        return True
    if isinstance(x, Static):
        return callable(x.obj) or isinstance(x.obj, BaseException)
    return isinstance(x, Closure | Partial | InnerDerivative) and all(map(_is_fixed, parts(x)))


def _is_fixed(x: Abs) -> bool:
    return isinstance(x, Static) or (isinstance(x, Closure) and all(map(_is_fixed, parts(x))))


def options_of(x: Abs) -> tuple[Abs, ...]:
    """The functions that a function may be."""
    return x.options if isinstance(x, Choice) else (x,)


def joined_options(*each: Abs) -> tuple[Abs, ...]:
    """The functions that a function may be if it is one of these on each path."""
    options: list[Abs] = []
    for x in each:
        options += [option for option in options_of(x) if not any(same(option, known) for known in options)]
    return tuple(options)


def position(x: Abs, options: tuple[Abs, ...]) -> Getter:
    """Which of the options a function is, as an index."""
    places = [next(i for i, option in enumerate(options) if same(option, own)) for own in options_of(x)]

    def index(builder: Builder) -> Value:
        found = builder.const(places[-1])
        for k, place in enumerate(places[:-1]):
            assert isinstance(x, Choice)
            found = builder.select(builder.compare("eq", x.index, builder.const(k)), builder.const(place), found)
        return found

    return index
