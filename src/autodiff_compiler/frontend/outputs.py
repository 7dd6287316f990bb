"""`out=` of NumPy functions: the result is written into an existing array."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from autodiff_compiler import library
from autodiff_compiler.frontend import array_places
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.entries import call_entry
from autodiff_compiler.frontend.scalars import describe
from autodiff_compiler.frontend.values import Abs, Ref, Static, Tup
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.required_checks import check_equal
from autodiff_compiler.ir.types import Scalar, dtype_of, rank


def destination(obj: Any, args: list[Abs], kwargs: dict[str, Abs]) -> Abs | None:
    """The argument `out` of a call, if there is one; a ufunc takes it by position, too."""
    out = kwargs.get("out")
    if out is None and isinstance(obj, np.ufunc) and len(args) == obj.nin + 1:
        out = args[obj.nin]
    if isinstance(out, Tup) and len(out.items) == 1:
        (out,) = out.items
    return None if isinstance(out, Static) and out.obj is None else out


def call_into(ctx: Context, obj: Any, entry: library.Entry, out: Abs, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """`obj(*args, out=out)`: the call, a write to `out`, and `out` itself as the result."""
    elementwise = isinstance(obj, np.ufunc) and obj.signature is None and obj.nout == 1
    if not elementwise and not _takes_out(obj):
        raise ctx.unsupported(
            "AD202", f"{entry.name}: the argument out= is not supported", "assign the result: y[:] = …"
        )
    if not isinstance(out, Ref):
        raise ctx.wrong("AD205", f"out= must be an array, not {describe(out)}")
    if elementwise:
        if len(args) > obj.nin and "out" in kwargs:
            raise ctx.wrong("AD178", f"{entry.name}: out is given by position and by name")
        args = args[: obj.nin]
    taken = ("out", "where") if elementwise else ("out",)
    result, _ = call_entry(ctx, entry, args, {k: v for k, v in kwargs.items() if k not in taken})
    assert isinstance(result, Value)
    if elementwise:
        array_places.check_cast(ctx, dtype_of(result.type), out.type.dtype)
        if rank(result.type) > rank(out.type):
            raise ctx.wrong("AD204", f"{entry.name}: out= has fewer dimensions than the result")
        result = ctx.b.cast(result, Scalar(out.type.dtype))
        where = kwargs.get("where", Static(True))
        if not (isinstance(where, Static) and where.obj is True):
            result = _chosen(ctx, entry, where, result, out)
    elif result.type != out.type:
        raise ctx.unsupported(
            "AD202",
            f"{entry.name}: out= of type {out.type} for a result of type {result.type}",
            "assign the result: y[:] = …",
        )
    else:
        target = ctx.read(out)
        for axis in range(rank(out.type)):
            message = f"{entry.name}: out= must have the shape of the result"
            check_equal(ctx.b, ctx.b.dim(result, axis), ctx.b.dim(target, axis), message)
    array_places.store_at(ctx, out, array_places.whole(out), (), ctx.from_value(result))
    return out


def _takes_out(obj: Any) -> bool:
    """Whether a function of NumPy other than a ufunc of elements has an `out`."""
    if obj is np.dot or (isinstance(obj, np.ufunc) and obj.nout == 1):
        return True
    try:
        return "out" in inspect.signature(obj).parameters
    except (TypeError, ValueError):
        return False


def _chosen(ctx: Context, entry: library.Entry, where: Abs, result: Value, out: Ref) -> Value:
    """The result where `where` holds, elsewhere what `out` already has."""
    mask = ctx.value(where, "where=")
    if not dtype_of(mask.type).is_bool or rank(mask.type) > rank(out.type):
        raise ctx.wrong("AD205", f"{entry.name}: where= must hold booleans that broadcast to out=")
    choose = library.lookup(np.where)
    assert choose is not None
    return choose.value(ctx.b, mask, result, ctx.read(out))
