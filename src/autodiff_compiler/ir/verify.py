"""Checks that a function is well-formed IR.  Passes run it after themselves in tests and on demand.

All errors are shown at once: the message is the IR with the errors beside the ops.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from autodiff_compiler.diagnostics import InternalError, Span
from autodiff_compiler.ir import external
from autodiff_compiler.ir.core import Function, JvpRule, Op, Region, Rule, Value, VjpRule
from autodiff_compiler.ir.dtype import DTYPES, DType
from autodiff_compiler.ir.loop import BOUNDS, Loop
from autodiff_compiler.ir.message import places
from autodiff_compiler.ir.objects import exception_class
from autodiff_compiler.ir.opdef import CHECK, IO, PURE
from autodiff_compiler.ir.opset import ACCESSES, TABLE, nested_effect
from autodiff_compiler.ir.path import Path
from autodiff_compiler.ir.text import format_function
from autodiff_compiler.ir.tree import leaves
from autodiff_compiler.ir.types import INT, Array, ListOf, Opaque, Scalar, Type, differentiable
from autodiff_compiler.ir.verify_buffers import buffer_problems


def verify(fn: Function, *, buffers: bool = False, after: str = "") -> None:
    """Raise `InternalError` AD902 unless `fn` is well-formed; with `buffers`, in the form after the buffers stage.

    `after` names the pass that returned `fn`.
    """
    for one in (*fn.callees.values(), fn):
        verify_one(one, fn.callees, buffers=buffers, after=after)


def verify_one(fn: Function, callees: Mapping[str, Function], *, buffers: bool = False, after: str = "") -> None:
    """One function of a program, which calls `callees`."""
    checker = _Verifier(fn, callees)
    checker.function()
    # The buffers check relies on types and scopes, so it needs them to be right.
    if buffers and not checker.problems:
        for op, text in buffer_problems(fn):
            checker.report(op, text)
    if not checker.problems:
        return
    marks = {op: "; ".join(texts) for op, texts in checker.problems.items() if op}
    where, texts = next(iter(checker.problems.items()))
    place = f"after {after}: " if after else ""
    text = format_function(fn, marks=marks)
    span = where.span if where is not None and _has_span(where) else None
    raise InternalError("AD902", f"{place}{texts[0]}\n{text}", span)


def _has_span(op: Op) -> bool:
    return isinstance(op.span, Span) and op.span.line > 0


class _Verifier:
    def __init__(self, fn: Function, callees: Mapping[str, Function]) -> None:
        self.fn = fn
        self.callees = callees
        # Messages by op; those about the function as a whole are under None.
        self.problems: dict[Op | None, list[str]] = {}
        self.defined: set[Value] = set()

    def report(self, op: Op | None, text: str) -> None:
        self.problems.setdefault(op, []).append(text)

    def function(self) -> None:
        fn = self.fn
        self.region(fn.body, None, frozenset(), "return")
        given = sum(leaves(tree) for _, tree in fn.param_trees)
        if fn.param_trees and given != len(fn.params):
            self.report(None, f"{len(fn.params)} parameters, but the parameter trees have {given} leaves")
        if fn.result_tree is not None and fn.body.ops and leaves(fn.result_tree) != len(fn.results):
            shown = leaves(fn.result_tree)
            self.report(fn.body.terminator, f"{len(fn.results)} results, but the result tree has {shown} leaves")
        if fn.rule is not None:
            self.rule(fn.rule)

    def rule(self, rule: Rule) -> None:
        """The functions of a rule exist, and fit the function whose derivatives they are."""
        missing = [name for name in rule.names if name not in self.callees]
        if missing:
            self.report(None, f"there is no function {missing[0]}, which its rule names")
            return
        params = [v.type for v in self.fn.params]
        results = [v.type for v in self.fn.results]
        varied, dots = (list(filter(differentiable, types)) for types in (params[: getattr(rule, "count", 0)], results))
        if isinstance(rule, JvpRule):
            jvp = self.callees[rule.jvp]
            self.same(None, "the parameters of its rule", [v.type for v in jvp.params], [*params, *varied])
            self.same(None, "the results of its rule", [v.type for v in jvp.results], [*results, *dots])
        elif isinstance(rule, VjpRule):
            forward, reverse = (self.callees[name] for name in rule.names)
            given = [v.type for v in forward.results]
            places = {"argument": params, "result": results, "saved": given[len(results) :]}
            residuals = [places[where][k] for where, k in rule.residuals]
            self.same(None, "the parameters of its forward sweep", [v.type for v in forward.params], params)
            self.same(None, "the results of its forward sweep", given[: len(results)], results)
            self.same(
                None, "the parameters of its reverse sweep", [v.type for v in reverse.params], [*residuals, *dots]
            )
            bars = [type_ for type_, on in zip(varied, rule.given, strict=True) if on]
            self.same(None, "the results of its reverse sweep", [v.type for v in reverse.results], bars)

    def region(self, region: Region, owner: Op | None, outside: frozenset[Value], terminator: str) -> None:
        """Check a region; `outside` are the values of the regions around it."""
        visible = set(outside)
        for param in region.params:
            self.define(param, owner, visible)
        if not region.ops:
            self.report(owner, "a region without a terminator")
            return
        for op in region.ops:
            self.op(op, visible)
            is_last = op is region.ops[-1]
            if is_last and op.kind != terminator:
                self.report(op, f"the last op of this region must be {terminator}")
            elif not is_last and op.kind in TABLE and TABLE[op.kind].terminator:
                self.report(op, "a terminator before the end of its region")

    def define(self, value: Value, op: Op | None, visible: set[Value]) -> None:
        if value in self.defined:
            self.report(op, f"%{value.name} is defined a second time")
        if not is_type(value.type):
            self.report(op, f"{value.type!r} is not a type")
        self.defined.add(value)
        visible.add(value)

    def op(self, op: Op, visible: set[Value]) -> None:
        row = TABLE.get(op.kind)
        if row is None:
            self.report(op, f"there is no op {op.kind}")
            return
        for value in op.operands:
            if value not in visible:
                where = "out of scope" if value in self.defined else "not defined before"
                self.report(op, f"operand %{value.name} is {where}")
        if row.arity is not None and len(op.operands) != row.arity:
            self.report(op, f"{len(op.operands)} operands where {row.arity} are needed")
            return
        if not isinstance(op.span, Span):
            self.report(op, "no span")
        for key, attr in op.attrs.items():
            if not is_plain(attr):
                self.report(op, f"attribute {key} is a {type(attr).__name__}, which has no text form")
        scope = frozenset(visible)
        for region in op.regions:
            self.region(region, op, scope, "yield")
        if len(op.regions) != row.regions:
            self.report(op, f"{len(op.regions)} regions where {row.regions} are needed")
        elif op.kind in _STRUCTURED:
            if all(region.ops for region in op.regions):
                _STRUCTURED[op.kind](self, op)
        else:
            self.types(op)
            self.attributes(op)
        for result in op.results:
            self.define(result, op, visible)

    def types(self, op: Op) -> None:
        """The results must have the types that the op table infers."""
        infer = TABLE[op.kind].infer
        assert infer is not None, op.kind
        try:
            inferred = infer(tuple(value.type for value in op.operands), op.attrs)
        except KeyError as error:
            self.report(op, f"attribute {error} is missing")
        except (TypeError, ValueError, IndexError) as error:
            self.report(op, str(error))
        else:
            self.same(op, "results", [value.type for value in op.results], inferred)

    def same(self, op: Op | None, what: str, found: Sequence[Type], wanted: Sequence[Type]) -> None:
        if tuple(found) != tuple(wanted):
            self.report(op, f"{what} are ({_shown(found)}) and must be ({_shown(wanted)})")

    def attributes(self, op: Op) -> None:
        """What type inference does not check: constants, messages, exception names."""
        if op.kind == "const":
            self.constant(op)
        parts = op.attrs.get("parts", op.attrs.get("message"))
        if isinstance(parts, tuple):
            # A check's first operand is its condition; check_equal shows its two extents or nothing.
            given = len(op.operands) - (op.kind == "check")
            if op.kind != "check_equal" and places(parts) != given:
                self.report(op, f"{places(parts)} places for {given} values in {parts}")
        if op.attrs.get("access", "broadcast") not in ACCESSES:
            self.report(op, f"{op.attrs['access']} is not an access")
        if op.kind == "external":
            name = external.unknown_name(op.attrs["call"], self.fn.constants)
            if name is not None:
                self.report(op, f"{name} is not among the function's constants")
            if op.attrs.get("effect") not in (PURE, IO):
                self.report(op, f"{op.attrs.get('effect')} is not the effect of an external call")
        if op.kind in ("check", "raise"):
            name = str(op.attrs.get("error"))
            if name not in self.fn.constants and exception_class(name) is None:
                self.report(op, f"{name} is neither a known exception nor among the function's constants")

    def constant(self, op: Op) -> None:
        type_ = op.attrs.get("type")
        if isinstance(type_, Opaque):
            return
        if not isinstance(type_, Scalar):
            self.report(op, f"a constant of type {type_}")
            return
        wanted = type_.dtype.number
        value = op.attrs.get("value")
        if (
            isinstance(value, int)
            and not type_.dtype.is_bool
            and not type_.dtype.least <= value <= type_.dtype.greatest
        ):
            self.report(op, f"the constant {value} does not fit into {type_.dtype}")
        if type(op.attrs.get("value")) is not wanted:
            self.report(op, f"the constant is a {type(op.attrs.get('value')).__name__}, not a {wanted.__name__}")

    # -- structured ops --------------------------------------------------------------------------------------------

    def if_(self, op: Op) -> None:
        self.condition(op, op.operands)
        for region in op.regions:
            if region.params:
                self.report(op, "a branch with parameters")
            self.same(op, "the values that a branch yields", _yielded(region), [v.type for v in op.results])

    def for_(self, op: Op) -> None:
        loop = Loop(op)
        if len(loop.bounds) < BOUNDS or not loop.body.params:
            self.report(op, "start, stop, step and an index parameter are needed")
            return
        for value in (*loop.bounds, loop.body.params[0]):
            if not (isinstance(value.type, Scalar) and value.type.dtype.is_integer):
                self.report(op, f"%{value.name} must be an integer, not {value.type}")
        self.loop(loop)

    def while_(self, op: Op) -> None:
        test, _ = op.regions
        self.same(op, "the condition's parameters", [v.type for v in test.params], [v.type for v in op.operands])
        self.condition(op, test.terminator.operands)
        for inner in test.ops:
            if nested_effect(inner) == IO:
                self.report(inner, "an effect in the condition of a while")
        self.loop(Loop(op))

    def call(self, op: Op) -> None:
        callee = self.callees.get(op.attrs.get("callee", ""))
        if callee is None:
            self.report(op, f"there is no function {op.attrs.get('callee')}")
            return
        self.same(op, "arguments", [v.type for v in op.operands], [v.type for v in callee.params])
        self.same(op, "results", [v.type for v in op.results], [v.type for v in callee.results])
        if op.attrs.get("updates", ()) != callee.updates:
            self.report(op, f"it updates {op.attrs.get('updates')}, and {callee.name} {callee.updates}")
        if op.attrs.get("effect") not in (PURE, CHECK, IO):
            self.report(op, f"{op.attrs.get('effect')} is not an effect")

    def condition(self, op: Op, values: Sequence[Value]) -> None:
        types = [value.type for value in values]
        if len(types) != 1 or not (isinstance(types[0], Scalar) and types[0].dtype.is_bool):
            self.report(op, f"one boolean condition is needed, not ({_shown(types)})")

    def loop(self, loop: Loop) -> None:
        op, types = loop.op, [value.type for value in loop.inits]
        exits = [INT] if loop.exits else []
        self.same(op, "the body's parameters", [v.type for v in loop.params], types)
        self.same(op, "the values that the body yields", _yielded(loop.body), [*types, *exits])
        self.same(op, "results", [v.type for v in op.results], [*types, INT, *exits])


_STRUCTURED = {"if": _Verifier.if_, "for": _Verifier.for_, "while": _Verifier.while_, "call": _Verifier.call}


def _yielded(region: Region) -> list[Type]:
    return [value.type for value in region.terminator.operands]


def _shown(types: Sequence[Type]) -> str:
    return ", ".join(map(str, types))


def is_type(type_: Any) -> bool:
    """Whether this is a type that values can have: Python has no kind "py" of f32, and rank 0 is a scalar."""
    if isinstance(type_, Scalar):
        return type_.dtype in DTYPES and (type_.kind == "np" or type_.dtype.is_python)
    if isinstance(type_, Array):
        return type_.dtype in DTYPES and type_.rank > 0
    if isinstance(type_, ListOf):
        return isinstance(type_.element, Scalar | Array) and is_type(type_.element)
    return isinstance(type_, Opaque)


def is_plain(attr: Any) -> bool:
    """Whether an attribute consists of what the text form can write and read."""
    if isinstance(attr, tuple):
        return all(is_plain(item) for item in attr)
    if isinstance(attr, Mapping):
        return False
    return attr is None or type(attr) in (bool, int, float, complex, str, DType, Path) or is_type(attr)
