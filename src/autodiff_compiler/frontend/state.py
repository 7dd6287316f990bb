"""The state of the abstract interpreter: what is true on a path through the program.

A `State` maps names, cells and boxes to what they hold; branches and loop bodies run on copies.  `exit` says how
control left the statements run so far: a set of possible exit codes, and the value that tells which, where there
are several.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from autodiff_compiler.diagnostics import Span
from autodiff_compiler.frontend.boxes import Box, which
from autodiff_compiler.frontend.source import Source
from autodiff_compiler.frontend.values import Abs, Cell, Grown, Items, Maybe, Poison, Static, Unmergeable, same
from autodiff_compiler.ir.core import Value

NORMAL = 0

RETURN_NAME = "return"
"""The name under which a frame keeps its return value; no Python name looks like it."""
RESULT_NAME = "$result"
"""The name under which a branch leaves the value of an expression."""
HELD_NAME = "$held"
"""The beginning of the names of operands that wait for others."""
ENTERED = "$entered"
"""The name that says that a state knows a frame."""


class Frame:
    """One activation of a function: names live here.  `parent` is the frame a nested function closes over."""

    def __init__(
        self,
        name: str,
        source: Source | None,
        parent: Frame | None,
        caller: Span | None,
        locals_: frozenset[str],
        outside: frozenset[str] = frozenset(),
    ) -> None:
        self.name = name
        self.source = source
        self.parent = parent
        self.caller = caller
        self.locals = locals_
        self.outside = outside
        """Names that refer to the module here, whatever they mean in the frames around."""
        self.returns: set[int] = set()

    def enclosing(self) -> Iterator[Frame]:
        """This frame, and those around it."""
        frame: Frame | None = self
        while frame is not None:
            yield frame
            frame = frame.parent

    def __repr__(self) -> str:
        return f"<frame of {self.name}>"


@dataclass(frozen=True)
class Exit:
    """How control left: the possible codes, and the int value that tells them apart (None for a single code).

    No code at all means that no path comes here, because all of them raised.
    """

    codes: frozenset[int] = frozenset({NORMAL})
    value: Value | None = None

    @property
    def normal(self) -> bool:
        return self.codes == {NORMAL}

    @property
    def left(self) -> bool:
        """Control certainly left."""
        return NORMAL not in self.codes

    @property
    def dead(self) -> bool:
        return not self.codes


NameKey = tuple[Frame, str]


@dataclass
class State:
    """One path through the program: what its names, arrays and containers are now, and how it may have left."""

    names: dict[NameKey, Abs] = field(default_factory=dict)
    versions: dict[Cell, Value] = field(default_factory=dict)
    boxes: dict[Box, Items | Grown | Poison] = field(default_factory=dict)
    stale: dict[Cell, Span] = field(default_factory=dict)
    """Merged references, and arrays inside growable lists, whose source was written since: where."""
    escaped: dict[Cell, Span] = field(default_factory=dict)
    """Cells put into a growable list: a later write to them is refused."""
    exit: Exit = field(default_factory=Exit)

    def enter(self, frame: Frame) -> None:
        """Note that a function or comprehension runs, or has run, in a frame; its names are in the state from here on."""
        self.names.setdefault((frame, ENTERED), Static(None))

    def has_entered(self, frame: Frame) -> bool:
        return (frame, ENTERED) in self.names

    def leave(self, frame: Frame) -> None:
        """Forget a frame that nothing can see any more; its names would only blur which arrays are aliases."""
        for key in [key for key in self.names if key[0] is frame]:
            del self.names[key]

    def version(self, cell: Cell) -> Value:
        """The current value of an array."""
        found = cell.constant if cell.constant is not None else self.versions.get(cell)
        if found is None:
            raise Unmergeable(_exchanged(cell.name, "array"))
        return found

    def content(self, box: Box) -> Items | Grown:
        found = self.content_if_any(box)
        if found is None:
            raise Unmergeable(_exchanged(box.name, box.cls.__name__))
        if isinstance(found, Poison):
            raise Unmergeable(found)
        return found

    def content_if_any(self, box: Box) -> Items | Grown | Poison | None:
        """The content, mergeable or not; None for a box that this state does not know."""
        return box.constant if box.constant is not None else self.boxes.get(box)

    def note_write(self, box: Box) -> None:
        """A list, dict or object is about to be changed: what was made for one of several of its class may be one of it."""
        for other in self.boxes:
            if other.merged and other.cls is box.cls and box.born < other.born:
                reason = f"{which(other)}, is read after a write to one of that class"
                self.boxes[other] = Poison(reason, "read what you need of it before the write")

    def end(self) -> None:
        """Control does not come past here: all paths raised, or left with an exit code that is noted already."""
        if not self.exit.left:
            self.exit = Exit(frozenset())

    def knows(self, cell: Cell) -> bool:
        return cell.constant is not None or cell in self.versions

    def same_as(self, earlier: State) -> bool:
        """Whether nothing of `earlier` has changed: an evaluation between the two states only read."""
        return (
            self.holds_same(earlier)
            and self.exit == earlier.exit
            and self.stale.keys() == earlier.stale.keys()
            and self.escaped.keys() == earlier.escaped.keys()
        )

    def holds_same(self, earlier: State) -> bool:
        """Whether every name, array and container of `earlier` is what it was."""
        return (
            not any(key not in earlier.names and earlier.has_entered(key[0]) for key in self.names)
            and _unchanged(earlier.names, self.names, _bound)
            and _unchanged(earlier.versions, self.versions)
            and _unchanged(earlier.boxes, self.boxes)
        )

    def wrote_nothing(self, earlier: State) -> bool:
        """Whether nothing was written since; what can no longer be reached may be gone."""
        bound = any(key not in earlier.names and earlier.has_entered(key[0]) for key in self.names)
        names = all(same(self.names.get(key), value) for key, value in earlier.names.items())
        arrays = all(self.versions.get(cell, version) is version for cell, version in earlier.versions.items())
        boxes = all(same(self.boxes.get(box, content), content) for box, content in earlier.boxes.items())
        return not bound and names and arrays and boxes

    def copy(self) -> State:
        return replace(
            self,
            names=dict(self.names),
            versions=dict(self.versions),
            boxes=dict(self.boxes),
            stale=dict(self.stale),
            escaped=dict(self.escaped),
        )


def _bound(value: Abs | None) -> Abs | None:
    """The value of a name, with or without the flag whether it is bound: reading it drops the flag."""
    return value.value if isinstance(value, Maybe) else value


def _unchanged(before: Mapping[Any, Any], now: Mapping[Any, Any], what: Callable[[Any], Any] = lambda x: x) -> bool:
    return all(what(now.get(key)) is what(value) for key, value in before.items())


def _exchanged(name: str, kind: str) -> Poison:
    """An array or container was used that a loop or a branch has replaced with another one."""
    which = f"`{name}`" if name else f"this {kind}"
    return Poison(
        f"{which} is used in an expression or loop during which it changes its place with another {kind}",
        "do that in a statement of its own, before or after",
    )
