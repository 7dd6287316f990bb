"""Which operands can be printed without their cast, because NEP 50 promotion performs it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.dtype import DType
from autodiff_compiler.ir.types import FLOAT, INT, Scalar, Type, dtype_of, is_py, promote

Definition = Callable[[Value, str], Op | None]


def loosened(operands: Sequence[Value], definition: Definition) -> list[tuple[object, bool]]:
    """For each operand what to print: (value, False), or (a Python number, True) for a literal.

    The arithmetic stays the same: the operands still promote to the dtype they had, and are not all Python scalars
    unless they were before.
    """
    types: list[Type] = [v.type for v in operands]
    shown: list[tuple[object, bool]] = [(v, False) for v in operands]
    dtype = dtype_of(types[0])
    weak = _all_weak(types)
    if len(types) == 1:
        return [_of_python(operands[0], definition)]
    for i, value in enumerate(operands):
        choice = _alternative(value, definition)
        if choice is None:
            continue
        type_, item = choice
        tried = [*types[:i], type_, *types[i + 1 :]]
        if _promoted(tried) == dtype and _all_weak(tried) == weak:
            types, shown[i] = tried, item
    return shown


def _promoted(types: Sequence[Type]) -> DType | None:
    try:
        return promote(*types)
    except TypeError:
        return None


def _all_weak(types: Sequence[Type]) -> bool:
    return is_py(*types)


def _of_python(value: Value, definition: Definition) -> tuple[object, bool]:
    """The operand of a `math` function: it takes Python ints as they are."""
    cast = definition(value, "cast")
    if cast is not None and cast.operands[0].type == INT and value.type == FLOAT:
        return cast.operands[0], False
    return value, False


def _alternative(value: Value, definition: Definition) -> tuple[Type, tuple[object, bool]] | None:
    constant = definition(value, "const")
    if constant is not None and isinstance(value.type, Scalar):
        if is_py(value.type):
            return None
        type_ = Scalar(value.type.dtype.python, "py")
        return type_, (constant.attrs["value"], True)
    cast = definition(value, "cast")
    if cast is None:
        return None
    source = cast.operands[0]
    # Python compares and adds a bool as an int; a narrowing cast is never NumPy's own.
    return source.type, (source, False)
