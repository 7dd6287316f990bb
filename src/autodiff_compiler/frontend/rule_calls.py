"""Functions that bring their own derivatives (`custom_jvp`, `custom_vjp`), and those that are computed again (`checkpoint`).

A call of one becomes a `call` op: the function is lowered in a region of its own, for parameters of the types of its arguments, and
so are the functions of its rule, which its `rule` names.  They are functions of the program, and differentiated as such where
a derivative of them is needed.

    y = call f(x)      f {rule jvp("f_jvp", 1)}      f_jvp(x, x_dot) -> y, y_dot

What any of them reads from the program around them becomes a further parameter of all: the rule has no derivative for it, so it is
refused if it varies (`ad`).  A rule that calls its own function, for its result, calls the same `f`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from autodiff_compiler.analysis.signature import returned_shapes
from autodiff_compiler.custom_rules import Checkpointed, CustomJvp, CustomVjp, Ruled
from autodiff_compiler.frontend import tries
from autodiff_compiler.frontend.arguments import (
    box_among,
    held,
    kind_of,
    leaves_of,
    may_alias,
    references_of,
    tie_to,
    with_leaves,
)
from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.guards import Place
from autodiff_compiler.frontend.inlining import bound, flattened, rebuilt, signature_of
from autodiff_compiler.frontend.recursion import HandingOn
from autodiff_compiler.frontend.rule_results import Matching, cotangent, tangent
from autodiff_compiler.frontend.source import find_source, plain_function
from autodiff_compiler.frontend.values import Abs, Closure, Dead, Dyn, Ref, Static, Tup
from autodiff_compiler.ir.core import Function, JvpRule, Recomputed, Region, Rule, Value, VjpRule
from autodiff_compiler.ir.names import fresh_name
from autodiff_compiler.ir.opdef import IO, PURE
from autodiff_compiler.ir.program import Shapes, call_op, calls_in, effect_of, strongest
from autodiff_compiler.ir.tree import Tree
from autodiff_compiler.ir.types import Array, Type, differentiable, rank
from autodiff_compiler.ir.walk import clone_region, free_values

Build = Callable[[Iterator[Value]], list[Value]]


@dataclass(frozen=True)
class LoweredRule:
    """A function with a rule, as far as it is known: what it returns, None before that is found; whether that may be an array that
    it was passed; and the values that it reads from around it."""

    name: str
    result: Tree | None = None
    types: tuple[Type, ...] = ()
    aliases: bool = False
    effect: str = IO
    shapes: Shapes | None = None
    free: tuple[Value, ...] = ()
    kept: tuple[Any, ...] = ()
    """The objects that the key identifies."""


def checkpointed(fun: Any, *args: Any) -> Any:
    """The function that `checkpoint(fun)` makes inside the program."""
    raise TypeError("part of a program that is being compiled")


def call_checkpointed(ctx: Context, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """A call of a function that was made by `checkpoint` inside the program."""
    function, *rest = args
    if kwargs:
        raise ctx.unsupported(
            "AD198", "keyword arguments of a function that `checkpoint` made here", "pass them by position"
        )
    name = function.name if isinstance(function, Closure) else "function"
    return _call(ctx, function, name, Checkpointed, None, rest, frozenset())


def call_ruled(ctx: Context, obj: Ruled, args: list[Abs], kwargs: dict[str, Abs]) -> Abs:
    """A call of a function that `custom_jvp`, `custom_vjp` or `checkpoint` made outside."""
    look = ctx.captures.look
    fun = look(Place(obj).attribute("fun"))
    signature = None if plain_function(fun) is None else signature_of(fun)
    if signature is not None and any(p.kind is p.KEYWORD_ONLY for p in signature.parameters.values()):
        raise ctx.unsupported("AD198", "keyword-only parameters of a function with a rule of its own", "drop the `*`")
    if kwargs or (signature is not None and len(args) < len(signature.parameters)):
        args = list(bound(ctx, fun, signature_of(fun), args, kwargs).values())
    positions = look(Place(obj).attribute("nondiff_argnums"))
    fixed = frozenset(k % len(args) for k in positions if -len(args) <= k < len(args))
    rule: Any = None
    if isinstance(obj, CustomJvp):
        rule = (look(Place(obj).attribute("rule")), look(Place(obj).attribute("rules")))
    elif isinstance(obj, CustomVjp):
        rule = (look(Place(obj).attribute("forward")), look(Place(obj).attribute("reverse")))
    name = getattr(fun, "__name__", "function")
    name = name if name.isidentifier() else "lambda_"
    _check_rule(ctx, obj, name, rule, len(args))
    return _call(ctx, Static(fun), name, type(obj), rule, args, fixed, obj)


def _check_rule(ctx: Context, obj: Ruled, name: str, rule: Any, count: int) -> None:
    if isinstance(obj, CustomJvp):
        if rule[0] is None and not rule[1]:
            raise ctx.wrong("AD197", f"`{name}` has no JVP rule", f"give it one: {name}.defjvp(rule)")
        if rule[1] and obj.nondiff_argnums:
            raise ctx.wrong("AD197", "defjvps beside nondiff_argnums", f"write one rule: {name}.defjvp(rule)")
        if rule[1] and len(rule[1]) != count:
            raise ctx.wrong("AD197", f"`{name}` has {count} arguments, and defjvps gave it {len(rule[1])} rules")
    elif isinstance(obj, CustomVjp) and rule[0] is None:
        raise ctx.wrong("AD197", f"`{name}` has no VJP rule", f"give it one: {name}.defvjp(fwd, bwd)")


def _call(
    ctx: Context,
    fun: Abs,
    name: str,
    cls: type[Ruled],
    rule: Any,
    args: list[Abs],
    fixed: frozenset[int],
    obj: Ruled | None = None,
) -> Abs:
    key: Hashable = (cls, id(obj) if obj is not None else id(fun), *(kind_of(ctx, x, False, ()) for x in args))
    chosen = [x for k, x in enumerate(args) if k not in fixed]
    known = ctx.ruled.get(key)
    if known is None:
        made = _LoweringOfRule(ctx, fun, name, cls, rule, args, fixed, obj)
        known = made.function(key)
        if not known.free and obj is not None and all(_is_plain(ctx, x) for x in args):
            ctx.ruled[key] = replace(known, kept=(obj, *args))
    if known.result is None:
        raise ctx.unsupported(
            "AD198", f"`{name}`, which has a rule of its own, calls itself", "let a function without a rule call itself"
        )
    given = [value for x in chosen for value in leaves_of(ctx, x, False)]
    results = [Value(type_) for type_ in known.types]
    ctx.b.ops.append(call_op(known.name, (*given, *known.free), results, known.effect, known.shapes, ctx.b.span))
    returned = rebuilt(ctx, known.result, iter(results))
    if known.aliases:
        for x in args:
            for ref in references_of(ctx, x, False):
                tie_to(ctx, returned, ref)
    return returned


def _is_plain(ctx: Context, x: Abs) -> bool:
    """Whether an argument is determined by its kind: it is not a function of the program, whose frame may change."""
    if isinstance(x, Dyn | Ref):
        return True
    if isinstance(x, Tup | Box):
        return all(_is_plain(ctx, item) for item in held(ctx, x))
    return isinstance(x, Static)


class _LoweringOfRule:
    """The function and its rule, for arguments of these types."""

    def __init__(
        self,
        ctx: Context,
        fun: Abs,
        name: str,
        cls: type[Ruled],
        rule: Any,
        args: list[Abs],
        fixed: frozenset[int],
        obj: Ruled | None,
    ) -> None:
        self.ctx, self.fun, self.name, self.cls, self.rule, self.obj = ctx, fun, name, cls, rule, obj
        self.args, self.fixed = args, fixed
        self.given: list[Value] = []
        """The parameters, as far as types and names go."""
        for k, x in enumerate(args):
            if k not in fixed:
                leaves = list(leaves_of(ctx, x, False))
                hint = self._parameter(k)
                self.given += [Value(v.type, hint if len(leaves) == 1 else f"{hint}_{i}") for i, v in enumerate(leaves)]
        self.varied = [v for v in self.given if differentiable(v.type)]
        self.aliases = False
        self.result: Tree | None = None
        self.types: list[Type] = []
        self.spans = ctx.b.span

    def _parameter(self, k: int) -> str:
        fun = plain_function(self.fun.obj) if isinstance(self.fun, Static) else None
        if fun is not None:
            code = fun.__code__
            return code.co_varnames[k] if k < code.co_argcount else "value"
        if isinstance(self.fun, Closure):
            names = [p.arg for p in (*self.fun.node.args.posonlyargs, *self.fun.node.args.args)]
            return names[k] if k < len(names) else "value"
        return "x" if len(self.args) == 1 else "value"

    def function(self, key: Hashable) -> LoweredRule:
        ctx = self.ctx
        around = {getattr(node, "name", "") for node, _ in ctx.calls}
        taken = {*ctx.callees, *(one.name for one in ctx.recursions.values())}
        taken |= {*(one.name for one in ctx.ruled.values()), *around}
        name = fresh_name(self.name if ctx.calls else f"{self.name}_call", taken)
        ctx.ruled[key] = LoweredRule(name)
        try:
            regions = {name: self.primal()}
            ctx.ruled[key] = LoweredRule(name, self.result, tuple(self.types), self.aliases)
            rule = self._rule(name, regions, taken)
        finally:
            del ctx.ruled[key]
        free = free_values(list(regions.values()))
        if free and any(call.attrs["callee"] == name for fn in ctx.callees.values() for call in calls_in(fn.body)):
            raise ctx.unsupported(
                "AD198",
                f"the rule of `{self.name}` calls it from a function that calls itself, and it reads values around it",
                "pass these values as arguments",
            )
        return self._made(name, regions, free, rule)

    def _rule(self, name: str, regions: dict[str, Region], taken: set[str]) -> Rule:
        """The rule, whose functions join `regions`."""
        count = len(self.given)
        if issubclass(self.cls, CustomJvp):
            jvp = fresh_name(f"{name}_jvp", taken)
            regions[jvp] = self.jvp()
            return JvpRule(jvp, count)
        if issubclass(self.cls, CustomVjp):
            forward, reverse = fresh_name(f"{name}_forward", taken), fresh_name(f"{name}_reverse", taken)
            regions[forward], tree = self.forward()
            regions[reverse], given = self.reverse(regions[forward], tree)
            return VjpRule(forward, reverse, count, (), given)
        return Recomputed()

    def _made(self, name: str, regions: dict[str, Region], free: list[Value], rule: Rule) -> LoweredRule:
        """Close the functions over what they read from around them, and add them to the program."""
        ctx, count = self.ctx, len(self.given)
        closed = {one: HandingOn({}, name, free, PURE).region(region) for one, region in regions.items()}
        effect = strongest(effect_of(region) for region in closed.values())
        closed = {one: HandingOn({}, name, (), effect).region(region) for one, region in closed.items()}
        params = {one: (*region.params[:count], *free, *region.params[count:]) for one, region in closed.items()}
        if isinstance(rule, VjpRule):
            params[rule.reverse], rule, closed[rule.forward] = self._residuals(rule, closed, free)
        for one, region in closed.items():
            body = clone_region(Region(params[one], region.ops))
            own = rule if one == name else None
            ctx.callees[one] = Function(one, body, span=self.spans, constants=ctx.constants, rule=own)
        shapes = returned_shapes(ctx.callees[name])
        return LoweredRule(name, self.result, tuple(self.types), self.aliases, effect, shapes, tuple(free))

    def _residuals(
        self, rule: VjpRule, closed: dict[str, Region], free: list[Value]
    ) -> tuple[tuple[Value, ...], VjpRule, Region]:
        """The parameters of the reverse sweep; the rule, which says where they come from; and the forward sweep without what the
        caller has anyway."""
        forward, reverse = closed[rule.forward], closed[rule.reverse]
        there = (*forward.params, *free)
        results = forward.terminator.operands[: len(self.types)]
        residuals = forward.terminator.operands[len(self.types) :]
        saved: list[Value] = []
        places: list[tuple[str, int]] = []
        for value in residuals:
            if value in there:
                places.append(("argument", there.index(value)))
            elif value in results:
                places.append(("result", results.index(value)))
            else:
                places.append(("saved", len(saved)))
                saved.append(value)
        used = [v for v in free_values([reverse]) if v in free]
        places += [("argument", len(forward.params) + free.index(v)) for v in used]
        end = replace(forward.terminator, operands=(*results, *saved))
        params = (*reverse.params[: len(residuals)], *used, *reverse.params[len(residuals) :])
        return params, replace(rule, residuals=tuple(places)), Region(forward.params, (*forward.ops[:-1], end))

    # -- the functions ---------------------------------------------------------------------------------------------

    def region(self, given: Sequence[Value], build: Build, what: str, *, own: int | None = None) -> Region:
        """A function in a region of its own; it must not write to anything that existed before.  The first `own` of its arguments are the
        user's (all of them by default); those that follow it may change."""
        ctx, outside = self.ctx, self.ctx.state
        before = len(ctx.b.ops)
        ctx.state = outside.copy()
        try:
            with ctx.b.region(*(v.type for v in given), names=[v.name for v in given]) as opened:
                self.outside, self.begun = outside, ctx.state
                try:
                    with tries.inside(ctx, ()):
                        values = build(iter(opened.params))
                except Dead:
                    raise ctx.unsupported("AD198", f"{what} that raises on every path", "return a value") from None
                if not ctx.state.wrote_nothing(self.begun):
                    raise ctx.unsupported(
                        "AD198",
                        f"{what} that writes to an argument, or to an array, list or name of the function around it",
                        "copy it first, and return the values",
                    )
                ctx.b.return_(*values)
            tries.only_safe(ctx, opened.ops)
            return opened.done()
        finally:
            ctx.state = outside
            del ctx.b.ops[before:]

    def arguments(self, leaves: Iterator[Value]) -> list[Abs]:
        args = [x if k in self.fixed else with_leaves(self.ctx, x, leaves, False) for k, x in enumerate(self.args)]
        # Kept in the state, so that a write to one of them is noticed.
        self.ctx.state.names[self.ctx.frame, f"$given{next(self.ctx.marks)}"] = Tup(tuple(args))
        self.begun = self.ctx.state.copy()
        return args

    def _split(self, args: list[Abs]) -> tuple[list[Abs], list[Abs]]:
        """The arguments that a rule gets as they are, and the others."""
        return [x for k, x in enumerate(args) if k in self.fixed], [
            x for k, x in enumerate(args) if k not in self.fixed
        ]

    def primal(self) -> Region:
        ctx = self.ctx

        def build(leaves: Iterator[Value]) -> list[Value]:
            args = self.arguments(leaves)
            own = {cell: 0 for cell in ctx.state.versions if cell not in self.outside.versions}
            result = ctx.call(self.fun, args, {})
            if (box := box_among(ctx, result, self.begun.boxes)) is not None:
                raise ctx.unsupported(
                    "AD198",
                    f"`{self.name}` returns a {box.cls.__name__} that it was given",
                    f"return a copy: {box.cls.__name__}(...)",
                )
            self.aliases = may_alias(ctx, result, self.outside, own)
            values, self.result = flattened(ctx, result)
            self.types = [v.type for v in values]
            return values

        return self.region(self.given, build, f"`{self.name}`, a function with a rule of its own or of `checkpoint`,")

    def jvp(self) -> Region:
        ctx, (rule, rules) = self.ctx, self.rule

        def build(leaves: Iterator[Value]) -> list[Value]:
            primals = [next(leaves) for _ in self.given]
            dots = list(leaves)
            for value, dot in zip((v for v in primals if differentiable(v.type)), dots, strict=True):
                _know_equal(ctx, value, dot)
            fixed, chosen = self._split(self.arguments(iter(primals)))
            rest = iter(dots)
            tangents = [tangent(ctx, x, rest) for x in chosen]
            if rules:
                return self._sum_of(rules, chosen, tangents)
            result = ctx.call(Static(rule), [*fixed, Tup(tuple(chosen)), Tup(tuple(tangents))], {})
            matching = self._matching(rule, f"the JVP rule of `{self.name}`")
            out, out_dot = matching.pair(result, "(out, out_dot)")
            values, _ = matching.result(out, self.result, self.types)
            found = matching.leaves(out, out_dot, "its tangent")
            floats = [v for v in values if differentiable(v.type)]
            return [
                *values,
                *(ctx.b.zeros_like(v) if dot is None else dot for v, dot in zip(floats, found, strict=True)),
            ]

        return self.region(
            [*self.given, *(Value(v.type, f"{v.name}_dot") for v in self.varied)],
            build,
            f"the JVP rule of `{self.name}`",
        )

    def _sum_of(self, rules: Sequence[Any], args: list[Abs], tangents: list[Abs]) -> list[Value]:
        """The result, and the sum of what the rules for single arguments give."""
        ctx = self.ctx
        out = ctx.call(Static(self.obj), list(args), {})
        values, _ = flattened(ctx, out)
        floats = [v for v in values if differentiable(v.type)]
        total: list[Value | None] = [None] * len(floats)
        for rule, x_dot in zip(rules, tangents):
            if rule is not None:
                matching = self._matching(rule, f"a JVP rule of `{self.name}`")
                term = matching.leaves(out, ctx.call(Static(rule), [x_dot, out, *args], {}), "its tangent")
                total = [b if a is None else a if b is None else ctx.b.op("add", a, b) for a, b in zip(total, term)]
        return [*values, *(ctx.b.zeros_like(v) if dot is None else dot for v, dot in zip(floats, total, strict=True))]

    def forward(self) -> tuple[Region, Tree]:
        ctx, (rule, _) = self.ctx, self.rule
        trees: list[Tree] = []

        def build(leaves: Iterator[Value]) -> list[Value]:
            result = ctx.call(Static(rule), self.arguments(leaves), {})
            matching = self._matching(rule, f"the forward rule of `{self.name}`")
            out, residuals = matching.pair(result, "(out, residuals)")
            values, _ = matching.result(out, self.result, self.types)
            saved, tree = flattened(ctx, residuals)
            trees.append(tree)
            return [*values, *saved]

        return self.region(self.given, build, f"the forward rule of `{self.name}`"), trees[0]

    def reverse(self, forward: Region, tree: Tree) -> tuple[Region, tuple[bool, ...]]:
        ctx, (_, rule) = self.ctx, self.rule
        saved = [Value(v.type, v.name or "residual") for v in forward.terminator.operands[len(self.types) :]]
        bars = [Value(type_, "out_bar") for type_ in self.types if differentiable(type_)]
        given: list[bool] = []

        def build(leaves: Iterator[Value]) -> list[Value]:
            residuals = rebuilt(ctx, tree, leaves)
            assert self.result is not None
            out_bar = cotangent(ctx, self.result, iter(self.types), leaves)
            fixed, chosen = self._split(self.args)
            result = ctx.call(Static(rule), [*fixed, residuals, out_bar], {})
            self.begun = self.outside
            found = self._matching(rule, f"the reverse rule of `{self.name}`").adjoints(chosen, result)
            given.extend(bar is not None for bar in found)
            return [bar for bar in found if bar is not None]

        return self.region([*saved, *bars], build, f"the reverse rule of `{self.name}`"), tuple(given)

    def _matching(self, rule: Any, what: str) -> Matching:
        plain = plain_function(rule)
        place = None
        if plain is not None:
            source = find_source(plain)
            place = source.span(source.node, self.ctx.b.span)
        return Matching(self.ctx, what, place)


def _know_equal(ctx: Context, value: Value, dot: Value) -> None:
    """A tangent has the shape of its value."""
    if isinstance(value.type, Array):
        for axis in range(rank(value.type)):
            extents = ctx.b.dim(value, axis), ctx.b.dim(dot, axis)
            ctx.b.emit("check_equal", extents, {"message": "extents differ in a call", "known": True})
