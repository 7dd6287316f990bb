"""Inlines small functions: the ops of a callee take the place of its calls.

Most of them belong to derivative rules, of which a few lines are left.  A function with a rule of its own stays a function
for the sake of the next derivative; a recomputed function stays one for good, or it would be merged with what it repeats.

    Input:  func g(a) { y = sin a; return y }      b = call g(x); c = mul b, b
    Output: b = sin x; c = mul b, b

For a whole program; idempotent.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from autodiff_compiler.ir.core import Function
from autodiff_compiler.ir.opset import opdef
from autodiff_compiler.ir.program import calls_in, recursive_names, with_callees, with_calls_in_line
from autodiff_compiler.ir.walk import all_ops
from autodiff_compiler.passes.outline import LEAST

SMALL = 25
"""Functions of up to this many ops are inlined wherever they are called; larger ones only where there is one call."""


def run(fn: Function) -> Function:
    recursive = recursive_names(fn.callees)
    calls = Counter(op.attrs["callee"] for one in (*fn.callees.values(), fn) for op in calls_in(one.body))
    names = {name for name, callee in fn.callees.items() if name not in recursive and _is_small(callee, calls[name])}
    if not names:
        return fn
    done: dict[str, Function] = {}
    # Callees come before those that call them, where they do not call each other.
    for name, callee in fn.callees.items():
        done[name] = _with_calls_in_line(callee, names, done)
    return with_callees(_with_calls_in_line(fn, names, done), done)


def _is_small(callee: Function, calls: int) -> bool:
    if callee.rule is not None or callee.updates or any(opdef(op).leaves for op in callee.body.ops):
        return False
    return sum(1 for _ in all_ops(callee.body)) < (LEAST if calls == 1 else SMALL)


def _with_calls_in_line(fn: Function, names: set[str], callees: dict[str, Function]) -> Function:
    own = with_calls_in_line(fn, names, callees)
    constants = {**fn.constants}
    for name in names & callees.keys():
        constants.update(callees[name].constants)
    return own if constants == fn.constants else replace(own, constants=constants)
