"""Statements: one function per kind of node, and blocks with early exits.

`break`, `continue` and `return` set the state's exit code.  After a statement that may have left, the rest of the block
runs inside `if exit_code == 0`; where one branch of an `if` certainly leaves, the rest runs inside the other branch
instead, so that no code is tested.
"""

from __future__ import annotations

import ast
import builtins
import importlib
from collections.abc import Callable
from typing import Any

import numpy as np

from autodiff_compiler.frontend import array_places, branches, calls, expressions, loops, members, subscripts
from autodiff_compiler.frontend.branches import Branch
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.scalars import describe
from autodiff_compiler.frontend.source import function_liveness
from autodiff_compiler.frontend.state import RETURN_NAME, Exit, NameKey
from autodiff_compiler.frontend.values import Abs, Box, Dead, Dyn, Index, Maybe, Poison, Ref, Static, Text, Unmergeable
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.types import FLOATS, Scalar, numpy_dtype
from autodiff_compiler.library import arith


def run(ctx: Context, statements: list[ast.stmt]) -> None:
    """Run a block."""
    for i, statement in enumerate(statements):
        rest = statements[i + 1 :]
        with ctx.b.at(ctx.span(statement)):
            try:
                if isinstance(statement, ast.If):
                    if _if(ctx, statement, rest):
                        return
                else:
                    _run(ctx, statement)
            except Dead:
                ctx.state.exit = Exit(frozenset())
            except Unmergeable as signal:
                raise ctx.unmergeable(signal.poison) from None
            left = ctx.state.exit
            if left.left:
                return
            if not left.normal:
                if rest:
                    branches.if_normal(ctx, lambda rest=rest: run(ctx, rest))  # type: ignore[misc]
                return


def _run(ctx: Context, statement: ast.stmt) -> None:
    runner = _RUNNERS.get(type(statement))
    if runner is None:
        raise ctx.unsupported("AD100", f"{_words(statement)}", _ways_out(statement))
    runner(ctx, statement)


def _words(node: ast.stmt) -> str:
    names = {ast.Try: "`try`", ast.ClassDef: "a class definition", ast.Match: "`match`", ast.Global: "`global`"}
    return names.get(type(node), f"the statement {type(node).__name__}")


def _ways_out(node: ast.stmt) -> str:
    if isinstance(node, ast.Try):
        return "test for the condition with `if` before it can fail"
    if isinstance(node, ast.Match):
        return "write it with if and elif"
    return "move it out of the differentiated function"


def live_after(ctx: Context, statement: ast.stmt) -> Callable[[NameKey], bool]:
    """Whether a name may still be read after a statement; names of other frames count as live."""
    found = function_liveness(ctx.source.node)
    names = found.after.get(statement)
    frame = ctx.frame
    if names is None:
        return lambda key: True
    return lambda key: key[0] is not frame or key[1] in names or key[1] == RETURN_NAME or key[1].startswith("$")


# -- control ---------------------------------------------------------------------------------------------------------


def _if(ctx: Context, node: ast.If, rest: list[ast.stmt]) -> bool:
    """Run an `if`; True if the rest of the block was run inside one of its branches."""
    if not node.orelse and len(node.body) == 1 and isinstance(node.body[0], ast.Raise) and _plain(ctx, node.body[0]):
        return _raise_if(ctx, node.test, node.body[0])
    truth = ctx.truth(ctx.evaluate(node.test))
    if not isinstance(truth, Value):
        run(ctx, node.body if truth else node.orelse)
        return False
    base = ctx.state
    then = Branch(ctx, lambda: run(ctx, node.body), base)
    orelse = Branch(ctx, lambda: run(ctx, node.orelse), base)
    consumed = False
    for one, other in ((then, orelse), (orelse, then)):
        if one.state.exit.left and other.state.exit.normal and rest and not consumed:
            other.go_on(lambda: run(ctx, rest))
            consumed = True
    branches.join(ctx, truth, base, then, orelse, None if consumed else live_after(ctx, node))
    return consumed or (then.state.exit.left and orelse.state.exit.left)


def _plain(ctx: Context, node: ast.Raise) -> bool:
    """Whether making the exception does nothing that could fail or have an effect: names and texts of them only."""
    exc = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    arguments = node.exc.args if isinstance(node.exc, ast.Call) else []
    return isinstance(exc, ast.Name | ast.Attribute) and all(_is_plain(ctx, argument) for argument in arguments)


def _is_plain(ctx: Context, node: ast.expr | None) -> bool:
    if isinstance(node, ast.JoinedStr):
        return all(_is_plain(ctx, p.value if isinstance(p, ast.FormattedValue) else p) for p in node.values)
    if isinstance(node, ast.Name):
        frame = ctx.owner(node.id)
        return frame is None or not isinstance(ctx.state.names.get((frame, node.id)), Maybe | Poison | None)
    return node is None or isinstance(node, ast.Constant)


def _raise_if(ctx: Context, test: ast.expr, node: ast.Raise) -> bool:
    truth = ctx.truth(ctx.evaluate(test))
    if isinstance(truth, Value):
        with ctx.b.at(ctx.span(node)):
            error, parts, values = _exception(ctx, node)
            attrs = {"error": error, "message": parts}
            ctx.b.emit("check", (ctx.b.op("not", truth), *values), attrs)
    elif truth:
        _raise(ctx, node)
    return False


def _raise(ctx: Context, node: ast.Raise) -> None:
    if node.exc is None:
        raise ctx.unsupported("AD154", "`raise` without an exception", "name the exception")
    with ctx.b.at(ctx.span(node)):
        error, parts, values = _exception(ctx, node)
        ctx.b.emit("raise", values, {"error": error, "message": parts})
    ctx.state.exit = Exit(frozenset())


def _exception(ctx: Context, node: ast.Raise) -> tuple[str, tuple[str | None, ...], tuple[Value, ...]]:
    """The class name, message parts and message values of a raised exception."""
    exc = node.exc
    assert exc is not None
    arguments: list[Abs] = []
    if isinstance(exc, ast.Call):
        arguments = [ctx.evaluate(a) for a in exc.args]
        exc = exc.func
    cls = ctx.evaluate(exc)
    if not (isinstance(cls, Static) and isinstance(cls.obj, type) and issubclass(cls.obj, BaseException)):
        raise ctx.unsupported("AD155", f"raising {describe(cls)}", "raise an exception class with a message")
    name = cls.obj.__name__
    if getattr(builtins, name, None) is not cls.obj:
        ctx.constants[name] = cls.obj
    parts, values = message(ctx, arguments)
    return name, parts, values


def message(ctx: Context, arguments: list[Abs]) -> tuple[tuple[str | None, ...], tuple[Value, ...]]:
    """Arguments of `print` or of an exception as text parts and values."""
    parts: list[str | None] = []
    values: list[Value] = []
    for argument in arguments:
        if isinstance(argument, Text):
            parts += argument.parts
            values += argument.values
        elif isinstance(argument, Dyn | Ref):
            parts.append(None)
            values.append(ctx.value(argument))
        elif isinstance(argument, Static):
            parts.append(str(argument.obj))
        else:
            parts.append(describe(argument))
    return tuple(parts), tuple(values)


def _assert(ctx: Context, node: ast.Assert) -> None:
    truth = ctx.truth(ctx.evaluate(node.test))

    def fail(held: Value) -> None:
        parts, values = message(ctx, [] if node.msg is None else [ctx.evaluate(node.msg)])
        ctx.b.emit("check", (held, *values), {"error": "AssertionError", "message": parts})

    if not isinstance(truth, Value):
        if not truth:
            fail(ctx.b.const(False))
            raise Dead
    elif _is_plain(ctx, node.msg):
        fail(truth)
    else:
        # The message is made only where it is shown.
        def failing() -> None:
            fail(ctx.b.const(False))
            raise Dead

        branches.branch(ctx, truth, lambda: None, failing)


def _return(ctx: Context, node: ast.Return) -> None:
    value = Static(None) if node.value is None else ctx.evaluate(node.value)
    code = ctx.new_code()
    ctx.frame.returns.add(code)
    ctx.state.names[ctx.frame, RETURN_NAME] = value
    ctx.state.exit = Exit(frozenset({code}))


def _break(ctx: Context, node: ast.Break) -> None:
    code = ctx.new_code()
    ctx.loops[-1].breaks.add(code)
    ctx.state.exit = Exit(frozenset({code}))


def _continue(ctx: Context, node: ast.Continue) -> None:
    code = ctx.new_code()
    ctx.loops[-1].continues.add(code)
    ctx.state.exit = Exit(frozenset({code}))


def _for(ctx: Context, node: ast.For) -> None:
    loops.run_for(ctx, node)


def _while(ctx: Context, node: ast.While) -> None:
    loops.run_while(ctx, node)


def _with(ctx: Context, node: ast.With) -> None:
    for item in node.items:
        if isinstance(item.context_expr, ast.Call):
            function = ctx.evaluate(item.context_expr.func)
            settings = [
                ctx.static(ctx.evaluate(k.value), "an argument of np.errstate") for k in item.context_expr.keywords
            ]
            known = isinstance(function, Static) and function.obj is np.errstate and item.optional_vars is None
            if known and not item.context_expr.args and all(s in ("ignore", "warn", "print") for s in settings):
                continue  # it only changes which warnings are shown
        raise ctx.unsupported(
            "AD156",
            "`with`",
            "only `with np.errstate(all='ignore')`, or 'warn', can stand in a differentiated function",
        )
    run(ctx, node.body)


# -- assignment ------------------------------------------------------------------------------------------------------


def assign(ctx: Context, target: ast.expr, value: Abs) -> None:
    """`target = value`."""
    with ctx.b.at(ctx.span(target)):
        if isinstance(target, ast.Name):
            ctx.store_name(target.id, value)
        elif isinstance(target, ast.Subscript):
            base = ctx.evaluate(target.value)
            subscripts.store(ctx, base, subscripts.evaluate_index(ctx, target.slice), value)
        elif isinstance(target, ast.Attribute):
            members.store_attribute(ctx, ctx.evaluate(target.value), target.attr, value)
        else:
            assert isinstance(target, ast.Tuple | ast.List), "the grammar has no other target"
            _unpack(ctx, target, value)


def _unpack(ctx: Context, target: ast.Tuple | ast.List, value: Abs) -> None:
    names = target.elts
    starred = [i for i, t in enumerate(names) if isinstance(t, ast.Starred)]
    items = calls.unpacked(ctx, value, None if starred else len(names))
    if not starred:
        if len(items) != len(names):
            raise ctx.wrong("AD158", f"{len(items)} values to unpack into {len(names)} names")
        for one, item in zip(names, items):
            assign(ctx, one, item)
        return
    (position,) = starred
    after = len(names) - position - 1
    if len(items) < len(names) - 1:
        raise ctx.wrong("AD158", f"not enough values to unpack: {len(items)}")
    middle = items[position : len(items) - after]
    for one, item in zip(names[:position], items):
        assign(ctx, one, item)
    star = names[position]
    assert isinstance(star, ast.Starred)
    assign(ctx, star.value, ctx.new_list(list(middle)))
    for one, item in zip(names[position + 1 :], items[len(items) - after :]):
        assign(ctx, one, item)


def _assign(ctx: Context, node: ast.Assign) -> None:
    value = ctx.evaluate(node.value)
    for target in node.targets:
        # The whole statement is the place of a store, so that its adjoint can say which line it reverses.
        if isinstance(target, ast.Subscript):
            base = ctx.evaluate(target.value)
            index = subscripts.evaluate_index(ctx, target.slice)
            subscripts.store(ctx, base, index, value)
        else:
            assign(ctx, target, value)


def _ann_assign(ctx: Context, node: ast.AnnAssign) -> None:
    if node.value is not None:
        assign(ctx, node.target, ctx.evaluate(node.value))


def _aug_assign(ctx: Context, node: ast.AugAssign) -> None:
    op = type(node.op)
    target = node.target
    if isinstance(target, ast.Name):
        current = ctx.load_name(target.id)
        value = ctx.evaluate(node.value)
        if isinstance(current, Ref):
            _in_place(ctx, current, array_places.WHOLE_ARRAY, [], op, value)
        elif isinstance(current, Box) and current.cls is list and op is ast.Add:
            members.extend(ctx, current, value)
        elif isinstance(current, Box) and current.cls is list and op is ast.Mult:
            members.repeat(ctx, current, value)
        else:
            ctx.store_name(target.id, expressions.binary(ctx, op, current, value))
        return
    if isinstance(target, ast.Attribute):
        base = ctx.evaluate(target.value)
        current = members.attribute(ctx, base, target.attr)
        value = ctx.evaluate(node.value)
        if isinstance(current, Ref):
            _in_place(ctx, current, array_places.WHOLE_ARRAY, [], op, value)
        else:
            members.store_attribute(ctx, base, target.attr, expressions.binary(ctx, op, current, value))
        return
    assert isinstance(target, ast.Subscript)
    base = ctx.evaluate(target.value)
    index = subscripts.evaluate_index(ctx, target.slice)
    if not isinstance(base, Ref):
        current = subscripts.load(ctx, base, index)
        value = ctx.evaluate(node.value)
        if isinstance(current, Ref):
            _in_place(ctx, current, array_places.WHOLE_ARRAY, [], op, value)
        else:
            subscripts.store(ctx, base, index, expressions.binary(ctx, op, current, value))
        return
    _augment_array(ctx, base, index, op, node.value)


def _augment_array(ctx: Context, base: Ref, index: list[Index], op: type[ast.operator], node: ast.expr) -> None:
    """`base[index] op= node`: Python reads the place, evaluates the value, and writes the place."""
    if _only_reads(node) and op in (ast.Add, ast.Sub) and array_places.is_basic_place(ctx, base, index):
        value = ctx.evaluate(node)
        if _adds_exactly(ctx, base, value):
            step, operands = array_places.array_step(ctx, base, index)
            _in_place(ctx, base, (step,), operands, op, value)
            return
        current = subscripts.load(ctx, base, index)
    else:
        current = subscripts.load(ctx, base, index)
        value = ctx.evaluate(node)
    if isinstance(current, Ref) and current.cell is base.cell:
        # A view: it is changed in place, and shows what the value's evaluation has written.
        step, operands = array_places.array_step(ctx, base, index)
        _in_place(ctx, base, (step,), operands, op, value)
        return
    result = expressions.binary(ctx, op, current, value)
    if isinstance(current, Ref):
        assert isinstance(result, Ref)
        _check_cast(ctx, result.type.dtype, base.type.dtype)
    subscripts.store(ctx, base, index, result)


def _only_reads(node: ast.expr) -> bool:
    """Whether an expression certainly changes nothing, so that it does not matter when it is evaluated."""
    return not any(isinstance(n, ast.Call | ast.NamedExpr | ast.Await | ast.Yield) for n in ast.walk(node)) or all(
        isinstance(n.func, ast.Attribute) and isinstance(n.func.value, ast.Name) and n.func.value.id in ("np", "math")
        for n in ast.walk(node)
        if isinstance(n, ast.Call)
    )


def _adds_exactly(ctx: Context, ref: Ref, value: Abs) -> bool:
    """Whether adding in the array's own dtype is what NumPy does: the value is of that dtype, or a weak Python number."""
    if ref.type.dtype == "bool":
        return False
    if isinstance(value, Static):
        return not isinstance(value.obj, np.generic) and (ref.type.dtype in FLOATS or not isinstance(value.obj, float))
    if isinstance(value, Dyn):
        type_ = value.value.type
        assert isinstance(type_, Scalar)
        weak = type_.kind == "py" and (ref.type.dtype in FLOATS or type_.dtype not in FLOATS)
        return weak or type_.dtype == ref.type.dtype
    return isinstance(value, Ref) and value.type.dtype == ref.type.dtype


def _in_place(ctx: Context, ref: Ref, path: Any, operands: list[Value], op: type[ast.operator], value: Abs) -> None:
    """`ref[path] op= value` on the array itself."""
    if op in (ast.Add, ast.Sub) and _adds_exactly(ctx, ref, value):
        array_places.store_at(ctx, ref, path, operands, value, "+" if op is ast.Add else "-")
        return
    current = ctx.b.load(ctx.read(ref), path, operands)
    result = ctx.from_value(arith.binary(ctx.b, op.__name__, current, ctx.to_library(value)))
    if isinstance(result, Ref):
        _check_cast(ctx, result.type.dtype, ref.type.dtype)
    array_places.store_at(ctx, ref, path, operands, result)


def _check_cast(ctx: Context, result: str, array: str) -> None:
    """NumPy's in-place operators cast their result within one kind only."""
    if not np.can_cast(numpy_dtype(result), numpy_dtype(array), "same_kind"):
        raise ctx.wrong(
            "AD128",
            f"an in-place operator whose result is {result} on an array of {array}",
            "make the array a float array",
        )


# -- the rest --------------------------------------------------------------------------------------------------------


def _expression(ctx: Context, node: ast.Expr) -> None:
    if not isinstance(node.value, ast.Constant):  # a docstring
        ctx.evaluate(node.value)


def _function(ctx: Context, node: ast.FunctionDef) -> None:
    if node.decorator_list:
        raise ctx.unsupported(
            "AD159", "a decorator on a nested function", "decorate it outside, or call the decorator's effect"
        )
    ctx.store_name(node.name, expressions.closure(ctx, node, node.name))


def _import(ctx: Context, node: ast.Import) -> None:
    for alias in node.names:
        module = importlib.import_module(alias.name)
        top = module if alias.asname else importlib.import_module(alias.name.split(".")[0])
        ctx.store_name((alias.asname or alias.name).split(".")[0], Static(top))


def _import_from(ctx: Context, node: ast.ImportFrom) -> None:
    if node.level or node.module is None:
        raise ctx.unsupported("AD160", "a relative import inside a function", "import at the top of the module")
    module = importlib.import_module(node.module)
    for alias in node.names:
        ctx.store_name(alias.asname or alias.name, ctx.captures.attribute(ctx, module, alias.name))


def _delete(ctx: Context, node: ast.Delete) -> None:
    for target in node.targets:
        if not isinstance(target, ast.Name):
            raise ctx.unsupported("AD161", "`del` of an element", "build a new list or dict without it")
        ctx.load_name(target.id)
        frame = ctx.owner(target.id)
        assert frame is not None, "load_name refuses to find names from outside, and captures cannot be deleted"
        del ctx.state.names[frame, target.id]


def _nothing(ctx: Context, node: ast.stmt) -> None:
    pass


def _global(ctx: Context, node: ast.Global) -> None:
    raise ctx.unsupported("AD103", "`global`", "return the value, and assign it where the function is called")


_RUNNERS: dict[type[ast.stmt], Callable[[Context, Any], None]] = {
    ast.Assign: _assign,
    ast.AnnAssign: _ann_assign,
    ast.AugAssign: _aug_assign,
    ast.For: _for,
    ast.While: _while,
    ast.Return: _return,
    ast.Break: _break,
    ast.Continue: _continue,
    ast.Raise: _raise,
    ast.Assert: _assert,
    ast.With: _with,
    ast.Expr: _expression,
    ast.FunctionDef: _function,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.Delete: _delete,
    ast.Pass: _nothing,
    ast.Nonlocal: _nothing,
    ast.Global: _global,
}
