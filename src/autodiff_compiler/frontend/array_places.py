"""Places in arrays: a subscript as a step of a path with its bounds checks, and reads and writes through references."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.diagnostics import Note
from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.classes import special
from autodiff_compiler.frontend.context import Context, int_value
from autodiff_compiler.frontend.entries import range_as_array, to_library
from autodiff_compiler.frontend.layout import Layout, c_order, of_result, through
from autodiff_compiler.frontend.references import grown_value
from autodiff_compiler.frontend.scalars import is_scalar, scalar_value
from autodiff_compiler.frontend.values import (
    Abs,
    Careful,
    Cell,
    Dyn,
    Index,
    Items,
    Range,
    Ref,
    SliceParts,
    Static,
    Tup,
    is_dimensionless,
)
from autodiff_compiler.frontend.views import tie
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.dtype import DType, from_numpy_dtype
from autodiff_compiler.ir.path import ALL, HERE, MASK, Path, Subscript, at, entire, indexing, trimmed
from autodiff_compiler.ir.required_checks import check_equal, fits, indexed
from autodiff_compiler.ir.types import INT, Array, Scalar, dtype_of, rank
from autodiff_compiler.library import arith, lookup
from autodiff_compiler.library.arguments import require_fits, to_dtype
from autodiff_compiler.library.memory import FOLLOWS


def whole(ref: Ref) -> Path:
    """The path to all of an array."""
    return entire() if isinstance(ref.type, Array) else HERE


def load(ctx: Context, ref: Ref, index: list[Index]) -> Abs:
    """`ref[index]`: a number, a view, or an array of its own."""
    path, operands = array_step(ctx, ref, index)
    value = ctx.b.load(ctx.read(ref), path, operands)
    assert isinstance(value.type, Array | Scalar)
    # Integers alone give a number; beside `...` they give an array without dimensions.  It is a view, unless one of them is
    # an array itself.
    if isinstance(value.type, Scalar) and not any(isinstance(item, Static) and item.obj is Ellipsis for item in index):
        return Dyn(value)
    copied = [item for item in index if isinstance(item, Ref) and is_dimensionless(item)]
    if copied:
        made = ctx.new_array(value)
        # Where it is an array on one path only, it may be either.
        return tie(made, ref) if any(item.cell.sources for item in copied) else made
    if path.is_view:
        layout = through(ref.layout, path, operands)
        return Ref(ref.cell, value.type, ref.path + path, ref.operands + operands, layout, ref.part)
    return ctx.new_array(value, layout=_layout_of_picked(ref, index, rank(value.type)))


def _layout_of_picked(ref: Ref, index: list[Index], count: int) -> Layout | None:
    """The layout of what an index array picks: of a vector, that of the index array."""
    if count == 1:
        return c_order(1)
    (first, *rest) = index
    if rest or rank(ref.type) > 1 or not isinstance(first, Ref):
        return None
    return of_result(FOLLOWS, count, [(first.layout, rank(first.type))])


def store(ctx: Context, ref: Ref, index: list[Index], value: Abs, accumulate: str | None) -> None:
    for item in index:
        if isinstance(item, Ref) and _is_mask(ctx, item) and _is_other_view(item, ref):
            # NumPy reads the mask while it writes: what it finds there depends on how it walks through the array.
            raise ctx.unsupported(
                "AD199",
                f"a mask that is a view of {_named(ref.cell)}, which is written to through it",
                "copy the mask first: m[m[::-1].copy()] = False",
            )
    store_at(ctx, ref, *array_step(ctx, ref, index), value, accumulate)


def is_basic_place(ctx: Context, ref: Ref, index: list[Index]) -> bool:
    """Whether a place in an array cannot contain an element twice (no integer arrays in its index)."""
    return not any(isinstance(item, Ref | Box | Tup | Range) and not _is_mask(ctx, item) for item in index)


def _is_mask(ctx: Context, item: Index) -> bool:
    return isinstance(item, Ref) and item.type.dtype.is_bool


def _is_other_view(item: Ref, ref: Ref) -> bool:
    """Whether both are views of one array, and not the same view."""
    return item.cell is ref.cell and (item.path, item.operands) != (ref.path, ref.operands)


def array_step(ctx: Context, ref: Ref, index: list[Index]) -> tuple[Path, tuple[Value, ...]]:
    """One subscript as a path, with its operands and its bounds checks."""
    index = [_known_index(ctx, item) for item in index]
    used = sum(_axes_used(item) for item in index)
    if used > rank(ref.type):
        raise ctx.wrong(
            "AD123",
            f"too many indices for array: array is {rank(ref.type)}-dimensional, but {used} were indexed",
            "leave an index out",
        )
    subscripts: list[Subscript] = []
    for item in index:
        if isinstance(item, SliceParts):
            subscripts.append(_slice(ctx, item))
        elif isinstance(item, Static) and item.obj is None:
            subscripts.append(None)
        elif isinstance(item, Static) and item.obj is Ellipsis:
            subscripts += [ALL] * (rank(ref.type) - used)
        elif isinstance(item, Ref):
            value = ctx.read(item)
            if item.type.dtype.inexact:
                raise ctx.wrong(
                    "AD124",
                    f"an array of {item.type.dtype.numpy_name} as an index",
                    "index with integers or booleans",
                )
            subscripts.append(value)
        else:
            subscripts.append(int_value(ctx, item, "an index"))
    path, operands = at(*trimmed(subscripts))
    if operands:
        indexed(ctx.b, ctx.read(ref), subscripts)
    return path, operands


def _slice(ctx: Context, item: SliceParts) -> slice:
    """A slice with the values of the bounds that are given."""
    given = (item.start, item.stop, item.step)
    parts = [None if isinstance(part, Static) and part.obj is None else part for part in given]
    if isinstance(item.step, Static) and item.step.obj is not None and item.step.obj == 0:
        raise ctx.wrong("AD127", "slice step cannot be zero")
    return slice(*(None if part is None else int_value(ctx, part, "a slice bound") for part in parts))


def _known_index(ctx: Context, item: Index) -> Index:
    """Lists, tuples (within an index) and ranges as arrays; a loop index stays a run-time value."""
    if isinstance(item, Ref) and is_dimensionless(item):
        return Dyn(ctx.read(item))
    own = None if isinstance(item, SliceParts) else special(ctx, item, "__index__")
    if own is not None:
        return ctx.call(own, [], {})
    if isinstance(item, Box) and item.cls is list:
        return _list_as_array(ctx, item)
    if isinstance(item, Tup) and item.items:
        return ctx.call(Static(np.asarray), [item], {})
    if isinstance(item, Range):
        return ctx.from_value(range_as_array(ctx, item))
    if isinstance(item, Static) and isinstance(item.obj, bool | np.bool_):
        raise ctx.unsupported("AD125", "a single boolean as an index", "use x[None], or an if statement")
    return item


def _list_as_array(ctx: Context, box: Box) -> Abs:
    content = ctx.state.content(box)
    if isinstance(content, Items) and all(isinstance(x, Static) for x in content.items):
        array = np.asarray([x.obj for x in content.items if isinstance(x, Static)])
        dtype = from_numpy_dtype(array.dtype)
        if dtype is not None and not dtype.inexact and array.ndim == 1 and array.size:
            return _constant_array(ctx, array, dtype)
    items = grown_value(ctx.b, ctx.state, box)
    return ctx.call(Static(np.asarray), [box], {}) if items is None else ctx.from_value(_as_array(ctx, items))


def _constant_array(ctx: Context, array: np.ndarray, dtype: DType) -> Ref:
    b = ctx.b
    value = b.op("empty", b.const(len(array)), dtype=dtype)
    for i, item in enumerate(array.tolist()):
        value = b.store(value, *at(b.const(i)), b.const(item, Scalar(dtype)))
    return ctx.new_array(value)


def _axes_used(item: Index) -> int:
    if isinstance(item, Static) and (item.obj is None or item.obj is Ellipsis):
        return 0
    if isinstance(item, Ref) and item.type.dtype.is_bool:
        return rank(item.type)
    return 1


def check_writable(ctx: Context, ref: Ref) -> None:
    """Refuse writes whose effect on other names cannot be tracked; note those that make merged references stale."""
    cell = ref.cell
    if cell.trusted:
        raise Careful
    if cell.snapshot:
        raise ctx.unsupported(
            "AD114",
            f"a write to {_named(cell)}, which NumPy may or may not have copied from another array",
            f"write to a copy: {cell.name or 'b'} = {cell.name or 'b'}.copy()",
            Note("made here", cell.span),
        )
    if cell.sources:
        raise ctx.unsupported(
            "AD111",
            f"a write to {_named(cell)}, which is one of several arrays, depending on the path taken",
            f"write to each array in its own branch; or write to a copy: {cell.name or 'b'} = {cell.name or 'b'}.copy()",
            Note("chosen here", cell.span),
        )
    if cell.constant is not None:
        raise ctx.unsupported(
            "AD112",
            f"a write to `{cell.name}`, an array from outside the function",
            f"write to a copy under another name: new_{cell.name} = {cell.name}.copy()",
        )
    held = next((other for other in ctx.state.escaped if other is cell or cell in other.sources), None)
    if held is not None:
        raise ctx.unsupported(
            "AD113",
            f"a write to {_named(cell)} after it was put into a list",
            "append a copy: items.append(a.copy())",
            Note("put into the list here", ctx.state.escaped[held]),
        )
    if not cell.local:
        ctx.captures.written[cell] = None
    for other in ctx.state.versions:
        if cell in other.sources:
            ctx.state.stale[other] = ctx.b.span


def _named(cell: Cell) -> str:
    return f"`{cell.name}`" if cell.name else "this array"


def store_at(
    ctx: Context, ref: Ref, path: Path, operands: tuple[Value, ...], value: Abs, accumulate: str | None = None
) -> None:
    """Write to a place of an array through a reference."""
    b = ctx.b
    target_rank = path.result_rank(rank(ref.type), [v.type for v in operands])
    # What is assigned may be a view of this array, which may be read until it is written.
    stored = _stored_value(ctx, ref.type, value, accumulate, not target_rank)
    check_writable(ctx, ref)
    if rank(stored.type) > target_rank:
        if accumulate is not None or target_rank == 0 or path == indexing(MASK):
            check_rank(ctx, rank(stored.type), target_rank)
        stored = _drop_axes(ctx, stored, target_rank)
    full_path, full_operands = ref.path + path, ref.operands + operands
    version = ctx.state.version(ref.cell)
    if ref.part:
        before = b.load(version, full_path, full_operands) if full_path else version
        stored = _as_part(ctx, ref.part, before, stored, accumulate)
        accumulate = accumulate and "+"
    if not full_path:
        ctx.state.versions[ref.cell] = _updated(ctx, version, stored, accumulate)
        return
    if isinstance(stored.type, Array):
        fits(b, b.dims(stored), b.dims(b.load(version, full_path, full_operands)))
    kind = "store"
    if accumulate is not None:
        kind = "accum"
        if accumulate == "-":
            stored = b.neg(stored)
    name = ref.cell.name
    ctx.state.versions[ref.cell] = b.op(kind, version, *full_operands, stored, path=full_path, name=name)


def _as_part(ctx: Context, part: str, before: Value, stored: Value, accumulate: str | None) -> Value:
    """The complex numbers to store, or to add, for what is written to the real or the imaginary parts alone."""
    b = ctx.b
    if accumulate is not None:
        stored = b.neg(stored) if accumulate == "-" else stored
        other = b.const_like(-0.0, stored.type)  # what leaves every number as it is, and the sign of a zero too
    else:
        other = b.op("imag" if part == "real" else "real", before)
    return arith.apply(b, "complex", *((stored, other) if part == "real" else (other, stored)))


def check_rank(ctx: Context, own: int, target: int) -> None:
    """Refuse leading axes where NumPy does not drop them: in one element, in place, and through a mask alone."""
    if own > target:
        place = f"a place of rank {target}" if target else "the place of one element"
        raise ctx.wrong("AD115", f"an array of rank {own} in {place}", "take what fits: v[0], or v.item()")


def _updated(ctx: Context, before: Value, stored: Value, accumulate: str | None) -> Value:
    """What an array without dimensions holds after a write."""
    if accumulate is None:
        return stored
    return ctx.b.add(before, stored) if accumulate == "+" else ctx.b.sub(before, stored)


def _stored_value(ctx: Context, array: Array | Scalar, value: Abs, accumulate: str | None, element: bool) -> Value:
    """The value in the array's dtype, as NumPy's assignment casts it: to one element, or to several."""
    if isinstance(value, Box | Tup):
        stored = _as_array(ctx, to_library(ctx, value))
    else:
        stored = ctx.value(value, "what is assigned to an array element")
    dtype = dtype_of(stored.type)
    if dtype.is_complex and not array.dtype.is_complex:
        stored = to_dtype(ctx.b, stored, array.dtype)  # a truth value, or an error
        dtype = dtype_of(stored.type)
    if accumulate is not None and dtype.inexact and not array.dtype.inexact:
        raise ctx.wrong(
            "AD128",
            f"{dtype.numpy_name} cannot be added to an array of {array.dtype.numpy_name} in place",
            "make it a float array: a = a.astype(float)",
        )
    single = isinstance(stored.type, Scalar) and array.dtype.is_integer and (element or dtype.is_integer)
    if single and not np.can_cast(dtype.numpy, array.dtype.numpy):
        # NumPy makes an int of it, and refuses one that the array cannot hold.
        stored = ctx.b.cast(stored, INT)
        require_fits(ctx.b, stored, array.dtype)
    if isinstance(stored.type, Scalar) and isinstance(array, Scalar):
        return ctx.b.cast(stored, array)
    if dtype != array.dtype:
        weak = isinstance(value, Static) and is_scalar(value) and array.dtype.inexact
        stored = scalar_value(ctx.b, value, Scalar(array.dtype)) if weak else ctx.b.cast(stored, Scalar(array.dtype))
    return stored


def _as_array(ctx: Context, items: Any) -> Value:
    entry = lookup(np.array)
    assert entry is not None
    return entry.value(ctx.b, items)


def _drop_axes(ctx: Context, value: Value, target_rank: int) -> Value:
    """NumPy's assignment drops leading axes of extent 1."""
    b = ctx.b
    extra = rank(value.type) - target_rank
    for axis in range(extra):
        message = ("could not broadcast the assigned value",)
        check_equal(b, b.dim(value, axis), b.const(1), message, access="store")
    return b.element(value, *[b.const(0)] * extra)


def check_cast(ctx: Context, result: DType, array: DType) -> None:
    """NumPy's in-place operators, and its functions with `out=`, cast their result only within one kind."""
    if not np.can_cast(result.numpy, array.numpy, "same_kind"):
        raise ctx.wrong(
            "AD128",
            f"a result of {result.numpy_name} cannot be written into an array of {array.numpy_name}",
            "make it a float array: a = a.astype(float)",
        )
