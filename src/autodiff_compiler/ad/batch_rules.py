"""How an op is done for a batch: each rule takes the op to its result with one more axis, the last one."""

from __future__ import annotations

from collections.abc import Callable

from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.opset import is_undefined
from autodiff_compiler.ir.path import Path, Reshape, Step, Transpose, path_of
from autodiff_compiler.ir.types import Array, Scalar, Type, rank


class NoBatchError(Exception):
    """There is no rule for what is done with a batch."""


def widened(type_: Type) -> Array:
    """The type with one more axis."""
    if not isinstance(type_, Array | Scalar):
        raise NoBatchError(str(type_))
    return Array(type_.dtype, rank(type_) + 1)


class Batch:
    """What a rule works with: the op's values that are batches (`env`), and how many are in each (`size`)."""

    size: Value

    def __init__(self, b: Builder, env: dict[Value, Value], defs: dict[Value, Op]) -> None:
        self.b = b
        self.env = env
        self._defs = defs

    def beside(self, value: Value) -> Value:
        """The value as it stands beside batches in arithmetic: one that is no batch with an axis of extent 1."""
        if value in self.env:
            return self.env[value]
        return self.b.insert_axes(value, rank(value.type)) if rank(value.type) else value

    def lifted(self, value: Value) -> Value:
        """The value as a batch: of equal ones, if it is none."""
        if value in self.env:
            return self.env[value]
        type_, made = widened(value.type), self._defs.get(value)
        if made is not None and is_undefined(made):
            return self.b.undef(type_, value.name)
        if made is not None and made.kind == "empty":
            return self.b.op("empty", *made.operands, self.size, **made.attrs, name=value.name)
        if made is not None and made.kind == "full":
            return self.b.full((*made.operands[:-1], self.size), made.operands[-1], value.name)
        if not rank(value.type):
            return self.b.full((self.size,), value, value.name)
        return self.b.op("broadcast_to", self.beside(value), *self.b.dims(value), self.size, name=value.name)


Rule = Callable[[Batch, Op], Value]


def elementwise(batch: Batch, op: Op) -> Value:
    return batch.b.op(op.kind, *map(batch.beside, op.operands), **op.attrs)


def _cast(batch: Batch, op: Op) -> Value:
    return batch.b.cast(batch.env[op.operands[0]], widened(op.result.type))


def _copy(batch: Batch, op: Op) -> Value:
    return batch.b.op(op.kind, batch.env[op.operands[0]])


def _along_axes(batch: Batch, op: Op) -> Value:
    """What runs along axes that are counted from the front."""
    first, *others = op.operands
    return batch.b.op(op.kind, batch.env[first], *_fixed(batch, others), **op.attrs)


def _reshaped(batch: Batch, op: Op) -> Value:
    """What takes the new extents: the batch keeps its own."""
    first, *dims = op.operands
    return batch.b.op(op.kind, batch.env[first], *_fixed(batch, dims), batch.size)


def _full(batch: Batch, op: Op) -> Value:
    *dims, fill = op.operands
    return batch.b.op("broadcast_to", batch.env[fill], *_fixed(batch, dims), batch.size)


def _transpose(batch: Batch, op: Op) -> Value:
    perm = op.attrs["perm"]
    return batch.b.op("transpose", batch.env[op.operands[0]], perm=(*perm, len(perm)))


def _concat(batch: Batch, op: Op) -> Value:
    return batch.b.op("concat", *map(batch.lifted, op.operands), axis=op.attrs["axis"])


def _load(batch: Batch, op: Op) -> Value:
    array, *indices = op.operands
    path, operands = _path(batch, op, indices)
    return batch.b.load(batch.env[array], path, operands)


def _write(batch: Batch, op: Op) -> Value:
    array, *indices, value = op.operands
    path, operands = _path(batch, op, indices)
    return batch.b.op(op.kind, batch.lifted(array), *operands, batch.beside(value), path=path)


def _path(batch: Batch, op: Op, indices: list[Value]) -> tuple[Path, list[Value]]:
    """The path in a batch, and its operands."""
    steps: list[Step] = []
    operands: list[Value] = []
    rest = _fixed(batch, indices)
    for step in path_of(op).steps:
        operands += rest[: step.operands]
        rest = rest[step.operands :]
        if isinstance(step, Transpose):
            steps.append(Transpose((*step.perm, len(step.perm))))
        elif isinstance(step, Reshape):
            steps.append(Reshape(step.operands + 1))
            operands.append(batch.size)
        else:
            steps.append(step)
    return Path(tuple(steps)), operands


def _fixed(batch: Batch, values: list[Value]) -> list[Value]:
    """Indices and extents, which no batch decides."""
    if any(v in batch.env for v in values):
        raise NoBatchError("an index")
    return values


def _matmul(batch: Batch, op: Op) -> Value:
    a, b = op.operands
    if a in batch.env and b in batch.env:
        raise NoBatchError(op.kind)
    return _product_with(batch, a, b) if b in batch.env else _product_of(batch, a, b)


def _product_with(batch: Batch, a: Value, b: Value) -> Value:
    """`a @ b` for a batch of `b`: with more columns."""
    if rank(b.type) == 1:
        return batch.b.op("matmul", a, batch.env[b])
    return _out_of_columns(batch, batch.b.op("matmul", a, _in_columns(batch, b)), b)


def _product_of(batch: Batch, a: Value, b: Value) -> Value:
    """`a @ b` for a batch of `a`."""
    wide = batch.env[a]
    if rank(a.type) == 1:
        return batch.b.op("matmul", _turned(batch, b), wide)
    if rank(b.type) > 2:
        raise NoBatchError("a product of stacks")
    made = batch.b.op("matmul", _turned(batch, wide), b)
    return made if rank(b.type) == 1 else _turned(batch, made)


def _turned(batch: Batch, x: Value) -> Value:
    """With the last two axes exchanged, if there are two."""
    *rest, last = range(rank(x.type))
    return batch.b.op("transpose", x, perm=(*rest[:-1], last, *rest[-1:])) if rest else x


def _in_columns(batch: Batch, value: Value) -> Value:
    """A batch of matrices as a matrix with all of their columns."""
    wide = batch.env[value]
    *kept, columns, size = batch.b.dims(wide)
    return batch.b.op("reshape", wide, *kept, batch.b.mul(columns, size))


def _out_of_columns(batch: Batch, made: Value, like: Value) -> Value:
    """The batch whose columns these are; each matrix has as many as one of `like`."""
    *kept, _ = batch.b.dims(made)
    columns = batch.b.dim(batch.env[like], rank(like.type) - 1)
    return batch.b.op("reshape", made, *kept, columns, batch.size)


def _solve(batch: Batch, op: Op) -> Value:
    """Systems with more right-hand sides."""
    *factors, b = op.operands
    if any(v in batch.env for v in factors):
        raise NoBatchError(op.kind)
    return _out_of_columns(batch, batch.b.op(op.kind, *factors, _in_columns(batch, b), **op.attrs), b)


RULES: dict[str, Rule] = {
    "cast": _cast,
    "copy": _copy,
    "full": _full,
    "load": _load,
    "store": _write,
    "accum": _write,
    "transpose": _transpose,
    "reshape": _reshaped,
    "broadcast_to": _reshaped,
    "unbroadcast": _reshaped,
    "concat": _concat,
    "matmul": _matmul,
    "lu_solve": _solve,
    "solve_triangular": _solve,
    **dict.fromkeys(("sum", "cumsum", "fft", "ifft", "rfft", "irfft"), _along_axes),
}
