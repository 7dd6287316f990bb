"""Exit codes: the numbers that the body of a loop yields to say whether, and by which `break` or `return`, it was left.

Only the last iteration can have had a code other than 0, so the reversal of an iteration knows its code without saving
anything.  A condition on which the codes depend need not be saved either: `code == 2` says which way an `if` went.
"""

from __future__ import annotations

from dataclasses import dataclass

from autodiff_compiler.ad.primal import Primal
from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.loop import Loop, is_loop, sides


@dataclass(frozen=True)
class Test:
    """A condition as a comparison (`eq` or `ne`) of an exit code with a number."""

    code: Value
    kind: str
    number: int


class ExitCodes:
    """The exit codes of a primal: made of what is known of it, read where its branches and loops are reversed."""

    def __init__(self, primal: Primal) -> None:
        self._primal = primal
        self.values: set[Value] = set()
        """What the bodies of loops yield as their exit code, and what branches in them give for it."""
        self.tests: dict[Value, Test] = {}
        """The conditions that can be read off an exit code."""
        self._visit(primal.body)

    def _visit(self, region: Region) -> None:
        """Last op first: whether the result of an `if` is an exit code is known from what reads it."""
        for op in reversed(region.ops):
            if is_loop(op) and (code := Loop(op).exit_yield) is not None:
                self.values.add(code)
            elif op.kind == "if":
                self._branches(op)
            for inner in op.regions:
                self._visit(inner)

    def _branches(self, op: Op) -> None:
        """A condition from outside cannot be read off: there is a code for each run of the region with the `if`."""
        primal, condition = self._primal, op.operands[0]
        if primal.home.get(condition) is not primal.parent[op.regions[0]]:
            return
        for result in op.results:
            if result not in self.values:
                continue
            given = sides(op, result)
            self.values.update(given)
            then, orelse = map(self._possible, given)
            if then is None or orelse is None or then & orelse:
                return
            if len(then) == 1:
                self.tests[condition] = Test(result, "eq", *then)
            elif len(orelse) == 1:
                self.tests[condition] = Test(result, "ne", *orelse)

    def _possible(self, code: Value) -> set[int] | None:
        """The numbers that a code can be, None if they are not known."""
        constant = self._primal.constant(code)
        if isinstance(constant, int):
            return {constant}
        found: set[int] = set()
        for side in map(self._possible, sides(self._primal.definitions.get(code), code)):
            if side is None:
                return None
            found |= side
        return found or None
