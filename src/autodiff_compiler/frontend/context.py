"""The abstract interpreter's context: where IR is built, the state of the current path, the current frame.

The evaluators of expressions, calls and statements are functions of their own modules that take this context.
"""

from __future__ import annotations

import ast
import itertools
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autodiff_compiler.diagnostics import Note, Span, UnsupportedError, UserError
from autodiff_compiler.frontend import kept_iterators
from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.captures import Captures
from autodiff_compiler.frontend.choices import Numbers
from autodiff_compiler.frontend.facts import TruthFacts
from autodiff_compiler.frontend.join_slots import Widening
from autodiff_compiler.frontend.layout import Layout
from autodiff_compiler.frontend.lengths import Lengths
from autodiff_compiler.frontend.mixed_scalars import MixedScalars
from autodiff_compiler.frontend.public_names import INSTEAD, object_name
from autodiff_compiler.frontend.raising import WatchedBuilder
from autodiff_compiler.frontend.references import read
from autodiff_compiler.frontend.scalars import describe, is_scalar, scalar_value
from autodiff_compiler.frontend.source import Source
from autodiff_compiler.frontend.state import Frame, NameKey, State
from autodiff_compiler.frontend.tries import Tries
from autodiff_compiler.frontend.truth import truth_of
from autodiff_compiler.frontend.values import (
    Abs,
    Cell,
    Dead,
    Dyn,
    Grown,
    Items,
    Iter,
    Listed,
    Maybe,
    OrNone,
    Poison,
    Ref,
    Static,
    Text,
    Tup,
    with_parts,
)
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Value
from autodiff_compiler.ir.dtype import INT64
from autodiff_compiler.ir.types import BOOL, Array, ListOf, Scalar

_IMMUTABLE = (
    bool,
    int,
    float,
    complex,
    str,
    bytes,
    tuple,
    range,
    frozenset,
    type(None),
    type(...),
    np.generic,
    np.dtype,
    type,
)


@dataclass
class LoopTargets:
    """The exit codes of the `break`s and `continue`s of one loop."""

    breaks: set[int] = field(default_factory=set)
    continues: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class Interpreter:
    """The functions that run a program: they are at the top of this folder, and the modules below them call them through this.

    A call runs statements, in which there are calls; `Context` has a method for each.
    """

    evaluate: Callable[[Context, ast.expr, bool], Abs]
    condition: Callable[[Context, ast.expr], bool | Value]
    run: Callable[[Context, list[ast.stmt]], None]
    assign: Callable[[Context, ast.expr, Abs], None]
    call: Callable[[Context, Abs, list[Abs], dict[str, Abs]], Abs]
    operate: Callable[[Context, type[ast.operator], Abs, Abs], Abs]
    compare: Callable[[Context, type[ast.cmpop], Abs, Abs], Abs]


@dataclass
class Compact:
    """Whether long lists of known length may be kept as those of run-time length are, which do less; and whether one was."""

    allowed: bool
    used: bool = False

    def asked(self) -> bool:
        self.used |= self.allowed
        return self.allowed


LONG = 32
"""How many items of a list are told apart without need."""


@dataclass
class Context:
    interpreter: Interpreter
    b: WatchedBuilder
    state: State
    frame: Frame
    captures: Captures
    mixed: MixedScalars = field(default_factory=MixedScalars)
    numbers: Numbers = field(default_factory=Numbers)
    loops: list[LoopTargets] = field(default_factory=list)
    tries: Tries = field(default_factory=Tries)
    widenings: dict[tuple[Any, ...], Widening] = field(default_factory=dict)
    unrolled: set[tuple[Any, ...]] = field(default_factory=set)
    facts: TruthFacts = field(default_factory=TruthFacts)
    consumers: dict[Frame, Any] = field(default_factory=dict)
    """Whoever asked for the items of a generator that runs (`generators.Consumer`), by the generator's frame."""
    live_elsewhere: Callable[[NameKey], bool] = lambda key: True
    """Whether a name of a frame other than the current one may still be read."""
    apart: bool = False
    """Whether loops of the current function are to be unrolled, where they can be."""
    calls: tuple[Any, ...] = ()
    """The call sites and the iterations of unrolled loops around the current place, which tell two visits of a statement apart."""
    retries: int = 0
    """How many loops were unrolled because they were refused as loops."""
    rounds: int = 0
    """How many loops are around the current place whose carried values are still being looked for."""
    iterating: list[Box] = field(default_factory=list)
    """Lists of run-time length that are being iterated over: their length must not change."""
    next_code: int = 1
    marks: Iterator[int] = field(default_factory=itertools.count)
    """Numbers for the marks around the ops of calls."""
    careful: bool = False
    """Whether it matters what NumPy copies, so that nothing is assumed to be a view without proof; see `views`."""
    lengths: Lengths | None = None
    """What is known of the lengths of arguments, if the program is lowered for arguments of certain shapes."""
    compact: Compact = field(default_factory=lambda: Compact(False))
    activations: tuple[Any, ...] = ()
    """The calls that are being entered (`recursion.Activation`)."""
    recursions: dict[Any, Any] = field(default_factory=dict)
    """The recursive functions that are being lowered (`recursion.Recursion`), by what identifies their calls."""
    entered: dict[Any, int] = field(default_factory=dict)
    """How often a function has called itself so far."""
    unwound: set[Any] = field(default_factory=set)
    """Functions whose recursion on known numbers is entered to its end."""
    deep: set[Any] = field(default_factory=set)
    """Those that may be entered deeper, since they are entered once for the same numbers."""
    kept_results: dict[Any, Any] = field(default_factory=dict)
    """The functions that keep their results (`cached.KeptResults`)."""
    ruled: dict[Any, Any] = field(default_factory=dict)
    """The functions with a rule of their own (`rule_calls.LoweredRule`), by what tells their calls."""
    callees: dict[str, Function] = field(default_factory=dict)
    """Functions that the program calls, by name."""
    doubted: list[UserError] | None = None
    """Errors of a round of a loop, while less is known of what its iterations begin with than all rounds together find."""
    first: Builder = field(default_factory=Builder)
    """Where the columns of lists are made: before the program, so that no loop makes them again."""
    classes: dict[tuple[Any, ...], Any] = field(default_factory=dict)
    """The classes that the program defines, by their code, their bases and the calls around them."""
    columns: dict[tuple[Any, ...], Value] = field(default_factory=dict)
    """The lists made there, by what they hold."""
    given: set[Value] = field(default_factory=set)
    """The values that come from outside: leaves of arguments, and captures."""
    constants: dict[str, object] = field(default_factory=dict)
    """Exception classes that the program raises, and external functions that it calls, by their names in the generated module."""

    # -- running the program ---------------------------------------------------------------------------------------

    def evaluate(self, node: ast.expr, *, or_none: bool = False) -> Abs:
        """The value of an expression; what is None on some paths is asked for there, unless `or_none`."""
        return self.interpreter.evaluate(self, node, or_none)

    def condition(self, node: ast.expr) -> bool | Value:
        """The truth of an expression, where only that is asked for: a bool if it is known now."""
        return self.interpreter.condition(self, node)

    def run(self, statements: list[ast.stmt]) -> None:
        self.interpreter.run(self, statements)

    def assign(self, target: ast.expr, value: Abs) -> None:
        self.interpreter.assign(self, target, value)

    def call(self, function: Abs, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
        return self.interpreter.call(self, function, args, kwargs)

    def add(self, x: Abs, y: Abs) -> Abs:
        return self.interpreter.operate(self, ast.Add, x, y)

    def compare(self, op: type[ast.cmpop], x: Abs, y: Abs) -> Abs:
        return self.interpreter.compare(self, op, x, y)

    # -- places and errors -----------------------------------------------------------------------------------------

    @property
    def source(self) -> Source:
        assert self.frame.source is not None
        return self.frame.source

    def span(self, node: ast.AST) -> Span:
        """Where something stands; what the library defines stands where the user calls it."""
        if self.source.ours and self.frame.caller is not None:
            return self.frame.caller
        return self.source.span(node, self.frame.caller)

    def new_code(self) -> int:
        self.next_code += 1
        return self.next_code - 1

    def unsupported(self, code: str, reason: str, help: str, *notes: Note) -> UnsupportedError:
        return UnsupportedError(code, reason, self.b.span, help=help, notes=notes)

    def wrong(self, code: str, reason: str, help: str | None = None, *notes: Note) -> UserError:
        return UserError(code, reason, self.b.span, help=help, notes=notes)

    # -- names -----------------------------------------------------------------------------------------------------

    def owner(self, name: str) -> Frame | None:
        """The frame that a name belongs to, or None for one from outside the program (closure, global, builtin)."""
        for frame in self.frame.enclosing():
            if name in frame.locals:
                return frame
            if name in frame.outside:
                return None
        return None

    def _is_global(self, name: str) -> bool:
        """Whether a name from outside is the module's, not a closure variable of the function's."""
        return any(name in frame.outside for frame in self.frame.enclosing())

    def load_name(self, name: str) -> Abs:
        frame = self.owner(name)
        if frame is None:
            return self.captures.name(self, self.source, name, module=self._is_global(name))
        value = self.state.names.get((frame, name))
        if value is None and self.rounds:
            # A later line of the loop may bind it; that is taken into account in the next round.
            self._unbound(self.b.const(False), name, frame)
            raise Dead
        if value is None:
            raise self.wrong(
                "AD101", f"`{name}` is used before it is assigned", "assign it on every path before this line"
            )
        return self.settled(value, name, frame)

    def settled(self, value: Abs, name: str, frame: Frame) -> Abs:
        """The value of a name that may be unbound or unmergeable."""
        if isinstance(value, Maybe):
            self._unbound(value.flag, name, frame)
            # From here on it is bound, or control would not be here.
            self.state.names[frame, name] = value.value
            value = value.value
        return self.whole(value)

    def _unbound(self, bound: Value, name: str, frame: Frame) -> None:
        message = f"cannot access local variable '{name}' where it is not associated with a value"
        # Before Python 3.12 a comprehension is a function of its own, to which the names around it are free.
        own = frame is self.frame or (sys.version_info >= (3, 12) and frame.source is self.frame.source)
        error = "UnboundLocalError" if own else "NameError"
        self.b.emit("check", (bound,), {"error": error, "message": (message,)})

    def whole(self, value: Abs) -> Abs:
        """The value itself; refused if it is something different on different paths."""
        if isinstance(value, Poison):
            raise self.unmergeable(value)
        return value

    def unmergeable(self, poison: Poison) -> UnsupportedError:
        return self.unsupported("AD102", poison.reason, poison.help, *poison.notes)

    def doubts(self, error: UserError) -> bool:
        """Whether this is said in a round of a loop that is run again: a path that ends here may go on with what that finds."""
        if self.doubted is None:
            return False
        self.doubted.append(error)
        self.state.end()
        return True

    def present(self, value: Abs, error: str = "TypeError") -> Abs:
        """A value that must not be None; as in Python, it is an error of the run if it is."""
        if not isinstance(value, OrNone):
            return value
        self.b.emit("check", (value.given,), {"error": error, "message": ("this value is None",)})
        return value.value

    def kept(self, value: Abs) -> Abs:
        """A value that something keeps: an iterator is then asked for its items later."""
        if isinstance(value, Tup):
            return with_parts(value, map(self.kept, value.items))
        return kept_iterators.kept(self, value) if isinstance(value, Iter) else value

    def immutable(self, obj: Any, what: str) -> Any:
        """An object from outside that is looked into at compile time: it must not be able to change later."""
        if not isinstance(obj, _IMMUTABLE):
            name = object_name(obj)
            shown = f"`{name}`" if name else f"a {type(obj).__name__} from outside, which may change later"
            way_out = INSTEAD[name] if name else "use a tuple, list or dict"
            raise self.unsupported("AD192", f"{what} of {shown}", way_out)
        return obj

    def store_name(self, name: str, value: Abs) -> None:
        frame = self.owner(name)
        if frame is None:
            raise self.unsupported(
                "AD103",
                f"assignment to the global `{name}`",
                "return the value, and assign it where the function is called",
            )
        self.state.names[frame, name] = self.named(self.kept(value), name)

    def named(self, value: Abs, name: str) -> Abs:
        """Give a still nameless value the name it is assigned to, so that the generated code can use it."""
        if isinstance(value, Dyn) and not value.value.name:
            self.rename(value.value, name)
        elif isinstance(value, Ref) and not value.path:
            version = self.state.version(value.cell)
            if not version.name:
                self.rename(version, name)
            if not value.cell.name:
                value.cell.name = name
        elif isinstance(value, Box) and not value.name:
            value.name = name
        return value

    def rename(self, value: Value, name: str) -> None:
        # A name is a hint that nothing depends on; as it is set once, before it is read, values are still frozen in effect.
        object.__setattr__(value, "name", name)

    # -- abstract values and IR values -----------------------------------------------------------------------------

    def new_array(self, value: Value, name: str = "", *, layout: Layout | None = None) -> Ref:
        """A fresh cell that holds an array value, or for an array without dimensions a scalar."""
        assert isinstance(value.type, Array | Scalar)
        cell = Cell(value.type, name or value.name, self.b.span)
        self.state.versions[cell] = value
        return Ref(cell, value.type, layout=layout)

    def new_list(self, items: list[Abs]) -> Box:
        box = Box(list)
        self.state.boxes[box] = Items(tuple(items))
        return box

    def new_dict(self, content: dict[Any, Abs]) -> Box:
        box = Box(dict)
        self.state.boxes[box] = Items(tuple(content.values()), tuple(content))
        return box

    def from_value(self, value: Value) -> Abs:
        """The abstract value of an IR value; if it is an array, its memory order is not known."""
        if isinstance(value.type, Array):
            return self.new_array(value)
        if isinstance(value.type, ListOf):
            box = Box(list)
            self.state.boxes[box] = Grown((value,))
            return box
        return Dyn(value)

    def read(self, ref: Ref) -> Value:
        """The array value a reference denotes now; refused if a merged reference may be out of date."""
        where = self.state.stale.get(ref.cell)
        if where is not None:
            name = ref.cell.name
            raise self.unsupported(
                "AD110",
                f"{f'`{name}`' if name else 'this array'} is, or may be, a view of an array that was written since",
                f"copy it before the write: {name or 'b'} = {name or 'b'}.copy()",
                Note("written here", where),
                Note("made here", ref.cell.span),
            )
        return read(self.b, self.state, ref)

    def value(self, x: Abs, what: str = "this") -> Value:
        """A scalar or an array as an IR value."""
        x = self.present(x)
        if is_scalar(x):
            return scalar_value(self.b, x)
        if isinstance(x, Ref):
            return self.read(x)
        if isinstance(x, Listed):
            raise self.unsupported(
                "AD104", f"{describe(x)} where a number or an array is needed", "np.array(...) of it"
            )
        raise self.wrong("AD104", f"{what} must be a number or an array, not {describe(x)}")

    def if_given(self, x: OrNone, asked: Callable[[], bool | Value]) -> bool | Value:
        """What is asked of a value where there is one, and False where it is None."""
        with self.b.region() as there:
            found = asked()
            if isinstance(found, Value):
                self.b.yield_(self.b.cast(found, BOOL))
        if not isinstance(found, Value):
            return x.given if found else False
        with self.b.region() as nothing:
            self.b.yield_(self.b.const(False))
        return self.b.if_(x.given, there.done(), nothing.done())[0]

    def truth(self, x: Abs) -> bool | Value:
        """The truth of a value: a bool if known now, else a boolean scalar."""
        return truth_of(self, x)

    def extent(self, ref: Ref, axis: int) -> Abs:
        """How long an array is along an axis."""
        array = self.read(ref)
        known = self.lengths.extent(self.b, array, axis) if self.lengths is not None else None
        return Dyn(self.b.dim(array, axis)) if known is None else Static(known)

    def static(self, x: Abs, what: str) -> Any:
        """A Python object that must be known now; an int argument or captured int becomes part of the specialisation."""
        if isinstance(x, Static):
            return x.obj
        if isinstance(x, Dyn | Text) and x.static is not None:
            return x.static()
        if isinstance(x, Tup):
            items = [self.static(item, what) for item in x.items]
            return tuple.__new__(x.cls, items)
        if isinstance(x, Box) and isinstance(content := self.state.content(x), Items) and x.cls is list:
            return [self.static(item, what) for item in content.items]
        raise self.unsupported(
            "AD106",
            f"{what} must be known when the function is compiled, and this is {describe(x)} known only at run time",
            "write a literal, or use an integer argument",
        )


def int_value(ctx: Context, x: Abs, what: str) -> Value:
    """A scalar that must be an integer, as a Python int value."""
    value = ctx.value(x, what)
    if not isinstance(value.type, Scalar) or not value.type.dtype.is_integer:
        raise ctx.wrong("AD108", f"{what} must be an integer, not {value.type}", "convert it: int(...)")
    return ctx.b.cast(value, Scalar(INT64, "py"))


def bool_value(ctx: Context, x: bool | Value) -> Value:
    return x if isinstance(x, Value) else ctx.b.const(x, BOOL)
