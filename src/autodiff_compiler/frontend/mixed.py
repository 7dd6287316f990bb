"""A float32 on one path and a Python number on the other: where the difference would show, the program is refused.

The IR holds such a scalar as a float32.  Beside a float32 a Python float counts as one, and so nothing is lost; but alone,
or beside another Python number, CPython goes on in float64 on the one path and in float32 on the other.
"""

from __future__ import annotations

from autodiff_compiler.diagnostics import UnsupportedError
from autodiff_compiler.frontend.scalars import scalar_type, scalar_value
from autodiff_compiler.frontend.values import Abs, Static
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.opset import TABLE
from autodiff_compiler.ir.types import Array, Scalar
from autodiff_compiler.library.builtins import fits_float32

# Exact whatever the type is: the result is as mixed as the operand.
PASSES_ON = ("neg", "abs", "stop_gradient", "list_new", "list_append", "list_set", "list_get")
# A value goes where its type is known already, or is only shown.
HARMLESS = ("store", "accum", "return", "print", "check", "raise", "list_len")
COMPARISONS = ("lt", "le", "gt", "ge", "eq", "ne")


def joined_value(b: Builder, value: Abs, joined: Scalar, *, enters: bool) -> Value:
    """What one path brings to a join, in the type of the join.

    `enters`: the path is that into a loop.  What a loop starts from takes the type it has in the loop.
    """
    found = scalar_value(b, value, joined)
    if joined == Scalar("f32") and scalar_type(value).kind == "py" and not enters:
        b.weak[found] = isinstance(value, Static) and fits_float32(float(value.obj))
    return found


def refuse_mixed(body: Region, weak: dict[Value, bool]) -> None:
    """Raise `UnsupportedError` where what is computed depends on which type a scalar has."""
    if weak:
        _Mixed(weak).region(body)


class _Mixed:
    def __init__(self, weak: dict[Value, bool]) -> None:
        self.exact = dict(weak)
        """The scalars that are a Python number on some path, and whether float32 holds that number exactly."""
        self.defs: dict[Value, Op] = {}

    def region(self, region: Region) -> None:
        for op in region.ops:
            self.defs.update(dict.fromkeys(op.results, op))
            if op.kind == "if":
                self.regions(op)
            elif op.kind in ("for", "while"):
                self.loop(op)
            else:
                self.use(op)

    def add(self, to: Value, *sources: Value) -> None:
        found = [self.exact[source] for source in (*sources, to) if source in self.exact]
        if found:
            self.exact[to] = all(found)

    def regions(self, op: Op) -> None:
        for region in op.regions:
            self.region(region)
            for result, value in zip(op.results, region.terminator.operands):
                self.add(result, value)

    def loop(self, op: Op) -> None:
        """Round by round, until the slots that are mixed stay the same."""
        initial = op.operands[3:] if op.kind == "for" else op.operands
        body = op.regions[-1]
        while True:
            before = dict(self.exact)
            for k, (value, result, end) in enumerate(zip(initial, op.results, body.terminator.operands)):
                self.add(result, value, end)
                for region in op.regions:
                    self.add(region.params[k + (op.kind == "for")], value, end)
            for region in op.regions:
                self.region(region)
            if self.exact == before:
                return

    def use(self, op: Op) -> None:
        used = [value for value in op.operands if value in self.exact]
        if not used or op.kind in HARMLESS or op.kind == "yield":
            return
        scalar = bool(op.results) and not isinstance(op.result.type, Array)
        if op.kind in PASSES_ON or (op.kind == "select" and scalar) or self.is_same_type(op):
            self.add(op.result, *used)
        elif not self.is_known(op, used):
            raise UnsupportedError(
                "AD102",
                "this number is a float32 on one path and a Python number on another, and what is computed from it here "
                "would be in float32 or in float64",
                op.span,
                help="make it a float32 on both paths: np.float32(...)",
            )

    def is_same_type(self, op: Op) -> bool:
        return op.kind == "cast" and op.result.type == op.operands[0].type

    def is_known(self, op: Op, used: list[Value]) -> bool:
        """Whether both paths give the same here."""
        if op.kind == "cast":
            return all(self.exact[value] for value in used)
        others = [value for value in op.operands if value not in self.exact]
        if op.kind in COMPARISONS and all(map(self.is_exact, others)) and len(used) == 1 and self.exact[used[0]]:
            return True
        return TABLE[op.kind].elementwise and any(map(self.is_float32, others))

    def is_exact(self, value: Value) -> bool:
        op = self.defs.get(value)
        return op is not None and op.kind == "const" and fits_float32(float(op.attrs["value"]))

    def is_float32(self, value: Value) -> bool:
        """Whether a value is a float32 in CPython, too: an array, or a NumPy scalar that was not made of a Python number."""
        op = self.defs.get(value)
        if isinstance(value.type, Array) or op is None:
            return True
        made = op.kind == "const" or (op.kind == "cast" and _is_python(op.operands[0]))
        return not made and not _is_python(value)


def _is_python(value: Value) -> bool:
    return isinstance(value.type, Scalar) and value.type.kind == "py"
