"""The result of a call of the library: a view, a copy, or a value of which only NumPy knows which of the two it is.

A view is a reference into its array's cell, a copy has a cell of its own.  Where it is not proven which of them NumPy makes
(`layout.is_view`), the result is assumed to be a view: as long as nothing is written, it makes no difference.  The first
write to such an array raises `Careful`: the program is lowered again, now asks for the layouts of its arguments, and what is
still not proven is a *snapshot*: a value that can be read until its array is written, and is not written itself.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiff_compiler.frontend import layout as layouts
from autodiff_compiler.frontend import squeezing
from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.layout import (
    DENSE,
    EVEN,
    Layout,
    c_order,
    fortran_order,
    is_view,
    of_result,
    reshaped,
    through,
)
from autodiff_compiler.frontend.values import Abs, Careful, Dyn, Items, Listed, Ref, Static, Tup, is_dimensionless
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.path import HERE, Path
from autodiff_compiler.ir.types import Array, ListOf, Scalar, rank
from autodiff_compiler.library import View, memory

if TYPE_CHECKING:
    from autodiff_compiler.frontend.context import Context


PARTS = ("real", "imag")
"""Attributes of an array of complex numbers that are views of every other number in its memory."""
Steps = tuple[Path, Sequence[Value]]

_HERE: Steps = HERE, ()
_ORDER_PLACES: dict[Any, int] = {np.ravel: 1, np.reshape: 2, "ravel": 1, "flatten": 1, "reshape": 99}
"""Functions and methods that arrange elements by `order`, and its position among the arguments (the method `reshape` takes it
by name only)."""


@dataclass(frozen=True)
class Made:
    """How a result was made: the function, or the name of a method, and its arguments; the receiver is the first."""

    function: Any
    args: Sequence[Abs] = ()
    kwargs: Mapping[str, Abs] = field(default_factory=dict)
    given: Sequence[Any] = ()
    """What the library got for `arguments`."""

    @property
    def arguments(self) -> list[Abs]:
        return [*self.args, *self.kwargs.values()]

    @property
    def first(self) -> Abs | None:
        return next(iter(self.arguments), None)


def view_of(ctx: Context, ref: Ref, view: View) -> Ref:
    """The result of a library function on an array: the view or the copy that NumPy makes."""
    if not view.path and not view.when:
        return ref
    value = ctx.b.load(ctx.read(ref), view.path, view.operands) if view.path else ctx.read(ref)
    count, to = rank(ref.type), rank(value.type)
    before, _, behind = (view.path.split(view.operands) if view.when else None) or (_HERE, (), _HERE)
    layout = through(ref.layout, *before)
    certain = is_view(layout, count, view.when, to)
    if certain is False:
        assert layout is not None
        wide = layout.wide and (to == 1 or (count == to == len(layout.order) and not view.path))
        # The steps after the reshape rearrange the copy.
        copied = fortran_order(to, wide=wide) if view.when == "fortran" else c_order(to, wide=wide)
        return ctx.new_array(value, layout=through(copied, *behind))
    if certain:
        layout = _of_certain(layout, ref, view, to, behind)
    elif view.when == "contiguous":
        layout = c_order(to)
    elif view.path:
        layout = None
    if certain is None and ctx.careful:
        made_now = ctx.new_array(value, layout=layout)
        tie(made_now, ref)
        return made_now
    if certain is None:
        ref.cell.trusted = True
    assert isinstance(value.type, Array | Scalar)
    return Ref(ref.cell, value.type, ref.path + view.path, ref.operands + view.operands, layout, ref.part)


def part_of(ctx: Context, ref: Ref, part: str) -> Ref:
    """The real or the imaginary parts of an array of complex numbers: a view of every other number in its memory."""
    assert isinstance(ref.type, Array | Scalar)
    type_ = ctx.b.op(part, ctx.read(ref)).type
    assert isinstance(type_, Array | Scalar)
    spacing = ref.layout and (EVEN if ref.layout.spacing in (DENSE, EVEN) else ref.layout.spacing)
    layout = ref.layout and ref.layout._replace(spacing=spacing)
    return Ref(ref.cell, type_, ref.path, ref.operands, layout, part)


def _of_certain(layout: Layout | None, ref: Ref, view: View, to: int, behind: Steps) -> Layout | None:
    """The layout of what is certainly a view; `layout` is what it has before the reshape, and `behind` are the steps after it."""
    if not view.when:
        return through(ref.layout, view.path, view.operands)
    return through(reshaped(layout, rank(ref.type), to), *behind) if view.path else layout


def arranged(ctx: Context, function: Any, args: list[Abs], kwargs: dict[str, Abs]) -> tuple[list[Abs], dict[str, Abs]]:
    """The arguments, with what depends on the array itself: an `order` of "A" or "K" replaced by what it means for this one,
    where that is known, and the axes of `squeeze`."""
    if function is np.squeeze or function == "squeeze":
        return squeezing.with_axes(ctx, args, kwargs)
    place = _ORDER_PLACES.get(function) if isinstance(function, Hashable) else None
    if place is None:
        return args, kwargs
    given = kwargs.get("order", args[place] if len(args) > place else None)
    if not isinstance(given, Static) or given.obj not in ("A", "K"):
        return args, kwargs
    x = args[0] if args else None
    found = layouts.arranged(x.layout, rank(x.type), given.obj) if isinstance(x, Ref) else "C"
    if found is None and not ctx.careful:
        raise Careful
    order = Static(found if found is not None else given.obj)
    if "order" in kwargs:
        return args, {**kwargs, "order": order}
    return [*args[:place], order, *args[place + 1 :]], kwargs


def list_item(ctx: Context, value: Value) -> Abs:
    """An item of a list of run-time length.  The object is also in the list: a write through another name would have to show
    there.  A scalar may be an array without dimensions, if one was put into a list before."""
    scalar = isinstance(value.type, Scalar)
    if scalar and not any(isinstance(cell.type, Scalar) for cell in ctx.state.escaped):
        return Dyn(value)
    if not isinstance(value.type, Array | Scalar):
        return ctx.from_value(value)
    item = ctx.new_array(value)
    ctx.state.escaped[item.cell] = ctx.b.span
    return item


def unwritable(ref: Ref) -> Ref:
    """An array without dimensions that may be a number, or one that NumPy does not let one write."""
    ref.cell.sources = ref.cell.sources or (ref.cell,)
    ref.cell.snapshot = True
    return ref


def tie(made: Abs, base: Abs | None) -> Abs:
    """Make a snapshot of a value: NumPy may have made a view of `base`, so it is not read once `base` is written."""
    for part in made.items if isinstance(made, Tup) else (made,):
        if isinstance(part, Ref) and isinstance(base, Ref) and part.cell is not base.cell:
            part.cell.sources = tuple(dict.fromkeys((*part.cell.sources, *(base.cell.sources or (base.cell,)))))
            part.cell.snapshot = True
            if part.cell.name == base.cell.name:
                part.cell.name = ""  # it gets the one that it is assigned to
    return made


def wrapped(ctx: Context, result: Any, made: Made) -> Abs:
    """What a function of the library returned, as an abstract value."""
    first = made.first
    if isinstance(result, View):
        if isinstance(first, Ref):
            return view_of(ctx, first, result)
        assert first is not None
        value = ctx.value(first)
        return _new(ctx, ctx.b.load(value, result.path, result.operands) if result.path else value, made)
    if isinstance(result, Value):
        return _new(ctx, result, made)
    if isinstance(result, tuple):
        cls = type(result)
        return Tup(tuple(wrapped(ctx, item, made) for item in result), cls, tuple(getattr(cls, "_fields", ())))
    if isinstance(result, list):
        return ctx.new_list([wrapped(ctx, item, made) for item in result])
    return Static(result)


def _new(ctx: Context, value: Value, made: Made) -> Abs:
    first = made.first
    kind = "array" if is_dimensionless(first) else "numpy" if _is_numpy_scalar(first) else ""
    array = memory.gives_array(made.function, kind, optimized="optimize" in made.kwargs)
    if isinstance(value.type, Scalar) and array is not False:
        without = ctx.new_array(ctx.b.cast(value, Scalar(value.type.dtype)), layout=c_order(0))
        return without if array else unwritable(without)
    if not isinstance(value.type, Array):
        return first if isinstance(first, Dyn) and first.value is value else ctx.from_value(value)
    new = ctx.new_array(value, layout=layout_of(ctx, made, value.type.rank))
    if memory.order_of_result(made.function) is None:
        for argument, given in zip(made.arguments, made.given):
            # What came back unchanged NumPy may or may not have copied; the same holds for a 0-dimensional array with new dimensions.
            if given is value or (argument is first and is_dimensionless(first)):
                tie(new, argument)
    return new


def _is_numpy_scalar(x: Abs | None) -> bool:
    if isinstance(x, Dyn):
        return isinstance(x.value.type, Scalar) and x.value.type.kind == "np"
    return isinstance(x, Static) and isinstance(x.obj, np.generic)


def layout_of(ctx: Context, made: Made, count: int) -> Layout | None:
    """The layout of a new array that a function made."""
    order = memory.order_of_result(made.function)
    args = made.args[:1] if memory.first_alone(made.function) else made.args
    wanted = memory.asked_order(made.function, made.args, made.kwargs)
    if wanted is not None or "shape" in made.kwargs:
        known = wanted.obj if isinstance(wanted, Static) else None
        if known == "F":
            return fortran_order(count)
        return c_order(count) if count <= 1 or known == "C" else None
    given = [*args, *(() if memory.first_alone(made.function) else made.kwargs.values())]
    if order == memory.KEEPS and any(isinstance(x, Box | Tup) for x in given):
        order = memory.FOLLOWS  # an array is made of the sequence first, in C order
    return of_result(order, count, [place for x in given for place in _arrays(ctx, x)])


def of_operator(ctx: Context, value: Value, *operands: Abs, order: str = memory.KEEPS) -> Abs:
    """What an operator made, as an abstract value."""
    if not isinstance(value.type, Array):
        return ctx.from_value(value)
    if any(isinstance(x, Box | Tup) for x in operands):
        order = memory.FOLLOWS
    given = [place for x in operands for place in _arrays(ctx, x)]
    return ctx.new_array(value, layout=of_result(order, value.type.rank, given))


def _arrays(ctx: Context, x: Abs) -> Iterator[tuple[Layout | None, int]]:
    """The layouts and ranks of the arrays in an argument."""
    if isinstance(x, Ref):
        yield x.layout, rank(x.type)
    elif isinstance(x, Tup):
        for item in x.items:
            yield from _arrays(ctx, item)
    elif isinstance(x, Box) and x.cls is list:
        content = ctx.state.content(x)
        if isinstance(content, Items):
            for item in content.items:
                yield from _arrays(ctx, item)
        else:
            elements = [column.type.element for column in content.columns if isinstance(column.type, ListOf)]
            yield from ((None, element.rank) for element in elements if isinstance(element, Array))


def table_item(ctx: Context, x: Listed, found: Abs) -> Abs:
    """An item of a table or row, as it was found in the array."""
    if isinstance(found, Ref):
        return Listed(found, x.kind)
    assert isinstance(found, Dyn)
    value = ctx.value(found)
    assert isinstance(value.type, Scalar)
    number = ctx.b.cast(value, Scalar(value.type.dtype, x.kind))
    ctx.mixed.kinds.add(number)  # one of NumPy's may have been stored
    return Dyn(number)
