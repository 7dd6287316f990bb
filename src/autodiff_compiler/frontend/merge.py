"""Joining two states where control flow merges: after an `if`, and at the head of a loop.

`Merge(a, b)` finds what differs, gives each difference a slot (an IR value that the structured op yields), and builds
the state afterwards from the slots' values.  For a loop, `a` is the state at entry and `b` the one at the end of the
body.

Array references are joined by alias classes.  If the cells on both sides are in bijection (`a, b = b, a`), each class
becomes one slot; otherwise the name becomes a *merged* reference: its value can be read, a write through it is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from autodiff_compiler.diagnostics import UNKNOWN, Span
from autodiff_compiler.frontend.alias_classes import AliasClasses, Location, unwrapped
from autodiff_compiler.frontend.choices import is_function, joined_options, options_of, position
from autodiff_compiler.frontend.join_slots import Finish, Getter, JoinSlot, hint, place, said
from autodiff_compiler.frontend.layout import Layout, c_order, joined
from autodiff_compiler.frontend.mixed_scalars import MixedScalars
from autodiff_compiler.frontend.references import grow, read
from autodiff_compiler.frontend.scalars import (
    describe,
    element_type,
    is_scalar,
    join_elements,
    join_scalars,
    scalar_type,
)
from autodiff_compiler.frontend.state import ENTERED, NORMAL, RETURN_NAME, Exit, NameKey, State
from autodiff_compiler.frontend.values import (
    Abs,
    Box,
    Cell,
    Choice,
    Closure,
    Dyn,
    Grown,
    Items,
    Maybe,
    Poison,
    Ref,
    Static,
    Tup,
    alike,
    is_dimensionless,
    parts,
    same,
    with_parts,
)
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.types import BOOL, INT, ListOf, Scalar, Type

ONE_TYPE = "give it one type on all paths, or use a name of its own for each"


@dataclass
class Widening:
    """What an earlier round of a loop's fixpoint found; a later round may only add to it."""

    types: dict[Location, Type] = field(default_factory=dict)
    merged: frozenset[Location] = frozenset()
    grown: frozenset[Location] = frozenset()


class Merge:
    """The join of two states; see the module's docstring.

    `span` is the place of the branches or the loop.  `widening` is given at the head of a loop.  `base` is the state before the branches; it matters where one side is dead
    (all its paths raised): then only what the living side changed needs a slot.
    """

    def __init__(
        self,
        a: State,
        b: State,
        mixed: MixedScalars,
        *,
        base: State | None = None,
        live: Callable[[NameKey], bool] = lambda key: True,
        widening: Widening | None = None,
        span: Span = UNKNOWN,
    ) -> None:
        self.dead = 0 if a.exit.dead else 1 if b.exit.dead else None
        if self.dead == 0:
            a = _unchanged(base or b, b)
        elif self.dead == 1:
            b = _unchanged(base or a, a)
        self.a, self.b = a, b
        self.mixed = mixed
        self.span = span
        self.before = widening or Widening()
        self._loop = widening is not None
        self.slots: list[JoinSlot] = []
        self.merged: dict[Location, None] = {}
        self.grown: dict[Location, None] = {}
        self.poisoned: dict[Location, None] = {}
        self.choices: dict[Location, int] = {}
        """How many functions there are to choose from."""
        self.mixed_list = False
        """Whether a list that grows holds things that no list at run time can: functions, say, or different types."""
        self._cells: dict[tuple[Cell | None, Cell | None], Finish] = {}
        self._layouts: list[tuple[Location, Layout | None]] = []
        self._stale = {**a.stale, **b.stale}
        self._escaped = {**a.escaped, **b.escaped}
        keys = [key for key in dict.fromkeys([*a.names, *b.names]) if live(key)]
        if self._loop:
            # What an iteration enters is not there in the next one; see `_made_in_loop`.
            keys = [key for key in keys if a.has_entered(key[0])]
        self._classes = AliasClasses(a, b, keys)
        self._finish_names = [(key, self._name(key)) for key in keys]
        self._finish_boxes = self._box_contents()
        self._finish_versions = self._versions()
        self._finish_exit = self._exit()

    # -- the interface ---------------------------------------------------------------------------------------------

    @property
    def types(self) -> list[Type]:
        return [slot.type for slot in self.slots]

    @property
    def hints(self) -> list[str]:
        return [slot.name for slot in self.slots]

    def inputs(self, b: Builder, side: int) -> list[Value]:
        """The slots' values on one side (0 or 1), cast to the slots' types."""
        values = []
        for slot in self.slots:
            value = None if self.dead == side else slot.get[side](b)
            if value is None:
                values.append(b.undef(slot.type, slot.name))
            elif isinstance(slot.type, Scalar):
                values.append(b.cast(value, slot.type, slot.name))
            else:
                values.append(value)
        return values

    def outputs(self, values: list[Value]) -> State:
        """The joined state, given the values of the slots."""
        state = State()
        for key, name in self._finish_names:
            state.names[key] = name(values)
        for cell, version in self._finish_versions:
            state.versions[cell] = version(values)
        for made in self._cells.values():
            cell, value = made(values)
            state.versions[cell] = value
        for box, content in self._finish_boxes:
            state.boxes[box] = content(values)
        state.stale = {**self._stale, **self.a.stale, **self.b.stale}
        state.escaped = {**self._escaped, **self.a.escaped, **self.b.escaped}
        state.exit = self._finish_exit(values)
        return state

    def widened(self) -> Widening:
        return Widening(
            {**self.before.types, **{slot.key: slot.type for slot in self.slots}},
            self.before.merged | frozenset(self.merged),
            self.before.grown | frozenset(self.grown),
        )

    def signature(self) -> tuple[Any, ...]:
        marked = {**self._stale, **self._escaped}
        known: list[Any] = [cell for cell in self.a.versions if cell in marked]
        known += [
            place
            for place, pair in self._classes.cells.items()
            if any(cell in marked for cell in pair if cell is not None)
        ]
        slots = [(slot.key, slot.type) for slot in self.slots]
        return slots, list(self.merged), list(self.grown), list(self.poisoned), self.choices, known, self._layouts

    # -- slots -----------------------------------------------------------------------------------------------------

    def _slot(self, key: Location, type_: Type, name: str, a: Getter, b: Getter) -> Finish:
        index = len(self.slots)
        self.slots.append(JoinSlot(key, type_, name, (a, b)))
        return lambda values: values[index]

    def _poison(self, location: Location, what: Poison) -> Finish:
        """Things that cannot be joined.  At the head of a loop this has to be known in the body: it is in the signature."""
        self.poisoned[location] = None
        return lambda values: what

    def _known(self, key: Location) -> bool:
        """Whether an earlier round needed a slot here."""
        return key in self.before.types

    # -- names and values ------------------------------------------------------------------------------------------

    def _name(self, key: NameKey) -> Finish:
        a, b = self.a.names.get(key), self.b.names.get(key)
        if key[1] == ENTERED:
            return lambda values: Static(None)
        one_sided = a is None or b is None
        flagged = isinstance(a, Maybe) or isinstance(b, Maybe)
        if one_sided and not flagged and (self.dead is not None or key[1] == RETURN_NAME):
            # A dead side needs no flag, and for the return value the exit code is the flag.
            return self._value(key, a, b, key[1])
        if one_sided or flagged:
            return self._maybe(key, a, b)
        return self._value(key, a, b, key[1])

    def _maybe(self, key: NameKey, a: Abs | None, b: Abs | None) -> Finish:
        if isinstance(a, Maybe) and isinstance(b, Maybe) and same(a, b) and not self._known((*key, "bound")):
            return lambda values: a
        inner = self._value(key, unwrapped(a), unwrapped(b), key[1])

        def flag(value: Abs | None) -> Getter:
            return lambda builder: value.flag if isinstance(value, Maybe) else builder.const(value is not None)

        slot = self._slot((*key, "bound"), BOOL, f"{key[1]}_bound", flag(a), flag(b))

        def finish(values: list[Value]) -> Abs:
            value = inner(values)
            return value if isinstance(value, Poison) else Maybe(value, slot(values))

        return finish

    def _value(self, location: Location, a: Abs | None, b: Abs | None, name: str) -> Finish:
        present = [x for x in (a, b) if x is not None]
        for x in present:
            if isinstance(x, Poison):
                return self._poison(location, x)
        if all(isinstance(x, Ref) for x in present):
            return self._reference(location, a, b, name)  # type: ignore[arg-type]
        if any(map(is_dimensionless, present)) and all(is_scalar(x) or is_dimensionless(x) for x in present):
            return self._dimensionless(location, a, b, name)
        if all(isinstance(x, Box) for x in present):
            return self._box(location, a, b)  # type: ignore[arg-type]
        if alike(present[0], present[-1]) and not self._made_in_loop(present):
            return self._held(location, a, b, name)
        unchanged = same(present[0], present[-1]) and (len(present) == 2 or isinstance(present[0], Static))
        if unchanged and not self._known(location):
            return lambda values: present[0]
        if len(present) == 2 and all(map(is_function, present)) and not self._made_in_loop(present):
            return self._choice(location, present[0], present[1], name)
        if all(is_scalar(x) for x in present):
            return self._scalar(location, a, b, name)
        return self._poison(
            location,
            Poison(f"{said(name)} is {describe(present[0])} on one path and {describe(b)} on the other", ONE_TYPE),
        )

    def _scalar(self, location: Location, a: Abs | None, b: Abs | None, name: str) -> Finish:
        present = [x for x in (a, b) if x is not None]
        types = [scalar_type(x) for x in present]
        if self._known(location):
            before = self.before.types[location]
            assert isinstance(before, Scalar)
            types.append(before)
        statics = [x.obj for x in present if isinstance(x, Static)]
        joined, reason = join_scalars(types, statics, loop=self._loop)
        if joined is None:
            way_out = "convert it on one path: float(...), complex(...), np.float32(...), np.float64(...)"
            return self._poison(location, Poison(f"{said(name)} {reason}", way_out))

        def getter(value: Abs | None) -> Getter:
            return lambda builder: None if value is None else self.mixed.joined(builder, value, joined)

        slot = self._slot(location, joined, hint(name), getter(a), getter(b))
        return lambda values: Dyn(slot(values))

    def _held(self, location: Location, a: Abs | None, b: Abs | None, name: str) -> Finish:
        """A value that holds others: what it holds is joined, and it is made again of that."""
        model = a or b
        assert model is not None
        held_a, held_b = parts(a), parts(b)
        keys = model.keys if isinstance(model, Tup) and model.keys else range(len(held_a or held_b))
        joined = [
            self._value((*location, i), held_a[i] if a else None, held_b[i] if b else None, f"{name}_{key}")
            for i, key in enumerate(keys)
        ]
        return lambda values: with_parts(model, [part(values) for part in joined])

    def _choice(self, location: Location, a: Abs, b: Abs, name: str) -> Finish:
        """One function on one path and another on the other."""
        options = joined_options(a, b)
        self.choices[location] = len(options)
        slot = self._slot(
            (*location, "choice"), INT, f"{hint(name)}_choice", position(a, options), position(b, options)
        )
        return lambda values: Choice(slot(values), options)

    def _made_in_loop(self, present: list[Abs]) -> bool:
        """Whether this is a function whose frame each iteration makes anew: there is no end to what it sees."""
        functions = [option for x in present for option in options_of(x)]
        return self._loop and any(isinstance(x, Closure) and not self.a.has_entered(x.frame) for x in functions)

    def _reference(self, location: Location, a: Ref | None, b: Ref | None, name: str) -> Finish:
        cells = self._classes.cells[location]
        model = a or b
        assert model is not None
        if a is not None and b is not None and a.type != b.type:
            reason = f"{said(name)} is an array {a.type} on one path and {b.type} on the other"
            return self._poison(location, Poison(reason, ONE_TYPE))
        same_path = a is None or b is None or a.path == b.path
        separable = same_path and (cells[0] is cells[1] or self._classes.bijective(*cells))
        if not separable or location in self.before.merged:
            return self._merged_reference(location, a, b, name)
        if cells[0] is not cells[1]:
            self._new_cell(location, cells, name)
        layout = self._layout(location, a, b)
        operands = [
            self._operand((*location, "index", i), a.operands[i] if a else None, b.operands[i] if b else None, name)
            for i in range(len(model.operands))
        ]

        def finish(values: list[Value]) -> Ref:
            cell = cells[0] if cells[0] is cells[1] else self._cells[cells](values)[0]
            assert cell is not None
            return Ref(cell, model.type, model.path, tuple(operand(values) for operand in operands), layout)

        return finish

    def _layout(self, location: Location, a: Ref | None, b: Ref | None) -> Layout | None:
        present = [ref.layout for ref in (a, b) if ref is not None]
        layout = joined(present[0], present[-1])
        self._layouts.append((location, layout))
        return layout

    def _operand(self, key: Location, a: Value | None, b: Value | None, name: str) -> Finish:
        """One index value of a view."""
        if a is b and not self._known(key):
            return lambda values: a
        model = a or b
        assert model is not None
        return self._slot(key, model.type, f"{name}_index", lambda builder: a, lambda builder: b)

    def _new_cell(self, location: Location, cells: tuple[Cell | None, Cell | None], name: str) -> None:
        """One cell, and one slot for its version, for a pair of cells in bijection."""
        if cells in self._cells:
            return
        present = [cell for cell in cells if cell is not None]
        cell = Cell(present[0].type, hint(name), self.span, local=all(c.local for c in present))
        outside = [c for c in present if c.constant is not None]  # not to be written, on one path
        cell.sources = tuple(dict.fromkeys([*outside, *(source for c in present for source in c.sources)]))
        cell.snapshot = any(c.snapshot for c in present)
        self._inherit(cell, present)
        for other in dict.fromkeys([*self.a.versions, *self.b.versions]):
            if any(c in other.sources for c in present):
                other.sources = (*other.sources, cell)

        def version(which: Cell | None, state: State) -> Getter:
            return lambda builder: None if which is None else state.version(which)

        key = ("cell", cells[0] or location)
        slot = self._slot(key, cell.type, hint(name), version(cells[0], self.a), version(cells[1], self.b))
        self._cells[cells] = lambda values: (cell, slot(values))

    def _merged_reference(self, location: Location, a: Ref | None, b: Ref | None, name: str) -> Finish:
        self.merged[location] = None
        model = a or b
        assert model is not None
        cell = Cell(model.type, hint(name), self.span)
        origins = [ref.cell for ref in (a, b) if ref is not None]
        cell.sources = tuple(dict.fromkeys(source for c in origins for source in c.sources or (c,)))
        self._inherit(cell, origins)
        layout = self._layout(location, a, b)

        def getter(ref: Ref | None, state: State) -> Getter:
            return lambda builder: None if ref is None else read(builder, state, ref)

        slot = self._slot((*location, "merged"), model.type, hint(name), getter(a, self.a), getter(b, self.b))
        self._cells[cell, cell] = lambda values: (cell, slot(values))
        return lambda values: Ref(cell, model.type, layout=layout)

    def _dimensionless(self, location: Location, a: Abs | None, b: Abs | None, name: str) -> Finish:
        """An array without dimensions on one path, a number on another: a number to read, but a write could tell."""
        sides = [(a, self.a), (b, self.b)]
        types = [x.type if isinstance(x, Ref) else scalar_type(x) for x, _ in sides if x is not None]
        if self._known((*location, "merged")):
            types.append(self.before.types[*location, "merged"])  # type: ignore[arg-type]
        statics = [x.obj for x, _ in sides if isinstance(x, Static)]
        joined_type, reason = join_scalars(types, statics, loop=self._loop)  # type: ignore[arg-type]
        if joined_type is None:
            return self._poison(location, Poison(f"{said(name)} {reason}", "convert it on one path: float(...)"))
        type_ = Scalar(joined_type.dtype)
        self.merged[location] = None
        cell = Cell(type_, hint(name), self.span)
        origins = [x.cell for x, _ in sides if isinstance(x, Ref)]
        cell.sources = tuple(dict.fromkeys(source for c in origins for source in c.sources or (c,)))
        self._inherit(cell, origins)

        def getter(x: Abs | None, state: State) -> Getter:
            def get(builder: Builder) -> Value | None:
                if isinstance(x, Ref):
                    return builder.cast(read(builder, state, x), type_)
                return None if x is None else self.mixed.joined(builder, x, type_)

            return get

        slot = self._slot((*location, "merged"), type_, hint(name), getter(a, self.a), getter(b, self.b))
        self._cells[cell, cell] = lambda values: (cell, slot(values))
        return lambda values: Ref(cell, type_, layout=c_order(0))

    def _inherit(self, cell: Cell, origins: list[Cell]) -> None:
        """What is true of an array on one path is true of what it may be afterwards."""
        cell.trusted = any(origin.trusted for origin in origins)
        for marks in (self._stale, self._escaped):
            for origin in origins:
                if origin in marks:
                    marks[cell] = marks[origin]

    # -- cells, boxes, exits ---------------------------------------------------------------------------------------

    def _versions(self) -> list[tuple[Cell, Finish]]:
        """A slot for each cell that keeps its identity and has another version."""
        reached = {cell for pair in self._classes.cells.values() if pair[0] is pair[1] for cell in pair}
        # A cell that goes on under another identity may be looked at by nobody: `State.version` refuses it.
        renamed = {cell for pair in self._cells if pair[0] is not pair[1] for cell in pair}
        finishes: list[tuple[Cell, Finish]] = []
        for cell in dict.fromkeys([*self.a.versions, *self.b.versions]):
            if cell in renamed:
                continue
            a, b = self.a.versions.get(cell), self.b.versions.get(cell)
            key = ("version", cell)
            if a is b and not self._known(key):
                finishes.append((cell, lambda values, kept=a: kept))  # type: ignore[misc]
            elif (a is not None and b is not None) or cell in reached:
                finishes.append(
                    (cell, self._slot(key, cell.type, cell.name, lambda builder, a=a: a, lambda builder, b=b: b))  # type: ignore[misc]
                )
        return finishes

    def _box(self, location: Location, a: Box | None, b: Box | None) -> Finish:
        pair = (a or b, b or a)
        if pair[0] is pair[1] and pair[0].constant is not None:  # type: ignore[union-attr]
            return lambda values: pair[0]
        partners = [p for p in self._classes.boxes if p[0] is pair[0] or p[1] is pair[1]]
        if len(partners) > 1 or pair[0].cls is not pair[1].cls:  # type: ignore[union-attr]
            reason = f"{place(location)} is a different list, dict or object on each path"
            return self._poison(location, Poison(reason, ONE_TYPE))
        box = self._classes.boxes[pair]  # type: ignore[index]
        return lambda values: box

    def _box_contents(self) -> list[tuple[Box, Finish]]:
        finishes: list[tuple[Box, Finish]] = []
        for (box_a, box_b), box in list(self._classes.boxes.items()):
            root = self._classes.roots[box_a, box_b]
            joined = self._content(root, box_a, self.a.content_if_any(box_a), self.b.content_if_any(box_b))
            finishes.append((box, joined))
        reached = {box for box, _ in finishes} | {box for pair in self._classes.boxes for box in pair}
        for box, content in self.a.boxes.items():
            if box not in reached and self.b.boxes.get(box) is content:
                finishes.append((box, lambda values, kept=content: kept))  # type: ignore[misc]
        return finishes

    def _content(
        self, root: Location, box: Box, a: Items | Grown | Poison | None, b: Items | Grown | Poison | None
    ) -> Finish:
        if isinstance(a, Poison):
            return self._poison(root, a)
        if isinstance(b, Poison):
            return self._poison(root, b)
        present = [content for content in (a, b) if content is not None]
        first = present[0]
        if any(isinstance(c, Grown) for c in present) or root in self.before.grown:
            return self._grown(root, box, a, b)
        lengths = {len(content.items) for content in present if isinstance(content, Items)}
        if len(lengths) > 1 and box.cls is list:
            return self._grown(root, box, a, b)
        items_a = a.items if isinstance(a, Items) else None
        items_b = b.items if isinstance(b, Items) else None
        assert isinstance(first, Items)
        if any(isinstance(c, Items) and c.keys != first.keys for c in present):
            reason = f"a {box.cls.__name__} has different keys on different paths"
            return self._poison(root, Poison(reason, ONE_TYPE))
        parts = [
            self._value((*root, i), items_a[i] if items_a else None, items_b[i] if items_b else None, str(key))
            for i, key in enumerate(first.keys or range(len(first.items)))
        ]
        return lambda values: Items(tuple(part(values) for part in parts), first.keys)

    def _grown(self, root: Location, box: Box, a: Items | Grown | None, b: Items | Grown | None) -> Finish:
        self.grown[root] = None
        types: list[Type | None] = []
        for content in (a, b):
            if isinstance(content, Grown):
                types.append(content.element)
            elif content is not None:
                types += [element_type(item) for item in content.items]
                # The list will hold a copy of their values: a later write to them would not show in it.
                self._escaped.update((item.cell, self.span) for item in content.items if isinstance(item, Ref))
        key = (*root, "grown")
        if self._known(key):
            before = self.before.types[key]
            assert isinstance(before, ListOf)
            types.append(before.element)
        element = join_elements(types)
        if element is not None and any(isinstance(c, Grown) and c.element != element for c in (a, b)):
            reason = "a list holds Python floats on one path and NumPy's on the other"
            return self._poison(root, Poison(reason, "make them one kind: float(...)"))
        if element is None:
            self.mixed_list = True
            reason = (
                "a list that grows in a loop holds lists or things of different types, or its type is not known yet"
            )
            return self._poison(root, Poison(reason, ONE_TYPE))
        type_ = ListOf(element)

        def getter(content: Items | Grown | None, state: State) -> Getter:
            return lambda builder: None if content is None else grow(builder, state, content, type_, box.name)

        slot = self._slot(key, type_, box.name or "items", getter(a, self.a), getter(b, self.b))
        return lambda values: Grown(slot(values))

    def _exit(self) -> Callable[[list[Value]], Exit]:
        codes_a = frozenset() if self.dead == 0 else self.a.exit.codes
        codes_b = frozenset() if self.dead == 1 else self.b.exit.codes
        codes = codes_a | codes_b
        if len(codes) <= 1:
            return lambda values: Exit(codes)

        def getter(state: State) -> Getter:
            return lambda builder: state.exit.value or builder.const(next(iter(state.exit.codes), NORMAL))

        slot = self._slot(("exit",), INT, "exit_code", getter(self.a), getter(self.b))
        return lambda values: Exit(codes, slot(values))


def _unchanged(base: State, living: State) -> State:
    """The state of a dead side: what the living side did not change, and nothing else."""
    kept = base.copy()
    kept.names = {k: v for k, v in base.names.items() if k in living.names and same(v, living.names[k])}
    kept.exit = living.exit
    return kept
