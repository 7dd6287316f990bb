"""What type rules ask of operands; they raise `TypeError`."""

from __future__ import annotations

from autodiff_compiler.ir.dtype import FLOAT64
from autodiff_compiler.ir.types import Array, ListOf, Scalar, Type


def array(type_: Type) -> Array:
    if not isinstance(type_, Array):
        raise TypeError(f"an array is needed, not {type_}")
    return type_


def matrix(type_: Type) -> Array:
    """One matrix or a stack of them, in double precision."""
    found = array(type_)
    if found.rank < 2 or found.dtype is not FLOAT64:
        raise TypeError(f"matrices in double precision are needed, not {type_}")
    return found


def list_of(type_: Type) -> ListOf:
    if not isinstance(type_, ListOf):
        raise TypeError(f"a list is needed, not {type_}")
    return type_


def integers(types: tuple[Type, ...]) -> None:
    for type_ in types:
        if not (isinstance(type_, Scalar) and type_.dtype.is_integer):
            raise TypeError(f"an integer is needed, not {type_}")
