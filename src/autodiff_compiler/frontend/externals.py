"""Calls that leave the program: of functions declared with `external`, and of those whose result types the library knows.

The call is written as Python would write it, with the objects in it as constants of the function (`ir/external.py`).
"""

from __future__ import annotations

import builtins
import keyword
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any

import numpy as np

from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.guards import Place
from autodiff_compiler.frontend.public_names import is_installed, is_same, name_of
from autodiff_compiler.frontend.scalars import describe, is_number, scalar_value
from autodiff_compiler.frontend.values import Abs, Dyn, Items, Ref, Static, Text, Tup, is_dimensionless
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.external import place
from autodiff_compiler.ir.message import pattern
from autodiff_compiler.ir.opdef import IO, PURE
from autodiff_compiler.ir.types import ListOf, Opaque, Type, parse_type
from autodiff_compiler.library import external_results
from autodiff_compiler.markers import External

Declared = tuple[Type, ...] | Type | None
"""What a call returns: one value, a tuple of several, or None."""

_WORDS = {float: "float", int: "int", bool: "bool"}
_MODULES = ("np", "math", "numba", "njit", "importlib")  # what generated code imports under these names


def call_declared(ctx: Context, function: External, args: Sequence[Abs], kwargs: dict[str, Abs]) -> Abs:
    """A call of a function that was declared."""
    return leave(ctx, function.fun, args, kwargs, function.result, PURE if function.pure else IO)


def left_alone(ctx: Context, fun: Any, args: Sequence[Abs], kwargs: Mapping[str, Abs]) -> Abs | None:
    """A call of a function without a derivative, if it is known what it returns; None if it is not."""
    if not external_results.may_be_known(fun):
        return None
    given = [_seen(ctx, x) for x in args]
    named = {name: _seen(ctx, x) for name, x in kwargs.items()}
    result = external_results.result_of(fun, name_of(fun), given, named)
    if result is None:
        return None
    written = _Written(ctx)
    return emit(ctx, written.call(fun, args, kwargs), written.operands, result.types, IO, trusted=True)


def made(ctx: Context, cls: Any, args: Sequence[Abs]) -> Abs:
    """An object that is made when the program runs: nothing is known of it but what it is asked."""
    written = _Written(ctx)
    return emit(ctx, written.call(cls, args, {}), written.operands, Opaque(), IO, trusted=True)


def asked(ctx: Context, source: Abs, method: Any, args: Sequence[Abs], kwargs: Mapping[str, Abs]) -> Abs | None:
    """A call of a method of such an object; None if it is not known what it returns."""
    assert isinstance(source, Dyn)
    given = [_seen(ctx, x) for x in args]
    named = {name: _seen(ctx, x) for name, x in kwargs.items()}
    result = external_results.result_of(method, name_of(method), given, named)
    if result is None:
        return None
    written = _Written(ctx)
    text = f"{written.operand(source.value)}.{method.__name__}({written.arguments(args, kwargs)})"
    return emit(ctx, text, written.operands, result.types, IO, trusted=True)


def _seen(ctx: Context, x: Abs) -> external_results.Argument:
    """An argument, as far as it decides on the type of the result."""
    if isinstance(x, Dyn):
        return x.value.type
    if isinstance(x, Ref):
        return x.type
    if isinstance(x, Tup):
        return tuple(_seen(ctx, item) for item in x.items)
    if isinstance(x, Box) and x.cls is list and isinstance(content := ctx.state.content(x), Items):
        return tuple(_seen(ctx, item) for item in content.items)
    return external_results.Known(x.obj if isinstance(x, Static) else x)


def leave(ctx: Context, fun: Any, args: Sequence[Abs], kwargs: dict[str, Abs], result: Any, effect: str) -> Abs:
    """The op that calls `fun`; `result` as it is declared."""
    written = _Written(ctx)
    text = written.call(fun, args, kwargs)
    returned = declared(ctx, result, [v.type for v in written.operands])
    return emit(ctx, text, written.operands, returned, effect)


def emit(
    ctx: Context, text: str, operands: Sequence[Value], returned: Declared, effect: str, *, trusted: bool = False
) -> Abs:
    """The op of a call that is written like this, and its results."""
    types = returned if isinstance(returned, tuple) else () if returned is None else (returned,)
    attrs = {"call": text, "types": types, "effect": effect, "trusted": trusted}
    results = [ctx.from_value(value) for value in ctx.b.emit("external", operands, attrs)]
    if isinstance(returned, tuple):
        return Tup(tuple(results))
    return results[0] if results else Static(None)


def declared(ctx: Context, result: Any, given: Sequence[Type]) -> Declared:
    """The declaration of a result as types; `given` are the types of the arguments."""
    if callable(result) and result not in _WORDS:
        result = result(*map(str, given))
    if isinstance(result, tuple):
        return tuple(_type(ctx, part) for part in result)
    return None if result is None or result == "None" else _type(ctx, result)


def _type(ctx: Context, word: Any) -> Type:
    try:
        type_ = parse_type(_WORDS.get(word, word))
    except (ValueError, AttributeError, TypeError):
        type_ = Opaque()
    if isinstance(type_, Opaque | ListOf):
        raise ctx.wrong("AD435", f"{word!r} is no type that an external function can return", 'write "float", "f64[:]"')
    return type_


class _Written:
    """The parts of a call as text, with what they refer to: operands of the op, and constants of the function."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.operands: list[Value] = []

    def call(self, fun: Any, args: Sequence[Abs], kwargs: Mapping[str, Abs]) -> str:
        arguments = self.arguments(args, kwargs)
        return f"{self.function(fun)}({arguments})"

    def arguments(self, args: Sequence[Abs], kwargs: Mapping[str, Abs]) -> str:
        parts = [self.argument(x) for x in args] + [f"{name}={self.argument(x)}" for name, x in kwargs.items()]
        return ", ".join(parts)

    def function(self, fun: Any) -> str:
        """The function called: by its name in a module of an installed package, as a method of an object, or as an object by itself."""
        owner = getattr(fun, "__self__", None)
        name = getattr(fun, "__name__", "")
        home, _, last = name_of(fun).rpartition(".") if name else ("", "", "")
        module = sys.modules.get(home)
        found = getattr(module, last, None)
        if module is not None and is_same(found, fun) and is_installed(home, module):
            self.ctx.captures.guard(Place(module).attribute(last), found)
            return f"{self._module(module)}.{last}"
        if builtins.__dict__.get(name) is fun:
            return name
        if owner is not None and not isinstance(owner, ModuleType) and getattr(owner, name, None) == fun:
            return f"{constant(self.ctx, owner)}.{name}"
        return constant(self.ctx, fun)

    def _module(self, module: ModuleType) -> str:
        package, _, rest = module.__name__.partition(".")
        if package == "numpy":
            return f"np.{rest}" if rest else "np"
        return constant(self.ctx, module)

    def operand(self, value: Value) -> str:
        self.operands.append(value)
        return place(len(self.operands) - 1)

    def argument(self, x: Abs) -> str:
        ctx = self.ctx
        if isinstance(x, Dyn):
            return self.operand(x.value)
        if isinstance(x, Ref):
            value = self.operand(ctx.read(x))
            return f"np.asarray({value})" if is_dimensionless(x) else value
        if isinstance(x, Tup) and x.cls is tuple:
            return f"({''.join(f'{self.argument(item)}, ' for item in x.items)})"
        if isinstance(x, Box) and x.cls in (list, dict) and isinstance(content := ctx.state.content(x), Items):
            items = [self.argument(item) for item in content.items]
            if x.cls is list:
                return f"[{', '.join(items)}]"
            keys = [self.argument(Static(key)) for key in content.keys]
            return f"{{{', '.join(f'{key}: {item}' for key, item in zip(keys, items))}}}"
        if isinstance(x, Static):
            return self._known(x.obj)
        if isinstance(x, Text):
            return f"{pattern(x.parts)!r}.format({', '.join(map(self.operand, x.values))})"
        raise ctx.unsupported(
            "AD195", f"{describe(x)} as an argument of a function that is called as it is", "pass numbers or arrays"
        )

    def _known(self, obj: Any) -> str:
        if type(obj) in (bool, int, str, bytes, type(None), type(...)):
            return repr(obj)
        if is_number(obj):
            finite = type(obj) is float and math.isfinite(obj)
            return repr(obj) if finite else self.operand(scalar_value(self.ctx.b, Static(obj)))
        if isinstance(obj, slice):
            return f"slice({', '.join(map(self._known, (obj.start, obj.stop, obj.step)))})"
        name = getattr(obj, "__name__", "")
        if getattr(builtins, name, None) is obj:
            return name
        if isinstance(obj, type) and getattr(np, name, None) is obj:
            return f"np.{name}"
        return self.function(obj) if callable(obj) else constant(self.ctx, obj)


def constant(ctx: Context, obj: Any) -> str:
    """The name of an object in the generated module."""
    for name, known in ctx.constants.items():
        if known is obj:
            return name
    name = next(name for name in _names(obj) if name not in ctx.constants)
    ctx.constants[name] = obj
    return name


def _names(obj: Any) -> Iterator[str]:
    """Names for an object, the best one first."""
    own = getattr(obj, "__name__", None) or type(obj).__name__.lower()
    base = own.rpartition(".")[2]
    if not base.isidentifier() or base.startswith("_"):
        base = "outside"
    if not (keyword.iskeyword(base) or hasattr(builtins, base) or base in _MODULES):
        yield base
    count = 2
    while True:
        yield f"{base}_{count}"
        count += 1
