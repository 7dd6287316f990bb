"""Joining two states where control flow merges: after an `if`, and at the head of a loop.

`Merge(a, b)` finds what differs, gives each difference a slot (an IR value that the structured op yields), and builds
the state afterwards from the slots' values.  For a loop, `a` is the state at entry and `b` the one at the end of the
body.

Array references are joined by alias classes.  If the cells on both sides are in bijection (`a, b = b, a`), each class
becomes one slot; otherwise the name becomes a *merged* reference: its value can be read, a write through it is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from autodiff_compiler.diagnostics import UNKNOWN, Span
from autodiff_compiler.frontend.alias_classes import AliasClasses, Location
from autodiff_compiler.frontend.array_joins import ArrayJoins
from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.choices import Numbers, is_word, joined_options, may_be_chosen, options_of
from autodiff_compiler.frontend.join_slots import (
    ONE_TYPE,
    Finish,
    Getter,
    JoinSlot,
    JoinSlots,
    Widening,
    always,
    hint,
    place,
    said,
)
from autodiff_compiler.frontend.list_joins import ListJoins
from autodiff_compiler.frontend.mixed_scalars import MixedScalars
from autodiff_compiler.frontend.rows import pairs_of
from autodiff_compiler.frontend.scalars import (
    describe,
    is_scalar,
    join_scalars,
    scalar_type,
)
from autodiff_compiler.frontend.state import ENTERED, NORMAL, RETURN_NAME, Exit, NameKey, State
from autodiff_compiler.frontend.values import (
    Abs,
    Choice,
    Closure,
    Dyn,
    Grown,
    Items,
    Listed,
    Maybe,
    OrNone,
    Poison,
    Ref,
    Static,
    Tup,
    alike,
    is_dimensionless,
    is_none,
    parts,
    same,
    with_parts,
)
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.types import BOOL, INT, Scalar, Type

Kind = TypeVar("Kind")


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
        numbers: Numbers,
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
        self._numbers = numbers
        self.span = span
        self._before = widening or Widening()
        self._loop = widening is not None
        self._slots = JoinSlots(widening)
        self.choices: dict[Location, int] = {}
        """How many there are to choose from."""
        keys = [key for key in dict.fromkeys([*a.names, *b.names]) if live(key)]
        if self._loop:
            # What an iteration enters does not exist in the next one; see `_made_in_loop`.
            keys = [key for key in keys if a.has_entered(key[0])]
        self._classes = AliasClasses(a, b, keys)
        self._arrays = ArrayJoins(a, b, self._slots, self._classes, mixed, span)
        self._lists = ListJoins((a, b), self._slots, self._arrays, self._before)
        self._finish_names = [(key, self._name(key)) for key in keys]
        self._finish_boxes = self._box_contents()
        self._finish_versions = self._arrays.kept_versions()
        self._finish_exit = self._exit()

    # -- the interface ---------------------------------------------------------------------------------------------

    @property
    def slots(self) -> list[JoinSlot]:
        return self._slots.slots

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
        self._arrays.finish(values, state)
        for box, content in self._finish_boxes:
            state.boxes[box] = content(values)
        state.exit = self._finish_exit(values)
        return state

    def widened(self) -> Widening:
        return Widening(
            {**self._before.types, **{slot.key: slot.type for slot in self.slots}},
            self._before.merged | frozenset(self._arrays.merged),
            {**self._before.grown, **self._lists.grown},
        )

    @property
    def mixed_list(self) -> bool:
        """Whether a list that grows holds things that no run-time list can."""
        return self._lists.mixed

    @property
    def has_rows(self) -> bool:
        """Whether a list that grows holds tuples, so that what they hold is not known when compiling."""
        return any(form is not None for form in self._lists.grown.values())

    def signature(self) -> tuple[Any, ...]:
        slots = [(slot.key, slot.type) for slot in self.slots]
        return (
            slots,
            list(self._lists.grown.items()),
            list(self._slots.poisoned),
            self.choices,
            self._arrays.signature(),
        )

    # -- names and values ------------------------------------------------------------------------------------------

    def _name(self, key: NameKey) -> Finish:
        a, b = self.a.names.get(key), self.b.names.get(key)
        if key[1] == ENTERED:
            return always(Static(None))
        one_sided = a is None or b is None
        flagged = isinstance(a, Maybe) or isinstance(b, Maybe)
        if one_sided and not flagged and (self.dead is not None or key[1] == RETURN_NAME):
            # A dead side needs no flag, and for the return value the exit code is the flag.
            return self._value(key, a, b, key[1])
        if one_sided or flagged:
            return self._maybe(key, a, b)
        return self._value(key, a, b, key[1])

    def _maybe(self, key: NameKey, a: Abs | None, b: Abs | None) -> Finish:
        if isinstance(a, Maybe) and isinstance(b, Maybe) and same(a, b) and not self._slots.known((*key, "bound")):
            return always(a)
        inner = self._value(key, bound(a), bound(b), key[1])

        def flag(value: Abs | None) -> Getter:
            return lambda builder: value.flag if isinstance(value, Maybe) else builder.const(value is not None)

        slot = self._slots.add((*key, "bound"), BOOL, f"{key[1]}_bound", flag(a), flag(b))

        def finish(values: list[Value]) -> Abs:
            value = inner(values)
            return value if isinstance(value, Poison) else Maybe(value, slot(values))

        return finish

    def _or_none(self, location: Location, a: Abs | None, b: Abs | None, name: str) -> Finish:
        """None on some paths, and a number, an array or a container on the others."""
        if a is not None and b is not None and same(a, b) and not self._slots.known((*location, "given")):
            return always(a)
        inner = self._value(location, given(a), given(b), name)

        def flag(value: Abs | None) -> Getter:
            return lambda builder: value.given if isinstance(value, OrNone) else builder.const(given(value) is not None)

        slot = self._slots.add((*location, "given"), BOOL, f"{hint(name)}_given", flag(a), flag(b))

        def finish(values: list[Value]) -> Abs:
            value = inner(values)
            return value if isinstance(value, Poison) else OrNone(value, slot(values))

        return finish

    def _value(self, location: Location, a: Abs | None, b: Abs | None, name: str) -> Finish:
        present = [x for x in (a, b) if x is not None]
        for x in present:
            if isinstance(x, Poison):
                return self._slots.poison(location, x)
        if all(map(is_none, present)):
            return always(present[0])
        optional = any(isinstance(x, OrNone) or is_none(x) for x in present)
        if optional and all(x is None or may_be_none(x) for x in map(given, present)):
            return self._or_none(location, a, b, name)
        references, boxes = all_of(Ref, a, b), all_of(Box, a, b)
        if references is not None:
            return self._arrays.reference(location, *references, name)
        if any(map(is_dimensionless, present)) and all(is_scalar(x) or is_dimensionless(x) for x in present):
            return self._arrays.dimensionless(location, a, b, name)
        if boxes is not None:
            return self._box(location, *boxes)
        return self._immutable(location, a, b, name)

    def _immutable(self, location: Location, a: Abs | None, b: Abs | None, name: str) -> Finish:
        """A value that is neither an array nor a container that can be written to."""
        present = [x for x in (a, b) if x is not None]
        if len(present) == 1 and isinstance(present[0], Choice) and not self._made_in_loop(present):
            return self._choice(location, a, b, name)
        if alike(present[0], present[-1]) and not self._made_in_loop(present):
            return self._held(location, a, b, name)
        unchanged = same(present[0], present[-1]) and (len(present) == 2 or isinstance(present[0], Static))
        if unchanged and not self._slots.known(location):
            return always(present[0])
        if len(present) == 2 and all(map(may_be_chosen, present)) and not self._made_in_loop(present):
            return self._choice(location, a, b, name)
        if all(is_scalar(x) for x in present):
            return self._scalar(location, a, b, name)
        return self._slots.poison(
            location,
            Poison(f"{said(name)} is {describe(present[0])} on one path and {describe(b)} on the other", ONE_TYPE),
        )

    def _scalar(self, location: Location, a: Abs | None, b: Abs | None, name: str) -> Finish:
        present = [x for x in (a, b) if x is not None]
        types = [scalar_type(x) for x in present]
        before = self._slots.type_before(location)
        if before is not None:
            assert isinstance(before, Scalar)
            types.append(before)
        statics = [x.obj for x in present if isinstance(x, Static)]
        joined, reason = join_scalars(types, statics, loop=self._loop)
        if joined is None:
            way_out = "convert it on one path: float(...), complex(...), np.float32(...), np.float64(...)"
            return self._slots.poison(location, Poison(f"{said(name)} {reason}", way_out))

        def getter(value: Abs | None) -> Getter:
            return lambda builder: None if value is None else self.mixed.joined(builder, value, joined)

        slot = self._slots.add(location, joined, hint(name), getter(a), getter(b))
        return lambda values: Dyn(slot(values))

    def _held(self, location: Location, a: Abs | None, b: Abs | None, name: str) -> Finish:
        """A value that holds others: what it holds is joined, and the value is made again from that."""
        model = a or b
        assert model is not None
        held_a, held_b = parts(a), parts(b)
        keys = model.keys if isinstance(model, Tup) and model.keys else range(len(held_a or held_b))
        joined = [
            self._value((*location, i), held_a[i] if a else None, held_b[i] if b else None, f"{name}_{key}")
            for i, key in enumerate(keys)
        ]

        def finish(values: list[Value]) -> Abs:
            new = [part(values) for part in joined]
            differs = next((part for part in new if isinstance(part, Poison)), None)
            return differs if isinstance(model, Listed) and differs is not None else with_parts(model, new)

        return finish

    def _choice(self, location: Location, a: Abs | None, b: Abs | None, name: str) -> Finish:
        """One function, exception or word on one path and another on the other; or a path without any."""
        options = joined_options(*(x for x in (a, b) if x is not None))
        self.choices[location] = len(options)
        getters = (self._numbers.getter(a), self._numbers.getter(b))
        slot = self._slots.add((*location, "choice"), INT, f"{hint(name)}_choice".lstrip("_"), *getters)
        return lambda values: self._numbers.chosen(slot(values), options)

    def _made_in_loop(self, present: list[Abs]) -> bool:
        """Whether this is a function whose frame is a new one in each iteration, so that following what it sees never ends."""
        functions = [option for x in present for option in options_of(x)]
        return self._loop and any(isinstance(x, Closure) and not self.a.has_entered(x.frame) for x in functions)

    # -- boxes, exits ----------------------------------------------------------------------------------------------

    def _box(self, location: Location, a: Box | None, b: Box | None) -> Finish:
        left, right = a or b, b or a
        assert left is not None
        assert right is not None
        if left is right and left.constant is not None:
            return always(left)
        if left.cls is not right.cls:
            reason = f"{place(location)} is a different list, dict or object on each path"
            return self._slots.poison(location, Poison(reason, ONE_TYPE))
        box = self._classes.boxes[left, right]
        if self._classes.shared(left, right):
            box.merge(hint(str(location[-1])) if len(location) == 2 else "")
        return always(box)

    def _box_contents(self) -> list[tuple[Box, Finish]]:
        finishes: list[tuple[Box, Finish]] = []
        for (box_a, box_b), box in list(self._classes.boxes.items()):
            root = self._classes.roots[box_a, box_b]
            joined = self._content(root, box_a, self.a.content_if_any(box_a), self.b.content_if_any(box_b))
            finishes.append((box, joined))
        reached = {box for box, _ in finishes} | {box for pair in self._classes.boxes for box in pair}
        for box, content in self.a.boxes.items():
            if box not in reached and self.b.boxes.get(box) is content:
                finishes.append((box, always(content)))
        return finishes

    def _content(
        self, root: Location, box: Box, a: Items | Grown | Poison | None, b: Items | Grown | Poison | None
    ) -> Finish:
        if isinstance(a, Poison):
            return self._slots.poison(root, a)
        if isinstance(b, Poison):
            return self._slots.poison(root, b)
        if box.cls is dict and (isinstance(a, Grown) or isinstance(b, Grown) or root in self._before.grown):
            return self._lists.join(root, box, (a and pairs_of(a), b and pairs_of(b)))
        items = all_of(Items, a, b)
        lengths = {len(content.items) for content in items or () if content is not None}
        if items is None or root in self._before.grown or (len(lengths) > 1 and box.cls is list):
            return self._lists.join(root, box, (a, b))
        return self._items(root, box, *items)

    def _items(self, root: Location, box: Box, a: Items | None, b: Items | None) -> Finish:
        model = a or b
        assert model is not None
        if a is not None and b is not None and a.keys != b.keys:
            kind, held = ("dict", "keys") if box.cls is dict else (box.cls.__name__, "attributes")
            reason = f"a {kind} has different {held} on different paths"
            return self._slots.poison(root, Poison(reason, f"give it all its {held} before the paths part"))
        parts = [
            self._value((*root, i), a.items[i] if a else None, b.items[i] if b else None, str(key))
            for i, key in enumerate(model.keys or range(len(model.items)))
        ]
        return lambda values: Items(tuple(part(values) for part in parts), model.keys)

    def _exit(self) -> Callable[[list[Value]], Exit]:
        codes_a = frozenset() if self.dead == 0 else self.a.exit.codes
        codes_b = frozenset() if self.dead == 1 else self.b.exit.codes
        codes = codes_a | codes_b
        if len(codes) <= 1:
            return always(Exit(codes))

        def getter(state: State) -> Getter:
            return lambda builder: state.exit.value or builder.const(next(iter(state.exit.codes), NORMAL))

        slot = self._slots.add(("exit",), INT, "exit_code", getter(self.a), getter(self.b))
        return lambda values: Exit(codes, slot(values))


def bound(value: Abs | None) -> Abs | None:
    """A value without the flag that says whether it is bound."""
    return value.value if isinstance(value, Maybe) else value


def given(value: Abs | None) -> Abs | None:
    """What a value is where it is not None."""
    return value.value if isinstance(value, OrNone) else None if is_none(value) else value


def may_be_none(value: Abs) -> bool:
    """Whether what is this on one path may be None on another; callers must say which of these a name is before they call it."""
    return is_scalar(value) or is_word(value) or isinstance(value, Ref | Tup | Box)


def all_of(cls: type[Kind], a: object, b: object) -> tuple[Kind | None, Kind | None] | None:
    """`a` and `b`, if those that exist are of this class."""
    if not isinstance(a, cls | None) or not isinstance(b, cls | None):
        return None
    return a, b


def _unchanged(base: State, living: State) -> State:
    """The state of a dead side: what the living side did not change, and nothing else."""
    kept = base.copy()
    kept.names = {k: v for k, v in base.names.items() if k in living.names and same(v, living.names[k])}
    kept.exit = living.exit
    return kept
