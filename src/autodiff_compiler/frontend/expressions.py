"""Expressions: one function per kind of node."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from autodiff_compiler.frontend import (
    branches,
    calls,
    comprehensions,
    consumers,
    container_items,
    container_methods,
    members,
    operators,
    subscripts,
    texts,
    views,
)
from autodiff_compiler.frontend.classes import special
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.iteration import Sequence, iterate, steps
from autodiff_compiler.frontend.operands import Operands
from autodiff_compiler.frontend.scalars import describe, is_number, is_scalar, scalar_type
from autodiff_compiler.frontend.values import (
    Abs,
    Box,
    Choice,
    Closure,
    DictView,
    Dyn,
    Items,
    Iter,
    Ref,
    Static,
    Tup,
    Unmergeable,
    alike,
)
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.types import BOOL, INTS
from autodiff_compiler.library import arith
from autodiff_compiler.library.memory import ALWAYS, KEEPS

_STATIC_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Invert: operator.invert,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


_SYMBOLS: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.MatMult: "@",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.USub: "unary -",
    ast.UAdd: "unary +",
    ast.Invert: "unary ~",
}


def evaluate(ctx: Context, node: ast.expr) -> Abs:
    """The abstract value of an expression; every op it builds bears the node's span."""
    evaluator = _EVALUATORS.get(type(node))
    with ctx.b.at(ctx.span(node)):
        if evaluator is None:
            raise ctx.unsupported("AD100", f"{_words(node)} in an expression", "compute it outside the function")
        try:
            return ctx.whole(evaluator(ctx, node))
        except Unmergeable as signal:
            raise ctx.unmergeable(signal.poison) from None


def _words(node: ast.AST) -> str:
    names = {
        ast.Await: "`await`",
        ast.Yield: "`yield`",
        ast.YieldFrom: "`yield from`",
        ast.Set: "a set",
        ast.SetComp: "a set comprehension",
    }
    return names.get(type(node), type(node).__name__)


def _constant(ctx: Context, node: ast.Constant) -> Abs:
    if isinstance(node.value, complex):
        raise ctx.unsupported("AD146", "complex numbers", "carry real and imaginary parts as two floats")
    return Static(node.value)


def _name(ctx: Context, node: ast.Name) -> Abs:
    return ctx.load_name(node.id)


def _tuple(ctx: Context, node: ast.Tuple) -> Abs:
    return Tup(tuple(_items(ctx, node)))


def _list(ctx: Context, node: ast.List) -> Abs:
    return ctx.new_list(_items(ctx, node))


def _items(ctx: Context, node: ast.Tuple | ast.List) -> list[Abs]:
    items = Operands(ctx, node)
    for item in node.elts:
        if isinstance(item, ast.Starred):
            items.add(*consumers.static_items(ctx, evaluate(ctx, item.value), "a starred expression"))
        else:
            items.add(ctx.kept(evaluate(ctx, item)))
    return items.take()


def _dict(ctx: Context, node: ast.Dict) -> Abs:
    items = Operands(ctx, node)
    keys: list[Any] = []
    for key, value in zip(node.keys, node.values):
        if key is None:
            other = evaluate(ctx, value)
            if not (isinstance(other, Box) and other.cls is dict):
                raise ctx.wrong("AD147", f"{describe(other)} after ** in a dict")
            inner = ctx.state.content(other)
            assert isinstance(inner, Items)
            keys += inner.keys
            items.add(*inner.items)
        else:
            keys.append(container_items.key_of(ctx, evaluate(ctx, key)))
            items.add(ctx.kept(evaluate(ctx, value)))
    return ctx.new_dict(dict(zip(keys, items.take())))


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
            result = binary(ctx, type(link.op), *operands.take())
    return result


def binary(ctx: Context, op: type[ast.operator], x: Abs, y: Abs) -> Abs:
    """`x op y`."""
    own = operators.binary(ctx, op, x, y)
    if own is not None:
        return own
    if isinstance(x, Static) and isinstance(y, Static):
        return _static(ctx, op, x.obj, y.obj)
    if op is ast.Add and isinstance(x, Tup) and isinstance(y, Tup):
        return Tup((*x.items, *y.items))
    for sequence, count in ((x, y), (y, x)):
        if op is ast.Mult and _is_sequence(sequence) and not _is_sequence(count) and not isinstance(count, Ref):
            return _repeat(ctx, sequence, count)
    if isinstance(x, Box) and isinstance(y, Box) and x.cls is y.cls is list and op is ast.Add:
        return _joined_lists(ctx, x, y)
    if isinstance(x, Box) and isinstance(y, Box) and x.cls is y.cls is dict and op is ast.BitOr:
        return container_methods.joined(ctx, x, y)
    if op is ast.Mod and isinstance(x, Static) and isinstance(x.obj, str):
        raise ctx.unsupported("AD148", "`%` of a string with values of run time", 'write an f-string: f"x = {x:.3f}"')
    # NumPy makes an array of a sequence beside a value of its own; Python's numbers and sequences do not.
    numpy = any(isinstance(z, Ref) or (is_scalar(z) and scalar_type(z).kind == "np") for z in (x, y))
    for operand in (x, y):
        if _is_sequence(operand) and not numpy:
            raise ctx.wrong(
                "AD148",
                f"unsupported operands for {_SYMBOLS[op]}: {describe(x)} and {describe(y)}",
                "make an array of it: np.array(...)",
            )
        if not isinstance(operand, Ref) and not is_scalar(operand) and not _is_sequence(operand):
            if isinstance(operand, Static) and type(operand.obj) is int:
                raise ctx.unsupported("AD150", "an integer of more than 64 bits", "write it as a float: 2.0**70")
            way_out = (
                "write {**a, **b}" if isinstance(operand, Box) and operand.cls is dict else "use numbers or arrays"
            )
            raise ctx.wrong("AD148", f"unsupported operand for {_SYMBOLS[op]}: {describe(operand)}", way_out)
    value = arith.binary(ctx.b, op.__name__, ctx.to_library(x), ctx.to_library(y))
    return views.of_operator(ctx, value, x, y, order=ALWAYS if op is ast.MatMult else KEEPS)


def _is_sequence(x: Abs) -> bool:
    return isinstance(x, Tup) or (isinstance(x, Box) and x.cls is list)


def _repeat(ctx: Context, sequence: Abs, count: Abs) -> Abs:
    if not is_scalar(count) or scalar_type(count).dtype not in (*INTS, "bool"):
        raise ctx.wrong("AD108", f"a repetition must be an integer, not {describe(count)}")
    if isinstance(sequence, Tup):
        return Tup(sequence.items * ctx.static(count, "how often a tuple is repeated"))
    assert isinstance(sequence, Box)
    content = ctx.state.content(sequence)
    if isinstance(content, Items) and isinstance(count, Static):
        return ctx.new_list(list(content.items) * count.obj)
    if isinstance(content, Items) and len(content.items) == 1 and is_scalar(content.items[0]):
        return comprehensions.filled_list(ctx, content.items[0], count)
    if not isinstance(content, Items):
        raise ctx.unsupported("AD174", "`*` of a list that grows at run time", "append to it in a loop")
    return ctx.new_list(list(content.items) * ctx.static(count, "how often a list is repeated"))


def _joined_lists(ctx: Context, x: Box, y: Box) -> Abs:
    first, second = ctx.state.content(x), ctx.state.content(y)
    if isinstance(first, Items) and isinstance(second, Items):
        return ctx.new_list([*first.items, *second.items])
    joined = Box(list)
    ctx.state.boxes[joined] = first
    container_methods.extend(ctx, joined, y)
    return joined


def _static(ctx: Context, op: type[ast.AST], *operands: Any) -> Abs:
    """An operator on objects known now, by Python itself."""
    for operand in operands:
        if not isinstance(operand, bool | int | float | str | tuple | np.generic | np.dtype | type(None) | type):
            raise ctx.unsupported("AD149", f"an operator on a {type(operand).__name__}", "use numbers or arrays")
    if op is ast.Pow and isinstance(operands[0], int) and isinstance(operands[1], int) and abs(operands[1]) > 4096:
        raise ctx.unsupported("AD150", "an integer power of more than 64 bits", "use a float base")
    try:
        result = _STATIC_OPERATORS[op](*operands)
        if isinstance(result, complex):
            raise ctx.unsupported("AD146", "complex numbers", "carry real and imaginary parts as two floats")
        return Static(result)
    except KeyError:
        raise ctx.wrong("AD148", f"unsupported operands for {op.__name__}") from None
    except (TypeError, ValueError, ZeroDivisionError, OverflowError) as error:
        if all(map(is_number, operands)) and len(operands) == 2:
            # The program itself raises this when it runs, perhaps never.
            return ctx.from_value(arith.binary(ctx.b, op.__name__, *operands))
        raise ctx.wrong("AD148", f"{type(error).__name__}: {error}") from error


def _unary(ctx: Context, node: ast.UnaryOp) -> Abs:
    operand = evaluate(ctx, node.operand)
    if isinstance(node.op, ast.Not):
        truth = ctx.truth(operand)
        return Dyn(_negated(ctx, truth)) if isinstance(truth, Value) else Static(not truth)
    own = operators.unary(ctx, type(node.op), operand)
    if own is not None:
        return own
    if isinstance(operand, Static):
        return _static(ctx, type(node.op), operand.obj)
    if not isinstance(operand, Ref | Dyn):
        raise ctx.wrong("AD148", f"unsupported operand for {_SYMBOLS[type(node.op)]}: {describe(operand)}")
    return views.of_operator(ctx, arith.unary(ctx.b, type(node.op).__name__, ctx.to_library(operand)), operand)


def _compare(ctx: Context, node: ast.Compare) -> Abs:
    return _chain(ctx, evaluate(ctx, node.left), list(zip(node.ops, node.comparators)))


def _chain(ctx: Context, left: Abs, rest: list[tuple[ast.cmpop, ast.expr]]) -> Abs:
    """`a < b < c` is `a < b and b < c`, with b evaluated once and c only if a < b."""
    (op, node), *rest = rest
    operands = Operands(ctx, node, "right of it")
    operands.add(left)
    operands.evaluate([node])
    left, middle = operands.take()
    first = comparison(ctx, type(op), left, middle)
    if not rest:
        return first
    return branches.short_circuit(ctx, first, lambda: _chain(ctx, middle, rest), stop_at=False)


def comparison(ctx: Context, op: type[ast.cmpop], x: Abs, y: Abs) -> Abs:
    """`x op y`, for one operator of a comparison."""
    if op in (ast.Is, ast.IsNot):
        same = _is(ctx, x, y)
        if isinstance(same, Value):
            return Dyn(same if op is ast.Is else _negated(ctx, same))
        return Static(same == (op is ast.Is))
    if op in (ast.In, ast.NotIn):
        return _contains(ctx, x, y, op is ast.NotIn)
    own = operators.compare(ctx, op, x, y)
    if own is not None:
        return own
    if isinstance(x, Static) and isinstance(y, Static):
        return _static(ctx, op, x.obj, y.obj)
    numeric = (is_scalar(x) or isinstance(x, Ref)) and (is_scalar(y) or isinstance(y, Ref))
    if not numeric:
        if op in (ast.Eq, ast.NotEq) and (equal := _equal_objects(ctx, x, y)) is not None:
            truth = ctx.truth(equal)
            if isinstance(truth, Value):
                return Dyn(truth if op is ast.Eq else _negated(ctx, truth))
            return Static(truth == (op is ast.Eq))
        first, second = _sequence(ctx, x), _sequence(ctx, y)
        if first is not None and second is not None and first[0] is second[0] and op in _ORDERS:
            return _ordered(ctx, op, first[1], second[1])
        none = any(isinstance(side, Static) and side.obj is None for side in (x, y))
        way_out = "ask `is None`" if none else "compare numbers or arrays"
        raise ctx.unsupported("AD151", f"comparing {describe(x)} with {describe(y)}", way_out)
    return views.of_operator(ctx, arith.compare(ctx.b, op.__name__, ctx.to_library(x), ctx.to_library(y)), x, y)


_ORDERS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


def _ordered(ctx: Context, op: type[ast.cmpop], x: list[Abs], y: list[Abs]) -> Abs:
    """`x < y` of two sequences: what their first items that differ say, else their lengths."""
    if not x or not y:
        return Static(_STATIC_OPERATORS[op](len(x), len(y)))
    equal = ctx.truth(comparison(ctx, ast.Eq, x[0], y[0]))

    def here() -> Abs:
        return comparison(ctx, op, x[0], y[0])

    def further() -> Abs:
        return _ordered(ctx, op, x[1:], y[1:])

    if isinstance(equal, Value):
        return branches.choose(ctx, equal, further, here)
    return further() if equal else here()


def _negated(ctx: Context, truth: Value) -> Value:
    """`not truth`, a Python bool."""
    return ctx.b.cast(ctx.b.op("not", truth), BOOL)


def _equal_objects(ctx: Context, x: Abs, y: Abs) -> Abs | None:
    """`x == y` where one at least is no number: sequences item by item; None where we cannot tell."""
    first, second = _sequence(ctx, x), _sequence(ctx, y)
    if first is not None and second is not None:
        if first[0] is not second[0] or len(first[1]) != len(second[1]):
            return Static(False)
        equal: Abs = Static(True)
        for a, b in zip(first[1], second[1]):
            if not container_methods.is_same_object(a, b):
                same_value = partial(comparison, ctx, ast.Eq, a, b)
                equal = branches.short_circuit(ctx, equal, same_value, stop_at=False)
        return equal
    for one, other in ((x, y), (y, x)):
        # A number or container never equals a string or None; an array compares its elements.
        known = isinstance(one, Static) and (one.obj is None or isinstance(one.obj, str))
        if known and (isinstance(other, Dyn | Static | Tup) or (isinstance(other, Box) and other.cls in (list, dict))):
            return Static(False)
        if first is not None and (is_scalar(y) or is_scalar(x)):
            return Static(False)
        first = second
    return None


def _sequence(ctx: Context, x: Abs) -> tuple[type, list[Abs]] | None:
    """A tuple or a list of known length, and what kind it is."""
    if isinstance(x, Tup):
        return tuple, list(x.items)
    if isinstance(x, Static) and isinstance(x.obj, tuple):
        return tuple, [ctx.captures.wrap(ctx, item) for item in x.obj]
    if isinstance(x, Box) and x.cls is list and isinstance(content := ctx.state.content(x), Items):
        return list, list(content.items)
    return None


def _is(ctx: Context, x: Abs, y: Abs) -> bool | Value:
    functions = isinstance(x, Choice) or isinstance(y, Choice) or (x is not y and alike(x, y))
    nothing = any(isinstance(z, Static) and z.obj is None for z in (x, y))
    if functions and not nothing:
        # Where paths meet, functions and tuples are made anew, so that it does not show which one this is.
        raise ctx.unsupported(
            "AD152", f"`is` between {describe(x)} and {describe(y)}", "compare what they hold with =="
        )
    if isinstance(x, Static) and isinstance(y, Static):
        return x.obj is y.obj
    for one, other in ((x, y), (y, x)):
        if not isinstance(one, Static):
            continue
        if isinstance(one.obj, bool) and isinstance(other, Dyn):
            if other.value.type != BOOL:
                return False
            return other.value if one.obj else _negated(ctx, other.value)
        if not is_number(one.obj) or isinstance(one.obj, bool) or not isinstance(other, Dyn):
            return False
    if isinstance(x, Box) and isinstance(y, Box) and x is not y and not (x.local or y.local):
        raise ctx.unsupported("AD152", "`is` between two objects of the caller", "compare what they hold with ==")
    if isinstance(x, Box | Closure) or isinstance(y, Box | Closure):
        return x is y
    raise ctx.unsupported("AD152", f"`is` between {describe(x)} and {describe(y)}", "compare what they hold with ==")


def _contains(ctx: Context, x: Abs, y: Abs, negate: bool) -> Abs:
    own = special(ctx, y, "__contains__")
    if own is not None:
        held = ctx.truth(ctx.call(own, [x], {}))
        return Dyn(_negated(ctx, held) if negate else held) if isinstance(held, Value) else Static(held != negate)
    keys = y.box if isinstance(y, DictView) and y.kind == "keys" else y
    if isinstance(keys, Box) and keys.cls is dict:
        content = ctx.state.content(keys)
        assert isinstance(content, Items)
        return Static((container_items.key_of(ctx, x) in content.keys) != negate)
    if isinstance(y, Static) and not isinstance(y.obj, tuple):
        container = ctx.immutable(y.obj, "the items")
        item = ctx.static(x, "the left side of `in`")
        try:
            return Static((item in container) != negate)
        except (TypeError, ValueError) as error:
            raise ctx.wrong("AD171", f"{type(error).__name__}: {error}") from error
    iterable = iterate(ctx, y)
    if not isinstance(y, Iter) and isinstance(iterable, Sequence):
        iterable = steps(consumers.drained(ctx, iterable, "the right side of `in`"))
    truth = ctx.truth(consumers.contains(ctx, x, iterable))
    if isinstance(truth, Value):
        return Dyn(_negated(ctx, truth)) if negate else Dyn(truth)
    return Static(truth != negate)


def _bool_op(ctx: Context, node: ast.BoolOp) -> Abs:
    stop_at = isinstance(node.op, ast.Or)

    def rest(values: list[ast.expr]) -> Abs:
        first = evaluate(ctx, values[0])
        if len(values) == 1:
            return first
        return branches.short_circuit(ctx, first, lambda: rest(values[1:]), stop_at=stop_at)

    return rest(node.values)


def _if_exp(ctx: Context, node: ast.IfExp) -> Abs:
    truth = ctx.truth(evaluate(ctx, node.test))
    if not isinstance(truth, Value):
        return evaluate(ctx, node.body if truth else node.orelse)
    return branches.choose(ctx, truth, lambda: evaluate(ctx, node.body), lambda: evaluate(ctx, node.orelse))


# -- the rest --------------------------------------------------------------------------------------------------------


def _attribute(ctx: Context, node: ast.Attribute) -> Abs:
    return members.attribute(ctx, evaluate(ctx, node.value), node.attr)


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
    value = evaluate(ctx, node.value)
    ctx.store_name(node.target.id, value)
    return value


def _comprehension(ctx: Context, node: ast.ListComp | ast.GeneratorExp | ast.DictComp) -> Abs:
    return comprehensions.evaluate(ctx, node)


_EVALUATORS: dict[type[ast.AST], Callable[[Context, Any], Abs]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Tuple: _tuple,
    ast.List: _list,
    ast.Dict: _dict,
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
    ast.JoinedStr: texts.joined_string,
}
