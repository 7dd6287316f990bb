"""Batches: a linear sweep for several tangents, or cotangents, at once.

    y_dot = f_jvp(x, x_dot)                        x_dot: (n)       y_dot: (m)
    ->  y_dots = f_jvp_batch(x, x_dots)            x_dots: (n, K)   y_dots: (m, K)

What depends on the batched parameters gets one more axis, behind its own; everything else is computed once for all of them, and
decides alone what is executed.  Behind, because then numbers, elements and rows of an array stay what they are, a product with a matrix is
one with a wider matrix, and what compiled loops run over innermost is next to each other in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from autodiff_compiler.ad.batch_rules import RULES, Batch, NoBatchError, elementwise, widened
from autodiff_compiler.ad.names import named
from autodiff_compiler.analysis.signature import returned_shapes
from autodiff_compiler.ir.builder import Builder, OpenRegion
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.loop import Loop, is_loop, merges
from autodiff_compiler.ir.names import fresh_name
from autodiff_compiler.ir.opset import opdef
from autodiff_compiler.ir.program import call_op, callee_of, recursive_names, with_callees
from autodiff_compiler.ir.types import rank
from autodiff_compiler.ir.walk import all_ops, clone_region, definitions

__all__ = ["NoBatchError", "batched"]

Flags = tuple[bool, ...]


def batched(fn: Function, flags: Sequence[bool], results: Sequence[int]) -> Function:
    """The program with one more axis, the last one, for the parameters that are flagged, and for its results at these positions.

    Raises `NoBatchError` where something is done with a batch for which there is no rule.
    """
    program = _Program(dict(fn.callees), recursive_names(fn.callees))
    made, _ = program.made(fn, tuple(flags), f"{fn.name}_batch", frozenset(results))
    return with_callees(made, program.functions)


@dataclass
class _Program:
    """The functions of a program; those that are called with batches are added to it."""

    functions: dict[str, Function]
    recursive: frozenset[str]
    _known: dict[tuple[str, Flags], tuple[str, Flags]] = field(default_factory=dict)

    def callee(self, name: str, flags: Flags) -> tuple[str, Flags]:
        """The function that does for batches what another one does, and which of its results are batches."""
        key = (name, flags)
        if key not in self._known:
            if name in self.recursive:
                raise NoBatchError("recursion")
            fresh = fresh_name(f"{name}_batch", set(self.functions))
            made, depend = self.made(self.functions[name], flags, fresh, frozenset())
            self.functions[fresh] = made
            self._known[key] = fresh, depend
        return self._known[key]

    def made(self, fn: Function, flags: Flags, name: str, wanted: frozenset[int]) -> tuple[Function, Flags]:
        """The function for batches of the flagged parameters, and which results are batches: those that depend on them, and the wanted."""
        if fn.rule is not None or not any(flags):
            raise NoBatchError("a rule")
        body = clone_region(fn.body)
        depend = self._depending(body, flags)
        wide = tuple(r in depend or k in wanted for k, r in enumerate(body.terminator.operands))
        sweep = _Sweep(self, depend, definitions(body), [p for p, on in zip(body.params, flags) if on])
        out = OpenRegion(tuple(sweep.env.get(p, p) for p in body.params))
        with sweep.b.reopen(out):
            sweep.begin()
            sweep.ops(body.ops[:-1])
            with sweep.b.at(body.terminator.span):
                sweep.b.return_(*sweep.some(body.terminator.operands, wide))
        return replace(fn, name=name, body=out.done(), updates=(), param_trees=(), result_tree=None), wide

    def _depending(self, body: Region, flags: Flags) -> set[Value]:
        """What depends on the batched parameters."""
        depend = {p for p, on in zip(body.params, flags) if on}
        size = -1
        while size != (size := len(depend)):
            for op in all_ops(body):
                if op.regions:
                    for defined, sources in merges(op):
                        if not depend.isdisjoint(sources):
                            depend.update(defined)
                elif not opdef(op).measures and not depend.isdisjoint(op.operands):
                    depend.update(self._results(op, depend))
        return depend

    def _results(self, op: Op, depend: set[Value]) -> Sequence[Value]:
        name = callee_of(op)
        if name is None:
            return op.results
        _, flags = self.callee(name, tuple(v in depend for v in op.operands))
        return [r for r, on in zip(op.results, flags) if on]


class _Sweep(Batch):
    """Makes the function: `env` has the batch for each value that depends on the parameters."""

    def __init__(self, program: _Program, depend: set[Value], defs: dict[Value, Op], params: Sequence[Value]) -> None:
        super().__init__(Builder(), {}, defs)
        self._program = program
        self._depend = depend
        self._params = [self.fresh(p) for p in params]

    def begin(self) -> None:
        """Find out how many there are; all batches are as large."""
        sizes = [self.b.op("dim", param, axis=rank(param.type) - 1, name="batch") for param in self._params]
        self.size = sizes[0]
        for other in sizes[1:]:
            self.b.emit("check_equal", (self.size, other), {"message": "batches of different sizes", "known": True})

    def fresh(self, value: Value) -> Value:
        made = self.env[value] = Value(widened(value.type), value.name)
        return made

    def _own(self, value: Value) -> Value:
        """What a structured op defines in place of a value."""
        return self.fresh(value) if value in self._depend else value

    def some(self, values: Sequence[Value], wide: Sequence[bool]) -> list[Value]:
        return [self.lifted(v) if on else v for v, on in zip(values, wide)]

    def ops(self, ops: Sequence[Op]) -> None:
        for op in ops:
            with self.b.at(op.span):
                if is_loop(op):
                    self._loop(Loop(op))
                elif op.regions:
                    self._if(op)
                elif self._depend.isdisjoint(op.operands):
                    self.b.ops.append(op)
                elif callee_of(op) is not None:
                    self._call(op)
                else:
                    self._plain(op)

    def _plain(self, op: Op) -> None:
        row = opdef(op)
        if row.measures:
            self.b.ops.append(replace(op, operands=tuple(self.env.get(v, v) for v in op.operands)))
            return
        rule = elementwise if row.elementwise else RULES.get(op.kind)
        if rule is None:
            raise NoBatchError(op.kind)
        before = len(self.b.ops)
        made = rule(self, op)
        if made.type != widened(op.result.type):
            raise NoBatchError(op.kind)
        self.env[op.result] = named(self.b, made, op.result.name, before)

    def _call(self, op: Op) -> None:
        name = callee_of(op)
        assert name is not None
        called, wide = self._program.callee(name, tuple(v in self._depend for v in op.operands))
        operands = [self.env.get(v, v) for v in op.operands]
        results = [self.fresh(r) if on else r for r, on in zip(op.results, wide)]
        shapes = returned_shapes(self._program.functions[called])
        self.b.ops.append(call_op(called, operands, results, op.attrs["effect"], shapes, op.span))

    def _if(self, op: Op) -> None:
        self._decides(op.operands[0])
        wide = [r in self._depend for r in op.results]
        regions = tuple(self._region(region, (), wide) for region in op.regions)
        self.b.ops.append(replace(op, results=tuple(map(self._own, op.results)), regions=regions))

    def _loop(self, loop: Loop) -> None:
        self._decides(*loop.bounds)
        wide = [slot.param in self._depend for slot in loop.slots]
        inits = self.some([slot.init for slot in loop.slots], wide)
        regions = []
        if loop.condition is not None:
            self._decides(*loop.condition.terminator.operands)
            tested = tuple(map(self._own, loop.condition.params))
            regions.append(self._region(loop.condition, tested, []))
        index = () if loop.index is None else (loop.index,)
        body = self._region(loop.body, (*index, *map(self._own, loop.params)), wide)
        regions.append(body)
        results = (*map(self._own, loop.results), *loop.counters)
        self.b.ops.append(replace(loop.op, operands=(*loop.bounds, *inits), results=results, regions=tuple(regions)))

    def _region(self, region: Region, params: tuple[Value, ...], wide: Sequence[bool]) -> Region:
        out = OpenRegion(params)
        with self.b.reopen(out):
            self.ops(region.ops[:-1])
            with self.b.at(region.terminator.span):
                yielded = region.terminator.operands
                count = len(wide)
                self.b.yield_(*self.some(yielded[:count], wide), *yielded[count:])
        return out.done()

    def _decides(self, *values: Value) -> None:
        """What decides what is executed must be the same for all."""
        if not self._depend.isdisjoint(values):
            raise NoBatchError("a decision")
