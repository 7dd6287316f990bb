"""The length of a list that every iteration of a `while` appends to stands for the number of iterations.

Input:  xs, trips = while [], … { … xs' = list_append xs, x; yield xs' }; … trips …
Output: xs, trips = while [], … { … xs' = list_append xs, x; yield xs' }; n = list_len xs; … n …
"""

from __future__ import annotations

from autodiff_compiler.ir.core import Function, Op, Value
from autodiff_compiler.ir.loop import Loop, Slot, is_loop
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
        self.copy(op)
        if not is_loop(op) or Loop(op).counted:
            return
        grown = self._appended_to(Loop(op))
        if grown is not None:
            length = Value(INT)
            self.out.append(Op("list_len", (grown.result,), (length,), span=op.span))
            self.env[Loop(op).trips] = length

    def _appended_to(self, loop: Loop) -> Slot | None:
        """The slot of a list that starts empty and gets one element in each iteration."""
        for slot in loop.slots:
            start, append = self.defs.get(slot.init), self.defs.get(slot.yielded)
            empty = start is not None and opdef(start).starts_empty and not start.operands
            if empty and append is not None and opdef(append).appends and append.operands[0] is slot.param:
                return slot if append in loop.body.ops else None
        return None
