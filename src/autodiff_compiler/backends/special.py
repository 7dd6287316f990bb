"""How special functions are written: SciPy's functions in Python, the same in compiled code, and what needs no SciPy.

Compiled code calls `scipy.special.cython_special` through a small function that is made for the module.
"""

from __future__ import annotations

import ast

from autodiff_compiler.backends import syntax
from autodiff_compiler.backends.spelling import Expression, Writer
from autodiff_compiler.ir.core import Op
from autodiff_compiler.ir.dtype import FLOAT64
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
    call = syntax.call(opdef(op).numpy, *w.operands(op))
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
    name, of_one = f"special_{op.kind}", opdef(op).compiled
    operands = ", ".join(opdef(op).operands)
    if of_one:
        pointer = f"cython_{op.kind}"
        w.templates[pointer] = f"{pointer} = compiled_special({of_one!r}, {len(op.operands)})"
        w.templates[name] = _FUNCTION.format(name=name, operands=operands, body=f"return {pointer}({operands}, 0)")
    else:
        name = WITHOUT_SCIPY[op.kind]
    if isinstance(op.result.type, Scalar):
        return name
    first, index = opdef(op).operands[0], ", ".join(f"{operand}[i]" for operand in opdef(op).operands)
    several = f"{operands} = np.broadcast_arrays({operands})\n    " if len(op.operands) > 1 else ""
    body = _EACH.format(several=several, first=first, one=f"{name}({index})")
    w.templates[f"special_{op.kind}_array"] = _FUNCTION.format(
        name=f"special_{op.kind}_array", operands=operands, body=body
    )
    return f"special_{op.kind}_array"


_FUNCTION = """
@njit(cache=True, error_model="numpy", nogil=True)
def {name}({operands}):
    {body}
"""
_EACH = """{several}out = np.empty({first}.shape, {first}.dtype)
    for i in np.ndindex({first}.shape):
        out[i] = {one}
    return out"""

PYTHON: dict[str, Expression] = dict.fromkeys(SPECIAL, of_python)
NUMBA: dict[str, Expression] = dict.fromkeys(SPECIAL, compiled)
