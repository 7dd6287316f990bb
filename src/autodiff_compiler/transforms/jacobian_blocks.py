"""The blocks of a Jacobian: by columns, each a sweep forwards, or by rows, each a sweep backwards, many of them at once.

    for start in range(0, len(x), 64):          units: (n, K)
        J[…, start:stop] = f_jvp_batch(x, units)

Where there is no batch of a sweep (`ad/batches.py`), or none is wanted, there is a sweep for each element:

    for i in range(len(x)):                     unit: (n)
        J[…, i] = f_jvp(x, unit)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce

from autodiff_compiler import ad
from autodiff_compiler.analysis.shapes import Shapes, shapes_of
from autodiff_compiler.analysis.signature import known_equal, returned_shapes
from autodiff_compiler.diagnostics import UnsupportedError
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.names import fresh_name
from autodiff_compiler.ir.opdef import IO
from autodiff_compiler.ir.opset import opdef, own_effect
from autodiff_compiler.ir.path import ALL, at, element
from autodiff_compiler.ir.program import adopted, call_op, callee_of, effect_of
from autodiff_compiler.ir.types import INT, dtype_of, rank
from autodiff_compiler.ir.walk import Rewriter, clone_ops
from autodiff_compiler.transforms.transform import Request

Blocks = dict[tuple[int, int], Value]
"""By the positions of a result and of a parameter."""
Differentiated = tuple[list[Value], Blocks]
"""The results of the function itself, and the blocks."""
Apply = Callable[[Value], list[Value]]
"""Takes a tangent or a cotangent, or a batch of them, to what a sweep makes of it."""
Fill = Callable[[Sequence[Value], Sequence[Value]], list[Value]]
"""Takes the indices of a place and the arrays so far to the arrays with that place filled."""
FillPart = Callable[[Value, slice, Sequence[Value]], list[Value]]
"""Takes a batch of unit vectors, the range of their places and the arrays so far to the arrays with that range filled."""


@dataclass(frozen=True)
class Sweep:
    """A function that is linear in one parameter, the operands before and behind it, and which of the results are wanted.

    `shapes` knows how the extents of `sources`, one for each parameter, are related.
    """

    fn: Function
    before: Sequence[Value]
    behind: Sequence[Value]
    results: slice
    shapes: Shapes
    sources: Sequence[Value]

    def in_batches(self) -> Sweep | None:
        """The sweep for a batch of its parameter, which gives batches; None where there is no such sweep."""
        varies = len(self.before)
        wanted = range(len(self.fn.results))[self.results]
        try:
            wide = ad.batched(self.fn, [k == varies for k in range(len(self.fn.params))], wanted)
        except ad.NoBatchError:
            return None
        return replace(self, fn=wide)


@dataclass
class Construction:
    """A function under construction: the program it is part of, and which of its parts are differentiated."""

    fn: Function
    request: Request
    name: str
    count: int
    """How many results are differentiated: the first ones."""
    b: Builder
    program: dict[str, Function] = field(default_factory=dict)

    @property
    def varying(self) -> list[int]:
        """The positions of the parameters that vary."""
        return [k for k, on in enumerate(self.request.active) if on]

    def inlined(self, fn: Function, operands: Sequence[Value]) -> list[Value]:
        """The results of a function whose ops are put here."""
        env = dict(zip(fn.params, operands, strict=True))
        self.b.ops.extend(adopted(clone_ops(fn.body.ops[:-1], env), fn.callees, self.program))
        return [env.get(v, v) for v in fn.results]

    def callee(self, sweep: Sweep, hint: str) -> Apply:
        """The sweep made part of the program, to be called."""
        fn = sweep.fn
        facts = known_equal(sweep.shapes, sweep.sources, fn.params)
        ops = adopted(fn.body.ops, fn.callees, self.program)
        name = fresh_name(fn.name, {self.name, *self.program})
        made = Function(name, Region(fn.params, (*facts, *ops)), span=fn.span, constants=fn.constants)
        self.program[name] = made
        effect, shapes = effect_of(made.body), returned_shapes(made)

        def call(varying: Value) -> list[Value]:
            results = [Value(v.type, v.name or hint) for v in made.results]
            operands = (*sweep.before, varying, *sweep.behind)
            self.b.ops.append(call_op(name, operands, results, effect, shapes, fn.span))
            return results[sweep.results]

        return call

    def batch(self, sweep: Sweep, like: Value) -> Sweep | None:
        """The sweep for batches of unit vectors like a value, where these are wanted and there is one."""
        return sweep.in_batches() if self.request.batch > 1 and rank(like.type) else None

    # -- arrays that are filled ------------------------------------------------------------------------------------

    def in_batches(self, like: Value, empty: Sequence[Value], fill: FillPart) -> list[Value]:
        """Arrays after `fill` for a batch of unit vectors after the other, of the type and shape of `like`."""
        b = self.b
        zero, most, count = b.const(0), b.const(self.request.batch), self.size(like)
        with b.region(INT, *(array.type for array in empty), names=("start", *(array.name for array in empty))) as body:
            start, *arrays = body.params
            stop = b.op("minimum", b.add(start, most), count, name="stop")
            size = b.op("sub", stop, start, name="size")
            k = b.op("arange", size, name="k")
            zeros = b.full((count, size), b.const_like(0, like.type), "units")
            units = b.store(zeros, *at(b.add(k, start), k), b.const_like(1, like.type))
            if rank(like.type) > 1:
                units = b.op("reshape", units, *b.dims(like), size, name="units")
            b.yield_(*fill(units, slice(start, stop), arrays))
        return list(b.for_(zero, count, most, empty, body.done())[: len(empty)])

    def one_by_one(self, extents: Sequence[Value], empty: Sequence[Value], fill: Fill) -> list[Value]:
        """Arrays after `fill` at every place of an array with these extents: nested loops."""
        return self._loops(extents, (), empty, fill)

    def _loops(
        self, extents: Sequence[Value], indices: tuple[Value, ...], arrays: Sequence[Value], fill: Fill
    ) -> list[Value]:
        if not extents:
            return fill(indices, arrays)
        b = self.b
        zero, one = b.const(0), b.const(1)
        names = ("ijklmn"[len(indices) % 6], *(array.name for array in arrays))
        with b.region(INT, *(array.type for array in arrays), names=names) as body:
            index, *inner = body.params
            b.yield_(*self._loops(extents[1:], (*indices, index), inner, fill))
        return list(b.for_(zero, extents[0], one, arrays, body.done())[: len(arrays)])

    def unit(self, like: Value, indices: Sequence[Value], name: str) -> Value:
        """Zero except for a 1 in one place; with the type and shape of a value."""
        one = self.b.const_like(1, like.type)
        if not indices:
            return one
        zeros = self.b.zeros_like(like, name)
        return self.b.store(zeros, element(len(indices)), indices, one)

    def empty(self, extents: Sequence[Value], like: Value) -> Value:
        """A block still to be filled, with elements of the dtype of a value."""
        return self.b.op("empty", *extents, dtype=dtype_of(like.type), filled=True, name="jacobian")

    def extents(self, value: Value) -> list[Value]:
        return self.b.dims(value) if rank(value.type) else []

    def size(self, array: Value) -> Value:
        """The number of elements."""
        return reduce(self.b.mul, self.b.dims(array))

    def shaped(self, block: Value, result: Value, argument: Value) -> Value:
        """The block with all axes, where those of the result, or of the argument, are one."""
        if rank(block.type) == rank(result.type) + rank(argument.type):
            return block
        return self.b.op("reshape", block, *self.extents(result), *self.extents(argument), name="jacobian")


# -- by columns --------------------------------------------------------------------------------------------------------


def by_columns(made: Construction) -> Differentiated:
    fn = made.fn
    results = made.inlined(fn, fn.params)
    silent = _silent(fn)
    blocks: Blocks = {}
    for p in made.varying:
        argument = fn.params[p]
        pushforward = ad.forward(silent, [k == p for k in range(len(fn.params))], f"{fn.name}_jvp")
        tangents = slice(len(fn.results), len(fn.results) + made.count)
        sweep = Sweep(pushforward, fn.params, (), tangents, shapes_of(fn.body), (*fn.params, argument))
        for r, block in enumerate(_columns(made, sweep, results[: made.count], argument)):
            blocks[r, p] = block
    return results, blocks


def _columns(made: Construction, sweep: Sweep, results: Sequence[Value], argument: Value) -> list[Value]:
    """The blocks of one argument."""
    b = made.b
    if not rank(argument.type) and len(made.varying) == 1:
        return made.inlined(sweep.fn, [*sweep.before, made.unit(argument, (), "")])[sweep.results]
    wide = made.batch(sweep, argument)
    if wide is not None:
        return _column_batches(made, made.callee(wide, "dots"), results, argument)
    call = made.callee(sweep, "out_dot")
    if not rank(argument.type):
        return call(made.unit(argument, (), ""))

    def fill(indices: Sequence[Value], blocks: Sequence[Value]) -> list[Value]:
        dots = call(made.unit(argument, indices, f"{argument.name}_dot"))
        places = [at(*[ALL] * rank(dot.type), *indices) for dot in dots]
        return [b.store(block, *place, dot) for block, place, dot in zip(blocks, places, dots)]

    empty = [made.empty((*made.extents(result), *b.dims(argument)), result) for result in results]
    return made.one_by_one(b.dims(argument), empty, fill)


def _column_batches(made: Construction, call: Apply, results: Sequence[Value], argument: Value) -> list[Value]:
    b, count = made.b, made.size(argument)

    def fill(units: Value, columns: slice, blocks: Sequence[Value]) -> list[Value]:
        places = [at(*[ALL] * rank(result.type), columns) for result in results]
        return [b.store(block, *place, dots) for block, place, dots in zip(blocks, places, call(units))]

    empty = [made.empty((*made.extents(result), count), result) for result in results]
    blocks = made.in_batches(argument, empty, fill)
    return [made.shaped(block, result, argument) for block, result in zip(blocks, results)]


# -- by rows -----------------------------------------------------------------------------------------------------------


def by_rows(made: Construction) -> Differentiated:
    fn, request = made.fn, made.request
    forward, reverse = ad.vjp(
        fn, request.active, fn.name, save_all=request.save_all, reruns=request.reruns, results=made.count
    )
    given = made.inlined(forward, fn.params)
    results, residuals = given[: len(fn.results)], given[len(fn.results) :]
    wanted = results[: made.count]
    if made.count == 1 and not rank(wanted[0].type):
        bars = made.inlined(reverse, [*residuals, made.unit(wanted[0], (), "")])
        return results, {(0, p): bar for p, bar in zip(made.varying, bars)}
    shapes = Shapes(Region(fn.params, tuple(made.b.ops)))
    blocks: Blocks = {}
    for r, result in enumerate(wanted):
        before = (*residuals, *map(made.b.zeros_like, wanted[:r]))
        behind = tuple(map(made.b.zeros_like, wanted[r + 1 :]))
        sweep = Sweep(reverse, before, behind, slice(None), shapes, (*residuals, *wanted))
        for p, block in zip(made.varying, _rows(made, sweep, result, [fn.params[p] for p in made.varying])):
            blocks[r, p] = block
    return results, blocks


def _rows(made: Construction, sweep: Sweep, result: Value, arguments: Sequence[Value]) -> list[Value]:
    """The blocks of one result."""
    b = made.b
    wide = made.batch(sweep, result)
    if wide is not None:
        return _row_batches(made, made.callee(wide, "bars"), result, arguments)
    call = made.callee(sweep, "bar")
    name = f"{result.name or 'out'}_bar"
    if not rank(result.type):
        return call(made.unit(result, (), name))

    def fill(indices: Sequence[Value], blocks: Sequence[Value]) -> list[Value]:
        return [
            b.store(block, *at(*indices), bar) for block, bar in zip(blocks, call(made.unit(result, indices, name)))
        ]

    empty = [made.empty((*b.dims(result), *made.extents(argument)), argument) for argument in arguments]
    return made.one_by_one(b.dims(result), empty, fill)


def _row_batches(made: Construction, call: Apply, result: Value, arguments: Sequence[Value]) -> list[Value]:
    b, count = made.b, made.size(result)

    def fill(units: Value, rows: slice, blocks: Sequence[Value]) -> list[Value]:
        bars = [b.op("transpose", bar, perm=(rank(bar.type) - 1, *range(rank(bar.type) - 1))) for bar in call(units)]
        return [b.store(block, *at(rows), bar) for block, bar in zip(blocks, bars)]

    empty = [made.empty((count, *made.extents(argument)), argument) for argument in arguments]
    blocks = made.in_batches(result, empty, fill)
    return [made.shaped(block, result, argument) for block, argument in zip(blocks, arguments)]


# -- prints ------------------------------------------------------------------------------------------------------------


def _silent(fn: Function) -> Function:
    """The program without its prints: it is called many times, and what it prints is printed once."""
    return replace(_without_print(fn), callees={name: _without_print(one) for name, one in fn.callees.items()})


def _without_print(fn: Function) -> Function:
    return _Silent().function(fn)


class _Silent(Rewriter):
    def op(self, op: Op) -> None:
        if own_effect(op) != IO or callee_of(op) is not None or opdef(op).leaves:
            self.copy(op)
        elif op.results:
            raise UnsupportedError(
                "AD439",
                "a Jacobian by forward mode calls the function for each element of its arguments, and this one must be called only once",
                op.span,
                help="use jacrev, or say external(fun, …, pure=True)",
            )
