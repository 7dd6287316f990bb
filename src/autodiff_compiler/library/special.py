"""Special functions of `scipy.special`: a row for each op of `ir.ops.special`, with SciPy's dtype of the result."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from autodiff_compiler import lazy, namespaces
from autodiff_compiler.diagnostics import UnsupportedError
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.dtype import from_numpy_dtype
from autodiff_compiler.ir.opdef import OpDef
from autodiff_compiler.ir.ops.special import PREFIX, SPECIAL
from autodiff_compiler.ir.opset import TABLE
from autodiff_compiler.ir.types import dtype_of, is_py
from autodiff_compiler.library import arith, exponential_sums, gamma_functions
from autodiff_compiler.library.arguments import as_operand, to_dtype, type_of
from autodiff_compiler.library.registry import Build, add, when_imported

MODULE = "scipy.special"


def floats(b: Builder, function: np.ufunc, *operands: Any) -> list[Value]:
    """Operands in the dtypes in which the function computes for them, as it says itself."""
    things = [as_operand(b, x) for x in operands]
    types = [type_of(b, x) for x in things]
    given = [dtype_of(t).number if is_py(t) and not dtype_of(t).is_bool else dtype_of(t).numpy for t in types]
    resolved = function.resolve_dtypes((*given, *[None] * function.nout))
    dtypes = [from_numpy_dtype(dtype) for dtype in resolved]
    if dtypes[-1] is None or not dtypes[-1].is_float:
        raise UnsupportedError(
            "AD206", f"scipy.special.{function.__name__} in {resolved[-1]}", b.span, help="use floats"
        )
    return [to_dtype(b, x, dtype or dtypes[-1], strong=True) for x, dtype in zip(things, dtypes)]


def _parameters(build: Build, names: tuple[str, ...]) -> Build:
    """`build` with the signature of a ufunc, which takes no keywords."""
    parameters = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_ONLY) for name in ("builder", *names)]
    build.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # `inspect` looks for it
    return build


def _of_op(row: OpDef, function: np.ufunc) -> Build:
    def build(b: Builder, *operands: Any) -> Value:
        values = floats(b, function, *operands)
        for name, order in zip(row.operands, values[: row.orders]):
            if not dtype_of(order.type).is_integer:
                reason = f"scipy.special.{function.__name__} of a `{name}` that is not an integer"
                raise UnsupportedError("AD206", reason, b.span, help=f"convert it: int({name}), or {name}.astype(int)")
            arith.require_each(
                b, "ge", order, f"scipy.special.{function.__name__} of a negative `{name}` is not supported"
            )
        return arith.apply(b, row.kind, *values)

    return _parameters(build, row.operands)


def _of_parts(rows: list[OpDef], function: np.ufunc) -> Build:
    def build(b: Builder, *operands: Any) -> tuple[Value, ...]:
        values = floats(b, function, *operands)
        return tuple(arith.apply(b, row.kind, *values) for row in rows)

    return _parameters(build, rows[0].operands)


@when_imported(MODULE)
def register() -> None:
    module = lazy.load(MODULE)
    namespaces.know(PREFIX, module)
    parts: dict[str, list[OpDef]] = {}
    for row in SPECIAL.values():
        name = row.numpy.removeprefix(PREFIX)
        function = getattr(module, name, None)
        if not isinstance(function, np.ufunc):
            continue
        if row.part is None:
            add(function, f"{MODULE}.{name}", _of_op(row, function))
        else:
            parts.setdefault(name, []).append(row)
    for name, rows in parts.items():
        function = getattr(module, name)
        add(function, f"{MODULE}.{name}", _of_parts(rows, function))
    for name, build in {**gamma_functions.FUNCTIONS, **exponential_sums.FUNCTIONS}.items():
        add(getattr(module, name), f"{MODULE}.{name}", build)
    for name in ("expm1", "log1p"):
        function = getattr(module, name)
        add(function, f"{MODULE}.{name}", _of_op(TABLE[name], function))


def hurwitz(b: Builder, x: Any, q: Any) -> Value:
    ufuncs = lazy.load("scipy.special._ufuncs")
    return arith.apply(b, "zeta", *floats(b, ufuncs._zeta, x, q))
