"""Programs: a function together with those that it calls.

A `call` names its callee, and `Function.callees` of the function one starts from holds every callee by name, those that only
callees call included.  What a callee writes into is among its results: arrays are values, across calls too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from autodiff_compiler.diagnostics import Span
from autodiff_compiler.ir import external
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.opdef import CHECK, IO, PURE
from autodiff_compiler.ir.opset import nested_effect
from autodiff_compiler.ir.types import rank
from autodiff_compiler.ir.walk import all_ops

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


def calls_in(region: Region) -> Iterator[Op]:
    """The calls in a region and in those inside it."""
    return (op for op in all_ops(region) if op.kind == "call")


def leaves_program(function: Function) -> bool:
    """Whether the program calls functions from outside."""
    bodies = (function.body, *(callee.body for callee in function.callees.values()))
    return any(op.kind == "external" for body in bodies for op in all_ops(body))


def effect_of(body: Region) -> str:
    """The strongest effect of a body, as the attribute of the calls of its function."""
    effects = {nested_effect(op) for op in body.ops}
    return IO if IO in effects else CHECK if CHECK in effects else PURE


def mapped(fn: Function, transform: Callable[[Function], Function]) -> Function:
    """The program with each of its functions transformed; they keep their names."""
    done = transform(fn)
    if not fn.callees:
        return done
    return replace(done, callees={name: transform(callee) for name, callee in fn.callees.items()})


def with_callees(fn: Function, callees: Functions) -> Function:
    """`fn` as the start of a program: of `callees` those that it calls, each before the ones that call it where it can be."""
    found: dict[str, Function] = {}
    entered: set[str] = set()

    def visit(region: Region) -> None:
        for op in calls_in(region):
            name = op.attrs["callee"]
            if name not in entered:
                entered.add(name)
                visit(callees[name].body)
                found[name] = callees[name]

    visit(fn.body)
    return replace(fn, callees=found)


def recursive_names(callees: Functions) -> frozenset[str]:
    """The callees that may come to call themselves."""
    reached = {name: {op.attrs["callee"] for op in calls_in(fn.body)} for name, fn in callees.items()}
    changed = True
    while changed:
        changed = False
        for name, names in reached.items():
            wider = names.union(*(reached[other] for other in names))
            changed |= wider != names
            reached[name] = wider
    return frozenset(name for name, names in reached.items() if name in names)


def adopted(ops: Sequence[Op], callees: Functions, into: dict[str, Function]) -> list[Op]:
    """Ops that call `callees`, as part of a program which holds the functions `into` and gets theirs: under names of their own."""
    names: dict[str, str] = {}
    taken = set(into)
    for name, callee in callees.items():
        names[name] = name if into.get(name) is callee else fresh_name(name, taken)
    if all(old == new for old, new in names.items()):
        into.update(callees)
        return list(ops)
    for name, callee in callees.items():
        into[names[name]] = replace(callee, name=names[name], body=_renamed(callee.body, names))
    return list(_renamed(Region((), tuple(ops)), names).ops)


def with_constants_in(function: Function, into: dict[str, object]) -> Function:
    """The program as part of one whose constants are `into`: it gets those of `function`, under other names where these are taken."""
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


def _renamed(region: Region, names: Mapping[str, str]) -> Region:
    """The region with calls of functions by their new names."""

    def renamed(op: Op) -> Op:
        attrs = {**op.attrs, "callee": names[op.attrs["callee"]]} if op.kind == "call" else op.attrs
        return replace(op, attrs=attrs, regions=tuple(_renamed(inner, names) for inner in op.regions))

    return Region(region.params, tuple(map(renamed, region.ops)))


def fresh_name(name: str, taken: set[str]) -> str:
    """The name, or with a number where it is taken; it is taken from then on."""
    free, count = name, 2
    while free in taken:
        free, count = f"{name}_{count}", count + 1
    taken.add(free)
    return free
