"""Parts of an array that a loop writes, read from its final version: nothing needs to be saved for them.

    for i: for j < i: … x[j] …;  x[i] = …        x[j] is never written again once iteration i has begun
    for i: t = …;  a[i, k] = t                   t is what a[i, k] holds, if nothing overwrites it

A place is intact if every write behind it is proven to reach another one: on one axis, the index read is below (or
above) all that are written in the rest of the iteration, and all that are written in later ones.  Bounds come from the
ranges of loop indices.  Negative indices count from the end, so both have to be proven not negative.  This must hold in
each loop from the access out to the top level of the function.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from autodiff_compiler.ad.reversal import Reversal
from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.loop import Loop, Slot, is_loop
from autodiff_compiler.ir.opset import opdef, writes_path
from autodiff_compiler.ir.path import ALL, aligned, is_array
from autodiff_compiler.ir.types import INT, Array


@dataclass(frozen=True)
class Part:
    """The elements `start:stop` of an axis; None stands for its end."""

    start: Value | None
    stop: Value | None


# For each axis the integer that a path has there, or a part of it; None where nobody knows which it reaches.
Place = tuple[Value | Part | None, ...]
# Base -> offset: the value is at most (or at least) base + offset; base None stands for 0.
Bounds = dict[Value | None, int]
# How many ranges to follow from one index to the next.
DEPTH = 8


def loaded_from(context: Reversal, load: Op) -> Value | None:
    """The version at the top level of the function that still holds what the load reads, if that is proven."""
    return _lasting_version(context, load.operands[0], _place(load))


def stored_in(context: Reversal, value: Value) -> tuple[Op, Value] | None:
    """A store of this value, and the version at the top level that still holds the value at its place."""
    for store in context.stores.get(value, ()):
        if context.home[store.result] is context.home[value] and _is_whole_value(context, store):
            version = _lasting_version(context, store.result, _place(store))
            if version is not None:
                return store, version
    return None


def _is_whole_value(context: Reversal, store: Op) -> bool:
    """Whether a load from the place gives the stored value and nothing else: neither repeated nor broadcast."""
    picked, extents = store.attrs["path"].picked_axes, context.extents(store.operands[0])
    if picked is None:
        return False
    return tuple(e for axis, e in enumerate(extents) if axis not in picked) == context.extents(store.operands[-1])


def _lasting_version(context: Reversal, array: Value, place: Place) -> Value | None:
    while context.home[array] in context.owner:
        around = context.owner[context.home[array]]
        if is_loop(around) and Loop(around).counted:
            loop = Loop(around)
            kept = (slot.result for slot in loop.slots if _survives(context, loop, slot, array, place))
        elif around.kind == "if":
            kept = (r for k, r in enumerate(around.results) if _leaves_branch(context, around, k, array, place))
        else:
            return None
        found = next(kept, None)
        if found is None:
            return None
        array = found
    return array


def _place(op: Op) -> Place:
    """What a load or a write reaches, or a larger part of the array."""
    place: list[Value | Part | None] = []
    for subscript, axis, _ in aligned(op.attrs["path"].beginning(op.operands[1:])):
        place += [None] * (axis - len(place))  # a mask has several axes
        if isinstance(subscript, slice):
            place.append(Part(subscript.start, subscript.stop) if subscript.step is None and subscript != ALL else None)
        elif subscript is not None:
            place.append(None if is_array(subscript) else subscript)
    return tuple(place)


def _leaves_branch(context: Reversal, op: Op, k: int, array: Value, read: Place) -> bool:
    """Whether the k-th result of an `if` still holds what was read from `array`, a version in one of the branches."""
    branch = context.home[array]
    behind = _writes(context, branch.terminator.operands[k], array)

    def same_execution(base: Value | None) -> bool:
        return base is None or not context.inside(base, branch)

    return behind is not None and all(_apart(context, read, w, same_execution) for w in behind)


def _survives(context: Reversal, loop: Loop, slot: Slot, array: Value, read: Place) -> bool:
    """Whether the place read from `array`, a version of the slot, is in what the loop gives as it was."""
    behind, every = _writes(context, slot.yielded, array), _writes(context, slot.yielded, slot.param)
    if behind is None or every is None:
        return False
    step = context.constant(loop.step)

    def outside(base: Value | None) -> bool:
        return base is None or not context.inside(base, loop.body)

    def now(base: Value | None) -> bool:
        return base is loop.index or outside(base)

    def is_apart_later(write: Place) -> bool:
        if not isinstance(step, int) or step == 0:
            return False
        return _apart(context, read, write, outside) or _apart(context, read, write, lambda b: b is loop.index, step)

    return all(_apart(context, read, w, now) for w in behind) and all(is_apart_later(w) for w in every)


def _writes(context: Reversal, version: Value, first: Value) -> list[Place] | None:
    """The places written between two versions; None where there is no such chain, or anything else."""
    writes: list[Place] = []
    while version is not first:
        op = context.defs.get(version)
        if op is None:
            return None
        if writes_path(op):
            writes.append(_place(op))
            version = op.operands[0]
        elif version in context.slot_of:
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
    context: Reversal, read: Place, write: Place, allowed: Callable[[Value | None], bool], step: int = 0
) -> bool:
    """Whether the two have no element in common, by bounds relative to the `allowed` bases.

    With `step` the write is of a later iteration: its bounds have moved by `step` or more.
    """
    for r, w in zip(read, write):
        if r is None or w is None or min(_lowest(context, r), _lowest(context, w)) < 0:
            continue
        sides = []
        if step >= 0:
            sides.append((_highest(context, r), _first(context, w), step))
        if step <= 0:
            sides.append((_highest(context, w), _first(context, r), -step))
        for below, above, distance in sides:
            if any(below[base] < above[base] + distance for base in below if base in above and allowed(base)):
                return True
    return False


def _lowest(context: Reversal, reach: Value | Part) -> int:
    """A number that an index, or the ends of a slice, are never below: negative where they may count from the end."""
    ends = [end for end in (reach.start, reach.stop) if end is not None] if isinstance(reach, Part) else [reach]
    return min(_bounds(context, end, upper=False).get(None, -1) for end in ends)


def _highest(context: Reversal, reach: Value | Part) -> Bounds:
    """What the last element reached is bounded by."""
    if isinstance(reach, Value):
        return _bounds(context, reach, upper=True)
    if reach.stop is None:
        return {}
    return {base: offset - 1 for base, offset in _bounds(context, reach.stop, upper=True).items()}


def _first(context: Reversal, reach: Value | Part) -> Bounds:
    """What the first element reached is bounded by."""
    start = reach.start if isinstance(reach, Part) else reach
    return {None: 0} if start is None else _bounds(context, start, upper=False)


def _bounds(context: Reversal, value: Value, *, upper: bool) -> Bounds:
    """What the value is bounded by: itself, the end of its range if it is a loop index, the end of that one's …"""
    base, offset = _linear(context, value)
    found: Bounds = {base: offset}
    for _ in range(DEPTH):
        owner = context.owner.get(context.home[base]) if base in context.home else None
        if base is None or owner is None or not is_loop(owner) or Loop(owner).index is not base:
            break
        loop = Loop(owner)
        step = context.constant(loop.step)
        if not isinstance(step, int) or step == 0:
            break
        end, inward = (loop.stop, -1 if upper else 1) if (step > 0) == upper else (loop.start, 0)
        base, further = _linear(context, end)
        offset += further + inward
        found[base] = offset
    return found


def _linear(context: Reversal, value: Value) -> tuple[Value | None, int]:
    """`value` as a base plus a constant."""
    offset = 0
    while True:
        known = context.constant(value)
        if isinstance(known, int):
            return None, offset + known
        op = context.defs.get(value)
        signs = () if op is None else opdef(op).signs
        if op is None or len(signs) != 2 or value.type != INT:
            return value, offset
        left, right = (context.constant(v) for v in op.operands)
        if isinstance(right, int):
            offset += signs[1] * right
            value = op.operands[0]
        elif isinstance(left, int) and signs[1] > 0:
            offset += left
            value = op.operands[1]
        else:
            return value, offset


def is_worth_a_copy(context: Reversal, load: Op) -> bool:
    """Whether to save the array that a load in an inner loop reads, rather than every element read.

    The copy is made once for all iterations of the loops between; it pays if they are at least as many as the array
    has axes, each of a length not known to be small.
    """
    array = load.operands[0]
    home, depth = context.home.get(array), 0
    inner = context.home[load.result]
    while inner is not home:
        owner = context.owner.get(inner)
        if owner is None:
            return True
        if is_loop(owner) and not _is_short(context, Loop(owner).bounds[:2]):
            depth += 1
        inner = context.parent[inner]
    return depth >= (array.type.rank if isinstance(array.type, Array) else 0)


def _is_short(context: Reversal, bounds: Sequence[Value]) -> bool:
    return bool(bounds) and all(isinstance(context.constant(v), int) for v in bounds)
