"""`match`: the cases one after the other, each a test and the names that it binds.

What a subject is made of is known when compiling, so a pattern decides most of it then; only comparisons of numbers, and the length of
a list that grows, are left to the run.  Names are bound where the whole pattern has matched, before the guard is evaluated.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from autodiff_compiler.frontend import branches, container_items, members, object_builtins
from autodiff_compiler.frontend.boxes import Box
from autodiff_compiler.frontend.classes import class_of
from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.guards import Place
from autodiff_compiler.frontend.scalars import describe
from autodiff_compiler.frontend.state import NameKey
from autodiff_compiler.frontend.values import Abs, Dyn, Grown, Items, OrNone, Range, Ref, Static, Tup
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.opset import is_pure, may_trap

# Classes that match a subject as a whole by their one positional pattern.
_WHOLE = (bool, bytearray, bytes, dict, float, frozenset, int, list, set, str, tuple)

_ARRAYS_ARE_SEQUENCES = bool(np.ndarray.__flags__ & list.__flags__ & 1 << 5)
"""Whether a sequence pattern matches an array: it asks for a flag of the class (`Py_TPFLAGS_SEQUENCE`), which arrays have since NumPy 2.5."""

Get = Callable[[], Abs]
"""Reads a part of the subject: where it is tested, and once more where a name is bound to it."""


def run_match(ctx: Context, node: ast.Match, live: Callable[[NameKey], bool]) -> None:
    """A `match` statement."""
    held = (ctx.frame, f"$match_{node.lineno}_{node.col_offset}")
    subject = ctx.evaluate(node.subject, or_none=True)
    if isinstance(subject, OrNone):
        raise ctx.unsupported("AD152", f"`match` of {describe(subject)}", "ask `is None` first")
    ctx.state.names[held] = ctx.kept(subject)
    _cases(ctx, node.cases, held, live)
    ctx.state.names.pop(held, None)


def _cases(ctx: Context, cases: list[ast.match_case], held: NameKey, live: Callable[[NameKey], bool]) -> None:
    """The first of these cases that matches."""
    if not cases:
        return
    case, *others = cases
    pattern = _Pattern(ctx, case.pattern)
    with ctx.b.at(ctx.span(case.pattern)):
        test = pattern.matches(case.pattern, lambda: ctx.whole(ctx.state.names[held]))
        truth = ctx.truth(test)

    def next_case() -> None:
        _cases(ctx, others, held, live)

    def matched() -> None:
        pattern.bind()
        decided = True if case.guard is None else ctx.condition(case.guard)
        _choose(ctx, decided, lambda: ctx.run(case.body), next_case, live)

    _choose(ctx, truth, matched, next_case, live)


def _choose(
    ctx: Context,
    truth: bool | Value,
    then: Callable[[], None],
    orelse: Callable[[], None],
    live: Callable[[NameKey], bool],
) -> None:
    if isinstance(truth, Value):
        branches.branch(ctx, truth, then, orelse, live)
    else:
        (then if truth else orelse)()


def _giving(value: Abs) -> Get:
    return lambda: value


class _Pattern:
    """One pattern: whether it matches, and what it binds then."""

    def __init__(self, ctx: Context, pattern: ast.pattern) -> None:
        self._ctx = ctx
        self._bound: dict[str, Get] = {}
        self._undecided = False
        """Whether a test so far is left to the run: what is read after it must be harmless."""

    def bind(self) -> None:
        for name, get in self._bound.items():
            self._ctx.store_name(name, get())

    def matches(self, pattern: ast.pattern, get: Get) -> Abs:
        """A truth value, known or not."""
        test: Abs = _TESTS[type(pattern)](self, pattern, get)
        self._undecided = self._undecided or not isinstance(test, Static)
        return test

    def all_of(self, tests: list[Callable[[], Abs]]) -> Abs:
        """Whether all hold, asked in order until one does not."""
        result: Abs = Static(True)
        for test in tests:
            if isinstance(result, Static) and not result.obj:
                break
            result = branches.short_circuit(self._ctx, result, test, stop_at=False)
        return result

    # -- values and names ------------------------------------------------------------------------------------------

    def value(self, pattern: ast.MatchValue, get: Get) -> Abs:
        ctx = self._ctx
        x, wanted = get(), ctx.evaluate(pattern.value)
        if isinstance(x, Static) and isinstance(wanted, Static):
            return ctx.compare(ast.Eq, x, wanted)
        if isinstance(wanted, Static) and not isinstance(wanted.obj, int | float) and isinstance(x, Dyn):
            return Static(False)
        return ctx.compare(ast.Eq, x, wanted)

    def singleton(self, pattern: ast.MatchSingleton, get: Get) -> Abs:
        x = get()
        if pattern.value is None and not isinstance(x, Static) and isinstance(x, Tup | Box | Range):
            return Static(False)
        return self._ctx.compare(ast.Is, x, Static(pattern.value))

    def name(self, pattern: ast.MatchAs, get: Get) -> Abs:
        test = Static(True) if pattern.pattern is None else self.matches(pattern.pattern, get)
        if pattern.name is not None:
            self._bound[pattern.name] = get
        return test

    def one_of(self, pattern: ast.MatchOr, get: Get) -> Abs:
        ctx, before = self._ctx, dict(self._bound)
        result: Abs = Static(False)
        for alternative in pattern.patterns:
            if isinstance(result, Static) and result.obj:
                break
            self._bound = before.copy()

            def test(alternative: ast.pattern = alternative) -> Abs:
                return self.matches(alternative, get)

            result = branches.short_circuit(ctx, result, test, stop_at=True)
            if not isinstance(result, Static) and len(self._bound) > len(before):
                raise ctx.unsupported(
                    "AD100",
                    "alternatives that bind names, where only the run can tell which of them matches",
                    "write a case for each of them",
                )
        return result

    # -- what holds others -----------------------------------------------------------------------------------------

    def sequence(self, pattern: ast.MatchSequence, get: Get) -> Abs:
        ctx, x = self._ctx, get()
        if isinstance(x, Range) or (isinstance(x, Ref) and _ARRAYS_ARE_SEQUENCES):
            raise ctx.unsupported("AD100", f"matching {describe(x)} with a sequence", "match list(...) of it")
        content = ctx.state.content(x) if isinstance(x, Box) and x.cls is list else x
        if not isinstance(content, Tup | Items | Grown) or (isinstance(x, Box) and x.cls is not list):
            return Static(False)
        star = [i for i, part in enumerate(pattern.patterns) if isinstance(part, ast.MatchStar)]
        fixed = len(pattern.patterns) - len(star)
        if isinstance(content, Grown):
            return self._grown(pattern, x, content, fixed, star)
        items = content.items
        if len(items) < fixed or (len(items) > fixed and not star):
            return Static(False)
        tests: list[Callable[[], Abs]] = []
        for i, part in enumerate(pattern.patterns):
            after = len(pattern.patterns) - i - 1
            if isinstance(part, ast.MatchStar):
                if part.name is not None:
                    self._bound[part.name] = partial(ctx.new_list, list(items[i : len(items) - after]))
                continue
            item = items[i if not star or i < star[0] else len(items) - after - 1]
            tests.append(partial(self.matches, part, _giving(item)))
        return self.all_of(tests)

    def _grown(self, pattern: ast.MatchSequence, x: Abs, content: Grown, fixed: int, star: list[int]) -> Abs:
        """A list whose length is known at run time: its items are read where they are tested or bound."""
        ctx = self._ctx
        assert isinstance(x, Box)
        named = [part for part in pattern.patterns if isinstance(part, ast.MatchStar) and part.name is not None]
        if named:
            raise ctx.unsupported(
                "AD100", f"`*{named[0].name}` in a pattern for a list that grows at run time", "take np.array(items)"
            )
        length, count = ctx.b.op("list_len", content.value), ctx.b.const(fixed)
        tests: list[Callable[[], Abs]] = [lambda: Dyn(ctx.b.compare("ge" if star else "eq", length, count))]
        for i, part in enumerate(pattern.patterns):
            if isinstance(part, ast.MatchStar):
                continue
            place = Static(i if not star or i < star[0] else i - len(pattern.patterns))
            tests.append(partial(self.matches, part, partial(container_items.load, ctx, x, place)))
        return self.all_of(tests)

    def mapping(self, pattern: ast.MatchMapping, get: Get) -> Abs:
        ctx, x = self._ctx, get()
        if not (isinstance(x, Box) and issubclass(x.cls, dict)):
            return Static(False)
        content = ctx.state.content(x)
        assert isinstance(content, Items)
        held = dict(zip(content.keys, content.items))
        keys = [container_items.key_of(ctx, ctx.evaluate(key)) for key in pattern.keys]
        if any(key not in held for key in keys):
            return Static(False)
        if pattern.rest is not None:
            rest = {key: item for key, item in held.items() if key not in keys}
            self._bound[pattern.rest] = lambda: ctx.new_dict(rest)
        return self.all_of(
            [partial(self.matches, part, _giving(held[key])) for key, part in zip(keys, pattern.patterns)]
        )

    def instance(self, pattern: ast.MatchClass, get: Get) -> Abs:
        ctx, x = self._ctx, get()
        cls = ctx.static(ctx.evaluate(pattern.cls), "the class of a pattern")
        if not isinstance(cls, type):
            raise ctx.wrong("AD171", "TypeError: called match pattern must be a class")
        if not ctx.captures.is_subclass(object_builtins.python_class(ctx, x), cls):
            return Static(False)
        tests: list[Callable[[], Abs]] = []
        names = list(pattern.kwd_attrs)
        parts = list(pattern.kwd_patterns)
        if pattern.patterns and cls in _WHOLE:
            if len(pattern.patterns) > 1:
                raise ctx.wrong("AD171", f"TypeError: {cls.__name__}() accepts 1 positional sub-pattern")
            tests.append(lambda: self.matches(pattern.patterns[0], get))
        elif pattern.patterns:
            names = [*self._positional(cls, len(pattern.patterns)), *names]
            parts = [*pattern.patterns, *parts]
        for name, part in zip(names, parts):
            if not self._has(x, name):
                return Static(False)
            tests.append(partial(self._of_attribute, x, name, part))
        return self.all_of(tests)

    def _positional(self, cls: type, count: int) -> list[str]:
        """The attributes that positional patterns stand for."""
        ctx = self._ctx
        lacks = ctx.captures.lacks(cls, "__match_args__")
        found: Any = () if lacks else ctx.captures.look(Place(cls).attribute("__match_args__"))
        if not isinstance(found, tuple) or len(found) < count:
            accepts = len(found) if isinstance(found, tuple) else 0
            raise ctx.wrong("AD171", f"TypeError: {cls.__name__}() accepts {accepts} positional sub-patterns")
        return list(found[:count])

    def _has(self, x: Abs, name: str) -> bool:
        """Whether an object has an attribute; a property is taken to give one."""
        cls = class_of(x)
        if cls is not None and isinstance(self._ctx.captures.definition(cls, name), property):
            return True
        return object_builtins.has_attribute(self._ctx, x, name)

    def _of_attribute(self, x: Abs, name: str, part: ast.pattern) -> Abs:
        """A part of an object: the attribute is read once, so that a property runs once."""
        ctx, before, start = self._ctx, self._ctx.state.copy(), len(self._ctx.b.ops)
        value = members.attribute(ctx, x, name)
        harmless = ctx.state.same_as(before) and all(is_pure(op) and not may_trap(op) for op in ctx.b.ops[start:])
        if self._undecided and not harmless:
            raise ctx.unsupported(
                "AD100",
                f"the attribute `{name}` in a pattern, whose code may run or not",
                "read it before the match statement",
            )
        return self.matches(part, lambda: value)


_TESTS: dict[type[ast.pattern], Callable[[Any, Any, Get], Abs]] = {
    ast.MatchValue: _Pattern.value,
    ast.MatchSingleton: _Pattern.singleton,
    ast.MatchAs: _Pattern.name,
    ast.MatchOr: _Pattern.one_of,
    ast.MatchSequence: _Pattern.sequence,
    ast.MatchMapping: _Pattern.mapping,
    ast.MatchClass: _Pattern.instance,
}
