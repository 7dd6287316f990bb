"""Integer expressions as linear forms: a constant plus integer multiples of atoms.

Atoms are extents (`analysis.shapes`): SSA integers, loop indices among them, and symbolic dimensions.  Only Python
integers are taken apart: a NumPy integer may wrap, so it is an atom.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from autodiff_compiler.analysis.shapes import Shapes
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.extent import Extent
from autodiff_compiler.ir.opset import TABLE
from autodiff_compiler.ir.types import INT

# Deeper expressions are atoms: shared subexpressions would otherwise be walked again and again.
DEPTH = 8


@dataclass(frozen=True)
class Affine:
    """`const + Σ terms[atom] * atom`; no coefficient is zero."""

    const: int = 0
    terms: Mapping[Extent, int] = field(default_factory=dict)

    def __add__(self, other: Affine) -> Affine:
        terms = dict(self.terms)
        for atom, factor in other.terms.items():
            total = terms.get(atom, 0) + factor
            if total:
                terms[atom] = total
            else:
                terms.pop(atom, None)
        return Affine(self.const + other.const, terms)

    def scaled(self, factor: int) -> Affine:
        if factor == 0:
            return Affine()
        return Affine(self.const * factor, {atom: c * factor for atom, c in self.terms.items()})

    def __sub__(self, other: Affine) -> Affine:
        return self + other.scaled(-1)

    def plus(self, const: int) -> Affine:
        return Affine(self.const + const, self.terms)

    def renamed(self, names: Mapping[Value, Value]) -> Affine:
        return Affine(self.const, {names.get(a, a) if isinstance(a, Value) else a: c for a, c in self.terms.items()})

    def without(self, atom: Extent) -> Affine:
        return Affine(self.const, {a: c for a, c in self.terms.items() if a != atom})


def of_extent(shapes: Shapes, extent: Extent, depth: int = DEPTH) -> Affine:
    extent = shapes.find(extent)
    if isinstance(extent, Value):
        return _defined(shapes, extent, depth)
    if isinstance(extent, tuple) and extent[0] == "rest":
        return of_extent(shapes, extent[1], depth) - of_value(shapes, extent[2], depth)
    if isinstance(extent, tuple) and extent[0] == "span":
        return of_value(shapes, extent[2], depth) - of_value(shapes, extent[1], depth)
    if isinstance(extent, tuple) and extent[0] == "sum":
        return sum((of_extent(shapes, part, depth) for part in extent[1:]), Affine())
    return Affine(extent) if isinstance(extent, int) else Affine(0, {extent: 1})


def of_value(shapes: Shapes, value: Value, depth: int = DEPTH) -> Affine:
    """The linear form of an SSA integer; itself as an atom where nothing better is known."""
    extent = shapes.find(shapes.of(value))
    return _defined(shapes, value, depth) if extent is value else of_extent(shapes, extent, depth)


def _defined(shapes: Shapes, value: Value, depth: int) -> Affine:
    """From the operation that an integer is the result of."""
    op = shapes.defs.get(value)
    if op is not None and depth and value.type == INT and all(v.type == INT for v in op.operands):
        form = combined(op.kind, lambda v: of_value(shapes, v, depth - 1), op.operands)
        if form is not None:
            return form
    return Affine(0, {value: 1})


def combined(kind: str, form: Callable[[Value], Affine], operands: Sequence[Value]) -> Affine | None:
    """The result of an op on operands with these forms, if it is a linear form."""
    signs = TABLE[kind].signs
    if signs:
        return sum((form(v).scaled(sign) for v, sign in zip(operands, signs)), Affine())
    return product(*map(form, operands)) if kind == "mul" else None


def product(a: Affine, b: Affine) -> Affine | None:
    if a.terms and b.terms:
        return None
    return a.scaled(b.const) if a.terms else b.scaled(a.const)
