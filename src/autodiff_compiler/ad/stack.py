"""What the reversal of functions that call themselves needs, and that of branches in loops whose trips are not known beforehand: kept on
a stack, a growing list for each type of values.

How much a call saves is not known before: each of its loops and branches saves, and so do the calls inside it; nor is how often a
branch will be taken.  But the reverse sweep asks for all of it in the opposite order.  So every such region of the forward sweep, when
it ends, pushes what its reversal needs onto lists of the program, and the reversal begins by taking that from the top:

    if c { y = call g(x) … }   ->   if c { y = call g_forward(x, saved); …; push y; push k }
                               …    if c { k = saved[top - 1]; y = saved[top - 2]; x_bar, top = call g_reverse(x, y_bar, saved, top - 2) … }

Nothing is removed: `top` is a number that the reverse sweep passes on, so that a pullback may run many times, and a second derivative
sees plain lists.

The sweeps are first made as if the lists were in scope everywhere; `Threading` (`threading.py`) then passes them through calls,
branches and loops.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from autodiff_compiler.ad.errors import not_savable
from autodiff_compiler.ad.names import SAVED, saved_name
from autodiff_compiler.diagnostics import Span
from autodiff_compiler.ir.builder import OpenRegion
from autodiff_compiler.ir.core import Region, Value
from autodiff_compiler.ir.names import fresh_name
from autodiff_compiler.ir.types import INT, Array, ListOf, Scalar, Type

if TYPE_CHECKING:
    from autodiff_compiler.ad.reversal import Reversal

TOP = Value(INT, "top")
"""Stands for the number of values that are left on a list."""


class Stack:
    """The lists of a program, as values that stand for them everywhere."""

    def __init__(self, compiled: bool) -> None:
        """`compiled`: Python's numbers are no others than NumPy's."""
        self._compiled = compiled
        self._names: set[str] = set()
        self.lists: dict[Type, Value] = {}
        """By the type of their elements."""

    def of(self, type_: Scalar | Array) -> Value:
        """The list for values of a type."""
        type_ = self.element(type_)
        if type_ not in self.lists:
            self.lists[type_] = Value(ListOf(type_), fresh_name(_name(type_), self._names))
        return self.lists[type_]

    def element(self, type_: Scalar | Array) -> Scalar | Array:
        """The type that such values have on their list."""
        return Scalar(type_.dtype) if self._compiled and isinstance(type_, Scalar) else type_


def _name(type_: Scalar | Array) -> str:
    kind = "flags" if type_.dtype.is_bool else "ints" if type_.dtype.is_integer else ""
    sort = "" if isinstance(type_, Scalar) else "arrays"
    return "_".join((SAVED, *filter(None, (kind, sort))))


def top_name(list_: Value) -> str:
    """`top_ints` for `saved_ints`."""
    return list_.name.replace(SAVED, TOP.name, 1)


def kept_on_stack(reversal: Reversal, region: Region, span: Span) -> Callable[[Sequence[Value]], dict[Value, Value]]:
    """What saves values at the end of a region, and builds what takes them back at the beginning of its reversal."""

    def keep(values: Sequence[Value]) -> dict[Value, Value]:
        stack, added, b = reversal.pullbacks.callees.stack, reversal.added, reversal.emission.b
        kept = [(value, value.type) for value in values if isinstance(value.type, Scalar | Array)]
        if len(kept) < len(values):
            raise not_savable(span)
        with b.reopen(OpenRegion(())) as pushes, b.at(span):
            for value, type_ in kept:
                added.undefined.update(reversal.primal.undefined_sources(value))
                b.op("list_append", stack.of(type_), b.cast(value, stack.element(type_)))
        added.put_at_end(region, pushes.ops)
        taken = {}
        for value, type_ in reversed(kept):
            name = saved_name(value, added.definition(value))
            taken[value] = b.cast(b.op("list_get", stack.of(type_), TOP, name=name), type_, name)
        return taken

    return keep
