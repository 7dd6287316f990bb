"""Subscripts: what stands between the brackets, and reading and writing through it."""

from __future__ import annotations

import ast

from autodiff_compiler.frontend import array_places, container_items
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.operands import Operands
from autodiff_compiler.frontend.scalars import describe
from autodiff_compiler.frontend.values import Abs, Box, Dyn, Index, Range, Ref, Slice, Static, Tup


def evaluate_place(ctx: Context, node: ast.Subscript) -> tuple[Abs, list[Index]]:
    """The object of a subscript, then the items between the brackets."""
    operands = Operands(ctx, node)
    operands.evaluate([node.value])
    nodes = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    for item in nodes:
        if isinstance(item, ast.Slice):
            operands.evaluate(part for part in (item.lower, item.upper, item.step) if part is not None)
        elif isinstance(item, ast.Starred):
            raise ctx.unsupported("AD120", "a starred index", "write the indices out")
        else:
            operands.evaluate([item])
    base, *values = operands.take()
    rest = iter(values)
    items: list[Index] = []
    for item in nodes:
        if isinstance(item, ast.Slice):
            items.append(Slice(*(None if p is None else next(rest) for p in (item.lower, item.upper, item.step))))
        else:
            value = next(rest)
            # A tuple is an index per axis, as in a[i] with i = (1, 2).
            items += value.items if isinstance(value, Tup) and len(nodes) == 1 else [value]
    return base, items


def load(ctx: Context, base: Abs, index: list[Index]) -> Abs:
    """`base[index]`."""
    if isinstance(base, Ref):
        return array_places.load(ctx, base, index)
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


def store(ctx: Context, base: Abs, index: list[Index], value: Abs, accumulate: str | None = None) -> None:
    """`base[index] = value`, or with `accumulate` "+" or "-": `base[index] += value` on a place without repetitions."""
    if isinstance(base, Ref):
        array_places.store(ctx, base, index, value, accumulate)
    elif isinstance(base, Box):
        assert accumulate is None
        container_items.store(ctx, base, index, value)
    else:
        raise ctx.wrong("AD122", f"{describe(base)} does not support item assignment")
