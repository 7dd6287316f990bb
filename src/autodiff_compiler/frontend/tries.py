"""Exceptions that are caught: where an op would raise one, control leaves by an exit code, as with `break` and `return`.

What follows such an op runs inside `if it does not raise`, up to the end of the region, statement or function that it stands in; `close`
ends these branches, and joins them with the way out.  So both sides are branches like others, and are differentiated as such.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from autodiff_compiler.diagnostics import UnsupportedError, UserError
from autodiff_compiler.frontend.raising import Failure, Unforeseen, class_named, failures
from autodiff_compiler.frontend.source import function_liveness
from autodiff_compiler.frontend.state import ENTERED, NORMAL, Exit, NameKey, State
from autodiff_compiler.frontend.values import Abs, Dead, Poison, Static
from autodiff_compiler.ir.builder import OpenRegion
from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.opset import may_trap
from autodiff_compiler.ir.walk import all_ops

if TYPE_CHECKING:
    from autodiff_compiler.frontend.context import Context

MOST = 60
"""How many places that may raise can follow one another, each inside a branch of the one before."""


@dataclass(frozen=True)
class Handlers:
    """The `except` clauses of a `try`: what each catches, and its exit code."""

    key: NameKey
    """The name that the exception is kept under."""
    clauses: tuple[tuple[tuple[type[BaseException], ...], int], ...]

    def code(self, error: type[BaseException]) -> int | None:
        return next((code for classes, code in self.clauses if issubclass(error, classes)), None)


@dataclass(frozen=True)
class Final:
    """What runs on each way out: a `finally`, or the end of a `with`."""

    run: Callable[[], None]
    seen: bool
    """Whether it may do something that shows when the exception leaves the program."""


@dataclass
class Split:
    """A branch that was begun: `condition` holds in it, `otherwise` is the other side."""

    depth: int
    region: OpenRegion
    condition: Value
    base: State
    otherwise: Callable[[], None]


@dataclass
class Tries:
    """The `try` statements that are being run, the innermost last, and the branches that were begun inside them."""

    around: tuple[Handlers | Final, ...] = ()
    splits: list[Split] = field(default_factory=list)
    home: int = 0
    """How many regions are open around what the state is the state of: others are no branch or loop of the program."""
    handling: tuple[NameKey, ...] = ()
    """The exceptions that are being handled, for `raise` without one."""
    errors: dict[tuple[type[BaseException], str], BaseException] = field(default_factory=dict)
    """Exceptions as they would be made, one for each class and text."""

    @property
    def active(self) -> bool:
        return bool(self.around)


def way_out(ctx: Context, error: type[BaseException], text: str | None) -> Callable[[], None] | None:
    """What an exception does inside the program: it leaves by the exit code of what catches it, after what runs on the way.

    None where nothing in the program would show that it was raised.
    """
    around = ctx.tries.around
    caught = next((k for k in range(len(around))[::-1] if _code(around[k], error) is not None), -1)
    between = around[caught + 1 :]
    if caught < 0 and not any(isinstance(one, Final) and one.seen for one in between):
        return None

    if caught < 0:
        return lambda: _last_things(ctx, around)
    handlers = around[caught]
    assert isinstance(handlers, Handlers)
    code = handlers.code(error)

    def leave() -> None:
        assert code is not None
        ctx.state.names[handlers.key] = _exception(ctx, error, text)
        ctx.state.exit = Exit(frozenset({code}))

    return leave


def _last_things(ctx: Context, around: tuple[Handlers | Final, ...]) -> None:
    """What runs before an exception leaves the program."""
    for k in range(len(around))[::-1]:
        one = around[k]
        if isinstance(one, Final):
            with inside(ctx, around[:k]):
                one.run()
            if not ctx.state.exit.normal:
                raise ctx.unsupported(
                    "AD116",
                    "leaving a function or loop, or raising, while an exception is on its way",
                    "do that after it",
                )


def forget(ctx: Context, before: frozenset[NameKey]) -> None:
    """Drop what nobody looks at any more: what waited in expressions and loops, and the functions that were left."""
    names = ctx.state.names
    kept = before.union(one.key for one in ctx.tries.around if isinstance(one, Handlers))
    # Whoever asked a generator that is being run for an item goes on with what waits there.
    waiting = {consumer.frame for consumer in ctx.consumers.values()}
    for key in [key for key in names if key not in kept and key[0] not in waiting]:
        frame, name = key
        source = frame.source
        left = source and (frame, ENTERED) not in before and not function_liveness(source.node).captured
        if left or (name.startswith("$") and name != ENTERED):
            del names[key]


def _code(one: Handlers | Final, error: type[BaseException]) -> int | None:
    return one.code(error) if isinstance(one, Handlers) else None


def _exception(ctx: Context, error: type[BaseException], text: str | None) -> Abs:
    """The exception as a handler sees it."""
    if text is None:
        return Poison(
            f"the text of the {error.__name__} that was caught is known only when it is raised",
            "name what is raised, or shown, anew: raise ValueError(...) from error",
        )
    try:
        return Static(ctx.tries.errors.setdefault((error, text), error(text) if text else error()))
    except TypeError:
        return Poison(f"the {error.__name__} that was caught is made by its own constructor", "use its class only")


@contextmanager
def inside(ctx: Context, around: tuple[Handlers | Final, ...]) -> Iterator[None]:
    """Run something with these statements around it."""
    tries, before = ctx.tries, ctx.tries.around
    tries.around = around
    ctx.b.watch = (lambda op: _before(ctx, op)) if around else None
    try:
        yield
    finally:
        tries.around = before
        ctx.b.watch = (lambda op: _before(ctx, op)) if before else None


# -- branches ----------------------------------------------------------------------------------------------------------


def _before(ctx: Context, op: Op) -> None:
    """An op is about to be built: what it would raise, and what is caught, becomes a branch."""
    try:
        ctx.mixed.kinds.judge(op)
        for failure in failures(ctx.b, op):
            _branch(ctx, op, failure)
    except Unforeseen:
        if any(isinstance(one, Handlers) or one.seen for one in ctx.tries.around):
            raise _unforeseen(ctx) from None


def only_safe(ctx: Context, ops: Sequence[Op]) -> None:
    """Refuse ops that were built elsewhere, and may raise what is caught here."""
    if ctx.tries.active and any(map(may_trap, all_ops(Region((), tuple(ops))))):
        raise _unforeseen(ctx)


def _unforeseen(ctx: Context) -> UnsupportedError:
    return ctx.unsupported(
        "AD116",
        "a call inside a `try` of which it cannot be told before whether it raises",
        "make the call outside of the `try`",
    )


def _branch(ctx: Context, op: Op, failure: Failure) -> None:
    if op.attrs.get("ours"):
        return  # a limit of ours, where Python goes on
    error = class_named(failure.error, ctx.constants)
    assert error is not None
    known = failure.text is not None and all(isinstance(part, str) for part in failure.text)
    leave = way_out(ctx, error, "".join(map(str, failure.text or ())) if known else None)
    if leave is None:
        return
    with ctx.b.unwatched():
        fine = failure.fine()

    def otherwise() -> None:
        with ctx.b.at(op.span):
            leave()
            if ctx.state.exit.normal:  # nothing catches it
                with inside(ctx, ()):
                    ctx.b.emit(op.kind, op.operands, dict(op.attrs), types=[v.type for v in op.results])
                raise Dead

    split(ctx, fine, otherwise)


def split(ctx: Context, condition: Value, otherwise: Callable[[], None]) -> None:
    """Go on inside `if condition`; what `otherwise` does is on the other side."""
    b, tries = ctx.b, ctx.tries
    tries.splits = [one for one in tries.splits if b.is_open(one.region)]  # others were given up with what they are in
    if b.depth != tries.home or len(tries.splits) >= MOST:
        raise ctx.unsupported(
            "AD116",
            "a `try` around something that may raise in the middle of a NumPy function, or in very many places",
            "test for the condition with `if` before it can fail",
        )
    region = OpenRegion(())
    tries.splits.append(Split(b.depth, region, condition, ctx.state.copy(), otherwise))
    b.begin(region)
    tries.home = b.depth


def give_up(ctx: Context, depth: int) -> None:
    """Leave what was begun since the builder was so deep, to build something else."""
    if ctx.b.depth > depth:
        ctx.b.back_to(depth)
        ctx.tries.home = depth


def proceed(ctx: Context) -> None:
    """Go on where control has not left; it may have by an exception that is caught further out."""
    left = ctx.state.exit
    if left.normal:
        return
    if left.left:
        raise Dead
    go_on_unless(ctx, Exit(left.codes - {NORMAL}, left.value))


def go_on_unless(ctx: Context, left: Exit) -> None:
    """Go on normally inside `if the exit code is none of these`."""
    b, codes = ctx.b, left.codes
    assert left.value is not None
    conditions = [b.compare("ne", left.value, b.const(code)) for code in sorted(codes)]
    fine = conditions[0]
    for condition in conditions[1:]:
        fine = b.op("and", fine, condition)

    def otherwise() -> None:
        ctx.state.exit = Exit(codes, left.value if len(codes) > 1 else None)

    split(ctx, fine, otherwise)
    ctx.state.exit = Exit()


# -- errors that are known when compiling --------------------------------------------------------------------------------

_RAISED: dict[str, type[BaseException]] = {
    "AD101": NameError,
    "AD131": KeyError,
    "AD134": IndexError,
    "AD145": AttributeError,
    "AD158": ValueError,
    "AD163": TypeError,
    "AD167": AttributeError,
    "AD176": TypeError,
    "AD178": TypeError,
    "AD185": TypeError,
}
"""What Python raises where the frontend finds, when compiling, that a statement fails on every path."""


def caught(ctx: Context, error: UserError) -> bool:
    """Whether the program itself catches what it would raise here; then control leaves to there."""
    cls = _raised(ctx, error) if ctx.tries.active else None
    leave = None if cls is None else way_out(ctx, cls, None)
    if leave is None:
        return False
    leave()
    return ctx.state.exit.left


def left_to_the_run(ctx: Context, error: UserError) -> bool:
    """Raise what Python would, if that is known, on a path of which only the run decides whether it is taken."""
    cls = _raised(ctx, error)
    if cls is None:
        return False
    ctx.b.emit("raise", (), {"error": cls.__name__, "message": (error.reason.removeprefix(f"{cls.__name__}: "),)})
    ctx.state.end()
    return True


def _raised(ctx: Context, error: UserError) -> type[BaseException] | None:
    """What Python raises in place of an error of ours, as far as it is known."""
    said = re.match(r"(\w+(?:Error|Iteration)): ", error.reason)
    if error.code == "AD158" and error.reason.startswith("cannot unpack"):
        return TypeError
    return (class_named(said[1], ctx.constants) if said else None) or _RAISED.get(error.code)
