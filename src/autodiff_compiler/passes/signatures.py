"""Parameters that a function does not use, and results that no caller uses, are removed from the function and from all its calls,
which get the effect that is left of its body; so are functions that nobody calls.

Statements about known shapes (`check_equal {known}`) do not count as uses.  What a callee returns in place of an argument
stays, and so do functions with a derivative rule, and those of the rule.

    Input:  func g(a, b) { y = sin a; z = cos a; return y, z }      y, z = call g(a, b); … y …
    Output: func g(a) { y = sin a; return y }                       y = call g(a); … y …

For a whole program; idempotent together with `dce`, which takes away what was computed for a result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from autodiff_compiler.analysis.signature import known_after
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.opset import extent_of, is_constant
from autodiff_compiler.ir.program import Functions, callee_of, calls_in, effect_of, mapped, strongest, with_callees
from autodiff_compiler.ir.walk import Rewriter, all_ops


@dataclass(frozen=True)
class KeptSignature:
    """The positions of the parameters and results that stay, and the remaining effect, which is empty where calls know it better."""

    params: tuple[int, ...]
    results: tuple[int, ...]
    effect: str = ""

    def is_all_of(self, callee: Function) -> bool:
        return len(self.params) == len(callee.params) and len(self.results) == len(callee.results)

    def effect_of(self, call: Op) -> str:
        """What is left of the effect of a call."""
        said: str = call.attrs["effect"]
        return self.effect if self.effect and strongest((self.effect, said)) == said else said

    def updates(self, pairs: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
        return tuple((self.params.index(param), self.results.index(result)) for param, result in pairs)

    def shapes(self, shapes: Sequence[Sequence[tuple[int, int] | int | None]]) -> tuple[tuple[object, ...], ...]:
        return tuple(tuple(self._place(place) for place in shapes[k]) for k in self.results)

    def _place(self, place: tuple[int, int] | int | None) -> tuple[int, int] | int | None:
        if not isinstance(place, tuple):
            return place
        return (self.params.index(place[0]), place[1]) if place[0] in self.params else None


def run(fn: Function) -> Function:
    if not fn.callees:
        return fn
    called = with_callees(fn, fn.callees)
    fn = called if len(called.callees) < len(fn.callees) else fn
    every = (*fn.callees.values(), fn)
    read = set[Value]().union(*(read_in(one.body) for one in every))
    used = {name: {result for _, result in callee.updates} for name, callee in fn.callees.items()}
    calls = [op for one in every for op in calls_in(one.body)]
    for op in calls:
        used[op.attrs["callee"]] |= {k for k, result in enumerate(op.results) if result in read}
    whole = _of_rules(fn.callees)
    kept = {name: _kept(callee, read, used[name], name in whole) for name, callee in fn.callees.items()}
    for name in kept.keys() - whole:
        effect = effect_of(_fewer(fn.callees[name], kept[name]).body, compiled=fn.compiled)
        kept[name] = replace(kept[name], effect=effect)
    if all(kept[name].is_all_of(callee) for name, callee in fn.callees.items()) and all(
        kept[op.attrs["callee"]].effect_of(op) == op.attrs["effect"] for op in calls
    ):
        return fn
    fn = mapped(fn, lambda one: _Fewer(kept).function(one))
    return with_callees(fn, {name: _fewer(callee, kept[name]) for name, callee in fn.callees.items()})


def read_in(body: Region) -> set[Value]:
    """What the ops of a body read, except in comparisons of known shapes."""
    ops = list(all_ops(body))
    measured = {op.result: op.operands[0] for op in ops if extent_of(op) is not None}
    read = {v for op in ops if extent_of(op) is None and not op.attrs.get("known") for v in op.operands}
    return read | {array for extent, array in measured.items() if extent in read}


def _of_rules(callees: Functions) -> set[str]:
    """The functions whose parameters and results are fixed by a rule."""
    ruled = {name: fn.rule.names for name, fn in callees.items() if fn.rule is not None and fn.rule.names}
    return {*ruled, *(name for names in ruled.values() for name in names)}


def _kept(callee: Function, read: set[Value], used: set[int], whole: bool) -> KeptSignature:
    if whole:
        return KeptSignature(tuple(range(len(callee.params))), tuple(range(len(callee.results))))
    given_back = {param for param, _ in callee.updates}
    params = tuple(k for k, param in enumerate(callee.params) if param in read or k in given_back)
    return KeptSignature(params, tuple(sorted(used)))


def _fewer(callee: Function, kept: KeptSignature) -> Function:
    params = tuple(callee.params[k] for k in kept.params)
    body = with_params(callee.body, params)
    end = replace(body.terminator, operands=tuple(callee.results[k] for k in kept.results))
    return replace(callee, body=Region(params, (*body.ops[:-1], end)), updates=kept.updates(callee.updates))


def with_params(body: Region, params: tuple[Value, ...]) -> Region:
    """The body with these of its parameters, of which it reads no others.  What is known about their shapes stays known, also where
    it was said by way of others."""
    if params == body.params:
        return body
    facts = [op for op in body.ops if extent_of(op) is not None or is_constant(op) or op.attrs.get("known")]
    known = known_after(Region(body.params, tuple(facts)), params, params)
    without = _WithoutValues(set(body.params).difference(params)).region(body)
    return Region(params, (*known, *(op for op in without.ops if not op.attrs.get("known"))))


class _WithoutValues(Rewriter):
    """The body without statements about the shapes of values that are gone."""

    def __init__(self, dropped: set[Value]) -> None:
        super().__init__()
        self.gone = set(dropped)

    def op(self, op: Op) -> None:
        if (
            op.operands
            and any(v in self.gone for v in op.operands)
            and (extent_of(op) is not None or op.attrs.get("known"))
        ):
            self.gone.update(op.results)
        else:
            self.copy(op)


class _Fewer(_WithoutValues):
    """Calls with the arguments and results that stay."""

    def __init__(self, kept: dict[str, KeptSignature]) -> None:
        super().__init__(set())
        self.kept = kept

    def op(self, op: Op) -> None:
        name = callee_of(op)
        if name is None:
            super().op(op)
            return
        kept = self.kept[name]
        self.gone.update(result for k, result in enumerate(op.results) if k not in kept.results)
        operands = tuple(self.value(op.operands[k]) for k in kept.params)
        attrs = {
            **op.attrs, "effect": kept.effect_of(op), "shapes": kept.shapes(op.attrs["shapes"]), "updates": kept.updates(op.attrs["updates"]),
        }  # fmt: skip
        self.out.append(replace(op, operands=operands, results=tuple(op.results[k] for k in kept.results), attrs=attrs))
