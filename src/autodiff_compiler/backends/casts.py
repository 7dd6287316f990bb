"""Which conversions need not be printed, and why: decided only here, for every backend.

the kind         nothing can tell Python's number from NumPy's (`scalar_conversions.py`), or the backend has one kind only
promotion        an operator, or a function of NumPy, casts its operands to the same dtype by itself (NEP 50)
assignment       an array casts what is written into it
`math`           its functions take ints as they are
truth            only the truth of a number is asked for
comparison       integers of any dtype compare alike
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from autodiff_compiler.backends.nesting import Nesting
from autodiff_compiler.backends.scalar_conversions import Conversions, conversions
from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.dtype import DType
from autodiff_compiler.ir.opset import opdef
from autodiff_compiler.ir.types import FLOAT, INT, Scalar, Type, dtype_of, is_py, promote


@dataclass(frozen=True)
class Literal:
    """A number that is written without its type."""

    number: object


Shown = Value | Literal
"""What is written in place of an operand."""


class Casts:
    """Answers for one function."""

    def __init__(self, nesting: Nesting, one_kind: bool) -> None:
        self.nesting = nesting
        self.one_kind = one_kind

    def is_unprinted(self, op: Op) -> bool:
        """Whether a constant or a cast is written as the plain number, or as its operand: for its kind."""
        if self.one_kind:
            to = op.result.type
            return opdef(op).converts and isinstance(to, Scalar) and dtype_of(op.operands[0].type) == to.dtype
        return op.result in self._conversions.unprinted

    @cached_property
    def _conversions(self) -> Conversions:
        return conversions(self.nesting)

    def _printed_type(self, value: Value) -> Type:
        """Of a value, or of the number of Python's that may stand for it."""
        if self.one_kind or value not in self._conversions.weakened or not isinstance(value.type, Scalar):
            return value.type
        return Scalar(value.type.dtype.python, "py")

    def promoted(self, operands: Sequence[Value]) -> Sequence[Shown]:
        """The operands of an operator or of a function: for promotion, for `math`."""
        shown = self._loosened(operands)
        values = [*operands, *(one for one in shown if isinstance(one, Value))]
        if self.one_kind and not all(dtype_of(v.type).is_python for v in values):
            # With a narrower dtype beside it, the result would become one of 64 bits.
            return operands
        return shown

    def chosen(self, op: Op) -> Sequence[Shown]:
        """The values that `np.where` chooses from: for promotion, also of two numbers, to a dtype of 64 bits."""
        values = op.operands[1:]
        constants = [one for v in values if (one := self.nesting.definition(v, "const")) is not None]
        if len(constants) == len(values) and dtype_of(op.result.type).is_python:
            return [Literal(one.attrs["value"]) for one in constants]
        return self.promoted(values)

    def stored(self, value: Value) -> Shown:
        """A value that is assigned into an array."""
        if self.one_kind:
            return value
        constant = self.nesting.definition(value, "const")
        if constant is not None:
            number = constant.attrs["value"]
            return Literal(number.real if isinstance(number, complex) and _is_positive_real(number) else number)
        cast = self.nesting.definition(value, "cast")
        if cast is not None and isinstance(value.type, Scalar) and value.type.dtype.inexact:
            return cast.operands[0]
        return value

    def added(self, value: Value, array: Value) -> Shown:
        """A value that is added in place: for promotion and assignment."""
        return self._loosened((value, array))[0]

    def of_truth(self, value: Value) -> Value:
        cast = self.nesting.definition(value, "cast")
        while cast is not None and dtype_of(cast.operands[0].type).is_bool:
            value = cast.operands[0]
            cast = self.nesting.definition(value, "cast")
        return value

    def compared(self, index: Value) -> Value:
        """An integer that is compared with another one."""
        cast = self.nesting.definition(index, "cast")
        return index if cast is None else cast.operands[0]

    # -- promotion -------------------------------------------------------------------------------------------------

    def _loosened(self, operands: Sequence[Value]) -> list[Shown]:
        """What to print for each operand.

        The arithmetic stays the same: the operands still promote to the dtype they had, and are not all Python scalars
        unless they were before.
        """
        if len(operands) == 1:
            return [self._of_python(operands[0])]
        types = [self._printed_type(v) for v in operands]
        shown: list[Shown] = list(operands)
        dtype, weak = dtype_of(types[0]), is_py(*types)
        for i, value in enumerate(operands):
            choice = self._alternative(value)
            if choice is None:
                continue
            type_, item = choice
            tried = [*types[:i], type_, *types[i + 1 :]]
            if _promoted(tried) == dtype and is_py(*tried) == weak:
                types, shown[i] = tried, item
        return shown

    def _of_python(self, value: Value) -> Value:
        """The operand of a `math` function: it takes Python ints as they are."""
        cast = self.nesting.definition(value, "cast")
        if cast is not None and cast.operands[0].type == INT and value.type == FLOAT:
            return cast.operands[0]
        return value

    def _alternative(self, value: Value) -> tuple[Type, Shown] | None:
        constant = self.nesting.definition(value, "const")
        if constant is not None and isinstance(value.type, Scalar):
            number = constant.attrs["value"]
            if isinstance(number, complex) and _is_positive_real(number):
                return FLOAT, Literal(number.real)
            if is_py(value.type):
                return None
            return Scalar(value.type.dtype.python, "py"), Literal(number)
        cast = self.nesting.definition(value, "cast")
        if cast is None:
            return None
        # Python compares and adds a bool as an int; a narrowing cast is never NumPy's own.
        source = cast.operands[0]
        return source.type, source


def _is_positive_real(number: complex) -> bool:
    """Whether Python and NumPy make the number of a real one: its imaginary part is 0.0, not -0.0."""
    return number.imag == 0.0 and math.copysign(1.0, number.imag) > 0


def _promoted(types: Sequence[Type]) -> DType | None:
    try:
        return promote(*types)
    except TypeError:
        return None
