"""What the reversal of a region would compute although the region itself has computed it: the derivative of a sine, beside the cosine.

    Primal:   s = sin x;  c = cos x;  y = mul v, c
    Reversal: v_bar = mul y_bar, c;  d = cos x;  x_bar = mul s_bar, d
    Becomes:  v_bar = mul y_bar, c;  x_bar = mul s_bar, c

This is about values that are dear, and that the reversal needs anyway (`residuals.py`): others cost a tape more, and what is cheap is
computed again from what is saved.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from autodiff_compiler.analysis.equality import exact
from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.opdef import DEAR, PURE
from autodiff_compiler.ir.opset import opdef
from autodiff_compiler.ir.types import Scalar
from autodiff_compiler.ir.walk import Rewriter, free_values


def without_repeated(region: Region, ops: Sequence[Op]) -> list[Op]:
    """The ops of the reversal of a region without those that repeat one of the region."""
    needed = free_values([Region((), tuple(ops))])
    known = {_key(op): op.result for op in region.ops if _is_dear(op) and op.result in needed}
    return list(_Repeated(known).region(Region((), tuple(ops))).ops) if known else list(ops)


def _is_dear(op: Op) -> bool:
    row = opdef(op)
    numbers = all(isinstance(v.type, Scalar) for v in (*op.operands, *op.results))
    return row.effect == PURE and row.cost == DEAR and not op.regions and len(op.results) == 1 and numbers


def _key(op: Op) -> Hashable:
    return op.kind, op.operands, tuple((name, exact(op.attrs[name])) for name in sorted(op.attrs))


class _Repeated(Rewriter):
    def __init__(self, known: dict[Hashable, Value]) -> None:
        super().__init__()
        self._known = known

    def op(self, op: Op) -> None:
        before = self._known.get(_key(op)) if _is_dear(op) else None
        if before is None:
            self.copy(op)
        else:
            self.env[op.result] = before
