"""The wasted work of symbolic differentiation: operations of SymPy's derivatives, with and without `cse`, and of ours."""

from __future__ import annotations

from typing import Any

from autodiff_compiler import grad, lazy
from autodiff_compiler.api.making import function_of
from autodiff_compiler.ir.core import Function
from benchmarks.counts import arithmetic, multiplications
from benchmarks.report import Report, Table, progress

FACTORS = (10, 50, 200)
LAYERS = 5
# SymPy's cse of n products of n - 1 factors grows with a high power of n.
CSE_LIMIT = 50


def product_gradient(n: int) -> Function:
    """The gradient's IR of a product of n parameters, written out."""
    names = [f"t{i}" for i in range(n)]
    fun = function_of(f"def product({', '.join(names)}):\n    return {' * '.join(names)}\n")
    return grad(fun, tuple(range(n))).stages(*[1.5] * n)["derivative"]


def composition_source(layers: int) -> str:
    steps = "".join("    u = u * sin(u) + u * u\n" for _ in range(layers))
    return f"from math import sin\ndef composition(u):\n{steps}    return u\n"


def product_row(n: int) -> dict[str, Any]:
    sympy = lazy.load("sympy")
    symbols = sympy.symbols(f"t0:{n}")
    derivatives = [sympy.diff(sympy.Mul(*symbols), s) for s in symbols]
    shared = None
    if n <= CSE_LIMIT:
        steps, rest = sympy.cse(derivatives)
        shared = _count([*(e for _, e in steps), *rest], "MUL")
    return {
        "function": f"product of {n}",
        "n": n,
        "counted": "multiplications",
        "sympy": _count(derivatives, "MUL"),
        "sympy_cse": shared,
        "ours": multiplications(product_gradient(n)),
    }


def composition_row(layers: int = LAYERS) -> dict[str, Any]:
    sympy = lazy.load("sympy")
    symbol = u = sympy.Symbol("u", real=True)
    for _ in range(layers):
        u = u * sympy.sin(u) + u * u
    derivative = sympy.diff(u, symbol)
    steps, rest = sympy.cse([derivative])
    ours = grad(function_of(composition_source(layers))).stages(0.5)["derivative"]
    return {
        "function": f"{layers} layers",
        "n": layers,
        "counted": "operations",
        "sympy": _count([derivative]),
        "sympy_cse": _count([*(e for _, e in steps), *rest]),
        "ours": arithmetic(ours),
    }


def run(quick: bool = False) -> Report:
    work = [*(("product", n) for n in (FACTORS[:1] if quick else FACTORS)), ("composition", LAYERS)]
    rows = [
        product_row(n) if kind == "product" else composition_row(n)
        for kind, n in progress(work, lambda item: f"{item[0]} {item[1]}")
    ]
    table = Table("Operations in the derivative", ["function", "counted", "SymPy diff", "diff + cse", "ours"])
    for row in rows:
        shared = "–" if row["sympy_cse"] is None else str(row["sympy_cse"])
        table.add(row["function"], row["counted"], str(row["sympy"]), shared, str(row["ours"]))
    return Report("symbolic", quick, {"rows": rows}, [table])


def _count(expressions: list[Any], kind: str | None = None) -> int:
    sympy = lazy.load("sympy")
    if kind is None:
        return sum(sympy.count_ops(e) for e in expressions)
    counts = sum(sympy.count_ops(e, visual=True) for e in expressions)
    return int(sympy.expand(counts).coeff(sympy.Symbol(kind)))
