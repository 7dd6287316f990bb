"""Functions, exceptions and words (strings, members of an enumeration) that differ on two paths: which of them a name means is a
run-time number."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from functools import reduce

from autodiff_compiler.frontend.join_slots import Getter
from autodiff_compiler.frontend.scalars import is_scalar
from autodiff_compiler.frontend.values import Abs, Choice, Closure, InnerDerivative, Partial, Static, parts, same
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.types import BOOL


def may_be_chosen(x: Abs) -> bool:
    """Whether this is an exception, a word, or a function that is the same on every path: one that holds nothing made on one of them."""
    if isinstance(x, Choice):
        return True
    if isinstance(x, Static):
        return callable(x.obj) or isinstance(x.obj, BaseException) or is_word(x)
    return isinstance(x, Closure | Partial | InnerDerivative) and all(map(_is_fixed, parts(x)))


def is_word(x: Abs) -> bool:
    """Whether this is a string or a member of an enumeration, or one of several of them."""
    return all(isinstance(one, Static) and _is_word(one.obj) and not is_scalar(one) for one in options_of(x))


def _is_word(obj: object) -> bool:
    """Whether an object is a word that is compared by what it is, and true or false by what it is."""
    if isinstance(obj, Enum):
        return type(obj).__eq__ in (object.__eq__, str.__eq__) and not hasattr(obj, "__bool__")
    return type(obj) is str


def _is_fixed(x: Abs) -> bool:
    return isinstance(x, Static) or (isinstance(x, Closure) and all(map(_is_fixed, parts(x))))


def chosen_truth(b: Builder, choice: Choice, truths: Sequence[bool]) -> bool | Value:
    """What holds for the option that is chosen, where it is known for each."""
    if len(set(truths)) == 1:
        return truths[0]
    rare = 2 * sum(truths) <= len(truths)
    first, *others = (choice.is_option(b, k) for k, truth in enumerate(truths) if truth == rare)
    found = reduce(lambda one, other: b.op("or", one, other), others, first)
    return found if rare else b.cast(b.op("not", found), BOOL)


def are_told_apart(x: Choice, y: Choice) -> bool:
    """Whether of these words only those are equal that are the same: `"a"` equals a member of an enumeration of strings."""
    pairs = ((a, b) for a in x.options for b in y.options)
    return all(isinstance(a, Static) and isinstance(b, Static) and (a.obj == b.obj) == same(a, b) for a, b in pairs)


def options_of(x: Abs) -> tuple[Abs, ...]:
    """What this may be."""
    return x.options if isinstance(x, Choice) else (x,)


def joined_options(*each: Abs) -> tuple[Abs, ...]:
    """What something may be that is one of these on each path."""
    options: list[Abs] = []
    for x in each:
        options += [option for option in options_of(x) if not any(same(option, known) for known in options)]
    return tuple(options)


class Numbers:
    """The number of each option: one for the whole program, so that it is the same on all paths that meet."""

    def __init__(self) -> None:
        self._numbered: list[Abs] = []

    def of(self, option: Abs) -> int:
        for number, known in enumerate(self._numbered):
            if same(option, known):
                return number
        self._numbered.append(option)
        return len(self._numbered) - 1

    def getter(self, x: Abs | None) -> Getter:
        """Which option this is; a path without any has a number, too, which later joins compute with."""
        if isinstance(x, Choice):
            return lambda builder: x.number
        number = 0 if x is None else self.of(x)
        return lambda builder: builder.const(number)

    def chosen(self, number: Value, options: tuple[Abs, ...]) -> Choice:
        return Choice(number, options, tuple(map(self.of, options)))
