"""A number that is Python's on one path and NumPy's on the other: inside a `try`, where the difference would show, the program is refused.

The IR holds such a number as one of NumPy's.  The values of operations are the same, but where Python raises an exception that
the `try` would catch, NumPy goes on with NaN or infinity: another branch would be taken.
"""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from autodiff_compiler.diagnostics import Span, UnsupportedError
from autodiff_compiler.frontend.python_numbers import OPERATIONS, Operation, checked
from autodiff_compiler.frontend.values import Abs, Dyn
from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.loop import merges
from autodiff_compiler.ir.opset import opdef
from autodiff_compiler.ir.types import Array, Scalar, Type, is_py
from autodiff_compiler.ir.walk import all_ops


class MixedKinds:
    """Those met while a program is lowered."""

    def __init__(self) -> None:
        self._numbers: set[Value] = set()
        """Those that come from a join of paths, or from `max` and `min`."""
        self._judged: list[tuple[Span, tuple[Value, ...]]] = []
        """The operands of what is done inside a `try`, and raises for some numbers if they are Python's."""
        self._starts: set[Value] = set()
        """Python numbers where they become one of NumPy's."""
        self._operations: dict[Value, Operation] = {}
        """The results of Python's operators."""
        self._converted: set[Value] = set()
        """What NumPy's types and functions made of Python numbers: `np.float64(x)` is one of NumPy's on every path."""

    def add(self, number: Value) -> None:
        """A Python number that meets one of NumPy's, or what is either of them."""
        self._numbers.add(number)

    def start(self, number: Value) -> None:
        """A Python number, held as one of NumPy's because it is one on another path."""
        self._numbers.add(number)
        self._starts.add(number)

    def operated(self, operator: type[ast.AST], result: Abs) -> Abs:
        """The result of one of Python's operators."""
        operation = OPERATIONS.get(operator)
        if operation is not None and isinstance(result, Dyn):
            self._operations[result.value] = operation
        return result

    def called(self, name: str, made: Any) -> Any:
        """What a function made, which may be a builtin that leaves Python's numbers Python's."""
        if name == "abs" and isinstance(made, Value):
            self._operations[made] = abs
        elif name.startswith("np.") and isinstance(made, Value) and made not in self._numbers:
            self._converted.add(made)
        return made

    def checked(self, body: Region) -> Region:
        """The program with checks where Python's operators raise for a number that is Python's on some paths only."""
        return checked(body, self._starts, self._operations, self._converted) if self._operations else body

    def judge(self, op: Op) -> None:
        """Note an op that is about to be built inside a `try`."""
        row = opdef(op)
        if not row.elementwise or row.domain is None or any(isinstance(v.type, Array) for v in op.operands):
            return
        as_python = replace(
            op,
            operands=tuple(Value(_of_python(v.type)) for v in op.operands),
            results=tuple(Value(_of_python(v.type)) for v in op.results),
        )
        if row.overflows or any(row.domain(as_python)):
            self._judged.append((op.span, op.operands))

    def refuse(self, body: Region) -> None:
        """Raise `UnsupportedError` where it is not certain whether something raises."""
        if not self._judged:
            return
        mixed = self._all_mixed(body)
        for span, operands in self._judged:
            if not mixed.isdisjoint(operands):
                raise UnsupportedError(
                    "AD116",
                    "inside a `try`, an operation on a number that is Python's on one path and NumPy's on another: only Python's raises",
                    span,
                    help="convert the number before: float(...)",
                )

    def _all_mixed(self, body: Region) -> set[Value]:
        """What may be a Python number on some path, and one of NumPy's on another."""
        mixed = set(self._numbers)
        made = {v: op for op in all_ops(body) for v in op.results}
        for op in all_ops(body):
            if op.kind in _LISTS and any(_may_be_pythons(made.get(v)) for v in op.operands):
                mixed.update(op.results)
        size = -1
        while size != (size := len(mixed)):
            for op in all_ops(body):
                for values, sources in merges(op):
                    if not mixed.isdisjoint(sources):
                        mixed.update(values)
                if not op.regions and not mixed.isdisjoint(op.operands) and not opdef(op).converts:
                    mixed.update(v for v in op.results if not isinstance(v.type, Array))
        return mixed


_LISTS = ("list_new", "list_append", "list_set")


def _may_be_pythons(op: Op | None) -> bool:
    """Whether a number in a list may have been Python's and is one of NumPy's there, or the other way round."""
    if op is None or op.kind not in ("const", "cast"):
        return False
    pythons = is_py(op.result.type)
    return not pythons if op.kind == "const" else is_py(op.operands[0].type) != pythons


def _of_python(type_: Type) -> Type:
    return Scalar(type_.dtype, "py") if isinstance(type_, Scalar) else type_
