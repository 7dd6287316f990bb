"""Outer products that a loop adds up become one product of matrices after it.

The adjoint of `W @ x[t]` adds an outer product to that of `W` in every iteration, and so goes through the whole matrix each time.  Nothing
in the loop reads the sum, so that the vectors are kept as rows instead, unless they are rows or columns of an array already.

    Input:  a, trips = for 0, n, 1, a0 { (t, a) v = load x[t]; p = mul u[:, newaxis], v; a1 = accum a[:, :], p; yield a1 }
    Output: r, trips = for 0, n, 1, r0 { (t, r) r1 = store r[t], u; yield r1 }
            q = matmul (transpose r), x[0:n]; a = accum a0[:, :], q

The rows take memory for each iteration, so the loop must read a vector of an array or tape in each one anyway.  Sums may round
differently.  Idempotent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from autodiff_compiler.analysis.versions import Versions
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Op, Value
from autodiff_compiler.ir.extent import Extent
from autodiff_compiler.ir.loop import Loop, Slot, is_loop
from autodiff_compiler.ir.opset import constant_of, opdef, reads_path
from autodiff_compiler.ir.path import ALL, at, entire, path_of
from autodiff_compiler.ir.types import Array, dtype_of, rank
from autodiff_compiler.ir.walk import bound_in, uses
from autodiff_compiler.passes.rewrite import FactRewriter

LENGTHS = ("dim", "list_len")
ENTIRE = entire(2)


def run(function: Function) -> Function:
    return _OuterProducts.run(function)


@dataclass(frozen=True)
class _Sum:
    """An accum of the outer product of two vectors, and the slot of the array."""

    slot: Slot
    accum: Op
    left: Value
    right: Value
    scale: Value | None


class _OuterProducts(FactRewriter):
    @staticmethod
    def concerns(op: Op) -> bool:
        return opdef(op).adds

    def structured(self, op: Op) -> None:
        op = self.inside(op)
        sums = list(self._sums(Loop(op))) if is_loop(op) else []
        low = self._low(Loop(op)) if sums and _reads_vectors(Loop(op)) else None
        if low is None:
            self.keep(op)
        else:
            self._postponed(Loop(op), low, sums)

    # -- what is found ---------------------------------------------------------------------------------------------

    def _low(self, loop: Loop) -> int | None:
        """The smallest index of a loop that takes all from there on, if it is known and not negative."""
        step = constant_of(self.defs.get(loop.step))
        first = constant_of(self.defs.get(loop.start if step == 1 else loop.stop))
        low = first + (step == -1) if first is not None else -1
        return low if step in (1, -1) and low >= 0 else None

    def _sums(self, loop: Loop) -> Iterator[_Sum]:
        if not loop.counted or loop.exits or loop.op.attrs.get("parallel"):
            return
        readers, versions = uses(loop.body), Versions(loop.body)
        for slot in loop.slots:
            type_ = slot.param.type
            if not isinstance(type_, Array) or rank(type_) != 2 or not dtype_of(type_).inexact:
                continue
            done = versions.accesses_between(slot.param, slot.yielded, loop.body)
            if done is None or done.others:
                continue
            for op in done.adds:
                vectors = self._vectors(op) if op in loop.body.ops and path_of(op).is_whole else None
                if vectors is not None and len(readers[op.operands[-1]]) == 1:
                    yield _Sum(slot, op, *vectors)

    def _vectors(self, accum: Op) -> tuple[Value, Value, Value | None] | None:
        """The vectors whose outer product is added, and the number that it is multiplied by."""
        product, scale = self.defs.get(accum.operands[-1]), None
        if product is not None and product.kind == "mul" and 0 in map(_rank, product.operands):
            scale, inner = sorted(product.operands, key=_rank)
            product = self.defs.get(inner)
        if product is None or product.kind != "mul":
            return None
        for a, b in (product.operands, product.operands[::-1]):
            left, right = self._with_new_axis(a, 1), b if _rank(b) == 1 else self._with_new_axis(b, 0)
            if left is None or right is None:
                continue
            if {dtype_of(v.type) for v in (left, right, scale or left)} == {dtype_of(accum.result.type)}:
                return left, right, scale
        return None

    def _with_new_axis(self, value: Value, axis: int) -> Value | None:
        """The vector that gets a new axis there."""
        op = self.defs.get(value)
        if op is None or op.kind != "load" or path_of(op).added_axes != (axis,) or rank(op.operands[0].type) != 1:
            return None
        return op.operands[0]

    # -- what is made ----------------------------------------------------------------------------------------------

    def _postponed(self, loop: Loop, low: int, sums: list[_Sum]) -> None:
        rows = _Rows(self, loop, low)
        instead: dict[Op, list[Op]] = {}
        factors = {}
        for one in sums:
            b = Builder(one.accum.span)
            extents = self.shapes.extents(one.slot.init)
            left = one.left if one.scale is None else b.mul(one.scale, one.left)
            factors[one] = [rows.of(v, axis, extents[axis], one, b) for axis, v in enumerate((left, one.right))]
            instead[one.accum] = b.ops
        versions: dict[Value, Value] = {}
        ops: list[Op] = []
        for op in loop.body.ops[:-1]:
            if op in instead:
                versions[op.result] = versions.get(op.operands[0], op.operands[0])
                ops += instead[op]
            else:
                ops.append(replace(op, operands=tuple(versions.get(v, v) for v in op.operands)))
        former: dict[Value, Value] = {}
        kept = []
        for slot in loop.slots:
            yielded = versions.get(slot.yielded, slot.yielded)
            if yielded is slot.yielded:
                kept.append(slot)
            elif yielded is slot.param:
                former[slot.result] = slot.init
            else:
                former[slot.result] = Value(slot.result.type, slot.result.name)
                kept.append(replace(slot, yielded=yielded, result=former[slot.result]))
        for made in rows.before.ops:
            self.keep(made)
        self.keep(loop.with_slots((*kept, *rows.slots), ops))
        self._add(factors, former)

    def _add(self, factors: dict[_Sum, list[_Factor]], former: dict[Value, Value]) -> None:
        """After the loop: the products to what the loop gives for their arrays."""
        left = Counter(one.slot.result for one in factors)
        for one, (columns, rows) in factors.items():
            result = one.slot.result
            left[result] -= 1
            b = Builder(one.accum.span)
            product = b.op("matmul", columns.matrix(b, vectors_in=1), rows.matrix(b, vectors_in=0))
            made = b.accum(former[result], ENTIRE, (), product)
            *others, last = b.ops
            for op in others:
                self.keep(op)
            self.keep(last if left[result] else replace(last, results=(result,)))
            former[result] = made


@dataclass(frozen=True)
class _Factor:
    """An array whose rows are vectors, or its columns where `axis` is 1; of which those in the slice are meant."""

    array: Value
    axis: int = 0
    part: slice | None = None

    def matrix(self, b: Builder, vectors_in: int) -> Value:
        """The matrix with the vectors as its rows (0) or columns (1)."""
        array = self.array if self.part is None else b.load(self.array, *at(*(ALL,) * self.axis, self.part))
        return array if self.axis == vectors_in else b.op("transpose", array, perm=(1, 0))


class _Rows:
    """The vectors of a loop, as arrays that exist already or are filled row by row."""

    def __init__(self, around: _OuterProducts, loop: Loop, low: int) -> None:
        self._around = around
        self._loop = loop
        self._low = low
        self._local = bound_in(loop.body)
        self._filled: dict[tuple[Value, Extent], Slot] = {}
        self.before = Builder(loop.op.span)
        self._high = self._end()

    @property
    def slots(self) -> list[Slot]:
        return list(self._filled.values())

    def _end(self) -> Value:
        """The index after the largest one; that of the first where there is no iteration."""
        b, loop, defs = self.before, self._loop, self._around.defs
        last, above = (loop.stop, 0) if constant_of(defs.get(loop.step)) == 1 else (loop.start, 1)
        op = defs.get(last)
        if above and op is not None and op.kind == "sub" and constant_of(defs.get(op.operands[1])) == 1:
            last, above = op.operands[0], 0
        high = b.add(last, b.const(1)) if above else last
        made = defs.get(high)
        if self._low == 0 and made is not None and made.kind in LENGTHS:
            return high
        return b.op("maximum", high, b.const(self._low))

    def of(self, vector: Value, axis: int, extent: Extent, one: _Sum, b: Builder) -> _Factor:
        """The vectors of all iterations; what keeps that of an iteration is added to `b`."""
        found = self._existing(vector, extent)
        if found is not None:
            return found
        slot = self._filled.get((vector, extent))
        if slot is None:
            count = self.before.sub(self._high, self.before.const(self._low)) if self._low else self._high
            dims = count, self.before.dim(one.slot.init, axis)
            name = f"{vector.name}_rows" if vector.name else ""
            rows = self.before.op("empty", *dims, dtype=dtype_of(vector.type), name=name)
            index = self._loop.index
            assert index is not None
            param = Value(rows.type, name)
            place = b.sub(index, b.const(self._low)) if self._low else index
            slot = Slot(rows, param, b.store(param, *at(place), vector), Value(rows.type, name))
            self._filled[vector, extent] = slot
        return _Factor(slot.result)

    def _existing(self, vector: Value, extent: Extent) -> _Factor | None:
        """The array of which the vector is a row or column, at the index of the loop; if it has the extent without any iteration, too."""
        op = self._around.defs.get(vector)
        if op is None or op.kind != "load" or op.operands[0] in self._local or rank(op.operands[0].type) != 2:
            return None
        axes = path_of(op).picked_axes
        if axes is None or len(axes) != 1 or op.operands[1:] != (self._loop.index,):
            return None
        array, (axis,), shapes = op.operands[0], axes, self._around.shapes
        if not shapes.same(shapes.extents(array)[1 - axis], extent):
            return None
        if self._low == 0 and shapes.same(shapes.extents(array)[axis], shapes.of(self._high)):
            return _Factor(array, axis)
        low = self.before.const(self._low) if self._low else None
        return _Factor(array, axis, slice(low, self._high, None))


def _rank(value: Value) -> int:
    return rank(value.type)


def _reads_vectors(loop: Loop) -> bool:
    """Whether there is a vector for each iteration already, which comes from outside."""
    inside = bound_in(loop.body)
    return any(
        op.results
        and isinstance(op.results[0].type, Array)
        and (op.kind == "list_get" or reads_path(op))
        and op.operands[0] not in inside
        and loop.index in op.operands[1:]
        for op in loop.body.ops
    )
