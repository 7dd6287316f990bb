"""Symbolic extents of arrays: what one is made of, and sums of them.

An extent is an int, an SSA integer, or one of

* `("dim", v, k)`: axis `k` of `v`, about which nothing else is known,
* `("less", e, c)`: `max(0, e - c)`, the extent of a slice that leaves out `c` elements,
* `("span", i, j)` and `("rest", e, i)`: `j - i` and `e - i`, the extents of slices that are known to lie inside (`exact`),
* `("sum", e1, e2, …)`: that of arrays one after the other; a number, if there is one, comes first,
* `("bc", e1, e2, …)`: what broadcasting makes of these.  It is not simply `e1`, because `e1` may be 1 at run time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Sequence
from typing import Any

from autodiff_compiler.ir.core import Value

Extent = int | Value | tuple[Any, ...]


def parts_of(extent: Extent) -> tuple[Extent, ...]:
    """What an extent is made of directly."""
    if not isinstance(extent, tuple) or extent[0] == "dim":
        return ()
    return extent[1:2] if extent[0] == "less" else extent[1:]


def roots(extent: Extent) -> list[Value]:
    """The values that an extent is taken from."""
    if isinstance(extent, Value):
        return [extent]
    if isinstance(extent, tuple) and extent[0] == "dim":
        return [extent[1]]
    return [value for part in parts_of(extent) for value in roots(part)]


def with_parts(extent: Extent) -> list[Extent]:
    """An extent and all that it consists of."""
    return [extent, *(inner for part in parts_of(extent) for inner in with_parts(part))]


def counts(integer: Extent, known: Container[Value]) -> bool:
    """Whether an integer is certainly not negative: these are known not to be, and extents of arrays never are.

    A difference is no extent where it was not computed for a slice.
    """
    if isinstance(integer, tuple):
        return integer[0] in ("dim", "less", "sum", "bc")
    return integer in known if isinstance(integer, Value) else integer >= 0


def stretched_to(extent: Extent) -> tuple[Extent, ...]:
    """The extents from which broadcasting makes this one."""
    return extent[1:] if isinstance(extent, tuple) and extent[0] == "bc" else (extent,)


def summands(extent: Extent) -> tuple[Extent, ...]:
    """The extents that stand one after the other in this one."""
    return extent[1:] if isinstance(extent, tuple) and extent[0] == "sum" else (extent,)


def as_written(extent: Extent) -> tuple[Extent, ...]:
    """The summands in the order in which one writes them, the number last: `len(x) + 2`."""
    parts = summands(extent)
    return (*parts[1:], parts[0]) if isinstance(parts[0], int) else parts


def total(parts: Sequence[Extent]) -> Extent:
    """The sum of extents that are no sums themselves."""
    number = sum(part for part in parts if isinstance(part, int))
    rest = [part for part in parts if not isinstance(part, int)]
    made = [*([number] if number or not rest else []), *rest]
    return made[0] if len(made) == 1 else ("sum", *made)


def without(whole: Extent, part: Extent) -> Extent | None:
    """The rest of a sum, where this is a part of it, or a part of its number; else None."""
    (number, rest), (less, parts) = _counted(whole), _counted(part)
    if not 0 <= less <= number or parts - rest:
        return None
    return total([number - less, *(rest - parts).elements()])


def apart(m: Extent, n: Extent) -> tuple[Extent, Extent]:
    """What two extents differ in: the rest of each without what they have in common, and of as many equal ones one each.

    `sum(k, m)` and `sum(k, n)` are equal where `m` and `n` are, and `sum(m, m)` and `sum(n, n)` too.
    """
    (number, left), (other, right) = _counted(m), _counted(n)
    left, right, common = left - right, right - left, min(number, other)
    if number == other and len(left) == len(right) == 1 and {*left.values()} == {*right.values()}:
        return next(iter(left)), next(iter(right))
    return total([number - common, *left.elements()]), total([other - common, *right.elements()])


def _counted(extent: Extent) -> tuple[int, Counter[Extent]]:
    """The number in a sum, and how often each of its other parts is there."""
    parts = summands(extent)
    return sum(p for p in parts if isinstance(p, int)), Counter(p for p in parts if not isinstance(p, int))
