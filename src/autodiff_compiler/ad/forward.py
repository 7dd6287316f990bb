"""Forward mode: `x_dot` beside `x`.

    y = mul(x, x)            y = mul(x, x)
                       ->    y_dot = …            (rules.jvp)
    c1 = for … c=c0 {…}      c1, c1_dot = for … c=c0, c_dot=c0_dot {…}

A tangent that is zero is not there at all (None); it becomes a value only where a loop, a branch or a result needs one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from autodiff_compiler import rules
from autodiff_compiler.ad.callees import Callees
from autodiff_compiler.ad.errors import check_inputs, check_rule_covers, no_forward_rule
from autodiff_compiler.ad.names import named
from autodiff_compiler.analysis.activity import active_values
from autodiff_compiler.analysis.constants import constants_of, whole_numbers
from autodiff_compiler.analysis.shapes import shapes_of
from autodiff_compiler.analysis.signature import known_equal
from autodiff_compiler.ir.builder import Builder, OpenRegion
from autodiff_compiler.ir.core import Function, JvpRule, Op, Region, Value, VjpRule
from autodiff_compiler.ir.loop import Loop, Slot, is_loop
from autodiff_compiler.ir.opset import is_undefined
from autodiff_compiler.ir.program import Shapes as CalleeShapes
from autodiff_compiler.ir.program import call_op, callee_of, with_callees
from autodiff_compiler.ir.tree import Leaf
from autodiff_compiler.ir.types import ListOf, differentiable
from autodiff_compiler.ir.walk import all_ops, clone_region


def forward(fn: Function, active: Sequence[bool], name: str) -> Function:
    """Parameters: the primals, then tangents of the active ones.  Results: the primals, then tangents of the float ones."""
    check_inputs(fn, active)
    callees = Callees(fn, name)
    return with_callees(_pushforward(fn, active, name, callees), callees.functions)


def _pushforward(fn: Function, active: Sequence[bool], name: str, callees: Callees) -> Function:
    body = clone_region(fn.body)
    fn = replace(fn, body=body)
    chosen = [p for p, on in zip(body.params, active) if on]
    seeds = [Value(p.type, f"{p.name}_dot") for p in chosen]
    varied = active_values(fn, active, fn.results, rules.NO_DERIVATIVE)
    sweep = _Forward(body, varied, dict(zip(chosen, seeds)), callees)
    out = OpenRegion((*body.params, *seeds))
    with sweep.b.reopen(out):
        sweep.ops(body.ops[:-1])
        with sweep.b.at(body.terminator.span):
            tangents = [sweep.tangent(r) for r in fn.results if differentiable(r.type)]
            sweep.b.return_(*fn.results, *tangents)
    trees = tuple((seed.name, Leaf()) for seed in seeds) if fn.param_trees else ()
    return replace(fn, name=name, body=out.done(), updates=(), param_trees=(*fn.param_trees, *trees), result_tree=None)


class _Forward:
    def __init__(self, body: Region, active: set[Value], dots: dict[Value, Value], callees: Callees) -> None:
        self.b = Builder()
        self.active = active
        self.dots = dots
        self.callees = callees
        self.constants = constants_of(body)
        self.whole = whole_numbers(body, self.constants)
        self.undefined = {op.result for op in all_ops(body) if is_undefined(op)}

    def tangent(self, value: Value) -> Value:
        """The tangent as a value, zero where there is none."""
        dot = self.dots.get(value)
        return dot if dot is not None else self.b.zeros_like(value, f"{value.name}_dot")

    def placeholder_or_tangent(self, value: Value) -> Value:
        """The tangent as a value; a variable that is not yet assigned has none, and no shape to make a zero of."""
        if value in self.undefined:
            return self.b.undef(value.type, f"{value.name}_dot")
        return self.tangent(value)

    def ops(self, ops: Sequence[Op]) -> None:
        for op in ops:
            with self.b.at(op.span):
                if op.kind == "if":
                    self.if_(op)
                elif is_loop(op):
                    self.loop(Loop(op))
                elif callee_of(op) is not None:
                    self.call(op)
                else:
                    self.plain(op)

    def plain(self, op: Op) -> None:
        self.b.ops.append(op)
        tangents = [self.dots.get(v) for v in op.operands]
        if not any(r in self.active for r in op.results) or all(t is None for t in tangents):
            return
        before = len(self.b.ops)
        dots = rules.jvp(self.b, op, tangents, constants=self.constants, whole=self.whole)
        for result, dot in zip(op.results, dots):
            if dot is not None:
                dot = dot if isinstance(dot.type, ListOf) else self.b.cast(dot, result.type)
                hint = f"{result.name}_dot" if result.name else ""
                self.dots[result] = named(self.b, dot, hint, before)

    def call(self, op: Op) -> None:
        tangents = [self.dots.get(v) for v in op.operands]
        varied = [dot for dot in tangents if dot is not None]
        if not varied:
            self.b.ops.append(op)
            return
        callee = self.callees.of(op)
        check_rule_covers(op, callee, [dot is not None for dot in tangents])
        if isinstance(callee.rule, VjpRule):
            raise no_forward_rule(op, callee)
        if isinstance(callee.rule, JvpRule):
            name = callee.rule.jvp
            varied = [self.tangent(v) for v in op.operands[: callee.rule.count] if differentiable(v.type)]
            self._call(op, name, varied, self.callees.known_shapes(name))
            return
        name = self._pushforward_of(op, [dot is not None for dot in tangents])
        self._call(op, name, varied, self.callees.shapes.get(name))

    def _call(self, op: Op, name: str, tangents: Sequence[Value], shapes: CalleeShapes | None) -> None:
        """The call of the function that returns the results of `op`, and their tangents."""
        dots = [self._dot(r) for r in op.results if differentiable(r.type)]
        operands, results = (*op.operands, *tangents), (*op.results, *dots)
        self.b.ops.append(call_op(name, operands, results, op.attrs["effect"], shapes, op.span))

    def _pushforward_of(self, call: Op, active: Sequence[bool]) -> str:
        """The name of the function that returns a callee's results and their tangents."""
        key, callee = ("jvp", call.attrs["callee"], tuple(active)), self.callees.of(call)
        if key not in self.callees.made:
            # Known by name before it is made: it may call itself.
            self.callees.made[key] = self.callees.fresh_name(f"{callee.name}_jvp")
            made = _pushforward(callee, active, self.callees.made[key], self.callees)
            self.callees.add(_alike(callee, active, made))
        name: str = self.callees.made[key]
        return name

    def if_(self, op: Op) -> None:
        chosen = [k for k, r in enumerate(op.results) if r in self.active]
        regions = []
        for branch in op.regions:
            out = OpenRegion(())
            with self.b.reopen(out):
                self.ops(branch.ops[:-1])
                with self.b.at(branch.terminator.span):
                    yields = branch.terminator.operands
                    self.b.yield_(*yields, *(self.placeholder_or_tangent(yields[k]) for k in chosen))
            regions.append(out.done())
        dots = [self._dot(op.results[k]) for k in chosen]
        self.b.ops.append(replace(op, results=(*op.results, *dots), regions=tuple(regions)))

    def loop(self, loop: Loop) -> None:
        chosen = [slot for slot in loop.slots if slot.param in self.active or slot.result in self.active]
        inits = [self.placeholder_or_tangent(slot.init) for slot in chosen]
        params = [self._dot(slot.param) for slot in chosen]
        body = loop.body
        out = OpenRegion(())
        with self.b.reopen(out):
            self.ops(body.ops[:-1])
            with self.b.at(body.terminator.span):
                yields = [self.tangent(slot.yielded) for slot in chosen]
        results = [self._dot(slot.result) for slot in chosen]
        self.b.ops.append(loop.with_slots((*loop.slots, *map(Slot, inits, params, yields, results)), out.ops))

    def _dot(self, value: Value) -> Value:
        """A new value for the tangent."""
        dot = self.dots[value] = Value(value.type, f"{value.name}_dot")
        return dot


def _alike(callee: Function, active: Sequence[bool], made: Function) -> Function:
    """The pushforward of a callee, which knows that tangents have the shapes of primals."""
    sources = (*callee.params, *(p for p, on in zip(callee.params, active) if on))
    known = known_equal(shapes_of(callee.body), sources, made.params)
    return replace(made, body=Region(made.params, (*known, *made.body.ops)))
