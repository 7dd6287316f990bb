"""A run-time argument as the compiler sees it: the tree of its containers and the types of its leaves."""

from __future__ import annotations

import dataclasses
import enum
import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np

from autodiff_compiler.diagnostics import UserError, did_you_mean
from autodiff_compiler.frontend.mro import find, is_standard, is_written_in_python
from autodiff_compiler.frontend.source import plain_function
from autodiff_compiler.ir.dtype import DType, from_numpy_dtype
from autodiff_compiler.ir.instances import attributes
from autodiff_compiler.ir.tree import Const, Leaf, Node, Tree
from autodiff_compiler.ir.types import BOOL, COMPLEX, FLOAT, INT, Array, Scalar, Type, parse_type


def describe(value: Any, name: str = "argument", above: tuple[int, ...] = ()) -> tuple[Tree, list[Type]]:
    """The structure and the leaf types of an argument.

    Arrays, and Python and NumPy complex numbers, floats, ints and NumPy bools are leaves; `None`, strings and Python bools are part of the
    specialisation; the attributes of an object of the user's class are its children.  `above` are the ids of the objects
    that hold this one.  Raises `UserError` (AD401 to AD403) for anything else.
    """
    kind = type(value)
    if kind is float:
        return Leaf(), [FLOAT]
    if kind is complex:
        return Leaf(), [COMPLEX]
    if kind is int:
        return Leaf(), [INT]
    if kind is np.ndarray:
        return Leaf(array=value.ndim == 0), [_array_type(value, name)]
    if value is None or kind in (bool, str):
        return Const(value), []
    if isinstance(value, np.generic):
        return Leaf(), [Scalar(_dtype(value.dtype, name))]
    if kind in (list, tuple):
        return _node(kind, value, (), name)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return _node(kind, tuple.__iter__(value), tuple(getattr(value, "_fields", ())), name)
    if kind is dict:
        return _node(dict, value.values(), tuple(value), name)
    if isinstance(value, enum.Enum) or plain_function(value) is not None or hasattr(kind, "__autodiff_lower__"):
        return Const(value), []
    if is_written_in_python(kind):
        return _object(kind, value, name, above)
    if callable(value):
        return Const(value), []
    raise _refusal(value, name)


def _object(cls: type, value: Any, name: str, above: tuple[int, ...]) -> tuple[Tree, list[Type]]:
    """An object of a user's class.  Attributes that are not numbers, arrays or containers are known by their identity."""
    if find(cls, "__getattribute__") is not object.__getattribute__:
        raise UserError(
            "AD402",
            f"{name} is a {cls.__name__}, whose `__getattribute__` hides what it holds",
            help="pass what it holds",
        )
    trees: list[Tree] = []
    types: list[Type] = []
    held = attributes(value)
    for key, item in held.items():
        tree: Tree = Const(item)
        leaf_types: list[Type] = []
        if id(item) not in (*above, id(value)) and not is_standard(type(item)):
            try:
                tree, leaf_types = describe(item, f"{name}.{key}", (*above, id(value)))
            except UserError:
                if dataclasses.is_dataclass(value):
                    raise
        trees.append(tree)
        types += leaf_types
    return Node(cls, tuple(trees), tuple(held)), types


def _refusal(value: Any, name: str) -> UserError:
    kind, written = type(value).__name__, _as_written(name)
    if isinstance(value, np.ndarray):
        way_out = f"pass np.asarray({written})"
        if isinstance(value, np.ma.MaskedArray):
            way_out = (
                f"pass {written}.filled(...), or the data and the mask as two arrays: {written}.data, {written}.mask"
            )
        return UserError("AD401", f"{name} is {_a(kind)}, a subclass of ndarray", help=way_out)
    way_out = "pass numbers, arrays, or tuples, lists and dicts of these"
    if isinstance(value, np.random.Generator | np.random.RandomState):
        way_out = "draw the random numbers outside, and pass them as an array"
    return UserError("AD402", f"{name} is {_a(kind)}, a type that arguments cannot have", help=way_out)


def _a(noun: str) -> str:
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def _node(cls: type, values: Any, keys: tuple[Any, ...], name: str) -> tuple[Tree, list[Type]]:
    trees, types = [], []
    for i, value in enumerate(values):
        tree, leaf_types = describe(value, f"{name}[{keys[i]!r}]" if keys else f"{name}[{i}]")
        trees.append(tree)
        types += leaf_types
    return Node(cls, tuple(trees), keys), types


def _array_type(array: np.ndarray, name: str) -> Type:
    if array.dtype.hasobject or not array.dtype.isnative:
        raise _unfit(array.dtype, name)
    dtype = _dtype(array.dtype, name)
    return Array(dtype, array.ndim) if array.ndim else Scalar(dtype)


def _as_written(name: str) -> str:
    """How the user would write an argument; what `*args` takes, or a tangent, has no name."""
    return name if name[:1].isidentifier() and " " not in name else "x"


def _unfit(dtype: np.dtype, name: str) -> UserError:
    written = _as_written(name)
    way_out = f"convert it: {written}.astype(np.float64)"
    if dtype.names:
        way_out = f"pass its fields as arrays: {written}[{dtype.names[0]!r}]"
    elif dtype.kind == "c":
        way_out = f"convert it: {written}.astype(np.complex128)"
    elif dtype.kind in "SUMmT":
        way_out = "pass numbers"
    return UserError("AD403", f"{name} has dtype {dtype}", help=way_out)


def _dtype(dtype: np.dtype, name: str) -> DType:
    found = from_numpy_dtype(dtype)
    if found is None:
        raise _unfit(dtype, name)
    return found


def annotated(function: Any, types: Mapping[str, str | Type] | None = None) -> list[tuple[str, Tree, list[Type]]]:
    """The parameters of a function from `types` (names to types or their text), else annotations, else defaults.

    Annotations may be `complex`, `float`, `int`, `bool`, NumPy scalar types, or a type's text such as "f64[:, :]".
    Raises `UserError` (AD404) for a parameter whose type is not known.
    """
    given = dict(types or {})
    found: list[tuple[str, Tree, list[Type]]] = []
    for name, parameter in inspect.signature(function).parameters.items():
        if name in given:
            annotation: Any = given.pop(name)
        else:
            annotation = parameter.annotation
        if annotation is inspect.Parameter.empty:
            if parameter.default is inspect.Parameter.empty:
                raise UserError(
                    "AD404",
                    f"nothing says of what type parameter `{name}` is: there was no call, and it has no annotation",
                    help=f"give arguments, as in a call: .source(...); or annotate it: {name}: float, {name}: 'f64[:]'; "
                    f"on the command line: --types '{name}: f64[:]'",
                )
            tree, leaf_types = describe(parameter.default, name)
        else:
            tree, leaf_types = _from_annotation(annotation, name)
        found.append((name, tree, leaf_types))
    if given:
        names = [p for p, _, _ in found]
        shown = ", ".join(map(repr, given))
        way_out = did_you_mean(next(iter(given)), names, f"its parameters are {', '.join(names) or 'none'}")
        raise UserError("AD405", f"the function has no parameter {shown}", help=way_out)
    return found


def _from_annotation(annotation: Any, name: str) -> tuple[Tree, list[Type]]:
    if isinstance(annotation, Scalar | Array):
        return Leaf(), [annotation]
    simple = {complex: COMPLEX, float: FLOAT, int: INT, bool: BOOL}
    if annotation in simple:
        return Leaf(), [simple[annotation]]
    if isinstance(annotation, type) and issubclass(annotation, np.generic):
        return Leaf(), [Scalar(_dtype(np.dtype(annotation), name))]
    if isinstance(annotation, str):
        try:
            found = parse_type(annotation)
        except ValueError as error:
            raise UserError("AD406", f"parameter `{name}`: {error}") from error
        if isinstance(found, Scalar | Array):
            return Leaf(), [found]
        raise UserError(
            "AD406",
            f"parameter `{name}`: {annotation} does not say how many items there are",
            help="call it with arguments, or take an array",
        )
    raise UserError(
        "AD406",
        f"parameter `{name}`: the annotation {annotation!r} is no type of numbers or arrays",
        help=f"call it with arguments, or annotate with float, int, np.float32 or a text: {name}: 'f64[:]'",
    )
