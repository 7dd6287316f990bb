"""The length of a list that every iteration of a `while` appends to stands for the number of iterations.

Input:  xs, trips = while [], … { … xs' = list_append xs, x; yield xs' }; … trips …
Output: xs, trips = while [], … { … xs' = list_append xs, x; yield xs' }; n = list_len xs; … n …
"""

from __future__ import annotations

from autodiff_compiler.ir.core import Function, Op, Value
from autodiff_compiler.ir.opset import opdef
from autodiff_compiler.ir.types import INT
from autodiff_compiler.ir.walk import Rewriter, definitions


def lengths_for_trips(function: Function) -> Function:
    return _Lengths(function).function(function)


class _Lengths(Rewriter):
    def __init__(self, function: Function) -> None:
        super().__init__()
        self.defs = definitions(function.body)

    def op(self, op: Op) -> None:
        new = self.copy(op)
        if op.kind != "while":
            return
        grown = self._appended_to(op)
        if grown is not None:
            length = Value(INT)
            self.out.append(Op("list_len", (new.results[grown],), (length,), span=op.span))
            self.env[op.results[len(op.operands)]] = length

    def _appended_to(self, loop: Op) -> int | None:
        """The slot of a list that starts empty and gets one element in each iteration."""
        body = loop.regions[1]
        for slot, (init, param, yielded) in enumerate(zip(loop.operands, body.params, body.terminator.operands)):
            start, append = self.defs.get(init), self.defs.get(yielded)
            empty = start is not None and opdef(start).starts_empty and not start.operands
            if empty and append is not None and opdef(append).appends and append.operands[0] is param:
                return slot if append in body.ops else None
        return None
