"""What each op without regions computes: one small function per op kind, on Python and NumPy objects.

The table `EVALUATORS` maps an op kind to `f(op, values, mutable)`, which gives the op's result (None for ops without
one).  With `mutable` the writing ops change operand 0 itself; without it they change a copy.  Elementwise ops have no
functions here: their rows of the op table say how they are computed.
"""

from __future__ import annotations

import builtins
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autodiff_compiler.diagnostics import InternalError
from autodiff_compiler.ir.core import Op
from autodiff_compiler.ir.message import Part, pattern
from autodiff_compiler.ir.opset import ARGUMENT, SMALL, TABLE
from autodiff_compiler.ir.path import Path, element
from autodiff_compiler.ir.types import FLOATS, INTS, Array, ListOf, Scalar, Type, dtype_of, numpy_dtype

Values = Sequence[Any]
PY_CLASSES = {"f64": float, "i64": int, "bool": bool}


class Undefined:
    """The value of `undef`: it may be moved about, and nothing may be computed from it."""

    def __repr__(self) -> str:
        return "undefined"


UNDEFINED = Undefined()

# Ops that only move a value: they accept one that is undefined.
MOVERS = ("copy", "boundary")


def has_type(value: Any, type_: Type) -> bool:
    """Whether a Python object is exactly what an IR value of this type is."""
    if isinstance(type_, Scalar):
        wanted = PY_CLASSES[type_.dtype] if type_.kind == "py" else numpy_dtype(type_.dtype).type
        return type(value) is wanted
    if isinstance(type_, Array):
        return isinstance(value, np.ndarray) and value.dtype == numpy_dtype(type_.dtype) and value.ndim == type_.rank
    return isinstance(value, list) if isinstance(type_, ListOf) else True


def scalar(value: Any, type_: Scalar) -> Any:
    """A number as an object of exactly this scalar type."""
    if type_.kind == "py":
        return PY_CLASSES[type_.dtype](value)
    return numpy_dtype(type_.dtype).type(value)


def evaluate(op: Op, values: Values, *, mutable: bool = False) -> Any:
    """The result of an op without regions; its operands are `values`.

    Raises what Python or NumPy raise for these operands, and `InternalError` where an operand is undefined or the
    result is not of the type that the op declares.
    """
    if op.kind == "dim" and values[0] is UNDEFINED:
        return 0  # asked for on the way to where nothing of the array is needed
    if op.kind == "cast" and values[0] is UNDEFINED:
        return UNDEFINED  # where paths meet, also what is bound on one of them alone gets the type of both
    if any(value is UNDEFINED for value in values) and op.kind not in MOVERS:
        raise InternalError("AD903", f"{op.kind} computes with an undefined value", op.span)
    if TABLE[op.kind].elementwise:
        result = _elementwise(op, values)
    else:
        result = EVALUATORS[op.kind](op, values, mutable)
    for declared in op.results:
        if result is not UNDEFINED and not has_type(result, declared.type):
            raise InternalError("AD903", f"{op.kind} gave {_describe(result)}, declared {declared.type}", op.span)
    return result


def _describe(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of dtype {value.dtype} and rank {value.ndim}"
    return f"a {type(value).__name__}"


# -- elementwise -------------------------------------------------------------------------------------------------------


def _elementwise(op: Op, values: Values) -> Any:
    row = TABLE[op.kind]
    types = [operand.type for operand in op.operands]
    if op.kind == "cast":
        return _cast(op, values[0])
    if all(isinstance(t, Scalar) and t.kind == "py" for t in types):
        assert row.py_eval is not None
        result = row.py_eval(*values)
        if op.kind == "pow" and type(result) is not type(values[0]):
            # CPython leaves the type here: a complex number, or a float out of two ints.
            wanted = "an int" if isinstance(values[0], int) else "real"
            raise ValueError(f"{values[0]!r} ** {values[1]!r} is not {wanted}")
        return result
    assert row.np_eval is not None
    return row.np_eval(*(_strong(value, type_) for value, type_ in zip(values, types)))


def _strong(value: Any, type_: Type) -> Any:
    """A Python number as the NumPy scalar of its dtype, so that no promotion takes place."""
    return numpy_dtype(type_.dtype).type(value) if isinstance(type_, Scalar) else value


def _cast(op: Op, value: Any) -> Any:
    target = op.results[0].type
    if isinstance(target, Scalar) and target.kind == "py":
        return PY_CLASSES[target.dtype](value)
    return np.asarray(value, numpy_dtype(dtype_of(op.operands[0].type))).astype(numpy_dtype(dtype_of(target)))[()]


# -- constants, shapes, construction -----------------------------------------------------------------------------------


def _const(op: Op, values: Values, mutable: bool) -> Any:
    type_ = op.results[0].type
    return scalar(op.attrs["value"], type_) if isinstance(type_, Scalar) else op.attrs["value"]


def _full(op: Op, values: Values, mutable: bool) -> Any:
    *dims, fill = values
    return np.full(tuple(dims), fill, numpy_dtype(dtype_of(op.results[0].type)))


def _empty(op: Op, values: Values, mutable: bool) -> Any:
    """Filled with what shows when somebody reads it before writing."""
    dtype = op.attrs["dtype"]
    poison = np.nan if dtype in FLOATS else np.iinfo(numpy_dtype(dtype)).max if dtype in INTS else True
    return np.full(tuple(values), poison, numpy_dtype(dtype))


def _copy(op: Op, values: Values, mutable: bool) -> Any:
    (value,) = values
    if isinstance(value, list):
        return [np.array(item) if isinstance(item, np.ndarray) else item for item in value]
    return value if value is UNDEFINED else np.array(value)


# -- paths -------------------------------------------------------------------------------------------------------------


def follow(array: np.ndarray, path: Path, operands: Values) -> Any:
    """What a path reaches: a view wherever NumPy gives one, a NumPy scalar for a single element."""
    return path.follow(array, operands, operator.getitem, np.transpose, np.reshape)[()]


def _load(op: Op, values: Values, mutable: bool) -> Any:
    return follow(values[0], op.attrs["path"], values[1:])


def _write(op: Op, values: Values, mutable: bool) -> np.ndarray:
    """`store` and `accum`.  The path is applied to the numbers of the elements, not to the elements: so it does not
    matter which of its steps are views."""
    array, *operands, value = values
    target = array if mutable else np.array(array)
    if not target.flags.writeable:
        raise InternalError("AD903", f"{op.kind} into a read-only array", op.span)
    path = op.attrs["path"]
    if path == element(array.ndim):
        where: Any = tuple(operands)
    else:
        where = np.unravel_index(follow(np.arange(array.size).reshape(array.shape), path, operands), array.shape)
    source = np.array(value, array.dtype)  # a copy: the value may be a view of the target
    if op.kind == "store":
        target[where] = source
    else:
        np.add.at(target, where, source)
    return target


# -- reductions, products, rearrangement -------------------------------------------------------------------------------


def _sum(op: Op, values: Values, mutable: bool) -> Any:
    """`sum` and `prod`, in the dtype of the array (NumPy would widen small integers)."""
    return getattr(np, op.kind)(values[0], axis=op.attrs["axes"], dtype=values[0].dtype)


def _reduce(op: Op, values: Values, mutable: bool) -> Any:
    return getattr(np, op.kind)(values[0], axis=op.attrs["axes"])


def _arg(op: Op, values: Values, mutable: bool) -> Any:
    return getattr(np, op.kind)(values[0], axis=op.attrs["axis"])


def _unbroadcast(op: Op, values: Values, mutable: bool) -> Any:
    array = np.asarray(values[0], numpy_dtype(dtype_of(op.operands[0].type)))
    shape = tuple(values[1:])
    if array.shape == shape:
        return array[()]
    added = array.ndim - len(shape)
    stretched = [added + axis for axis, extent in enumerate(shape) if extent != array.shape[added + axis]]
    if added < 0 or any(shape[axis - added] != 1 for axis in stretched):
        raise InternalError("AD903", f"unbroadcast of shape {array.shape} to {shape}", op.span)
    return np.sum(array, axis=(*range(added), *stretched), dtype=array.dtype).reshape(shape)[()]


# -- lists -------------------------------------------------------------------------------------------------------------


def _list_append(op: Op, values: Values, mutable: bool) -> Any:
    target = values[0] if mutable else list(values[0])
    target.append(values[1])
    return target


def _list_set(op: Op, values: Values, mutable: bool) -> Any:
    target = values[0] if mutable else list(values[0])
    target[values[1]] = values[2]
    return target


def _list_accum(op: Op, values: Values, mutable: bool) -> Any:
    """An element that is an array is added to in place, as `elements[i] += value` does."""
    list_, index, value = values
    if mutable:
        list_[index] += value
        return list_
    return _list_set(op, (list_, index, list_[index] + value), mutable)


def _list_zeros(op: Op, values: Values, mutable: bool) -> Any:
    list_type = op.results[0].type
    assert isinstance(list_type, ListOf)
    element = list_type.element
    if isinstance(element, Array):
        return [np.zeros(item.shape, item.dtype) for item in values[0]]
    return [scalar(0, element) for _ in values[0]]


# -- checks ------------------------------------------------------------------------------------------------------------


def message(parts: str | Sequence[Part], values: Values) -> str:
    """The text of a message."""
    return parts if isinstance(parts, str) else pattern(parts).format(*values)


def _check_index(op: Op, values: Values, mutable: bool) -> None:
    indices, extent = np.asarray(values[0]), int(values[1])
    below = False if op.attrs.get("upper") else indices < -extent
    for index in indices[below | (indices >= extent)].flat:
        raise IndexError(f"index {index} is out of bounds for axis with size {extent}")


def _error(op: Op) -> type[Exception]:
    """What the check of a shape raises."""
    return getattr(builtins, op.attrs.get("error", "ValueError"))


def _check_broadcast(op: Op, values: Values, mutable: bool) -> None:
    if values[0] != values[1] and 1 not in values:
        raise _error(op)(f"operands could not be broadcast together: extents {values[0]} and {values[1]}")


def _check_fits(op: Op, values: Values, mutable: bool) -> None:
    if values[0] not in (1, values[1]):
        raise _error(op)(f"could not broadcast an extent of {values[0]} into one of {values[1]}")


def _check_equal(op: Op, values: Values, mutable: bool) -> None:
    if values[0] != values[1]:
        raise _error(op)(message(op.attrs["message"], values))


def _check_nonempty(op: Op, values: Values, mutable: bool) -> None:
    if 0 in values:
        raise _error(op)("an array without elements has no largest or smallest one")


def _check_width(op: Op, values: Values, mutable: bool) -> None:
    kind, limit = op.attrs["of"], 2**63
    if kind == ARGUMENT:
        result, limit = values[0], SMALL
    elif kind == "for":
        result = values[1] - values[0]
    elif kind == "cast":
        result = int(values[0])
    else:
        compute = TABLE[kind].py_eval
        assert compute is not None
        result = compute(*values)
    if not -limit <= result < limit:
        raise OverflowError(f"{kind} gives an integer of more than 64 bits")


EVALUATORS: dict[str, Callable[[Op, Values, bool], Any]] = {
    "const": _const,
    "undef": lambda op, values, mutable: UNDEFINED,
    "dim": lambda op, values, mutable: values[0].shape[op.attrs["axis"]],
    "full": _full,
    "empty": _empty,
    "arange": lambda op, values, mutable: np.arange(values[0], dtype=np.int64),
    "load": _load,
    "store": _write,
    "accum": _write,
    "copy": _copy,
    "sum": _sum,
    "prod": _sum,
    "max": _reduce,
    "min": _reduce,
    "any": _reduce,
    "all": _reduce,
    "argmax": _arg,
    "argmin": _arg,
    "argsort": lambda op, values, mutable: np.argsort(values[0], axis=op.attrs.get("axis", -1), kind="stable"),
    "cumsum": lambda op, values, mutable: np.cumsum(values[0], axis=op.attrs["axis"], dtype=values[0].dtype),
    "matmul": lambda op, values, mutable: np.matmul(values[0], values[1]),
    "transpose": lambda op, values, mutable: np.transpose(values[0], op.attrs["perm"]),
    "reshape": lambda op, values, mutable: np.reshape(values[0], tuple(values[1:]))[()],
    "broadcast_to": lambda op, values, mutable: np.broadcast_to(
        np.asarray(values[0], numpy_dtype(dtype_of(op.results[0].type))), tuple(values[1:])
    )[()],
    "unbroadcast": _unbroadcast,
    "concat": lambda op, values, mutable: np.concatenate(values, axis=op.attrs["axis"]),
    "list_new": lambda op, values, mutable: list(values),
    "list_append": _list_append,
    "list_set": _list_set,
    "list_accum": _list_accum,
    "list_get": lambda op, values, mutable: values[0][values[1]],
    "list_len": lambda op, values, mutable: len(values[0]),
    "list_zeros": _list_zeros,
    "check_index": _check_index,
    "check_broadcast": _check_broadcast,
    "check_fits": _check_fits,
    "check_equal": _check_equal,
    "check_nonempty": _check_nonempty,
    "check_width": _check_width,
    "boundary": lambda op, values, mutable: None,
}
