"""What `explain` says: what a derivative keeps of the forward sweep for the reverse one, what it computes again, and the bytes that this takes.

What is kept is read off the finished IR: what is defined before the `boundary` and read after it.  How the reverse sweep
comes by the rest is the record of `ad.plan`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from autodiff_compiler import ad
from autodiff_compiler.ad.plan import HAND_ON, RECOMPUTE, RESTORE
from autodiff_compiler.analysis.shapes import Shapes, shapes_of
from autodiff_compiler.api.compiled import Compiled
from autodiff_compiler.diagnostics import PRIMAL, Span, UserError
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.extent import Extent, as_written
from autodiff_compiler.ir.loop import is_loop, loop_slots
from autodiff_compiler.ir.opset import constant_of, is_constant, opdef, sets_path
from autodiff_compiler.ir.types import Array, ListOf, Type, differentiable, dtype_of, rank
from autodiff_compiler.ir.walk import all_ops, free_values
from autodiff_compiler.options import Options
from autodiff_compiler.passes import blocks
from autodiff_compiler.transforms.targets import TARGETS


@dataclass(frozen=True)
class Residual:
    """A value of the forward sweep that the reverse sweep reads: an array, a list, or a number.

    `place` is the file and the line that computes it; `bytes` a formula of the arguments, "" where a list grows as it needs to.
    """

    name: str
    type: str
    place: str
    bytes: str

    def __str__(self) -> str:
        return f"{self.name}: {self.type}, {self.place}: {self.bytes or 'as many as the loop needs'}"


@dataclass(frozen=True)
class Explanation:
    """How the reverse sweep of a derivative comes by the values of the forward sweep; `print` shows it.

    `kept` holds what is kept (what loops save is their tape), `recomputed` and `handed_on` name, by place, what is computed again and what one iteration
    of the reverse sweep leaves to the next, `restored` the arrays in which it puts back what the loop replaced, `run_again` the places of
    statements that are run once more, iteration by iteration.  `in_blocks` are tapes of which long loops keep a block at a time (under Numba).

    >>> from autodiff_compiler import explain, grad
    >>> explain(grad(lambda x: x * x), 3.0).kept
    ()
    """

    function: str
    kept: tuple[Residual, ...] = ()
    recomputed: tuple[str, ...] = ()
    handed_on: tuple[str, ...] = ()
    restored: tuple[str, ...] = ()
    run_again: tuple[str, ...] = ()
    in_blocks: tuple[str, ...] = ()

    @property
    def bytes(self) -> str:
        """A formula of the arguments for the bytes of everything kept whose size is known beforehand, as far as it is not kept in blocks."""
        sizes = Counter(kept.bytes for kept in self.kept if kept.bytes)
        return " + ".join(size if count == 1 else f"{count} * {size}" for size, count in sizes.items()) or "0"

    def __str__(self) -> str:
        parts = [
            ("kept", self.kept),
            ("computed again", self.recomputed),
            ("handed on", self.handed_on),
            ("restored", self.restored),
            ("run again", self.run_again),
            (f"in blocks of {blocks.BLOCK} where loops are long", self.in_blocks),
        ]
        lines = [f"{self.function}: {self.bytes} bytes are kept for the reverse sweep"]
        for title, entries in parts:
            lines += [f"  {title}:", *(f"    {entry}" for entry in entries)] if entries else []
        return "\n".join(lines)


def explained(derivative: Compiled, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Explanation:
    """What `explain` returns."""
    advice = "explain(grad(f), x)"
    if not isinstance(derivative, Compiled):
        raise UserError("AD429", f"explain takes a gradient, not a {type(derivative).__name__}", help=advice)
    found = derivative.specialised(args, kwargs)
    fn = found.compiled.stages["derivative"]
    sweeps = next((k for k, op in enumerate(fn.body.ops) if opdef(op).marks), None)
    if sweeps is None:
        raise UserError("AD429", f"explain takes a gradient, and {derivative!r} is none", help=advice)
    forward, reverse = fn.body.ops[:sweeps], fn.body.ops[sweeps + 1 : -1]
    options = found.compiled.options
    plans = ad.residual_plans(
        found.compiled.stages["optimized"],
        found.active,
        save_all=options.save_all,
        reruns=TARGETS[options.backend].compiled,
    )
    ways = {
        how: _distinct(
            f"{c.name or 'a value'}, {plan.span.place()}" for plan in plans for c in plan.choices if c.how == how
        )
        for how in (RECOMPUTE, HAND_ON, RESTORE)
    }
    return Explanation(
        fn.name,
        tuple(_ForwardSweep(fn, forward).kept(reverse)),
        ways[RECOMPUTE],
        ways[HAND_ON],
        ways[RESTORE],
        _distinct(place.place() for place in _primal_places(reverse)),
        _distinct(value.name for value in blocks.tapes_in_blocks(fn)) if _has_blocks(found.compiled.options) else (),
    )


def _has_blocks(options: Options) -> bool:
    return TARGETS[options.backend].compiled and {"blocks", "all"}.isdisjoint(options.disable)


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


def _primal_places(ops: Sequence[Op]) -> list[Span]:
    """The statements of the forward sweep that stand in loops of the reverse sweep."""
    inner = [child for op in ops if is_loop(op) for child in all_ops(op.regions[-1])]
    return [op.span for op in inner if op.span.phase == PRIMAL and op.span.line and op.results]


class _ForwardSweep:
    """The forward sweep: where its values come from, and how large they are."""

    def __init__(self, fn: Function, ops: Sequence[Op]) -> None:
        self.params = {value: value.name for value in fn.params}
        self.shapes: Shapes = shapes_of(fn.body)
        self.top = Region((), tuple(ops))
        self.definitions = {result: op for op in all_ops(self.top) for result in op.results}
        self.begun: dict[Value, Value] = {}
        """What a loop or a store makes of an array or list, and the one that it began with."""
        self.written: dict[Value, Op] = {}
        """For an array or list that is filled, by what it began as, an op that writes it."""
        for op in all_ops(self.top):
            self.begun |= {value: slot.init for slot in loop_slots(op) for value in (slot.param, slot.result)}
            if sets_path(op) or opdef(op).appends:
                self.begun[op.result] = op.operands[0]
        for op in all_ops(self.top):
            if sets_path(op) or opdef(op).appends:
                self.written.setdefault(self.origin(op.operands[0]), op)

    def origin(self, value: Value) -> Value:
        while value in self.begun:
            value = self.begun[value]
        return value

    def kept(self, reverse: Sequence[Op]) -> Iterable[Residual]:
        results = {result for op in self.top.ops for result in op.results}
        for value in free_values([Region((), tuple(reverse))]):
            if value in results and self._counts(value):
                yield self._described(value)

    def _counts(self, value: Value) -> bool:
        """Extents, trip counts and literals are no residuals."""
        if isinstance(value.type, Array | ListOf):
            return self.origin(value) not in self.params
        return differentiable(value.type) and not is_constant(self.definitions[value])

    def _described(self, value: Value) -> Residual:
        start = self.origin(value)
        write = self.written.get(start)
        made, span = start, self.definitions[start].span
        if write is not None:
            made = write.operands[-1]
            span = self.definitions[made].span if made in self.definitions else write.span
        name = made.name or value.name.removesuffix("_saved") or self._noun(made)
        return Residual(name, str(value.type), span.place(), self._bytes(start, value.type))

    def _noun(self, value: Value) -> str:
        return self.definitions[value].kind if value in self.definitions else "a value"

    def _bytes(self, value: Value, type_: Type) -> str:
        if isinstance(type_, ListOf):
            return ""
        factors = [self.text(self.shapes.extent(value, axis)) for axis in range(rank(type_))]
        return " * ".join([str(dtype_of(type_).bits // 8), *factors])

    def text(self, extent: Extent) -> str:
        """An extent as an expression of the function's arguments, where it is one."""
        match extent:
            case int():
                return str(extent)
            case Value():
                return self._int_text(extent)
            case ("dim", array, axis):
                return self._dim_text(array, axis)
            case ("less", whole, count):
                return f"max({self.text(whole)} - {count}, 0)"
            case ("span", first, last):
                return f"({self.text(last)} - {self.text(first)})"
            case ("rest", whole, first):
                return f"({self.text(whole)} - {self.text(first)})"
            case ("sum", *_):
                return f"({' + '.join(map(self.text, as_written(extent)))})"
            case _:
                return f"max({', '.join(self.text(part) for part in extent[1:])})"

    def _dim_text(self, array: Value, axis: int) -> str:
        name = self.params.get(array) or array.name or self._noun(array)
        return f"len({name})" if rank(array.type) == 1 else f"{name}.shape[{axis}]"

    def _int_text(self, value: Value) -> str:
        op = self.definitions.get(value)
        if op is None:
            return self.params.get(value, value.name or "n")
        if is_constant(op):
            return str(constant_of(op))
        spelled = {
            "add": "({} + {})",
            "sub": "({} - {})",
            "mul": "{} * {}",
            "maximum": "max({}, {})",
            "minimum": "min({}, {})",
        }
        if op.kind in spelled:
            return spelled[op.kind].format(*map(self.text, map(self.shapes.of, op.operands)))
        return value.name or "n"
