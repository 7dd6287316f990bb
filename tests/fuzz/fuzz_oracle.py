"""Derivatives by complex step: a program rewritten so that CPython itself can run it on complex numbers.

f(x + ihv) = f(x) + ih f'(x)v + O(h^2), and with h = 1e-30 neither rounding nor truncation is left.  The rewriting keeps
every statement and changes only what complex numbers cannot do: comparisons and conversions look at the real part,
float buffers become complex ones, and functions that are not analytic (abs, maximum, var …) are replaced by ones that
select by the real part.  It shares nothing with the compiler.
"""

from __future__ import annotations

import ast
import copy
import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

STEP = 1e-30
# Decisions closer than this, relative to what is compared, may go the other way when the arguments move a little.
MARGIN = 1e-4
# Half a unit in the last place of float32.
SINGLE = 2.0**-24


class RejectedError(Exception):
    """The program is no fair test: it decides at a tie, or leaves the range of sane values."""


def derivative(
    source: str, name: str, args: list[Any], direction: list[Any], noise: Callable[[Any], Any] | None = None
) -> tuple[Any, Any]:
    """(f(args), f'(args) direction), with the structure of f's result."""
    result = run_complex(source, name, perturbed(args, direction), noise)
    return parts(result, lambda z: z.real), parts(result, lambda z: z.imag / STEP)


def run_complex(source: str, name: str, args: list[Any], noise: Callable[[Any], Any] | None = None) -> Any:
    tree = ast.parse(source)
    tree = ast.fix_missing_locations(_Rewrite().visit(_Noisy().visit(tree) if noise else tree))
    scope = {**SCOPE, "noise_": noise}
    exec(compile(tree, "<complex>", "exec"), scope)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("error", np.exceptions.ComplexWarning)
        return scope[name](*args)


def reading_first(source: str, name: str, args: list[Any]) -> Any:
    """The function's value if what is stored is read before anything is written, as NumPy documents it.

    NumPy itself does not for one-dimensional slices with different steps in one direction: `b[::2] = b[:-2]`.
    """
    return careful_function(source, name)(*copy.deepcopy(args))


def careful_function(source: str, name: str) -> Callable[..., Any]:
    """The function that reads first; see `reading_first`."""
    tree = ast.fix_missing_locations(_ReadFirst().visit(ast.parse(source)))
    scope = {"__name__": "careful", "np": np, "math": math}
    scope["_read"] = lambda x: x.copy() if isinstance(x, np.ndarray) else x
    exec(compile(tree, "<reading first>", "exec"), scope)
    return scope[name]


def rounding(seed: int) -> Callable[[Any], Any]:
    """Multiplies floats by random factors as close to 1 as the rounding of float32 is, real and imaginary parts apart."""
    rng = np.random.default_rng(seed)

    def noise(x: Any) -> Any:
        if not isinstance(x, complex | float | np.inexact | np.ndarray) or np.asarray(x).dtype.kind not in "fc":
            return x
        one, other = 1.0 + SINGLE * rng.uniform(-1, 1, (2, *np.shape(x)))
        rounded = np.real(x) * one + 1j * (np.imag(x) * other)
        if not isinstance(x, np.ndarray):
            return complex(rounded) if np.iscomplexobj(x) else float(rounded.real)
        return rounded if np.iscomplexobj(x) else rounded.real

    return noise


class _Noisy(ast.NodeTransformer):
    """Every result of arithmetic is rounded: so the spread of a few runs shows how much float32 can be trusted."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        return _call("noise_", node)

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        self.generic_visit(node)
        loaded = ast.parse(ast.unparse(node.target), mode="eval").body
        if isinstance(node.target, ast.Subscript):
            return [node, ast.Assign([node.target], _call("noise_", loaded))]
        whole = ast.Subscript(loaded, ast.Constant(Ellipsis), ast.Store())
        is_array = _call("isinstance", loaded, ast.parse("np.ndarray", mode="eval").body)
        in_place = ast.Assign([whole], _call("noise_", loaded))
        return [node, ast.If(is_array, [in_place], [ast.Assign([node.target], _call("noise_", loaded))])]


class _ReadFirst(ast.NodeTransformer):
    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        self.generic_visit(node)
        if any(isinstance(target, ast.Subscript) for target in node.targets):
            node.value = ast.Call(ast.Name("_read", ast.Load()), [node.value], [])
        return node


def perturbed(value: Any, direction: Any) -> Any:
    """value + i h direction for all floats; integers, which have None as their direction, stay."""
    if isinstance(value, dict):
        return {key: perturbed(value[key], direction[key]) for key in value}
    if isinstance(value, list | tuple):
        return type(value)(perturbed(a, d) for a, d in zip(value, direction))
    if direction is None:
        return copy.deepcopy(value)
    if isinstance(value, np.ndarray):
        # Where the direction is a view of strides, so is the value.
        return value.astype(complex, order="K") + 1j * STEP * direction
    return complex(float(value), STEP * float(direction))


def parts(value: Any, part: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return {key: parts(item, part) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(parts(item, part) for item in value)
    return part(np.asarray(value))


# -- what the rewritten program calls ------------------------------------------------------------------------------


def real(x: Any) -> Any:
    if isinstance(x, list | tuple):
        return type(x)(real(item) for item in x)
    return np.real(x) if isinstance(x, complex | np.ndarray | np.complexfloating) else x


def _varies(x: Any) -> bool:
    return bool(np.any(np.imag(np.asarray(x)) != 0))


def apart(x: Any, y: Any) -> None:
    """Reject the program if a decision between x and y is a close one."""
    a, b = np.asarray(real(x)), np.asarray(real(y))
    if a.dtype.kind in "biu" and b.dtype.kind in "biu":
        return
    gap = np.abs(a - b)
    close = gap < MARGIN * (1.0 + np.abs(a))
    if not np.all(np.isfinite(gap)):
        raise RejectedError("not finite")
    # Two constants that are equal stay equal.
    moving = np.broadcast_to((np.imag(x) != 0) | (np.imag(y) != 0) | (gap != 0), gap.shape)
    if np.any(close & moving):
        raise RejectedError("a tie")


_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "Lt": lambda a, b: a < b,
    "LtE": lambda a, b: a <= b,
    "Gt": lambda a, b: a > b,
    "GtE": lambda a, b: a >= b,
    "Eq": lambda a, b: a == b,
    "NotEq": lambda a, b: a != b,
    "Is": lambda a, b: a is b,
    "IsNot": lambda a, b: a is not b,
    "In": lambda a, b: a in b,
    "NotIn": lambda a, b: a not in b,
}


def compare(operators: list[str], operands: list[Any]) -> Any:
    outcome: Any = True
    for operator, left, right in zip(operators, operands, operands[1:]):
        if operator in ("Lt", "LtE", "Gt", "GtE", "Eq", "NotEq"):
            apart(left, right)
        outcome = _OPERATORS[operator](real(left), real(right))
        if len(operators) > 1 and not outcome:
            return outcome
    return outcome


def buffer(x: Any) -> Any:
    """What is assigned: a float array becomes complex, for something complex may be written into it."""
    return x.astype(complex) if isinstance(x, np.ndarray) and x.dtype.kind == "f" else x


def floor_divide(x: Any, y: Any) -> Any:
    if isinstance(x, complex | np.complexfloating) or isinstance(y, complex | np.complexfloating):
        quotient = real(x) / real(y)
        apart(quotient, np.round(quotient))
        return math.floor(quotient) + 0.0
    return x // y


def remainder(x: Any, y: Any) -> Any:
    if isinstance(x, complex | np.complexfloating) or isinstance(y, complex | np.complexfloating):
        return x - floor_divide(x, y) * y
    return x % y


def maximum(x: Any, y: Any) -> Any:
    apart(x, y)
    return np.where(real(x) >= real(y), x, y)[()]


def minimum(x: Any, y: Any) -> Any:
    apart(x, y)
    return np.where(real(x) <= real(y), x, y)[()]


def absolute(x: Any) -> Any:
    apart(x, 0.0)
    return np.where(real(x) >= 0, x, -np.asarray(x))[()]


def sign(x: Any) -> Any:
    apart(x, 0.0)
    return buffer(np.sign(real(x)))


def builtin_max(*args: Any) -> Any:
    items = list(args[0]) if len(args) == 1 else list(args)
    best = items[0]
    for item in items[1:]:
        apart(best, item)
        best = item if real(item) > real(best) else best
    return best


def builtin_min(*args: Any) -> Any:
    items = list(args[0]) if len(args) == 1 else list(args)
    return -builtin_max([-item for item in items])


def to_float(x: Any) -> Any:
    return x if isinstance(x, complex | np.complexfloating) else complex(x)


def to_int(x: Any) -> int:
    if isinstance(x, complex | np.complexfloating):
        apart(x, np.round(real(x)))
    return int(real(x))


def clip(x: Any, low: Any, high: Any) -> Any:
    return minimum(maximum(x, low), high)


def var(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    x = np.asarray(x)
    return np.mean((x - np.mean(x, axis=axis, keepdims=True)) ** 2, axis=axis, keepdims=keepdims)


def std(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    v = var(x, axis, keepdims)
    apart(v, 0.0)
    return np.sqrt(v)


def extreme(x: Any, axis: Any, keepdims: bool, sign_: int) -> Any:
    x = np.asarray(x)
    if axis is None:
        flat = x.reshape(1, -1)
        result = extreme(flat, 1, False, sign_)[0]
        return result.reshape((1,) * x.ndim) if keepdims else result
    ordered = np.argsort(sign_ * real(x), axis=axis, kind="stable")
    taken = np.take_along_axis(x, ordered, axis)
    if x.shape[axis] > 1:
        last, previous = np.take(taken, -1, axis), np.take(taken, -2, axis)
        apart(last, previous)
    best = np.take(taken, [-1], axis)
    return best if keepdims else np.squeeze(best, axis)


def amax(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return extreme(x, axis, keepdims, 1)


def amin(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return extreme(x, axis, keepdims, -1)


def argmax(x: Any, axis: Any = None) -> Any:
    amax(x, axis)
    return np.argmax(real(x), axis)


def argmin(x: Any, axis: Any = None) -> Any:
    amin(x, axis)
    return np.argmin(real(x), axis)


def sort(x: Any) -> Any:
    order = argsort(x)
    return np.asarray(x)[order]


def argsort(x: Any) -> Any:
    order = np.argsort(real(x), kind="stable")
    ordered = np.asarray(x)[order]
    apart(ordered[1:], ordered[:-1])
    return order


def hypot(x: Any, y: Any) -> Any:
    return np.sqrt(np.asarray(x) ** 2 + np.asarray(y) ** 2)[()]


def arctan2(y: Any, x: Any) -> Any:
    a, b = np.asarray(y, complex), np.asarray(x, complex)
    slope = (b.real * a.imag - a.real * b.imag) / (a.real**2 + b.real**2)
    return (np.arctan2(a.real, b.real) + 1j * slope)[()]


def logaddexp(x: Any, y: Any) -> Any:
    top = np.maximum(real(x), real(y))
    return top + np.log(np.exp(x - top) + np.exp(y - top))


def real_where(c: Any, x: Any, y: Any) -> Any:
    return buffer(np.where(c, x, y))


REPLACED: dict[str, Callable[..., Any]] = {
    "maximum": maximum,
    "minimum": minimum,
    "fmax": maximum,
    "fmin": minimum,
    "abs": absolute,
    "absolute": absolute,
    "fabs": absolute,
    "sign": sign,
    "clip": clip,
    "var": var,
    "std": std,
    "max": amax,
    "min": amin,
    "amax": amax,
    "amin": amin,
    "argmax": argmax,
    "argmin": argmin,
    "sort": sort,
    "argsort": argsort,
    "hypot": hypot,
    "arctan2": arctan2,
    "atan2": arctan2,
    "logaddexp": logaddexp,
    "where": real_where,
    "float64": complex,
    "float32": complex,
    "atan": np.arctan,
    "asin": np.arcsin,
    "acos": np.arccos,
}


class _Function:
    """A function of NumPy whose float arrays come out complex; `np.add.at` works too."""

    def __init__(self, function: Any) -> None:
        self.function = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return buffer(self.function(*args, **kwargs))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.function, name)


class _Namespace:
    """`np` or `math` for complex numbers."""

    def __getattr__(self, name: str) -> Any:
        if name in REPLACED:
            return REPLACED[name]
        found = getattr(np, name)
        return found if isinstance(found, type) or not callable(found) else _Function(found)


def method(x: Any, name: str, *args: Any, **kwargs: Any) -> Any:
    if name in REPLACED and isinstance(x, np.ndarray):
        return REPLACED[name](x, *args, **kwargs)
    if name == "astype" and isinstance(x, np.ndarray):
        return x.astype({np.float64: complex, np.float32: complex}.get(args[0], args[0]))
    return buffer(getattr(x, name)(*args, **kwargs))


SCOPE: dict[str, Any] = {
    "np": _Namespace(),
    "math": _Namespace(),
    "abs": absolute,
    "max": builtin_max,
    "min": builtin_min,
    "float": to_float,
    "int": to_int,
    "compare_": compare,
    "buffer_": buffer,
    "floor_divide_": floor_divide,
    "remainder_": remainder,
    "method_": method,
}


class _Rewrite(ast.NodeTransformer):
    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        operators = ast.List([ast.Constant(type(op).__name__) for op in node.ops], ast.Load())
        return _call("compare_", operators, ast.List([node.left, *node.comparators], ast.Load()))

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.FloorDiv | ast.Mod):
            name = "floor_divide_" if isinstance(node.op, ast.FloorDiv) else "remainder_"
            return _call(name, node.left, node.right)
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        self.generic_visit(node)
        node.value = _call("buffer_", node.value)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        target = node.func
        if isinstance(target, ast.Attribute) and not (
            isinstance(target.value, ast.Name) and target.value.id in ("np", "math")
        ):
            if isinstance(target.value, ast.Attribute):  # np.add.at
                return node
            args = [target.value, ast.Constant(target.attr), *node.args]
            return ast.Call(ast.Name("method_", ast.Load()), args, node.keywords)
        return node


def _call(name: str, *args: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(args), [])
