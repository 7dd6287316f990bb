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
from autodiff_compiler.ir.types import dtype_of, is_py
from autodiff_compiler.library import arith
from autodiff_compiler.library.arguments import as_operand, to_dtype, type_of
from autodiff_compiler.library.registry import Build, add, when_imported

MODULE = "scipy.special"


def floats(b: Builder, function: np.ufunc, *operands: Any) -> list[Value]:
    """Operands in the dtype in which the function computes for them, as it says itself."""
    things = [as_operand(b, x) for x in operands]
    types = [type_of(b, x) for x in things]
    given = [dtype_of(t).number if is_py(t) and not dtype_of(t).is_bool else dtype_of(t).numpy for t in types]
    resolved = function.resolve_dtypes((*given, *[None] * function.nout))[-1]
    dtype = from_numpy_dtype(resolved)
    if dtype is None or not dtype.is_float:
        raise UnsupportedError("AD206", f"scipy.special.{function.__name__} in {resolved}", b.span, help="use floats")
    return [to_dtype(b, x, dtype, strong=True) for x in things]


def _of_op(row: OpDef, function: np.ufunc) -> Build:
    def build(b: Builder, *operands: Any) -> Value:
        return arith.apply(b, row.kind, *floats(b, function, *operands))

    names = ("builder", *row.operands)
    parameters = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_ONLY) for name in names]
    build.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # a ufunc takes no keywords
    return build


@when_imported(MODULE)
def register() -> None:
    module = lazy.load(MODULE)
    namespaces.know(PREFIX, module)
    for kind, row in SPECIAL.items():
        function = getattr(module, kind, None)
        if isinstance(function, np.ufunc):
            add(function, f"{MODULE}.{kind}", _of_op(row, function))
    add(module.zeta, f"{MODULE}.zeta", zeta)


def zeta(b: Builder, x: Any, q: Any = None) -> Value:
    """Hurwitz's; without `q` SciPy's function is Riemann's, also where the sum does not converge."""
    if q is None:
        raise UnsupportedError("AD202", "scipy.special.zeta without q", b.span, help="for x > 1 write zeta(x, 1.0)")
    ufuncs = lazy.load("scipy.special._ufuncs")
    return arith.apply(b, "zeta", *floats(b, ufuncs._zeta, x, q))
