"""Parts of an array that a loop writes, read from its final version: nothing needs to be saved for them.

    for i: for j < i: … x[j] …;  x[i] = …        x[j] is never written again once iteration i has begun
    for i: t = …;  a[i, k] = t                   t is what a[i, k] holds, if nothing overwrites it

A place is intact if every write behind it is proven to reach another one: on one axis, the index read is below (or
above) all that are written in the rest of the iteration, and all that are written in later ones.  Bounds come from the
ranges of loop indices.  Negative indices count from the end, so both have to be proven not negative.  This must hold in
each loop from the access out to the top level of the function.
"""

from __future__ import annotations

from collections.abc import Sequence

from autodiff_compiler.ad.reversal import Reversal
from autodiff_compiler.analysis.places import Place
from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.loop import Loop, Slot, is_loop
from autodiff_compiler.ir.opset import writes_path
from autodiff_compiler.ir.path import path_of
from autodiff_compiler.ir.types import Array


def loaded_from(context: Reversal, load: Op) -> Value | None:
    """The version at the top level of the function that still holds what the load reads, if that is proven."""
    return _lasting_version(context, load.operands[0], context.places.of(load))


def stored_in(context: Reversal, value: Value) -> tuple[Op, Value] | None:
    """A store of this value, and the version at the top level that still holds the value at its place."""
    for store in context.stores.get(value, ()):
        if context.home[store.result] is context.home[value] and _is_whole_value(context, store):
            version = _lasting_version(context, store.result, context.places.of(store))
            if version is not None:
                return store, version
    return None


def _is_whole_value(context: Reversal, store: Op) -> bool:
    """Whether a load from the place gives the stored value and nothing else: neither repeated nor broadcast."""
    picked, extents = path_of(store).picked_axes, context.extents(store.operands[0])
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


def _leaves_branch(context: Reversal, op: Op, k: int, array: Value, read: Place) -> bool:
    """Whether the k-th result of an `if` still holds what was read from `array`, a version in one of the branches."""
    branch = context.home[array]
    behind = _writes(context, branch.terminator.operands[k], array)

    return behind is not None and all(_is_apart_now(context, read, write, branch) for write in behind)


def _survives(context: Reversal, loop: Loop, slot: Slot, array: Value, read: Place) -> bool:
    """Whether the place read from `array`, a version of the slot, is in what the loop gives as it was."""
    behind, every = _writes(context, slot.yielded, array), _writes(context, slot.yielded, slot.param)
    if behind is None or every is None:
        return False
    places, step = context.places, context.constant(loop.step)

    def is_inside(value: Value) -> bool:
        return context.inside(value, loop.body)

    def is_apart_later(write: Place) -> bool:
        if loop.index is None or not isinstance(step, int):
            return False
        return places.are_apart(read, places.later(write, is_inside, loop.index, step))

    return all(_is_apart_now(context, read, w, loop.body) for w in behind) and all(map(is_apart_later, every))


def _is_apart_now(context: Reversal, read: Place, write: Place, region: Region) -> bool:
    """Whether a place is apart from one written in the same execution of a region, perhaps in another one of a loop inside."""

    def is_inside(value: Value) -> bool:
        return context.home.get(value) is not region and context.inside(value, region)

    return context.places.are_apart(read, context.places.elsewhere(write, is_inside))


def _writes(context: Reversal, version: Value, first: Value) -> list[Place] | None:
    """The places written between two versions; None where there is no such chain, or anything else."""
    writes: list[Place] = []
    while version is not first:
        op = context.defs.get(version)
        if op is None:
            return None
        if writes_path(op):
            writes.append(context.places.of(op))
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
