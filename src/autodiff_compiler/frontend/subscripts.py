"""Subscripts: what is between the brackets, and reading and writing through it."""

from __future__ import annotations

import ast

import numpy as np

from autodiff_compiler.frontend import array_places, branches, container_items, index_tricks, operators, tables
from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.choices import is_word
from autodiff_compiler.frontend.classes import class_of, is_instance
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.operands import Operands
from autodiff_compiler.frontend.scalars import describe
from autodiff_compiler.frontend.values import (
    Abs,
    Choice,
    Dyn,
    Index,
    Listed,
    OrNone,
    Range,
    Ref,
    SliceParts,
    Static,
    Tup,
    is_dimensionless,
)
from autodiff_compiler.ir.path import HERE
from autodiff_compiler.ir.types import is_py
from autodiff_compiler.library.standard import flat


def evaluate_place(ctx: Context, node: ast.Subscript) -> tuple[Abs, list[Index]]:
    """The object of a subscript, and what is between the brackets: one thing, which may be a tuple, or the items if there are
    slices among several."""
    operands = Operands(ctx, node)
    operands.evaluate([node.value])
    several = isinstance(node.slice, ast.Tuple) and any(isinstance(item, ast.Slice) for item in node.slice.elts)
    nodes = node.slice.elts if isinstance(node.slice, ast.Tuple) and several else [node.slice]
    if isinstance(node.slice, ast.Tuple) and any(isinstance(item, ast.Starred) for item in node.slice.elts):
        raise ctx.unsupported("AD120", "a starred index", "write the indices out")
    for item in nodes:
        bounds = (item.lower, item.upper, item.step) if isinstance(item, ast.Slice) else (item,)
        operands.evaluate((part for part in bounds if part is not None), or_none=isinstance(item, ast.Slice))
    base, *values = operands.take()
    rest = iter(values)
    index: list[Index] = []
    for item in nodes:
        if isinstance(item, ast.Slice):
            index.append(SliceParts(*(None if p is None else next(rest) for p in (item.lower, item.upper, item.step))))
            if any(isinstance(part, OrNone) for part in values):
                raise ctx.unsupported("AD152", "a bound of a slice that may be None", "ask `is None` first")
        else:
            index.append(_as_slice(next(rest)))
    return base, index


def _as_slice(x: Abs) -> Index:
    """An index; a slice object is what the brackets would say."""
    if isinstance(x, Static) and isinstance(x.obj, slice):
        return SliceParts(*(None if part is None else Static(part) for part in (x.obj.start, x.obj.stop, x.obj.step)))
    return x


def per_axis(index: list[Index]) -> list[Index]:
    """An index of an array: a tuple is an index per axis, as in a[i] with i = (1, 2)."""
    (first, *rest) = index or (None,)
    items = list(first.items) if isinstance(first, Tup) and not rest else index
    return [index_tricks.as_slice(item) for item in items]


def load(ctx: Context, base: Abs, index: list[Index]) -> Abs:
    """`base[index]`."""
    trick = index_tricks.trick_of(base)
    if trick is not None:
        return trick(ctx, index)
    if _is_part_of_flat(base, index):
        elements = load(ctx, ctx.call(Static(flat.copied), [base], {}), index)
        return ctx.call(Static(np.array), [elements], {})
    own = operators.item(ctx, base, index, "__getitem__")
    if own is not None:
        return own
    if len(index) == 1 and isinstance(index[0], Choice):
        return branches.of_each(ctx, index[0], lambda word: load(ctx, base, [word]))
    if isinstance(base, Choice) and is_word(base):
        return branches.of_each(ctx, base, lambda word: load(ctx, word, index))
    if is_dimensionless(base):
        axes = per_axis(index)
        check_selects_all(ctx, axes)
        return base if axes else Dyn(ctx.value(base))  # `x[...]` is a view, `x[()]` a number
    if isinstance(base, Ref):
        return array_places.load(ctx, base, per_axis(index))
    if isinstance(base, Listed):
        return tables.load(ctx, base, only(ctx, index))
    if is_instance(base):
        cls = class_of(base)
        if cls is not None and issubclass(cls, list | dict | tuple | str):
            way_out = "keep what it holds in an attribute of an ordinary class, or in a list or dict"
            raise ctx.unsupported("AD121", f"an item of {describe(base)}, which derives from a builtin", way_out)
        raise ctx.wrong("AD121", f"TypeError: {describe(base)} is not subscriptable")
    if isinstance(base, Box | Tup | Static | Range):
        return container_items.load(ctx, base, only(ctx, index))
    if isinstance(base, Dyn) and not is_py(base.value.type) and _selects_nothing(per_axis(index)):
        return base  # what NumPy has a 0-dimensional array or a scalar for
    raise ctx.wrong("AD121", f"{describe(base)} cannot be indexed")


def _is_part_of_flat(base: Abs, index: list[Index]) -> bool:
    """Whether this is a slice of `a.flat`: methods written in Python are not given slices."""
    return isinstance(base, Box) and base.cls is flat.Flat and isinstance(index_tricks.as_slice(index[0]), SliceParts)


def only(ctx: Context, index: list[Index]) -> Index:
    """An index of a list, tuple or dict."""
    index = [index_tricks.as_slice(item) for item in index]
    if len(index) != 1:
        raise ctx.wrong("AD133", "a list, tuple or dict takes one index, and slices cannot stand beside others")
    return index[0]


def _selects_nothing(index: list[Index]) -> bool:
    """Whether the index is `()` or `...`."""
    return all(isinstance(item, Static) and item.obj is Ellipsis for item in index) and len(index) <= 1


def check_selects_all(ctx: Context, index: list[Index]) -> None:
    """Refuse what is neither `x[()]` nor `x[...]` of an array without dimensions."""
    if not _selects_nothing(index):
        raise ctx.unsupported("AD121", "this index of an array without dimensions", "write x[()], or x.reshape(1)")


def store(ctx: Context, base: Abs, index: list[Index], value: Abs, accumulate: str | None = None) -> None:
    """`base[index] = value`, or with `accumulate` "+" or "-": `base[index] += value` on a place without repetitions."""
    if _is_part_of_flat(base, index):
        places = load(ctx, ctx.call(Static(flat.places), [base], {}), index)
        ctx.call(Static(flat.write), [base, places, value], {})
        return
    if operators.item(ctx, base, index, "__setitem__", value) is not None:
        return
    if len(index) == 1 and isinstance(index[0], Choice):
        branches.of_each(ctx, index[0], lambda word: _stored(ctx, base, word, value))
    elif isinstance(base, Ref) and is_dimensionless(base):
        check_selects_all(ctx, per_axis(index))
        array_places.store_at(ctx, base, HERE, (), value, accumulate)
    elif isinstance(base, Ref):
        array_places.store(ctx, base, per_axis(index), value, accumulate)
    elif isinstance(base, Listed):
        tables.store(ctx, base, only(ctx, index), value)
    elif isinstance(base, Box) and not is_instance(base):
        assert accumulate is None
        container_items.store(ctx, base, only(ctx, index), value)
    else:
        raise ctx.wrong("AD122", f"{describe(base)} does not support item assignment")


def _stored(ctx: Context, base: Abs, key: Abs, value: Abs) -> Abs:
    store(ctx, base, [key], value)
    return Static(None)
