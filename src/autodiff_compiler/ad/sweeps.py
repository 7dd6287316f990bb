"""Both sweeps of a function: the primal with what it saves, and the walk backwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from autodiff_compiler import rules
from autodiff_compiler.ad.adjoints import Adjoints
from autodiff_compiler.ad.backward_walk import Sweep
from autodiff_compiler.ad.branches import filler
from autodiff_compiler.ad.callees import ARGUMENT, RESULT, SAVED, Callees, Pullback
from autodiff_compiler.ad.errors import check_savable, not_linear
from autodiff_compiler.ad.linear import Silenced, check_linear, with_calls_inlined
from autodiff_compiler.ad.names import saved_name
from autodiff_compiler.ad.plan import ResidualPlan
from autodiff_compiler.ad.residuals import provide
from autodiff_compiler.ad.reversal import Reversal, Substitution
from autodiff_compiler.analysis.activity import active_values
from autodiff_compiler.analysis.shapes import Shapes
from autodiff_compiler.analysis.signature import known_equal
from autodiff_compiler.analysis.undefined import possibly_undefined
from autodiff_compiler.diagnostics import ADJOINT
from autodiff_compiler.ir.builder import Builder, OpenRegion
from autodiff_compiler.ir.core import Function, JvpRule, Op, Region, Value, VjpRule
from autodiff_compiler.ir.opset import extent_of, is_constant, is_undefined
from autodiff_compiler.ir.program import calls_in
from autodiff_compiler.ir.types import INT, Array, ListOf, differentiable
from autodiff_compiler.ir.walk import Rewriter, clone_region, free_values


@dataclass(frozen=True)
class Swept:
    """Both sweeps: the ops of the primal with its tapes, those of the walk backwards, the adjoints of the parameters."""

    primal: tuple[Op, ...]
    backwards: tuple[Op, ...]
    bars: tuple[Value, ...]
    plans: list[ResidualPlan]


def swept(
    fn: Function,
    active: Sequence[bool],
    wanted: Sequence[Value],
    seeds: Sequence[Value] | None,
    save_all: bool,
    callees: Callees,
) -> Swept:
    """Reverse `fn` from the adjoints of the `wanted` results: `seeds`, or 1."""
    context, out, bars = walked_back(fn, active, wanted, seeds, save_all, callees)
    primal = _filled(context, Region((), tuple(context.assemble(fn.body))))
    return Swept(primal.ops, tuple(out.ops), bars, context.plans)


def walked_back(
    fn: Function,
    active: Sequence[bool],
    wanted: Sequence[Value],
    seeds: Sequence[Value] | None,
    save_all: bool,
    callees: Callees,
) -> tuple[Reversal, OpenRegion, tuple[Value, ...]]:
    """The walk backwards, which refers to the primal's values as if they were in scope, and the adjoints of the parameters."""
    context = Reversal(fn.body, active_values(fn, active, wanted, rules.NO_DERIVATIVE), callees, save_all)
    adjoints = Adjoints(context)
    out, b = OpenRegion(()), context.b
    with b.reopen(out), b.at(fn.body.terminator.span.at_phase(ADJOINT)):
        for k, result in enumerate(wanted):
            adjoints.add(result, b.const_like(1, result.type) if seeds is None else seeds[k])
        Sweep(context, pullback).reverse(fn.body, adjoints)
        bars = tuple(adjoints.or_zero(p) for p, on in zip(fn.params, active) if on)
    return context, out, bars


def _filled(context: Reversal, region: Region) -> Region:
    return _Fill(context).region(region) if context.fillers else region


def defined(primal: Region, residuals: Sequence[Value]) -> Region:
    """The primal with a value for what may be undefined, where that is among the residuals: the reverse sweep, which gets them as
    arguments, may compute with them where the program would not."""
    undefined = possibly_undefined(primal)
    return _Defined().region(primal) if any(value in undefined for value in residuals) else primal


class _Defined(Rewriter):
    def op(self, op: Op) -> None:
        if is_undefined(op):
            b = Builder(op.span)
            self.env[op.result] = filler(b, op.result.type)
            self.out += b.ops
        else:
            self.copy(op)


def cotangents(fn: Function, count: int | None = None) -> tuple[list[Value], list[Value]]:
    """The float results among the first `count`, or all, and a cotangent for each."""
    wanted = [r for r in fn.results[:count] if differentiable(r.type)]
    return wanted, [Value(r.type, f"{r.name or 'out'}_bar") for r in wanted]


def own_copy(fn: Function) -> Function:
    """`fn` with values of its own and without the boundary of an earlier reversal."""
    ops = tuple(op for op in fn.body.ops if op.kind != "boundary")
    return replace(fn, body=clone_region(Region(fn.params, ops)))


def vjp_parts(
    fn: Function, active: Sequence[bool], save_all: bool, callees: Callees, results: int | None
) -> tuple[Function, list[Value], Swept]:
    """The function (with values of its own), the cotangents of its float results, and both sweeps."""
    fn = own_copy(fn)
    wanted, seeds = cotangents(fn, results)
    return fn, seeds, swept(fn, active, wanted, seeds, save_all, callees)


class _Fill(Rewriter):
    """Gives undefined values that go on a tape a value, so that every op has operands it can read."""

    def __init__(self, context: Reversal) -> None:
        super().__init__()
        self.context = context

    def op(self, op: Op) -> None:
        if not is_undefined(op) or op.result not in self.context.fillers:
            self.copy(op)
            return
        with self.context.b.reopen(OpenRegion(())) as out, self.context.b.at(op.span):
            self.env[op.result] = filler(self.context.b, op.result.type)
        self.out += out.ops


def pullback(callee: Function, active: Sequence[bool], callees: Callees, save_all: bool) -> None:
    """Make both sweeps of a function that is called; the same plan as for the body of a loop says what is saved.

    A function that calls itself is known by the names of its sweeps before they are made; what it saves is in its frame.
    """
    if callee.rule is not None:
        _pullback_by_rule(callee, active, callees, save_all)
        return
    key = ("vjp", callee.name, tuple(active))
    names = callees.fresh_name(f"{callee.name}_forward"), callees.fresh_name(f"{callee.name}_reverse")
    recursive = callee.name in callees.recursive
    if recursive:
        handed_on = _handed_on(callee)
        callees.made[key] = Pullback(*names, (Value(INT, "frame"),), ((SAVED, 0), *((ARGUMENT, k) for k in handed_on)))
        callees.frames[names[0]] = ()
        callees.frame_reverses[names[1]] = names[0]
    fn = own_copy(callee)
    end = fn.body.terminator.span
    wanted, seeds = cotangents(fn)
    context, out, bars = walked_back(fn, active, wanted, seeds, save_all, callees)
    out.ops.append(Op("return", bars, span=end))
    context.owner[fn.body] = Op("call", span=fn.span)
    saved: list[Value] = []
    there = (*fn.params, *fn.results)

    def keep(values: list[Value]) -> dict[Value, Value]:
        saved.extend(values)
        return {v: v for v in values}

    provide(context, fn.body, out, {}, keep, given=there)
    if recursive:
        # The frame, and what every call of itself is given as it is.
        given = [fn.params[k] for k in handed_on]
        extra = [v for v in saved if v not in given]
        saved = [*extra, *given]
    else:
        extra = [v for v in saved if v not in there]
    returned = Op("return", (*fn.results, *extra), span=end)
    primal = _filled(context, Region(fn.params, (*context.assemble(fn.body), returned)))
    named = {v: Value(v.type, saved_name(v, context.defs.get(v))) for v in saved}
    own = Substitution(named).ops(out.ops)
    backwards = clone_region(Region((*(named[v] for v in saved), *seeds), tuple(own)))
    known = known_equal(context.shapes, (*saved, *wanted), backwards.params)
    forward = replace(fn, name=names[0], body=clone_region(defined(primal, saved)), updates=())
    reverse = replace(fn, name=names[1], body=Region(backwards.params, (*known, *backwards.ops)), updates=())
    held = tuple(named[v] for v in extra)
    if recursive:
        check_savable(callee, [v.type for v in held])
        callees.frames[names[0]] = held
        callees.functions.update({forward.name: forward, reverse.name: reverse})
    else:
        callees.made[key] = Pullback(*names, held, tuple(_residual(v, fn.params, fn.results, extra) for v in saved))
        callees.add(forward)
        callees.add(reverse)


def _pullback_by_rule(callee: Function, active: Sequence[bool], callees: Callees, save_all: bool) -> None:
    """Both sweeps of a function that says itself how it is differentiated."""
    rule = callee.rule
    if isinstance(rule, VjpRule):
        made = _of_reverse_rule(callee, rule, active, callees)
    elif isinstance(rule, JvpRule):
        made = _transposed(callee, rule, active, callees, save_all)
    else:
        made = _recomputing(callee, active, callees, save_all)
    callees.made[("vjp", callee.name, tuple(active))] = made


def _of_reverse_rule(callee: Function, rule: VjpRule, active: Sequence[bool], callees: Callees) -> Pullback:
    """The sweeps that the user gives; of the adjoints those of the arguments that vary."""
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
    return Pullback(rule.forward, reverse.name, saved, rule.residuals, given, checked=True)


def _recomputing(callee: Function, active: Sequence[bool], callees: Callees, save_all: bool) -> Pullback:
    """The reverse sweep runs the function again, and saves what it needs for itself."""
    fn = own_copy(callee)
    wanted, seeds = cotangents(fn)
    sweep = swept(fn, active, wanted, seeds, save_all, callees)
    primal = Silenced(callees).region(Region((), sweep.primal)).ops
    ops = (*primal, *sweep.backwards, Op("return", sweep.bars, span=fn.body.terminator.span))
    params = [v for v in free_values([Region((), ops)]) if v not in seeds]
    body = clone_region(Region((*params, *seeds), ops))
    known = known_equal(Shapes(fn.body), (*params, *wanted), body.params)
    name = callees.fresh_name(f"{callee.name}_reverse")
    callees.add(replace(fn, name=name, body=Region(body.params, (*known, *body.ops)), updates=()))
    callees.known_shapes(callee.name)
    return Pullback(callee.name, name, (), tuple((ARGUMENT, fn.params.index(v)) for v in params))


def _transposed(callee: Function, rule: JvpRule, active: Sequence[bool], callees: Callees, save_all: bool) -> Pullback:
    """The walk backwards through the linear part of a JVP rule: through what depends on the tangents.

    The forward sweep is the rest of the rule: it is given tangents that are zero, of which nothing that is saved may depend.
    """
    fn = own_copy(with_calls_inlined(callees.functions[rule.jvp], callees))
    count = len(callee.params)
    args, results = fn.params[:count], fn.results[: len(callee.results)]
    dots, out_dots = fn.params[count:], fn.results[len(callee.results) :]
    varied = [on for param, on in zip(callee.params, active) if differentiable(param.type)][: len(dots)]
    seeds = [Value(r.type, f"{r.name or 'out'}_bar") for r in out_dots]
    linear = check_linear(callee, fn, dots, out_dots)
    flags = [*([False] * count), *varied]
    context, out, bars = walked_back(fn, flags, out_dots, seeds, save_all, callees)
    out.ops.append(Op("return", bars, span=fn.body.terminator.span))
    context.owner[fn.body] = Op("call", span=fn.span)
    saved: list[Value] = []
    there = (*args, *results)

    def keep(values: list[Value]) -> dict[Value, Value]:
        saved.extend(values)
        return {v: v for v in values}

    provide(context, fn.body, out, {}, keep, given=there)
    if any(v in linear for v in saved):
        raise not_linear(callee)
    extra = [v for v in saved if v not in there]
    b = Builder(fn.span)
    zeros = [b.zeros_like(v, dot.name) for v, dot in zip([p for p in args if differentiable(p.type)], dots)]
    returned = Op("return", (*results, *extra), span=fn.body.terminator.span)
    primal = _filled(context, Region(args, (*context.assemble(fn.body), returned)))
    body = clone_region(Region(args, (*b.ops, *Rewriter(dict(zip(dots, zeros))).region(primal).ops)))
    named = {v: Value(v.type, saved_name(v, context.defs.get(v))) for v in saved}
    own = Substitution(named).ops(out.ops)
    backwards = clone_region(Region((*(named[v] for v in saved), *seeds), tuple(own)))
    known = known_equal(context.shapes, (*saved, *out_dots), backwards.params)
    names = callees.fresh_name(f"{callee.name}_forward"), callees.fresh_name(f"{callee.name}_reverse")
    callees.add(replace(fn, name=names[0], body=body))
    callees.add(replace(fn, name=names[1], body=Region(backwards.params, (*known, *backwards.ops))))
    return Pullback(*names, tuple(named[v] for v in extra), tuple(_residual(v, args, results, extra) for v in saved))


def _handed_on(callee: Function) -> list[int]:
    """The arrays and lists that a function gets and gives to all calls of itself, by position: they need not be saved for each."""
    calls = [op for op in calls_in(callee.body) if op.attrs["callee"] == callee.name]
    return [
        k
        for k, param in enumerate(callee.params)
        if isinstance(param.type, Array | ListOf) and all(op.operands[k] is param for op in calls)
    ]


def _residual(
    residual: Value, params: Sequence[Value], results: Sequence[Value], extra: Sequence[Value]
) -> tuple[str, int]:
    """Where a caller has a residual."""
    for where, values in ((ARGUMENT, params), (RESULT, results), (SAVED, extra)):
        if residual in values:
            return where, values.index(residual)
    raise AssertionError(residual)


def cut(primal: Sequence[Op], used: Sequence[Value]) -> tuple[list[Value], list[Op]]:
    """The residuals, and the ops that build the rest of `used` from them."""
    defs = {result: op for op in primal for result in op.results}
    arrays = {v for v in used if isinstance(v.type, Array)}
    residuals, rebuilt = [], []
    for value in used:
        op = defs.get(value)
        extent = extent_of(op)
        if op is not None and (is_constant(op) or (extent is not None and extent[0] in arrays)):
            rebuilt.append(replace(op, span=op.span.at_phase(ADJOINT)))
        else:
            residuals.append(value)
    return residuals, rebuilt
