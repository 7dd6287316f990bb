"""How checks, `print` and `raise` are written."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from autodiff_compiler.backends import syntax
from autodiff_compiler.backends.integers import HIGHEST, LARGE_ARGUMENT, LOWEST, overflow_message
from autodiff_compiler.backends.spelling import Statement, Writer, statements
from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.dtype import INT64
from autodiff_compiler.ir.message import WITHOUT_ELEMENTS, Part, has_form, pattern, places
from autodiff_compiler.ir.ops.check import ARGUMENT, SMALL
from autodiff_compiler.ir.opset import opdef
from autodiff_compiler.ir.required_checks import mismatch as said
from autodiff_compiler.ir.types import INT, Array, ListOf, Scalar, rank

STATEMENTS: dict[str, Statement] = {}


@statements(STATEMENTS, "raise")
def raise_(w: Writer, op: Op) -> ast.stmt:
    return raised(w, op.attrs["error"], message(w, op.attrs["message"], op.operands))


@statements(STATEMENTS, "check")
def check(w: Writer, op: Op) -> ast.stmt:
    error = raised(w, op.attrs["error"], message(w, op.attrs["message"], op.operands[1:]))
    return _unless_fine(w, w.negation(op.operands[0]), error)


def _unless_fine(w: Writer, test: ast.expr, error: ast.stmt) -> ast.stmt:
    """The error, raised where the test finds it."""
    if w.backend.prunes_branches and not syntax.names_read(test):
        test = syntax.call("np.bool_", test)
    return ast.If(test=test, body=[error], orelse=[])


@statements(STATEMENTS, "check_nonempty")
def check_nonempty(w: Writer, op: Op) -> ast.stmt:
    test = _any_of([syntax.compare(ast.Eq(), w.operand(v), syntax.literal(0)) for v in op.operands])
    return _refused(w, op, test, syntax.literal(op.attrs.get("message", WITHOUT_ELEMENTS)))


@statements(STATEMENTS, "check_equal")
def check_equal(w: Writer, op: Op) -> ast.stmt:
    test = syntax.compare(ast.NotEq(), *(w.operand(v) for v in op.operands))
    parts = op.attrs["message"]
    text = message(w, parts, op.operands) if isinstance(parts, tuple) else mismatch(w, op, parts)
    return _refused(w, op, test, text)


@statements(STATEMENTS, "check_broadcast")
def check_broadcast(w: Writer, op: Op) -> ast.stmt:
    return _refused(w, op, _unlike(w, op, op.operands), mismatch(w, op, said(op)))


@statements(STATEMENTS, "check_fits")
def check_fits(w: Writer, op: Op) -> ast.stmt:
    """A value that is written may be stretched, but not its place."""
    return _refused(w, op, _unlike(w, op, op.operands[:1]), mismatch(w, op, said(op)))


def _refused(w: Writer, op: Op, test: ast.expr, text: ast.expr) -> ast.stmt:
    return _unless_fine(w, test, raised(w, op.attrs.get("error", "ValueError"), text))


def _unlike(w: Writer, op: Op, stretched: Sequence[Value]) -> ast.expr:
    """Neither extent may be stretched to the other."""
    differ = syntax.compare(ast.NotEq(), *(w.operand(v) for v in op.operands))
    ones = [
        syntax.compare(ast.NotEq(), w.operand(v), syntax.literal(1)) for v in stretched if _constant(w, v) in (None, 1)
    ]
    return ast.BoolOp(op=ast.And(), values=[differ, *ones]) if ones else differ


def any_outside(index: ast.expr, extent: ast.expr) -> ast.expr:
    """Whether any integer of an array is no index of an axis."""
    low = syntax.compare(ast.Lt(), index, syntax.negative(extent))
    high = syntax.compare(ast.GtE(), index, extent)
    return syntax.call("np.any", syntax.binary(ast.BitOr(), low, high))


@statements(STATEMENTS, "check_index")
def check_index(w: Writer, op: Op) -> ast.stmt:
    return index_check(w, op, any_outside)


def index_check(w: Writer, op: Op, outside: Callable[[ast.expr, ast.expr], ast.expr]) -> ast.stmt:
    """`outside` tests an array of indices."""
    number = _constant(w, op.operands[0])
    index = w.operand(w.casts.compared(op.operands[0]))
    extent = w.operand(op.operands[1])
    if isinstance(op.operands[0].type, Array):
        test = outside(index, extent)
    elif number is not None:
        # `x[-2]` exists where `x[1]` does.
        test = syntax.compare(ast.LtE(), extent, syntax.literal(number if number >= 0 else -number - 1))
    elif op.attrs.get("upper"):
        test = _at_least(index, extent)
    else:
        inside = ast.Compare(left=syntax.negative(extent), ops=[ast.LtE(), ast.Lt()], comparators=[index, extent])
        test = syntax.not_(inside)
    return _unless_fine(w, test, raised(w, "IndexError", out_of_bounds(w, op, index, extent)))


@statements(STATEMENTS, "check_width")
def check_width(w: Writer, op: Op) -> ast.stmt:
    """Where integers have no limit, the number itself is compared."""
    kind, operands = op.attrs["of"], op.operands
    if kind == ARGUMENT:
        return check_argument(w, op)
    attrs = {"dtype": INT64, "kind": "py"} if kind == "cast" else {}
    number = w.expression(Op(kind, operands, (Value(INT),), attrs, (), op.span))
    limits = syntax.literal(LOWEST), syntax.literal(HIGHEST)
    inside = ast.Compare(left=limits[0], ops=[ast.LtE(), ast.LtE()], comparators=[number, limits[1]])
    error = raised(w, "OverflowError", syntax.literal(overflow_message(op.span)))
    return ast.If(test=syntax.not_(inside), body=[error], orelse=[])


def check_argument(w: Writer, op: Op) -> ast.stmt:
    limits = syntax.literal(-SMALL), syntax.literal(SMALL)
    inside = ast.Compare(left=limits[0], ops=[ast.LtE(), ast.Lt()], comparators=[w.operand(op.operands[0]), limits[1]])
    return ast.If(
        test=syntax.not_(inside), body=[raised(w, "OverflowError", syntax.literal(LARGE_ARGUMENT))], orelse=[]
    )


def _constant(w: Writer, value: Value) -> int | None:
    op = w.definition(value, "const")
    return op.attrs["value"] if op is not None else None


def raised(w: Writer, error: str, message: ast.expr) -> ast.stmt:
    if w.backend.makes_texts or not (isinstance(message, ast.Call) and isinstance(message.func, ast.Attribute)):
        return syntax.raise_(error, message)
    # The exception carries the pattern and its values, and `api/boundary.py` puts them together.
    return ast.Raise(exc=syntax.call(error, message.func.value, *message.args), cause=None)


# -- texts of errors -------------------------------------------------------------------------------------------


def mismatch(w: Writer, check: Op, text: str) -> ast.expr:
    """The text with the shapes of the two operands whose extents do not fit, or at least the extents."""
    shapes, extents, between = (
        (" with shapes ", ": extents ", " ") if "together" in text else (": shapes ", ": ", " and ")
    )
    first, second = _shape(w, check, 0), _shape(w, check, 1)
    if first is not None and second is not None:
        return _text(text, shapes, first, between, second)
    first, second = (w.operand(v) for v in check.operands)
    return _text(text, extents, first, " and ", second)


def _shape(w: Writer, check: Op, which: int) -> ast.expr | None:
    """The shape of one of the two operands that a check compares, where it is known at this place."""
    ranks, axes = check.attrs.get("ranks"), check.attrs.get("axes")
    if ranks is None or axes is None:
        return None
    if ranks[which] == 1:
        return syntax.tuple_([w.operand(check.operands[which])])
    op = w.definition(check.operands[which], "dim")
    # The extent may have been recognised as that of another array.
    same = op is not None and op.attrs["axis"] == axes[which] and rank(op.operands[0].type) == ranks[which]
    return syntax.attribute(w.operand(op.operands[0]), "shape") if op is not None and same else None


def out_of_bounds(w: Writer, check: Op, index: ast.expr, extent: ast.expr) -> ast.expr:
    """NumPy's and Python's message for an index, or one of several, that is too large or too small."""
    source = w.nesting.defs.get(check.operands[1])
    if source is not None and opdef(source).measures and isinstance(source.operands[0].type, ListOf):
        return syntax.literal("list index out of range")
    axis = f"axis {check.attrs['axis']} with " if "axis" in check.attrs else ""
    if isinstance(check.operands[0].type, Array):
        return _text(f"an index is out of bounds for {axis}size ", extent)
    return _text("index ", index, f" is out of bounds for {axis}size ", extent)


def message(w: Writer, parts: Sequence[Part], values: Sequence[Value]) -> ast.expr:
    """The text of an error; where it is made later, from numbers and tuples of numbers only: no exception carries arrays and lists."""
    if not w.backend.makes_texts:
        carried = [isinstance(value.type, Scalar) for value in values]
        left = iter(carried)
        parts = tuple(part if isinstance(part, str) or next(left) else "..." for part in parts)
        values = [value for value, kept in zip(values, carried) if kept]
    if not places(parts):
        return syntax.literal("".join(part for part in parts if isinstance(part, str)))
    return syntax.method(syntax.literal(pattern(parts)), "format", *(w.operand(v) for v in values))


@statements(STATEMENTS, "print")
def printed(w: Writer, op: Op) -> ast.stmt:
    parts, given = op.attrs["parts"], dict(op.attrs)
    if has_form(parts):
        # One text, with the separator between its parts.
        between = [part for one in parts for part in (given.get("sep", " "), one)][1:]
        given["sep"], shown = " ", [message(w, between, op.operands)]
    else:
        values = iter(op.operands)
        shown = [syntax.literal(part) if isinstance(part, str) else w.operand(next(values)) for part in parts]
    keywords = {
        key: syntax.literal(given[key])
        for key, default in (("sep", " "), ("end", "\n"))
        if given.get(key, default) not in (default, None)
    }
    if given.get("errors"):
        keywords["file"] = syntax.dotted("sys.stderr")
    return syntax.expression(syntax.call("print", *shown, **keywords))


def _text(*parts: str | ast.expr) -> ast.expr:
    """A text with values in it; numbers are written out."""
    written = [part if isinstance(part, str) else _number(part) for part in parts]
    values = [part for part, known in zip(parts, written) if isinstance(part, ast.expr) and known is None]
    if not values:
        return syntax.literal("".join(part for part in written if part is not None))
    return syntax.method(syntax.literal(pattern(written)), "format", *values)


def _number(node: ast.expr) -> str | None:
    is_number = isinstance(node.operand if isinstance(node, ast.UnaryOp) else node, ast.Constant)
    return ast.unparse(node) if is_number else None


def _any_of(tests: list[ast.expr]) -> ast.expr:
    return tests[0] if len(tests) == 1 else ast.BoolOp(op=ast.Or(), values=tests)


def _at_least(index: ast.expr, extent: ast.expr) -> ast.expr:
    """`index >= extent`; `n > extent` for an index `n - 1`, and for `max(n, 0) - 1`: no extent is negative."""
    if isinstance(index, ast.BinOp) and isinstance(index.op, ast.Sub) and ast.unparse(index.right) == "1":
        count = index.left
        if (
            isinstance(count, ast.Call)
            and ast.unparse(count.func) in ("max", "np.maximum")
            and ast.unparse(count.args[1]) == "0"
        ):
            count = count.args[0]
        return syntax.compare(ast.Gt(), count, extent)
    return syntax.compare(ast.GtE(), index, extent)
