"""What NumPy's functions do with memory: the order in which a new array's elements lie, and which results are arrays
without dimensions.

A function that is in none of these tables gives an array of two dimensions or more in an order that is not known.  An
order is promised for what `tests/library` has found with arguments in all orders, and for nothing else.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np

KEEPS = "keeps"
"""As NumPy's iterator chooses (order "K"): the order that the operands have in common."""
FOLLOWS = "follows"
"""In C order, if all operands are."""
ALWAYS = "always"
"""In C order, whatever the operands are."""
COPIES = "copies"
"""In C order, with the shape of the operand."""

_KEEPS = (abs, np.where, np.clip, np.around, np.round, np.nan_to_num, np.isclose)
_KEEPS_METHODS = ("clip", "round", "astype")
_ONE_OPERAND = (np.copy, np.array, np.empty_like, np.zeros_like, np.ones_like, np.full_like)
_ALWAYS = (
    *(np.zeros, np.ones, np.empty, np.full, np.ndarray, np.eye, np.identity, np.tri, np.meshgrid),
    *(np.arange, np.convolve, np.outer, np.repeat, np.take),
    *(np.dot, np.inner, np.matmul, np.linalg.multi_dot),
)
_ALWAYS_METHODS = ("flatten", "repeat", "take", "dot")
_FOLLOWS = (
    *(np.sum, np.prod, np.mean, np.max, np.min, np.amax, np.amin, np.any, np.all, np.var, np.std, np.ptp),
    *(np.average, np.nansum, np.nanmean, np.count_nonzero, np.argmax, np.argmin, np.linalg.norm, np.trapezoid),
    *(np.cumsum, np.cumprod, np.diff, np.sort, np.argsort, np.roll, np.pad, np.tile, np.tril, np.triu),
    *(np.concatenate, np.stack, np.hstack, np.vstack, np.column_stack, np.append, np.kron),
    *(np.select, np.tensordot),
)
_FOLLOWS_METHODS = (
    *("sum", "prod", "mean", "max", "min", "any", "all", "var", "std", "argmax", "argmin", "argsort"),
    *("cumsum", "cumprod"),
)

_ORDERS: dict[Any, str] = {
    **dict.fromkeys((*_KEEPS, *_KEEPS_METHODS, *_ONE_OPERAND), KEEPS),
    **dict.fromkeys((*_ALWAYS, *_ALWAYS_METHODS), ALWAYS),
    "copy": COPIES,
    **dict.fromkeys((*_FOLLOWS, *_FOLLOWS_METHODS), FOLLOWS),
}

_ASKED: dict[Any, int] = {
    **dict.fromkeys((np.zeros, np.ones, np.empty, np.zeros_like, np.ones_like, np.empty_like, "astype"), 2),
    np.full: 3,
    np.full_like: 3,
    np.copy: 1,
    "copy": 1,
}
"""Functions and methods that make an array in the order that is asked for, and the position of `order` among the arguments."""

_WITHOUT_DIMENSIONS = (
    *(np.array, np.asarray, np.asanyarray, np.real_if_close, np.copy, np.zeros, np.ones, np.empty, np.full, np.ndarray),
    *(np.zeros_like, np.ones_like, np.empty_like, np.full_like, np.where, np.select, np.tensordot),
)
"""Functions that give an array where the result has no dimensions; all others give a number."""

_AS_GIVEN = (np.squeeze, np.transpose, np.reshape)
"""Functions that make an array of a Python number, but give a NumPy scalar back as one."""

_LIKE_THEIR_ARRAY = ("copy", "astype", "reshape", "squeeze", "transpose", "conj", "conjugate")
"""Methods that give an array without dimensions for one, and a number for a number."""


def order_of_result(function: Any) -> str | None:
    """KEEPS, FOLLOWS, ALWAYS, COPIES, or None where nothing is known; `function` is the object, or the name of a method."""
    if isinstance(function, np.ufunc) and function.signature is None:
        return KEEPS
    try:
        return _ORDERS.get(function)
    except TypeError:  # an object without a hash
        return None


def asked_order(function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """The argument `order` of a function that makes an array; None where there is none."""
    place = _ASKED.get(function) if isinstance(function, Hashable) else None
    return args[place] if place is not None and len(args) > place else kwargs.get("order")


def first_alone(function: Any) -> bool:
    """Whether the first argument alone decides the order: the others give values, or a shape."""
    return function in _ONE_OPERAND


def gives_array(function: Any, first: str, *, optimized: bool = False) -> bool | None:
    """Whether a result without dimensions is an array; None where it is not known, or may not be written.

    `first` says what the first argument is: "array" for one without dimensions, "numpy" for a scalar of NumPy's, "" for
    anything else; `optimized`, whether `optimize=` was given.
    """
    if isinstance(function, str):
        return function in _LIKE_THEIR_ARRAY and first == "array"
    if function in (np.broadcast_to, np.broadcast_arrays) or (function is np.einsum and optimized):
        return None
    if function in _AS_GIVEN:
        return first != "numpy"
    return function in _WITHOUT_DIMENSIONS
