"""What a backend is: flags, and tables of functions that write single operations; and what these functions may ask."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from autodiff_compiler.analysis.conditions import NEGATED
from autodiff_compiler.backends import syntax
from autodiff_compiler.backends.casts import Casts, Shown
from autodiff_compiler.backends.lines import marked
from autodiff_compiler.backends.naming import Names
from autodiff_compiler.backends.nesting import Nesting, Style
from autodiff_compiler.diagnostics import InternalError
from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.dtype import DType
from autodiff_compiler.ir.opset import extent_of, is_undefined, opdef
from autodiff_compiler.ir.types import Array, Scalar, Type, is_py, rank

Expression = Callable[["Writer", Op], ast.expr]
"""Writes an op as an expression."""
Statement = Callable[["Writer", Op], ast.stmt]
"""Writes an op that has no result, or overwrites operand 0, as a statement."""

COMPARISONS: dict[str, ast.cmpop] = {
    "lt": ast.Lt(), "le": ast.LtE(), "gt": ast.Gt(), "ge": ast.GtE(), "eq": ast.Eq(), "ne": ast.NotEq(),
}  # fmt: skip


WritesExpression = TypeVar("WritesExpression", bound=Expression)


def expressions(table: dict[str, Expression], *kinds: str) -> Callable[[WritesExpression], WritesExpression]:
    """Enters a function into a table as the way to write ops of these kinds."""

    def enter(write: WritesExpression) -> WritesExpression:
        _refuse_twice(table, kinds)
        table.update(dict.fromkeys(kinds, write))
        return write

    return enter


def statements(table: dict[str, Statement], *kinds: str) -> Callable[[Statement], Statement]:
    """The same for functions that write statements."""

    def enter(write: Statement) -> Statement:
        _refuse_twice(table, kinds)
        table.update(dict.fromkeys(kinds, write))
        return write

    return enter


def _refuse_twice(table: Mapping[str, object], kinds: Sequence[str]) -> None:
    twice = [kind for kind in kinds if kind in table]
    assert not twice, f"these ops have a row already: {twice}"


@dataclass(frozen=True)
class Backend:
    """A language that functions are printed in."""

    name: str
    prelude: str
    """The module of `backends/prelude/` with its helpers."""
    imports: Mapping[str, str]
    """How a module imports the names of packages that it uses, in the order of the statements."""
    style: Style
    expressions: Mapping[str, Expression]
    statements: Mapping[str, Statement]
    default: Expression
    """Writes the ops that have no row: the function of NumPy that their page names."""
    undefined: Callable[[Writer, Value], ast.expr]
    """Writes a stand-in for a value that is never read."""
    endless: Callable[[], ast.expr]
    """The condition of a `while` that is left by `break`."""
    taken: Callable[[Writer, ast.expr, Type], ast.expr]
    """Turns what a call that leaves the program returned into a value of this type that nothing else refers to, or raises an error."""
    decorator: Callable[[bool, bool, bool], ast.expr] | None = None
    """Makes a compiled function from one that takes only numbers, arrays and lists.  Flags: whether sums may be reassociated,
    whether the compiled code may be kept on disk, and whether it has loops that run on several threads."""

    strict_types: bool = False
    """Whether a variable must keep one type."""
    one_kind: bool = False
    """Whether Python's scalars and NumPy's are the same there, so that a dtype has to be written out to be kept."""
    checks_accesses: bool = True
    """Whether an access out of bounds raises by itself."""
    makes_texts: bool = True
    """Whether the message of an exception can have values in it."""
    prunes_branches: bool = False
    """Whether the compiler drops code after a test with a known answer before it infers types, so that a function that certainly
    raises has no type to return: then the answer is hidden from it."""
    reverses_lists: bool = True
    """Whether `reversed(list)` may be written."""


class Writer:
    """What a function that writes an op may ask: how its operands are written, and what they are."""

    def __init__(self, backend: Backend, nesting: Nesting, names: Names, templates: dict[str, str]) -> None:
        self.backend = backend
        self.nesting = nesting
        self.names = names
        self.casts = Casts(nesting, backend.one_kind)
        self.templates = templates
        """The source of helper functions made for this module, by name."""

    def definition(self, value: Value, kind: str) -> Op | None:
        """The op of this kind that is written in place of `value`, if there is one."""
        return self.nesting.definition(value, kind)

    def expression(self, op: Op) -> ast.expr:
        write = self.backend.expressions.get(op.kind)
        if write is not None:
            return write(self, op)
        if opdef(op).numpy:
            return self.backend.default(self, op)
        raise self._unknown(op)

    def statement(self, op: Op) -> ast.stmt:
        write = self.backend.statements.get(op.kind)
        if write is None:
            raise self._unknown(op)
        return write(self, op)

    def _unknown(self, op: Op) -> InternalError:
        return InternalError("AD602", f"no spelling for op {op.kind} in the backend {self.backend.name}", op.span)

    def are_apart(self, a: Value, b: Value) -> bool:
        """Whether two arrays certainly share no memory."""
        return not self.nesting.memory.may_share(a, b)

    # -- operands --------------------------------------------------------------------------------------------------

    def operand(self, value: Value) -> ast.expr:
        if value not in self.nesting.inline:
            return syntax.name(self.names[value])
        op = self.nesting.defs[value]
        return self.backend.undefined(self, value) if is_undefined(op) else marked(self.expression(op), op.span)

    def operands(self, op: Op) -> list[ast.expr]:
        return [self.operand(v) for v in op.operands]

    def shown(self, one: Shown) -> ast.expr:
        return self.operand(one) if isinstance(one, Value) else syntax.literal(one.number)

    def promoted(self, op: Op) -> list[ast.expr]:
        """The operands without the casts that Python and NumPy perform themselves."""
        return [self.shown(one) for one in self.casts.promoted(op.operands)]

    def target(self, op: Op) -> ast.Name:
        """The variable that an op overwrites."""
        return syntax.name(self.names[op.result])

    def condition(self, value: Value) -> ast.expr:
        """A scalar boolean where only its truth matters."""
        value = self.casts.of_truth(value)
        opposite = self.definition(value, "not")
        return self.operand(value) if opposite is None else self.negation(opposite.operands[0])

    def negation(self, value: Value) -> ast.expr:
        """The opposite of `condition`."""
        op = self.nesting.defs.get(value) if value in self.nesting.inline else None
        if op is not None and opdef(op).compares and (opdef(op).commutative or compares_ints(op)):
            return syntax.compare(COMPARISONS[NEGATED[op.kind]], *self.promoted(op))
        opposite = self.definition(value, "not")
        return negated(self.condition(value)) if opposite is None else self.condition(opposite.operands[0])

    # -- types and shapes ------------------------------------------------------------------------------------------

    def is_python(self, type_: Scalar) -> bool:
        """Whether a number of this type is a Python number in the text."""
        return is_py(type_) or (self.backend.one_kind and type_.dtype.is_python)

    def convert(self, value: ast.expr, type_: Scalar | Array) -> ast.expr:
        if isinstance(type_, Array):
            return syntax.method(value, "astype", dtype_name(type_.dtype))
        if self.is_python(type_):
            return syntax.call(type_.dtype.number.__name__, value)
        return syntax.call(dtype_name(type_.dtype), value)

    def same_shape(self, extents: Sequence[Value]) -> Value | None:
        """The array whose whole shape the extents are."""
        source = None
        for axis, extent in enumerate(extents):
            found = extent_of(self.nesting.defs.get(extent) if extent in self.nesting.inline else None)
            if found is None or found[1] != axis or source not in (None, found[0]):
                return None
            source = found[0]
        if source is None or rank(source.type) != len(extents):
            return None
        return source if source not in self.nesting.inline else None

    def shape(self, extents: Sequence[Value], whole: bool = True) -> ast.expr:
        """`(n, m)`, `x.shape`, or for one axis `n`."""
        source = self.same_shape(extents) if len(extents) > 1 or not whole else None
        if source is not None:
            return syntax.attribute(self.operand(source), "shape")
        if len(extents) == 1 and whole:
            return self.operand(extents[0])
        return syntax.tuple_([self.operand(e) for e in extents])


def dtype_name(dtype: DType) -> ast.expr:
    return syntax.dotted(f"np.{dtype.numpy_name}")


def negated(test: ast.expr) -> ast.expr:
    """`not test`, without two `not`s in a row."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return test.operand
    return syntax.not_(test)


def compares_ints(op: Op) -> bool:
    """Whether `not a < b` is `a >= b`, which it is not for nan."""
    return all(isinstance(v.type, Scalar) and v.type.dtype.is_integer for v in op.operands)
