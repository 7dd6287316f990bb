"""Reverse mode of `for` and `while`: a `for` over the same iterations, last one first.

    c1, trips = for i … c=c0 { … yield c' }
    ->  c_bar, x_bar = for i (backwards) c_bar=c1_bar, x_bar=x_bar { c_bar of c from c'_bar; x_bar += … }

It carries the adjoint of each active slot, and those of the active values from outside that the body uses: they are
accumulated in place.  A loop that may be left early, or a `while`, runs over the trips that were counted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from autodiff_compiler.ad.adjoints import Adjoints
from autodiff_compiler.ad.iterations import Iterations
from autodiff_compiler.ad.names import bar_name
from autodiff_compiler.ad.residuals import Needs, provide
from autodiff_compiler.ad.restores import Restores, restores_in
from autodiff_compiler.ad.reversal import Reversal
from autodiff_compiler.ad.stack import kept_on_stack
from autodiff_compiler.ad.tapes import TapeDeck
from autodiff_compiler.ir.builder import OpenRegion
from autodiff_compiler.ir.core import Region, Value
from autodiff_compiler.ir.loop import Loop, Slot
from autodiff_compiler.ir.types import Scalar
from autodiff_compiler.ir.walk import Substitution, free_values

if TYPE_CHECKING:
    from autodiff_compiler.ad.backward_walk import BackwardWalk


@dataclass(frozen=True)
class Carried:
    """An adjoint that the reverse loop may carry: before it, at the start of an iteration, and at its end."""

    of: Value
    """The value of the primal's body: the parameter of a slot, or a value from outside."""
    init: Value
    param: Value
    slot: Slot | None = None


def reverse_loop(walk: BackwardWalk, loop: Loop, adjoints: Adjoints) -> None:
    reversal = walk.reversal
    bars = {slot: adjoints.take(slot.result) for slot in loop.slots}
    if all(bar is None for bar in bars.values()):
        return
    entering = _entering(reversal, loop, bars, adjoints)
    iterations = Iterations(reversal.emission, loop)
    out, finals = _reversed_body(walk, loop, entering, iterations)
    carried = _without_unchanged(reversal, out, entering, finals)
    handed_on = _provided(reversal, loop, out, iterations)
    inits = [*(one.init for one in carried), *(slot.result for slot in handed_on)]
    results = reversal.emission.b.for_(*iterations.range(), inits, out.done())
    _add_to(adjoints, entering, dict(zip(carried, results)))


def _entering(reversal: Reversal, loop: Loop, bars: dict[Slot, Value | None], adjoints: Adjoints) -> list[Carried]:
    """The adjoints of the active slots, then those of the active values from outside."""
    active, zeros = reversal.primal.active, reversal.emission.zeros
    slots = [slot for slot in bars if slot.param in active or slot.result in active]
    inits = [bar if (bar := bars[slot]) is not None else zeros(slot.result) for slot in slots]
    outer = [(v, adjoints.or_zero(v)) for v in free_values([loop.body]) if v in active]

    def adjoint(value: Value) -> Value:
        return Value(value.type, bar_name(value))

    return [
        *(Carried(slot.param, init, adjoint(slot.param), slot) for slot, init in zip(slots, inits)),
        *(Carried(value, init, adjoint(value)) for value, init in outer),
    ]


def _reversed_body(
    walk: BackwardWalk, loop: Loop, entering: list[Carried], iterations: Iterations
) -> tuple[OpenRegion, list[Value]]:
    """The reversal of an iteration, which refers to the values of the primal's as if they were in scope; what each adjoint is at its end."""
    emission = walk.reversal.emission
    outer = {one.of: one.param for one in entering if one.slot is None}
    local = Adjoints(emission, outer, carried=outer)
    out = OpenRegion((iterations.index, *(one.param for one in entering)))
    with emission.b.reopen(out):
        for one in entering:
            if one.slot is not None:
                local.add(one.slot.yielded, one.param)
        walk.reverse(loop.body, local)
        return out, [local.or_zero(one.of) for one in entering]


def _without_unchanged(
    reversal: Reversal, out: OpenRegion, entering: list[Carried], finals: list[Value]
) -> list[Carried]:
    """What the loop carries, and yields from now on: what an iteration passes on unchanged need not be carried."""
    unchanged = {one.param: one.init for one, final in zip(entering, finals) if final is one.param}
    out.ops[:] = Substitution(unchanged).ops(out.ops)
    yields = [(one, final) for one, final in zip(entering, finals) if one.param not in unchanged]
    out.params = (out.params[0], *(one.param for one, _ in yields))
    with reversal.emission.b.reopen(out):
        reversal.emission.b.yield_(*(unchanged.get(final, final) for _, final in yields))
    return [one for one, _ in yields]


def _provided(reversal: Reversal, loop: Loop, out: OpenRegion, iterations: Iterations) -> list[Slot]:
    """Provide the values of an iteration to its reversal, and let the primal save what is saved.

    Gives the slots whose value the reversal of an iteration hands on to that of the one before.
    """
    restores = restores_in(reversal, loop)
    deck = TapeDeck(reversal, loop, {restore.old: restore.tape_name for restore in restores.values()})
    ends = {slot.yielded: slot for slot in loop.slots if _can_be_handed_on(reversal, slot, loop.body, restores)}
    on_tapes = partial(deck.save, trip=iterations.trip)
    needs = Needs(
        loop.body,
        loop.op,
        free=iterations.available(),
        keep=kept_on_stack(reversal, loop.body, loop.op.span) if reversal.stacked else on_tapes,
        lengths=iterations.lengths(),
        begun={yielded: slot.param for yielded, slot in ends.items()},
        restores=restores,
    )
    handed_on = provide(reversal, needs, out)
    deck.rebuild_loop()
    out.params = (*out.params, *(param for param, _ in handed_on.values()))
    end = out.ops[-1]
    out.ops[-1] = replace(end, operands=(*end.operands, *(before for _, before in handed_on.values())))
    return [ends[value] for value in handed_on]


def _add_to(adjoints: Adjoints, entering: list[Carried], results: dict[Carried, Value]) -> None:
    """What the loop gives, to the adjoints of the values around it."""
    inits = [one.init for one in entering]
    for one in entering:
        bar = results.get(one, one.init)
        # An accumulator that nothing was added to stays what it was, including a zero without an entry.
        if one.slot is None and (one.of in adjoints.bars or bar not in inits):
            adjoints.bars[one.of] = bar
    for one in entering:
        if one.slot is not None:
            adjoints.add(one.slot.init, results.get(one, one.init))


def _can_be_handed_on(reversal: Reversal, slot: Slot, body: Region, restores: Restores) -> bool:
    """Whether what an iteration yields is a number, or an array that can be restored, and certainly available in the next one, or after the loop."""
    primal = reversal.primal
    return (
        (isinstance(slot.param.type, Scalar) or slot.param in restores)
        and primal.home.get(slot.yielded) is body
        and slot.yielded not in body.params
        and not reversal.save_all
        and not primal.undefined_sources(slot.result)
    )
