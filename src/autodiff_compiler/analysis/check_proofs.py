"""Which checks certainly do not raise, from what is known about integers and shapes at their place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from autodiff_compiler.analysis.affine import DEPTH, Affine, of_extent
from autodiff_compiler.analysis.bounds import Bounds, is_int
from autodiff_compiler.ir.core import Op, Value
from autodiff_compiler.ir.dtype import INT64
from autodiff_compiler.ir.extent import Extent, stretched_to
from autodiff_compiler.ir.opset import opdef
from autodiff_compiler.ir.types import INT, Array


def passes(bounds: Bounds, op: Op) -> bool:
    """Whether a check certainly does not raise."""
    prove = _PASSES.get(op.kind)
    return prove is not None and prove(bounds, op)


def _index_passes(bounds: Bounds, op: Op) -> bool:
    if not is_int(op.operands[0]):
        return _elements_pass(bounds, op)
    index, extent = bounds.index_and_extent(op)
    above = op.attrs.get("upper") or bounds.nonnegative(extent + index)
    return bool(above) and bounds.nonnegative(extent.plus(-1) - index)


def _are_equal(bounds: Bounds, op: Op) -> bool:
    a, b = _extents(bounds, op)
    return a == b or _factors(bounds, op.operands[0]) == _factors(bounds, op.operands[1])


def _are_alike(bounds: Bounds, op: Op) -> bool:
    a, b = _extents(bounds, op)
    # What was broadcast together before can be again, and each operand with the result.
    one, other = (frozenset(stretched_to(extent)) for extent in (a, b))
    return a in (b, 1) or b == 1 or one <= other or other <= one


def _fit(bounds: Bounds, op: Op) -> bool:
    own, place = _extents(bounds, op)
    return own in (place, 1)


def _are_some(bounds: Bounds, op: Op) -> bool:
    return all(bounds.nonnegative(bounds.affine(v).plus(-1)) for v in op.operands)


def _extents(bounds: Bounds, op: Op) -> list[Extent]:
    return [bounds.shapes.find(bounds.shapes.of(v)) for v in op.operands]


def _factors(bounds: Bounds, value: Value, depth: int = DEPTH) -> Counter[Extent]:
    """The factors of a number of elements."""
    op = bounds.shapes.defs.get(value)
    if op is not None and op.kind == "mul" and value.type == INT and depth:
        return sum((_factors(bounds, v, depth - 1) for v in op.operands), Counter())
    extent = bounds.shapes.find(bounds.shapes.of(value))
    return Counter() if extent == 1 else Counter((extent,))


def _elements_pass(bounds: Bounds, op: Op) -> bool:
    """Whether the check of an array of indices does not raise, because the indices are counted up."""
    ends = _elements(bounds, op.operands[0])
    if ends is None:
        return False
    extent = of_extent(bounds.shapes, bounds.shapes.of(op.operands[1]))
    return bounds.nonnegative(extent + ends[0]) and bounds.nonnegative(extent.plus(-1) - ends[1])


def _elements(bounds: Bounds, array: Value) -> tuple[Affine, Affine] | None:
    """Bounds of the elements of an array, if there are any."""
    op = bounds.shapes.defs.get(array)
    if op is None or not isinstance(array.type, Array) or array.type.dtype is not INT64:
        return None
    if op.kind == "arange":
        return Affine(), _count(bounds, op.operands[0]).plus(-1)
    signs = opdef(op).signs
    if len(signs) == 2 and op.operands[1].type == INT:
        ends = _elements(bounds, op.operands[0])
        by = bounds.affine(op.operands[1]).scaled(signs[1])
        return None if ends is None else (ends[0] + by, ends[1] + by)
    return _elements(bounds, op.operands[0]) if opdef(op).moves else None


def _count(bounds: Bounds, length: Value) -> Affine:
    """How many elements an `arange` has, if it has any: `n` for `max(n, 0)`."""
    op = bounds.shapes.defs.get(length)
    rest = [v for v in op.operands if bounds.shapes.of(v) != 0] if op is not None and op.kind == "maximum" else []
    return bounds.affine(rest[0] if len(rest) == 1 else length)


_PASSES: dict[str, Callable[[Bounds, Op], bool]] = {
    "check": lambda bounds, op: bounds.holds(op.operands[0]),
    "check_index": _index_passes,
    "check_equal": _are_equal,
    "check_broadcast": _are_alike,
    "check_fits": _fit,
    "check_nonempty": _are_some,
}
"""Whether a check certainly does not raise."""
