"""What is known about integers at a place of the program, and proofs from it.

Knowledge: the range of each loop index around the place, that these loops were entered, the conditions of the `if`s
around it, the checks already passed, and that extents are not negative.  A proof that a linear form is not negative
replaces its atoms, the innermost first, by their bounds until only a constant is left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

from autodiff_compiler.analysis.affine import Affine, combined, of_extent, of_value
from autodiff_compiler.analysis.conditions import NEGATED, comparisons
from autodiff_compiler.analysis.ranges import FAR, HIGHEST, LOWEST, Ranges, longest
from autodiff_compiler.analysis.shapes import Shapes, shapes_of
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.extent import Extent
from autodiff_compiler.ir.loop import Loop, is_loop
from autodiff_compiler.ir.opset import TABLE, constant_of, is_constant, opdef
from autodiff_compiler.ir.types import BOOL, INT, Scalar, rank

Mark = tuple[int, int, int, int, tuple[int, int, int]]

Sides = tuple[list[Affine], list[Affine]]

ORDERS = ("lt", "le", "gt", "ge")

# A proof tries no more substitutions than this.
BUDGET = 64


class Bounds:
    """Scoped facts about integers, built on the extents of the function."""

    def __init__(self, function: Function, shapes: Shapes | None = None) -> None:
        self.shapes = shapes or shapes_of(function.body)
        self._body = function.body
        self._limited = function.compiled
        self._ranges: dict[Value, Sides] = {}
        self._asked: set[Op] = set()
        """Products whose size is being asked for."""
        self._facts: list[Affine] = []
        """Forms that are not negative here."""
        self._apart: list[Affine] = []
        """Forms that are not zero here."""
        self._implied: list[tuple[Value, set[Extent], list[Affine]]] = []
        """Forms that are not negative if a condition holds, and the atoms that it orders."""
        self._arrays = [param for param in function.params if rank(param.type) > 1]
        """Arrays that exist, so that their elements have addresses."""

    @cached_property
    def ranges(self) -> Ranges:
        return Ranges(self._body, self.shapes.defs, self._limited)

    # -- what holds where ----------------------------------------------------------------------------------------------

    def mark(self) -> Mark:
        """A place to `forget` back to."""
        return len(self._facts), len(self._apart), len(self._implied), len(self._arrays), self.shapes.mark()

    def forget(self, mark: Mark) -> None:
        """Undo what was assumed since."""
        facts, apart, implied, arrays, shapes = mark
        del self._facts[facts:]
        del self._apart[apart:]
        del self._implied[implied:]
        del self._arrays[arrays:]
        self.shapes.forget(shapes)

    def learned(self, mark: Mark) -> list[Affine]:
        """What was assumed since, except equal extents."""
        return self._facts[mark[0] :]

    def imply(self, condition: Value, facts: list[Affine]) -> None:
        """Where the condition holds, these hold, too: checks that were made under it have been passed."""
        if facts:
            self._implied.append((condition, self._ordered(condition), facts))

    def _ordered(self, condition: Value) -> set[Extent]:
        """The atoms of what a condition compares by `<`, `<=`, `>` or `>=`."""
        op = self.shapes.defs.get(condition)
        if op is None:
            return set()
        if condition.type == BOOL and op.kind in ("and", "or"):
            return set().union(*map(self._ordered, op.operands))
        return {atom for v in op.operands if op.kind in ORDERS and is_int(v) for atom in self.affine(v).terms}

    def enter_loop(self, loop: Loop) -> None:
        """Inside the body of a loop."""
        if loop.index is not None:
            self._enter_range(loop.index, *loop.bounds)
        if loop.condition is not None:
            self._enter_while(loop, loop.condition)

    def _enter_range(self, index: Value, start: Value, stop: Value, step: Value) -> None:
        """The range of the index, and that the loop was entered."""
        self.count(index, start, stop, step)
        (low, high) = self.range_of(index)
        if not low:
            return
        some = high[0] - low[0]
        self._facts.append(some)
        for condition, ordered, facts in self._implied:
            # Others hold no sooner than before.
            if not ordered.isdisjoint(some.terms) and self.holds(condition):
                self._facts += facts

    def count(self, index: Value, start: Value, stop: Value, step: Value) -> None:
        """The range of the index of a loop: it holds wherever the index is defined."""
        stride = self.shapes.of(step)
        if isinstance(stride, int) and stride != 0:
            first, end = of_value(self.shapes, start), of_value(self.shapes, stop)
            self._ranges[index] = ([first], [end.plus(-1)]) if stride > 0 else ([end.plus(1)], [first])

    def introduce(self, value: Value, lower: list[Affine], upper: list[Affine]) -> None:
        """An integer that no op defines, between bounds; proofs replace it before everything introduced earlier."""
        self.shapes.order[value] = len(self.shapes.order)
        self._ranges[value] = lower, upper

    def range_of(self, value: Value) -> Sides:
        """The bounds of a loop's index, or of an integer that was introduced; any other integer has none."""
        return self._ranges.get(value, ([], []))

    def _enter_while(self, loop: Loop, condition: Region) -> None:
        """The condition held for what is carried."""
        renamed = dict(zip(condition.params, loop.params))
        mark = len(self._facts)
        self.enter_branch(condition.terminator.operands[0], True)
        self._facts[mark:] = [fact.renamed(renamed) for fact in self._facts[mark:]]

    def enter_branch(self, condition: Value, holds: bool) -> None:
        """Where a condition is known to hold, or not to."""
        if holds:
            self._facts += [fact for implying, _, facts in self._implied if implying is condition for fact in facts]
        for left, kind, right in comparisons(self.shapes.defs, condition, holds):
            if is_int(left) and is_int(right):
                self._facts += self._comparison(kind, left, right) or ()
                if kind == "ne":
                    self._apart.append(self.affine(right) - self.affine(left))

    def assume(self, op: Op) -> None:
        """After this op its array exists, or its check, which has no result, holds."""
        if op.results:
            if rank(op.results[0].type) > 1:
                self._arrays.append(op.results[0])
            return
        self.shapes.assume(op)
        learn = _LEARNED.get(op.kind)
        if learn is not None:
            learn(self, op)

    def _learn_index(self, op: Op) -> None:
        if is_int(op.operands[0]):
            index, extent = self.index_and_extent(op)
            self._facts.append(extent.plus(-1) - index)
            if not op.attrs.get("upper"):
                self._facts.append(extent + index)

    def _learn_nonempty(self, op: Op) -> None:
        self._facts += [self.affine(v).plus(-1) for v in op.operands]

    def _learn_condition(self, op: Op) -> None:
        self.enter_branch(op.operands[0], True)

    def _learn_width(self, op: Op) -> None:
        form = self._linear(op.attrs["of"], op.operands)
        self._facts += [] if form is None else [form.plus(-LOWEST), form.scaled(-1).plus(HIGHEST)]

    # -- proofs --------------------------------------------------------------------------------------------------------

    def affine(self, value: Value) -> Affine:
        return of_value(self.shapes, value)

    def in_bounds(self, index: Value, extent: Extent) -> bool:
        """Whether `-extent <= index < extent` is certain."""
        form, size = self.affine(index), of_extent(self.shapes, extent)
        return self.nonnegative(size.plus(-1) - form) and self.nonnegative(size + form)

    def entered(self, loop: Loop) -> bool:
        """Whether it is a `for` that certainly runs at least once."""
        stride = self.shapes.of(loop.step) if loop.counted else None
        if not isinstance(stride, int) or stride == 0:
            return False
        length = self.affine(loop.stop) - self.affine(loop.start)
        return self.nonnegative((length if stride > 0 else length.scaled(-1)).plus(-1))

    def fits(self, op: Op) -> bool:
        """Whether an integer that an op computes certainly fits into 64 bits, where it has to."""
        if not self._limited:
            return True
        found = self.ranges.result(op)
        if found is not None and found[0] >= LOWEST and found[1] <= HIGHEST:
            return True
        form = self._linear(op.kind, op.operands)
        if form is not None and self._is_small(form):
            return True
        return op.kind == "mul" and self._largest_product(op) is not None

    def spans(self, start: Value, stop: Value) -> bool:
        """Whether `stop - start`, from which the length of a range is computed, certainly fits into 64 bits."""
        (low, first), (end, high) = self.ranges.of(start), self.ranges.of(stop)
        if end - first >= LOWEST and high - low <= HIGHEST:
            return True
        return self._is_small(self.affine(stop) - self.affine(start))

    def nonzero(self, value: Value) -> bool:
        """Whether an integer is certainly not 0."""
        low, high = self.ranges.of(value)
        form = self.affine(value)
        opposite = form.scaled(-1)
        if low > 0 or high < 0 or any(apart in (form, opposite) for apart in self._apart):
            return True
        return self.nonnegative(form.plus(-1)) or self.nonnegative(opposite.plus(-1))

    def above(self, value: Value, limit: float, *, strict: bool) -> bool:
        """Whether `value > limit` (`>=` if not strict) is certain, of an integer."""
        return self.nonnegative(self.affine(value).plus(-int(limit) - strict))

    def _is_small(self, form: Affine) -> bool:
        return self.nonnegative(form.plus(-LOWEST)) and self.nonnegative(form.scaled(-1).plus(HIGHEST))

    def _linear(self, kind: str, operands: Sequence[Value]) -> Affine | None:
        """The result of an op on these operands, as a linear form."""
        return combined(kind, self.affine, operands) if kind in TABLE and all(map(is_int, operands)) else None

    def _largest_product(self, op: Op) -> int | None:
        """`_product`, but None for a product that is already being computed: after a check of equal numbers of elements a factor may
        be a quotient of the product itself."""
        if op in self._asked:
            return None
        self._asked.add(op)
        try:
            return self._product(op)
        finally:
            self._asked.remove(op)

    def _product(self, op: Op) -> int | None:
        """An upper bound of a product of extents of one array, of indices into it, and of constants; None if it is not that,
        or too large."""
        constant, factors = 1, list(op.operands)
        extents: list[Affine] = []
        while factors:
            value = factors.pop()
            made = self.shapes.defs.get(value)
            if made is not None and made.kind == "mul" and value.type == INT:
                factors += made.operands
                continue
            form = self.affine(value)
            # By bounds alone, because facts may be about this product.
            if not self._eliminate(form, BUDGET):
                return None
            if form.terms:
                extents.append(form)
            else:
                constant *= form.const
        for array in reversed(self._arrays):
            whole = longest(array.type) * constant
            if whole <= HIGHEST and self._are_axes(extents, array):
                return whole
        return None

    def _are_axes(self, factors: list[Affine], array: Value) -> bool:
        """Whether each factor is no more than an extent of the array, each of another axis."""
        axes = [of_extent(self.shapes, extent) for extent in self.shapes.extents(array)]
        for factor in factors:
            axis = next((axis for axis in axes if axis == factor or self._eliminate(axis - factor, BUDGET)), None)
            if axis is None:
                return False
            axes.remove(axis)
        return True

    def holds(self, condition: Value) -> bool:
        op = self.shapes.defs.get(condition)
        if op is None:
            return False
        if is_constant(op):
            return bool(constant_of(op))
        quantifier = {"and": all, "or": any}.get(op.kind)
        if quantifier is not None and condition.type == BOOL:
            return quantifier(self.holds(v) for v in op.operands)
        if not opdef(op).compares or not all(is_int(v) for v in op.operands):
            return False
        forms = self._comparison(op.kind, *op.operands)
        return bool(forms) and all(self.nonnegative(form) for form in forms)

    def fails(self, condition: Value) -> bool:
        """Whether a comparison of integers is certainly false."""
        op = self.shapes.defs.get(condition)
        if op is None or not opdef(op).compares or not all(is_int(v) for v in op.operands):
            return False
        forms = self._comparison(NEGATED[op.kind], *op.operands)
        return bool(forms) and all(self.nonnegative(form) for form in forms)

    def nonnegative(self, form: Affine) -> bool:
        """Whether the form is certainly >= 0, by bounds alone or with one known fact."""
        if self._eliminate(form, BUDGET):
            return True
        related = [fact for fact in self._facts if any(atom in fact.terms for atom in form.terms)]
        return any(self._eliminate(form - fact, BUDGET) for fact in related[-16:])

    def _eliminate(self, form: Affine, budget: int) -> bool:
        if not form.terms:
            return form.const >= 0
        if budget <= 0:
            return False
        atom = max(form.terms, key=self._depth)
        factor, rest = form.terms[atom], form.without(atom)
        lowers, uppers = self._bounds(atom)
        choices = lowers if factor > 0 else uppers
        return any(self._eliminate(rest + bound.scaled(factor), budget // len(choices) - 1) for bound in choices)

    def _bounds(self, atom: Extent) -> Sides:
        """Lower and upper bounds of an atom, in terms of atoms defined before it."""
        if isinstance(atom, tuple):
            if atom[0] == "less":
                whole = of_extent(self.shapes, atom[1])
                return [Affine(), whole.plus(-atom[2])], [Affine(HIGHEST)]
            return [Affine()], [Affine(longest(atom[1].type) if atom[0] == "dim" else HIGHEST)]
        assert isinstance(atom, Value)
        lowers, uppers = self._symbolic(atom)
        if not (lowers and uppers) and is_int(atom):
            low, high = self.ranges.of(atom)
            lowers = lowers or [*self._stated(atom, 1), *([Affine(low)] if low > -FAR else [])]
            uppers = uppers or [*self._stated(atom, -1), *([Affine(high)] if high < FAR else [])]
        return lowers, uppers

    def _stated(self, atom: Value, factor: int) -> list[Affine]:
        """Bounds from facts, in terms of atoms defined before it: lower ones for the factor 1, upper ones for -1."""
        facts = [fact for fact in self._facts[-16:] if fact.terms.get(atom) == factor]
        rests = [fact.without(atom).scaled(-factor) for fact in facts]
        return [rest for rest in rests if all(self._depth(a) < self._depth(atom) for a in rest.terms)]

    def _symbolic(self, atom: Value) -> Sides:
        """Bounds by other integers of the program."""
        if atom in self._ranges:
            return self._ranges[atom]
        op = self.shapes.defs.get(atom)
        if op is None:
            return [], []
        bound = _BOUNDED.get(op.kind)
        if bound is not None:
            return bound(self, op)
        counts = opdef(op).measures or (is_loop(op) and atom is Loop(op).trips)
        return ([Affine()], []) if counts else ([], [])

    def _above_both(self, op: Op) -> Sides:
        return [self.affine(v) for v in op.operands], []

    def _below_both(self, op: Op) -> Sides:
        return [], [self.affine(v) for v in op.operands]

    def _around_product(self, op: Op) -> Sides:
        largest = self._largest_product(op) if op.result.type == INT else None
        return ([Affine()], [Affine(largest)]) if largest is not None else ([], [])

    def _around_remainder(self, op: Op) -> Sides:
        divisor = self._positive_divisor(op)
        return ([Affine()], [Affine(divisor - 1)]) if divisor else ([], [])

    def _around_quotient(self, op: Op) -> Sides:
        dividend = self.affine(op.operands[0])
        bounded = self._positive_divisor(op) and self._eliminate(dividend, BUDGET)
        return ([Affine()], [dividend]) if bounded else ([], [])

    def _positive_divisor(self, op: Op) -> int:
        """The constant that Python ints are divided by; 0 where it is not known, or not positive."""
        divisor = self.shapes.of(op.operands[1])
        known = isinstance(divisor, int) and all(v.type == INT for v in op.operands)
        return max(divisor, 0) if known and isinstance(divisor, int) else 0

    def _depth(self, atom: Extent) -> tuple[int, int]:
        """Atoms defined later are replaced first."""
        nested = 0
        while isinstance(atom, tuple):
            nested += 1
            atom = atom[1]
        return (self.shapes.order.get(atom, -1) if isinstance(atom, Value) else -1, nested)

    def index_and_extent(self, op: Op) -> tuple[Affine, Affine]:
        return self.affine(op.operands[0]), of_extent(self.shapes, self.shapes.of(op.operands[1]))

    def _comparison(self, kind: str, left: Value, right: Value) -> list[Affine]:
        """The forms that are all >= 0 if and only if the comparison of integers holds; none for `ne`."""
        difference = self.affine(right) - self.affine(left)
        opposite = difference.scaled(-1)
        return {
            "lt": [difference.plus(-1)],
            "le": [difference],
            "gt": [opposite.plus(-1)],
            "ge": [opposite],
            "eq": [difference, opposite],
            "ne": [],
        }[kind]


_LEARNED: dict[str, Callable[[Bounds, Op], None]] = {
    "check": Bounds._learn_condition,
    "check_index": Bounds._learn_index,
    "check_nonempty": Bounds._learn_nonempty,
    "check_width": Bounds._learn_width,
}
"""What a check says about integers once it has been passed."""

_BOUNDED: dict[str, Callable[[Bounds, Op], Sides]] = {
    "maximum": Bounds._above_both,
    "minimum": Bounds._below_both,
    "mul": Bounds._around_product,
    "mod": Bounds._around_remainder,
    "floordiv": Bounds._around_quotient,
}
"""Lower and upper bounds of what an op gives, in terms of its operands."""


def is_int(value: Value) -> bool:
    return isinstance(value.type, Scalar) and value.type.dtype.is_integer
