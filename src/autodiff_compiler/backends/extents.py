"""Extents of a parameter are taken before its copy gets its name: `u = u.copy()`, not `u2 = u.copy()`.

Input:  u' = copy u; … for … { … dim u … }
Output: u' = copy u; n = dim u'; … for … { … n … }
"""

from __future__ import annotations

from dataclasses import replace

from autodiff_compiler.ir.core import Function, Op, Value
from autodiff_compiler.ir.opset import extent_of, opdef
from autodiff_compiler.ir.walk import Rewriter, uses


def taken_early(function: Function) -> Function:
    """The function in which a parameter that is otherwise only copied and asked for its extents is not read after the copy."""
    users = uses(function.body)
    copies: dict[Op, Value] = {}
    for op in function.body.ops:
        if not opdef(op).copies or op.operands[0] not in function.params:
            continue
        param = op.operands[0]
        others = [user for user in users[param] if user is not op]
        if op.result.name in ("", param.name) and others and all(map(extent_of, others)):
            copies[op] = param
    return _Early(copies, users).function(function) if copies else function


class _Early(Rewriter):
    def __init__(self, copies: dict[Op, Value], users: dict[Value, list[Op]]) -> None:
        super().__init__()
        self.copies = copies
        self.users = users
        self.known: dict[tuple[Value, int], Value] = {}
        """The extents of parameters that are known from here on."""

    def op(self, op: Op) -> None:
        key = extent_of(op)
        if key in self.known:
            self.env[op.result] = self.known[key]
            return
        self.copy(op)
        if op in self.copies:
            self._extents(op)

    def _extents(self, copy: Op) -> None:
        param = self.copies[copy]
        for dim in self.users[param]:
            key = extent_of(dim)
            if key is None or key in self.known:
                continue
            name = next((u.result.name for u in self.users[param] if u.attrs == dim.attrs and u.result.name), "")
            extent = Value(dim.result.type, name)
            self.out.append(replace(dim, operands=(copy.result,), results=(extent,), span=copy.span))
            self.known[key] = extent
