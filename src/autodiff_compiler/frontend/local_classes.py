"""Classes that are defined inside the program.

A class that reads no variable of the functions around it, other than classes, means the same wherever it is made, so its statement is executed when the
program is compiled, by the code that Python itself compiled it to.  What could run code of the program there is refused.
"""

from __future__ import annotations

import ast
import builtins
import dataclasses
from collections.abc import Iterator
from types import CellType, CodeType, FunctionType
from typing import Any

from autodiff_compiler.diagnostics import UnsupportedError
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.mro import find
from autodiff_compiler.frontend.values import Static

_DECORATORS = (property, staticmethod, classmethod)


def run_class(ctx: Context, node: ast.ClassDef) -> None:
    """A `class` statement."""
    if ctx.loops:
        raise _refused(ctx, "a class definition in a loop")  # each trip has a class of its own
    for statement in node.body:
        _check(ctx, statement)
    code = next(_codes(ctx.source.function.__code__, node), None)
    if code is None or node.keywords:
        raise _refused(ctx, "a class definition with keywords, or of which the code is not found")
    cells = {name: CellType() if name == node.name else _cell(ctx, name) for name in code.co_freevars}
    bases = tuple(_base(ctx, base) for base in node.bases)
    key = (code, bases, ctx.calls)
    if key not in ctx.classes:
        body = FunctionType(code, ctx.source.function.__globals__, closure=tuple(cells.values()))
        made: Any = builtins.__build_class__(body, node.name, *bases)
        for decorator in node.decorator_list[::-1]:
            made = _decorated(ctx, made, decorator)
        if node.name in cells:
            _require_only_binding(ctx, node.name)
            cells[node.name].cell_contents = made
        ctx.classes[key] = made
    ctx.store_name(node.name, Static(ctx.classes[key]))


def _refused(ctx: Context, what: str) -> UnsupportedError:
    return ctx.unsupported("AD100", what, "move it out of the differentiated function")


def _cell(ctx: Context, name: str) -> CellType:
    """A variable of the function that its methods read: another class that is defined there."""
    frame = ctx.owner(name)
    value = ctx.state.names.get((frame, name)) if frame is not None else None
    if not (isinstance(value, Static) and any(value.obj is made for made in ctx.classes.values())):
        raise _refused(ctx, f"a class definition that reads the variable `{name}` of the function around it")
    _require_only_binding(ctx, name)
    return CellType(value.obj)


def _require_only_binding(ctx: Context, name: str) -> None:
    """Methods read a name when they are called: it has to be the class's for good."""
    nodes = list(ast.walk(ctx.source.outermost))
    found = [node for node in nodes if name in (getattr(node, "name", ""), getattr(node, "arg", ""))]
    found += [
        node for node in nodes if isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Load)
    ]
    if len(found) > 1:
        raise _refused(ctx, f"a class definition whose methods read `{name}`, which is given a value elsewhere")


def _codes(code: CodeType, node: ast.ClassDef) -> Iterator[CodeType]:
    """The code of the class's body, somewhere in that of a function."""
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_name == node.name and constant.co_firstlineno in (first, node.lineno):
                yield constant
            yield from _codes(constant, node)


def _check(ctx: Context, statement: ast.stmt) -> None:
    """Refuse a statement of a class's body that does more than give names to methods and to literals."""
    match statement:
        case ast.FunctionDef(args=arguments, decorator_list=decorators):
            known = [ctx.evaluate(decorator) for decorator in decorators]
            defaults = [*arguments.defaults, *(default for default in arguments.kw_defaults if default is not None)]
            every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
            annotations = [statement.returns, *(argument.annotation for argument in every)]
            fine = all(isinstance(one, Static) and one.obj in _DECORATORS for one in known)
            fine = fine and all(map(_is_literal, defaults)) and not any(map(_calls, annotations))
        case ast.Assign(value=value):
            fine = _is_literal(value)
        case ast.AnnAssign(value=value, annotation=annotation):
            fine = (value is None or _is_literal(value)) and not _calls(annotation)
        case ast.Expr(value=value):
            fine = isinstance(value, ast.Constant)
        case _:
            fine = isinstance(statement, ast.Pass)
    if not fine:
        raise _refused(ctx, "a class definition that holds other things than methods and literals")


def _is_literal(node: ast.expr) -> bool:
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return False
    return not isinstance(value, list | dict | set)  # which could change


def _calls(annotation: ast.expr | None) -> bool:
    return annotation is not None and any(isinstance(part, ast.Call) for part in ast.walk(annotation))


def _base(ctx: Context, node: ast.expr) -> type:
    base = ctx.evaluate(node)
    cls = base.obj if isinstance(base, Static) else None
    if type(cls) is not type or find(cls, "__init_subclass__") is not vars(object)["__init_subclass__"]:
        raise _refused(ctx, "a class definition with a base that decides how it is derived from")
    return cls


def _decorated(ctx: Context, cls: type, decorator: ast.expr) -> Any:
    """The class after `@dataclass` or `@dataclass(…)` with literals."""
    options: dict[str, Any] = {}
    if isinstance(decorator, ast.Call) and not decorator.args:
        named = {keyword.arg: keyword.value for keyword in decorator.keywords}
        if None not in named and all(map(_is_literal, named.values())):
            options = {str(name): ast.literal_eval(value) for name, value in named.items()}
            decorator = decorator.func
    function = ctx.evaluate(decorator) if not isinstance(decorator, ast.Call) else None
    if not (isinstance(function, Static) and function.obj is dataclasses.dataclass):
        raise _refused(ctx, "a class definition with a decorator other than `dataclass`")
    return dataclasses.dataclass(**options)(cls)
