"""Lists of lists of numbers whose extents are known only when the program runs: an array behind the scenes.

`[[0.0] * m for _ in range(n)]` makes one.  A table and its rows are `Listed`: they are read, written and run over as lists are;
rows keep their length, and none is replaced by another list, since that would be known under two names.  What asks for more
is refused, as for any value that is known nowhere else.
"""

from __future__ import annotations

import ast

import numpy as np

from autodiff_compiler.frontend import array_places
from autodiff_compiler.frontend.asking import Sequence, length
from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.context import LONG, Context, int_value
from autodiff_compiler.frontend.scalars import describe, is_scalar, join_elements, scalar_type
from autodiff_compiler.frontend.values import Abs, Dyn, Grown, Index, Listed, Ref, SliceParts, Static, Tup
from autodiff_compiler.frontend.views import table_item
from autodiff_compiler.ir.dtype import FLOAT64, DType
from autodiff_compiler.ir.types import Scalar, rank

# -- making ------------------------------------------------------------------------------------------------------------


def may_be_made(ctx: Context, node: ast.AST, rows: object) -> bool:
    """Whether a comprehension makes lists, and it is known only at run time how many, or it is not needed to tell them apart."""
    if not (isinstance(node, ast.ListComp) and len(node.generators) == 1 and not node.generators[0].ifs):
        return False
    if not isinstance(rows, Sequence) or not _makes_a_list(node.elt):
        return False
    few = rows.bounds is not None and rows.fixed and len(rows.bounds()) <= LONG
    return not few and (rows.bounds is None or ctx.compact.asked())


def _makes_a_list(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return any(isinstance(side, ast.List) for side in (node.left, node.right))
    return isinstance(node, ast.ListComp) and len(node.generators) == 1 and not node.generators[0].ifs


def filled(ctx: Context, node: ast.AST, rows: object) -> Abs | None:
    """`[[c] * m for _ in range(n)]`, where neither `c` nor `m` depends on the row; None for anything else."""
    if not (isinstance(node, ast.ListComp) and isinstance(rows, Sequence) and isinstance(node.elt, ast.BinOp)):
        return None
    made = node.elt
    one, count = (made.left, made.right) if isinstance(made.left, ast.List) else (made.right, made.left)
    assert isinstance(one, ast.List)
    bound = {part.id for part in ast.walk(node.generators[0].target) if isinstance(part, ast.Name)}
    used = {part.id for part in ast.walk(made) if isinstance(part, ast.Name)}
    if len(one.elts) != 1 or bound & used or not all(isinstance(part, _SIMPLE) for part in ast.walk(made)):
        return None
    item, columns = ctx.evaluate(one.elts[0]), ctx.evaluate(count)
    if not is_scalar(item):
        return None
    b = ctx.b
    extents = (
        b.op("maximum", length(ctx, rows), b.const(0)),
        b.op("maximum", int_value(ctx, columns, "a repetition"), b.const(0)),
    )
    array = ctx.call(Static(np.full), [Tup(tuple(map(Dyn, extents))), item], {})
    assert isinstance(array, Ref)
    return Listed(array, scalar_type(item).kind)


_SIMPLE = (
    ast.Constant, ast.Name, ast.List, ast.BinOp, ast.UnaryOp, ast.Call, ast.Load,
    ast.Add, ast.Sub, ast.Mult, ast.USub, ast.UAdd,
)  # fmt: skip
"""What may be evaluated once instead of for each row; of calls, those of `len` and `float` are what one finds here."""


def as_row(ctx: Context, value: Abs) -> tuple[Ref, str]:
    """A list of numbers as an array, and whether the numbers are Python's."""
    content = ctx.state.content(value) if isinstance(value, Box) and value.cls is list else None
    element = (
        content.element
        if isinstance(content, Grown)
        else join_elements([scalar_type(item) if is_scalar(item) else None for item in content.items])
        if content is not None and content.items
        else None
    )
    if not isinstance(element, Scalar):
        raise ctx.unsupported(
            "AD102",
            f"{describe(value)} as a row of a table, of which it is known at run time only how many rows it has",
            "make rows of numbers, all of one length; or a list of arrays",
        )
    row = ctx.call(Static(np.array), [value], {})
    assert isinstance(row, Ref)
    return row, element.kind


def made(ctx: Context, rows: Abs, kind: str) -> Listed:
    """The table of a list of arrays."""
    array = ctx.call(Static(np.array), [rows], {})
    assert isinstance(array, Ref)
    return Listed(array, kind)


# -- reading and writing -------------------------------------------------------------------------------------------------


def load(ctx: Context, x: Listed, index: Index) -> Abs:
    """`x[index]`: a number, a row, or of a row a list of its own."""
    if isinstance(index, SliceParts):
        if rank(x.ref.type) > 1:
            raise ctx.unsupported("AD137", "a slice of a table", "loop over its rows")
        part = array_places.load(ctx, x.ref, [index])
        assert isinstance(part, Ref)
        return ctx.call(Static(list), [Listed(part, x.kind)], {})
    return table_item(ctx, x, array_places.load(ctx, x.ref, [_position(ctx, index)]))


def _position(ctx: Context, index: Index) -> Abs:
    """An index that a list takes: one integer."""
    assert not isinstance(index, SliceParts)
    return Dyn(int_value(ctx, index, "a list index"))


def store(ctx: Context, x: Listed, index: Index, value: Abs) -> None:
    """`x[index] = value`, of a row."""
    if rank(x.ref.type) > 1 or isinstance(index, SliceParts):
        raise ctx.unsupported(
            "AD137", "a row of a table that is replaced", "write its items one by one: for j in range(m): T[i][j] = ..."
        )
    dtype = x.ref.type.dtype
    if not is_scalar(value) or not _fits(scalar_type(value), dtype):
        way_out = "give all its items one type: [[0.0] * m for _ in range(n)] for floats"
        raise ctx.unsupported("AD139", f"{describe(value)} in a table of {dtype}", way_out)
    number = ctx.b.cast(ctx.value(value), Scalar(dtype))
    array_places.store(ctx, x.ref, [_position(ctx, index)], Dyn(number), None)


def _fits(given: Scalar, dtype: DType) -> bool:
    """Whether the table keeps the value: an integer counts as a float among floats."""
    return given.dtype == dtype or (given.kind == "py" and given.dtype.is_integer and dtype is FLOAT64)
