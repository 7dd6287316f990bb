"""Statements: one function per kind of node, and blocks with early exits.

`break`, `continue` and `return` set the state's exit code.  After a statement that may have left, the rest of the block
runs inside `if exit_code == 0`; where one branch of an `if` certainly leaves, the rest runs inside the other branch
instead, so that no code is tested.
"""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Callable
from functools import partial
from types import GeneratorType, ModuleType
from typing import Any

from autodiff_compiler.diagnostics import UserError
from autodiff_compiler.frontend import (
    assignment,
    branches,
    container_items,
    expressions,
    failures,
    handlers,
    live_names,
    local_classes,
    loops,
    managers,
    patterns,
    subscripts,
    tries,
    while_loops,
)
from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.guards import Place
from autodiff_compiler.frontend.scalars import describe
from autodiff_compiler.frontend.state import RETURN_NAME, Exit
from autodiff_compiler.frontend.values import Abs, Dead, Iter, Static, Unmergeable
from autodiff_compiler.ir.core import Value


def run(ctx: Context, statements: list[ast.stmt]) -> None:
    """Run a block."""
    for i, statement in enumerate(statements):
        rest = statements[i + 1 :]
        with ctx.b.at(ctx.span(statement)):
            try:
                if not isinstance(statement, ast.If):
                    _run(ctx, statement)
                elif _if(ctx, statement, rest):
                    return
            except Dead:
                ctx.state.end()
            except UserError as error:
                if not tries.caught(ctx, error):
                    raise
            except Unmergeable as signal:
                raise ctx.unmergeable(signal.poison) from None
            left = ctx.state.exit
            if not left.normal:
                if rest and not left.left:
                    branches.if_normal(ctx, partial(run, ctx, rest))
                return


def _run(ctx: Context, statement: ast.stmt) -> None:
    runner = _RUNNERS.get(type(statement))
    if runner is None:
        raise ctx.unsupported("AD100", f"{_words(statement)}", _ways_out(statement))
    runner(ctx, statement)


def _words(node: ast.stmt) -> str:
    return "`except*`" if isinstance(node, ast.TryStar) else f"the statement {type(node).__name__}"


def _ways_out(node: ast.stmt) -> str:
    if isinstance(node, ast.TryStar):
        return "catch one exception: except ValueError"
    return "move it out of the differentiated function"


# -- control ---------------------------------------------------------------------------------------------------------


def _if(ctx: Context, node: ast.If, rest: list[ast.stmt]) -> bool:
    """Run an `if`; True if the rest of the block was run inside one of its branches."""
    if failures.run_guard(ctx, node):
        return False
    truth = ctx.condition(node.test)
    if not isinstance(truth, Value):
        run(ctx, node.body if truth else node.orelse)
        return False
    base = ctx.state
    then, orelse = branches.both(ctx, truth, base, lambda: run(ctx, node.body), lambda: run(ctx, node.orelse))
    consumed = False
    for one, other in ((then, orelse), (orelse, then)):
        if one.state.exit.left and other.state.exit.normal and rest and not consumed:
            other.go_on(lambda: run(ctx, rest))
            consumed = True
    branches.join(ctx, truth, base, then, orelse, None if consumed else live_names.after(ctx, node))
    return consumed or (then.state.exit.left and orelse.state.exit.left)


def _match(ctx: Context, node: ast.Match) -> None:
    patterns.run_match(ctx, node, live_names.after(ctx, node))


def _return(ctx: Context, node: ast.Return) -> None:
    value = Static(None) if node.value is None else ctx.evaluate(node.value, or_none=True)
    if _reads_names(value):
        raise ctx.unsupported(
            "AD191", "a generator expression that reads variables of the function that is left", "return a list: [...]"
        )
    code = ctx.new_code()
    ctx.frame.returns.add(code)
    ctx.state.names[ctx.frame, RETURN_NAME] = value
    ctx.state.exit = Exit(frozenset({code}))


def _reads_names(value: Abs) -> bool:
    """Whether there is a generator expression in an iterator, which reads the names of the function that is left."""
    return isinstance(value, Iter) and ((value.kind is GeneratorType) or any(map(_reads_names, value.parts)))


def _break(ctx: Context, node: ast.Break) -> None:
    loops.leave(ctx)


def _continue(ctx: Context, node: ast.Continue) -> None:
    code = ctx.new_code()
    ctx.loops[-1].continues.add(code)
    ctx.state.exit = Exit(frozenset({code}))


# -- the rest --------------------------------------------------------------------------------------------------------


def _expression(ctx: Context, node: ast.Expr) -> None:
    if not isinstance(node.value, ast.Constant):  # a docstring
        ctx.evaluate(node.value, or_none=True)


def _function(ctx: Context, node: ast.FunctionDef) -> None:
    decorators = [ctx.evaluate(decorator) for decorator in node.decorator_list]
    made: Abs = expressions.closure(ctx, node, node.name)
    for decorator in decorators[::-1]:
        made = ctx.call(decorator, [made], {})
    ctx.store_name(node.name, made)


def _module(ctx: Context, name: str) -> ModuleType:
    try:
        importlib.import_module(name)
        module: ModuleType = ctx.captures.look(Place(sys.modules).item(name))
        return module
    except ImportError as error:
        raise ctx.wrong("AD160", f"{type(error).__name__}: {error}") from error


def _import(ctx: Context, node: ast.Import) -> None:
    for alias in node.names:
        module = _module(ctx, alias.name)
        top = module if alias.asname else _module(ctx, alias.name.split(".")[0])
        ctx.store_name((alias.asname or alias.name).split(".")[0], Static(top))


def _import_from(ctx: Context, node: ast.ImportFrom) -> None:
    if node.level or node.module is None:
        raise ctx.unsupported("AD160", "a relative import inside a function", "import at the top of the module")
    module = _module(ctx, node.module)
    for alias in node.names:
        ctx.store_name(alias.asname or alias.name, ctx.captures.attribute(ctx, module, alias.name))


def _delete(ctx: Context, node: ast.Delete) -> None:
    for target in node.targets:
        if isinstance(target, ast.Subscript):
            base, index = subscripts.evaluate_place(ctx, target)
            if not isinstance(base, Box) or base.cls not in (list, dict):
                raise ctx.wrong("AD161", f"{describe(base)} does not support item deletion")
            container_items.delete(ctx, base, subscripts.only(ctx, index))
            continue
        if not isinstance(target, ast.Name):
            raise ctx.unsupported("AD161", "`del` of an attribute, or in brackets", "delete names and items one by one")
        ctx.load_name(target.id)
        frame = ctx.owner(target.id)
        assert frame is not None, "load_name refuses to find names from outside, and captures cannot be deleted"
        del ctx.state.names[frame, target.id]


def _nothing(ctx: Context, node: ast.stmt) -> None:
    pass


_RUNNERS: dict[type[ast.stmt], Callable[[Context, Any], None]] = {
    ast.Assign: assignment.run_assign,
    ast.AnnAssign: assignment.run_annotated,
    ast.AugAssign: assignment.run_augmented,
    ast.For: loops.run_for,
    ast.While: while_loops.run_while,
    ast.Match: _match,
    ast.Try: handlers.run_try,
    ast.Return: _return,
    ast.Break: _break,
    ast.Continue: _continue,
    ast.Raise: failures.run_raise,
    ast.Assert: failures.run_assert,
    ast.With: managers.run_with,
    ast.Expr: _expression,
    ast.FunctionDef: _function,
    ast.ClassDef: local_classes.run_class,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.Delete: _delete,
    ast.Pass: _nothing,
    ast.Nonlocal: _nothing,
    ast.Global: _nothing,
}
