"""Parts of an array that a loop writes, read from its final version: nothing needs to be saved for them.

    for i: for j < i: … x[j] …;  x[i] = …        x[j] is never written again once iteration i has begun
    for i: t = …;  a[i, k] = t                   t is what a[i, k] holds, if nothing overwrites it

A place is intact if every later write is proven to reach another one: on one axis, the index read is below (or
above) all that are written in the rest of the iteration, and all that are written in later ones.  Bounds come from the
ranges of loop indices.  Negative indices count from the end, so both have to be proven not negative.  This must hold in
each loop from the access out to the top level of the function.
"""

from __future__ import annotations

import math

from autodiff_compiler.ad.primal import Primal
from autodiff_compiler.analysis.places import Place
from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.loop import Loop, Slot, is_loop
from autodiff_compiler.ir.path import path_of
from autodiff_compiler.ir.types import Array


def loaded_from(primal: Primal, load: Op) -> Value | None:
    """The version at the top level of the function that still holds what the load reads, if that is proven."""
    return _lasting_version(primal, load.operands[0], primal.places.of(load))


def stored_in(primal: Primal, value: Value) -> tuple[Op, Value] | None:
    """A store of this value, and the version at the top level that still holds the value at its place."""
    for store in primal.stores.get(value, ()):
        if primal.home[store.result] is primal.home[value] and _is_whole_value(primal, store):
            version = _lasting_version(primal, store.result, primal.places.of(store))
            if version is not None:
                return store, version
    return None


def _is_whole_value(primal: Primal, store: Op) -> bool:
    """Whether a load from the place gives exactly the stored value: it is neither repeated nor broadcast."""
    picked, extents = path_of(store).picked_axes, primal.extents(store.operands[0])
    if picked is None:
        return False
    return tuple(e for axis, e in enumerate(extents) if axis not in picked) == primal.extents(store.operands[-1])


def _lasting_version(primal: Primal, array: Value, place: Place) -> Value | None:
    while primal.home[array] is not primal.body:
        around = primal.owner[primal.home[array]]
        if is_loop(around) and Loop(around).counted:
            loop = Loop(around)
            kept = (slot.result for slot in loop.slots if _survives(primal, loop, slot, array, place))
        elif around.kind == "if":
            kept = (r for k, r in enumerate(around.results) if _leaves_branch(primal, around, k, array, place))
        else:
            return None
        found = next(kept, None)
        if found is None:
            return None
        array = found
    return array


def _leaves_branch(primal: Primal, op: Op, k: int, array: Value, read: Place) -> bool:
    """Whether the k-th result of an `if` still holds what was read from `array`, a version in one of the branches."""
    branch = primal.home[array]
    behind = _writes(primal, branch.terminator.operands[k], array)

    return behind is not None and all(_is_apart_now(primal, read, write, branch) for write in behind)


def _survives(primal: Primal, loop: Loop, slot: Slot, array: Value, read: Place) -> bool:
    """Whether the place read from `array`, a version of the slot, is unchanged in the result of the loop."""
    behind, every = _writes(primal, slot.yielded, array), _writes(primal, slot.yielded, slot.param)
    if behind is None or every is None:
        return False
    places, step = primal.places, primal.constant(loop.step)

    def is_inside(value: Value) -> bool:
        return primal.inside(value, loop.body)

    def is_apart_later(write: Place) -> bool:
        if loop.index is None or not isinstance(step, int):
            return False
        return places.are_apart(read, places.later(write, is_inside, loop.index, step))

    return all(_is_apart_now(primal, read, w, loop.body) for w in behind) and all(map(is_apart_later, every))


def _is_apart_now(primal: Primal, read: Place, write: Place, region: Region) -> bool:
    """Whether a place is disjoint from one written in the same execution of a region, perhaps in another iteration of a loop inside."""

    def is_inside(value: Value) -> bool:
        return primal.home.get(value) is not region and primal.inside(value, region)

    return primal.places.are_apart(read, primal.places.elsewhere(write, is_inside))


def _writes(primal: Primal, version: Value, first: Value) -> list[Place] | None:
    """The places written between two versions; None where one does not come of the other by writes alone."""
    writes = primal.versions.writes_between(first, version)
    return None if writes is None else [primal.places.of(write) for write in writes]


MANY = 1000
"""A length that is not known."""


def is_worth_a_copy(primal: Primal, load: Op) -> bool:
    """Whether to save the array that a load in an inner loop reads, rather than what each iteration reads.

    The copy is made once for all iterations of the loops between; it pays if they read as much as the array holds.
    """
    array = load.operands[0]
    home, read = primal.home.get(array), _size(primal, load.result)
    inner = primal.home[load.result]
    while inner is not home:
        owner = primal.owner.get(inner)
        if owner is None:
            return True
        if is_loop(owner):
            read *= _length(primal, Loop(owner))
        inner = primal.parent[inner]
    return read >= _size(primal, array)


def _size(primal: Primal, value: Value) -> int:
    extents = primal.extents(value) if isinstance(value.type, Array) else ()
    return math.prod(extent if isinstance(extent, int) else MANY for extent in extents)


def _length(primal: Primal, loop: Loop) -> int:
    known = [number for v in loop.bounds if isinstance(number := primal.constant(v), int)]
    if len(known) != 3 or known[2] == 0:
        return MANY
    start, stop, step = known
    return len(range(start, stop, step))
