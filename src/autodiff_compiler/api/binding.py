"""From a call's arguments to named, checked, described arguments.

`Signature` binds positional and keyword arguments to parameter names and finds the parameters that `argnums` means.
`described` gives an argument's container structure and leaf types, which is what derivatives are specialised by.
"""

from __future__ import annotations

import functools
import inspect
import operator
import sys
import types
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from typing import Any

import numpy as np

from autodiff_compiler.diagnostics import UserError, did_you_mean
from autodiff_compiler.frontend import mro, signature
from autodiff_compiler.ir.instances import attributes, instance
from autodiff_compiler.ir.tree import Const, Leaf, Node, Tree, flatten, rebuild
from autodiff_compiler.ir.types import Array, ListOf, Scalar, Type, differentiable, is_complex
from autodiff_compiler.options import Argnums
from autodiff_compiler.transforms.words import in_words

POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
STARRED = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
Described = list[tuple[str, Tree, list[Type]]]


class ArgumentsError(UserError, TypeError):
    """A call that Python itself would answer with a `TypeError`."""


@dataclass(frozen=True)
class Signature:
    """The parameters of a function, by name."""

    function: str
    signature: inspect.Signature
    made_of: tuple[Hashable, ...] = ()
    """The objects that it was read from: `%autoreload` gives a function new ones, and the keywords of a partial call can be set."""

    @classmethod
    def of(cls, fun: Callable[..., Any]) -> Signature:
        """The function's own signature, not that of what a decorator wrapped."""
        own = getattr(fun, "py_func", fun)
        refusal = UserError(
            "AD410",
            f"{fun!r} is not a Python function",
            help="pass a function defined by `def` or `lambda`: lambda x: np.sin(x)",
        )
        if isinstance(own, np.ufunc | types.BuiltinFunctionType | type):
            raise refusal
        try:
            signature = inspect.signature(own, follow_wrapped=False)
        except (TypeError, ValueError) as error:
            raise refusal from error
        return cls(getattr(fun, "__name__", type(fun).__name__), signature, _read_for_signature(fun))

    def renewed(self, fun: Callable[..., Any]) -> Signature:
        """This signature if `fun` still has it, else the one that it has now."""
        now = _read_for_signature(fun)
        unchanged = len(now) == len(self.made_of) and all(map(operator.is_, now, self.made_of))
        return self if unchanged else Signature.of(fun)

    @property
    def names(self) -> list[str]:
        return list(self.signature.parameters)

    def bind(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """Values by parameter name, with defaults filled in; what `*args` takes is called `*0`, `*1` …"""
        try:
            bound = self.signature.bind(*args, **kwargs)
        except TypeError as error:
            unknown = [key for key in kwargs if key not in self.signature.parameters]
            way_out = did_you_mean(unknown[0], self.names) if unknown else None
            raise ArgumentsError("AD411", f"{self.function}{self.signature}: {error}", help=way_out) from error
        bound.apply_defaults()
        values: dict[str, Any] = {}
        for name, value in bound.arguments.items():
            kind = self.signature.parameters[name].kind
            if kind is inspect.Parameter.VAR_POSITIONAL:
                values.update({f"*{i}": item for i, item in enumerate(value)})
            elif kind is inspect.Parameter.VAR_KEYWORD:
                values.update(value)
            else:
                values[name] = value
        return values

    def arguments(self, values: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """The values that `bind` returned, as a call takes them."""
        parameters = self.signature.parameters
        args = [values[name] for name, p in parameters.items() if p.kind in POSITIONAL and name in values]
        args += [value for name, value in values.items() if name.startswith("*")]
        named = {
            name: value
            for name, value in values.items()
            if not name.startswith("*") and (name not in parameters or parameters[name].kind not in POSITIONAL)
        }
        return args, named

    def wrt(self, argnums: Argnums) -> list[str]:
        """The names of the parameters that `argnums` (positions, names, or several) means, in its order."""
        wanted: Sequence[int | str] = (
            [argnums] if isinstance(argnums, str) or not isinstance(argnums, Sequence) else argnums
        )
        if not wanted:
            raise UserError(
                "AD412",
                "argnums is empty: there is nothing to differentiate with respect to",
                help=f"name a parameter: {', '.join(self.names) or 'there is none'}",
            )
        return [self._one(item) for item in wanted]

    def _one(self, item: Any) -> str:
        names = self.names
        has = f"{self.function} has the parameters {', '.join(names) or '(none)'}"
        if isinstance(item, str):
            parameter = self.signature.parameters.get(item)
            takes_any = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in self.signature.parameters.values())
            if parameter is None and takes_any:
                return item
            if parameter is None or parameter.kind in STARRED:
                raise UserError("AD412", f"argnums names {item!r}, but {has}", help=did_you_mean(item, names))
            return item
        if isinstance(item, bool) or not isinstance(item, int | np.integer):
            raise UserError("AD412", f"argnums must be positions or parameter names, not {item!r}")
        fixed = sum(p.kind in POSITIONAL for p in self.signature.parameters.values())
        starred = any(p.kind is inspect.Parameter.VAR_POSITIONAL for p in self.signature.parameters.values())
        if starred and item >= fixed:
            return f"*{item - fixed}"
        if not -len(names) <= item < len(names):
            raise UserError("AD412", f"argnums is {item}, but {has}")
        return names[item]

    def annotated(self, fun: Callable[..., Any], given: Mapping[str, Any] | None = None) -> Described:
        """Parameter types from `given` (texts such as "f64[:, :]"), else from annotations and defaults."""
        return list(signature.annotated(getattr(fun, "py_func", fun), given))


def _read_for_signature(fun: Any) -> tuple[Hashable, ...]:
    """The objects that decide a function's parameters and defaults."""
    if isinstance(fun, types.FunctionType):
        keywords = fun.__kwdefaults__ or {}
        return fun.__code__, fun.__defaults__, *keywords, *keywords.values(), fun.__dict__.get("__signature__")
    if isinstance(fun, functools.partial):
        return fun.args, *fun.keywords, *fun.keywords.values(), fun.func, *_read_for_signature(fun.func)
    if isinstance(fun, types.MethodType):
        return fun.__func__, *_read_for_signature(fun.__func__)
    for name in ("py_func", "primal"):
        inner = getattr(fun, name, None)
        if inner is not None:
            return inner, *_read_for_signature(inner)
    call = type(fun).__call__
    return _read_for_signature(call) if isinstance(call, types.FunctionType) else (call,)


def normalised(value: Any) -> Any:
    """The value as generated code takes it: 0-d arrays become NumPy scalars, in containers too."""
    if isinstance(value, np.ndarray):
        return value if value.ndim else value[()]
    if isinstance(value, dict):
        return {key: normalised(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple.__new__(type(value), map(normalised, tuple.__iter__(value)))
    if isinstance(value, list):
        return type(value)(map(normalised, value))
    if mro.is_written_in_python(type(value)) and any(_is_scalar_array(v) for v in attributes(value).values()):
        held = {k: item[()] if _is_scalar_array(item) else item for k, item in attributes(value).items()}
        return instance(type(value), **held)
    return value


def _is_scalar_array(value: Any) -> bool:
    return type(value) is np.ndarray and value.ndim == 0


def describe(name: str, value: Any, *, differentiated: bool = True) -> tuple[Tree, list[Type]]:
    """The structure and the leaf types of an argument.

    An object such as `self` that is not differentiated is known by its identity: its attributes are captures.
    """
    if not differentiated and mro.is_written_in_python(type(value)) and not is_dataclass(value):
        return Const(value), []
    tree, types = signature.describe(value, name)
    return tree, list(types)


def described(arguments: Mapping[str, Any], wrt: Collection[str]) -> Described:
    """All arguments, those in `wrt` as differentiated ones."""
    return [(name, *describe(name, value, differentiated=name in wrt)) for name, value in arguments.items()]


def leaves_of(arguments: Mapping[str, Any], described: Described) -> list[Any]:
    """The leaves of all arguments, in order."""
    return [leaf for name, tree, _ in described for leaf in flatten(tree, arguments[name])]


def key_of(arguments: Described) -> tuple[Hashable, ...]:
    """What makes two calls share a specialisation."""
    return tuple((name, tree, tuple(types)) for name, tree, types in arguments)


def with_floats(name: str, value: Any) -> Any:
    """A differentiated argument with its Python ints turned into floats, if it holds no float at all.

    Ints beside floats in a container are numbers of another kind (sizes, indices): they stay ints, and are inactive.
    """
    tree, types = signature.describe(value, name)
    leaves = flatten(tree, value)
    if not any(map(differentiable, types)) and any(type(leaf) is int for leaf in leaves):
        value = rebuild(tree, iter([float(leaf) if type(leaf) is int else leaf for leaf in leaves]))
    return value


def places(name: str, tree: Tree) -> list[tuple[str, Leaf | Const]]:
    """How the user would write each leaf and constant of an argument: `params['W']`."""
    if not isinstance(tree, Node):
        return [(name, tree)]
    found: list[tuple[str, Leaf | Const]] = []
    for i, child in enumerate(tree.children):
        if tree.cls is dict:
            found += places(f"{name}[{tree.keys[i]!r}]", child)
        elif tree.keys:
            found += places(f"{name}.{tree.keys[i]}", child)
        else:
            found += places(f"{name}[{i}]", child)
    return found


def leaf_names(name: str, tree: Tree) -> list[str]:
    """How the user would write each leaf of an argument."""
    return [place for place, part in places(name, tree) if isinstance(part, Leaf)]


def check_differentiable(name: str, tree: Tree, types: Sequence[Type]) -> None:
    """Refuse to differentiate with respect to anything but floats, naming the argument; an int beside floats in a
    container is merely inactive."""
    has_float = any(map(differentiable, types))
    for place, part in places(name, tree):
        if isinstance(part, Const) and _may_vary(part.value):
            raise UserError(
                "AD413",
                f"cannot differentiate with respect to {name}: {place} is a {type(part.value).__name__}, which refers "
                "back to the object that holds it, or holds something that is not a number",
                help="pass the numbers and arrays themselves",
            )
    if not types:
        raise UserError(
            "AD413",
            f"argument {name} holds no number to differentiate with respect to",
            help="pass a float or an array of floats there, or name other parameters in argnums",
        )
    for leaf, type_ in zip(leaf_names(name, tree), types):
        if not differentiable(type_) and not (has_float and isinstance(type_, Scalar)):
            raise UserError(
                "AD413",
                f"cannot differentiate with respect to {leaf}: it is {in_words(type_)}, not a float",
                help=f"pass {leaf} as floats (for an array, {leaf}.astype(float)), or leave it out of argnums",
            )


def _may_vary(value: Any) -> bool:
    """Whether an object that is known by its identity may hold numbers that the function depends on."""
    own = mro.is_written_in_python(type(value)) and type(value).__module__.partition(".")[0] not in _LIBRARY
    return isinstance(value, np.ndarray) or (own and not callable(value))


_LIBRARY = (*sys.stdlib_module_names, "autodiff_compiler", "numba")


def check_leaf(name: str, value: Any, like: Any, type_: Type) -> Any:
    """A tangent or cotangent leaf for a value `like` of `type_`: converted for scalars, checked for arrays and lists."""
    if isinstance(type_, Array):
        if not isinstance(value, np.ndarray) or value.dtype != like.dtype or value.shape != like.shape:
            shown = f"{value.dtype}{list(value.shape)}" if isinstance(value, np.ndarray) else type(value).__name__
            raise UserError(
                "AD414",
                f"{name} must have the dtype and shape of its value, {like.dtype}{list(like.shape)}, not {shown}",
                help="give an array of that dtype and shape",
            )
        describe(name, value)
        return value
    if isinstance(type_, ListOf):
        if not isinstance(value, list) or len(value) != len(like):
            raise UserError(
                "AD414", f"{name} must be a list of {len(like)} items, as its value is", help="give an item for each"
            )
        items = enumerate(zip(value, like))
        return [check_leaf(f"{name}[{i}]", item, one, type_.element) for i, (item, one) in items]
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    number = isinstance(value, int | float | complex | np.number) and not isinstance(value, bool)
    if not number or (isinstance(value, complex | np.complexfloating) and not is_complex(type_)):
        kind = "a complex number" if is_complex(type_) else "a real number"
        raise UserError(
            "AD414", f"{name} must be {kind}, not {type(value).__name__}", help="give a number of that kind"
        )
    if isinstance(type_, Scalar) and type_.kind == "np":
        return type_.dtype.numpy.type(value)
    return complex(value) if is_complex(type_) else float(value)
