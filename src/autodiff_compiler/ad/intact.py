"""Elements of an array that a loop writes, read from its final version: nothing needs to be saved for them.

    for i: for j < i: … x[j] …;  x[i] = …        x[j] is never written again once iteration i has begun

A load is intact if on one axis every write of the loop is at i + c (c constant, i the loop's own index) and the load is
below all that iteration i and the later ones write.  Negative indices count from the end, so both have to be proven
not negative.  This must hold in each loop from the load out to the top level of the function.
"""

from __future__ import annotations

from collections.abc import Sequence

from autodiff_compiler.ad.context import Context
from autodiff_compiler.analysis.slots import Slot, loop_body, slots
from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.path import is_scalar_index
from autodiff_compiler.ir.types import Array

Indices = tuple[Value, ...]


def intact_version(context: Context, load: Op) -> Value | None:
    """The version at the top level of the function that still holds what the load reads, if that is proven."""
    array, indices = load.operands[0], load.operands[1:]
    if not _is_element(load):
        return None
    while context.in_loop(context.home[array]):
        loop = context.owner[context.home[array]]
        if loop.kind != "for":
            return None
        found = [slot for slot in slots(loop) if array in (slot.param, slot.yielded)]
        if not found or not _survives(context, loop, found[0], indices, at_end=array is not found[0].param):
            return None
        array = found[0].result
    return array


def _is_element(op: Op) -> bool:
    array = op.operands[0].type
    return isinstance(array, Array) and is_scalar_index(op.attrs["path"], array.rank)


def _survives(context: Context, loop: Op, slot: Slot, indices: Indices, *, at_end: bool) -> bool:
    """Whether the element is not written in this iteration (or, `at_end`, after it) nor in a later one."""
    start, step = (context.constant(loop.operands[k]) for k in (0, 2))
    if not isinstance(start, int) or not isinstance(step, int) or start < 0 or step <= 0:
        return False
    writes: list[Indices] = []
    if not _collect(context, slot.yielded, slot.param, writes):
        return False
    index = loop_body(loop).params[0]
    for axis, read in enumerate(indices):
        written = [_linear(context, write[axis]) for write in writes]
        if not all(base is index and start + offset >= 0 for base, offset in written):
            continue
        lowest = min((offset for _, offset in written), default=0) + (step if at_end else 0)
        highest = _highest(context, read, index, start)
        if highest is not None and highest < lowest:
            return True
    return not writes


def _collect(context: Context, version: Value, first: Value, writes: list[Indices]) -> bool:
    """Gather the indices of all element writes between two versions; False where there is anything else."""
    while version is not first:
        op = context.defs.get(version)
        if op is None:
            return False
        if op.kind in ("store", "accum") and _is_element(op):
            writes.append(op.operands[1:-1])
            version = op.operands[0]
        elif op.kind in ("for", "while") and version in context.slot_of:
            inner = context.slot_of[version]
            if not _collect(context, inner.yielded, inner.param, writes):
                return False
            version = inner.init
        elif op.kind == "if":
            k = op.results.index(version)
            return all(_collect(context, r.terminator.operands[k], first, writes) for r in op.regions)
        else:
            return False
    return True


def _linear(context: Context, value: Value) -> tuple[Value | None, int]:
    """`value` as a base plus a constant."""
    offset = 0
    while True:
        known = context.constant(value)
        if isinstance(known, int):
            return None, offset + known
        op = context.defs.get(value)
        if op is None or op.kind not in ("add", "sub"):
            return value, offset
        left, right = (context.constant(v) for v in op.operands)
        if isinstance(right, int):
            offset += right if op.kind == "add" else -right
            value = op.operands[0]
        elif isinstance(left, int) and op.kind == "add":
            offset += left
            value = op.operands[1]
        else:
            return value, offset


def _highest(context: Context, read: Value, index: Value, start: int) -> int | None:
    """The largest u such that the index read can be `index + u`; None if it is not known, or may be negative."""
    base, offset = _linear(context, read)
    if base is index:
        return offset if start + offset >= 0 else None
    region = context.home.get(base) if base is not None else None
    loop = context.owner.get(region) if region is not None else None
    if loop is None or loop.kind != "for" or loop_body(loop).params[0] is not base:
        return None
    low, stop, step = loop.operands[:3]
    stride = context.constant(step)
    low_base, low_offset = _linear(context, low)
    lowest = low_offset + (start if low_base is index else 0)
    if not isinstance(stride, int) or stride <= 0 or low_base not in (None, index) or lowest + offset < 0:
        return None
    stop_base, stop_offset = _linear(context, stop)
    return stop_offset - 1 + offset if stop_base is index else None


def is_worth_a_copy(context: Context, load: Op) -> bool:
    """Whether to save the array that a load in an inner loop reads, rather than every element read.

    The copy is made once for all iterations of the loops between; it pays if they are at least as many as the array
    has axes, each of a length not known to be small.
    """
    array = load.operands[0]
    home, depth = context.home.get(array), 0
    inner = context.home[load.result]
    while inner is not home:
        loop = context.owner.get(inner)
        if loop is None:
            return True
        if loop.kind != "if" and not _is_short(context, loop.operands[:2] if loop.kind == "for" else ()):
            depth += 1
        inner = context.parent[inner]
    return depth >= (array.type.rank if isinstance(array.type, Array) else 0)


def _is_short(context: Context, bounds: Sequence[Value]) -> bool:
    return bool(bounds) and all(isinstance(context.constant(v), int) for v in bounds)
