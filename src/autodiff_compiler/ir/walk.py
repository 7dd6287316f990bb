"""Walks over the IR, and the one way to rebuild it.

Passes are functions `Function -> Function`.  Because every class is frozen, a pass rebuilds what it changes: `Rewriter`
copies a region through a map from old values to new ones, and a pass overrides `op` to emit something else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from autodiff_compiler.ir.core import Function, Op, Region, Value


def all_ops(region: Region) -> Iterator[Op]:
    """Every op, outer before inner, in order."""
    for op in region.ops:
        yield op
        for inner in op.regions:
            yield from all_ops(inner)


def definitions(region: Region) -> dict[Value, Op]:
    """The op that defines each value (parameters are defined by none)."""
    return {result: op for op in all_ops(region) for result in op.results}


def bound_in(*regions: Region) -> set[Value]:
    """All values that are defined in the regions: their parameters, what their ops result in, and the same of the regions inside."""
    found = {param for region in regions for param in region.params}
    for region in regions:
        for op in all_ops(region):
            found.update(op.results, *(inner.params for inner in op.regions))
    return found


def uses(region: Region) -> dict[Value, list[Op]]:
    """The ops that use each value, terminators included, in order."""
    found: dict[Value, list[Op]] = {}
    for op in all_ops(region):
        for value in dict.fromkeys(op.operands):
            found.setdefault(value, []).append(op)
    return found


def free_values(regions: Sequence[Region]) -> list[Value]:
    """The values that the regions use and do not define, in order of first use."""
    bound: set[Value] = set()
    free: dict[Value, None] = {}

    def visit(region: Region) -> None:
        bound.update(region.params)
        for op in region.ops:
            for value in op.operands:
                if value not in bound:
                    free[value] = None
            for inner in op.regions:
                visit(inner)
            bound.update(op.results)

    for region in regions:
        visit(region)
    return list(free)


def op_uses(op: Op) -> list[Value]:
    """What an op reads: its operands and what its regions take from outside."""
    return list(dict.fromkeys([*op.operands, *free_values(op.regions)])) if op.regions else list(op.operands)


def with_parts(op: Op, operands: tuple[Value, ...], results: tuple[Value, ...], regions: tuple[Region, ...] = ()) -> Op:
    """The op with these operands, results and regions: the same object if nothing changes, so that callers can see that by `is`."""
    if operands != op.operands or results != op.results:
        return Op(op.kind, operands, results, op.attrs, regions, op.span)
    for new, old in zip(regions, op.regions):
        if new is not old and (new.ops != old.ops or new.params != old.params):
            return Op(op.kind, operands, results, op.attrs, regions, op.span)
    return op


def with_results(branches: Op, kept: Sequence[int]) -> Op:
    """An `if` that has only these of its results."""
    if len(kept) == len(branches.results):
        return branches
    regions = []
    for region in branches.regions:
        *ops, end = region.ops
        regions.append(Region((), (*ops, replace(end, operands=tuple(end.operands[k] for k in kept)))))
    return replace(branches, results=tuple(branches.results[k] for k in kept), regions=tuple(regions))


class Rewriter:
    """Copies regions under a substitution.

    `op(op)` is called for each op with the substitution in `self.env`; the base class copies the op.  Overriders append
    ops to `self.out` and bind results in `self.env`.
    """

    def __init__(self, env: dict[Value, Value] | None = None) -> None:
        self.env: dict[Value, Value] = dict(env or {})
        self.out: list[Op] = []

    def value(self, value: Value) -> Value:
        return self.env.get(value, value)

    def values(self, values: tuple[Value, ...]) -> tuple[Value, ...]:
        env = self.env
        if env.keys().isdisjoint(values):
            return values
        return tuple([env.get(v, v) for v in values])

    def function(self, function: Function) -> Function:
        body = self.region(function.body)
        return function if body is function.body else replace(function, body=body)

    def region(self, region: Region) -> Region:
        """The rewritten region, the same object if nothing changes; parameters are kept unless the substitution renames them."""
        outer, self.out = self.out, []
        for op in region.ops:
            self.op(op)
        params, ops = self.values(region.params), tuple(self.out)
        self.out = outer
        return region if ops == region.ops and params == region.params else Region(params, ops)

    def op(self, op: Op) -> None:
        self.copy(op)

    def copy(self, op: Op) -> Op:
        """Append the op with substituted operands and rewritten regions; its results stay the same values."""
        regions = tuple([self.region(r) for r in op.regions]) if op.regions else ()
        new = with_parts(op, self.values(op.operands), op.results, regions)
        self.out.append(new)
        return new


class Substitution(Rewriter):
    """Copies ops under a substitution, leaving out those whose result was substituted."""

    def op(self, op: Op) -> None:
        if not (op.results and op.results[0] in self.env):
            self.copy(op)

    def ops(self, ops: Sequence[Op]) -> list[Op]:
        return list(self.region(Region((), tuple(ops))).ops)


def clone_region(region: Region, env: dict[Value, Value] | None = None) -> Region:
    """A copy in which every value defined inside is a new one (`env` says what free values become)."""
    return _Cloner(env).region(region)


def clone_ops(ops: Sequence[Op], env: dict[Value, Value]) -> list[Op]:
    """Copies of the ops with fresh results; `env` is extended with them."""
    cloner = _Cloner(env)
    for op in ops:
        cloner.op(op)
    env.update(cloner.env)
    return cloner.out


class _Cloner(Rewriter):
    def region(self, region: Region) -> Region:
        for param in region.params:
            self.env[param] = Value(param.type, param.name)
        return super().region(region)

    def op(self, op: Op) -> None:
        regions = tuple(self.region(r) for r in op.regions)
        for result in op.results:
            self.env[result] = Value(result.type, result.name)
        operands = tuple(self.value(v) for v in op.operands)
        results = tuple(self.env[r] for r in op.results)
        self.out.append(Op(op.kind, operands, results, op.attrs, regions, op.span))
