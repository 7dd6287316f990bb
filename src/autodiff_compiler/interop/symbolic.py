"""SymPy in and out: an expression as a function that can be differentiated, a scalar function as an expression."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from autodiff_compiler import driver, lazy
from autodiff_compiler.api.binding import Signature
from autodiff_compiler.api.boundary import boundary
from autodiff_compiler.api.making import function_of, options_of
from autodiff_compiler.diagnostics import UnsupportedError, UserError
from autodiff_compiler.ir.core import Op
from autodiff_compiler.ir.opset import opdef
from autodiff_compiler.ir.tree import Leaf
from autodiff_compiler.ir.types import FLOAT

# Op kinds that SymPy has under another name.
NAMES = {
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "arctan2": "atan2",
    "arcsinh": "asinh",
    "arccosh": "acosh",
    "arctanh": "atanh",
    "abs": "Abs",
    "maximum": "Max",
    "minimum": "Min",
}
SAME = {"sqrt", "cbrt", "exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sign", "floor"}

ARITHMETIC: Mapping[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "mul0": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "pow": lambda a, b: a**b,
    "neg": lambda a: -a,
    "cast": lambda a: a,
    "copy": lambda a: a,
    "log2": lambda a: lazy.load("sympy").log(a, 2),
    "log10": lambda a: lazy.load("sympy").log(a, 10),
    "log1p": lambda a: lazy.load("sympy").log(1 + a),
    "expm1": lambda a: lazy.load("sympy").exp(a) - 1,
    "exp2": lambda a: 2**a,
}


@boundary
def from_sympy(expression: Any, args: Sequence[Any], name: str = "expression") -> Callable[..., Any]:
    """A Python function of `args` (symbols or their names) that computes a SymPy expression.

    Common subexpressions are computed once, so a derivative of the function has the size of the program, not of the
    expanded expression.  It takes floats and arrays, as the NumPy functions in it do.  Raises `UserError` (AD425) for a
    symbol that is not among `args`.

    >>> import sympy
    >>> x, y = sympy.symbols("x y")
    >>> from_sympy(sympy.exp(x) * y, (x, y))(0.0, 3.0)
    np.float64(3.0)
    """
    sympy = lazy.load("sympy")
    printing = lazy.load("sympy.printing.numpy")
    expression = sympy.sympify(expression)
    names = [str(arg) for arg in args]
    missing = sorted(str(s) for s in expression.free_symbols if str(s) not in names)
    if missing:
        raise UserError(
            "AD425", f"the expression has the symbols {', '.join(missing)}, which are not among its arguments"
        )
    printer = printing.NumPyPrinter({"fully_qualified_modules": False})
    temporaries = (sympy.Symbol(f"t{i}") for i in range(10**9) if f"t{i}" not in names)
    steps, (result,) = sympy.cse([expression], symbols=temporaries)
    lines = [f"{symbol} = {printer.doprint(value)}" for symbol, value in steps]
    lines.append(f"return {printer.doprint(result)}")
    imports = sorted(
        f"from numpy import {function}" for module, fs in printer.module_imports.items() for function in fs
    )
    body = "\n    ".join(lines)
    return function_of("\n".join([*imports, f"def {name}({', '.join(names)}):", f"    {body}", ""]))


@boundary
def to_sympy(fun: Callable[..., Any]) -> Any:
    """The SymPy expression of a straight-line function of floats; its symbols have the names of the parameters.

    Raises `UnsupportedError` (AD426) for what has no SymPy form: loops, branches at run time, arrays, several results.

    >>> to_sympy(lambda x, y: x**2 * y + 1.0)
    x**2*y + 1
    """
    sympy = lazy.load("sympy")
    names = Signature.of(fun).names
    options = options_of()
    lowered = driver.lower(fun, [(name, Leaf(), [FLOAT]) for name in names], options)
    fn = driver.optimized(lowered, options)
    known: dict[Any, Any] = {
        value: sympy.Symbol(name, real=True) for value, (name, _) in zip(fn.params, fn.param_trees, strict=True)
    }
    for op in fn.body.ops[:-1]:
        if not opdef(op).marks:
            known[op.result if len(op.results) == 1 else op] = _translated(sympy, op, known)
    if len(fn.results) != 1:
        raise UnsupportedError("AD426", f"{fn.name} has {len(fn.results)} results; to_sympy needs one", fn.span)
    return known[fn.results[0]]


def _translated(sympy: Any, op: Op, known: Mapping[Any, Any]) -> Any:
    operands = [known[v] for v in op.operands]
    if op.kind == "const":
        value = op.attrs["value"]
        # Whole numbers become integers: to SymPy, x**2.0 and x**2 are different.
        return sympy.Integer(int(value)) if value == value // 1 else sympy.sympify(value)
    if op.kind in ARITHMETIC:
        return ARITHMETIC[op.kind](*operands)
    name = NAMES.get(op.kind, op.kind if op.kind in SAME else None)
    if name is None:
        raise UnsupportedError(
            "AD426", f"`{op.kind}` has no SymPy form", op.span, help="to_sympy takes straight-line functions of floats"
        )
    return getattr(sympy, name)(*operands)
