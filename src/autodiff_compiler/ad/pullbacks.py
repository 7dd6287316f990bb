"""The sweeps of functions that are called: of each function two functions, made when the first call of it is reversed.

The same plan as for the body of a loop says what the forward sweep saves.  A function may say itself how it is differentiated, or
that the reverse sweep is to run it again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from autodiff_compiler.ad.at_once import NotAtOnceError
from autodiff_compiler.ad.callees import ARGUMENT, RESULT, SAVED, Callees, CalleeSweeps, Derived
from autodiff_compiler.ad.errors import not_linear
from autodiff_compiler.ad.linear import Silenced, check_linear, with_calls_inlined
from autodiff_compiler.ad.names import bar_name, saved_name
from autodiff_compiler.ad.residuals import Needs, provide
from autodiff_compiler.ad.stack import kept_on_stack
from autodiff_compiler.ad.sweeps import Walked, cotangents, defined, own_copy, run_back, swept, walked_back
from autodiff_compiler.analysis.shapes import shapes_of
from autodiff_compiler.analysis.signature import known_equal
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, JvpRule, Op, Region, Value, VjpRule
from autodiff_compiler.ir.loop import loop_slots
from autodiff_compiler.ir.opdef import IO
from autodiff_compiler.ir.opset import overwrites
from autodiff_compiler.ir.program import calls_in, effect_of
from autodiff_compiler.ir.types import Array, ListOf, differentiable
from autodiff_compiler.ir.walk import Rewriter, Substitution, all_ops, clone_region, free_values

Push = Callable[[Sequence[Value]], dict[Value, Value]]


class Pullbacks:
    """The functions of a program under reversal, and what all their reversals have in common."""

    def __init__(self, callees: Callees, save_all: bool = False, reruns: bool = False) -> None:
        self.callees = callees
        self.save_all = save_all
        """Of the floats that a loop or a branch needs again, recompute none."""
        self.reruns = reruns and not save_all
        """Run cheap loops again for the arrays that they fill."""
        self._given: dict[Derived, set[tuple[str, int]]] = {}
        """Which of their arguments and results the reverse sweeps of functions that call themselves need, as far as that is known."""
        self._make: Callable[[Function, Sequence[bool]], None] | None = None
        """What makes the sweeps of functions that call each other, while these are made."""

    def of(self, callee: Function, active: Sequence[bool]) -> CalleeSweeps:
        """Both sweeps of a function, for arguments of which these are active."""
        key = ("vjp", callee.name, tuple(active))
        if key not in self.callees.made:
            if callee.rule is None and callee.name in self.callees.recursive:
                # Its own calls ask for it before it is there.
                (self._make or self._settled)(callee, active)
            else:
                self.callees.made[key] = self._made(callee, active)
        found: CalleeSweeps = self.callees.made[key]
        return found

    def _made(self, callee: Function, active: Sequence[bool]) -> CalleeSweeps:
        match callee.rule:
            case None:
                return self._swept(callee, active)
            case VjpRule() as rule:
                return self._of_reverse_rule(callee, rule, active)
            case JvpRule() as rule:
                return self._transposed(callee, rule, active)
            case _:
                return self._recomputing(callee, active)

    # -- by a walk backwards ---------------------------------------------------------------------------------------

    def _names(self, callee: Function) -> tuple[str, str]:
        fresh_name = self.callees.fresh_name
        return fresh_name(f"{callee.name}_forward"), fresh_name(f"{callee.name}_reverse")

    def _swept(self, callee: Function, active: Sequence[bool]) -> CalleeSweeps:
        names = self._names(callee)
        fn = own_copy(callee)
        wanted, seeds = cotangents(fn)
        walked = walked_back(fn, active, wanted, seeds, self)
        saved = _saved(fn, walked, (*fn.params, *fn.results))
        extra = [v for v in saved if v not in (*fn.params, *fn.results)]
        named = _outside(walked, saved)
        reverse = _reverse(walked, saved, wanted, seeds, named)
        self.callees.add(_forward(fn, walked, saved, extra, names[0]))
        self.callees.add(replace(fn, name=names[1], body=reverse, updates=()))
        return CalleeSweeps(*names, tuple(named[v] for v in extra), _residuals(saved, fn.params, fn.results, extra))

    def _settled(self, callee: Function, active: Sequence[bool]) -> None:
        """The sweeps of functions that call themselves or each other: as one each, if that is possible, or else in rounds until it is known
        what the reverse sweeps have to be given."""
        before, given = self.callees.state(), None
        self._make = self._at_once
        try:
            self._at_once(callee, active)
        except NotAtOnceError:
            self._make = self._recursive
            while given != self._given:
                given = dict(self._given)
                self.callees.go_back(before)
                self._recursive(callee, active)
        self._make = None

    def _at_once(self, callee: Function, active: Sequence[bool]) -> None:
        """A function that calls itself, and its reversal, as one function: the residuals are its arguments."""
        callees, (_, name) = self.callees, self._names(callee)
        called = {op.attrs["callee"] for op in calls_in(callee.body)}
        names = frozenset(other for other in called & callees.recursive if callees.functions[other].rule is None)
        if called & callees.recursive > names or effect_of(callee.body) == IO:
            raise NotAtOnceError
        added_to, places = _added_to(callee, active)
        residuals = tuple((ARGUMENT, k) for k in range(len(callee.params)))
        callees.made["vjp", callee.name, tuple(active)] = CalleeSweeps(
            callee.name, name, (), residuals, added_to=places, again=callee.results
        )
        fn = own_copy(callee)
        wanted, seeds = cotangents(fn)
        if len(set(wanted)) < len(wanted):
            raise NotAtOnceError
        sums = {fn.params[k]: Value(fn.params[k].type, bar_name(fn.params[k])) for k in added_to}
        body = clone_region(run_back(fn, active, dict(zip(wanted, seeds)), self, names, sums))
        known = known_equal(shapes_of(fn.body), (*fn.params, *wanted, *sums), body.params)
        first = len(fn.params) + len(seeds)
        updates = tuple((first + place, k) for place, k in enumerate(places))
        body = Region(body.params, (*known, *body.ops))
        callees.functions[name] = replace(fn, name=name, body=body, updates=updates)
        callees.known_shapes(callee.name)

    def _recursive(self, callee: Function, active: Sequence[bool]) -> None:
        """A function that calls itself is known by the names of its sweeps before they are made; what it saves is on the stack.

        The residuals are arguments and results, which the caller has.  The adjoints of arrays that are passed unchanged to every recursive call
        are passed on, too, and added to: an array of its own for every call would have to be made and added up.
        """
        callees, names, key = self.callees, self._names(callee), ("vjp", callee.name, tuple(active))
        there = {(ARGUMENT, k): v for k, v in enumerate(callee.params)}
        there |= {(RESULT, k): v for k, v in enumerate(callee.results) if v not in callee.params}
        residuals = tuple(place for place in there if place in self._given.get(key, ()))
        added_to, places = _added_to(callee, active)
        callees.made[key] = CalleeSweeps(*names, (), residuals, added_to=places)
        fn = own_copy(callee)
        wanted, seeds = cotangents(fn)
        sums = {fn.params[k]: Value(fn.params[k].type, bar_name(fn.params[k])) for k in added_to}
        walked = walked_back(fn, active, wanted, seeds, self, sums, stacked=True)
        where = {fn.params[k] if kind == ARGUMENT else fn.results[k]: (kind, k) for kind, k in reversed(there)}
        saved = _saved(fn, walked, _kept(fn, where), kept_on_stack(walked.reversal, fn.body, fn.span))
        self._given[key] = {*self._given.get(key, ()), *(where[v] for v in saved)}
        given = [fn.params[k] if kind == ARGUMENT else fn.results[k] for kind, k in residuals]
        if not set(saved) <= set(given):
            given = saved  # there will be another round
        named = {v: Value(v.type, v.name) for v in given}
        reverse = _reverse(walked, given, [*wanted, *sums], [*seeds, *sums.values()], named)
        callees.functions[names[0]] = _forward(fn, walked, given, (), names[0])
        first = len(given) + len(seeds)
        updates = tuple((first + place, k) for place, k in enumerate(places))
        callees.functions[names[1]] = replace(fn, name=names[1], body=reverse, updates=updates)

    # -- by a rule -------------------------------------------------------------------------------------------------

    def _of_reverse_rule(self, callee: Function, rule: VjpRule, active: Sequence[bool]) -> CalleeSweeps:
        """The sweeps given by the user; of the adjoints, only those of arguments that vary."""
        callees = self.callees
        varied = [on for param, on in zip(callee.params[: rule.count], active) if differentiable(param.type)]
        wanted = [on for on, there in zip(varied, rule.given, strict=True) if there]
        reverse = callees.functions[rule.reverse]
        if not all(wanted):
            end = reverse.body.terminator
            end = replace(end, operands=tuple(bar for bar, on in zip(end.operands, wanted) if on))
            body = clone_region(Region(reverse.params, (*reverse.body.ops[:-1], end)))
            reverse = replace(reverse, name=callees.fresh_name(rule.reverse), body=body)
            callees.add(reverse)
        callees.known_shapes(rule.forward)
        callees.known_shapes(reverse.name)
        forward = callees.functions[rule.forward]
        saved = forward.results[len(callee.results) :]
        given = tuple(there for on, there in zip(varied, rule.given) if on)
        return CalleeSweeps(rule.forward, reverse.name, saved, rule.residuals, given, checked=True)

    def _recomputing(self, callee: Function, active: Sequence[bool]) -> CalleeSweeps:
        """The reverse sweep runs the function again, and saves what it needs for itself."""
        callees = self.callees
        fn = own_copy(callee)
        wanted, seeds = cotangents(fn)
        sweep = swept(fn, active, wanted, seeds, self)
        primal = Silenced(callees).region(Region((), sweep.primal)).ops
        ops = (*primal, *sweep.backwards, Op("return", sweep.bars, span=fn.body.terminator.span))
        params = [v for v in free_values([Region((), ops)]) if v not in seeds]
        body = clone_region(Region((*params, *seeds), ops))
        known = known_equal(shapes_of(fn.body), (*params, *wanted), body.params)
        name = callees.fresh_name(f"{callee.name}_reverse")
        callees.add(replace(fn, name=name, body=Region(body.params, (*known, *body.ops)), updates=()))
        callees.apart.add(name)
        callees.known_shapes(callee.name)
        return CalleeSweeps(callee.name, name, (), tuple((ARGUMENT, fn.params.index(v)) for v in params))

    def _transposed(self, callee: Function, rule: JvpRule, active: Sequence[bool]) -> CalleeSweeps:
        """The walk backwards through the linear part of a JVP rule: through what depends on the tangents.

        The forward sweep is the rest of the rule: it gets zero tangents, and nothing that is saved may depend on them.
        """
        callees = self.callees
        fn = own_copy(with_calls_inlined(callees.functions[rule.jvp], callees))
        count = len(callee.params)
        args, results = fn.params[:count], fn.results[: len(callee.results)]
        dots, out_dots = fn.params[count:], fn.results[len(callee.results) :]
        varied = [on for param, on in zip(callee.params, active) if differentiable(param.type)][: len(dots)]
        seeds = [Value(r.type, f"{r.name or 'out'}_bar") for r in out_dots]
        linear = check_linear(callee, fn, dots, out_dots)
        walked = walked_back(fn, [*([False] * count), *varied], out_dots, seeds, self)
        saved = _saved(fn, walked, (*args, *results))
        if any(v in linear for v in saved):
            raise not_linear(callee)
        extra = [v for v in saved if v not in (*args, *results)]
        named = _outside(walked, saved)
        reverse = _reverse(walked, saved, out_dots, seeds, named)
        names = self._names(callee)
        forward = _at_zero(fn, walked, args, dots, Op("return", (*results, *extra), span=fn.body.terminator.span))
        callees.add(replace(fn, name=names[0], body=forward))
        callees.add(replace(fn, name=names[1], body=reverse))
        return CalleeSweeps(*names, tuple(named[v] for v in extra), _residuals(saved, args, results, extra))


def _saved(fn: Function, walked: Walked, there: Collection[Value], push: Push | None = None) -> list[Value]:
    """Make the walk backwards a function's own: what it has to be given of the primal.  What is `there` costs nothing; the rest may be pushed
    onto the stack instead."""
    saved: list[Value] = []

    def keep(values: list[Value]) -> dict[Value, Value]:
        given = [v for v in values if push is None or v in there]
        saved.extend(given)
        kept = {v: v for v in given}
        return kept if push is None else kept | push([v for v in values if v not in there])

    walked.out.ops.append(Op("return", walked.bars, span=fn.body.terminator.span))
    provide(walked.reversal, Needs(fn.body, Op("call", span=fn.span), keep, given=there), walked.out)
    return saved


def _outside(walked: Walked, saved: Sequence[Value]) -> dict[Value, Value]:
    """What saved values are called outside their own function."""
    return {v: Value(v.type, saved_name(v, walked.reversal.added.definition(v))) for v in saved}


def _reverse(
    walked: Walked, saved: Sequence[Value], wanted: Sequence[Value], seeds: Sequence[Value], named: dict[Value, Value]
) -> Region:
    """The body of the reverse sweep, of parameters for what is saved, which are `named` there, and seeds.

    It is called after the primal, whose checks have been passed.
    """
    own = Substitution(named).ops(walked.out.ops)
    body = clone_region(Region((*named.values(), *seeds), tuple(own)))
    primal = walked.reversal.primal
    with primal.shapes.entered(primal.body):
        known = known_equal(primal.shapes, (*saved, *wanted), body.params)
    return Region(body.params, (*known, *body.ops))


def _forward(fn: Function, walked: Walked, saved: Sequence[Value], extra: Sequence[Value], name: str) -> Function:
    """The forward sweep: the function with `extra` results."""
    end = Op("return", (*fn.results, *extra), span=fn.body.terminator.span)
    body = clone_region(defined(walked.primal(fn.params, (end,)), saved))
    return replace(fn, name=name, body=body, updates=())


def _at_zero(fn: Function, walked: Walked, args: Sequence[Value], dots: Sequence[Value], end: Op) -> Region:
    """The body of a JVP rule for tangents that are zero."""
    primal = walked.primal(args, (end,))
    b = Builder(fn.span)
    zeros = [b.zeros_like(v, dot.name) for v, dot in zip([p for p in args if differentiable(p.type)], dots)]
    ops = Rewriter(dict(zip(dots, zeros))).region(primal).ops
    return clone_region(Region(primal.params, (*b.ops, *ops)))


def _kept(fn: Function, places: Collection[Value]) -> list[Value]:
    """Those of a function's arguments and results that the caller is likely to have again: not an array that is overwritten."""
    versions = {param: param for param in fn.params}
    overwritten: set[Value] = set()
    for op in all_ops(fn.body):
        for slot in loop_slots(op):
            if slot.init in versions:
                versions[slot.param] = versions[slot.init]
        overwritten |= {versions[op.operands[k]] for k, _ in overwrites(op) if op.operands[k] in versions}
    lists = {fn.params[k] for k in _handed_on(fn)}
    return [v for v in places if v not in overwritten and (v in lists or not isinstance(v.type, ListOf))]


def _added_to(callee: Function, active: Sequence[bool]) -> tuple[list[int], tuple[int, ...]]:
    """The arrays whose adjoints all calls add to: which parameters, and which of those that are active."""
    varying = [k for k, on in enumerate(active) if on]
    added_to = [k for k in _handed_on(callee) if active[k] and isinstance(callee.params[k].type, Array)]
    return added_to, tuple(varying.index(k) for k in added_to)


def _handed_on(callee: Function) -> list[int]:
    """The arrays and lists that a function passes unchanged to all recursive calls, by position: they need not be saved for each."""
    calls = [op for op in calls_in(callee.body) if op.attrs["callee"] == callee.name]
    return [
        k
        for k, param in enumerate(callee.params)
        if isinstance(param.type, Array | ListOf) and all(op.operands[k] is param for op in calls)
    ]


def _residuals(
    saved: Sequence[Value], params: Sequence[Value], results: Sequence[Value], extra: Sequence[Value]
) -> tuple[tuple[str, int], ...]:
    """Where a caller has what is saved."""
    places: dict[Value, tuple[str, int]] = {}
    for where, values in ((ARGUMENT, params), (RESULT, results), (SAVED, extra)):
        for k, value in enumerate(values):
            places.setdefault(value, (where, k))
    return tuple(places[value] for value in saved)
