"""Expressions: one function per kind of node."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import partial
from typing import Any

from autodiff_compiler.frontend import (
    arithmetic,
    branches,
    calls,
    comparisons,
    comprehensions,
    consumers,
    container_items,
    container_methods,
    generators,
    members,
    operators,
    starred,
    subscripts,
    texts,
    tries,
    views,
)
from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.entries import to_library
from autodiff_compiler.frontend.operands import Operands
from autodiff_compiler.frontend.scalars import describe
from autodiff_compiler.frontend.values import (
    Abs,
    Closure,
    Dyn,
    Ref,
    Static,
    Tup,
    Unmergeable,
)
from autodiff_compiler.ir.core import Value
from autodiff_compiler.library import arith


def evaluate(ctx: Context, node: ast.expr, or_none: bool = False) -> Abs:
    """The abstract value of an expression; every op it builds bears the node's span."""
    evaluator = _EVALUATORS.get(type(node))
    with ctx.b.at(ctx.span(node)):
        if evaluator is None:
            raise ctx.unsupported("AD100", f"{_words(node)} in an expression", "compute it outside the function")
        try:
            value = evaluator(ctx, node)
            tries.proceed(ctx)
            whole = ctx.whole(value)
            return whole if or_none else ctx.present(whole)
        except Unmergeable as signal:
            raise ctx.unmergeable(signal.poison) from None


def _words(node: ast.AST) -> str:
    names: dict[type[ast.AST], str] = {ast.Await: "`await`"}
    return names.get(type(node), type(node).__name__)


def _constant(ctx: Context, node: ast.Constant) -> Abs:
    return Static(node.value)


def _name(ctx: Context, node: ast.Name) -> Abs:
    return ctx.load_name(node.id)


def _tuple(ctx: Context, node: ast.Tuple) -> Abs:
    return Tup(tuple(_items(ctx, node)))


def _list(ctx: Context, node: ast.List) -> Abs:
    return starred.new_list(ctx, node)


def _items(ctx: Context, node: ast.Tuple | ast.Set) -> list[Abs]:
    items = Operands(ctx, node)
    for item in node.elts:
        if isinstance(item, ast.Starred):
            items.add(*consumers.static_items(ctx, evaluate(ctx, item.value), "a starred expression"))
        else:
            items.add(ctx.kept(evaluate(ctx, item, or_none=True)))
    return items.take()


def _set(ctx: Context, node: ast.Set) -> Abs:
    return ctx.call(Static(set), [Tup(tuple(_items(ctx, node)))], {})


def _dict(ctx: Context, node: ast.Dict) -> Abs:
    operands = Operands(ctx, node)
    for key, value in zip(node.keys, node.values):
        if key is None:
            other = evaluate(ctx, value)
            if not (isinstance(other, Box) and other.cls is dict):
                raise ctx.wrong("AD147", f"{describe(other)} after ** in a dict")
            operands.add(container_methods.copied(ctx, other))
        else:
            operands.add(evaluate(ctx, key), ctx.kept(evaluate(ctx, value, or_none=True)))
    made, found = ctx.new_dict({}), iter(operands.take())
    for key in node.keys:
        if key is None:
            container_methods.fill(ctx, made, next(found))
        else:
            container_items.store(ctx, made, next(found), next(found))
    return made


# -- operators -------------------------------------------------------------------------------------------------------


def _binary(ctx: Context, node: ast.BinOp) -> Abs:
    # Long chains a + b + c + … nest to the left; walk them without recursion.
    chain: list[ast.BinOp] = [node]
    while isinstance(chain[-1].left, ast.BinOp):
        chain.append(chain[-1].left)
    result = evaluate(ctx, chain[-1].left)
    for link in reversed(chain):
        with ctx.b.at(ctx.span(link)):
            operands = Operands(ctx, link)
            operands.add(result)
            operands.evaluate([link.right])
            result = arithmetic.binary(ctx, type(link.op), *operands.take())
    return result


def _unary(ctx: Context, node: ast.UnaryOp) -> Abs:
    if isinstance(node.op, ast.Not):
        return _truth(ctx, node)
    operand = evaluate(ctx, node.operand)
    own = operators.unary(ctx, type(node.op), operand)
    if own is not None:
        return own
    if isinstance(operand, Static):
        return arithmetic.static(ctx, type(node.op), operand.obj)
    if not isinstance(operand, Ref | Dyn):
        raise ctx.wrong("AD148", f"unsupported operand for {arithmetic.SYMBOLS[type(node.op)]}: {describe(operand)}")
    value = arith.unary(ctx.b, type(node.op).__name__, to_library(ctx, operand))
    return ctx.mixed.kinds.operated(type(node.op), views.of_operator(ctx, value, operand))


def _compare(ctx: Context, node: ast.Compare) -> Abs:
    left = evaluate(ctx, node.left, or_none=isinstance(node.ops[0], (*_OF_NONE, ast.In, ast.NotIn)))
    return _chain(ctx, left, list(zip(node.ops, node.comparators)))


_OF_NONE = (ast.Is, ast.IsNot, ast.Eq, ast.NotEq)
"""Comparisons that None takes part in."""


def _chain(ctx: Context, left: Abs, rest: list[tuple[ast.cmpop, ast.expr]]) -> Abs:
    """`a < b < c` is `a < b and b < c`, with b evaluated once and c only if a < b."""
    (op, node), *rest = rest
    operands = Operands(ctx, node, "right of it")
    operands.add(left)
    operands.evaluate([node], or_none=isinstance(op, _OF_NONE))
    left, middle = operands.take()
    first = comparisons.comparison(ctx, type(op), left, middle)
    if not rest:
        return first
    return branches.short_circuit(ctx, first, lambda: _chain(ctx, middle, rest), stop_at=False)


def condition(ctx: Context, node: ast.expr) -> bool | Value:
    """The truth of an expression of which nothing else is asked: the operands of `and` and `or` need have nothing in common."""
    if isinstance(node, ast.BoolOp):
        with ctx.b.at(ctx.span(node)):
            return ctx.truth(_bool_op(ctx, node, _truth))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        truth = condition(ctx, node.operand)
        with ctx.b.at(ctx.span(node)):
            return comparisons.negated(ctx, truth) if isinstance(truth, Value) else not truth
    return ctx.truth(evaluate(ctx, node, or_none=True))


def _truth(ctx: Context, node: ast.expr) -> Abs:
    truth = condition(ctx, node)
    return Dyn(truth) if isinstance(truth, Value) else Static(truth)


def _value_or_none(ctx: Context, node: ast.expr) -> Abs:
    return evaluate(ctx, node, or_none=True)


def _bool_op(ctx: Context, node: ast.BoolOp, operand: Callable[[Context, ast.expr], Abs] = _value_or_none) -> Abs:
    """`and` or `or`, of what `operand` makes of its operands."""
    stop_at = isinstance(node.op, ast.Or)

    def rest(values: list[ast.expr]) -> Abs:
        first = operand(ctx, values[0])
        if len(values) == 1:
            return first
        return branches.short_circuit(ctx, first, lambda: rest(values[1:]), stop_at=stop_at)

    return rest(node.values)


def _if_exp(ctx: Context, node: ast.IfExp) -> Abs:
    truth = condition(ctx, node.test)
    body, orelse = (partial(evaluate, ctx, arm, or_none=True) for arm in (node.body, node.orelse))
    if not isinstance(truth, Value):
        return body() if truth else orelse()
    return branches.choose(ctx, truth, body, orelse)


# -- the rest --------------------------------------------------------------------------------------------------------


def _attribute(ctx: Context, node: ast.Attribute) -> Abs:
    return members.attribute(ctx, ctx.present(evaluate(ctx, node.value, or_none=True), "AttributeError"), node.attr)


def _subscript(ctx: Context, node: ast.Subscript) -> Abs:
    base, index = subscripts.evaluate_place(ctx, node)
    return subscripts.load(ctx, base, index)


def _call(ctx: Context, node: ast.Call) -> Abs:
    return calls.call_node(ctx, node)


def _lambda(ctx: Context, node: ast.Lambda) -> Abs:
    return closure(ctx, node, "lambda_")


def closure(ctx: Context, node: ast.FunctionDef | ast.Lambda, name: str) -> Closure:
    """A nested function: its defaults are evaluated now, its free variables when it runs."""
    given = node.args
    defaults = Operands(ctx, node)
    defaults.evaluate(d for d in (*given.defaults, *given.kw_defaults) if d is not None)
    values = defaults.take()
    positional, named = values[: len(given.defaults)], iter(values[len(given.defaults) :])
    kw_defaults = tuple(None if d is None else next(named) for d in given.kw_defaults)
    return Closure(node, ctx.frame, name, tuple(positional), kw_defaults)


def _named(ctx: Context, node: ast.NamedExpr) -> Abs:
    value = evaluate(ctx, node.value, or_none=True)
    ctx.store_name(node.target.id, value)
    return value


def _comprehension(ctx: Context, node: comprehensions.Comprehension) -> Abs:
    return comprehensions.evaluate(ctx, node)


_EVALUATORS: dict[type[ast.AST], Callable[[Context, Any], Abs]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Tuple: _tuple,
    ast.List: _list,
    ast.Dict: _dict,
    ast.Set: _set,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.BoolOp: _bool_op,
    ast.IfExp: _if_exp,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Call: _call,
    ast.Lambda: _lambda,
    ast.NamedExpr: _named,
    ast.ListComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.JoinedStr: texts.joined_string,
    ast.Yield: generators.evaluate_yield,
    ast.YieldFrom: generators.evaluate_yield_from,
}
