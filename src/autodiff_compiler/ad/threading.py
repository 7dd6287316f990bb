"""The lists of the stack (`stack.py`) and the numbers that are left on them, passed through calls, branches and loops.

The function that is differentiated makes the lists; so does a reverse sweep that runs a function again.  Forward sweeps append to them,
reverse sweeps read from them and return how much is left.

    y = call g_forward(x)   …   x_bar = call g_reverse(x, y_bar)
    ->   y, saved1 = call g_forward(x, saved0)   …   x_bar, top1 = call g_reverse(x, y_bar, saved1, top0)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from autodiff_compiler.ad.callees import Callees
from autodiff_compiler.ad.stack import TOP, top_name
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.loop import Loop, Slot, is_loop
from autodiff_compiler.ir.opset import opdef
from autodiff_compiler.ir.program import callee_of
from autodiff_compiler.ir.walk import Rewriter, all_ops

Lists = tuple[Value, ...]


def threaded(callees: Callees, ops: Sequence[Op]) -> tuple[Op, ...]:
    """The ops of the program's outermost function, which makes the lists; all its functions have been made to pass them on."""
    if not callees.stack.lists:
        return tuple(ops)
    users = _Users(callees)
    for name, fn in list(callees.functions.items()):
        if name in callees.apart:
            body = Region(fn.params, _Outermost(users).ops(fn.body.ops))
            callees.functions[name] = replace(fn, body=body)
        elif users.written[name] or users.read[name]:
            callees.functions[name] = _function(users, fn)
    return _Outermost(users).ops(ops)


class _Users:
    """Which lists are appended to and read from, in a function or a region, by itself or by calls."""

    def __init__(self, callees: Callees) -> None:
        self._order: Lists = tuple(callees.stack.lists.values())
        self.written: dict[str, Lists] = dict.fromkeys(callees.functions, ())
        self.read: dict[str, Lists] = dict.fromkeys(callees.functions, ())
        before: object = None
        while before != (now := (dict(self.written), dict(self.read))):
            before = now
            for name, fn in callees.functions.items():
                if name not in callees.apart:
                    self.written[name], self.read[name] = self.of(fn.body)

    def of(self, *regions: Region) -> tuple[Lists, Lists]:
        written: set[Value] = set()
        read: set[Value] = set()
        for op in (op for region in regions for op in all_ops(region)):
            name = callee_of(op)
            if name is not None:
                written.update(self.written[name])
                read.update(self.read[name])
            elif op.operands and op.operands[0] in self._order:
                (written if opdef(op).appends else read).add(op.operands[0])
        return self.ordered(written), self.ordered(read)

    def used(self, name: str) -> Lists:
        """All lists that a function gets."""
        return self.ordered({*self.written[name], *self.read[name]})

    def ordered(self, lists: set[Value]) -> Lists:
        return tuple(one for one in self._order if one in lists)


def _function(users: _Users, fn: Function) -> Function:
    """A sweep with the lists among its parameters, and with what it changes among its results."""
    written, read = users.written[fn.name], users.read[fn.name]
    threading = Threading(users)
    lists = [threading.begin_list(one) for one in users.used(fn.name)]
    tops = [threading.begin_top(one) for one in read]
    body = threading.region(fn.body)
    changed = [threading.lists[one] for one in written]
    results = (*fn.results, *changed, *(threading.tops[one] for one in read))
    first, count = len(fn.params), len(fn.results)
    updates = tuple((first + users.used(fn.name).index(one), count + k) for k, one in enumerate(written))
    end = replace(body.terminator, operands=results)
    region = Region((*fn.params, *lists, *tops), (*body.ops[:-1], end))
    return replace(fn, body=region, updates=(*fn.updates, *updates))


class Threading(Rewriter):
    """Passes the lists through: `lists` and `tops` have for each its current version, and how much of it is left."""

    def __init__(self, users: _Users) -> None:
        super().__init__()
        self.users = users
        self.lists: dict[Value, Value] = {}
        self.tops: dict[Value, Value] = {}

    def begin_list(self, one: Value) -> Value:
        """A new version of a list."""
        self.lists[one] = Value(one.type, one.name)
        return self.lists[one]

    def begin_top(self, one: Value) -> Value:
        """How much is left of a list from now on."""
        self.tops[one] = Value(TOP.type, top_name(one))
        return self.tops[one]

    def op(self, op: Op) -> None:
        name = callee_of(op)
        if name is not None and self.users.used(name):
            self._call(op, name)
        elif op.operands and op.operands[0] in self.lists:
            self._access(op, op.operands[0])
        elif op.regions and any(self.users.of(*op.regions)):
            self._loop(Loop(op)) if is_loop(op) else self._if(op)
        else:
            self.copy(op)

    def _access(self, op: Op, one: Value) -> None:
        """A value is put on top, or taken from there."""
        b = Builder(op.span)
        if opdef(op).appends:
            self.lists[one] = b.op(op.kind, self.lists[one], self.value(op.operands[1]), name=one.name)
        else:
            self.tops[one] = b.op("sub", self.tops[one], b.const(1), fits=True, name=top_name(one))
            b.ops.append(replace(op, operands=(self.lists[one], self.tops[one])))
        self.out += b.ops

    def _call(self, op: Op, name: str) -> None:
        written, read, used = self.users.written[name], self.users.read[name], self.users.used(name)
        operands = (*self.values(op.operands), *(self.lists[one] for one in used), *(self.tops[one] for one in read))
        changed = self._changed(written, read)
        first, count = len(op.operands), len(op.results)
        updates = tuple((first + used.index(one), count + k) for k, one in enumerate(written))
        attrs = {
            **op.attrs, "shapes": (*op.attrs["shapes"], *[()] * len(changed)), "updates": (*op.attrs["updates"], *updates)
        }  # fmt: skip
        self.out.append(replace(op, operands=operands, results=(*op.results, *changed), attrs=attrs))

    def _if(self, op: Op) -> None:
        written, read = self.users.of(*op.regions)
        before = dict(self.lists), dict(self.tops)
        regions = []
        for region in op.regions:
            self.lists, self.tops = dict(before[0]), dict(before[1])
            body = self.region(region)
            end = replace(body.terminator, operands=(*body.terminator.operands, *self._state(written, read)))
            regions.append(Region(body.params, (*body.ops[:-1], end)))
        self.lists, self.tops = before
        results = (*op.results, *self._changed(written, read))
        self.out.append(replace(op, operands=self.values(op.operands), results=results, regions=tuple(regions)))

    def _loop(self, loop: Loop) -> None:
        written, read = self.users.of(*loop.op.regions)
        inits = self._state(written, read)
        params = self._changed(written, read)
        body = self.region(loop.body)
        yields = self._state(written, read)
        results = self._changed(written, read)
        slots = (*loop.slots, *map(Slot, inits, params, yields, results))
        self.out.append(loop.with_slots(slots, body.ops[:-1]))

    def _state(self, written: Lists, read: Lists) -> list[Value]:
        return [*(self.lists[one] for one in written), *(self.tops[one] for one in read)]

    def _changed(self, written: Lists, read: Lists) -> list[Value]:
        return [*map(self.begin_list, written), *map(self.begin_top, read)]


class _Outermost(Threading):
    """Of a function that makes the lists, and begins to read them when all has been put there."""

    def ops(self, ops: Sequence[Op]) -> tuple[Op, ...]:
        whole = Region((), tuple(ops))
        b = Builder(ops[0].span)
        for one in self.users.of(whole)[0]:
            self.lists[one] = b.op("list_new", type=one.type, name=one.name)
        return (*b.ops, *self.region(whole).ops)

    def op(self, op: Op) -> None:
        b = Builder(op.span)
        for one in self.users.of(Region((), (op,)))[1]:
            if one not in self.tops:
                self.tops[one] = b.op("list_len", self.lists[one], name=top_name(one))
        self.out += b.ops
        super().op(op)
