"""Scalar promotion of accumulators.

Where a loop adds to one element of an array in every iteration, at an index that does not change in the loop, and
nothing else in the loop reads that array, the sum is kept in a scalar and added once, after the loop.  The index must
be proven in bounds there, for the loop may not run at all.  Sums may round differently.

    Input:  a, trips = for 0, n, 1, a0 { (j, a) a1 = accum a[i], v; yield a1 }
    Output: s, trips = for 0, n, 1, 0.0 { (j, s) s1 = add s, v; yield s1 }; a = accum a0[i], s

Other additions to the array in the loop, at any index, do not matter: additions commute.  Idempotent.
"""

from __future__ import annotations

from dataclasses import replace

from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.path import is_scalar_index
from autodiff_compiler.ir.types import Array, Scalar, is_float, like, rank
from autodiff_compiler.ir.walk import all_ops, uses
from autodiff_compiler.passes.dce import slots
from autodiff_compiler.passes.rewrite import FactRewriter


def run(function: Function) -> Function:
    return _Promote.run(function)


class _Promote(FactRewriter):
    def structured(self, op: Op) -> None:
        op = self.inside(op)
        if op.kind == "if":
            self.keep(op)
            return
        sums = self._sums(op)
        if sums:
            self._promoted(op, sums)
        else:
            self.keep(op)

    def _sums(self, loop: Op) -> list[tuple[int, Op]]:
        """(slot, accum) pairs to promote."""
        body = loop.regions[-1]
        local = {value for inner in all_ops(body) for value in inner.results}
        local.update(*(region.params for region in loop.regions))
        readers = uses(body)
        found: list[tuple[int, Op]] = []
        _, params, yielded, _ = slots(loop)
        for slot, param in enumerate(params):
            if isinstance(param.type, Array) and is_float(param.type):
                chain = _chain(body, readers, param, yielded[slot]) or []
                found += [(slot, op) for op in chain if self._fixed(op, local)]
        return found

    def _fixed(self, op: Op, local: set[Value]) -> bool:
        """Whether the accum adds a scalar at an element that is the same, and certainly there, in every iteration."""
        array, *indices, value = op.operands
        return (
            is_scalar_index(op.attrs["path"], rank(array.type))
            and isinstance(value.type, Scalar)
            and not any(index in local for index in indices)
            and all(
                self.bounds.in_bounds(index, self.shapes.extents(array)[axis]) for axis, index in enumerate(indices)
            )
        )

    def _promoted(self, loop: Op, sums: list[tuple[int, Op]]) -> None:
        inits, params, yielded, results = slots(loop)
        skip = len(loop.operands) - len(inits)
        count = len(params)
        body = loop.regions[-1]
        scalars: dict[Op, tuple[Value, Op]] = {}
        zeros: list[Value] = []
        totals: list[Value] = []
        for _, op in sums:
            type_ = like(op.result.type, 0)
            zero = Op("const", (), (Value(type_),), {"type": type_, "value": 0.0}, (), op.span)
            self.keep(zero)
            zeros.append(zero.result)
            totals.append(Value(type_, op.result.name + "_sum" if op.result.name else ""))
            partial = Value(type_, totals[-1].name)
            add = Op("add", (partial, op.operands[-1]), (Value(type_, partial.name),), {}, (), op.span)
            scalars[op] = (partial, add)
        versions: dict[Value, Value] = {}
        ops: list[Op] = []
        for op in body.ops[:-1]:
            if op in scalars:
                versions[op.result] = versions.get(op.operands[0], op.operands[0])
                op = scalars[op][1]
            elif any(v in versions for v in op.operands):
                op = replace(op, operands=tuple(versions.get(v, v) for v in op.operands))
            ops.append(op)
        kept = [versions.get(v, v) for v in yielded]
        sums_out = [add.result for _, add in scalars.values()]
        ops.append(replace(body.terminator, operands=(*kept, *sums_out, *body.terminator.operands[count:])))
        partials = [partial for partial, _ in scalars.values()]
        regions = [Region((*body.params, *partials), tuple(ops))]
        if loop.kind == "while":
            condition = loop.regions[0]
            twins = tuple(Value(p.type, p.name) for p in partials)
            regions.insert(0, Region((*condition.params, *twins), condition.ops))
        arrays = {slot: Value(results[slot].type, results[slot].name) for slot, _ in sums}
        self.keep(
            replace(
                loop,
                operands=(*loop.operands[:skip], *inits, *zeros),
                results=(*(arrays.get(k, r) for k, r in enumerate(results)), *totals, *loop.results[count:]),
                regions=tuple(regions),
            )
        )
        self._add_totals(sums, arrays, totals, results)

    def _add_totals(
        self, sums: list[tuple[int, Op]], arrays: dict[int, Value], totals: list[Value], results: tuple[Value, ...]
    ) -> None:
        """After the loop: the sums into their arrays; the last accum of a slot has the loop's former result."""
        last = {slot: position for position, (slot, _) in enumerate(sums)}
        for position, ((slot, op), total) in enumerate(zip(sums, totals)):
            result = results[slot] if last[slot] == position else Value(results[slot].type, results[slot].name)
            operands = (arrays[slot], *op.operands[1:-1], total)
            self.keep(replace(op, operands=operands, results=(result,)))
            arrays[slot] = result


def _chain(body: Region, readers: dict[Value, list[Op]], param: Value, last: Value) -> list[Op] | None:
    """The accums between a parameter and what is yielded for it; None if anything else is done with a version between.

    Loops inside may take part if they do nothing but add, either.
    """
    chain: list[Op] = []
    version = param
    while True:
        if len(readers.get(version, ())) != 1:
            return None
        (reader,) = readers[version]
        if reader.operands.count(version) != 1:
            return None
        if reader is body.terminator:
            return chain if version is last else None
        if reader not in body.ops:
            return None
        if reader.kind in ("for", "while"):
            after = _after_loop(reader, readers, version)
            if after is None:
                return None
            version = after
        elif reader.kind == "accum" and reader.operands[0] is version:
            chain.append(reader)
            version = reader.result
        else:
            return None


def _after_loop(loop: Op, readers: dict[Value, list[Op]], version: Value) -> Value | None:
    """What becomes of an array that a loop carries, if the loop only adds to it."""
    inits, params, yielded, results = slots(loop)
    if version not in inits:
        return None
    slot = inits.index(version)
    if loop.kind == "while" and readers.get(loop.regions[0].params[slot]):
        return None
    if _chain(loop.regions[-1], readers, params[slot], yielded[slot]) is None:
        return None
    return results[slot]
