"""Regions to statements: loops, branches, exits, assignments.  The same for every backend; a `Writer` writes single operations."""

from __future__ import annotations

import ast
import re

from autodiff_compiler.backends import external, syntax
from autodiff_compiler.backends.assignments import Move, assignment, in_order
from autodiff_compiler.backends.checks import joined
from autodiff_compiler.backends.implied_checks import performed_checks
from autodiff_compiler.backends.in_place import in_place
from autodiff_compiler.backends.lines import marked
from autodiff_compiler.backends.naming import Names
from autodiff_compiler.backends.nesting import Nesting, moves, plan
from autodiff_compiler.backends.source import Notes
from autodiff_compiler.backends.spelling import Backend, Writer
from autodiff_compiler.diagnostics import ADJOINT, Span
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.loop import Loop, is_loop, loop_slots
from autodiff_compiler.ir.opdef import CALLEE
from autodiff_compiler.ir.opset import TABLE, opdef
from autodiff_compiler.ir.program import callee_of
from autodiff_compiler.ir.types import Scalar

HEAD = re.compile(r"(for|while|if|elif|else|with|def|async|class)\b.*:\s*(#.*)?$|(for|while|if|elif|with|def)\b[^:]*$")
"""The head of a statement with a block."""


class Printer:
    """Prints the body of one function."""

    def __init__(
        self, function: Function, backend: Backend, notes: Notes, taken: list[str], templates: dict[str, str]
    ) -> None:
        self.function = function
        self.notes = notes
        self.nesting, self.names = _plan(function, taken, backend)
        self.writer = Writer(backend, self.nesting, self.names, templates)
        self._noted: tuple[str, int] | None = None
        self._taken: set[Op] = set()
        """Ops whose result the head of a loop binds."""

    # -- statements ------------------------------------------------------------------------------------------------

    def body(self) -> list[ast.stmt]:
        return self._ops(self.function.body.ops[:-1])

    def _ops(self, ops: tuple[Op, ...]) -> list[ast.stmt]:
        statements: list[ast.stmt] = []
        for op in ops:
            if (
                op in self.nesting.dead
                or op in self._taken
                or (op.results and all(r in self.nesting.inline for r in op.results))
            ):
                continue
            printed = [marked(statement, op.span) for statement in self._op(op)]
            if printed and not op.regions:
                statements += self._note(op.span)
            statements += printed
        return joined(statements)

    def _op(self, op: Op) -> list[ast.stmt]:
        if op.kind == "if" and self.nesting.is_expression(op):
            return [self._assignment(op.result, self.writer.expression(op))]
        if op.kind == "if":
            return self._if(op)
        if is_loop(op):
            loop = Loop(op)
            return self._for(loop) if loop.condition is None else self._while(loop, loop.condition)
        if callee_of(op) is not None or len(op.results) > 1:
            return self._call(op)
        if opdef(op).effect == CALLEE:
            return external.statements(self.writer, op)
        if TABLE[op.kind].writes:
            return [*self.assign([(op.result, op.operands[0])]), self.writer.statement(op)]
        if not op.results:
            return [self.writer.statement(op)]
        value = self.writer.expression(op)
        if isinstance(value, ast.Name) and value.id == self.names[op.result]:
            return []  # a conversion that need not be printed, of a value whose variable is reused
        return [self._assignment(op.result, value)]

    def _call(self, op: Op) -> list[ast.stmt]:
        """The call of what returns nothing, one thing or several."""
        same = in_place(op)
        before = self.assign([(op.results[k], op.operands[operand]) for operand, k in same])
        kept = {k for _, k in same}
        results = [result for k, result in enumerate(op.results) if k not in kept]
        value = self.writer.expression(op)
        if not results:
            return [*before, syntax.expression(value)]
        if len(results) == 1:
            return [*before, self._assignment(results[0], value)]
        targets: list[ast.expr] = [syntax.target(self.names[result]) for result in results]
        return [*before, syntax.assign(ast.Tuple(elts=targets, ctx=ast.Store()), value)]

    def _assignment(self, to: Value, value: ast.expr) -> ast.stmt:
        return assignment(self.names[to], value, isinstance(to.type, Scalar))

    def _note(self, span: Span) -> list[ast.stmt]:
        if span.phase != ADJOINT or not span.line or (span.file, span.line) == self._noted:
            return []
        text = span.source_line().strip()
        if HEAD.match(text):
            # What a header contains in the reverse sweep is obvious: restored values, adjoints that start at zero.
            return []
        self._noted = (span.file, span.line)
        return [self.notes.statement(f"line {span.line}: {text}" if text else f"line {span.line}")]

    def assign(self, pairs: list[tuple[Value, Value]]) -> list[ast.stmt]:
        """Assigns to each first value the second one, all at the same time."""
        moves: list[Move] = []
        notes: list[ast.stmt] = []
        for to, value in pairs:
            if not self._is_needed(to, value):
                continue
            if value in self.nesting.inline and self.nesting.defs[value].operands:
                notes += self._note(self.nesting.defs[value].span)
            new = self.writer.operand(value)
            if isinstance(new, ast.Name) and new.id == self.names[to]:
                continue  # a conversion that need not be printed
            moves.append(Move(self.names[to], new, isinstance(to.type, Scalar)))
        return [*notes, *in_order(moves)]

    def _is_needed(self, to: Value, value: Value) -> bool:
        """Whether a variable has to be given a value: it is read, and has another value so far."""
        if to not in self.nesting.uses and to not in self.nesting.inline and not self._carried(to):
            return False
        if value not in self.nesting.inline and self.names[to] == self.names[value]:
            return False
        return not self.nesting.definition(value, "undef") or self._is_moved(to) or self._read_in_loop(to)

    def _carried(self, value: Value) -> bool:
        """Whether the value belongs to a slot of a loop: it is written for the next iteration even if nothing else reads it."""
        return self.names.graph.of(value) is not value or value not in self.nesting.defs

    def _read_in_loop(self, value: Value) -> bool:
        """Whether the value is that of a loop, and its body computes with it: Numba wants to see it bound before."""
        return value in self.nesting.uses and value not in self.nesting.defs

    def _is_moved(self, value: Value) -> bool:
        """Whether the value may be passed on, or asked for its length, without a check before it, and so must be bound."""
        return any(
            moves(user) or opdef(user).terminator or opdef(user).asks_length
            for user in self.nesting.users.get(value, ())
        )

    # -- branches --------------------------------------------------------------------------------------------------

    def _if(self, op: Op) -> list[ast.stmt]:
        branches = [
            [*self._ops(region.ops[:-1]), *self.assign(list(zip(op.results, region.terminator.operands)))]
            for region in op.regions
        ]
        return self._branch(op.operands[0], *branches)

    def _branch(self, condition: Value, then: list[ast.stmt], orelse: list[ast.stmt]) -> list[ast.stmt]:
        if then:
            return [ast.If(test=self.writer.condition(condition), body=then, orelse=orelse)]
        if orelse:
            return [ast.If(test=self.writer.negation(condition), body=orelse, orelse=[])]
        return []

    # -- loops -----------------------------------------------------------------------------------------------------

    def _for(self, loop: Loop) -> list[ast.stmt]:
        before = self.assign(list(zip(loop.params, loop.inits)))
        range_ = self._range(loop)
        before += self._counters_before(loop, range_)
        index = loop.index
        assert index is not None
        backwards = self._backwards(loop)
        if backwards is not None:
            item = syntax.target(self.names[backwards.result])
            through = syntax.call("reversed", self.writer.operand(backwards.operands[0]))
            self._taken.add(backwards)
            return [*before, ast.For(target=item, iter=through, body=self._loop_body(loop), orelse=[])]
        variable = self.names[index] if index in self.nesting.uses or index.name else "_"
        body = self._loop_body(loop)
        return [
            *before,
            ast.For(target=syntax.target(variable), iter=range_, body=body or [ast.Pass()], orelse=[]),
        ]

    def _backwards(self, loop: Loop) -> Op | None:
        """The op that takes the elements of a list one by one from its end, where the loop does nothing else by index."""
        start, stop, step = loop.bounds
        last = self.nesting.definition(start, "sub")
        ops = [inner for inner in loop.body.ops if inner not in self.nesting.dead]
        first = next((inner for inner in ops if not all(r in self.nesting.inline for r in inner.results)), ops[-1])
        if last is None or not opdef(first).reads or not self._is_integer(stop, -1) or not self._is_integer(step, -1):
            return None
        length = self.nesting.definition(last.operands[0], "list_len")
        index = loop.index
        if (
            length is None
            or index is None
            or not self._is_integer(last.operands[1], 1)
            or self.nesting.uses.get(index) != 1
        ):
            return None
        taken = first.operands == (length.operands[0], index) and self.writer.backend.reverses_lists
        return first if taken and not self._counters(loop)[0] else None

    def _range(self, loop: Loop) -> ast.expr:
        start, stop, step = loop.bounds
        arguments = [stop]
        if not self._is_integer(step, 1):
            arguments = [start, stop, step]
        elif not self._is_integer(start, 0):
            arguments = [start, stop]
        name = "prange" if loop.op.attrs.get("parallel") else "range"
        written = [self.writer.operand(v) for v in arguments]
        if loop.op.attrs.get("natural"):
            # LLVM vectorises what is indexed by numbers that certainly do not count from the end.
            written = [syntax.binary(ast.BitAnd(), bound, syntax.name("NATURAL")) for bound in written]
        return syntax.call(name, *written)

    def _is_integer(self, value: Value, number: int) -> bool:
        op = self.nesting.definition(value, "const")
        return op is not None and op.attrs["value"] == number

    def _while(self, loop: Loop, condition: Region) -> list[ast.stmt]:
        before = self.assign(list(zip(loop.params, loop.inits)))
        before += self._counters_before(loop, None)
        test_ops = self._ops(condition.ops[:-1])
        test = self.writer.condition(condition.terminator.operands[0])
        if isinstance(test, ast.Constant) and test.value is True:
            test = self.writer.backend.endless()
        body = self._loop_body(loop)
        if not test_ops:
            return [*before, ast.While(test=test, body=body or [ast.Pass()], orelse=[])]
        leave = ast.If(test=self.writer.negation(condition.terminator.operands[0]), body=[ast.Break()], orelse=[])
        return [*before, ast.While(test=self.writer.backend.endless(), body=[*test_ops, leave, *body], orelse=[])]

    def _counters(self, loop: Loop) -> tuple[Value | None, Value | None]:
        """The trip count and the exit code, where they are read."""
        used = [v if v in self.nesting.uses else None for v in loop.counters]
        return used[0], used[1] if loop.exits else None

    def _counters_before(self, loop: Loop, range_: ast.expr | None) -> list[ast.stmt]:
        trips, code = self._counters(loop)
        statements = []
        if trips is not None:
            count = syntax.literal(0) if loop.exits or range_ is None else syntax.call("len", range_)
            statements.append(assignment(self.names[trips], count, True))
        if code is not None:
            statements.append(assignment(self.names[code], syntax.literal(0), True))
        return statements

    def _loop_body(self, loop: Loop) -> list[ast.stmt]:
        trips, _ = self._counters(loop)
        runs_through = loop.counted and not loop.exits
        count = [] if trips is None or runs_through else [self._assignment(trips, _plus_one(self.names[trips]))]
        if loop.exits:
            return [*count, *self._tail(loop, loop.body, loop.body.terminator.operands)]
        return [*count, *self._ops(loop.body.ops[:-1]), *self.assign(list(zip(loop.params, loop.yields)))]

    def _tail(self, loop: Loop, region: Region, yielded: tuple[Value, ...]) -> list[ast.stmt]:
        """The end of a body that may leave the loop: `yielded` are the new slots and the exit code.

        An `if` that comes last and whose results are only yielded is printed with the end of the body in each branch,
        so that `break` is where the user wrote it.
        """
        ops = [op for op in region.ops[:-1] if op not in self.nesting.dead]
        last = ops[-1] if ops else None
        if last is not None and last.kind == "if" and self._only_yielded(last, yielded):
            printed = self._ops(tuple(ops[:-1]))
            branches = []
            for branch in last.regions:
                inside = dict(zip(last.results, branch.terminator.operands))
                branches.append(self._tail(loop, branch, tuple(inside.get(v, v) for v in yielded)))
            then, orelse = branches
            if then and isinstance(then[-1], ast.Break):
                return [*printed, *self._branch(last.operands[0], then, []), *orelse]
            if orelse and isinstance(orelse[-1], ast.Break):
                test = self.writer.negation(last.operands[0])
                return [*printed, ast.If(test=test, body=orelse, orelse=[]), *then]
            return [*printed, *self._branch(last.operands[0], then, orelse)]
        return [*self._ops(tuple(ops)), *self._leave(loop, yielded)]

    def _only_yielded(self, op: Op, yielded: tuple[Value, ...]) -> bool:
        """Whether the last `if` decides the exit code and only the end of the body uses its results."""
        return yielded[-1] in op.results and all(
            self.nesting.uses.get(r, 0) <= 1 and (r in yielded or r not in self.nesting.uses) for r in op.results
        )

    def _leave(self, loop: Loop, yielded: tuple[Value, ...]) -> list[ast.stmt]:
        *values, code = yielded
        _, result = self._counters(loop)
        targets = loop.params
        constant = self.nesting.definition(code, "const")
        if constant is not None and constant.attrs["value"] == 0:
            return self.assign(list(zip(targets, values)))
        exit_code = self.writer.operand(code)
        statements = []
        clobbered = isinstance(exit_code, ast.Name) and exit_code.id in [self.names[t] for t in targets]
        if constant is None and (clobbered or not isinstance(exit_code, ast.Name)):
            variable = self.names[result] if result is not None else self.names.fresh("exit_code")
            statements.append(assignment(variable, exit_code, True))
            exit_code = syntax.name(variable)
        elif result is not None and not (isinstance(exit_code, ast.Name) and exit_code.id == self.names[result]):
            statements.append(assignment(self.names[result], exit_code, True))
            exit_code = syntax.name(self.names[result]) if constant is None else exit_code
        statements += self.assign(list(zip(targets, values)))
        if constant is not None:
            return [*statements, ast.Break()]
        test = syntax.compare(ast.NotEq(), exit_code, syntax.literal(0))
        return [*statements, ast.If(test=test, body=[ast.Break()], orelse=[])]


def _plan(function: Function, taken: list[str], backend: Backend) -> tuple[Nesting, Names]:
    """Nesting and names; what could not share the variable it is yielded to is nested into the assignment."""
    nesting = plan(function, performed_checks if backend.checks_accesses else _no_checks, backend.style)
    names = Names(nesting, taken, backend.strict_types)
    apart = frozenset(
        slot.yielded
        for op in nesting.live_ops(function.body)
        for slot in loop_slots(op)
        if slot.yielded not in nesting.inline and not names.same(slot.param, slot.yielded)
    )
    if not apart:
        return nesting, names
    performed, memory = nesting.performed, nesting.memory
    nesting = plan(function, lambda _: performed, backend.style, apart, memory)
    return nesting, Names(nesting, taken, backend.strict_types)


def _no_checks(nesting: Nesting) -> frozenset[Op]:
    return frozenset()


def _plus_one(variable: str) -> ast.expr:
    return syntax.binary(ast.Add(), syntax.name(variable), syntax.literal(1))
