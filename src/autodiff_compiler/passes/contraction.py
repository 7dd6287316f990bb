"""For Numba, before AD: a vector that a loop fills, and of which only elements are read, is computed where it is read.

    Input:  d' = for 0, n, 1, d { (k, a)  e = sub x[k], y[k];  a' = store a[k], e;  yield a' }
            for 0, n, 1 { (k)  u = load d'[k];  … }
    Output: for 0, n, 1 { (k)  u = sub x[k], y[k];  … }

Done where an element takes at most two operations and two elements of other arrays, which nobody writes to before it is read, and where
it is not read in a loop inside another one.  Then there is one array less to fill, to save, and to keep adjoints for; LLVM has fewer
arrays to tell apart.  A vector of a few elements, which is in registers (`small_arrays.py`), stays: its adjoint collects what would be added
to several arrays.  What the loop fills is left to `dce`.  Idempotent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from autodiff_compiler.analysis.memory import Memory
from autodiff_compiler.analysis.scratch import Scratch
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.loop import Loop, Slot, is_loop
from autodiff_compiler.ir.opdef import DEAR
from autodiff_compiler.ir.opset import is_free, is_pure, may_trap, opdef, reads_path
from autodiff_compiler.ir.path import element, path_of
from autodiff_compiler.ir.types import Array, Scalar, rank
from autodiff_compiler.ir.walk import all_ops, clone_ops, definitions, uses
from autodiff_compiler.passes import small_arrays
from autodiff_compiler.passes.rewrite import FactRewriter

OPERATIONS, LOADS = 2, 2
"""So many of each may be executed for an element."""


@dataclass(frozen=True)
class Formula:
    """How an element of a vector is computed from its index."""

    ops: tuple[Op, ...]
    """The last one of them gives the element."""
    index: Value


def run(function: Function) -> Function:
    if not any(slots_filled(op) for op in all_ops(function.body)):
        return function
    return _Contraction(function).function(function)


def slots_filled(op: Op) -> list[Slot]:
    """The vectors of floats that a loop carries."""
    slots = Loop(op).slots if is_loop(op) and Loop(op).counted and not Loop(op).exits else ()
    return [slot for slot in slots if isinstance(slot.param.type, Array) and slot.param.type.rank == 1]


class _Contraction(FactRewriter):
    def __init__(self, function: Function) -> None:
        super().__init__(function)
        self._memory = Memory(function)
        self._readers = uses(function.body)
        self._scratch = Scratch(self._readers, self.shapes)
        self._formulas: dict[Op, Formula] = {}
        """By the loads that are replaced."""
        self._region(function.body)

    def plain(self, op: Op) -> None:
        formula = self._formulas.get(op)
        if formula is None or not self.bounds.nonnegative(self.bounds.affine(op.operands[1])):
            self.keep(op)
            return
        env = {formula.index: op.operands[1]}
        for made in clone_ops(formula.ops, {**self.env, **env}):
            self.keep(made)
        self.env[op.result] = self.out[-1].result

    # -- which ---------------------------------------------------------------------------------------------------------

    def _region(self, region: Region) -> None:
        places = {inner: (place, depth) for place, op in enumerate(region.ops) for inner, depth in _with_depth(op)}
        for place, op in enumerate(region.ops):
            for inner in op.regions:
                self._region(inner)
            for slot in slots_filled(op):
                extent = self.shapes.extent(slot.init, 0)
                in_registers = isinstance(extent, int) and extent <= small_arrays.MOST
                formula = (
                    None if in_registers or not self._scratch.fills(slot, Loop(op)) else self._formula(slot, Loop(op))
                )
                loads = [reader for reader in self._readers.get(slot.result, ()) if reads_path(reader)]
                if formula is not None and all(
                    load in places
                    and places[load][1] <= 1
                    and path_of(load) == element()
                    and load.result.type == formula.ops[-1].result.type
                    and self._stays(formula, region, place, places[load][0], load)
                    for load in loads
                ):
                    self._formulas.update(dict.fromkeys(loads, formula))

    def _stays(self, formula: Formula, region: Region, filled: int, read: int, load: Op) -> bool:
        """Whether what the formula reads is not written to between the loop that fills the vector and the load."""
        last = region.ops[read]
        return not any(
            self._memory.is_written_between(op, region, filled, read)
            or (last is not load and self._memory.writes_what_is_read(last, op))
            for op in formula.ops
            if reads_path(op)
        )

    def _formula(self, slot: Slot, loop: Loop) -> Formula | None:
        """How the element is computed that an iteration stores."""
        made = definitions(loop.body)
        stored = made[slot.yielded].operands[-1]
        found, queue = set[Op](), [stored]
        while queue:
            value = queue.pop()
            if value in loop.params:
                return None  # what an iteration hands on to the next one is no function of the index
            op = made.get(value)
            if op is None or op in found:
                continue
            if not self._is_cheap(op, loop):
                return None
            found.add(op)
            queue += op.operands
        if loop.index is None or stored not in made or not _is_short(found):
            return None
        return Formula(tuple(op for op in loop.body.ops if op in found), loop.index)

    def _is_cheap(self, op: Op, loop: Loop) -> bool:
        """Whether an op of an iteration reads an element, or computes a number from others; anything else may be another one later."""
        if op not in loop.body.ops or not all(isinstance(r.type, Scalar) for r in op.results):
            return False
        if reads_path(op):
            return path_of(op) == element(rank(op.operands[0].type))
        if not all(isinstance(v.type, Scalar) for v in op.operands):
            return False
        return is_pure(op) and not op.regions and not may_trap(op) and opdef(op).cost != DEAR


def _is_short(ops: set[Op]) -> bool:
    loads = sum(map(reads_path, ops))
    return loads <= LOADS and sum(not is_free(op) for op in ops) - loads <= OPERATIONS


def _with_depth(op: Op, depth: int = 0) -> Iterator[tuple[Op, int]]:
    """The op and those in its regions, each with the number of loops around it."""
    yield op, depth
    for region in op.regions:
        for inner in region.ops:
            yield from _with_depth(inner, depth + is_loop(op))
