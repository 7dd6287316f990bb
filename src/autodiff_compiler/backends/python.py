"""How the Python target writes single operations: idiomatic NumPy, and plain Python for Python's own scalars."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import cached_property

from autodiff_compiler.backends import scalar_conversions, syntax
from autodiff_compiler.backends.effects import Effects
from autodiff_compiler.backends.implied_casts import loosened
from autodiff_compiler.backends.structure import negated
from autodiff_compiler.backends.subscripts import Place, as_argument
from autodiff_compiler.diagnostics import InternalError
from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.dtype import FLOAT64, INT64, DType
from autodiff_compiler.ir.opset import TABLE
from autodiff_compiler.ir.path import path_of, reshaping, transposing
from autodiff_compiler.ir.types import Array, ListOf, Scalar, dtype_of, is_py

OPERATORS: dict[str, ast.operator] = {
    "add": ast.Add(), "sub": ast.Sub(), "mul": ast.Mult(), "div": ast.Div(), "floordiv": ast.FloorDiv(),
    "mod": ast.Mod(), "pow": ast.Pow(), "and": ast.BitAnd(), "or": ast.BitOr(), "xor": ast.BitXor(),
    "lshift": ast.LShift(), "rshift": ast.RShift(),
}  # fmt: skip
COMPARISONS: dict[str, ast.cmpop] = {
    "lt": ast.Lt(), "le": ast.LtE(), "gt": ast.Gt(), "ge": ast.GtE(), "eq": ast.Eq(), "ne": ast.NotEq(),
}  # fmt: skip
# What Python floats call, where it is not the function of the same name in `math`.
PYTHON_NAMES = {
    "arctan2": "math.atan2", "arcsin": "math.asin", "arccos": "math.acos", "arctan": "math.atan",
    "arcsinh": "math.asinh", "arccosh": "math.acosh", "arctanh": "math.atanh", "abs": "abs",
    "sign": "sign", "maximum": "maximum", "minimum": "minimum", "div0": "div0",
    "mul0": "mul0",
}  # fmt: skip
# NumPy functions that `math` lacks or that behave otherwise there: the result is made a Python float again.
BORROWED = ("floor", "ceil", "trunc", "rint", "logaddexp")
INVERSE = {"lt": "ge", "le": "gt", "gt": "le", "ge": "lt", "eq": "ne", "ne": "eq"}
REDUCTIONS = ("sum", "prod", "max", "min", "any", "all")


def is_widened(dtype: DType) -> bool:
    """Whether NumPy adds and multiplies up elements of this dtype in one of 64 bits."""
    return not dtype.inexact and dtype.bits < 64


def dtype_name(dtype: DType) -> ast.expr:
    return syntax.dotted(f"np.{dtype.numpy_name}")


class PythonSpelling(Effects):
    """Python and NumPy."""

    @cached_property
    def unprinted(self) -> frozenset[Value]:
        """The conversions that are left out."""
        return scalar_conversions.unprinted(self.printer.nesting)

    # -- expressions -----------------------------------------------------------------------------------------------

    def expression(self, op: Op) -> ast.expr:
        special = getattr(self, f"_{op.kind}", None)
        if special is not None:
            return special(op)
        if TABLE[op.kind].elementwise:
            return self.elementwise(op)
        if op.kind in REDUCTIONS:
            return self._reduction(op)
        if TABLE[op.kind].numpy:
            return syntax.call(TABLE[op.kind].numpy, *self._strict(op))
        raise InternalError("AD602", f"no spelling for op {op.kind}", op.span)

    def elementwise(self, op: Op) -> ast.expr:
        py = is_py(op.result.type)
        kind = op.kind
        if kind in OPERATORS:
            left, right = self._loosened(op)
            if kind == "pow":
                right = self._exponent(op, right)
            return syntax.binary(OPERATORS[kind], left, right)
        if kind in COMPARISONS:
            return syntax.compare(COMPARISONS[kind], *self._loosened(op))
        if kind in BORROWED and py:
            return syntax.call("float", syntax.call(f"np.{kind}", *self._strict(op)))
        if py and kind in ("maximum", "minimum") and _compares_ints(op):
            return syntax.call(kind[:3], *self._strict(op))
        if py:
            return syntax.call(PYTHON_NAMES.get(kind, f"math.{kind}"), *self._loosened(op))
        if kind == "abs" and isinstance(op.result.type, Scalar):
            return syntax.call("abs", *self._strict(op))
        if kind == "mul0":
            helper = "multiply0" if isinstance(op.result.type, Array) else "mul0"
            return syntax.call(helper, *self._strict(op))
        if kind == "div0":
            return syntax.call("divide0", *self._strict(op))
        return syntax.call(TABLE[kind].numpy, *self._loosened(op))

    def _strict(self, op: Op) -> list[ast.expr]:
        return [self.operand(v) for v in op.operands]

    def _loosened(self, op: Op, first: int = 0) -> list[ast.expr]:
        """The operands without the casts that Python and NumPy perform themselves."""
        shown = loosened(op.operands[first:], self.printer.definition)
        return [
            syntax.literal(v) if weak else self.operand(v)  # type: ignore[arg-type]
            for v, weak in shown
        ]

    def _exponent(self, op: Op, right: ast.expr) -> ast.expr:
        """`x ** 2` for an exponent 2.0."""
        constant = self.printer.definition(op.operands[1], "const")
        if constant is None or not op.result.type.dtype.is_float:  # type: ignore[union-attr]
            return right
        value = constant.attrs["value"]
        if value.is_integer() and 0 < value < 100 and not isinstance(right, ast.Call):
            return syntax.literal(int(value))
        return right

    def _neg(self, op: Op) -> ast.expr:
        return syntax.negative(self.operand(op.operands[0]))

    def _stop_gradient(self, op: Op) -> ast.expr:
        return self.operand(op.operands[0])

    def _invert(self, op: Op) -> ast.expr:
        return ast.UnaryOp(op=ast.Invert(), operand=self.operand(op.operands[0]))

    def _not(self, op: Op) -> ast.expr:
        operand = self.operand(op.operands[0])
        return negated(operand) if is_py(op.result.type) else ast.UnaryOp(op=ast.Invert(), operand=operand)

    def _select(self, op: Op) -> ast.expr:
        if isinstance(op.result.type, Array):
            condition = self.operand(op.operands[0])
            constants = [self.printer.definition(v, "const") for v in op.operands[1:]]
            if all(constants) and op.result.type.dtype.is_python:
                return syntax.call("np.where", condition, *(syntax.literal(c.attrs["value"]) for c in constants if c))
            return syntax.call("np.where", condition, *self._loosened(op, 1))
        test = self.condition(op.operands[0])
        yes, no = (self.operand(v) for v in op.operands[1:])
        chosen = ast.IfExp(test=test, body=yes, orelse=no)
        strong = all(not is_py(v.type) for v in op.operands[1:])
        if is_py(op.result.type) or strong:
            return chosen
        return self.convert(chosen, op.result.type)  # type: ignore[arg-type]  # a select is of scalars or arrays

    def convert(self, value: ast.expr, type_: Scalar | Array) -> ast.expr:
        if isinstance(type_, Array):
            return syntax.method(value, "astype", dtype_name(type_.dtype))
        if is_py(type_):
            return syntax.call(type_.dtype.number.__name__, value)
        return syntax.call(dtype_name(type_.dtype), value)

    def _cast(self, op: Op) -> ast.expr:
        (operand,) = op.operands
        if op.result in self.unprinted:
            return self.operand(operand)
        return self.convert(self.operand(operand), op.result.type)  # type: ignore[arg-type]

    def _const(self, op: Op) -> ast.expr:
        value = syntax.literal(op.attrs["value"])
        type_ = op.attrs["type"]
        plain = not isinstance(type_, Scalar) or is_py(type_) or op.result in self.unprinted
        return value if plain else self.convert(value, type_)

    def condition(self, value: Value) -> ast.expr:
        cast = self.printer.definition(value, "cast")
        if cast is not None and dtype_of(cast.operands[0].type).is_bool:
            return self.condition(cast.operands[0])
        op = self.printer.definition(value, "not")
        return self.operand(value) if op is None else self.negation(op.operands[0])

    def negation(self, value: Value) -> ast.expr:
        op = self.printer.defs.get(value) if value in self.printer.nesting.inline else None
        if op is not None and op.kind in INVERSE and (op.kind in ("eq", "ne") or _compares_ints(op)):
            return syntax.compare(COMPARISONS[INVERSE[op.kind]], *self._loosened(op))
        opposite = self.printer.definition(value, "not")
        return negated(self.condition(value)) if opposite is None else self.condition(opposite.operands[0])

    def undefined(self, value: Value) -> ast.expr:
        if isinstance(value.type, Array):
            # Nobody reads an element, but an extent may be asked for on the way to where it is not needed.
            extents = (0,) * value.type.rank
            return syntax.call("np.empty", syntax.literal(extents if len(extents) > 1 else 0))
        return ast.List(elts=[], ctx=ast.Load()) if isinstance(value.type, ListOf) else syntax.literal(None)

    # -- arrays ----------------------------------------------------------------------------------------------------

    def _dim(self, op: Op) -> ast.expr:
        array = self.operand(op.operands[0])
        if op.attrs["axis"] == 0:
            return syntax.call("len", array)
        return syntax.subscript(syntax.attribute(array, "shape"), syntax.literal(op.attrs["axis"]))

    def same_shape(self, extents: Sequence[Value]) -> Value | None:
        """The array whose whole shape the extents are."""
        source = None
        for axis, extent in enumerate(extents):
            op = self.printer.definition(extent, "dim")
            if op is None or op.attrs["axis"] != axis or source not in (None, op.operands[0]):
                return None
            source = op.operands[0]
        if source is None or not isinstance(source.type, Array) or source.type.rank != len(extents):
            return None
        return source if source not in self.printer.nesting.inline else None

    def shape(self, extents: Sequence[Value], whole: bool = True) -> ast.expr:
        """`(n, m)`, `x.shape`, or for one axis `n`."""
        source = self.same_shape(extents) if len(extents) > 1 or not whole else None
        if source is not None:
            return syntax.attribute(self.operand(source), "shape")
        if len(extents) == 1 and whole:
            return self.operand(extents[0])
        return syntax.tuple_([self.operand(e) for e in extents])

    def _full(self, op: Op) -> ast.expr:
        *extents, fill = op.operands
        dtype = op.result.type.dtype  # type: ignore[union-attr]
        constant = self.printer.definition(fill, "const")
        source = self.same_shape(extents)
        like = source is not None and source.type.dtype == dtype  # type: ignore[union-attr]
        if constant is not None and constant.attrs["value"] in (0, 1) and not _negative_zero(constant.attrs["value"]):
            name = "zeros" if constant.attrs["value"] == 0 else "ones"
            if like and source is not None:
                return syntax.call(f"np.{name}_like", self.operand(source))
            return syntax.call(f"np.{name}", self.shape(extents), *self._dtype_unless_f64(dtype))
        value = syntax.literal(constant.attrs["value"]) if constant is not None else self.operand(fill)
        return syntax.call("np.full", self.shape(extents), value, dtype_name(dtype))

    def _empty(self, op: Op) -> ast.expr:
        return syntax.call("np.empty", self.shape(op.operands), *self._dtype_unless_f64(op.attrs["dtype"]))

    def _dtype_unless_f64(self, dtype: DType) -> list[ast.expr]:
        return [] if dtype is FLOAT64 else [dtype_name(dtype)]

    def _arange(self, op: Op) -> ast.expr:
        (count,) = op.operands
        plain = count.type.dtype is INT64  # type: ignore[union-attr]
        return syntax.call("np.arange", self.operand(count), **({} if plain else {"dtype": dtype_name(INT64)}))

    def _load(self, op: Op) -> ast.expr:
        array, *operands = op.operands
        return self._keepdims(op) or Place(self, array, path_of(op), operands).read()

    def _keepdims(self, op: Op) -> ast.expr | None:
        """`np.sum(x, axis=1, keepdims=True)`: a reduction whose axes are put back."""
        reduction = self.printer.defs.get(op.operands[0])
        if reduction is None or reduction.kind not in REDUCTIONS or op.operands[0] not in self.printer.nesting.inline:
            return None
        if path_of(op).added_axes != tuple(reduction.attrs["axes"]):
            return None
        call = self._reduction(reduction)
        assert isinstance(call, ast.Call)
        call.keywords.append(ast.keyword(arg="keepdims", value=syntax.literal(True)))
        return call

    def _copy(self, op: Op) -> ast.expr:
        (operand,) = op.operands
        if not isinstance(operand.type, ListOf):
            return syntax.method(self.operand(operand), "copy")
        if isinstance(operand.type.element, Scalar):
            return syntax.method(self.operand(operand), "copy")
        return _each(syntax.method(syntax.name("item"), "copy"), self.operand(operand))

    def _reduction(self, op: Op) -> ast.expr:
        array = op.operands[0]
        axes, dtype = op.attrs["axes"], op.result.type.dtype  # type: ignore[union-attr]
        keywords: dict[str, ast.expr] = {}
        if len(axes) < array.type.rank:  # type: ignore[union-attr]
            keywords["axis"] = syntax.literal(axes[0] if len(axes) == 1 else tuple(axes))
        if op.kind in ("sum", "prod") and is_widened(dtype):
            keywords["dtype"] = dtype_name(dtype)
        return syntax.call(f"np.{op.kind}", self.operand(array), **keywords)

    def _argmax(self, op: Op) -> ast.expr:
        array = op.operands[0]
        axis = {} if array.type.rank == 1 else {"axis": syntax.literal(op.attrs["axis"])}  # type: ignore[union-attr]
        return syntax.call(f"np.{op.kind}", self.operand(array), **axis)

    _argmin = _argmax

    def _argsort(self, op: Op) -> ast.expr:
        return syntax.call("np.argsort", self.operand(op.operands[0]), kind=syntax.literal("stable"))

    def _cumsum(self, op: Op) -> ast.expr:
        type_ = op.result.type
        assert isinstance(type_, Array)
        keywords = {} if type_.rank == 1 else {"axis": syntax.literal(op.attrs["axis"])}
        if is_widened(type_.dtype):
            keywords["dtype"] = dtype_name(type_.dtype)
        return syntax.call("np.cumsum", self.operand(op.operands[0]), **keywords)

    def _matmul(self, op: Op) -> ast.expr:
        return syntax.binary(ast.MatMult(), *(self.operand(v) for v in op.operands))

    def _transpose(self, op: Op) -> ast.expr:
        return Place(self, op.operands[0], transposing(op.attrs["perm"]), []).read()

    def _reshape(self, op: Op) -> ast.expr:
        array, *extents = op.operands
        return Place(self, array, reshaping(len(extents)), extents).read()

    def _broadcast_to(self, op: Op) -> ast.expr:
        array, *extents = op.operands
        if not extents:
            return self.operand(array)
        return syntax.call("np.broadcast_to", self.operand(array), self.shape(extents))

    def _unbroadcast(self, op: Op) -> ast.expr:
        array, *extents = op.operands
        if isinstance(array.type, Scalar):
            return self.operand(array)
        if not extents:
            return syntax.call("np.sum", self.operand(array))
        return syntax.call("unbroadcast", self.operand(array), self.shape(extents, whole=False))

    def _concat(self, op: Op) -> ast.expr:
        parts = syntax.tuple_([self.operand(v) for v in op.operands])
        axis = {"axis": syntax.literal(op.attrs["axis"])} if op.attrs["axis"] else {}
        return syntax.call("np.concatenate", parts, **axis)

    # -- lists -----------------------------------------------------------------------------------------------------

    def _list_new(self, op: Op) -> ast.expr:
        return ast.List(elts=[self.operand(v) for v in op.operands], ctx=ast.Load())

    def _list_get(self, op: Op) -> ast.expr:
        return syntax.subscript(*(self.operand(v) for v in op.operands))

    def _list_len(self, op: Op) -> ast.expr:
        return syntax.call("len", self.operand(op.operands[0]))

    def _list_zeros(self, op: Op) -> ast.expr:
        type_ = op.result.type
        assert isinstance(type_, ListOf)
        items = self.operand(op.operands[0])
        if isinstance(type_.element, Array):
            return _each(syntax.call("np.zeros_like", syntax.name("item")), items)
        zero = syntax.literal(type_.element.dtype.number())
        element = zero if is_py(type_.element) else self.convert(zero, type_.element)
        return syntax.binary(ast.Mult(), ast.List(elts=[element], ctx=ast.Load()), syntax.call("len", items))

    # -- external calls ----------------------------------------------------------------------------------------------

    def check_external(self, op: Op) -> None:
        """Python can call whatever there is."""

    def shut(self, array: ast.expr) -> ast.expr:
        return syntax.call("read_only", array)

    def taken_array(self, value: ast.expr, type_: Array) -> ast.expr:
        return syntax.call("given_array", value, dtype_name(type_.dtype), syntax.literal(type_.rank))

    def taken_int(self, value: ast.expr) -> ast.expr:
        return syntax.call("given_int", value)

    # -- writes ----------------------------------------------------------------------------------------------------

    def write(self, op: Op) -> list[ast.stmt]:
        name = syntax.name(self.printer.names[op.result])
        if op.kind == "list_append":
            return [syntax.expression(syntax.method(name, "append", self.operand(op.operands[1])))]
        if op.kind in ("list_set", "list_accum"):
            _, index, value = op.operands
            element = syntax.subscript(name, self.operand(index))
            new = self.operand(value)
            if op.kind == "list_set":
                return [syntax.assign(syntax.as_target(element), new)]
            if isinstance(value.type, Array):
                # Not `+=`: it would change an array that may be in two places of the list.
                return [syntax.assign(syntax.as_target(element), syntax.binary(ast.Add(), element, new))]
            return [ast.AugAssign(target=syntax.as_target(element), op=ast.Add(), value=new)]  # type: ignore[arg-type]
        array, *operands, value = op.operands
        place = Place(self, array, path_of(op), operands, name)
        if op.kind == "store":
            return [syntax.assign(syntax.as_target(place.written()), self._stored(value))]
        return [self._accumulate(place, op, value)]

    def _stored(self, value: Value) -> ast.expr:
        """A value to be assigned into an array, which casts scalars itself."""
        constant = self.printer.definition(value, "const")
        if constant is not None:
            return syntax.literal(constant.attrs["value"])
        cast = self.printer.definition(value, "cast")
        if cast is not None and isinstance(value.type, Scalar) and value.type.dtype.inexact:
            return self.operand(cast.operands[0])
        return self.operand(value)

    def _accumulate(self, place: Place, op: Op, value: Value) -> ast.stmt:
        if place.repeats:
            viewed, index = place.split()
            return syntax.expression(syntax.call("np.add.at", viewed, as_argument(index), self.operand(value)))
        negation = self.printer.definition(value, "neg")
        operator: ast.operator = ast.Add() if negation is None else ast.Sub()
        added = value if negation is None else negation.operands[0]
        ((shown, weak), *_) = loosened((added, op.operands[0]), self.printer.definition)
        new = syntax.literal(shown) if weak else self.operand(shown)  # type: ignore[arg-type]
        where = place.written() if not path_of(op).is_whole else place.name
        assert isinstance(where, ast.Name | ast.Subscript)
        return ast.AugAssign(target=syntax.as_target(where), op=operator, value=new)  # type: ignore[arg-type]


def _compares_ints(op: Op) -> bool:
    """Whether `not a < b` is `a >= b`: not so for nan."""
    return all(isinstance(v.type, Scalar) and v.type.dtype.is_integer for v in op.operands)


def _negative_zero(value: object) -> bool:
    return str(value).startswith("-0")


def _each(element: ast.expr, items: ast.expr) -> ast.expr:
    """`[element for item in items]`."""
    generator = ast.comprehension(target=syntax.target("item"), iter=items, ifs=[], is_async=0)
    return ast.ListComp(elt=element, generators=[generator])
