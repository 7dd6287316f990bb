"""Abstract values: what the frontend's interpreter of the Python AST computes with.

`Static` is a Python object known now; `Dyn` a scalar known when the program runs; `Ref` a reference into an array cell
(the cell, and the view path into it); `Tup` and `Box` containers; `Closure` a function with the frame it was made in.
Cells and boxes have identity, as Python objects do; what they hold is in the `State`, so that branches and loops
can be run on copies of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from autodiff_compiler.diagnostics import UNKNOWN, Note, Span
from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.layout import Layout
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.message import Part
from autodiff_compiler.ir.path import HERE, Path
from autodiff_compiler.ir.types import Array, ListOf, Scalar
from autodiff_compiler.markers import Verb

if TYPE_CHECKING:
    from autodiff_compiler.frontend import asking
    from autodiff_compiler.ir.builder import Builder


@dataclass(frozen=True, eq=False)
class Static:
    """A Python object known at compile time."""

    obj: Any


@dataclass(frozen=True, eq=False)
class Dyn:
    """A scalar IR value.  `static`: asks for its value at compile time (an int argument, a captured int, the index of a
    loop that can be unrolled); it records the guard or raises `Unroll`."""

    value: Value
    static: Callable[[], Any] | None = None


class Cell:
    """The identity of an array.  Its current version is `State.versions[cell]`: for one without dimensions, a scalar."""

    def __init__(self, type_: Array | Scalar, name: str, span: Span = UNKNOWN, *, local: bool = True) -> None:
        self.type = type_
        self.name = name
        self.span = span
        self.local = local
        """Allocated by the function itself: nothing else can see it."""
        self.constant: Value | None = None
        """The array's value, for one found outside: it is the same in every state."""
        self.sources: tuple[Cell, ...] = ()
        """For a merged reference: the cells it may denote.  It is readable, and a write through it is refused."""
        self.snapshot = False
        """Whether it is a value of `sources` that NumPy may or may not have copied, rather than a reference to one of several."""
        self.trusted = False
        """Whether what NumPy may have copied was assumed to be a view, since nothing is written: a write raises `Careful`."""


@dataclass(frozen=True, eq=False)
class Ref:
    """A reference to an array: a cell and a view path into it (empty: the whole array).  An array without dimensions has a
    scalar's type; unlike a scalar it can be written, and seen under other names."""

    cell: Cell
    type: Array | Scalar
    path: Path = HERE
    operands: tuple[Value, ...] = ()
    layout: Layout | None = None
    """What is proven about its memory order."""
    part: str = ""
    """The real or the imaginary parts of what the path reaches in an array of complex numbers: "real", "imag"."""


@dataclass(frozen=True, eq=False)
class Listed:
    """A list of numbers, or of lists of numbers of one length, that is kept as an array (see `tables.py`)."""

    ref: Ref
    kind: str
    """Whose numbers its items are: "py", "np"."""


@dataclass(frozen=True, eq=False)
class Tup:
    """A tuple or a named tuple (`cls` with its field names in `keys`)."""

    items: tuple[Abs, ...]
    cls: type = tuple
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Items:
    """Content of a box of known structure: items, and for dicts and dataclasses their keys."""

    items: tuple[Abs, ...]
    keys: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Form:
    """What the items of a list have in common: a tuple, a named tuple (`cls` with its field names in `keys`), a list or an object, and the
    forms of what is in it, None for a number or an array."""

    cls: type
    keys: tuple[str, ...]
    parts: tuple[Form | None, ...]


@dataclass(frozen=True, eq=False)
class Grown:
    """Content of a list whose length is known only at run time: one IR list, or for a list of tuples or lists of one form a list
    for each of their numbers and arrays (`rows.py`)."""

    columns: tuple[Value, ...]
    form: Form | None = None

    @property
    def value(self) -> Value:
        """The IR list of what is a list of numbers or arrays."""
        if self.form is not None:
            raise Unmergeable(
                Poison(
                    "a list of tuples or lists that grows at run time, in this place",
                    "keep what it holds in a list each",
                )
            )
        return self.columns[0]

    @property
    def element(self) -> Scalar | Array:
        assert isinstance(self.value.type, ListOf)
        return self.value.type.element


@dataclass(frozen=True, eq=False)
class Closure:
    """A function defined inside the program (def or lambda), with the frame it closes over."""

    node: Any
    frame: Any
    name: str
    defaults: tuple[Abs, ...] = ()
    kw_defaults: tuple[Abs | None, ...] = ()


@dataclass(frozen=True, eq=False)
class Method:
    """`receiver.name`, not yet called."""

    receiver: Abs
    name: str


@dataclass(frozen=True, eq=False)
class Range:
    """`range(start, stop, step)`."""

    start: Abs
    stop: Abs
    step: Abs


@dataclass(frozen=True, eq=False)
class Iter:
    """An iterator (`enumerate`, `zip`, a generator expression, …) over `parts`; the expression that it stands in uses it up."""

    kind: type
    parts: tuple[Abs, ...]
    items: asking.Items | None
    """None: nothing is asked for before it is iterated over, since a part is an iterator with a name."""
    again: Callable[[Any, tuple[Abs, ...]], asking.Items]
    """Asks for the items later, of parts like these."""
    used: Box | None = None
    """Of one that is kept (`kept_iterators.py`): whether it was run over; `contents` is what the lists among its parts held at first."""
    contents: tuple[Any, ...] = ()


ITERATOR = type(iter(()))
"""The kind of what `iter` gives."""


@dataclass(frozen=True, eq=False)
class Generator:
    """A call of a generator function, which may be kept: `values` are its arguments, by `names`."""

    node: Any
    frame: Any
    names: tuple[str, ...]
    values: tuple[Abs, ...]
    used: Box
    """What remembers, on each path, how far it was run."""
    opened: Callable[[Any, Generator], asking.Items]
    """How it is asked for its items."""


@dataclass(frozen=True, eq=False)
class DictView:
    """`keys`, `values` or `items` of a dict: it shows what the dict currently holds."""

    kind: str
    box: Box


@dataclass(frozen=True, eq=False)
class Partial:
    """A function with its first arguments: a `functools.partial` made inside the program, or a method of an object."""

    function: Abs
    args: tuple[Abs, ...]
    kwargs: dict[str, Abs]


@dataclass(frozen=True, eq=False)
class Super:
    """`super()`: what the MRO of `cls` has after `start`, for the object (or class) `receiver`."""

    start: type
    cls: type
    receiver: Abs


@dataclass(frozen=True, eq=False)
class InnerDerivative:
    """`grad(f, *args, **kwargs)` made inside the program, of a function that was made there, too."""

    verb: Verb
    args: tuple[Abs, ...]
    kwargs: dict[str, Abs]


@dataclass(frozen=True, eq=False)
class Choice:
    """One of several functions, exceptions or words, depending on the path taken: the option that has the number `number`."""

    number: Value
    options: tuple[Abs, ...]
    numbers: tuple[int, ...]

    def is_option(self, b: Builder, k: int) -> Value:
        """Whether it is the k-th option."""
        return b.compare("eq", self.number, b.const(self.numbers[k]))


@dataclass(frozen=True, eq=False)
class Text:
    """A string with run-time parts (an f-string)."""

    parts: tuple[Part, ...]
    values: tuple[Value, ...]
    static: Callable[[], str] | None = None
    """Asks for the string at compile time, as `Dyn.static` does."""
    exact: bool = True
    """Whether it is what Python would show, and not only good enough for a message."""


@dataclass(frozen=True, eq=False)
class Maybe:
    """A name bound on some paths only; `flag` says whether it is."""

    value: Abs
    flag: Value


@dataclass(frozen=True, eq=False)
class OrNone:
    """A value on some paths, and None on the others; `given` says which."""

    value: Abs
    given: Value


@dataclass(frozen=True, eq=False)
class Poison:
    """A name that holds things on different paths that cannot be merged; an error when it is read."""

    reason: str
    help: str
    notes: tuple[Note, ...] = ()


Abs = (
    Static
    | Dyn
    | Ref
    | Listed
    | Tup
    | Box
    | Closure
    | Method
    | Range
    | Iter
    | Generator
    | DictView
    | Partial
    | Super
    | InnerDerivative
    | Choice
    | Text
    | Maybe
    | OrNone
    | Poison
)

_LEAVES = (Static, Dyn, Ref, Box, Text, Poison)
"""Values that hold no others.  (What a box holds is in the state.)"""


def parts(value: Abs | None) -> tuple[Abs, ...]:
    """The abstract values that a value holds, in the order of its fields."""
    if value is None or isinstance(value, _LEAVES):
        return ()
    return tuple(part for f in fields(value) for part in _parts_of(getattr(value, f.name)))


def with_parts(value: Abs, new: Iterable[Abs]) -> Abs:
    """A value like this one that holds others."""
    if isinstance(value, _LEAVES):
        return value
    new = tuple(new)
    if all(a is b for a, b in zip(parts(value), new, strict=True)):
        return value  # a function is compared by identity
    rest = iter(new)
    return replace(value, **{f.name: _filled(getattr(value, f.name), rest) for f in fields(value)})


def alike(a: Abs, b: Abs) -> bool:
    """Whether two values that hold others are the same except for what they hold."""
    if type(a) is not type(b) or isinstance(a, _LEAVES):
        return False
    return all(_same_frame(getattr(a, f.name), getattr(b, f.name)) for f in fields(a))


def _parts_of(content: Any) -> Iterator[Abs]:
    if isinstance(content, Abs):
        yield content
    elif isinstance(content, tuple):
        for item in content:
            yield from _parts_of(item)
    elif isinstance(content, dict):
        yield from _parts_of(tuple(content.values()))


def _filled(content: Any, new: Iterator[Abs]) -> Any:
    """The content of a field with other values in the places of those it holds."""
    if isinstance(content, Abs):
        return next(new)
    if isinstance(content, tuple):
        return tuple(_filled(item, new) for item in content)
    if isinstance(content, dict):
        return {key: _filled(item, new) for key, item in content.items()}
    return content


def _same_frame(a: Any, b: Any) -> bool:
    """Whether two contents of a field are the same, apart from abstract values in them."""
    if isinstance(a, Abs) and isinstance(b, Abs):
        return True
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(_same_frame, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return list(a) == list(b) and all(map(_same_frame, a.values(), b.values()))
    return a is b or (isinstance(a, str | int) and type(a) is type(b) and a == b)


@dataclass(frozen=True)
class SliceParts:
    """A slice expression, evaluated: it may be between brackets beside abstract values."""

    start: Abs | None
    stop: Abs | None
    step: Abs | None


Index = Abs | SliceParts


def is_dimensionless(x: Index | None) -> bool:
    """Whether a value is an array without dimensions."""
    return isinstance(x, Ref) and isinstance(x.type, Scalar)


def is_none(x: Abs | None) -> bool:
    """Whether this is None, on every path."""
    return isinstance(x, Static) and x.obj is None


class Dead(Exception):  # noqa: N818  (a signal to the enclosing block, not an error)
    """Control does not get past this place: an exception was raised on every path."""


class Unmergeable(Exception):  # noqa: N818  (becomes an error where the place is known)
    """The content of a list or dict that differs between paths was used."""

    def __init__(self, poison: Poison) -> None:
        super().__init__(poison.reason)
        self.poison = poison


class Careful(Exception):  # noqa: N818  (a signal to `lower`, not an error)
    """It matters whether an array was copied: the program is lowered once more, and asks for the layouts of its arguments."""


class Unroll(Exception):  # noqa: N818  (a signal to a loop, not an error)
    """The body of a loop needs its index at compile time."""

    def __init__(self, loop: Any) -> None:
        super().__init__("unroll")
        self.loop = loop


def same(a: Any, b: Any) -> bool:
    """Whether two abstract values are known to be the same thing."""
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, Static):
        return a.obj is b.obj or (
            type(a.obj) is type(b.obj)
            and isinstance(a.obj, int | float | complex | str | tuple)
            and repr(a.obj) == repr(b.obj)
        )
    if isinstance(a, Dyn):
        return a.value is b.value
    if isinstance(a, Ref):
        return a.cell is b.cell and (a.path, a.part) == (b.path, b.part) and a.operands == b.operands
    if isinstance(a, Items):
        return a.keys == b.keys and len(a.items) == len(b.items) and all(map(same, a.items, b.items))
    if isinstance(a, Grown):
        return a.form == b.form and all(x is y for x, y in zip(a.columns, b.columns, strict=True))
    return alike(a, b) and all(map(same, parts(a), parts(b)))
