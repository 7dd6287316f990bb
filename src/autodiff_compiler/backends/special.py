"""How special functions are written: SciPy's functions in Python, the same in compiled code, and what needs no SciPy.

Compiled code calls `scipy.special.cython_special` through a small function that is made for the module.
"""

from __future__ import annotations

import ast

from autodiff_compiler.backends import syntax
from autodiff_compiler.backends.spelling import Expression, Writer
from autodiff_compiler.ir.core import Op
from autodiff_compiler.ir.dtype import FLOAT64
from autodiff_compiler.ir.opdef import OpDef
from autodiff_compiler.ir.ops.special import SPECIAL
from autodiff_compiler.ir.opset import opdef
from autodiff_compiler.ir.types import Array, Scalar, is_py

WITHOUT_SCIPY = {
    "erf": "math.erf",
    "erfc": "math.erfc",
    "gamma": "math.gamma",
    "gammaln": "math.lgamma",
    "digamma": "float_digamma",
    "zeta": "float_zeta",
}
"""What computes them of Python's floats: functions of `math`, and helpers."""

_HELPERS = frozenset(name for name in WITHOUT_SCIPY.values() if "." not in name)


def of_python(w: Writer, op: Op) -> ast.expr:
    """For the Python backend.  SciPy computes a float32 and a number of Python's in float64: dtypes are stated."""
    plain = WITHOUT_SCIPY.get(op.kind) if is_py(op.result.type) else None
    if plain is not None:
        return syntax.call(plain, *w.operands(op))
    row = opdef(op)
    call: ast.expr = syntax.call(row.numpy, *w.operands(op))
    if row.part is not None:
        call = syntax.subscript(call, ast.Constant(row.part))
    assert isinstance(op.result.type, Scalar | Array)
    return w.convert(call, op.result.type) if is_py(op.result.type) else call


def compiled(w: Writer, op: Op) -> ast.expr:
    """For Numba, which computes in float64 whatever is given."""
    type_ = op.result.type
    plain = WITHOUT_SCIPY.get(op.kind)
    if plain is not None and (is_py(type_) or (plain in _HELPERS and isinstance(type_, Scalar))):
        call = syntax.call(plain, *w.operands(op))
    else:
        call = syntax.call(_made(w, op), *w.operands(op))
    if isinstance(type_, Scalar) and type_.dtype is not FLOAT64:
        return w.convert(call, type_)
    return call


def _made(w: Writer, op: Op) -> str:
    """The name of the function that calls SciPy's, whose source becomes part of the module."""
    row = opdef(op)
    name = f"special_{op.kind}" if row.compiled else WITHOUT_SCIPY[op.kind]
    if row.compiled:
        pointer = f"cython_{row.compiled}"
        shape = f"{row.compiled!r}, {row.orders}, {len(row.operands)}, {row.parts}"
        w.templates[pointer] = f"{pointer} = compiled_special({shape})"
        w.templates[name] = _function(name, row, _call(row, pointer))
    if isinstance(op.result.type, Scalar):
        return name
    w.templates[f"special_{op.kind}_array"] = _function(f"special_{op.kind}_array", row, _each(row, name))
    return f"special_{op.kind}_array"


def _function(name: str, row: OpDef, body: str) -> str:
    """Its source.  `body` is indented for the inside of a function."""
    head = f'@njit(cache=True, error_model="numpy", nogil=True)\ndef {name}({", ".join(row.operands)}):'
    return f"\n{head}\n{body}\n"


def _call(row: OpDef, pointer: str) -> str:
    operands = ", ".join(row.operands)
    if row.part is None:
        return f"    return {pointer}({operands}, 0)"
    places = ", ".join(f"out[{k}:].ctypes" for k in range(row.parts))
    return f"    out = np.empty({row.parts})\n    {pointer}({operands}, {places})\n    return out[{row.part}]"


def _each(row: OpDef, name: str) -> str:
    """For arrays: the elements one by one, in the dtype of the last operand."""
    one = f"{name}({', '.join(f'{operand}[i]' for operand in row.operands)})"
    shapes = ", ".join(f"np.shape({operand})" for operand in row.operands)
    stretched = [f"    {operand} = np.broadcast_to({operand}, shape)" for operand in row.operands]
    lines = [
        *([f"    shape = np.broadcast_shapes({shapes})", *stretched] if len(row.operands) > 1 else []),
        f"    out = np.empty({row.operands[-1]}.shape, {row.operands[-1]}.dtype)",
        f"    for i in np.ndindex({row.operands[-1]}.shape):",
        f"        out[i] = {one}",
        "    return out",
    ]
    return "\n".join(lines)


PYTHON: dict[str, Expression] = dict.fromkeys(SPECIAL, of_python)
NUMBA: dict[str, Expression] = dict.fromkeys(SPECIAL, compiled)
