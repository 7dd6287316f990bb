"""What follows from a condition inside its branches: which names are None there, and which are not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.state import NameKey, State
from autodiff_compiler.frontend.values import Abs, Items, Maybe, OrNone, Static
from autodiff_compiler.ir.core import Value

Fact = tuple[Value, bool]
"""A truth value, and what it is."""


class TruthFacts:
    """Which facts follow from which: from `not a`, from `a and b`, from `a or b`."""

    def __init__(self) -> None:
        self._follow: dict[Fact, tuple[Fact, ...]] = {}

    def negation(self, negated: Value, value: Value) -> None:
        for truth in (True, False):
            self._follow[negated, truth] = ((value, not truth),)

    def both(self, joined: Value, *parts: Value, truth: bool) -> None:
        """`joined` is `truth` only if all parts are: True for `and`, False for `or`."""
        self._follow[joined, truth] = tuple((part, truth) for part in parts)

    def _follow_all(self, fact: Fact) -> dict[Value, bool]:
        """The fact, and all that follows from it."""
        found: dict[Value, bool] = {}
        open_ = [fact]
        while open_:
            value, truth = open_.pop()
            if value not in found:
                found[value] = truth
                open_ += self._follow.get((value, truth), ())
        return found

    def inside(self, state: State, condition: Value, truth: bool) -> State:
        """A state, with what is known where the condition is `truth`."""
        names = [key for key, value in state.names.items() if _asks(value)]
        boxes = {
            box: content
            for box, content in state.boxes.items()
            if isinstance(content, Items) and any(map(_asks, content.items))
        }
        if not (names or boxes):
            return state
        known = self._follow_all((condition, truth))
        asked = (value for value in _asked(state, names, list(boxes)) if value in known)
        if next(asked, None) is None:
            return state
        state = state.copy()
        state.names |= {key: narrowed(state.names[key], known) for key in names}
        state.boxes |= {
            box: replace(content, items=tuple(narrowed(item, known) for item in content.items))
            for box, content in boxes.items()
        }
        return state

    def value_inside(self, value: Abs, condition: Value, truth: bool) -> Abs:
        """A value, where the condition is `truth`."""
        return narrowed(value, self._follow_all((condition, truth)))


def _asked(state: State, names: list[NameKey], boxes: list[Box]) -> Iterator[Value]:
    """The flags of values that may be None."""
    values = [state.names[key] for key in names]
    for box in boxes:
        content = state.boxes[box]
        values += content.items if isinstance(content, Items) else ()
    for value in values:
        inner = value.value if isinstance(value, Maybe) else value
        if isinstance(inner, OrNone):
            yield inner.given


def _asks(value: Abs) -> bool:
    return isinstance(value, OrNone) or (isinstance(value, Maybe) and isinstance(value.value, OrNone))


def narrowed(value: Abs, facts: dict[Value, bool]) -> Abs:
    if isinstance(value, Maybe):
        return replace(value, value=narrowed(value.value, facts))
    if not isinstance(value, OrNone) or value.given not in facts:
        return value
    return value.value if facts[value.given] else Static(None)
