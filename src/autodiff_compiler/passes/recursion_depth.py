"""For Numba: functions that call themselves count their depth, because compiled code crashes the process when the stack is full.

Input:  func g(x) { … call g(y) … }             … call g(a) …
Output: func g(x, depth) { check depth < 1000; … call g(y, depth + 1) … }      … call g(a, 0) …
"""

from __future__ import annotations

from dataclasses import replace

from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.program import callee_of, recursive_names
from autodiff_compiler.ir.types import INT
from autodiff_compiler.ir.walk import Rewriter

LIMIT = 1000
"""CPython's own, unless a program changes it."""


def limited(fn: Function) -> Function:
    """The program whose functions raise a RecursionError where CPython's would."""
    recursive = recursive_names(fn.callees)
    if not recursive:
        return fn
    callees = {name: _counting(one, recursive) if name in recursive else one for name, one in fn.callees.items()}
    others = {name: _Passing(recursive, None).function(one) for name, one in callees.items() if name not in recursive}
    return replace(_Passing(recursive, None).function(fn), callees={**callees, **others})


def _counting(fn: Function, recursive: frozenset[str]) -> Function:
    depth = Value(INT, "depth")
    b = Builder(fn.span)
    below = b.compare("lt", depth, b.const(LIMIT))
    b.emit("check", (below,), {"error": "RecursionError", "message": ("maximum recursion depth exceeded",)})
    deeper = b.op("add", depth, b.const(1))
    body = _Passing(recursive, deeper).region(fn.body)
    return replace(fn, body=Region((*fn.params, depth), (*b.ops, *body.ops)))


class _Passing(Rewriter):
    """Passes the depth to calls of recursive functions; from outside them it passes 0."""

    def __init__(self, recursive: frozenset[str], depth: Value | None) -> None:
        super().__init__()
        self.recursive, self.depth = recursive, depth

    def op(self, op: Op) -> None:
        if callee_of(op) not in self.recursive:
            self.copy(op)
            return
        depth = self.depth
        if depth is None:
            b = Builder(op.span)
            depth = b.const(0)
            self.out += b.ops
        self.out.append(replace(op, operands=(*op.operands, depth)))
