"""Joining references to arrays: one cell for a pair of cells in bijection, else a merged reference (see `merge.py`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from autodiff_compiler.diagnostics import Span
from autodiff_compiler.frontend.alias_classes import AliasClasses, Location
from autodiff_compiler.frontend.join_slots import ONE_TYPE, Finish, Getter, JoinSlots, always, hint, said
from autodiff_compiler.frontend.layout import Layout, c_order, joined
from autodiff_compiler.frontend.mixed_scalars import MixedScalars
from autodiff_compiler.frontend.references import read
from autodiff_compiler.frontend.scalars import join_scalars, scalar_type
from autodiff_compiler.frontend.state import State
from autodiff_compiler.frontend.values import Abs, Cell, Poison, Ref, Static
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.types import Array, Scalar, Type


class ArrayJoins:
    """The arrays of two states `a` and `b`, and what is true of them where the states meet."""

    def __init__(
        self, a: State, b: State, slots: JoinSlots, classes: AliasClasses, mixed: MixedScalars, span: Span
    ) -> None:
        self._a, self._b = a, b
        self._slots = slots
        self._classes = classes
        self._mixed = mixed
        self._span = span
        self.merged: dict[Location, None] = {}
        self._cells: dict[tuple[Cell | None, Cell | None], Finish] = {}
        self._layouts: list[tuple[Location, Layout | None]] = []
        self._stale = {**a.stale, **b.stale}
        self._escaped = {**a.escaped, **b.escaped}

    # -- all of them -----------------------------------------------------------------------------------------------

    def escape(self, cells: Iterable[Cell]) -> None:
        """Note that these are copied into a list here: a later write to them would not show in it."""
        self._escaped.update((cell, self._span) for cell in cells)

    def kept_versions(self) -> list[tuple[Cell, Finish]]:
        """A slot for each cell that keeps its identity and has another version."""
        reached = {cell for pair in self._classes.cells.values() if pair[0] is pair[1] for cell in pair}
        # A cell that continues under another identity must not be used: `State.version` refuses it.
        renamed = {cell for pair in self._cells if pair[0] is not pair[1] for cell in pair}
        finishes: list[tuple[Cell, Finish]] = []
        for cell in dict.fromkeys([*self._a.versions, *self._b.versions]):
            if cell in renamed:
                continue
            a, b = self._a.versions.get(cell), self._b.versions.get(cell)
            key = ("version", cell)
            if a is b and not self._slots.known(key):
                finishes.append((cell, always(a)))
            elif (a is not None and b is not None) or cell in reached:
                finishes.append((cell, self._slots.add(key, cell.type, cell.name, _given(a), _given(b))))
        return finishes

    def finish(self, values: list[Value], state: State) -> None:
        """Put the cells made here, and the marks of all cells, into the joined state."""
        for made in self._cells.values():
            cell, value = made(values)
            state.versions[cell] = value
        state.stale = {**self._stale, **self._a.stale, **self._b.stale}
        state.escaped = {**self._escaped, **self._a.escaped, **self._b.escaped}

    def signature(self) -> tuple[Any, ...]:
        marked = {**self._stale, **self._escaped}
        known: list[Any] = [cell for cell in self._a.versions if cell in marked]
        known += [
            place
            for place, pair in self._classes.cells.items()
            if any(cell in marked for cell in pair if cell is not None)
        ]
        return list(self.merged), known, self._layouts

    # -- a reference -----------------------------------------------------------------------------------------------

    def reference(self, location: Location, a: Ref | None, b: Ref | None, name: str) -> Finish:
        cells = self._classes.cells[location]
        model = a or b
        assert model is not None
        if a is not None and b is not None and a.type != b.type:
            reason = f"{said(name)} is an array {a.type} on one path and {b.type} on the other"
            return self._slots.poison(location, Poison(reason, ONE_TYPE))
        same_path = a is None or b is None or (a.path, a.part) == (b.path, b.part)
        separable = same_path and (cells[0] is cells[1] or self._classes.bijective(*cells))
        if not separable or (self._slots.before is not None and location in self._slots.before.merged):
            return self._merged_reference(location, a, b, name)
        if cells[0] is not cells[1]:
            self._pair(location, cells, name)
        layout = self._layout(location, a, b)
        operands = [
            self._operand((*location, "index", i), a.operands[i] if a else None, b.operands[i] if b else None, name)
            for i in range(len(model.operands))
        ]

        def finish(values: list[Value]) -> Ref:
            cell = cells[0] if cells[0] is cells[1] else self._cells[cells](values)[0]
            assert cell is not None
            return Ref(cell, model.type, model.path, tuple(operand(values) for operand in operands), layout, model.part)

        return finish

    def _layout(self, location: Location, a: Ref | None, b: Ref | None) -> Layout | None:
        present = [ref.layout for ref in (a, b) if ref is not None]
        layout = joined(present[0], present[-1])
        self._layouts.append((location, layout))
        return layout

    def _operand(self, key: Location, a: Value | None, b: Value | None, name: str) -> Finish:
        """One index value of a view."""
        if a is b and not self._slots.known(key):
            return always(a)
        model = a or b
        assert model is not None
        return self._slots.add(key, model.type, f"{name}_index", _given(a), _given(b))

    def _pair(self, location: Location, cells: tuple[Cell | None, Cell | None], name: str) -> None:
        """One cell, and one slot for its version, for a pair of cells in bijection."""
        if cells in self._cells:
            return
        present = [cell for cell in cells if cell is not None]
        cell = Cell(present[0].type, hint(name), self._span, local=all(c.local for c in present))
        outside = [c for c in present if c.constant is not None]  # not to be written, on one path
        cell.sources = tuple(dict.fromkeys([*outside, *(source for c in present for source in c.sources)]))
        cell.snapshot = any(c.snapshot for c in present)
        self._inherit(cell, present)
        for other in dict.fromkeys([*self._a.versions, *self._b.versions]):
            if any(c in other.sources for c in present):
                other.sources = (*other.sources, cell)

        def version(which: Cell | None, state: State) -> Getter:
            return lambda builder: None if which is None else state.version(which)

        key = ("cell", cells[0] or location)
        slot = self._slots.add(key, cell.type, hint(name), version(cells[0], self._a), version(cells[1], self._b))
        self._cells[cells] = lambda values: (cell, slot(values))

    # -- a merged reference: its value can be read, a write through it is refused ------------------------------------

    def _merged_reference(self, location: Location, a: Ref | None, b: Ref | None, name: str) -> Finish:
        model = a or b
        assert model is not None
        cell = self._merged_cell(location, model.type, name, [ref for ref in (a, b) if ref is not None])
        layout = self._layout(location, a, b)

        def getter(ref: Ref | None, state: State) -> Getter:
            return lambda builder: None if ref is None else read(builder, state, ref)

        self._merged_slot(location, cell, name, getter(a, self._a), getter(b, self._b))
        return always(Ref(cell, model.type, layout=layout))

    def dimensionless(self, location: Location, a: Abs | None, b: Abs | None, name: str) -> Finish:
        """An array without dimensions on one path, a number on another: a number when read, but a write would show the difference."""
        present = [x for x in (a, b) if x is not None]
        types = [_scalar(x.type) if isinstance(x, Ref) else scalar_type(x) for x in present]
        before = self._slots.type_before((*location, "merged"))
        if before is not None:
            types.append(_scalar(before))
        statics = [x.obj for x in present if isinstance(x, Static)]
        joined_type, reason = join_scalars(types, statics, loop=self._slots.before is not None)
        if joined_type is None:
            return self._slots.poison(location, Poison(f"{said(name)} {reason}", "convert it on one path: float(...)"))
        type_ = Scalar(joined_type.dtype)
        cell = self._merged_cell(location, type_, name, [x for x in present if isinstance(x, Ref)])

        def getter(x: Abs | None, state: State) -> Getter:
            def get(builder: Builder) -> Value | None:
                if isinstance(x, Ref):
                    return builder.cast(read(builder, state, x), type_)
                return None if x is None else self._mixed.joined(builder, x, type_)

            return get

        self._merged_slot(location, cell, name, getter(a, self._a), getter(b, self._b))
        return always(Ref(cell, type_, layout=c_order(0)))

    def _merged_cell(self, location: Location, type_: Array | Scalar, name: str, refs: Sequence[Ref]) -> Cell:
        """The cell of a merged reference, which may denote what each of `refs` does."""
        self.merged[location] = None
        cell = Cell(type_, hint(name), self._span)
        origins = [ref.cell for ref in refs]
        cell.sources = tuple(dict.fromkeys(source for c in origins for source in c.sources or (c,)))
        self._inherit(cell, origins)
        return cell

    def _merged_slot(self, location: Location, cell: Cell, name: str, a: Getter, b: Getter) -> None:
        slot = self._slots.add((*location, "merged"), cell.type, hint(name), a, b)
        self._cells[cell, cell] = lambda values: (cell, slot(values))

    def _inherit(self, cell: Cell, origins: Sequence[Cell]) -> None:
        """What is true of an array on one path is true of the merged array afterwards."""
        cell.trusted = any(origin.trusted for origin in origins)
        for marks in (self._stale, self._escaped):
            for origin in origins:
                if origin in marks:
                    marks[cell] = marks[origin]


def _given(value: Value | None) -> Getter:
    return lambda builder: value


def _scalar(type_: Type) -> Scalar:
    assert isinstance(type_, Scalar)
    return type_
