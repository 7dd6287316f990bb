"""Joining lists that differ in length between two paths: they go on as growable IR lists."""

from __future__ import annotations

from collections.abc import Sequence

from autodiff_compiler.frontend import rows
from autodiff_compiler.frontend.alias_classes import Location
from autodiff_compiler.frontend.array_joins import ArrayJoins
from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.join_slots import ONE_TYPE, Finish, Getter, JoinSlots, Widening, always
from autodiff_compiler.frontend.references import grow
from autodiff_compiler.frontend.scalars import element_type, join_elements
from autodiff_compiler.frontend.state import State
from autodiff_compiler.frontend.values import Abs, Form, Grown, Items, Poison, Ref, same
from autodiff_compiler.ir.types import Array, ListOf, Scalar

Content = Items | Grown | None


class ListJoins:
    """Those of one merge."""

    def __init__(self, states: tuple[State, State], slots: JoinSlots, arrays: ArrayJoins, before: Widening) -> None:
        self._states = states
        self._slots = slots
        self._arrays = arrays
        self._before = before
        self.grown: dict[Location, Form | None] = {}
        """The lists that go on as growable ones, and the form of the tuples in them."""
        self.mixed = False
        """Whether one of them holds things that no run-time list can: functions, say, or different types."""

    def join(self, root: Location, box: Box, contents: tuple[Content, Content]) -> Finish:
        a, b = contents
        if isinstance(a, Grown) and isinstance(b, Grown) and same(a, b):
            return always(a)
        form = self.grown[root] = self._form(root, contents)
        if any(isinstance(content, Grown) and content.form != form for content in contents):
            return self._mixed(root, box)
        names = [box.name or "items"] if form is None else rows.names(box.name, rows.width(form))
        keys = [(*root, "grown", k) for k in range(len(names))]
        elements = [self._element(key, contents, form, k) for k, key in enumerate(keys)]
        if any(element is None for element in elements):
            return self._mixed(root, box)
        for k, element in enumerate(elements):
            if any(isinstance(content, Grown) and _element_of(content, k) != element for content in contents):
                reason = "a list holds Python floats on one path and NumPy's on the other"
                return self._slots.poison(root, Poison(reason, "make them one kind: float(...)"))
        self._keep(contents)
        columns = [
            self._slots.add(key, ListOf(element), name, *self._getters(contents, form, k, ListOf(element), name))
            for k, (key, element, name) in enumerate(zip(keys, elements, names))
            if element is not None
        ]
        return lambda values: Grown(tuple(column(values) for column in columns), form)

    def _form(self, root: Location, contents: tuple[Content, Content]) -> Form | None:
        """The form of the items; where neither list has any, what an earlier round of the loop found."""
        form = rows.common_form(zip(self._states, contents))
        if form is None and not any(isinstance(content, Items) and content.items for content in contents):
            return self._before.grown.get(root)
        return form

    def _keep(self, contents: tuple[Content, Content]) -> None:
        """Note that what is in these lists is not written to from here on."""
        for state, content in zip(self._states, contents):
            for item in content.items if isinstance(content, Items) else ():
                rows.keep(state, item)
                self._arrays.escape(leaf.cell for leaf in rows.leaves(state, item) if isinstance(leaf, Ref))

    def _mixed(self, root: Location, box: Box) -> Finish:
        self.mixed = True
        kind = box.cls.__name__
        reason = f"a {kind} that grows in a loop holds lists or things of different types, or its type is not known yet"
        return self._slots.poison(root, Poison(reason, ONE_TYPE))

    def _element(
        self, key: Location, contents: tuple[Content, Content], form: Form | None, k: int
    ) -> Scalar | Array | None:
        types: list[Scalar | Array | None] = []
        for state, content in zip(self._states, contents):
            if isinstance(content, Grown):
                types.append(_element_of(content, k))
            elif content is not None:
                types += [element_type(leaf) for leaf in _leaves(state, content, form, k)]
        before = self._slots.type_before(key)
        if before is not None:
            assert isinstance(before, ListOf)
            types.append(before.element)
        return join_elements(types)

    def _getters(
        self, contents: tuple[Content, Content], form: Form | None, k: int, type_: ListOf, name: str
    ) -> tuple[Getter, Getter]:
        def getter(content: Content, state: State) -> Getter:
            if isinstance(content, Grown):
                return lambda builder: content.columns[k]
            if content is None:
                return lambda builder: None
            return lambda builder: grow(builder, state, _leaves(state, content, form, k), type_, name)

        first, second = (getter(content, state) for content, state in zip(contents, self._states))
        return first, second


def _leaves(state: State, content: Items, form: Form | None, k: int) -> Sequence[Abs]:
    return content.items if form is None else rows.column(state, content.items, k)


def _element_of(content: Grown, k: int) -> Scalar | Array:
    type_ = content.columns[k].type
    assert isinstance(type_, ListOf)
    return type_.element
