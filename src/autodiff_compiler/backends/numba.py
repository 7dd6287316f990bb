"""How the Numba target writes single operations: every dtype stated, and helpers for what does not compile.

Numba knows one float64 and one int64: Python's scalars and NumPy's are the same there.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from autodiff_compiler.backends import gather, integers, syntax
from autodiff_compiler.backends.implied_casts import loosened
from autodiff_compiler.backends.nesting import Nesting
from autodiff_compiler.backends.python import PythonSpelling, dtype_name, is_py
from autodiff_compiler.backends.structure import negated
from autodiff_compiler.backends.subscripts import Place
from autodiff_compiler.diagnostics import UnsupportedError
from autodiff_compiler.ir import external
from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.dtype import FLOAT64, INT64, UINT64
from autodiff_compiler.ir.message import Part
from autodiff_compiler.ir.ops.check import ARGUMENT
from autodiff_compiler.ir.path import Subscript, path_of, taken_apart
from autodiff_compiler.ir.types import Array, ListOf, Opaque, Scalar, Type, rank

# Functions of `math` that Numba compiles to the same thing for both float types.
MATH = {
    "arctan2": "atan2", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arcsinh": "asinh", "arccosh": "acosh",
    "arctanh": "atanh", "sin": "sin", "cos": "cos", "tan": "tan", "sinh": "sinh", "cosh": "cosh", "tanh": "tanh",
    "exp": "exp", "expm1": "expm1", "log": "log", "log10": "log10", "log1p": "log1p", "sqrt": "sqrt", "hypot": "hypot",
    "copysign": "copysign",
}  # fmt: skip


class NumbaSpelling(PythonSpelling):
    """Python that Numba compiles in nopython mode."""

    strict_types = True
    reverses_lists = False
    named = frozenset(
        (
            "sum",
            "prod",
            "max",
            "min",
            "any",
            "all",
            "argmax",
            "argmin",
            "cumsum",
            "argsort",
            "matmul",
            "load",
            "store",
            "accum",
        )
    )

    def __init__(self) -> None:
        self.templates: dict[str, str] = {}
        """Helper functions made for this module, by name."""

    def endless(self) -> ast.expr:
        # Numba 0.68 miscompiles `while True: … if c: x = y; break … x = y`: the head, which has no test in bytecode, gets
        # no phi, and x keeps its first value.  CPython leaves a comparison as it is.
        return syntax.compare(ast.Lt(), syntax.literal(0), syntax.literal(1))

    # -- scalars and elementwise -----------------------------------------------------------------------------------

    def elementwise(self, op: Op) -> ast.expr:
        type_ = op.result.type
        if isinstance(type_, Scalar):
            if type_.dtype.is_integer:
                count = self.printer.definition(op.operands[-1], "const")
                number = None if count is None else count.attrs["value"]
                helper = integers.spelled(op, self._strict(op), number)
                if helper is not None:
                    return self._restored(helper, type_)
            if op.kind in ("div0", "mul0"):
                return syntax.call(op.kind, *self._strict(op))
            if op.kind in MATH and type_.dtype is FLOAT64:
                return syntax.call(f"math.{MATH[op.kind]}", *self._loosened(op))
            if op.kind in ("abs", "sign", "maximum", "minimum"):
                function = "abs" if op.kind == "abs" else f"np.{op.kind}"
                return self._restored(syntax.call(function, *self._strict(op)), type_)
            if is_py(type_) and op.kind not in ("add", "sub", "mul"):
                return self._restored(self._as_numpy(op), type_)
        shown = super().elementwise(op) if not is_py(type_) else self._as_numpy(op)
        return self._restored(shown, type_)

    def _as_numpy(self, op: Op) -> ast.expr:
        """A scalar op spelled as for NumPy's scalars."""
        shown = Op(op.kind, op.operands, (Value(Scalar(op.result.type.dtype)),), op.attrs, (), op.span)  # type: ignore[union-attr]
        return super().elementwise(shown)

    def _restored(self, value: ast.expr, type_: Type) -> ast.expr:
        """Numba widens small integers in scalar arithmetic."""
        if isinstance(type_, Scalar) and not (type_.dtype.is_python or type_.dtype.inexact):
            return syntax.call(dtype_name(type_.dtype), value)
        return value

    def _loosened(self, op: Op, first: int = 0) -> list[ast.expr]:
        operands = op.operands[first:]
        if any(not v.type.dtype.is_python for v in operands):  # type: ignore[union-attr]
            return [self.operand(v) for v in operands]
        shown = loosened(operands, self.printer.definition)
        if any(isinstance(v, Value) and not v.type.dtype.is_python for v, weak in shown if not weak):  # type: ignore[union-attr]
            return [self.operand(v) for v in operands]
        return [syntax.literal(v) if weak else self.operand(v) for v, weak in shown]  # type: ignore[arg-type]

    def _exponent(self, op: Op, right: ast.expr) -> ast.expr:
        return super()._exponent(op, right) if op.result.type.dtype is FLOAT64 else right  # type: ignore[union-attr]

    def _not(self, op: Op) -> ast.expr:
        operand = self.operand(op.operands[0])
        if isinstance(op.result.type, Array):
            return syntax.call("np.logical_not", operand)
        return negated(operand)

    def _select(self, op: Op) -> ast.expr:
        if isinstance(op.result.type, Array):
            return syntax.call("np.where", *(self.operand(v) for v in op.operands))
        yes, no = (self.operand(v) for v in op.operands[1:])
        return ast.IfExp(test=self.condition(op.operands[0]), body=yes, orelse=no)

    def convert(self, value: ast.expr, type_: Scalar | Array) -> ast.expr:
        if isinstance(type_, Scalar) and type_.dtype.is_python:
            return syntax.call(type_.dtype.number.__name__, value)
        return super().convert(value, type_)

    # -- external calls ----------------------------------------------------------------------------------------------

    def check_external(self, op: Op) -> None:
        written = external.callee(op.attrs["call"])
        found = self.printer.function.constants.get(written)
        if not _is_compiled(found):
            raise UnsupportedError(
                "AD606",
                f"`{written}` is called as it is, and Numba can do that with nothing but compiled functions",
                op.span,
                help="use the Python backend, or make it a function under numba.njit, a cfunc or a ctypes pointer",
            )

    def shut(self, array: ast.expr) -> ast.expr:
        return array

    def taken_array(self, value: ast.expr, type_: Array) -> ast.expr:
        return syntax.method(value, "copy")

    def taken_int(self, value: ast.expr) -> ast.expr:
        return value

    def _cast(self, op: Op) -> ast.expr:
        (operand,) = op.operands
        if isinstance(op.result.type, Scalar) and operand.type.dtype == op.result.type.dtype:  # type: ignore[union-attr]
            return self.operand(operand)
        if isinstance(op.result.type, Scalar) and operand.type.dtype.is_bool:  # type: ignore[union-attr]
            # `float(True)` does not compile.
            return syntax.call(dtype_name(op.result.type.dtype), self.operand(operand))
        return super()._cast(op)

    def _const(self, op: Op) -> ast.expr:
        type_ = op.attrs["type"]
        value = syntax.literal(op.attrs["value"])
        if isinstance(type_, Scalar) and not type_.dtype.is_python:
            return syntax.call(dtype_name(type_.dtype), value)
        return value

    def undefined(self, value: Value) -> ast.expr:
        return self.zero(value.type)

    def zero(self, type_: Type) -> ast.expr:
        """Something of the type, which nobody looks at."""
        if isinstance(type_, Array):
            return syntax.call("np.empty", syntax.literal((0,) * type_.rank), dtype_name(type_.dtype))
        if isinstance(type_, ListOf):
            return self._no_items(type_)
        if isinstance(type_, Opaque):
            return syntax.literal(None)
        value = syntax.literal(type_.dtype.number())
        return value if type_.dtype.is_python else syntax.call(dtype_name(type_.dtype), value)

    # -- arrays ----------------------------------------------------------------------------------------------------

    def _full(self, op: Op) -> ast.expr:
        *extents, fill = op.operands
        constant = self.printer.definition(fill, "const")
        if constant is not None and constant.attrs["value"] in (0, 1):
            return super()._full(op)
        dtype = op.result.type.dtype  # type: ignore[union-attr]
        return syntax.call("np.full", self.shape(extents), self.operand(fill), dtype_name(dtype))

    def _arange(self, op: Op) -> ast.expr:
        return syntax.call("np.arange", self.convert(self.operand(op.operands[0]), Scalar(INT64)))

    def _extents(self, value: Value, axes: Sequence[int]) -> ast.expr:
        array = self.operand(value)
        return syntax.tuple_([syntax.subscript(syntax.attribute(array, "shape"), syntax.literal(k)) for k in axes])

    def _as_rows(self, value: Value, axes: Sequence[int]) -> tuple[ast.expr, list[int]]:
        """The array as (what is kept, what is reduced), and the axes that are kept."""
        axis_count = rank(value.type)
        kept = [k for k in range(axis_count) if k not in axes]
        perm = (*kept, *axes)
        array = self.operand(value)
        if perm != tuple(range(axis_count)):
            array = syntax.call("np.transpose", array, syntax.literal(perm))
        return syntax.call("rows", array, syntax.literal(len(kept))), kept

    def _by_rows(self, function: str, value: Value, axes: Sequence[int]) -> ast.expr:
        table, kept = self._as_rows(value, axes)
        reduced = syntax.call(function, table)
        if len(kept) == 1:
            return reduced
        if not kept:
            return syntax.subscript(reduced, syntax.literal(0))
        return syntax.method(reduced, "reshape", self._extents(value, kept))

    def _reduction(self, op: Op) -> ast.expr:
        (value,) = op.operands
        type_ = value.type
        assert isinstance(type_, Array)
        axes = op.attrs["axes"]
        if op.kind == "sum" and type_.dtype in (FLOAT64, INT64) and len(axes) in (1, type_.rank):
            axis = {} if len(axes) == type_.rank else {"axis": syntax.literal(axes[0])}
            return syntax.call("np.sum", self.operand(value), **axis)
        return self._by_rows(f"{op.kind}_rows", value, axes)

    def _argmax(self, op: Op) -> ast.expr:
        return self._by_rows(f"{op.kind}_rows", op.operands[0], (op.attrs["axis"],))

    _argmin = _argmax

    def _cumsum(self, op: Op) -> ast.expr:
        (value,) = op.operands
        axis, axis_count = op.attrs["axis"], rank(value.type)
        table, kept = self._as_rows(value, (axis,))
        perm = (*kept, axis)
        summed = syntax.method(syntax.call("cumsum_rows", table), "reshape", self._extents(value, perm))
        if perm == tuple(range(axis_count)):
            return summed
        return syntax.call("np.transpose", summed, syntax.literal(tuple(perm.index(k) for k in range(axis_count))))

    def _argsort(self, op: Op) -> ast.expr:
        (value,) = op.operands
        last = rank(value.type) - 1
        table, _ = self._as_rows(value, (last,))
        return syntax.method(syntax.call("argsort_rows", table), "reshape", self._extents(value, range(last + 1)))

    def _matmul(self, op: Op) -> ast.expr:
        a, b = op.operands
        dtype, ranks = a.type.dtype, (rank(a.type), rank(b.type))  # type: ignore[union-attr]
        if max(ranks) <= 2 and dtype.inexact:
            return syntax.call("dot", self.operand(a), self.operand(b))
        whole = ast.Slice(lower=None, upper=None, step=None)
        left, right = self.operand(a), self.operand(b)
        if ranks[0] == 1:
            left = syntax.subscript(left, syntax.tuple_([syntax.literal(None), whole]))
        if ranks[1] == 1:
            right = syntax.subscript(right, syntax.tuple_([whole, syntax.literal(None)]))
        if max(ranks) <= 2:
            product: ast.expr = syntax.call("matmul2", left, right)
            cut = [syntax.literal(0) if r == 1 else whole for r in ranks]
            return product if ranks == (2, 2) else syntax.subscript(product, syntax.tuple_(cut))
        return self._stacked(a, b, left, right)

    def _stacked(self, a: Value, b: Value, left: ast.expr, right: ast.expr) -> ast.expr:
        """The product of stacks of matrices: both broadcast to one stack."""

        def extent(value: Value, axis: int) -> ast.expr:
            return syntax.subscript(syntax.attribute(self.operand(value), "shape"), syntax.literal(axis))

        ranks = rank(a.type), rank(b.type)
        batch: list[ast.expr] = []
        for axis in range(max(ranks), 2, -1):
            places = [extent(v, r - axis) for v, r in zip((a, b), ranks) if r >= axis]
            batch.append(places[0] if len(places) == 1 else syntax.call("extent", *places))
        one = syntax.literal(1)
        n = [extent(a, ranks[0] - 2), extent(a, ranks[0] - 1)] if ranks[0] > 1 else [one, extent(a, 0)]
        m = [extent(b, ranks[1] - 2), extent(b, ranks[1] - 1)] if ranks[1] > 1 else [extent(b, 0), one]
        stacks = [
            syntax.call("stack", left, syntax.tuple_([*batch, *n])),
            syntax.call("stack", right, syntax.tuple_([*batch, *m])),
        ]
        shape = [*batch, *(n[:1] if ranks[0] > 1 else []), *(m[1:] if ranks[1] > 1 else [])]
        return syntax.method(syntax.call("matmul3", *stacks), "reshape", syntax.tuple_(shape))

    def _broadcast_to(self, op: Op) -> ast.expr:
        value, *extents = op.operands
        if not extents:
            return self.operand(value)
        if isinstance(value.type, Scalar):
            dtype = dtype_name(value.type.dtype)
            return syntax.call("np.full", self.shape(extents, whole=False), self.operand(value), dtype)
        return syntax.call("np.broadcast_to", self.operand(value), self.shape(extents, whole=False))

    def _unbroadcast(self, op: Op) -> ast.expr:
        value, *extents = op.operands
        if isinstance(value.type, Array) and not extents:
            return syntax.call("np.sum", self.operand(value))
        return super()._unbroadcast(op)

    def _reshape(self, op: Op) -> ast.expr:
        array, *extents = op.operands
        return syntax.call("reshaped", self.operand(array), self.shape(extents, whole=False))

    def _load(self, op: Op) -> ast.expr:
        array, *operands = op.operands
        place = NumbaPlace(self, array, path_of(op), operands)
        return self._through(op, place) if place.is_advanced else place.read()

    def _keepdims(self, op: Op) -> ast.expr | None:
        """Numba has no `keepdims`."""
        return None

    def _through(self, op: Op, place: NumbaPlace, value: Value | None = None) -> ast.expr:
        """A call of a function made for this subscript with integer arrays."""
        viewed, viewed_rank, subscripts = place.advanced()
        signature = (op.kind, subscripts, viewed_rank, 0 if value is None else rank(value.type))
        name = gather.function_name(*signature)
        self.templates[name] = gather.function_source(*signature)
        operands = [v for v in (*subscripts, value) if isinstance(v, Value)]
        return syntax.call(name, viewed, *map(self.operand, operands))

    # -- lists -----------------------------------------------------------------------------------------------------

    def _no_items(self, type_: ListOf) -> ast.expr:
        generator = ast.comprehension(
            target=syntax.target("_"), iter=syntax.call("range", syntax.literal(0)), ifs=[], is_async=0
        )
        return ast.ListComp(elt=self.zero(type_.element), generators=[generator])

    def _list_new(self, op: Op) -> ast.expr:
        if not op.operands:
            return self._no_items(op.attrs["type"])
        return ast.List(elts=[self._item(v) for v in op.operands], ctx=ast.Load())

    def _item(self, value: Value) -> ast.expr:
        """A list holds arrays of one layout."""
        shown = self.operand(value)
        return syntax.call("np.ascontiguousarray", shown) if isinstance(value.type, Array) else shown

    def _list_zeros(self, op: Op) -> ast.expr:
        type_ = op.result.type
        assert isinstance(type_, ListOf)
        items = self.operand(op.operands[0])
        element = self.zero(type_.element)
        if isinstance(type_.element, Array):
            element = syntax.call("np.zeros_like", syntax.name("item"))
        generator = ast.comprehension(target=syntax.target("item"), iter=items, ifs=[], is_async=0)
        return ast.ListComp(elt=element, generators=[generator])

    def _copy(self, op: Op) -> ast.expr:
        (operand,) = op.operands
        if not isinstance(operand.type, ListOf):
            return syntax.method(self.operand(operand), "copy")
        item: ast.expr = syntax.name("item")
        if isinstance(operand.type.element, Array):
            item = syntax.method(item, "copy")
        generator = ast.comprehension(target=syntax.target("item"), iter=self.operand(operand), ifs=[], is_async=0)
        return ast.ListComp(elt=item, generators=[generator])

    # -- writes ----------------------------------------------------------------------------------------------------

    def write(self, op: Op) -> list[ast.stmt]:
        if op.kind == "list_append":
            name = syntax.name(self.printer.names[op.result])
            return [syntax.expression(syntax.method(name, "append", self._item(op.operands[1])))]
        if op.kind in ("store", "accum"):
            array, *operands, value = op.operands
            name = syntax.name(self.printer.names[op.result])
            place = NumbaPlace(self, array, path_of(op), operands, name)
            if place.is_advanced:
                return [syntax.expression(self._through(op, place, value))]
            if op.kind == "accum" and isinstance(value.type, Array):
                negation = self.printer.definition(value, "neg")
                operator: ast.operator = ast.Add() if negation is None else ast.Sub()
                new = self.operand(value if negation is None else negation.operands[0])
                where = place.written()
                return [ast.AugAssign(target=syntax.as_target(where), op=operator, value=new)]  # type: ignore[arg-type]
        return super().write(op)

    def _stored(self, value: Value) -> ast.expr:
        return self.operand(value)

    # -- effects ---------------------------------------------------------------------------------------------------

    def performed(self, nesting: Nesting) -> frozenset[Op]:
        """Numba checks nothing by itself."""
        return frozenset()

    def message(self, parts: Sequence[Part], values: Sequence[Value]) -> ast.expr:
        """Arrays and lists are left out: an exception that compiled code raises can carry numbers and their tuples alone."""
        carried = [isinstance(value.type, Scalar) for value in values]
        left = iter(carried)
        shown = tuple(part if isinstance(part, str) or next(left) else "..." for part in parts)
        return super().message(shown, [value for value, kept in zip(values, carried) if kept])

    def raised(self, error: str, message: ast.expr) -> ast.stmt:
        """Compiled code makes no texts: the exception carries the pattern and its values, and `api/boundary.py` puts them
        together."""
        if not (isinstance(message, ast.Call) and isinstance(message.func, ast.Attribute)):
            return super().raised(error, message)
        return ast.Raise(exc=syntax.call(error, message.func.value, *message.args), cause=None)

    def check_width(self, op: Op) -> ast.stmt:
        if op.attrs["of"] == ARGUMENT:
            return super().check_width(op)
        operands = [self.operand(v) for v in op.operands]
        too_large = self.raised("OverflowError", syntax.literal(integers.overflow_message(op.span)))
        if op.attrs["of"] != "cast":
            return ast.If(test=integers.overflows(op.attrs["of"], operands), body=[too_large], orelse=[])
        (value,) = operands
        if op.operands[0].type.dtype is UINT64:  # type: ignore[union-attr]
            # Numba compares unsigned integers with signed ones as floats.
            wrapped = syntax.compare(ast.Lt(), syntax.call("np.int64", value), syntax.literal(0))
            return ast.If(test=wrapped, body=[too_large], orelse=[])
        limits = syntax.literal(float(integers.LOWEST)), syntax.literal(-float(integers.LOWEST))
        inside = ast.Compare(left=limits[0], ops=[ast.LtE(), ast.Lt()], comparators=[value, limits[1]])
        no_number = self.raised("ValueError", syntax.literal("cannot convert float NaN to integer"))
        nan = ast.If(test=syntax.compare(ast.NotEq(), value, value), body=[no_number], orelse=[])
        return ast.If(test=syntax.not_(inside), body=[nan, too_large], orelse=[])

    def printed(self, op: Op) -> ast.stmt:
        if op.attrs.get("sep", " ") not in (" ", None) or op.attrs.get("end", "\n") not in ("\n", None):
            raise UnsupportedError(
                "AD604", "`print` of an f-string, or with `sep` or `end`, does not compile with Numba", op.span,
                help="give what is printed as arguments: print('x =', x); or use backend='python'",
            )  # fmt: skip
        return super().printed(op)


class NumbaPlace(Place):
    """A place whose last subscript may have to be done by loops."""

    @property
    def is_advanced(self) -> bool:
        return not self.path.is_view

    def advanced(self) -> tuple[ast.expr, int, tuple[Subscript, ...]]:
        """The view with all slices taken, its rank, and what remains of the last subscript."""
        before, subscripts = self.path.ending(self.operands)
        slices, rest = taken_apart(subscripts)
        viewed = self._subscripted(self._steps(before, for_write=False), slices)
        return viewed, before.result_rank(self.rank, [v.type for v in self.operands]), rest

    def _reshaped(self, node: ast.expr, extents: Sequence[Value], for_write: bool) -> ast.expr:
        shape = self.writer.shape(extents, whole=False)
        return syntax.call("reshape_view" if for_write else "reshaped", node, shape)


def _is_compiled(obj: object) -> bool:
    """Whether compiled code can call an object: a function under `@njit` or `@cfunc`, or a pointer of ctypes that knows its types."""
    kind = type(obj)
    if any(cls.__module__ == "_ctypes" and cls.__name__ == "CFuncPtr" for cls in kind.__mro__):
        return getattr(obj, "argtypes", None) is not None
    return kind.__module__.startswith("numba.") and (hasattr(obj, "py_func") or hasattr(obj, "native_name"))
