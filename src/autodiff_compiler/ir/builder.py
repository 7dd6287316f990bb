"""Builds ops in order, with type inference; every op gets the current span.

b = Builder()
y = b.mul(x, b.const(2.0, FLOAT))
with b.region(INT, FLOAT, names=("i", "s")) as body:
    i, s = body.params
    b.yield_(b.add(s, y))
total, trips = b.for_(lo, hi, step, [zero], body.done())
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from autodiff_compiler.diagnostics import UNKNOWN, InternalError, Span
from autodiff_compiler.ir.core import NO_ATTRS, Op, Region, Value
from autodiff_compiler.ir.opset import TABLE
from autodiff_compiler.ir.path import Path, element, new_axes
from autodiff_compiler.ir.types import BOOL, COMPLEX, FLOAT, INT, Array, ListOf, Scalar, Type, dtype_of


class OpenRegion:
    """A region under construction."""

    def __init__(self, params: tuple[Value, ...]) -> None:
        self.params = params
        self.ops: list[Op] = []

    def done(self) -> Region:
        return Region(self.params, tuple(self.ops))


class Placing:
    """What `Builder.at` gives: a class, because there is one for each expression of a program."""

    __slots__ = ("_before", "_builder", "_span")

    def __init__(self, builder: Builder, span: Span) -> None:
        self._builder, self._span = builder, span

    def __enter__(self) -> None:
        self._before, self._builder.span = self._builder.span, self._span

    def __exit__(self, *_: object) -> None:
        self._builder.span = self._before


class Builder:
    """Appends ops to the innermost open region."""

    def __init__(self, span: Span = UNKNOWN) -> None:
        self.span = span
        self.top = OpenRegion(())
        self._open = [self.top]

    # -- positions -------------------------------------------------------------------------------------------------

    @property
    def ops(self) -> list[Op]:
        """The ops of the innermost open region."""
        return self._open[-1].ops

    @property
    def visible(self) -> list[Op]:
        """The ops whose results may be used here: those of all open regions, from the outermost on."""
        return [op for region in self._open for op in region.ops]

    @property
    def open(self) -> Sequence[OpenRegion]:
        """The open regions, from the outermost on."""
        return self._open

    @property
    def depth(self) -> int:
        """How many regions are open inside the outermost one."""
        return len(self._open) - 1

    def at(self, span: Span) -> Placing:
        """Give `span` to the ops built inside the block."""
        return Placing(self, span)

    @contextmanager
    def region(self, *types: Type, names: Sequence[str] = ()) -> Iterator[OpenRegion]:
        """Open a region with parameters of these types."""
        hints = [*names, *[""] * (len(types) - len(names))]
        with self.reopen(OpenRegion(tuple(Value(t, n) for t, n in zip(types, hints)))) as opened:
            yield opened

    @contextmanager
    def reopen(self, region: OpenRegion) -> Iterator[OpenRegion]:
        """Go on building in a region."""
        self._open.append(region)
        try:
            yield region
        finally:
            self._open.pop()

    # -- ops -------------------------------------------------------------------------------------------------------

    def emit(
        self,
        kind: str,
        operands: Sequence[Value] = (),
        attrs: dict[str, Any] | None = None,
        regions: Sequence[Region] = (),
        types: Sequence[Type] | None = None,
        names: Sequence[str] = (),
    ) -> tuple[Value, ...]:
        """Append an op and return its results.  Raises `InternalError` where the operand types do not fit."""
        attributes = attrs or {}
        if types is None:
            infer = TABLE[kind].infer
            assert infer is not None, f"{kind} needs its result types"
            try:
                types = infer(tuple(v.type for v in operands), attributes)
            except TypeError as error:
                shown = ", ".join(str(v.type) for v in operands)
                raise InternalError("AD901", f"cannot build {kind}({shown}): {error}", self.span) from error
        hints = [*names, *[""] * (len(types) - len(names))]
        results = tuple(Value(t, n) for t, n in zip(types, hints))
        self.ops.append(Op(kind, tuple(operands), results, attributes or NO_ATTRS, tuple(regions), self.span))
        return results

    def op(self, kind: str, /, *operands: Value, name: str = "", **attrs: Any) -> Value:
        """Append an op with one result."""
        (result,) = self.emit(kind, operands, attrs, names=(name,))
        return result

    def const(self, value: bool | int | float | complex, type_: Scalar | None = None) -> Value:
        """A constant; without a type a Python complex, float, int or bool."""
        if type_ is None:
            kinds = ((bool, BOOL), (int, INT), (complex, COMPLEX))
            type_ = next((found for kind, found in kinds if isinstance(value, kind)), FLOAT)
        number: Any = value
        return self.op("const", type=type_, value=type_.dtype.number(number))

    def const_like(self, value: float | complex, type_: Type) -> Value:
        """A scalar constant of the dtype of `type_`: of its own type for a scalar, a NumPy scalar for an array."""
        if isinstance(type_, Scalar):
            return self.const(value, type_)
        assert isinstance(type_, Array)
        return self.const(value, Scalar(type_.dtype))

    def undef(self, type_: Type, name: str = "") -> Value:
        return self.op("undef", type=type_, name=name)

    def cast(self, x: Value, type_: Type, name: str = "") -> Value:
        """`x` in the dtype (and, for a scalar, the kind) of `type_`; `x` itself if it has these already."""
        if isinstance(x.type, Array):
            dtype = dtype_of(type_)
            return x if x.type.dtype == dtype else self.op("cast", x, dtype=dtype, name=name)
        if x.type == type_:
            return x
        kind = type_.kind if isinstance(type_, Scalar) else "np"
        return self.op("cast", x, dtype=dtype_of(type_), kind=kind, name=name)

    def add(self, a: Value, b: Value) -> Value:
        return self.op("add", a, b)

    def sub(self, a: Value, b: Value) -> Value:
        return self.op("sub", a, b)

    def mul(self, a: Value, b: Value) -> Value:
        return self.op("mul", a, b)

    def div(self, a: Value, b: Value) -> Value:
        return self.op("div", a, b)

    def neg(self, a: Value) -> Value:
        return self.op("neg", a)

    def select(self, c: Value, a: Value, b: Value) -> Value:
        return self.op("select", c, a, b)

    def compare(self, kind: str, a: Value, b: Value) -> Value:
        return self.op(kind, a, b)

    def dim(self, array: Value, axis: int) -> Value:
        return self.op("dim", array, axis=axis)

    def dims(self, array: Value) -> list[Value]:
        assert isinstance(array.type, Array)
        return [self.dim(array, axis) for axis in range(array.type.rank)]

    def full(self, dims: Sequence[Value], fill: Value, name: str = "") -> Value:
        return self.op("full", *dims, fill, name=name)

    def zeros_like(self, x: Value, name: str = "") -> Value:
        """Zero of the type and shape of `x`."""
        if isinstance(x.type, ListOf):
            return self.op("list_zeros", x, name=name)
        if isinstance(x.type, Array):
            return self.full(self.dims(x), self.const_like(0, x.type), name)
        assert isinstance(x.type, Scalar)
        return self.const(0, x.type)

    def load(self, array: Value, path: Path, operands: Sequence[Value] = (), name: str = "") -> Value:
        return self.op("load", array, *operands, path=path, name=name)

    def store(self, array: Value, path: Path, operands: Sequence[Value], value: Value, name: str = "") -> Value:
        return self.op("store", array, *operands, value, path=path, name=name or array.name)

    def accum(self, array: Value, path: Path, operands: Sequence[Value], value: Value, name: str = "") -> Value:
        return self.op("accum", array, *operands, value, path=path, name=name or array.name)

    def sum(self, x: Value, axes: Sequence[int]) -> Value:
        return self.op("sum", x, axes=tuple(axes)) if axes else x

    def element(self, array: Value, *indices: Value, name: str = "") -> Value:
        """`array[i, j, …]` with as many integers as given."""
        return self.load(array, element(len(indices)), indices, name)

    def insert_axes(self, x: Value, *axes: int) -> Value:
        """`x` with new axes of extent 1, which are `axes` of the result."""
        return self.load(x, new_axes(axes))

    # -- structure -------------------------------------------------------------------------------------------------

    def yield_(self, *values: Value) -> None:
        self.emit("yield", values)

    def return_(self, *values: Value) -> None:
        self.emit("return", values)

    def if_(self, condition: Value, then: Region, orelse: Region, names: Sequence[str] = ()) -> tuple[Value, ...]:
        types = [v.type for v in then.terminator.operands]
        return self.emit("if", (condition,), {}, (then, orelse), types, names)

    def for_(
        self,
        start: Value,
        stop: Value,
        step: Value,
        carried: Sequence[Value],
        body: Region,
        *,
        exits: bool = False,
    ) -> tuple[Value, ...]:
        """Results: the carried values, the number of bodies entered, and with `exits` the exit code."""
        return self._loop("for", (start, stop, step, *carried), body.params[1:], (body,), exits)

    def while_(
        self, carried: Sequence[Value], condition: Region, body: Region, *, exits: bool = False
    ) -> tuple[Value, ...]:
        """The results are those of `for_`."""
        return self._loop("while", tuple(carried), body.params, (condition, body), exits)

    def _loop(
        self,
        kind: str,
        operands: tuple[Value, ...],
        params: tuple[Value, ...],
        regions: tuple[Region, ...],
        exits: bool,
    ) -> tuple[Value, ...]:
        types = [v.type for v in params] + [INT] * (2 if exits else 1)
        names = [v.name for v in params] + ["trips", "exit_code"]
        return self.emit(kind, operands, {"exits": exits}, regions, types, names[: len(types)])
