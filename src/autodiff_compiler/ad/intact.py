"""Elements of an array that a loop writes, read from its final version: nothing needs to be saved for them.

    for i: for j < i: … x[j] …;  x[i] = …        x[j] is never written again once iteration i has begun

A load is intact if every write behind it is proven to reach another element: on one axis, the index read is below (or
above) all that are written in the rest of the iteration, and all that are written in later ones.  Bounds come from the
ranges of loop indices.  Negative indices count from the end, so both have to be proven not negative.  This must hold in
each loop from the load out to the top level of the function.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from autodiff_compiler.ad.context import Context
from autodiff_compiler.analysis.slots import Slot, loop_body, slots
from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.path import is_scalar_index
from autodiff_compiler.ir.types import INT, Array

Indices = tuple[Value, ...]
# Base -> offset: the value is at most (or at least) base + offset; base None stands for 0.
Bounds = dict[Value | None, int]
# How many ranges to follow from one index to the next.
DEPTH = 8


def intact_version(context: Context, load: Op) -> Value | None:
    """The version at the top level of the function that still holds what the load reads, if that is proven."""
    array, indices = load.operands[0], load.operands[1:]
    if not _is_element(load):
        return None
    while context.in_loop(context.home[array]):
        loop = context.owner[context.home[array]]
        if loop.kind != "for":
            return None
        found = next((slot for slot in slots(loop) if _survives(context, loop, slot, array, indices)), None)
        if found is None:
            return None
        array = found.result
    return array


def _is_element(op: Op) -> bool:
    array = op.operands[0].type
    return isinstance(array, Array) and is_scalar_index(op.attrs["path"], array.rank)


def _survives(context: Context, loop: Op, slot: Slot, array: Value, read: Indices) -> bool:
    """Whether the element read from `array`, a version of the slot, is in what the loop gives as it was."""
    behind, every = _writes(context, slot.yielded, array), _writes(context, slot.yielded, slot.param)
    if behind is None or every is None:
        return False
    body, step = loop_body(loop), context.constant(loop.operands[2])
    index = body.params[0]

    def outside(base: Value | None) -> bool:
        return base is None or not context.inside(base, body)

    def now(base: Value | None) -> bool:
        return base is index or outside(base)

    def is_apart_later(write: Indices) -> bool:
        if not isinstance(step, int) or step == 0:
            return False
        return _apart(context, read, write, outside) or _apart(context, read, write, lambda b: b is index, step)

    return all(_apart(context, read, w, now) for w in behind) and all(is_apart_later(w) for w in every)


def _writes(context: Context, version: Value, first: Value) -> list[Indices] | None:
    """The indices of the element writes between two versions; None where there is no such chain, or anything else."""
    writes: list[Indices] = []
    while version is not first:
        op = context.defs.get(version)
        if op is None:
            return None
        if op.kind in ("store", "accum") and _is_element(op):
            writes.append(op.operands[1:-1])
            version = op.operands[0]
        elif op.kind in ("for", "while") and version in context.slot_of:
            inner = context.slot_of[version]
            found = _writes(context, inner.yielded, inner.param)
            if found is None:
                return None
            writes += found
            version = inner.init
        elif op.kind == "if":
            k = op.results.index(version)
            for region in op.regions:
                found = _writes(context, region.terminator.operands[k], first)
                if found is None:
                    return None
                writes += found
            return writes
        else:
            return None
    return writes


def _apart(
    context: Context, read: Indices, write: Indices, allowed: Callable[[Value | None], bool], step: int = 0
) -> bool:
    """Whether the two reach different elements, by bounds relative to the `allowed` bases.

    With `step` the write is of a later iteration: its bounds have moved by `step` or more.
    """
    for r, w in zip(read, write):
        if min(_lowest(context, r), _lowest(context, w)) < 0:
            continue
        sides = []
        if step >= 0:
            sides.append((_bounds(context, r, upper=True), _bounds(context, w, upper=False), step))
        if step <= 0:
            sides.append((_bounds(context, w, upper=True), _bounds(context, r, upper=False), -step))
        for below, above, distance in sides:
            if any(below[base] < above[base] + distance for base in below if base in above and allowed(base)):
                return True
    return False


def _lowest(context: Context, value: Value) -> int:
    return _bounds(context, value, upper=False).get(None, -1)


def _bounds(context: Context, value: Value, *, upper: bool) -> Bounds:
    """What the value is bounded by: itself, the end of its range if it is a loop index, the end of that one's …"""
    base, offset = _linear(context, value)
    found: Bounds = {base: offset}
    for _ in range(DEPTH):
        loop = context.owner.get(context.home[base]) if base in context.home else None
        if base is None or loop is None or loop.kind != "for" or loop_body(loop).params[0] is not base:
            break
        step = context.constant(loop.operands[2])
        if not isinstance(step, int) or step == 0:
            break
        start, stop = loop.operands[:2]
        end, inward = (stop, -1 if upper else 1) if (step > 0) == upper else (start, 0)
        base, further = _linear(context, end)
        offset += further + inward
        found[base] = offset
    return found


def _linear(context: Context, value: Value) -> tuple[Value | None, int]:
    """`value` as a base plus a constant."""
    offset = 0
    while True:
        known = context.constant(value)
        if isinstance(known, int):
            return None, offset + known
        op = context.defs.get(value)
        if op is None or op.kind not in ("add", "sub") or value.type != INT:
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
