"""The two walks that passes are built on.

`FactRewriter` copies a function and keeps `self.bounds` true for the current place.  `Peephole` asks for each op what
it may become, until nothing changes any more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from autodiff_compiler.analysis.bounds import Bounds
from autodiff_compiler.analysis.shapes import Shapes
from autodiff_compiler.diagnostics import UNKNOWN, Span
from autodiff_compiler.ir.core import NO_ATTRS, Function, Op, Region, Value
from autodiff_compiler.ir.loop import Loop, is_loop
from autodiff_compiler.ir.opset import TABLE, constant_of
from autodiff_compiler.ir.types import Type
from autodiff_compiler.ir.walk import Rewriter, all_ops, uses, with_parts

Result = Op | Value | None
"""What a rule of a `Peephole` turns an op into."""
Rule = Callable[["Peephole", Op], Result]

# Only for safety: two or three rounds are enough.
ROUNDS = 8


class FactRewriter(Rewriter):
    """Copies a function; `self.bounds` knows what holds at the current op."""

    def __init__(self, function: Function) -> None:
        super().__init__()
        self.bounds = Bounds(function)
        self.compiled = function.compiled
        self.defs = self.bounds.shapes.defs

    @property
    def shapes(self) -> Shapes:
        return self.bounds.shapes

    @staticmethod
    def concerns(op: Op) -> bool:
        """Whether an op may be of interest to the pass: a function that has none stays as it is."""
        return True

    @classmethod
    def run(cls, function: Function) -> Function:
        return cls(function).function(function) if any(map(cls.concerns, all_ops(function.body))) else function

    @classmethod
    def run_until_stable(cls, function: Function) -> Function:
        """Run again while that changes anything: removing a loop or a branch can reveal more about what is around it."""
        for _ in range(ROUNDS):
            made = cls.run(function)
            if made.body.ops == function.body.ops:
                break
            function = made
        return function

    def substituted(self, op: Op) -> Op:
        """The op with new operands and its regions as they were."""
        operands = self.values(op.operands)
        return op if operands == op.operands else with_parts(op, operands, op.results, op.regions)

    def op(self, op: Op) -> None:
        op = self.substituted(op)
        self.structured(op) if op.regions else self.plain(op)

    def plain(self, op: Op) -> None:
        self.keep(op)

    def structured(self, op: Op) -> None:
        self.keep(self.inside(op))

    def keep(self, op: Op) -> None:
        """Append a finished op."""
        self.out.append(op)
        for result in op.results:
            self.defs[result] = op
        if not op.regions:
            self.bounds.assume(op)

    def inside(self, op: Op) -> Op:
        """The op with its regions rewritten, each with what holds inside it."""
        regions = []
        loop = Loop(op) if is_loop(op) else None
        for position, region in enumerate(op.regions):
            mark = self.bounds.mark()
            if loop is None:
                self.enter_branch(op.operands[0], position == 0)
            elif region is loop.body:
                self.enter_loop(loop)
            regions.append(self.region(region))
            learned = self.bounds.learned(mark)
            self.bounds.forget(mark)
            if loop is None and position == 0:
                self.bounds.imply(op.operands[0], learned)
        return with_parts(op, op.operands, op.results, tuple(regions))

    def enter_loop(self, loop: Loop) -> None:
        self.bounds.enter_loop(loop)

    def enter_branch(self, condition: Value, holds: bool) -> None:
        self.bounds.enter_branch(condition, holds)


class Peephole(FactRewriter):
    """Applies local rules: `rewrite` says what an op without regions becomes.

    None: it stays.  A value: it is that value.  An op with the same results (made by `become`): that op, which is then
    asked again.  A rule never changes a type, nor a shape: a value of another type is not taken, nor one that is not proven to have
    the same extents, since what another operand may stretch must not become what it stretches.
    """

    span: Span = UNKNOWN

    def __init__(self, function: Function) -> None:
        super().__init__(function)
        self._body = function.body

    @cached_property
    def readers(self) -> Counter[Value]:
        """How often each value was read before the pass."""
        return Counter(v for op in all_ops(self._body) for v in op.operands)

    @cached_property
    def _users(self) -> dict[Value, list[Op]]:
        return uses(self._body)

    def used_once(self, value: Value) -> bool:
        """Whether one op reads the value (values made on the way count as read once)."""
        return len(self._users.get(value, ())) <= 1

    def rewrite(self, op: Op) -> Op | Value | None:
        raise NotImplementedError

    def plain(self, op: Op) -> None:
        before, self.span = self.span, op.span
        while True:
            new = self.rewrite(op)
            if isinstance(new, Value) and new.type == op.result.type and self.shapes.same_shape(new, op.result):
                self.env[op.result] = new
                break
            if not isinstance(new, Op):
                self.keep(op)
                break
            op = new
            self.shapes.define(op)
        self.span = before

    def become(self, op: Op, kind: str, /, *operands: Value, **attrs: Any) -> Op | None:
        """`op` as another op with the same result; None where the type would change."""
        infer = TABLE[kind].infer
        assert infer is not None
        types = infer(tuple(v.type for v in operands), attrs)
        if types != tuple(r.type for r in op.results):
            return None
        return Op(kind, operands, op.results, attrs or NO_ATTRS, (), op.span)

    def new(self, kind: str, /, *operands: Value, **attrs: Any) -> Value:
        """A new op before the current one, itself rewritten."""
        infer = TABLE[kind].infer
        assert infer is not None
        (type_,) = infer(tuple(v.type for v in operands), attrs)
        op = Op(kind, operands, (Value(type_),), attrs or NO_ATTRS, (), self.span)
        self.shapes.define(op)
        self.plain(op)
        return self.value(op.result)

    def const(self, value: Any, type_: Type) -> Value:
        return self.new("const", type=type_, value=value)

    def constant(self, value: Value) -> Any:
        """The Python number that a value is known to be, or None."""
        return constant_of(self.defs.get(value))

    def made_by(self, value: Value, *kinds: str) -> Op | None:
        """The op that defines the value, if it is of one of these kinds."""
        op = self.defs.get(value)
        return op if op is not None and op.kind in kinds else None

    def inline(self, region: Region, arguments: Sequence[Value]) -> list[Value]:
        """Put the ops of a region here, with arguments for its parameters; returns what it yields."""
        self.env.update(zip(region.params, arguments))
        for inner in region.ops[:-1]:
            self.op(inner)
        return [self.value(v) for v in region.terminator.operands]

    def become_values(self, op: Op, values: Sequence[Value]) -> None:
        """Drop a structured op whose results are known."""
        self.env.update(zip(op.results, values))
