"""Which conversions between Python's and NumPy's scalars the Python target need not print.

`np.float64(0.0)` as the start of a sum of array elements may as well be `0.0`, and `float(x_saved[i])` in the reverse
sweep `x_saved[i]`, as long as nothing can tell the difference. What can: a division or power (Python raises where
NumPy gives inf), `return`, `print`, a cast that promotion would perform, `~`.  A conversion is left out if its value,
and everything that takes its kind from it, only meets ops that cannot.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from autodiff_compiler.backends.nesting import Nesting
from autodiff_compiler.diagnostics import ADJOINT
from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.dtype import BOOLEAN, FLOAT64
from autodiff_compiler.ir.loop import Loop, is_loop
from autodiff_compiler.ir.opdef import FOLLOWED, IGNORED, JUDGED, RETURNED
from autodiff_compiler.ir.opset import TABLE, is_constant, writes_path
from autodiff_compiler.ir.types import ListOf, Scalar, dtype_of, is_py


class Effect(Enum):
    """The effect on an op if an operand has the other kind."""

    NOTHING = auto()
    PASSED_ON = auto()
    SEEN = auto()


@dataclass(frozen=True)
class Conversions:
    """`unprinted`: the constants and casts whose conversion to or from NumPy's kind may be left out.  `weakened`: the values that may be
    Python's floats then, and are NumPy's in the IR."""

    unprinted: frozenset[Value]
    weakened: frozenset[Value]


def conversions(nesting: Nesting) -> Conversions:
    weakened, strengthened = _Weakened(nesting), _Strengthened(nesting)
    unprinted = weakened.solve() | strengthened.solve()
    return Conversions(unprinted, frozenset(weakened.changed))


class _Analysis:
    """Follows the values that would change their kind, and drops the candidates whose change would be visible."""

    def __init__(self, nesting: Nesting) -> None:
        self.nesting = nesting
        self.ops = list(nesting.live_ops(nesting.function.body))
        self.changed: dict[Value, frozenset[Value]] = {}
        """The values whose kind differs from what the IR says, and the candidates that cause it."""
        # The condition of a `while` passes nothing on.
        self.owner: dict[Op, Op] = {
            region.terminator: op
            for op in self.ops
            for region in op.regions
            if region is op.regions[-1] or op.kind == "if"
        }

    def is_candidate(self, op: Op) -> bool:
        raise NotImplementedError

    def effect(self, op: Op, operand: Value) -> Effect:
        raise NotImplementedError

    def solve(self) -> frozenset[Value]:
        candidates = {op.result for op in self.ops if len(op.results) == 1 and self.is_candidate(op)}
        while seen := self._seen(candidates):
            candidates -= seen
        return frozenset(candidates)

    def _seen(self, candidates: set[Value]) -> set[Value]:
        self.changed = {value: frozenset((value,)) for value in candidates}
        seen: set[Value] = set()
        size = -1
        while size != (size := sum(map(len, self.changed.values()))):
            for op in self.ops:
                for operand in dict.fromkeys(op.operands):
                    if operand in self.changed:
                        seen |= self._meet(op, operand)
        return seen

    def _meet(self, op: Op, operand: Value) -> frozenset[Value]:
        """Passes a change on; returns the candidates whose change the op makes visible."""
        origins = self.changed[operand]
        targets = self._handed_on(op, operand)
        if targets is None:
            effect = self.effect(op, operand)
            if effect is Effect.SEEN:
                return origins
            targets = list(op.results) if effect is Effect.PASSED_ON else []
        for target in targets:
            self.changed[target] = self.changed.get(target, frozenset()) | origins
        return frozenset()

    def _handed_on(self, op: Op, operand: Value) -> list[Value] | None:
        """The values that are the operand under another name; None where the op does something else with it."""
        if is_loop(op):
            return [v for slot in Loop(op).slots if slot.init is operand for v in slot.defined]
        if op in self.owner:
            owner = self.owner[op]
            if owner.kind == "if":
                return [r for r, v in zip(owner.results, op.operands) if v is operand]
            if operand is not Loop(owner).exit_yield:
                return [v for slot in Loop(owner).slots if slot.yielded is operand for v in slot.defined]
        row = TABLE[op.kind]
        if isinstance(op.operands[0].type, ListOf):
            if row.writes and not row.adds and operand in (op.operands[0], op.operands[-1]):
                return [*op.results, op.operands[0]]
            if row.reads and operand is op.operands[0]:
                return list(op.results)
            if row.asks_length:
                return []
        return None


class _Weakened(_Analysis):
    """Strong float64 constants, and casts of Python floats to strong ones, printed as Python floats."""

    def is_candidate(self, op: Op) -> bool:
        if is_constant(op):
            return op.result.type == Scalar(FLOAT64)
        strong = TABLE[op.kind].converts and op.result.type == Scalar(FLOAT64)
        return strong and op.operands[0].type == Scalar(FLOAT64, "py")

    def effect(self, op: Op, operand: Value) -> Effect:
        row = TABLE[op.kind]
        strong = any(self._surely_strong(v) for v in op.operands if v is not operand)
        if row.kinds in (FOLLOWED, JUDGED) or row.compares:
            if strong and not row.chooses:
                return Effect.NOTHING
            return Effect.PASSED_ON if row.kinds == FOLLOWED else Effect.SEEN
        if writes_path(op) or row.spreads is not None or (row.elementwise and _is_float64(op.result)):
            # Written into an array, or given to a function of NumPy, or to `float`.
            return Effect.NOTHING
        return Effect.SEEN

    def _surely_strong(self, value: Value) -> bool:
        op = self.nesting.defs.get(value)
        if not isinstance(value.type, Scalar):
            # Casting an array from another dtype is left to promotion by what the array is combined with.
            return op is None or not TABLE[op.kind].converts
        if is_py(value.type) or value in self.changed:
            return False
        return op is None or not (is_constant(op) or TABLE[op.kind].converts)


class _Strengthened(_Analysis):
    """Casts of NumPy's scalars to Python's in the reverse sweep, and in arguments of `math`, left out."""

    def is_candidate(self, op: Op) -> bool:
        to, source = op.results[0].type, op.operands[0].type if op.operands else None
        return (
            TABLE[op.kind].converts and isinstance(to, Scalar) and isinstance(source, Scalar)
            and is_py(to) and not is_py(source) and to.dtype == source.dtype
        )  # fmt: skip

    def effect(self, op: Op, operand: Value) -> Effect:
        row = TABLE[op.kind]
        if writes_path(op) or row.kinds == IGNORED:
            return Effect.NOTHING
        if op.kind in ("if", "not") and operand.type == Scalar(BOOLEAN, "py"):
            return Effect.NOTHING if op.kind == "if" else Effect.PASSED_ON
        if row.chooses and operand is op.operands[0]:
            return Effect.NOTHING
        if row.converts:
            same = isinstance(op.result.type, Scalar) and op.result.type.dtype == dtype_of(operand.type)
            return Effect.NOTHING if same else Effect.SEEN
        if row.compares:
            tests = all(user.kind == "if" for user in self.nesting.users.get(op.result, ()))
            return Effect.NOTHING if tests else Effect.SEEN
        if not isinstance(operand.type, Scalar):
            return Effect.SEEN  # a list that holds the number leaves the function
        return self._in_arithmetic(op, integer=operand.type.dtype.is_integer)

    def _in_arithmetic(self, op: Op, *, integer: bool) -> Effect:
        row = TABLE[op.kind]
        if row.kinds == FOLLOWED or (row.kinds in (JUDGED, RETURNED) and not integer):
            return Effect.PASSED_ON if op.span.phase == ADJOINT else Effect.SEEN
        if row.elementwise and _is_float64(op.result) and row.kinds != JUDGED and not integer:
            return Effect.NOTHING
        return Effect.SEEN


def _is_float64(value: Value) -> bool:
    return getattr(value.type, "dtype", None) is FLOAT64
