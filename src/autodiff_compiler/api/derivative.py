"""The object that `grad` and `value_and_grad` return: a function, compiled for each new tuple of argument types."""

from __future__ import annotations

import functools
import inspect
import sys
import types
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from autodiff_compiler import driver
from autodiff_compiler.api.binding import (
    Argnums,
    Described,
    Signature,
    check_differentiable,
    described,
    leaves_of,
    normalised,
    with_floats,
)
from autodiff_compiler.api.boundary import boundary, trimmed
from autodiff_compiler.api.first_check import FirstCall
from autodiff_compiler.api.specialise import Specialisation, Table
from autodiff_compiler.api.standalone import standalone
from autodiff_compiler.diagnostics import UserError, did_you_mean
from autodiff_compiler.frontend import Lowered
from autodiff_compiler.ir.core import Function
from autodiff_compiler.ir.text import format_function
from autodiff_compiler.ir.tree import Leaf
from autodiff_compiler.options import Options

# Arguments of these types alone decide a specialisation: no container to walk, no value to guard.
PLAIN = (float, int, np.float64, np.float32, np.int64)


def _plain_key(arg: Any) -> Any:
    """What an argument adds to the key of a specialisation."""
    kind = type(arg)
    return kind if kind is not np.ndarray else (arg.dtype, arg.ndim)


class Derivative:
    """`grad(fun)` or `value_and_grad(fun)`; calls like `fun`.

    `primal` is the function it was made of.  `source`, `ir` and `save` take arguments as the call does (only their types
    matter); without arguments they use the last call's types, else the annotations of the function.

    >>> from autodiff_compiler import grad
    >>> square = grad("def square(x): return x * x")
    >>> square(3.0)
    6.0
    >>> square.source(3.0).splitlines()[-1]
    '    return x + x'
    """

    def __init__(self, fun: Callable, argnums: Argnums, has_aux: bool, with_value: bool, options: Options) -> None:
        self._made_of = fun, argnums, has_aux, with_value, driver.check_options(options)
        self._known_signature = Signature.of(fun)
        self._wrt = self._known_signature.wrt(argnums)
        self._single = isinstance(argnums, int | str | np.integer)
        self._table = Table(self._build, lambda: f"{self!r}"[1:-1])
        self._plain: dict[Any, tuple[Callable[..., Any], Callable[[], bool], Specialisation]] = {}
        self._last: Specialisation | None = None
        functools.update_wrapper(self, fun, updated=())
        # Our attribute would name the primal, and `inspect` would take the derivative's source from it.
        del self.__dict__["__wrapped__"]
        self.__signature__ = self._known_signature.signature

    # What it was made of can be looked at, and not set: what was compiled would not be it any more.
    primal = property(lambda self: self._made_of[0])
    argnums = property(lambda self: self._made_of[1])
    has_aux = property(lambda self: self._made_of[2])
    with_value = property(lambda self: self._made_of[3])
    options = property(lambda self: self._made_of[4])

    @property
    def _signature(self) -> Signature:
        """The primal's parameters as they are today."""
        current = self._known_signature.renewed(self.primal)
        if current is not self._known_signature:
            self._known_signature, self._wrt = current, current.wrt(self.argnums)
            self.__signature__ = current.signature
        return current

    def __autodiff_signature__(self) -> inspect.Signature:
        return self._signature.signature

    # -- calling ---------------------------------------------------------------------------------------------------

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        try:
            if not kwargs:
                # A call with nothing but numbers costs one look-up.
                known = self._plain.get(_plain_key(args[0]) if len(args) == 1 else tuple(map(type, args)))
                if known is None and len(args) > 1:
                    known = self._plain.get(tuple(map(_plain_key, args)))
                if known is not None:
                    call, holds, self._last = known
                    if holds():
                        return call(*args)
            return self._call(args, kwargs)
        except BaseException as error:
            __tracebackhide__ = True
            raise trimmed(error)

    def _call(self, args: tuple, kwargs: dict[str, Any]) -> Any:
        arguments = self._arguments(args, kwargs)
        found, captured = self._find(arguments)
        self._last = found
        self._remember(args, arguments, found)
        if self.options.check is not None and not found.checked:
            return self._checked(found, arguments, captured)
        return found.compiled.call(*map(normalised, arguments.values()), *captured)

    def _checked(self, found: Specialisation, arguments: dict[str, Any], captured: list[Any]) -> Any:
        """The first call, compared with the function itself."""
        first = FirstCall(self.primal, self._signature, found, arguments, captured, set(self._wrt), scalar=True)

        def along(result: Any, direction: Sequence[Any], seeds: Sequence[Any]) -> float:
            gradient = result[1] if self.with_value else result[0] if self.has_aux else result
            return first.along(dict(zip(self._wrt, [gradient] if self._single else gradient)), direction)

        return first.run(
            lambda: found.compiled.call(*map(normalised, arguments.values()), *captured),
            (lambda result: result[0]) if self.with_value else (lambda result: first.primal()),
            along,
        )

    def _arguments(self, args: tuple, kwargs: dict[str, Any]) -> dict[str, Any]:
        """Arguments by name; Python ints that are differentiated become floats."""
        bound = self._signature.bind(args, kwargs)
        return {name: with_floats(name, value) if name in self._wrt else value for name, value in bound.items()}

    def _remember(self, args: tuple, arguments: dict[str, Any], found: Specialisation) -> None:
        """Enter plain positional calls into the dictionary that `__call__` looks into first."""
        values = list(arguments.values())
        if len(args) != len(values) or any(given is not used for given, used in zip(args, values)):
            return
        plain = all(type(a) in PLAIN or (type(a) is np.ndarray and a.ndim) for a in args)
        if plain and found.closed and all(tree == Leaf() for _, tree in found.lowered.function.param_trees):
            key = _plain_key(args[0]) if len(args) == 1 else tuple(map(_plain_key, args))
            self._plain[key] = found.compiled.call, found.holds, found

    @property
    def differentiated(self) -> list[str]:
        """The names of the parameters it differentiates with respect to."""
        return self._signature.wrt(self.argnums)

    # -- compiling -------------------------------------------------------------------------------------------------

    def _find(self, arguments: dict[str, Any]) -> tuple[Specialisation, list[Any]]:
        types_ = described(arguments, self._wrt)
        return self._table.get(types_, leaves_of(arguments, types_))

    def _lower(self, arguments: Described, values: Sequence[Any] | None) -> Lowered:
        for name, tree, leaf_types in arguments:
            if name in self._wrt:
                check_differentiable(name, tree, leaf_types)
        return driver.lower(self.primal, arguments, self.options, values)

    def _layout(self) -> dict[str, bool]:
        return {"single": self._single, "with_value": self.with_value, "has_aux": self.has_aux}

    def _build(self, arguments: Described, values: Sequence[Any] | None) -> Specialisation:
        lowered = self._lower(arguments, values)
        made = driver.gradient(lowered, self._wrt, self.options, **self._layout())
        return Specialisation(lowered, made, signature=self._signature.signature)

    def __autodiff_lower__(self, arguments: Described, values: Sequence[Any] | None = None) -> Lowered:
        """The derivative's IR as the primal of another derivative; see `driver.lower`."""
        lowered = self._lower(arguments, values)
        compiled = driver.gradient_ir(lowered, self._wrt, self.options, **self._layout())
        return replace(lowered, function=compiled.stages["derivative"])

    # -- looking ---------------------------------------------------------------------------------------------------

    @boundary
    def source(self, *args: Any, **kwargs: Any) -> str:
        """The generated text for these argument types."""
        return self._specialised(args, kwargs).compiled.text

    @boundary
    def ir(self, *args: Any, stage: str = "derivative", **kwargs: Any) -> str:
        """The IR after a stage: primal, optimized, reverse, derivative or buffers."""
        stages = self.stages(*args, **kwargs)
        if stage not in stages:
            way_out = did_you_mean(stage, stages, f"the stages are {', '.join(stages)}")
            raise UserError("AD416", f"there is no stage {stage!r}", help=way_out)
        return format_function(stages[stage])

    @boundary
    def stages(self, *args: Any, **kwargs: Any) -> dict[str, Function]:
        """The IR after every stage, by the stage's name."""
        return self._specialised(args, kwargs).compiled.stages

    @boundary
    def save(self, path: str | Path, *args: Any, **kwargs: Any) -> Path:
        """Write the derivative as a module that imports nothing of ours; what it captured are keyword
        parameters, numbers with their present value as default."""
        target = Path(path)
        target.write_text(standalone(self._specialised(args, kwargs)), encoding="utf-8")
        return target

    @boundary
    def for_types(self, types_: dict[str, str] | None = None) -> Specialisation:
        """The specialisation for types given as text, such as {"x": "f64[:]"}; annotations give the rest."""
        return self._table.get(self._signature.annotated(self.primal, types_), None)[0]

    def _specialised(self, args: tuple, kwargs: dict[str, Any]) -> Specialisation:
        if args or kwargs:
            self._last = self._find(self._arguments(args, kwargs))[0]
        return self._last if self._last is not None else self.for_types()

    # -- being a function ------------------------------------------------------------------------------------------

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """As a method the instance is the first argument, and `argnums` counts it."""
        return self if instance is None else types.MethodType(self, instance)

    def __repr__(self) -> str:
        verb = "value_and_grad" if self.with_value else "grad"
        wrt = ", ".join(self._wrt)
        return f"<{verb} of {self._signature.function} with respect to {wrt}, {self.options.backend} backend>"

    def __reduce__(self) -> Any:
        # A decorated function is found under its own name, like any function; otherwise it is made again.
        module = sys.modules.get(getattr(self, "__module__", None) or "")
        name = getattr(self, "__qualname__", "")
        if getattr(module, name, None) is self:
            return name
        return Derivative, self._made_of
