"""The way in: a Python function and the types of its arguments become a primal IR function."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from autodiff_compiler.diagnostics import AutodiffError, Span, UnsupportedError, UserError
from autodiff_compiler.frames import room_for_recursion
from autodiff_compiler.frontend import arithmetic, assignment, calls, comparisons, expressions, statements
from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.captures import Captures
from autodiff_compiler.frontend.context import Compact, Context, Interpreter
from autodiff_compiler.frontend.guards import Place
from autodiff_compiler.frontend.lengths import Lengths
from autodiff_compiler.frontend.lowered import Lowered
from autodiff_compiler.frontend.parameters import Parameters
from autodiff_compiler.frontend.raising import WatchedBuilder
from autodiff_compiler.frontend.scalars import describe, is_scalar, scalar_value
from autodiff_compiler.frontend.source import find_source, plain_function
from autodiff_compiler.frontend.state import Frame, State
from autodiff_compiler.frontend.values import Abs, Careful, Dead, Dyn, Grown, Ref, Static, Tup
from autodiff_compiler.ir.core import Function, Region, Value
from autodiff_compiler.ir.tree import Const, Leaf, Node, Tree
from autodiff_compiler.ir.types import Array, Type
from autodiff_compiler.ir.walk import uses
from autodiff_compiler.library.stand_ins import real_class

Argument = tuple[str, Tree, list[Type]]

INTERPRETER = Interpreter(
    evaluate=expressions.evaluate,
    condition=expressions.condition,
    run=statements.run,
    assign=assignment.assign,
    call=calls.call,
    operate=arithmetic.binary,
    compare=comparisons.comparison,
)


def lower(
    fun: Callable[..., Any],
    args: Sequence[Argument],
    values: Sequence[Any] | None = None,
    *,
    written_out: bool = False,
) -> Lowered:
    """Lower `fun` for arguments of these structures and types.

    `values` are the arguments' leaves, where the call is known: integers among them may then be used where a value must be
    known at compile time, and the layouts of arrays where it matters what NumPy copies; so may lengths of arrays where the program
    is refused otherwise, and are at once where it is to be `written_out`, trip by trip.  Raises `UserError` and
    `UnsupportedError` with the place in the source.
    """
    compact, careful, shapes = Compact(True), False, WRITTEN_OUT if written_out else 0
    refused: UserError | UnsupportedError | None = None
    while True:
        lengths = Lengths(apart=shapes == WRITTEN_OUT) if shapes else None
        try:
            return _lowered(fun, args, values, compact, careful, lengths)
        except Careful:
            careful = True
        except (UserError, UnsupportedError) as error:
            if compact.used:
                compact = Compact(False)
                continue
            refused = refused or error
            if shapes == WRITTEN_OUT or not _may_be_lengths(refused, args, values):
                raise refused from None
            compact, shapes = Compact(True), shapes + 1


WRITTEN_OUT = 2
"""A program that is refused is lowered for arguments of these shapes, and then with loops of few trips written out, too."""
WHATEVER_LENGTHS = ("AD177", "AD190")
"""Refusals of functions that are not known, however long arrays are."""


def _may_be_lengths(error: AutodiffError, args: Sequence[Argument], values: Sequence[Any] | None) -> bool:
    """Whether a program may have been refused because the lengths of its arguments are not part of the specialisation."""
    arrays = any(isinstance(type_, Array) for _, _, types in args for type_ in types)
    # What is wrong is wrong for any length; but a list that is returned may be one of a known length.
    refused = isinstance(error, UnsupportedError) or error.code == "AD189"
    return values is not None and arrays and refused and error.code not in WHATEVER_LENGTHS


def _lowered(
    fun: Callable[..., Any],
    args: Sequence[Argument],
    values: Sequence[Any] | None,
    compact: Compact,
    careful: bool,
    lengths: Lengths | None,
) -> Lowered:
    plain = plain_function(fun)
    target: Any = plain if plain is not None else fun
    b = WatchedBuilder()
    captures = Captures(taken={name for name, _, _ in args}, careful=careful)
    root = Frame("<call>", None, None, None, frozenset())
    ctx = Context(INTERPRETER, b, State(), root, captures, careful=careful, compact=compact, lengths=lengths)
    ctx.state.enter(root)
    parameters = Parameters(ctx, target, values)
    given = {name: parameters.argument(tree, iter(types), name) for name, tree, types in args}
    span = Span()
    name = getattr(target, "__name__", "function")
    if plain is not None:
        source = find_source(plain)
        span = source.span(source.node)
        name = source.name
        b.span = span
        if plain is not fun:
            captures.look(Place(fun).attribute("py_func"))
    result = _run(ctx, target, name, given)
    b.span = span
    result_values, tree = _results(ctx, result)
    b.return_(*result_values)
    body = Region((), (*ctx.first.top.ops, *b.top.ops))
    ctx.mixed.refuse(body)
    body = ctx.mixed.checked(body)
    hidden = captures.needed(uses(body))
    params = (*parameters.leaves, *(captures.values[capture.name] for capture in hidden))
    trees = (*((n, tree_) for n, tree_, _ in args), *((capture.name, Leaf()) for capture in hidden))
    function = Function(
        name, Region(params, body.ops), trees, tree, span, dict(ctx.constants), callees=dict(ctx.callees)
    )
    return Lowered(
        hidden,
        tuple(captures.guards),
        parameters.static_leaves,
        parameters.written,
        parameters.layouts,
        lengths.asked if lengths is not None else {},
        function=function,
    )


def _run(ctx: Context, target: Any, name: str, given: dict[str, Abs]) -> Abs:
    """What the program returns for these arguments."""
    with room_for_recursion():
        try:
            return ctx.call(Static(target), *_split(target, given))
        except Dead:
            # For these types every path raises (an assertion about a rank, say): the program's own exception is the result.
            return Dyn(ctx.b.const(math.nan))
        except RecursionError as error:
            raise UnsupportedError(
                "AD179",
                f"`{name}` nests too deeply, or makes a list, dict or object that holds itself",
                ctx.b.span,
                help="write a loop, and keep in a container nothing that leads back to it",
            ) from error


def _split(target: Any, given: dict[str, Abs]) -> tuple[list[Abs], dict[str, Abs]]:
    """Arguments by position, so that positional-only parameters and `*args` work: entries called `*0`, `*1`, …"""
    code = getattr(target, "__code__", None)
    positional = code.co_varnames[: code.co_argcount] if code is not None else ()
    args: list[Abs] = []
    for name in positional:
        if name not in given:
            break
        args.append(given[name])
    starred = [given[name] for name in given if name.startswith("*")]
    keywords = {k: v for k, v in given.items() if not k.startswith("*") and k not in positional[: len(args)]}
    return [*args, *starred], keywords


def _results(ctx: Context, result: Abs) -> tuple[list[Value], Tree]:
    """The IR values of what the function returns, and their structure."""
    if isinstance(result, Tup):
        parts = [_results(ctx, item) for item in result.items]
        return [v for values, _ in parts for v in values], Node(result.cls, tuple(t for _, t in parts), result.keys)
    if isinstance(result, Box) and real_class(result.cls) is result.cls:
        content = ctx.state.content(result)
        if isinstance(content, Grown) and content.form is not None:
            kind = (
                "a dict whose keys are" if result.cls is dict else "a list of tuples, lists or objects whose length is"
            )
            reason = f"the function returns {kind} known only at run time"
            raise UserError("AD189", reason, ctx.b.span, help="return arrays: np.array(...) of it")
        if isinstance(content, Grown):
            return [content.value], Leaf()
        parts = [_results(ctx, item) for item in content.items]
        return [v for values, _ in parts for v in values], Node(result.cls, tuple(t for _, t in parts), content.keys)
    if isinstance(result, Ref):
        return [ctx.read(result)], Leaf()
    if is_scalar(result):
        return [scalar_value(ctx.b, result)], Leaf()
    if isinstance(result, Static):
        return [], Const(result.obj)
    raise UserError(
        "AD189", f"the function returns {describe(result)}", ctx.b.span, help="return numbers, arrays or containers"
    )
