"""Chooses a variable for every named value.

Values that are passed on (carried into a loop, yielded by it, written in place) share a variable wherever they are
never live together, so that `t = t + c` stays `t`.  The names are the user's; two values with the same name that are
never live together share that, too.  What a loop on several threads computes has names of its own: Numba takes a variable that is
assigned outside as well for one that all threads write to.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from autodiff_compiler.backends.liveness import Interference
from autodiff_compiler.backends.nesting import Nesting
from autodiff_compiler.backends.value_names import Hints, default
from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.loop import loop_slots
from autodiff_compiler.ir.message import STRETCHED
from autodiff_compiler.ir.opset import overwrites
from autodiff_compiler.ir.types import ListOf, Scalar, Type, rank
from autodiff_compiler.namespaces import BUILTINS

MODULES = ("np", "math", "cmath", "numba", "njit", "prange", "importlib", "special", "sys", STRETCHED)
RESERVED = frozenset((*dir(builtins), *keyword.kwlist, *keyword.softkwlist, *MODULES)) - {"_"}

# What printed code calls by name, besides helpers: a parameter must not hide it.
CALLED = frozenset((*MODULES, *BUILTINS))


@dataclass
class Variable:
    """The values that share one variable, as bits, and what is live where one of them is written (`Interference`)."""

    machine: Type
    values: int = 0
    over: int = 0

    def conflicts(self, other: Variable) -> bool:
        """Whether a value of one is live where the other is written."""
        return bool(self.over & other.values or other.over & self.values)

    def add(self, other: Variable) -> None:
        self.values |= other.values
        self.over |= other.over


class Names:
    """`names[value]`: the variable of a named value."""

    def __init__(self, nesting: Nesting, taken: Iterable[str], strict_types: bool) -> None:
        self.nesting = nesting
        self.graph = Interference(nesting)
        self._taken = RESERVED | set(taken)
        self._strict = strict_types
        self._class: dict[Value, Value] = {}
        self._members: dict[Value, list[Value]] = {}
        self._shared: dict[Value, Variable] = {}
        self._variables: dict[str, Variable] = {}
        """By name, everything that has it."""
        self._threads = dict(_on_threads(nesting.function.body, None))
        """The loop on several threads that a value is computed in."""
        self._homes: dict[str, Op | None] = {}
        """By name, that loop."""
        self._name: dict[Value, str] = {}
        body = nesting.function.body
        for param in body.params:
            self._bind(param, param.name)
        self._coalesce(body)
        self._assign(body)

    def __getitem__(self, value: Value) -> str:
        return self._name[self._find(value)]

    def same(self, a: Value, b: Value) -> bool:
        """Whether two values share a variable."""
        return self._find(a) is self._find(b)

    def fresh(self, hint: str) -> str:
        """A name that nothing else has."""
        text = _clean(hint)
        number = 2
        free = text
        while free in self._taken or free in self._variables:
            free = f"{text}_{number}"
            number += 1
        self._taken = self._taken | {free}
        return free

    # -- sharing a variable ----------------------------------------------------------------------------------------

    def _find(self, value: Value) -> Value:
        value = self.graph.of(value)
        while value in self._class:
            value = self._class[value]
        return value

    def _members_of(self, root: Value) -> list[Value]:
        return self._members.setdefault(root, [root])

    def _variable(self, root: Value) -> Variable:
        """Of all members of a class."""
        found = self._shared.get(root)
        if found is None:
            graph = self.graph
            found = self._shared[root] = Variable(_machine(root.type), graph.bit(root), graph.over(root))
        return found

    def _join(self, a: Value, b: Value) -> None:
        """Give `b` the variable of `a` if they are never live together."""
        if a in self.nesting.inline or b in self.nesting.inline:
            return
        a, b = self._find(a), self._find(b)
        if a is b or not self._same_sort(a, b) or self._variable(a).conflicts(self._variable(b)):
            return
        if b in self._name:
            if a in self._name or (a.name and a.name != b.name):
                return
            a, b = b, a
        self._members_of(a).extend(self._members_of(b))
        self._variable(a).add(self._variable(b))
        self._class[b] = a
        if not a.name and b.name and a not in self._name:
            self._hint[a] = self._hint.get(b, b.name)

    _hint: dict[Value, str]

    def _same_sort(self, a: Value, b: Value) -> bool:
        if self._strict:
            return self._variable(a).machine == self._variable(b).machine
        return type(a.type) is type(b.type) and rank(a.type) == rank(b.type)

    def _coalesce(self, region: Region) -> None:
        self._hint = {}
        ops = list(self.nesting.live_ops(region))
        for op in ops:
            for before, after in overwrites(op):
                self._join(op.operands[before], op.results[after])
        for op in ops:
            for slot in loop_slots(op):
                self._join(slot.param, slot.yielded)
                self._join(slot.param, slot.init)
        for op in ops:
            if op.kind == "if" and not self.nesting.is_expression(op):
                for i, result in enumerate(op.results):
                    for branch in op.regions:
                        self._join(result, branch.terminator.operands[i])

    # -- names -----------------------------------------------------------------------------------------------------

    def _bind(self, root: Value, text: str) -> None:
        self._name[root] = text
        self._homes.setdefault(text, self._home(root))
        own = self._variable(root)
        self._variables.setdefault(text, Variable(own.machine)).add(own)

    def _assign(self, region: Region) -> None:
        """Values with a name first, so that no other takes it from them."""
        for root, text in self._name.items():
            # What was joined to a parameter has its name.
            self._variables[text].add(self._variable(root))
        unnamed: list[Value] = []
        for value in self._definitions(region):
            root = self._find(value)
            if root in self._name or value in self.nesting.inline:
                continue
            hint = self._hint.get(root) or root.name or value.name
            if hint and not (hint == "_" and root in self.nesting.uses):
                self._bind(root, self._choose(_clean(hint), root))
            else:
                unnamed.append(value)
        given = set(self._variables)
        hints = Hints(self.nesting, lambda value: self._name.get(self._find(value), ""))
        for value in unnamed:
            root = self._find(value)
            if root not in self._name:
                found = next((h for h in map(hints.hint, self._members_of(root)) if h), "")
                self._bind(root, self._choose(_clean(found or default(root.type)), root, given if not found else ()))

    def _choose(self, hint: str, root: Value, avoided: Collection[str] = ()) -> str:
        """The name, with a number where another value has it; the names in `avoided` are never used."""
        own = self._variable(root)
        number = 1
        while True:
            text = hint if number == 1 else f"{hint}{'_' if hint[-1].isdigit() else ''}{number}"
            number += 1
            if text in self._taken or text in avoided:
                continue
            other = self._variables.get(text)
            if other is None or (
                other.machine == own.machine and not other.conflicts(own) and self._homes[text] is self._home(root)
            ):
                return text

    def _home(self, root: Value) -> Op | None:
        """The loop on several threads that computes all of these values."""
        homes = {self._threads.get(value) for value in self._members_of(root)}
        return homes.pop() if len(homes) == 1 else None

    def _definitions(self, region: Region) -> Iterable[Value]:
        for op in region.ops:
            if op in self.nesting.dead or (op.results and all(r in self.nesting.inline for r in op.results)):
                continue
            for inner in op.regions:
                yield from inner.params
            for inner in op.regions:
                yield from self._definitions(inner)
            yield from op.results


def _on_threads(region: Region, home: Op | None) -> Iterable[tuple[Value, Op]]:
    """The values that loops on several threads compute, each with its loop.  What such a loop carries are arrays of those around it."""
    for op in region.ops:
        if home is not None:
            yield from ((value, home) for value in op.results)
        inner = op if op.attrs.get("parallel") else home
        for body in op.regions:
            if inner is not None:
                yield from ((value, inner) for value in (body.params if inner is home else body.params[:1]))
            yield from _on_threads(body, inner)


def _machine(type_: Type) -> Type:
    """The type without the difference between Python's and NumPy's scalars."""
    if isinstance(type_, Scalar):
        return Scalar(type_.dtype)
    if isinstance(type_, ListOf) and isinstance(type_.element, Scalar):
        return ListOf(Scalar(type_.element.dtype))
    return type_


def _clean(hint: str) -> str:
    text = re.sub(r"\W", "_", hint)
    if not text or text[0].isdigit():
        text = f"v{text}"
    return f"{text}_" if keyword.iskeyword(text) else text
