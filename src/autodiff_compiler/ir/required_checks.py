"""Which checks an op needs: what NumPy tests of shapes and indices when it is given the same operands.

The page of an op names its accesses (`OpDef.accesses`); each access is a rule here, which builds the checks.  Code that builds an
op which is not right by construction calls `opset.require` before it.  A check has the name of its access, so that a printer that
writes the op as NumPy's own access knows that NumPy performs the check.

    b.op("add", x, y)               require(b, "add", x, y) builds check_broadcast (dim x k), (dim y k) for each common axis
    b.load(a, path, (i, j))         check_index i, (dim a 0); check_index j, (dim a 1)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from autodiff_compiler.diagnostics import TOGETHER
from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.dtype import INT64
from autodiff_compiler.ir.message import LINALG_ERROR
from autodiff_compiler.ir.path import Path, Subscript, aligned, at, is_array, is_mask, reshaping, transposing
from autodiff_compiler.ir.types import INT, Array, Scalar, dtype_of, rank

if TYPE_CHECKING:
    from autodiff_compiler.ir.builder import Builder

Operands = Sequence[Value]
Attrs = dict[str, Any]


@dataclass(frozen=True)
class Access:
    """What NumPy tests about the operands of some ops."""

    name: str
    build: Callable[[Builder, Operands, Attrs], None]
    """Builds the checks that test the same."""


_SAID = {
    "store": "could not broadcast input array",
    "index": "shape mismatch: indexing arrays could not be broadcast together",
}


def mismatch(check: Op) -> str:
    """What NumPy says where extents that an access would stretch do not fit each other."""
    return _SAID.get(check.attrs.get("access", ""), TOGETHER)


# -- shapes ------------------------------------------------------------------------------------------------------------


def broadcast(b: Builder, operands: Operands, attrs: Attrs) -> None:
    """The shapes of arrays broadcast together, axis by axis."""
    arrays = list(dict.fromkeys(x for x in operands if isinstance(x.type, Array)))
    for i, x in enumerate(arrays):
        for y in arrays[i + 1 :]:
            for back in range(1, min(rank(x.type), rank(y.type)) + 1):
                i, j = rank(x.type) - back, rank(y.type) - back
                alike(b, b.dim(x, i), b.dim(y, j), **_axes(rank(x.type), i, rank(y.type), j))


def _axes(m: int, i: int, n: int, j: int) -> Attrs:
    """For messages: the ranks of two arrays, and the axis of each that a check compares."""
    return {"ranks": (m, n), "axes": (i, j)}


def alike(b: Builder, m: Value, n: Value, access: str = "broadcast", **attrs: Any) -> None:
    """Two extents broadcast together."""
    if m is not n:
        b.emit("check_broadcast", (m, n), {"access": access, **attrs})


def check_equal(b: Builder, m: Value, n: Value, message: str | tuple[str | None, ...], **attrs: Any) -> None:
    """Two extents are equal.  A text is shown with the shapes, or extents, that differ; a tuple has a place for each of the
    two, or none."""
    if m is not n:
        b.emit("check_equal", (m, n), {"message": message, **attrs})


def fits(b: Builder, own: Operands, place: Operands, access: str = "store") -> None:
    """A shape can be stretched to that of a place, of the same rank or a higher one; the place itself is never stretched."""
    offset = len(place) - len(own)
    for i, m in enumerate(own):
        n = place[offset + i]
        if m is not n:
            b.emit("check_fits", (m, n), {"access": access, **_axes(len(own), i, len(place), offset + i)})


def _stored(b: Builder, operands: Operands, attrs: Attrs) -> None:
    """`a[path] = value`."""
    array, *path, value = operands
    if isinstance(value.type, Array):
        fits(b, b.dims(value), b.dims(b.load(array, attrs["path"], path)))


def _stretched(b: Builder, operands: Operands, attrs: Attrs) -> None:
    value, *dims = operands
    allocated(b, dims, attrs)
    if isinstance(value.type, Array):
        fits(b, b.dims(value), dims, "stretch")


def _reshaped(b: Builder, operands: Operands, attrs: Attrs) -> None:
    value, *dims = operands
    check_equal(b, product(b, b.dims(value)), product(b, dims), RESHAPED, access="reshape")


RESHAPED = ("cannot reshape array of size ", None, " into shape of size ", None)


def product(b: Builder, dims: Operands) -> Value:
    """The number of elements of a shape, a Python int."""
    total: Value | None = None
    for dim in dims:
        total = dim if total is None else b.mul(total, dim)
    return b.const(1) if total is None else total


def allocated(b: Builder, operands: Operands, attrs: Attrs) -> None:
    """No extent is negative; those of arrays never are.  (The fill of `full` is not among the extents.)"""
    for extent in operands:
        if isinstance(extent.type, Scalar) and extent.type == INT and not _is_extent(b, extent):
            condition = b.compare("ge", extent, b.const(0))
            message = ("negative dimensions are not allowed: ", None)
            b.emit("check", (condition, extent), {"error": "ValueError", "message": message})


def _filled(b: Builder, operands: Operands, attrs: Attrs) -> None:
    allocated(b, operands[:-1], attrs)


def _is_extent(b: Builder, value: Value) -> bool:
    return any(op.kind == "dim" and value in op.results for op in b.ops)


def _multiplied(b: Builder, operands: Operands, attrs: Attrs) -> None:
    x, y = operands
    m, n = rank(x.type), rank(y.type)
    i, j = m - 1, max(n - 2, 0)
    message = "matmul: the inner extents differ"
    check_equal(b, b.dim(x, i), b.dim(y, j), message, access="product", **_axes(m, i, n, j))
    for back in range(3, min(m, n) + 1):
        i, j = m - back, n - back
        alike(b, b.dim(x, i), b.dim(y, j), "product", **_axes(m, i, n, j))


def _square(b: Builder, operands: Operands, attrs: Attrs) -> None:
    """The operand holds square matrices."""
    rows, columns = b.dims(operands[0])[-2:]
    check_equal(b, rows, columns, ("Last 2 dimensions of the array must be square",), error=LINALG_ERROR)


def _system(b: Builder, operands: Operands, attrs: Attrs) -> None:
    """Each matrix of the first operand has as many rows as the last one, and stacks of them broadcast."""
    a, right = operands[0], operands[-1]
    m, n = rank(a.type), rank(right.type)
    check_equal(b, b.dim(right, n - 2), b.dim(a, m - 1), MISMATCH)
    for back in range(3, min(m, n) + 1):
        alike(b, b.dim(a, m - back), b.dim(right, n - back))


MISMATCH = (
    "solve: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature (m,m),(m,n)->(m,n) (size ",
    None,
    " is different from ",
    None,
    ")",
)


def _joined(b: Builder, operands: Operands, attrs: Attrs) -> None:
    first, *others = operands
    for other in others:
        for axis in range(rank(first.type)):
            if axis != attrs["axis"]:
                message = "concatenate: extents other than along the axis must match"
                check_equal(b, b.dim(first, axis), b.dim(other, axis), message, access="join")


def _extremum(b: Builder, operands: Operands, attrs: Attrs) -> None:
    """There is at least one element along these axes."""
    axes = attrs["axes"] if "axes" in attrs else (attrs["axis"],)
    b.emit("check_nonempty", [b.dim(operands[0], axis) for axis in axes], {"access": "extremum"})


def _transformed(b: Builder, operands: Operands, attrs: Attrs) -> None:
    """There is at least one point along the axis of a Fourier transform."""
    _points(b, b.dim(operands[0], attrs["axis"]))


def _of_half_spectrum(b: Builder, operands: Operands, attrs: Attrs) -> None:
    half, points = operands
    _points(b, points)
    wanted = b.add(b.op("floordiv", points, b.const(2)), b.const(1))
    check_equal(
        b, b.dim(half, attrs["axis"]), wanted, "irfft: half a spectrum has n // 2 + 1 numbers", access="transform"
    )


def _points(b: Builder, count: Value) -> None:
    message = "Invalid number of FFT data points (0) specified."
    b.emit("check_nonempty", (count,), {"access": "transform", "message": message})


# -- indices -----------------------------------------------------------------------------------------------------------


def _indexed(b: Builder, operands: Operands, attrs: Attrs) -> None:
    """Each step of a path, applied to what the steps before it reach."""
    path: Path = attrs["path"]

    def subscripted(array: Value, subscripts: tuple[Subscript, ...]) -> Value:
        indexed(b, array, subscripts)
        step, own = at(*subscripts)
        return b.load(array, step, own) if step.result_rank(rank(array.type), [v.type for v in own]) else array

    def reordered(array: Value, extents: Operands) -> Value:
        _reshaped(b, (array, *extents), {})
        return b.load(array, reshaping(len(extents)), extents)

    path.follow(operands[0], operands[1:], subscripted, lambda array, perm: b.load(array, transposing(perm)), reordered)


def indexed(b: Builder, array: Value, subscripts: Sequence[Subscript]) -> None:
    """One subscript of an array."""
    for subscript, axis, _ in aligned(subscripts):
        if isinstance(subscript, slice):
            if subscript.step is not None:
                _step(b, subscript.step)
        elif is_mask(subscript):
            for k in range(rank(subscript.type)):
                message = "boolean index did not match the indexed array"
                check_equal(b, b.dim(subscript, k), b.dim(array, axis + k), message, access="index", error="IndexError")
        elif subscript is not None:
            b.emit("check_index", (subscript, b.dim(array, axis)), {"access": "index", "axis": axis})
    _joint(b, [subscript for subscript in subscripts if is_array(subscript)])


def _step(b: Builder, step: Value) -> None:
    nonzero = b.compare("ne", step, b.const_like(0, step.type))
    b.emit("check", (nonzero,), {"error": "ValueError", "message": ("slice step cannot be zero",)})


def _joint(b: Builder, advanced: Operands) -> None:
    """Arrays of indices broadcast together; a mask stands for as many as it has true elements."""
    if len(advanced) < 2:
        return
    shapes = [[_count(b, x)] if dtype_of(x.type).is_bool else b.dims(x) for x in advanced]
    for i, x in enumerate(shapes):
        for y in shapes[i + 1 :]:
            for m, n in zip(reversed(x), reversed(y)):
                alike(b, m, n, "index", error="IndexError")


def _count(b: Builder, mask: Value) -> Value:
    """How many elements of a mask are true, a Python int."""
    ones = b.cast(mask, Scalar(INT64))
    return b.cast(b.sum(ones, range(rank(mask.type))), INT)


def _in_list(b: Builder, operands: Operands, attrs: Attrs) -> None:
    b.emit("check_index", (operands[1], b.op("list_len", operands[0])), {"access": "item"})


BROADCAST = Access("broadcast", broadcast)
INDEX = Access("index", _indexed)
STORE = Access("store", _stored)
ITEM = Access("item", _in_list)
PRODUCT = Access("product", _multiplied)
SQUARE = Access("square", _square)
SYSTEM = Access("system", _system)
JOIN = Access("join", _joined)
EXTREMUM = Access("extremum", _extremum)
TRANSFORM = Access("transform", _transformed)
HALF_SPECTRUM = Access("transform", _of_half_spectrum)
RESHAPE = Access("reshape", _reshaped)
STRETCH = Access("stretch", _stretched)
ALLOCATION = Access("allocation", allocated)
FILLING = Access("filling", _filled)
