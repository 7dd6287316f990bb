"""A function defined inside the program, as something to differentiate: `grad(inner)(x)`.

Its body is lowered for the arguments of the derivative, in a region of its own.  What it reads from the enclosing function
becomes hidden parameters, which do not vary; a write to anything there is refused.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import partial
from inspect import Parameter, Signature
from typing import Any

from autodiff_compiler.diagnostics import UnsupportedError
from autodiff_compiler.frontend import tries
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.inlining import flattened, rebuilt
from autodiff_compiler.frontend.lowered import Capture, Lowered
from autodiff_compiler.frontend.state import State
from autodiff_compiler.frontend.values import Abs, Cell, Closure, Dead
from autodiff_compiler.ir.core import Function, Region, Value
from autodiff_compiler.ir.program import with_callees
from autodiff_compiler.ir.tree import Leaf, Tree
from autodiff_compiler.ir.types import Type
from autodiff_compiler.ir.walk import free_values


class Nested:
    """A closure with a signature; it lowers itself, as a derivative does."""

    def __init__(self, ctx: Context, closure: Closure) -> None:
        self._ctx = ctx
        self._closure = closure
        self.__name__ = closure.name if closure.name.isidentifier() else "lambda_"
        self.__signature__ = _signature(closure)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError(f"{self.__name__} is part of a program that is being compiled")

    def __autodiff_lower__(self, arguments: Sequence[tuple[str, Tree, list[Type]]], values: Any) -> Lowered:
        ctx = self._ctx
        outside, known = ctx.state, dict(ctx.captures.written)
        ctx.state = outside.copy()
        try:
            with ctx.b.region(*(t for _, _, types in arguments for t in types)) as body:
                leaves = iter(body.params)
                given = {name: rebuilt(ctx, tree, leaves) for name, tree, _ in arguments}
                own = self._own_cells(body.params, outside)
                try:
                    with tries.inside(ctx, ()):
                        result = ctx.call(self._closure, *self._split(given))
                except Dead:
                    raise self._refused("that raises on every path") from None
                self._check_outside(outside)
                results, tree = flattened(ctx, result)
                ctx.b.return_(*results)
            written = _written([cell for cell in ctx.captures.written if cell not in known], own)
        finally:
            ctx.state = outside
            ctx.captures.written = known
        read = free_values([body.done()])
        free = tuple(Capture(f"free_{i}", partial(_given, v), v.type) for i, v in enumerate(read))
        trees = [(name, t) for name, t, _ in arguments] + [(f.name, Leaf()) for f in free]
        region = Region((*body.params, *read), tuple(body.ops))
        function = Function(self.__name__, region, tuple(trees), tree, ctx.b.span, dict(ctx.constants))
        return Lowered(free, (), {}, written, function=with_callees(function, ctx.callees))

    def _own_cells(self, params: Sequence[Value], outside: State) -> dict[Cell, int]:
        """The cells of the arguments.  They are the caller's, whose arrays may be of any layout."""
        index = {v: i for i, v in enumerate(params)}
        own = {cell: index[v] for cell, v in self._ctx.state.versions.items() if cell not in outside.versions}
        for cell in own:
            cell.local = False
        return own

    def _split(self, given: dict[str, Abs]) -> tuple[list[Abs], dict[str, Abs]]:
        keywords = [p.name for p in self.__signature__.parameters.values() if p.kind is p.KEYWORD_ONLY]
        return [x for name, x in given.items() if name not in keywords], {k: given[k] for k in keywords}

    def _check_outside(self, outside: State) -> None:
        """Refuse a write to what the function found outside: its derivative would have to do without it."""
        if not self._ctx.state.holds_same(outside):
            raise self._refused("that writes, or may write, to an array, list or name of the function around it")

    def _refused(self, what: str) -> UnsupportedError:
        return self._ctx.unsupported(
            "AD190", f"a derivative of the nested function `{self.__name__}` {what}", "return the values instead"
        )


def _given(value: Value) -> Value:
    return value


def _written(written: list[Cell], own: dict[Cell, int]) -> tuple[int, ...]:
    """The arguments that are written to: where paths meet, a cell may be any of them."""
    return tuple(own[cell] for cell in written) if all(cell in own for cell in written) else tuple(own.values())


def _signature(closure: Closure) -> Signature:
    a: ast.arguments = closure.node.args
    kinds = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
    positional = [(p.arg, kind) for kind, given in zip(kinds, (a.posonlyargs, a.args)) for p in given]
    first = len(positional) - len(closure.defaults)
    found = [
        Parameter(name, kind, default=closure.defaults[i - first] if i >= first else Parameter.empty)
        for i, (name, kind) in enumerate(positional)
    ]
    for p, default in zip(a.kwonlyargs, closure.kw_defaults):
        found.append(Parameter(p.arg, Parameter.KEYWORD_ONLY, default=Parameter.empty if default is None else default))
    if a.vararg is not None or a.kwarg is not None:
        found.append(Parameter("args", Parameter.VAR_KEYWORD))
    return Signature(found)
