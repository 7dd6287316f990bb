"""How each primal value that the reversal of a region needs is provided.

The reversal of a region refers to the region's values as if they were in scope.  Here, in one place, each of them is
replaced: what is available anyway (the loop index, an exit code) by its new name, what is cheap to compute again by a
clone of its ops, the rest by what `keep` saved.  Which ones to save is a minimum cut (`mincut.py`).  What the clones
and the tapes refer to belongs to the enclosing region, and is provided there in the same way.

What an iteration of a loop yields is what the next one begins with, and the next one has been reversed before: where its
reversal has the value, it passes it on to this one.  An array that the iteration writes to is restored from there (`restores.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from autodiff_compiler.ad.mincut import cheapest_saves
from autodiff_compiler.ad.plan import HAND_ON, RECOMPUTE, RESTORE, SAVE, Provision, ResidualPlan
from autodiff_compiler.ad.reloads import is_worth_a_copy, loaded_from, stored_in
from autodiff_compiler.ad.repeated import without_repeated
from autodiff_compiler.ad.reruns import Refilling, Refillings, loaded_before
from autodiff_compiler.ad.restores import Restores
from autodiff_compiler.ad.reversal import Reversal
from autodiff_compiler.diagnostics import ADJOINT
from autodiff_compiler.ir.builder import OpenRegion
from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.opdef import CHECK, DEAR, PURE
from autodiff_compiler.ir.opset import TABLE, cost, extent_of, opdef, reads_path
from autodiff_compiler.ir.path import path_of
from autodiff_compiler.ir.types import INT, Array, ListOf, Type, differentiable, dtype_of
from autodiff_compiler.ir.walk import Rewriter, Substitution, clone_ops, free_values, op_uses

Free = Mapping[Value, Callable[[], Value]]


@dataclass(frozen=True)
class Needs:
    """A region of the primal whose reversal needs values of it, and where these may come from."""

    region: Region
    construct: Op
    """What the region belongs to."""
    keep: Callable[[list[Value]], dict[Value, Value]]
    """Saves values of the primal, and builds what reads them back."""
    free: Free = field(default_factory=dict)
    """Values that are available in the reversal anyway, each with what builds it."""
    lengths: Free = field(default_factory=dict)
    """The lengths of lists of the region that need not be looked up."""
    begun: Mapping[Value, Value] = field(default_factory=dict)
    """Maps what an iteration yields to what the next one begins with."""
    restores: Restores = field(default_factory=dict)
    """Versions of arrays that can be made of later ones."""
    given: Collection[Value] = ()
    """Values that cost nothing to save, since they are kept anyway."""


def provide(reversal: Reversal, needs: Needs, out: OpenRegion) -> dict[Value, tuple[Value, Value]]:
    """Make `out`, the reversal of a region, refer to nothing inside that region.

    Some of the values that are `begun` are handed on: the result has for each of them the parameter that `out` must get, and what
    it passes on to the iteration before.
    """
    region, b = needs.region, reversal.emission.b
    ops = without_repeated(region, _Measures(reversal, needs).ops(out.ops))
    needed = [v for v in free_values([Region(out.params, tuple(ops))]) if reversal.added.home(v) is region]
    recipes = _Recipes(reversal, needs)
    recipes.follow(needed)
    saves = cheapest_saves(recipes.origins, recipes.prices(), recipes.priced(needed))
    for restore in needs.restores.values():
        if restore.old in saves:
            reversal.added.put_instead(restore.write, [restore.load, restore.write], region)
    prefix = OpenRegion(())
    with b.reopen(prefix), b.at(needs.construct.span.at_phase(ADJOINT)):
        env = needs.keep(saves) if saves else {}
        recomputed = _recompute(recipes, needed, env)
    out.ops[:] = [*prefix.ops, *Substitution(env).ops(ops)]
    ways = dict.fromkeys(saves, SAVE) | {v: recipes.way(v) for v in recomputed}
    if ways:
        choices = tuple(Provision(v.name, v.type, how) for v, how in ways.items())
        reversal.plans.append(ResidualPlan(needs.construct.kind, needs.construct.span, choices))
    return {v: (param, env[needs.begun[v]]) for v, param in recipes.handed_on.items()}


REPLACED = 100
"""How much dearer it is to put back what a write replaced than to save a value that is read: the array is kept, and written to."""


def price(type_: Type) -> int:
    """What a slot of this type costs, one execution."""
    if isinstance(type_, ListOf):
        return 10**12
    return 1000**type_.rank if isinstance(type_, Array) else 1


def is_recomputable(op: Op, constant: Callable[[Value], object]) -> bool:
    """Whether an op is cheap and pure, including such `if`s, but not loops.  (Checks in an `if` have been passed already.)"""
    if op.kind == "if":
        inner = [child for region in op.regions for child in region.ops[:-1]]
        return all(TABLE[child.kind].effect == CHECK or is_recomputable(child, constant) for child in inner)
    row = TABLE[op.kind]
    return row.copies or (row.effect == PURE and cost(op, constant) != DEAR and not row.writes)


def _is_slice_write(op: Op) -> bool:
    """Whether an array is written, or added, to a part of one that has as many axes: which costs as much as a copy or two."""
    return opdef(op).writes and op.operands[-1].type == op.operands[0].type and path_of(op).is_view


class _Recipes:
    """What each needed value of a region can be computed from, back to values that have to be saved."""

    def __init__(self, reversal: Reversal, needs: Needs) -> None:
        self.reversal, self.primal, self.needs = reversal, reversal.primal, needs
        self.handed_on: dict[Value, Value] = {}
        self.origins: dict[Value, list[Value] | None] = {}
        self._loaded: dict[Op, Value | None] = {}
        self._fillings = Refillings(self.primal, lambda op: is_recomputable(op, self.primal.constant))
        self._replaced = {restore.old for restore in needs.restores.values()}
        # At the top of a function that is called, no version is in scope of the reverse sweep: it is saved, or it is not there.
        self._is_inner = needs.region is not reversal.primal.body and not reversal.at_once
        assembled = reversal.added.assembled(needs.region)
        order = [*needs.region.params, *(r for op in assembled for r in op.results)]
        self.position = {v: k for k, v in enumerate(order)}
        self.position |= {r.old: self.position[r.write.result] for r in needs.restores.values()}
        self._stored: dict[Value, tuple[Op, Value]] = {}
        self._find_stored(order)

    def is_open(self, value: Value) -> bool:
        """Whether a value belongs to the region and is not available in its reversal."""
        is_here = value in self._replaced or self.reversal.added.home(value) is self.needs.region
        return is_here and value not in self.needs.free

    def prices(self) -> dict[Value, int]:
        dearer = dict.fromkeys(self._replaced, REPLACED)
        given = dict.fromkeys(self.needs.given, 0 if self.reversal.stacked else 1)
        return {v: given[v] if v in given else price(v.type) * dearer.get(v, 1) for v in self.origins}

    def way(self, value: Value) -> str:
        """How a value that is not saved is provided."""
        if value in self.handed_on:
            return HAND_ON
        return RESTORE if value in self.needs.restores else RECOMPUTE

    def uses(self, value: Value) -> list[Value] | None:
        """What a value is computed from, or passed on from; None if it has to be saved."""
        uses = self.computed_from(value)
        return [self.needs.begun[value]] if uses is None and value in self.needs.begun else uses

    def computed_from(self, value: Value) -> list[Value] | None:
        if value in self.needs.restores:
            return list(self.needs.restores[value].sources)
        if value in self._stored:
            store, _ = self._stored[value]
            return list(store.operands[1:-1])
        if value in self.reversal.exits.tests:
            return [self.reversal.exits.tests[value].code]
        filling = self._filling(value)
        if filling is not None:
            return filling.uses
        op = self.reversal.added.definition(value)
        again = self.reversal.reruns and self._is_inner
        if op is None or not (is_recomputable(op, self.primal.constant) or (again and _is_slice_write(op))):
            return None
        if self.reversal.save_all and differentiable(value.type):
            return None
        row = opdef(op)
        if row.reads and row.by_index:
            # A list is never saved for the sake of one element.
            return None if self._is_dear(op.operands[0]) else op_uses(op)
        if not row.reads:
            return op_uses(op)
        if self._lasting_version(op) is not None:
            return list(op.operands[1:])
        # An array of an enclosing loop may have to be saved there for this load.
        array = op.operands[0]
        from_outer_loop = not self.is_open(array) and self._is_in_loop(array)
        return None if from_outer_loop and not is_worth_a_copy(self.primal, op) else op_uses(op)

    def _filling(self, value: Value) -> Refilling | None:
        return self._fillings.of(value) if self.reversal.reruns and self._is_inner else None

    def _is_dear(self, items: Value) -> bool:
        """Whether a list would have to be saved again and again; the arguments of a function that calls itself are handed on."""
        return self._is_in_loop(items) or (self.reversal.stacked and items not in self.primal.body.params)

    def _is_in_loop(self, value: Value) -> bool:
        return self.primal.in_loop(self.reversal.added.home(value))

    def rebuild(self, value: Value, env: dict[Value, Value]) -> None:
        """Build a value in the reverse sweep; extends `env`."""
        b = self.reversal.emission.b
        if value in self._stored:
            store, array = self._stored[value]
            where = [env.get(v, v) for v in store.operands[1:-1]]
            env[value] = b.cast(b.load(array, path_of(store), where, value.name), value.type, value.name)
        elif value in self.reversal.exits.tests:
            test = self.reversal.exits.tests[value]
            found = b.compare(test.kind, env.get(test.code, test.code), b.const(test.number))
            env[value] = b.cast(found, value.type)
        elif value in self.needs.restores:
            restore = self.needs.restores[value]
            written, *where, old = (env.get(v, v) for v in restore.sources)
            env[value] = b.store(written, path_of(restore.write), where, old, value.name)
        elif (filling := self._filling(value)) is not None:
            room = b.op(
                "empty", *self.reversal.emission.dims(value), dtype=dtype_of(value.type), filled=True, name=value.name
            )
            ops, env[value] = filling.cloned(room, env)
            b.ops.extend(map(_adjoint, ops))
        elif self.computed_from(value) is None:
            env[value] = self.handed_on[value] = Value(value.type, value.name)
        else:
            op = self.reversal.added.definition(value)
            assert op is not None
            if opdef(op).copies:
                env[value] = env.get(op.operands[0], op.operands[0])
                return
            if reads_path(op) and (version := self._lasting_version(op)) is not None:
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

    def _lasting_version(self, load: Op) -> Value | None:
        """Another version of the array that holds what the load read: the final one, where that is in scope, or one before the loop."""
        if load not in self._loaded:
            found = loaded_from(self.primal, load) if self._is_inner else None
            if found is None and self._is_inner and self.reversal.reruns:
                found = loaded_before(self.primal, load)
            self._loaded[load] = found
        return self._loaded[load]

    def _find_stored(self, order: Sequence[Value]) -> None:
        """Values that cannot be computed again without saving anything, but that an array holds to the end."""
        if self.reversal.save_all or not self._is_inner or not any(value in self.primal.stores for value in order):
            return
        given: set[Value] = set()
        # The index of a store may be computed after the value, so it is provided once more for what is stored.
        for _ in range(2):
            for value in order:
                if value in given:
                    continue
                if value in self.needs.free or self._all_given(self.uses(value), given):
                    given.add(value)
                    continue
                found = stored_in(self.primal, value)
                if found is not None and self._all_given(found[0].operands[1:-1], given):
                    self._stored[value] = found
                    given.add(value)

    def _all_given(self, uses: Sequence[Value] | None, given: set[Value]) -> bool:
        return uses is not None and all(not self.is_open(v) or v in given for v in uses)


def _recompute(recipes: _Recipes, needed: Sequence[Value], env: dict[Value, Value]) -> list[Value]:
    """Build what is available anyway and what is computed again, in the order of the primal; extends `env`."""
    free, home = recipes.needs.free, recipes.reversal.added.home
    wanted: set[Value] = set()
    queue = list(needed)
    while queue:
        value = queue.pop()
        if value in wanted or value in env or home(value) is not recipes.needs.region:
            continue
        wanted.add(value)
        if value not in free:
            queue += recipes.uses(value) or []
    recomputed = []
    available = [v for v in free if v in wanted]
    for value in available:
        env[value] = free[value]()
    for value in _in_order(recipes, wanted - set(available)):
        recomputed.append(value)
        recipes.rebuild(value, env)
    return recomputed


def _in_order(recipes: _Recipes, wanted: set[Value]) -> list[Value]:
    """Each value after those it is computed from; otherwise in the order of the primal.  (What is handed on is there from the start.)"""
    done: dict[Value, None] = {}
    for value in sorted(wanted, key=recipes.position.__getitem__):
        stack = [value]
        while stack:
            missing = [v for v in recipes.computed_from(stack[-1]) or () if v in wanted and v not in done]
            if missing:
                stack += reversed(missing)
            else:
                done[stack.pop()] = None
    return list(done)


def _adjoint(op: Op) -> Op:
    """The op as one of the reverse sweep, without the checks that the primal has already made."""
    regions = tuple(
        Region(r.params, tuple(_adjoint(child) for child in r.ops if TABLE[child.kind].effect != CHECK))
        for r in op.regions
    )
    return replace(op, regions=regions, span=op.span.at_phase(ADJOINT))


class _Measures(Rewriter):
    """Extents and lengths in the reversal of a region, taken from where they are known (`analysis/shapes.py`).

    If one is known only inside the region, it is taken in the primal, so that the number is saved and not the array.
    """

    def __init__(self, reversal: Reversal, needs: Needs) -> None:
        super().__init__()
        self.reversal, self.needs = reversal, needs

    def ops(self, ops: Sequence[Op]) -> list[Op]:
        return list(self.region(Region((), tuple(ops))).ops)

    def op(self, op: Op) -> None:
        asked = extent_of(op)
        if not opdef(op).measures or not self._is_inside(op.operands[0]):
            self.copy(op)
        elif asked is not None:
            extent = self.reversal.primal.shapes.extent(*asked)
            self._become(op, lambda: self.reversal.emission.dim(extent))
        elif op.operands[0] in self.needs.lengths:
            self._become(op, self.needs.lengths[op.operands[0]])
        else:
            self.env[op.result] = self._probe(op)

    def _is_inside(self, value: Value) -> bool:
        return self.reversal.added.inside(value, self.needs.region)

    def _become(self, op: Op, build: Callable[[], Value]) -> None:
        b = self.reversal.emission.b
        with b.reopen(OpenRegion(())) as made, b.at(op.span):
            extent = build()
        for new in made.ops:
            if extent_of(new) is not None and self._is_inside(new.operands[0]):
                self.env[new.result] = self._probe(new)
            else:
                self.copy(new)
        self.env[op.result] = self.value(extent)

    def _probe(self, op: Op) -> Value:
        added, root = self.reversal.added, op.operands[0]
        for existing in added.behind(root):
            if (existing.kind, existing.attrs, existing.operands) == (op.kind, op.attrs, op.operands):
                return existing.result
        probe = Op(op.kind, op.operands, (Value(INT),), op.attrs, (), self.needs.construct.span)
        added.put_behind(root, probe)
        return probe.result
