"""The ops on whole arrays, on lists, and those that steer: constants, checks, control.

Reductions take `axes` (a sorted tuple of all axes reduced, never None) and drop them; `keepdims` is a `load` with
new axes on top.  Extents (`dim`) are Python ints.
"""

from __future__ import annotations

import numpy as np

from autodiff_compiler.ir.opdef import CALLEE, CHECK, CONTROL, DEAR, FREE, INDEX, IO, NEVER, SHAPE, VALUE, Attrs, OpDef, Reasons
from autodiff_compiler.ir.path import element_type, path_operands
from autodiff_compiler.ir.types import INT, INTS, Array, ListOf, Scalar, Type, dtype_of, like, rank


def _array(type_: Type) -> Array:
    if not isinstance(type_, Array):
        raise TypeError(f"an array is needed, not {type_}")
    return type_


def _list(type_: Type) -> ListOf:
    if not isinstance(type_, ListOf):
        raise TypeError(f"a list is needed, not {type_}")
    return type_


def _ints(types: tuple[Type, ...]) -> None:
    for type_ in types:
        if not (isinstance(type_, Scalar) and type_.dtype in INTS):
            raise TypeError(f"an integer is needed, not {type_}")


def _const(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    return (attrs["type"],)


def _dim(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    if not 0 <= attrs["axis"] < _array(operands[0]).rank:
        raise TypeError(f"axis {attrs['axis']} of {operands[0]}")
    return (INT,)


def _full(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    *dims, fill = operands
    _ints(tuple(dims))
    return (Array(dtype_of(fill), len(dims)),)


def _empty(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    _ints(operands)
    return (Array(attrs["dtype"], len(operands)),)


def _arange(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    _ints(operands)
    return (Array("i64", 1),)


def _check_path(array: Type, attrs: Attrs, operands: tuple[Type, ...]) -> Type:
    if len(operands) != path_operands(attrs["path"]):
        raise TypeError(f"the path {attrs['path']} needs {path_operands(attrs['path'])} operands, got {len(operands)}")
    try:
        return element_type(_array(array), attrs["path"], operands)
    except ValueError as error:
        raise TypeError(str(error)) from error


def _load(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    return (_check_path(operands[0], attrs, operands[1:]),)


def _store(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    array, *path, value = operands
    target = _check_path(array, attrs, tuple(path))
    if dtype_of(value) != dtype_of(array):
        raise TypeError(f"a value of {value} into {array}")
    if rank(value) > rank(target):
        raise TypeError(f"a value of rank {rank(value)} into a place of rank {rank(target)}")
    return (array,)


def _same(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    return (_array(operands[0]),)


def _copied(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    """Of an array or a list; the copy of a list has elements of its own."""
    return (operands[0] if isinstance(operands[0], ListOf) else _array(operands[0]),)


def _reduced(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    array = _array(operands[0])
    axes = attrs["axes"]
    if sorted(set(axes)) != list(axes) or not all(0 <= axis < array.rank for axis in axes):
        raise TypeError(f"axes {axes} of {array}")
    return (like(array, array.rank - len(axes)),)


def _all_any(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    (reduced,) = _reduced(operands, attrs)
    if dtype_of(reduced) != "bool":
        raise TypeError(f"a boolean array is needed, not {operands[0]}")
    return (reduced,)


def _arg(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    """attrs: `axis`."""
    array = _array(operands[0])
    return (like(Array("i64", 1), array.rank - 1),)


def _argsort(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    return (Array("i64", _array(operands[0]).rank),)


def _matmul(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    a, b = _array(operands[0]), _array(operands[1])
    if a.dtype != b.dtype:
        raise TypeError(f"operands of different dtypes: {a}, {b}")
    if a.rank == 1 or b.rank == 1:
        return (like(a, max(a.rank, b.rank) - 1),)
    return (Array(a.dtype, max(a.rank, b.rank)),)


def _transpose(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    array = _array(operands[0])
    if sorted(attrs["perm"]) != list(range(array.rank)):
        raise TypeError(f"{attrs['perm']} is not a permutation of the axes of {array}")
    return (array,)


def _shaped(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    """Operand 0 (an array or, for broadcast_to, a scalar) and the new extents."""
    _ints(operands[1:])
    return (like(operands[0], len(operands) - 1),)


def _concat(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    if len(set(operands)) != 1:
        raise TypeError(f"arrays of different types: {', '.join(map(str, operands))}")
    return (_array(operands[0]),)


def _list_append(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    """(list, element)."""
    list_, element = operands
    if _list(list_).element != element:
        raise TypeError(f"{element} into {list_}")
    return (list_,)


def _list_set(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    """(list, index, element)."""
    _ints(operands[1:2])
    return _list_append((operands[0], operands[2]), attrs)


def _list_get(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    _ints(operands[1:2])
    return (_list(operands[0]).element,)


def _list_len(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    _list(operands[0])
    return (INT,)


def _list_zeros(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    return (_list(operands[0]),)


def _nothing(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    return ()


def _check_ints(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    for type_ in operands:
        if dtype_of(type_) not in INTS:
            raise TypeError(f"integers are needed, not {type_}")
    return ()


def _check_numbers(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    for type_ in operands:
        if not isinstance(type_, Scalar):
            raise TypeError(f"numbers are needed, not {type_}")
    return ()


def _check_bool(operands: tuple[Type, ...], attrs: Attrs) -> tuple[Type, ...]:
    if not (isinstance(operands[0], Scalar) and operands[0].dtype == "bool"):
        raise TypeError(f"a boolean scalar is needed, not {operands[0]}")
    return ()


def _reduction(kind: str, infer=_reduced, raises: Reasons = NEVER, accesses: tuple[str, ...] = ()) -> OpDef:
    return OpDef(kind, infer, 1, cost=DEAR, raises=raises, accesses=accesses, np_eval=getattr(np, kind))


ARRAY_OPS: tuple[OpDef, ...] = (
    # attrs: type, value
    OpDef("const", _const, 0, cost=FREE, raises=NEVER),
    # attrs: type.  A value nobody may look at: a name bound on one path only
    OpDef("undef", _const, 0, cost=FREE, raises=NEVER),
    # attrs: axis
    OpDef("dim", _dim, 1, cost=FREE, raises=NEVER),
    # (extents…, fill)
    OpDef("full", _full, cost=DEAR, accesses=("filling",)),
    # (extents…); attrs: dtype; filled where every element is written before it is read
    OpDef("empty", _empty, cost=DEAR, accesses=("allocation",)),
    # (n): 0 … n-1
    OpDef("arange", _arange, 1, cost=DEAR, accesses=("allocation",)),
    # (array, path operands…); attrs: path.  See ir/path.py
    OpDef("load", _load, views=True, raises=(INDEX,), accesses=("index",)),
    # (array, path operands…, value); attrs: path.  `accum` adds, also at repeated indices (np.add.at)
    OpDef("store", _store, writes=True, raises=(INDEX, SHAPE), accesses=("index", "store")),
    OpDef("accum", _store, writes=True, raises=(INDEX, SHAPE), accesses=("index", "store")),
    OpDef("copy", _copied, 1, cost=DEAR, raises=NEVER),
    _reduction("sum"),
    _reduction("prod"),
    _reduction("max", raises=(SHAPE,), accesses=("extremum",)),
    _reduction("min", raises=(SHAPE,), accesses=("extremum",)),
    _reduction("any", _all_any),
    _reduction("all", _all_any),
    OpDef("argmax", _arg, 1, cost=DEAR, raises=(SHAPE,), np_eval=np.argmax, accesses=("extremum",)),
    OpDef("argmin", _arg, 1, cost=DEAR, raises=(SHAPE,), np_eval=np.argmin, accesses=("extremum",)),
    OpDef("argsort", _argsort, 1, cost=DEAR, raises=NEVER),
    # attrs: axis
    OpDef("cumsum", _same, 1, cost=DEAR, raises=NEVER),
    OpDef("matmul", _matmul, 2, cost=DEAR, np_eval=np.matmul, raises=(SHAPE,), accesses=("product",)),
    # attrs: perm
    OpDef("transpose", _transpose, 1, cost=FREE, views=True, raises=NEVER),
    # (array, extents…)
    OpDef("reshape", _shaped, cost=FREE, views=True, raises=(SHAPE,), accesses=("reshape",)),
    OpDef("broadcast_to", _shaped, cost=FREE, views=True, raises=(SHAPE,), accesses=("stretch",)),
    # (array, extents…): the sum over what broadcasting to this shape from those extents had repeated
    OpDef("unbroadcast", _shaped, cost=DEAR, views=True, raises=(SHAPE,)),
    # attrs: axis
    OpDef("concat", _concat, cost=DEAR, raises=(SHAPE,), accesses=("join",)),
    # lists.  `list_new` has attrs: type
    OpDef("list_new", _const, cost=DEAR, raises=NEVER),
    OpDef("list_append", _list_append, 2, writes=True, raises=NEVER),
    OpDef("list_set", _list_set, 3, writes=True, raises=(INDEX,), accesses=("item",)),
    # adds to the element at an index
    OpDef("list_accum", _list_set, 3, writes=True, raises=(INDEX,), accesses=("item",)),
    OpDef("list_get", _list_get, 2, views=True, raises=(INDEX,), accesses=("item",)),
    OpDef("list_len", _list_len, 1, cost=FREE, raises=NEVER),
    # a list of zeros of the same length and shapes
    OpDef("list_zeros", _list_zeros, 1, cost=DEAR, raises=NEVER),
    # checks.  attrs of all of them: access, the name of what tests the same in NumPy (`ir/needs.py`), if any does, and error,
    # the name of the exception's class where that is not ValueError.
    # (index or array of indices, extent): -extent <= index < extent, else IndexError; with attr upper only
    # index < extent, where the other bound is known to hold; attr axis: which of the indexed array's, for the message.
    OpDef("check_index", _check_ints, 2, effect=CHECK),
    # (extent, extent): equal or one of them 1
    OpDef("check_broadcast", _check_ints, 2, effect=CHECK, commutative=True),
    # (extent of a value, extent of its place): equal, or the value's 1
    OpDef("check_fits", _check_ints, 2, effect=CHECK),
    # (extent, extent): equal; attrs: message, a text that is shown with what differs, or parts with a place for each
    # extent, or for none
    OpDef("check_equal", _check_ints, 2, effect=CHECK, commutative=True),
    # (extents…): none is 0
    OpDef("check_nonempty", _check_ints, effect=CHECK),
    # (operands of an op that may not fit …); attrs: of, the op's kind, or "for" with start and stop: OverflowError where what it
    # gives does not fit into 64 bits; with of "argument" and an int, where that does not fit into 32
    OpDef("check_width", _check_numbers, effect=CHECK),
    # (condition, values…); attrs: error (name of an exception class), message (parts, as of print).
    OpDef("check", _check_bool, effect=CHECK),
    # (values…); attrs: parts (a tuple of str, or None for the next operand), sep, end
    OpDef("print", _nothing, effect=IO),
    # (values…); attrs: error, message.  Control does not come back
    OpDef("raise", _nothing, effect=IO),
    # nothing after it is needed by the primal: where `vjp` cuts.  (the primal's results…)
    OpDef("boundary", _nothing, effect=IO),
    # control
    OpDef("if", None, 1, effect=CONTROL, regions=2, raises=NEVER),
    # (start, stop, step, carried…); region (i, carried…); attrs: exits.  A step of 0 raises
    OpDef("for", None, effect=CONTROL, regions=1, raises=(VALUE,)),
    # (carried…); regions: condition (carried…) yields one bool; body (carried…); attrs: exits
    OpDef("while", None, effect=CONTROL, regions=2),
    # (arguments…); attrs: callee, the name of a function of the program; effect, "pure", "check" or "io"
    OpDef("call", None, effect=CALLEE, cost=DEAR),
    # (arguments…); attrs: name, id, parameters.  The call of a function of the program's own begins here, and ends; see passes/outline.py
    OpDef("begin", _nothing, raises=NEVER),
    OpDef("end", _nothing, raises=NEVER),
    OpDef("yield", _nothing, effect=CONTROL, terminator=True, raises=NEVER),
    OpDef("return", _nothing, effect=CONTROL, terminator=True, raises=NEVER),
)
