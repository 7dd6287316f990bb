"""Where functions that call themselves keep what their reverse sweeps need: lists of the program, with an entry for each call.

One call saves a fixed number of values, each of one type; but what all calls save has no type, because it nests as deeply as
the calls do.  So every saved value has a list of its own, to which each call of the forward sweep appends its value; the number of
the entry, its frame, is all that the caller keeps.  The reverse sweep reads from the lists and changes nothing.

    y = call g(x)   ->   y, frame, tapes… = call g_forward(x, tapes…)   …   x_bar = call g_reverse(frame, y_bar, x_bar, tapes…)

The sweeps are first made as if the lists were in scope everywhere; `Threading` then passes them through calls, branches and loops.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from autodiff_compiler.ad.callees import Callees
from autodiff_compiler.ad.names import SAVED
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.loop import Loop, Slot, is_loop
from autodiff_compiler.ir.program import callee_of, calls_in, fresh_name
from autodiff_compiler.ir.types import INT, Array, ListOf, Scalar
from autodiff_compiler.ir.walk import Rewriter


def threaded(callees: Callees, ops: Sequence[Op]) -> tuple[Op, ...]:
    """The ops of the program's outermost function, which makes the lists; all its functions have been made to pass them on."""
    if not callees.frames:
        return tuple(ops)
    tapes = _tapes(callees)
    writers, readers = _users(callees)
    for name in sorted(writers | readers):
        callees.functions[name] = _function(callees, callees.functions[name], tapes, writers, readers)
    if not any(op.attrs["callee"] in writers for op in calls_in(Region((), tuple(ops)))):
        return tuple(ops)
    b = Builder(ops[0].span)
    state = [b.op("list_new", type=tape.type, name=tape.name) for tape in tapes]
    return (*b.ops, *Threading(writers, readers, state).region(Region((), tuple(ops))).ops)


def _tapes(callees: Callees) -> list[Value]:
    """The lists, in the order of the functions that write them: the type of each, and its name, which is unique."""
    tapes: list[Value] = []
    taken: set[str] = set()
    for saved in callees.frames.values():
        for value in saved:
            assert isinstance(value.type, Scalar | Array)
            tapes.append(
                Value(
                    ListOf(value.type), fresh_name(value.name if value.name == SAVED else f"{value.name}_saved", taken)
                )
            )
    return tapes


def _offset(callees: Callees, forward: str) -> int:
    """The position of the first list of a function."""
    before = takewhile(lambda name: name != forward, callees.frames)
    return sum(len(callees.frames[name]) for name in before)


def _users(callees: Callees) -> tuple[set[str], set[str]]:
    """The functions that append to the lists, themselves or by calls, and those that read from them."""
    called = {name: {op.attrs["callee"] for op in calls_in(fn.body)} for name, fn in callees.functions.items()}

    def reaching(found: set[str]) -> set[str]:
        size = -1
        while size != (size := len(found)):
            found = found | {name for name, names in called.items() if names & found}
        return found

    return reaching(set(callees.frames)), reaching(set(callees.frame_reverses))


def _function(callees: Callees, fn: Function, tapes: list[Value], writers: set[str], readers: set[str]) -> Function:
    state = [Value(tape.type, tape.name) for tape in tapes]
    threading = Threading(writers, readers, state)
    body = threading.region(Region(fn.params, fn.body.ops[:-1]))
    params, ops, results = fn.params, body.ops, fn.results
    if fn.name in callees.frames:
        saved, offset = callees.frames[fn.name], _offset(callees, fn.name)
        b = Builder(fn.body.terminator.span)
        frame = b.op("list_len", threading.state[offset], name="frame") if saved else b.const(0)
        count = len(results) - len(saved)
        for k, value in enumerate(results[count:], offset):
            threading.state[k] = b.op("list_append", threading.state[k], value, name=threading.state[k].name)
        ops, results = (*ops, *b.ops), (*results[:count], frame)
    elif fn.name in callees.frame_reverses:
        forward = callees.frame_reverses[fn.name]
        count, offset = len(callees.frames[forward]), _offset(callees, forward)
        frame = Value(INT, "frame")
        got = [
            Op("list_get", (state[offset + k], frame), (value,), span=fn.span) for k, value in enumerate(params[:count])
        ]
        params, ops = (frame, *params[count:]), (*got, *ops)
    updates = fn.updates
    if fn.name in writers:
        updates += updated(len(params), len(results), len(state))
        results = (*results, *threading.state)
    end = replace(fn.body.terminator, operands=results)
    return replace(fn, body=Region((*params, *state), (*ops, end)), updates=updates)


def updated(params: int, results: int, count: int) -> tuple[tuple[int, int], ...]:
    """The pairs of a function with so many parameters and results besides, to whose lists it appends in place."""
    return tuple((params + k, results + k) for k in range(count))


class Threading(Rewriter):
    """Passes the lists through: `state` are their current versions."""

    def __init__(self, writers: set[str], readers: set[str], state: list[Value]) -> None:
        super().__init__()
        self.writers, self.readers, self.state = writers, readers, state

    def op(self, op: Op) -> None:
        if callee_of(op) in self.writers:
            self._writing_call(op)
        elif callee_of(op) in self.readers:
            self.copy(replace(op, operands=(*op.operands, *self.state)))
        elif not any(call.attrs["callee"] in self.writers for region in op.regions for call in calls_in(region)):
            self.copy(op)
        elif is_loop(op):
            self._loop(Loop(op))
        else:
            self._if(op)

    def _writing_call(self, op: Op) -> None:
        operands = (*op.operands, *self.state)
        self.state = self._new()
        shapes = (*op.attrs["shapes"], *[()] * len(self.state))
        updates = op.attrs["updates"] + updated(len(op.operands), len(op.results), len(self.state))
        attrs = {**op.attrs, "shapes": shapes, "updates": updates}
        self.out.append(replace(op, operands=operands, results=(*op.results, *self.state), attrs=attrs))

    def _if(self, op: Op) -> None:
        before, regions = self.state, []
        for region in op.regions:
            self.state = before
            body = self.region(region)
            end = replace(body.terminator, operands=(*body.terminator.operands, *self.state))
            regions.append(Region(body.params, (*body.ops[:-1], end)))
        self.state = self._new()
        self.out.append(replace(op, results=(*op.results, *self.state), regions=tuple(regions)))

    def _loop(self, loop: Loop) -> None:
        inits = self.state
        params = self.state = self._new()
        body = self.region(loop.body)
        yields = self.state
        self.state = self._new()
        slots = (*loop.slots, *map(Slot, inits, params, yields, self.state))
        self.out.append(loop.with_slots(slots, body.ops[:-1]))

    def _new(self) -> list[Value]:
        return [Value(v.type, v.name) for v in self.state]
