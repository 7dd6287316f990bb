"""Versions of an array: which ones follow which, and what is done with the array between two of them.

A version comes of another one by a write, by a loop that carries it, or by an `if` that gives it on one of its sides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.loop import Loop, Slot, is_loop, loop_slots, merges, sides
from autodiff_compiler.ir.opset import opdef, reads_path, sets_path, writes_path
from autodiff_compiler.ir.path import Path, element, path_of
from autodiff_compiler.ir.types import Scalar, rank
from autodiff_compiler.ir.walk import all_ops, definitions, uses


@dataclass
class Accesses:
    """What is done with an array between two versions, element by element."""

    adds: list[Op] = field(default_factory=list)
    """Additions in the region of the versions itself."""
    others: list[Op] = field(default_factory=list)
    """Loads and stores, those of loops inside included."""


def is_element(op: Op) -> bool:
    """Whether a load or a write reaches a single element."""
    return path_of(op) == element(rank(op.operands[0].type))


def is_elsewhere(write: Op, path: Path, indices: Sequence[Value], constant: Callable[[Value], object]) -> bool:
    """Whether one element is written, and the path reaches another one: different constants, both counted from the same end."""
    if path_of(write) != path or path != element(rank(write.result.type)):
        return False
    pairs = [(constant(a), constant(b)) for a, b in zip(write.operands[1:-1], indices)]
    return any(isinstance(a, int) and isinstance(b, int) and a != b and (a < 0) == (b < 0) for a, b in pairs)


class Versions:
    """The versions of the arrays in a region and in those inside it."""

    def __init__(self, body: Region) -> None:
        self._body = body

    @cached_property
    def readers(self) -> dict[Value, list[Op]]:
        return uses(self._body)

    @cached_property
    def _definitions(self) -> dict[Value, Op]:
        return definitions(self._body)

    @cached_property
    def _slots(self) -> dict[Value, Slot]:
        """Of the results of loops."""
        return {slot.result: slot for op in all_ops(self._body) for slot in loop_slots(op)}

    @cached_property
    def _owners(self) -> dict[Op, Op]:
        """Of the terminators."""
        return {region.terminator: op for op in all_ops(self._body) for region in op.regions}

    # -- backwards -------------------------------------------------------------------------------------------------

    def writes_between(self, first: Value, last: Value) -> list[Op] | None:
        """All writes that `last` comes of, back to `first`; None where it comes of anything else."""
        writes: list[Op] = []
        while last is not first:
            op = self._definitions.get(last)
            if op is None:
                return None
            if writes_path(op):
                writes.append(op)
                last = op.operands[0]
            elif last in self._slots:
                slot = self._slots[last]
                inside = self.writes_between(slot.param, slot.yielded)
                if inside is None:
                    return None
                writes += inside
                last = slot.init
            else:
                branches = sides(op, last)
                for given in branches:
                    inside = self.writes_between(first, given)
                    if inside is None:
                        return None
                    writes += inside
                return writes if branches else None
        return writes

    # -- forwards --------------------------------------------------------------------------------------------------

    def accesses_between(self, first: Value, last: Value, region: Region) -> Accesses | None:
        """What a region, and the loops in it, do with the array; None if they do anything but access single elements."""
        found = Accesses()
        own = set(region.ops)
        version: Value | None = first
        while version is not None:
            readers = self.readers.get(version, [])
            if any(reader not in own or reader.operands.count(version) != 1 for reader in readers):
                return None
            loads = [reader for reader in readers if reads_path(reader) and is_element(reader)]
            writers = [reader for reader in readers if reader not in loads]
            if len(writers) != 1:
                return None
            found.others += loads
            if writers[0] is region.terminator:
                return found if version is last else None
            version = self._after(writers[0], version, found)
        return None

    def _after(self, writer: Op, version: Value, found: Accesses) -> Value | None:
        """The version that a writer makes of a version, its accesses noted; None if it does anything else."""
        if is_loop(writer):
            slot = next((slot for slot in Loop(writer).slots if slot.init is version), None)
            if slot is None or (slot.tested is not None and self.readers.get(slot.tested)):
                return None
            inside = self.accesses_between(slot.param, slot.yielded, Loop(writer).body)
            if inside is None:
                return None
            # What a loop inside adds commutes with all that is added here.
            found.others += inside.others
            return slot.result
        adds = opdef(writer).adds
        if writer.operands[0] is not version or not (adds or (sets_path(writer) and is_element(writer))):
            return None
        (found.adds if adds else found.others).append(writer)
        return writer.result

    def all_from(self, first: Value) -> tuple[list[Value], list[Op]] | None:
        """All versions that a new array becomes, and the stores that put one of them into another array.

        None if anything is done with the array but to access elements and rectangular parts.
        """
        versions, ends = [first], []
        for version in versions:
            for reader in self.readers.get(version, ()):
                if sets_path(reader) and reader.operands[-1] is version:
                    ends.append(reader)
                    continue
                found = self._following(reader, version)
                if found is None:
                    return None
                versions += [v for v in found if v not in versions]
        return versions, ends

    def _following(self, reader: Op, version: Value) -> list[Value] | None:
        """The versions that a reader makes of a version; None if it does anything else with it."""
        if "path" in reader.attrs:
            plain = path_of(reader).is_subscript and path_of(reader).is_view
            if reader.operands.index(version) != 0 or reader.operands.count(version) != 1 or not plain:
                return None
            if reads_path(reader):
                return [] if isinstance(reader.result.type, Scalar) else None
            return [reader.result]
        if is_loop(reader):
            return [v for slot in Loop(reader).slots if slot.init is version for v in slot.defined]
        owner = self._owners.get(reader)
        if owner is None:
            return None
        return [owner.results[k] for k, v in enumerate(reader.operands) if v is version and k < len(owner.results)]

    def are_closed(self, versions: frozenset[Value]) -> bool:
        """Whether what a loop carries or a branch gives in the place of a version is always a version."""
        for op in dict.fromkeys(self._owners.values()):
            for values, sources in merges(op):
                if values[-1] in versions and not versions.issuperset(sources):
                    return False
        return True
