"""Subscripts: what stands between the brackets, and reading and writing through it."""

from __future__ import annotations

import ast

from autodiff_compiler.frontend import array_places, container_items, operators
from autodiff_compiler.frontend.classes import is_instance
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.scalars import describe
from autodiff_compiler.frontend.values import Abs, Box, Dyn, Index, Range, Ref, Slice, Static, Tup, is_dimensionless


def evaluate_index(ctx: Context, node: ast.expr, base: Abs) -> list[Index]:
    """The items between the brackets behind `base`."""
    nodes = node.elts if isinstance(node, ast.Tuple) else [node]
    items: list[Index] = []
    for item in nodes:
        if isinstance(item, ast.Slice):
            parts = [None if part is None else ctx.evaluate(part) for part in (item.lower, item.upper, item.step)]
            items.append(Slice(*parts))
            continue
        if isinstance(item, ast.Starred):
            raise ctx.unsupported("AD120", "a starred index", "write the indices out")
        value = ctx.evaluate(item)
        # To an array a tuple is an index per axis, as in a[i] with i = (1, 2).
        per_axis = isinstance(value, Tup) and len(nodes) == 1 and isinstance(base, Ref | Dyn)
        items += value.items if per_axis else [value]  # type: ignore[union-attr]
    return items


def load(ctx: Context, base: Abs, index: list[Index]) -> Abs:
    """`base[index]`."""
    own = operators.item(ctx, base, index, "__getitem__")
    if own is not None:
        return own
    if is_dimensionless(base):
        check_selects_all(ctx, index)
        return base if index else Dyn(ctx.value(base))  # `x[...]` is a view, `x[()]` a number
    if isinstance(base, Ref):
        return array_places.load(ctx, base, index)
    if is_instance(base):
        raise ctx.wrong("AD121", f"TypeError: {describe(base)} is not subscriptable")
    if isinstance(base, Box | Tup | Static | Range):
        if len(index) != 1:
            items: Index = Tup(tuple(i for i in index if not isinstance(i, Slice)))
        else:
            items = index[0]
        return container_items.load(ctx, base, items)
    if isinstance(base, Dyn) and base.value.type.kind == "np" and _selects_nothing(index):  # type: ignore[union-attr]
        return base  # what NumPy has a 0-dimensional array or a scalar for
    raise ctx.wrong("AD121", f"{describe(base)} cannot be indexed")


def _selects_nothing(index: list[Index]) -> bool:
    """Whether the index is `()` or `...`."""
    return all(isinstance(item, Static) and item.obj is Ellipsis for item in index) and len(index) <= 1


def check_selects_all(ctx: Context, index: list[Index]) -> None:
    """Refuse what is neither `x[()]` nor `x[...]` of an array without dimensions."""
    if not _selects_nothing(index):
        raise ctx.unsupported("AD121", "this index of an array without dimensions", "write x[()], or x.reshape(1)")


def store(ctx: Context, base: Abs, index: list[Index], value: Abs, accumulate: str | None = None) -> None:
    """`base[index] = value`, or with `accumulate` "+" or "-": `base[index] += value` on a place without repetitions."""
    if operators.item(ctx, base, index, "__setitem__", value) is not None:
        return
    if isinstance(base, Ref) and is_dimensionless(base):
        check_selects_all(ctx, index)
        array_places.store_at(ctx, base, (), [], value, accumulate)
    elif isinstance(base, Ref):
        array_places.store(ctx, base, index, value, accumulate)
    elif isinstance(base, Box) and not is_instance(base):
        assert accumulate is None
        container_items.store(ctx, base, index, value)
    else:
        raise ctx.wrong("AD122", f"{describe(base)} does not support item assignment")
