"""Writes the strips of a loop (`strips.py`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import reduce

from autodiff_compiler.ir.builder import Builder, OpenRegion
from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.loop import Loop, is_loop
from autodiff_compiler.ir.opset import reads_path, writes_path
from autodiff_compiler.ir.path import element, path_of
from autodiff_compiler.ir.types import INT, Array, Scalar, dtype_of, rank
from autodiff_compiler.ir.walk import all_ops
from autodiff_compiler.passes.strip_roles import NotFit, Roles, with_inner

WIDTH = 64
"""Iterations side by side: enough for the registers, few enough that what they work in stays in the cache."""
ROOM = 2**19
"""They are fewer where they would need more elements to work in than this, four megabytes."""


def _wide(type_: Array | Scalar) -> Array:
    return Array(type_.dtype, rank(type_) + 1)


class StripWriter:
    """Its ops are in `b`."""

    def __init__(self, loop: Loop, roles: Roles, extents: Callable[[Value], Sequence[Value] | None]) -> None:
        """`extents` gives those that an array was made with."""
        self.b = Builder(loop.op.span)
        self._extents = extents
        self._loop, self._roles = loop, roles
        self._env: dict[Value, Value] = {}
        """What arrays that iterations change have become, and sums."""
        self._vectors: dict[Value, Value] = {}
        """The vector of the numbers that iterations have for one."""
        self._parts: dict[Value, Op] = {}
        """How rows that iterations read are found."""
        self._into: dict[Value, Value] = {}
        """For what the loop that is being written yields: the parameter that carries it."""
        self._written: set[Op] = set()
        self._exchanged = 0

    def results(self) -> dict[Value, Value]:
        """What the results of the loop are now."""
        b, loop = self.b, self._loop
        zero, width = b.const(0), b.const(WIDTH)
        up = self._roles.forwards
        ends = (loop.stop, loop.start) if up else (loop.start, loop.stop)
        trips = b.op("maximum", b.op("sub", *ends, fits=True), zero, name="trips")
        if self._roles.rooms or self._made_rooms():
            most = b.op("floordiv", b.const(ROOM), b.op("maximum", self._elements(), b.const(1)))
            width = b.op("maximum", b.op("minimum", width, most), b.const(1), name="most")
        self._width = b.op("minimum", trips, width, name="width")
        inits = [self._room(slot.init) if slot in self._roles.rooms else slot.init for slot in loop.slots]
        names = ["base", *(slot.param.name for slot in loop.slots)]
        with b.region(INT, *(v.type for v in inits), names=names) as body:
            base, *params = body.params
            self._size = b.op("minimum", b.op("sub", trips, base, fits=True), width, name="size")
            self._first = b.op("add" if up else "sub", loop.start, base, fits=True, name="first")
            self._forwards = up
            self._env.update(zip((slot.param for slot in loop.slots), params))
            self._ops(loop.body.ops[:-1])
            b.yield_(*(self._current(slot.yielded) for slot in loop.slots))
        if not self._exchanged:
            raise NotFit
        made = b.for_(zero, trips, width, inits, body.done())
        return {slot.result: value for slot, value in zip(loop.slots, made) if slot not in self._roles.rooms}

    def _elements(self) -> Value:
        """How many numbers an iteration works in."""
        dims = [self._dims(slot.init) for slot in self._roles.rooms]
        dims += [op.operands[: rank(op.result.type)] for op in self._made_rooms()]
        if any(dim in self._roles.defs for one in dims for dim in one):
            raise NotFit
        return reduce(self.b.add, (reduce(self.b.mul, one) for one in dims))

    def _made_rooms(self) -> list[Op]:
        """Where an iteration makes what it works in."""
        return [
            op for op in all_ops(self._loop.body) if op.kind in ("full", "empty") and self._roles.is_room(op.result)
        ]

    def _dims(self, array: Value) -> Sequence[Value]:
        return self._extents(array) or self.b.dims(array)

    def _room(self, array: Value) -> Value:
        return self.b.full((*self._dims(array), self._width), self.b.const_like(0, array.type), array.name)

    def _current(self, value: Value) -> Value:
        return self._env.get(value, value)

    # -- the ops of a region, at the level of the strip ----------------------------------------------------------------

    def _ops(self, ops: Sequence[Op]) -> None:
        group: list[Op] = []
        for op in ops:
            with self.b.at(op.span):
                if self._roles.is_uniform(op):
                    self._keep(op)
                elif not op.regions and not self._roles.rows.isdisjoint(op.results):
                    self._parts[op.result] = op
                elif self._roles.is_exchanged(op):
                    self._close(group)
                    self._exchange(Loop(op))
                elif self._is_of_rooms(op):
                    self._close(group)
                    self._of_rooms(op)
                else:
                    group.append(op)
        self._close(group)

    def _keep(self, op: Op) -> None:
        """What is the same for all iterations."""
        operands = tuple(map(self._current, op.operands))
        self.b.ops.append(op if operands == op.operands else replace(op, operands=operands))

    def _is_of_rooms(self, op: Op) -> bool:
        """Whether an op works with whole rooms, or parts of them."""
        if op.regions:
            return False
        made = any(map(self._roles.is_room, op.results)) and not writes_path(op)
        return made or (writes_path(op) and rank(op.operands[-1].type) > 0)

    def _of_rooms(self, op: Op) -> None:
        b = self.b
        operands = [self._current(v) for v in op.operands]
        if "path" in op.attrs and path_of(op).subscripts(op.operands[1:]) is None:
            raise NotFit
        if op.kind == "full":
            made = b.full((*operands[:-1], self._width), operands[-1], op.result.name)
        elif op.kind == "empty":
            made = b.op("empty", *operands, self._width, **op.attrs, name=op.result.name)
        elif not self._roles.varying.isdisjoint(op.operands[1:]):
            raise NotFit
        elif reads_path(op):
            made = b.load(operands[0], path_of(op), operands[1:], op.result.name)
        elif self._roles.is_room(op.operands[0]) and self._roles.is_room(op.operands[-1]):
            made = b.op(op.kind, *operands, path=path_of(op), name=op.result.name)
        else:
            raise NotFit
        self._env[op.result] = made

    def _exchange(self, loop: Loop) -> None:
        """A loop around the strip."""
        self._exchanged += 1
        roles, b = self._roles, self.b
        varying = [slot for slot in loop.slots if slot.param in roles.varying]
        if any(slot.yielded not in roles.varying for slot in varying):
            raise NotFit
        inits, params, results = [], [], []
        for slot in loop.slots:
            if slot in varying:
                inits.append(self._vector(slot.init))
                params.append(Value(inits[-1].type, slot.param.name))
                results.append(Value(inits[-1].type, slot.result.name))
                self._vectors[slot.param] = params[-1]
            else:
                inits.append(self._current(slot.init))
                params.append(self._own(slot.param))
                results.append(slot.result)
        outer, self._into = self._into, {slot.yielded: slot.param for slot in varying}
        out = OpenRegion((*loop.body.params[: len(loop.body.params) - len(params)], *params))
        with b.reopen(out):
            self._ops(loop.body.ops[:-1])
            self._into = outer
            b.yield_(
                *(
                    self._vectors[slot.yielded] if slot in varying else self._current(slot.yielded)
                    for slot in loop.slots
                )
            )
        for k, slot in enumerate(loop.slots):
            if slot in varying:
                self._vectors[slot.result] = results[k]
            else:
                results[k] = self._own(slot.result)
        operands = (*map(self._current, loop.bounds), *inits)
        b.ops.append(replace(loop.op, operands=operands, results=(*results, *loop.counters), regions=(out.done(),)))

    def _own(self, value: Value) -> Value:
        """What a structured op defines in place of a value."""
        if not self._roles.is_room(value):
            return value
        assert isinstance(value.type, Array)
        made = self._env[value] = Value(_wide(value.type), value.name)
        return made

    def _vector(self, value: Value) -> Value:
        """The vector of a number, which may be the same for all."""
        if value in self._vectors:
            return self._vectors[value]
        if value in self._roles.varying:
            raise NotFit
        assert isinstance(value.type, Scalar)
        return self.b.full((self._width,), self.b.cast(value, Scalar(value.type.dtype)), value.name)

    # -- a group of ops, for one iteration after the other -------------------------------------------------------------

    def _close(self, group: list[Op]) -> None:
        """Write the ops as a loop over the strip."""
        if not group:
            return
        inside = {inner for op in group for inner in with_inner(op)}
        self._written |= inside
        kept = [r for op in group for r in op.results if self._is_kept(r, inside)]
        arrays = self._changed(group)
        b, loop = self.b, self._loop
        vectors = [self._target(r) for r in kept]
        inits = [*(self._current(first) for first in arrays), *vectors]
        names = ["k", *(v.name for v in inits)]
        with b.region(INT, *(v.type for v in inits), names=names) as body:
            k, *params = body.params
            env = dict(zip(arrays, params))
            taken = dict(zip(vectors, params[len(arrays) :]))
            assert loop.index is not None
            step = "add" if self._forwards else "sub"
            env[loop.index] = b.op(step, self._first, k, fits=True, name=loop.index.name)
            for value in self._needed(group, inside):
                self._bring(value, k, env, taken)
            self._each(group, k, env)
            ends = [env.get(last, last) for last in arrays.values()]
            stored = [b.store(taken[v], element(), (k,), self._stored(env.get(r, r))) for r, v in zip(kept, vectors)]
            b.yield_(*ends, *stored)
        results = b.for_(b.const(0), self._size, b.const(1), inits, body.done())
        self._env.update(zip(arrays.values(), results))
        self._vectors.update(zip(kept, results[len(arrays) :]))
        group.clear()

    def _is_kept(self, value: Value, inside: set[Op]) -> bool:
        """Whether a number is read outside the group."""
        if not isinstance(value.type, Scalar) or self._roles.is_changed(value):
            return False
        return any(reader not in inside for reader in self._roles.readers.get(value, ()))

    def _stored(self, value: Value) -> Value:
        assert isinstance(value.type, Scalar)
        return self.b.cast(value, Scalar(value.type.dtype))

    def _target(self, value: Value) -> Value:
        """Where the numbers of the strip are put: in the place of what they replace in a loop, if that is not read any more."""
        carrier = self._into.get(value)
        if carrier is not None and all(reader in self._written for reader in self._roles.readers.get(carrier, ())):
            return self._vectors[carrier]
        return self.b.op("empty", self._width, dtype=dtype_of(value.type), filled=True, name=value.name)

    def _changed(self, group: Sequence[Op]) -> dict[Value, Value]:
        """Each array that the group changes, and each sum: what it is at the beginning, and at the end."""
        defined = {r for op in group for r in op.results}
        found: dict[Value, Value] = {}
        for op in group:
            for result in op.results:
                if self._roles.is_changed(result):
                    found[self._beginning(result, defined)] = result
        return found

    def _beginning(self, version: Value, defined: set[Value]) -> Value:
        while version in defined:
            made = self._roles.defs[version]
            if is_loop(made):
                version = next(slot.init for slot in Loop(made).slots if slot.result is version)
            elif made.regions:
                version = self._beginning_in(made, made.results.index(version))
            else:
                version = self._roles.before(made)
        return version

    def _beginning_in(self, branches: Op, place: int) -> Value:
        """What an array was before branches of which each may have changed it."""
        starts = set()
        for region in branches.regions:
            own = {r for op in region.ops for r in op.results}
            starts.add(self._beginning(region.terminator.operands[place], own))
        if len(starts) != 1:
            raise NotFit
        return starts.pop()

    def _needed(self, group: Sequence[Op], inside: set[Op]) -> list[Value]:
        """What is read in the group and is another one for each iteration, in order."""
        bound = {r for op in inside for r in op.results} | {
            p for op in inside for region in op.regions for p in region.params
        }
        read = dict.fromkeys(v for op in group for inner in with_inner(op) for v in inner.operands)
        return [v for v in read if v not in bound and (v in self._vectors or v in self._parts)]

    def _bring(self, value: Value, k: Value, env: dict[Value, Value], taken: dict[Value, Value]) -> None:
        """Read the number that an iteration has, of a vector or of what the group has `taken` it over as, or find its row."""
        if value in env:
            return
        b = self.b
        if value in self._parts:
            op = self._parts[value]
            for operand in op.operands:
                if operand in self._parts or operand in self._vectors:
                    self._bring(operand, k, env, taken)
            operands = [env.get(v, self._current(v)) for v in op.operands]
            env[value] = b.load(operands[0], path_of(op), operands[1:], value.name)
        else:
            vector = taken.get(self._vectors[value], self._vectors[value])
            env[value] = b.cast(b.element(vector, k), value.type, value.name)

    def _each(self, ops: Sequence[Op], k: Value, env: dict[Value, Value]) -> None:
        """The ops of one iteration."""

        def now(value: Value) -> Value:
            return env.get(value, self._current(value))

        for op in ops:
            if op.regions:
                self._structured(op, k, env)
                continue
            operands = tuple(map(now, op.operands))
            attrs, results = op.attrs, op.results
            if "path" in op.attrs and self._roles.is_room(op.operands[0]):
                if path_of(op) != element(rank(op.operands[0].type)):
                    raise NotFit
                attrs = {**attrs, "path": element(rank(op.operands[0].type) + 1)}
                operands = (*operands[:-1], k, operands[-1]) if writes_path(op) else (*operands, k)
            elif any(isinstance(r.type, Array) and self._roles.is_room(r) for r in results):
                raise NotFit
            results = tuple(self._fresh(r, env) for r in results)
            self.b.ops.append(Op(op.kind, operands, results, attrs, (), op.span))

    def _fresh(self, value: Value, env: dict[Value, Value]) -> Value:
        if not self._roles.is_room(value):
            return value
        assert isinstance(value.type, Array)
        made = env[value] = Value(_wide(value.type), value.name)
        return made

    def _structured(self, op: Op, k: Value, env: dict[Value, Value]) -> None:
        regions = []
        for region in op.regions:
            params = tuple(self._fresh(p, env) for p in region.params)
            out = OpenRegion(params)
            with self.b.reopen(out):
                self._each(region.ops, k, env)
            regions.append(out.done())
        operands = tuple(env.get(v, self._current(v)) for v in op.operands)
        results = tuple(self._fresh(r, env) for r in op.results)
        self.b.ops.append(Op(op.kind, operands, results, op.attrs, tuple(regions), op.span))
