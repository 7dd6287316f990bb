"""Short constructors for the `ast` nodes that generated code is made of."""

from __future__ import annotations

import ast
import math
from collections.abc import Sequence
from typing import Any


def name(text: str) -> ast.Name:
    return ast.Name(id=text, ctx=ast.Load())


def target(text: str) -> ast.Name:
    return ast.Name(id=text, ctx=ast.Store())


def dotted(text: str) -> ast.expr:
    """`np.add.at` as an expression."""
    first, *rest = text.split(".")
    node: ast.expr = name(first)
    for part in rest:
        node = attribute(node, part)
    return node


def attribute(value: ast.expr, attr: str) -> ast.Attribute:
    return ast.Attribute(value=value, attr=attr, ctx=ast.Load())


def call(function: str | ast.expr, *args: ast.expr, **keywords: ast.expr) -> ast.Call:
    func = dotted(function) if isinstance(function, str) else function
    return ast.Call(func=func, args=list(args), keywords=[ast.keyword(arg=k, value=v) for k, v in keywords.items()])


def method(value: ast.expr, attr: str, *args: ast.expr, **keywords: ast.expr) -> ast.Call:
    return call(attribute(value, attr), *args, **keywords)


def literal(value: Any) -> ast.expr:
    """A constant.  Negative numbers are a minus and a number, because `-2.0 ** 2` is -4; inf and nan are NumPy's."""
    if isinstance(value, float) and not math.isfinite(value):
        if math.isnan(value):
            return dotted("np.nan")
        return dotted("np.inf") if value > 0 else negative(dotted("np.inf"))
    if isinstance(value, int | float) and not isinstance(value, bool) and math.copysign(1.0, value) < 0:
        return negative(ast.Constant(value=-value))
    if isinstance(value, complex):
        return _complex(value)
    if isinstance(value, tuple):
        return tuple_([literal(item) for item in value])
    return ast.Constant(value=value)


def _complex(value: complex) -> ast.expr:
    """`2j`, where that is the number, signs of zeros included; else `complex(-1.0, 2.0)`, because Python writes complex numbers as sums."""
    if (
        value.real == 0.0
        and math.copysign(1.0, value.real) > 0
        and math.copysign(1.0, value.imag) > 0
        and math.isfinite(value.imag)
    ):
        return ast.Constant(value=value)
    return call("complex", literal(value.real), literal(value.imag))


def negative(value: ast.expr) -> ast.expr:
    return ast.UnaryOp(op=ast.USub(), operand=value)


def not_(value: ast.expr) -> ast.expr:
    return ast.UnaryOp(op=ast.Not(), operand=value)


def binary(op: ast.operator, left: ast.expr, right: ast.expr) -> ast.BinOp:
    """An operation; `a - b` for `a + -b`, which is the same."""
    if isinstance(op, ast.Add) and isinstance(right, ast.UnaryOp) and isinstance(right.op, ast.USub):
        return ast.BinOp(left=left, op=ast.Sub(), right=right.operand)
    return ast.BinOp(left=left, op=op, right=right)


def compare(op: ast.cmpop, left: ast.expr, right: ast.expr) -> ast.Compare:
    return ast.Compare(left=left, ops=[op], comparators=[right])


def tuple_(items: Sequence[ast.expr]) -> ast.Tuple:
    return ast.Tuple(elts=list(items), ctx=ast.Load())


def subscript(value: ast.expr, index: ast.expr) -> ast.Subscript:
    return ast.Subscript(value=value, slice=index, ctx=ast.Load())


def as_target(node: ast.expr) -> ast.Name | ast.Subscript:
    """A name or subscript to be assigned to."""
    assert isinstance(node, ast.Name | ast.Subscript)
    if isinstance(node, ast.Name):
        return target(node.id)
    return ast.Subscript(value=node.value, slice=node.slice, ctx=ast.Store())


def assign(left: ast.expr, value: ast.expr) -> ast.stmt:
    return ast.Assign(targets=[left], value=value)


def expression(value: ast.expr) -> ast.stmt:
    return ast.Expr(value=value)


def raise_(error: str, message: ast.expr) -> ast.stmt:
    return ast.Raise(exc=call(error, message), cause=None)


def names_read(node: ast.AST) -> list[str]:
    """The names an expression reads, in order, each once."""
    found: dict[str, None] = {}
    nodes = [node]
    for current in nodes:
        if isinstance(current, ast.Name):
            found[current.id] = None
            continue
        for field in current._fields:
            value = getattr(current, field, None)
            if isinstance(value, ast.AST):
                nodes.append(value)
            elif isinstance(value, list):
                nodes.extend(part for part in value if isinstance(part, ast.AST))
    return list(found)


def function(name_: str, params: Sequence[str], body: list[ast.stmt], decorators: Sequence[ast.expr] = ()) -> ast.stmt:
    arguments = ast.arguments(
        posonlyargs=[], args=[ast.arg(arg=p) for p in params], kwonlyargs=[], kw_defaults=[], defaults=[]
    )
    node = ast.FunctionDef(name=name_, args=arguments, body=body, decorator_list=list(decorators))
    if "type_params" in ast.FunctionDef._fields:
        node.type_params = []  # type: ignore[attr-defined]  # Python 3.12
    return node
