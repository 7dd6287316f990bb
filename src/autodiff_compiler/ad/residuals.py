"""How each primal value that the reversal of a region needs is provided.

The reversal of a region refers to the region's values as if they were in scope.  Here, in one place, each of them is
replaced: what is available anyway (the loop index, an exit code) by its new name, what is cheap to compute again by a
clone of its ops, the rest by what `keep` saved.  Which ones to save is a minimum cut (`mincut.py`).  What the clones
and the tapes refer to belongs to the enclosing region, and is provided there in the same way.

What an iteration of a loop yields is what the next one begins with, and that one has been reversed before: where the
loop has the one again, the reversal hands it on as the other.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from autodiff_compiler.ad.mincut import cheapest_saves
from autodiff_compiler.ad.plan import HAND_ON, RECOMPUTE, SAVE, Provision, ResidualPlan
from autodiff_compiler.ad.reloads import is_worth_a_copy, loaded_from, stored_in
from autodiff_compiler.ad.reversal import Reversal, Substitution
from autodiff_compiler.diagnostics import ADJOINT
from autodiff_compiler.ir.builder import OpenRegion
from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.opdef import CHECK, DEAR, PURE
from autodiff_compiler.ir.opset import TABLE, cost, extent_of, opdef, reads_path
from autodiff_compiler.ir.path import path_of
from autodiff_compiler.ir.types import INT, Array, ListOf, Type, differentiable
from autodiff_compiler.ir.walk import Rewriter, clone_ops, free_values, op_uses

Free = Mapping[Value, Callable[[], Value]]
Keep = Callable[[list[Value]], dict[Value, Value]]
NO_LENGTHS: Free = MappingProxyType({})
NOTHING: Mapping[Value, Value] = MappingProxyType({})


def provide(
    context: Reversal,
    region: Region,
    out: OpenRegion,
    free: Free,
    keep: Keep,
    lengths: Free = NO_LENGTHS,
    begun: Mapping[Value, Value] = NOTHING,
    given: Collection[Value] = (),
) -> dict[Value, tuple[Value, Value]]:
    """Make `out`, the reversal of the primal `region`, refer to nothing inside `region`.

    `free` gives values that are available in `out` anyway, each by what builds it; `keep` saves values of the primal
    and builds what reads them back.  `lengths` gives the lengths of lists of the region that need not be looked up.

    `given` are values that cost nothing to save, since they are there anyway.  `begun` gives for what an iteration yields what the next one has of it.  Of these some are handed on: for each the
    parameter that `out` must get, and what it hands on to the iteration before.
    """
    ops = _Shapes(context, region, lengths).ops(out.ops)
    needed = [v for v in free_values([Region(out.params, tuple(ops))]) if context.home.get(v) is region]
    recipes = _Recipes(context, region, free, begun)
    recipes.follow(needed)
    saves = cheapest_saves(
        recipes.origins, {v: 1 if v in given else price(v.type) for v in recipes.origins}, recipes.priced(needed)
    )
    prefix = OpenRegion(())
    with context.b.reopen(prefix), context.b.at(context.owner[region].span.at_phase(ADJOINT)):
        env = keep(saves) if saves else {}
        recomputed = _recompute(context, recipes, needed, env)
    out.ops[:] = [*prefix.ops, *Substitution(env).ops(ops)]
    ways = {v: HAND_ON if v in recipes.handed_on else RECOMPUTE for v in recomputed}
    _record(context, region, dict.fromkeys(saves, SAVE) | ways)
    return {v: (param, env[begun[v]]) for v, param in recipes.handed_on.items()}


def price(type_: Type) -> int:
    """What a slot of this type costs, one execution."""
    if isinstance(type_, ListOf):
        return 10**12
    return 1000**type_.rank if isinstance(type_, Array) else 1


def is_recomputable(op: Op, constant: Callable[[Value], object]) -> bool:
    """Whether an op is cheap and pure: such `if`s included, loops not.  (Checks in an `if` have been passed already.)"""
    if op.kind == "if":
        inner = [child for region in op.regions for child in region.ops[:-1]]
        return all(TABLE[child.kind].effect == CHECK or is_recomputable(child, constant) for child in inner)
    row = TABLE[op.kind]
    return row.effect == PURE and cost(op, constant) != DEAR and not row.writes


class _Recipes:
    """What each needed value of a region can be computed from, back to values that have to be saved."""

    def __init__(self, context: Reversal, region: Region, free: Free, begun: Mapping[Value, Value]) -> None:
        self.context, self.region, self.free, self.begun = context, region, free, begun
        self.handed_on: dict[Value, Value] = {}
        self.origins: dict[Value, list[Value] | None] = {}
        self._loaded: dict[Op, Value | None] = {}
        order = [*region.params, *(r for op in context.assemble(region) for r in op.results)]
        self.position = {v: k for k, v in enumerate(order)}
        self._stored: dict[Value, tuple[Op, Value]] = {}
        self._find_stored(order)

    def is_open(self, value: Value) -> bool:
        """Whether a value belongs to the region and is not available in its reversal."""
        return value not in self.free and self.context.home.get(value) is self.region

    def uses(self, value: Value) -> list[Value] | None:
        """What a value is computed from, or handed on from; None if it has to be saved."""
        uses = self._computed_from(value)
        return [self.begun[value]] if uses is None and value in self.begun else uses

    def _computed_from(self, value: Value) -> list[Value] | None:
        if value in self._stored:
            store, _ = self._stored[value]
            return list(store.operands[1:-1])
        if value in self.context.decoded:
            return [self.context.decoded[value][0]]
        op = self.context.defs.get(value)
        if op is None or not is_recomputable(op, self.context.constant):
            return None
        if self.context.save_all and differentiable(value.type):
            return None
        row = opdef(op)
        if row.reads and row.by_index:
            # No list is saved for the sake of an element.
            return None if self.context.in_loop(self.context.home[op.operands[0]]) else op_uses(op)
        if not row.reads:
            return op_uses(op)
        if self._final_version(op) is not None:
            return list(op.operands[1:])
        # An array of an enclosing loop may have to be saved there for this load.
        array = op.operands[0]
        from_outer_loop = not self.is_open(array) and self.context.in_loop(self.context.home[array])
        return None if from_outer_loop and not is_worth_a_copy(self.context, op) else op_uses(op)

    def rebuild(self, value: Value, env: dict[Value, Value]) -> None:
        """Build a value in the reverse sweep; extends `env`."""
        b = self.context.b
        if value in self._stored:
            store, array = self._stored[value]
            where = [env.get(v, v) for v in store.operands[1:-1]]
            env[value] = b.cast(b.load(array, path_of(store), where, value.name), value.type, value.name)
        elif value in self.context.decoded:
            env[value] = _decode(self.context, value, env)
        elif self._computed_from(value) is None:
            env[value] = self.handed_on[value] = Value(value.type, value.name)
        else:
            op = self.context.defs[value]
            if reads_path(op) and (version := self._final_version(op)) is not None:
                op = replace(op, operands=(version, *op.operands[1:]))
            b.ops.extend(_adjoint(new) for new in clone_ops([op], env))

    def follow(self, needed: Sequence[Value]) -> None:
        found: dict[Value, list[Value] | None] = {}
        queue = [v for v in needed if self.is_open(v)]
        while queue:
            value = queue.pop()
            if value in found:
                continue
            uses = self.uses(value)
            found[value] = None if uses is None else [v for v in uses if self.is_open(v)]
            queue += found[value] or []
        self.origins = {v: found[v] for v in sorted(found, key=self.position.__getitem__)}

    def priced(self, needed: Sequence[Value]) -> list[Value]:
        return [v for v in needed if v in self.origins]

    def _final_version(self, load: Op) -> Value | None:
        """The final version of the array, where that still holds what the load read."""
        if load not in self._loaded:
            self._loaded[load] = loaded_from(self.context, load)
        return self._loaded[load]

    def _find_stored(self, order: Sequence[Value]) -> None:
        """Values that cannot be computed again without saving anything, but that an array holds to the end."""
        if self.context.save_all or not any(value in self.context.stores for value in order):
            return
        given: set[Value] = set()
        # The index of a store may be computed behind the value, so once more for what is stored.
        for _ in range(2):
            for value in order:
                if value in given:
                    continue
                if value in self.free or self._all_given(self.uses(value), given):
                    given.add(value)
                    continue
                found = stored_in(self.context, value)
                if found is not None and self._all_given(found[0].operands[1:-1], given):
                    self._stored[value] = found
                    given.add(value)

    def _all_given(self, uses: Sequence[Value] | None, given: set[Value]) -> bool:
        return uses is not None and all(not self.is_open(v) or v in given for v in uses)


def _recompute(context: Reversal, recipes: _Recipes, needed: Sequence[Value], env: dict[Value, Value]) -> list[Value]:
    """Build what is available anyway and what is computed again, in the order of the primal; extends `env`."""
    wanted: set[Value] = set()
    queue = list(needed)
    while queue:
        value = queue.pop()
        if value in wanted or value in env or context.home.get(value) is not recipes.region:
            continue
        wanted.add(value)
        if value not in recipes.free:
            queue += recipes.uses(value) or []
    recomputed = []
    available = [v for v in recipes.free if v in wanted]
    for value in available:
        env[value] = recipes.free[value]()
    for value in _in_order(recipes, wanted - set(available)):
        recomputed.append(value)
        recipes.rebuild(value, env)
    return recomputed


def _in_order(recipes: _Recipes, wanted: set[Value]) -> list[Value]:
    """Each value behind those it is computed from; otherwise in the order of the primal."""
    done: dict[Value, None] = {}
    for value in sorted(wanted, key=recipes.position.__getitem__):
        stack = [value]
        while stack:
            missing = [v for v in recipes.uses(stack[-1]) or () if v in wanted and v not in done]
            if missing:
                stack += reversed(missing)
            else:
                done[stack.pop()] = None
    return list(done)


def _adjoint(op: Op) -> Op:
    """The op as one of the reverse sweep, without the checks that the primal has made."""
    regions = tuple(
        Region(r.params, tuple(_adjoint(child) for child in r.ops if TABLE[child.kind].effect != CHECK))
        for r in op.regions
    )
    return replace(op, regions=regions, span=op.span.at_phase(ADJOINT))


def _decode(context: Reversal, condition: Value, env: dict[Value, Value]) -> Value:
    """A condition, from the exit code that its branches yielded."""
    code, test, number = context.decoded[condition]
    found = context.b.compare(test, env.get(code, code), context.b.const(number))
    return context.b.cast(found, condition.type)


class _Shapes(Rewriter):
    """Extents and lengths in the reversal of a region, taken from where they are known (`analysis/shapes.py`).

    One that is known only inside the region is asked for in the primal, so that the number is saved and not the array.
    """

    def __init__(self, context: Reversal, region: Region, lengths: Free) -> None:
        super().__init__()
        self.context, self.home, self.lengths = context, region, lengths

    def ops(self, ops: Sequence[Op]) -> list[Op]:
        return list(self.region(Region((), tuple(ops))).ops)

    def op(self, op: Op) -> None:
        asked = extent_of(op)
        if not opdef(op).measures or not self.context.inside(op.operands[0], self.home):
            self.copy(op)
        elif asked is not None:
            extent = self.context.shapes.extent(*asked)
            self._become(op, lambda: self.context.dim(extent))
        elif op.operands[0] in self.lengths:
            self._become(op, self.lengths[op.operands[0]])
        else:
            self.env[op.result] = self._probe(op)

    def _become(self, op: Op, build: Callable[[], Value]) -> None:
        context = self.context
        with context.b.reopen(OpenRegion(())) as made, context.b.at(op.span):
            extent = build()
        for new in made.ops:
            if extent_of(new) is not None and context.inside(new.operands[0], self.home):
                self.env[new.result] = self._probe(new)
            else:
                self.copy(new)
        self.env[op.result] = self.value(extent)

    def _probe(self, op: Op) -> Value:
        context, root = self.context, op.operands[0]
        for existing in context.after.get(root, []):
            if (existing.kind, existing.attrs, existing.operands) == (op.kind, op.attrs, op.operands):
                return existing.result
        span = context.owner[self.home].span
        probe = Op(op.kind, op.operands, (Value(INT),), op.attrs, (), span)
        context.add_after(root, probe, context.home[root])
        return probe.result


def _record(context: Reversal, region: Region, ways: Mapping[Value, str]) -> None:
    owner = context.owner[region]
    if ways:
        choices = tuple(Provision(v.name, v.type, how) for v, how in ways.items())
        context.plans.append(ResidualPlan(owner.kind, owner.span, choices))
