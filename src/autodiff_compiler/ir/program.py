"""Programs: a function together with the functions that it calls.

A `call` names its callee, and `Function.callees` of the outermost function holds every callee by name, including those that
only callees call.  What a callee writes into is among its results: arrays are values, across calls too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from autodiff_compiler.diagnostics import Span
from autodiff_compiler.ir import external
from autodiff_compiler.ir.core import Function, JvpRule, Op, Recomputed, Region, Rule, Value, VjpRule
from autodiff_compiler.ir.names import fresh_name
from autodiff_compiler.ir.opdef import CHECK, IO, PURE
from autodiff_compiler.ir.opset import domains_of, nested_effect
from autodiff_compiler.ir.types import rank
from autodiff_compiler.ir.walk import Rewriter, all_ops, clone_ops

Functions = Mapping[str, Function]
Shapes = tuple[tuple[tuple[int, int] | int | None, ...], ...]


def call_op(
    callee: str, operands: Sequence[Value], results: Sequence[Value], effect: str, shapes: Shapes | None, span: Span
) -> Op:
    """The op that calls the function of this name; `shapes` as `analysis/signature.py` gives them, None where they are not known."""
    known = tuple((None,) * rank(r.type) for r in results) if shapes is None else shapes
    return Op(
        "call",
        tuple(operands),
        tuple(results),
        {"callee": callee, "effect": effect, "shapes": known, "updates": ()},
        (),
        span,
    )


def callee_of(op: Op) -> str | None:
    """The name of the function of the program that an op calls; None if it calls none."""
    name: str | None = op.attrs["callee"] if op.kind == "call" else None
    return name


def calls_in(region: Region) -> Iterator[Op]:
    """The calls in a region and in those inside it."""
    return (op for op in all_ops(region) if callee_of(op) is not None)


def leaves_program(function: Function) -> bool:
    """Whether the program calls functions from outside."""
    bodies = (function.body, *(callee.body for callee in function.callees.values()))
    return any(op.kind == "external" for body in bodies for op in all_ops(body))


def effect_of(body: Region, *, compiled: bool = False) -> str:
    """The strongest effect in a body, as calls of its function have it in their attribute.

    Arithmetic that raises outside its domain counts as a check: the call stays even where what it returns is not read, until
    `passes/errors.py` has made the check in the callee.
    """
    raises = any(domains_of(op, compiled=compiled) for op in all_ops(body))
    return strongest((CHECK if raises else PURE, *map(nested_effect, body.ops)))


def strongest(effects: Iterable[str]) -> str:
    """The strongest of some effects."""
    found = set(effects)
    return IO if IO in found else CHECK if CHECK in found else PURE


def mapped(fn: Function, transform: Callable[[Function], Function]) -> Function:
    """The program with each of its functions transformed; they keep their names."""
    done = transform(fn)
    if not fn.callees:
        return done
    return replace(done, callees={name: transform(callee) for name, callee in fn.callees.items()})


def with_callees(fn: Function, callees: Functions) -> Function:
    """`fn` with those of `callees` that it calls, each before the ones that call it, as far as possible."""
    found: dict[str, Function] = {}
    entered: set[str] = set()

    def visit(names: Iterable[str]) -> None:
        for name in names:
            if name not in entered:
                entered.add(name)
                visit(named_in(callees[name]))
                found[name] = callees[name]

    visit(named_in(fn))
    return replace(fn, callees=found)


def named_in(fn: Function) -> Iterator[str]:
    """The functions that a function calls, and those of its rule."""
    yield from (op.attrs["callee"] for op in calls_in(fn.body))
    if fn.rule is not None:
        yield from fn.rule.names


def recursive_names(callees: Functions) -> frozenset[str]:
    """The callees that may call themselves, directly or not."""
    reached = {name: {op.attrs["callee"] for op in calls_in(fn.body)} for name, fn in callees.items()}
    changed = True
    while changed:
        changed = False
        for name, names in reached.items():
            wider = names.union(*(reached[other] for other in names))
            changed |= wider != names
            reached[name] = wider
    return frozenset(name for name, names in reached.items() if name in names)


def with_calls_in_line(fn: Function, names: Collection[str], callees: Functions) -> Function:
    """`fn` with the ops of these functions in place of their calls."""

    class InLine(Rewriter):
        def op(self, op: Op) -> None:
            name = callee_of(op)
            if name is None or name not in names:
                self.copy(op)
                return
            callee = callees[name]
            env = dict(zip(callee.params, self.values(op.operands), strict=True))
            self.out += clone_ops(callee.body.ops[:-1], env)
            self.env.update(zip(op.results, (env.get(v, v) for v in callee.results), strict=True))

    return InLine().function(fn)


def without_rules(fn: Function) -> Function:
    """The program once it is no longer differentiated, with only what it calls; that a function is recomputed is still said by its rule."""
    if not any(isinstance(callee.rule, JvpRule | VjpRule) for callee in fn.callees.values()):
        return fn
    plain = {
        name: callee if isinstance(callee.rule, Recomputed) else replace(callee, rule=None)
        for name, callee in fn.callees.items()
    }
    return with_callees(fn, plain)


def adopted(ops: Sequence[Op], callees: Functions, into: dict[str, Function]) -> list[Op]:
    """Ops that call `callees`, as part of a program that has the functions `into` and takes over theirs, under names not yet taken."""
    names: dict[str, str] = {}
    taken = set(into)
    for name, callee in callees.items():
        names[name] = name if into.get(name) is callee else fresh_name(name, taken)
    if all(old == new for old, new in names.items()):
        into.update(callees)
        return list(ops)
    for name, callee in callees.items():
        body, rule = _renamed(callee.body, names), _renamed_rule(callee.rule, names)
        into[names[name]] = replace(callee, name=names[name], body=body, rule=rule)
    return list(_renamed(Region((), tuple(ops)), names).ops)


def with_constants_in(function: Function, into: dict[str, object]) -> Function:
    """The program as part of one whose constants are `into`, which takes over those of `function`, renamed where a name is taken."""
    names: dict[str, str] = {}
    for name, obj in function.constants.items():
        if into.setdefault(name, obj) is not obj:
            names[name] = fresh_name(name, {*into, *function.constants})
            into[names[name]] = obj
    if not names:
        return function
    return mapped(function, lambda one: replace(one, body=_with_constants(one.body, names)))


def _with_constants(region: Region, names: Mapping[str, str]) -> Region:
    def renamed(op: Op) -> Op:
        attrs = op.attrs
        if op.kind == "external":
            attrs = {**attrs, "call": external.renamed(attrs["call"], names)}
        elif attrs.get("error") in names:
            attrs = {**attrs, "error": names[attrs["error"]]}
        return replace(op, attrs=attrs, regions=tuple(_with_constants(inner, names) for inner in op.regions))

    return Region(region.params, tuple(map(renamed, region.ops)))


def with_names(fn: Function, names: Mapping[str, str]) -> Function:
    """The program with its callees under other names."""
    every = {name: names.get(name, name) for name in fn.callees}
    callees = {
        every[name]: replace(
            callee,
            name=every[name],
            body=_renamed(callee.body, every),
            rule=_renamed_rule(callee.rule, every),
        )
        for name, callee in fn.callees.items()
    }
    return replace(fn, body=_renamed(fn.body, every), callees=callees)


def _renamed(region: Region, names: Mapping[str, str]) -> Region:
    """The region with calls of functions by their new names."""

    def renamed(op: Op) -> Op:
        name = callee_of(op)
        attrs = op.attrs if name is None else {**op.attrs, "callee": names[name]}
        return replace(op, attrs=attrs, regions=tuple(_renamed(inner, names) for inner in op.regions))

    return Region(region.params, tuple(map(renamed, region.ops)))


def _renamed_rule(rule: Rule | None, names: Mapping[str, str]) -> Rule | None:
    if isinstance(rule, JvpRule):
        return replace(rule, jvp=names[rule.jvp])
    if isinstance(rule, VjpRule):
        return replace(rule, forward=names[rule.forward], reverse=names[rule.reverse])
    return rule
