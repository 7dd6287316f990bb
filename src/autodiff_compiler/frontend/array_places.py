"""Places in arrays: a subscript as a step of a path with its bounds checks, and reads and writes through references."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.diagnostics import Note
from autodiff_compiler.frontend.classes import special
from autodiff_compiler.frontend.context import Context, int_value
from autodiff_compiler.frontend.scalars import is_scalar, scalar_value
from autodiff_compiler.frontend.values import Abs, Box, Cell, Dyn, Index, Items, Range, Ref, Slice, Static, Tup
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.path import WHOLE, Path, is_basic, result_rank
from autodiff_compiler.ir.types import (
    FLOATS,
    INTS,
    NUMPY_NAMES,
    Array,
    Scalar,
    dtype_of,
    from_numpy_dtype,
    numpy_dtype,
    rank,
)
from autodiff_compiler.library import lookup
from autodiff_compiler.library.arguments import check_extents

WHOLE_ARRAY: Path = (("index", (WHOLE,)),)


def load(ctx: Context, ref: Ref, index: list[Index]) -> Abs:
    step, operands = array_step(ctx, ref, index)
    path: Path = (step,)
    value = ctx.b.load(ctx.read(ref), path, operands)
    if not isinstance(value.type, Array):
        return Dyn(value)
    if is_basic(path):
        return Ref(ref.cell, value.type, ref.path + path, ref.operands + tuple(operands))
    return ctx.new_array(value)


def store(ctx: Context, ref: Ref, index: list[Index], value: Abs, accumulate: str | None) -> None:
    step, operands = array_step(ctx, ref, index)
    store_at(ctx, ref, (step,), operands, value, accumulate)


def is_basic_place(ctx: Context, ref: Ref, index: list[Index]) -> bool:
    """Whether a place in an array can have no element twice (no integer arrays in its index)."""
    return not any(isinstance(item, Ref | Box | Range) and not _is_mask(ctx, item) for item in index)


def _is_mask(ctx: Context, item: Index) -> bool:
    return isinstance(item, Ref) and item.type.dtype == "bool"


def array_step(ctx: Context, ref: Ref, index: list[Index]) -> tuple[tuple[str, Any], list[Value]]:
    """One subscript as a step of a path, with its operands and its bounds checks."""
    b = ctx.b
    index = [_known_index(ctx, item) for item in index]
    used = sum(_axes_used(item) for item in index)
    if used > ref.type.rank:
        raise ctx.wrong(
            "AD123",
            f"too many indices for array: array is {ref.type.rank}-dimensional, but {used} were indexed",
            "leave an index out",
        )
    view: Value | None = None
    items: list[str] = []
    operands: list[Value] = []
    axis = 0

    def extent() -> Value:
        nonlocal view
        if view is None:
            view = ctx.read(ref)
        return b.dim(view, axis)

    for item in index:
        if isinstance(item, Slice):
            word, bounds = _slice_item(ctx, item)
            items.append(word)
            operands += bounds
            axis += 1
        elif isinstance(item, Static) and item.obj is None:
            items.append("n")
        elif isinstance(item, Static) and item.obj is Ellipsis:
            missing = ref.type.rank - used
            items += [WHOLE] * missing
            axis += missing
        elif isinstance(item, Ref):
            value = ctx.read(item)
            if item.type.dtype == "bool":
                for k in range(item.type.rank):
                    b.emit(
                        "check_equal",
                        (b.dim(value, k), extent()),
                        {"message": "the boolean mask does not fit the array"},
                    )
                    axis += 1
                items.append("b")
            else:
                if item.type.dtype not in INTS:
                    raise ctx.wrong(
                        "AD124",
                        f"an array of {NUMPY_NAMES[item.type.dtype]} as an index",
                        "index with integers or booleans",
                    )
                b.emit("check_index", (value, extent()), {"axis": axis})
                items.append("a")
                axis += 1
            operands.append(value)
        else:
            value = int_value(ctx, item, "an index")
            b.emit("check_index", (value, extent()), {"axis": axis})
            items.append("i")
            operands.append(value)
            axis += 1
    while (
        items and items[-1] == WHOLE and len(items) > 1 and "n" not in items and "a" not in items and "b" not in items
    ):
        items.pop()  # trailing whole axes are implied
    return ("index", tuple(items)), operands


def _slice_item(ctx: Context, item: Slice) -> tuple[str, list[Value]]:
    """A slice as an item of a path, with the bounds that are given."""
    given = (item.start, item.stop, item.step)
    parts = [None if isinstance(part, Static) and part.obj is None else part for part in given]
    word = "s" + "".join("0" if part is None else "1" for part in parts)
    bounds = [int_value(ctx, part, "a slice bound") for part in parts if part is not None]
    _check_step(ctx, item.step)
    return word, bounds


def _known_index(ctx: Context, item: Index) -> Index:
    """Lists and ranges as arrays; a loop index stays a run-time value."""
    own = None if isinstance(item, Slice) else special(ctx, item, "__index__")
    if own is not None:
        return ctx.call(own, [], {})
    if isinstance(item, Box) and item.cls is list:
        content = ctx.state.content(item)
        if isinstance(content, Items) and all(isinstance(x, Static) for x in content.items):
            array = np.asarray([x.obj for x in content.items if isinstance(x, Static)])
            if from_numpy_dtype(array.dtype) in (*INTS, "bool") and array.ndim == 1 and array.size:
                return _constant_array(ctx, array)
        return ctx.from_value(_as_array(ctx, _grown(ctx, item)))
    if isinstance(item, Range):
        return ctx.from_value(ctx.range_as_array(item))
    if isinstance(item, Static) and isinstance(item.obj, bool | np.bool_):
        raise ctx.unsupported("AD125", "a single boolean as an index", "use x[None], or an if statement")
    return item


def _constant_array(ctx: Context, array: np.ndarray) -> Ref:
    b = ctx.b
    dtype = from_numpy_dtype(array.dtype)
    assert dtype is not None
    value = b.op("empty", b.const(len(array)), dtype=dtype)
    for i, item in enumerate(array.tolist()):
        value = b.store(value, (("index", ("i",)),), (b.const(i),), b.const(item, Scalar(dtype)))
    return ctx.new_array(value)


def _grown(ctx: Context, box: Box) -> Value:
    value = ctx.as_grown(box)
    if value is None:
        raise ctx.unsupported(
            "AD126", "a list of numbers and arrays as an index", "use an integer array: np.array(...)"
        )
    return value


def _axes_used(item: Index) -> int:
    if isinstance(item, Static) and (item.obj is None or item.obj is Ellipsis):
        return 0
    if isinstance(item, Ref) and item.type.dtype == "bool":
        return item.type.rank
    return 1


def _check_step(ctx: Context, step: Abs | None) -> None:
    if isinstance(step, Static) and step.obj == 0 and step.obj is not None:
        raise ctx.wrong("AD127", "slice step cannot be zero")
    if isinstance(step, Dyn):
        nonzero = ctx.b.compare("ne", step.value, ctx.b.const_like(0, step.value.type))
        ctx.b.emit("check", (nonzero,), {"error": "ValueError", "message": ("slice step cannot be zero",)})


def check_writable(ctx: Context, ref: Ref) -> None:
    """Refuse writes whose effect on other names cannot be followed; note those that make merged references stale."""
    cell = ref.cell
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
    if cell in ctx.state.escaped:
        raise ctx.unsupported(
            "AD113",
            f"a write to {_named(cell)} after it was put into a list",
            "append a copy: items.append(a.copy())",
            Note("put into the list here", ctx.state.escaped[cell]),
        )
    if any(kind == "reshape" for kind, _ in ref.path) and not _contiguous(ref):
        raise ctx.unsupported(
            "AD114",
            "a write to a reshaped array, which NumPy may or may not have copied",
            "write to a copy: b = a.reshape(...).copy(); or write to the array before it is reshaped",
        )
    if not cell.local:
        ctx.captures.written[cell] = None
    for other in ctx.state.versions:
        if cell in other.sources:
            ctx.state.stale[other] = ctx.b.span


def _named(cell: Cell) -> str:
    return f"`{cell.name}`" if cell.name else "this array"


def _contiguous(ref: Ref) -> bool:
    """Whether what was reshaped is certainly C-contiguous: a whole array allocated here."""
    return ref.cell.local and ref.path[0][0] == "reshape" and [kind for kind, _ in ref.path].count("reshape") == 1


def store_at(
    ctx: Context, ref: Ref, path: Path, operands: list[Value], value: Abs, accumulate: str | None = None
) -> None:
    """Write to a place of an array through a reference."""
    b = ctx.b
    check_writable(ctx, ref)
    target_rank = result_rank(path, ref.type.rank, [v.type for v in operands])
    stored = _stored_value(ctx, ref.type, value, accumulate)
    if rank(stored.type) > target_rank:
        stored = _drop_axes(ctx, stored, target_rank)
    full_path, full_operands = ref.path + path, [*ref.operands, *operands]
    version = ctx.state.version(ref.cell)
    if isinstance(stored.type, Array):
        _check_width(ctx, b.load(version, full_path, full_operands), stored)
    kind = "store"
    if accumulate is not None:
        kind = "accum"
        if accumulate == "-":
            stored = b.neg(stored)
    name = ref.cell.name
    ctx.state.versions[ref.cell] = b.op(kind, version, *full_operands, stored, path=full_path, name=name)


def _stored_value(ctx: Context, array: Array, value: Abs, accumulate: str | None) -> Value:
    """The value in the array's dtype, as NumPy's assignment casts it."""
    if isinstance(value, Box | Tup):
        stored = _as_array(ctx, ctx.to_library(value))
    else:
        stored = ctx.value(value, "what is assigned to an array element")
    dtype = dtype_of(stored.type)
    if accumulate is not None and dtype in FLOATS and array.dtype not in FLOATS:
        raise ctx.wrong(
            "AD128",
            f"{NUMPY_NAMES[dtype]} cannot be added to an array of {NUMPY_NAMES[array.dtype]} in place",
            "make it a float array: a = a.astype(float)",
        )
    if dtype != array.dtype:
        weak = isinstance(value, Static) and is_scalar(value) and array.dtype in FLOATS
        stored = scalar_value(ctx.b, value, Scalar(array.dtype)) if weak else ctx.b.cast(stored, Scalar(array.dtype))
    return stored


def _as_array(ctx: Context, items: Any) -> Value:
    entry = lookup(np.array)
    assert entry is not None
    return entry(ctx.b, items)


def _drop_axes(ctx: Context, value: Value, target_rank: int) -> Value:
    """NumPy's assignment drops leading axes of extent 1."""
    b = ctx.b
    extra = rank(value.type) - target_rank
    for axis in range(extra):
        b.emit(
            "check_equal", (b.dim(value, axis), b.const(1)), {"message": ("could not broadcast the assigned value",)}
        )
    return b.load(value, (("index", ("i",) * extra),), [b.const(0)] * extra)


def _check_width(ctx: Context, target: Value, value: Value) -> None:
    """The assigned value must broadcast to the place: each extent equal, or 1."""
    b = ctx.b
    assert isinstance(target.type, Array)
    assert isinstance(value.type, Array)
    offset = target.type.rank - value.type.rank
    for axis in range(value.type.rank):
        check_extents(b, "check_broadcast", value, axis, target, axis + offset)


def check_cast(ctx: Context, result: str, array: str) -> None:
    """NumPy's in-place operators, and its functions with `out=`, cast their result within one kind only."""
    if not np.can_cast(numpy_dtype(result), numpy_dtype(array), "same_kind"):
        raise ctx.wrong(
            "AD128",
            f"a result of {NUMPY_NAMES[result]} cannot be written into an array of {NUMPY_NAMES[array]}",
            "make it a float array: a = a.astype(float)",
        )
