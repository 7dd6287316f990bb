"""After the buffers stage: the arrays that a program works in belong to the caller, who passes the same ones at each call.

    Input:  func f(x) { n = dim x;  t = empty n;  for … { store t[i], … }  … }
    Output: func f(x, workspace) updates { for … { store t[i], … }  … }          t is `workspace[0]`

An allocation becomes a parameter where its extents follow from the shapes and the ints that are given, where it is executed whatever the
data is, and where nothing that outlives the iteration or the call may refer to it.  So results never share memory with a workspace,
which the verifier of the buffers stage checks.  What stays allocated is said in `WorkspacePlan.left`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from autodiff_compiler.diagnostics import Span
from autodiff_compiler.ir.core import Function, Op, Value
from autodiff_compiler.ir.names import fresh_name
from autodiff_compiler.ir.opset import is_undefined, may_alias, opdef, spread_of
from autodiff_compiler.ir.tree import Leaf, Node, leaves
from autodiff_compiler.ir.types import Array, ListOf, Type
from autodiff_compiler.ir.walk import all_ops
from autodiff_compiler.passes.extents import Extents
from autodiff_compiler.passes.outputs import Filling
from autodiff_compiler.passes.rooms import allocates_room, is_product, private_rooms

NAME = "workspace"


@dataclass(frozen=True)
class Allocated:
    """An array or a list that each call allocates: `often` if it does so several times, and if its size is known, by which results of
    `WorkspacePlan.extents` (from `first` on)."""

    name: str
    type: Type
    span: Span
    often: bool
    first: int | None


@dataclass(frozen=True)
class WorkspacePlan:
    """What is to be given: arrays of `types`, whose extents `extents` computes, one after the other, from some of the arguments.

    `needs` says from which, by position, in order of their first mention, and from what of them: an axis of an array, or None for an int.
    """

    extents: Function
    types: tuple[Array, ...]
    needs: tuple[tuple[int, int | None], ...]
    left: tuple[Allocated, ...]


def run(fn: Function, hidden: int) -> tuple[Function, WorkspacePlan]:
    """The function with a workspace as a further parameter, before the last `hidden` of the Python parameters, and what it holds."""
    extents = Extents(fn)
    rooms: dict[Op, list[Value]] = {}
    placed = _placed(fn)
    for op in private_rooms(fn, in_branches=False):
        if op.result in placed:
            continue
        known = _extents_of(op, extents)
        if known is not None:
            rooms[op] = known
    taken = {param.name for param in fn.params} | {name for name, _ in fn.param_trees}
    name = fresh_name(NAME, taken)
    params = {op: Value(op.result.type, fresh_name(_hint(op), taken)) for op in rooms}
    sizes = [extent for known in rooms.values() for extent in known]
    left = _left(fn, rooms, extents, sizes)
    plan = WorkspacePlan(
        extents.function(sizes),
        tuple(op.result.type for op in rooms if isinstance(op.result.type, Array)),
        tuple(extents.needs),
        tuple(left),
    )
    return _with_params(fn, name, params, hidden), plan


def _hint(op: Op) -> str:
    return op.result.name or ("product" if is_product(op) else "room")


def _with_params(fn: Function, name: str, params: dict[Op, Value], hidden: int) -> Function:
    kept = len(fn.param_trees) - hidden
    first = sum(leaves(own) for _, own in fn.param_trees[:kept])
    given = tuple(params.values())
    tree = Node(tuple, tuple(Leaf() for _ in given))
    return replace(
        fn,
        body=replace(Filling(params).function(fn).body, params=(*fn.params[:first], *given, *fn.params[first:])),
        param_trees=(*fn.param_trees[:kept], (name, tree), *fn.param_trees[kept:]),
        room=tuple(range(first, first + len(given))),
    )


# -- which --------------------------------------------------------------------------------------------------------------


def _placed(fn: Function) -> set[Value]:
    """The products that are computed where they belong."""
    stored = {op.operands[-1] for op in all_ops(fn.body) if op.attrs.get("apart")}
    return {op.result for op in all_ops(fn.body) if allocates_room(op) and is_product(op) and op.result in stored}


def _extents_of(op: Op, extents: Extents) -> list[Value] | None:
    """The extents of what an op allocates, as values of the function that computes them; None if they depend on more than is given."""
    row, type_ = opdef(op), op.result.type
    assert isinstance(type_, Array)
    if row.starts_empty or spread_of(op)[0] is not None:
        dims = op.operands if row.starts_empty else spread_of(op)[1]
        found = [extents.of(dim) for dim in dims]
    else:
        found = [extents.along(op.result, axis) for axis in range(type_.rank)]
    known = [extents.nonnegative(one) for one in found if one is not None]
    return known if len(known) == len(found) else None


# -- what stays -----------------------------------------------------------------------------------------------------------


def _left(fn: Function, rooms: dict[Op, list[Value]], extents: Extents, sizes: list[Value]) -> list[Allocated]:
    """What else is allocated; extents that are known are added to `sizes`."""
    top, placed = frozenset(fn.body.ops), _placed(fn)
    found = []
    for one in (fn, *fn.callees.values()):
        for op in all_ops(one.body):
            for value in op.results if _allocates(op) and op not in rooms else ():
                if value in placed or not isinstance(value.type, Array | ListOf):
                    continue
                known: list[Value | None] = (
                    [extents.along(value, k) for k in range(value.type.rank)] if isinstance(value.type, Array) else []
                )
                first = len(sizes) if known and None not in known and one is fn else None
                if first is not None:
                    sizes += [extents.nonnegative(extent) for extent in known if extent is not None]
                name = value.name or opdef(op).noun or op.kind
                found.append(Allocated(name, value.type, op.span, op not in top, first))
    return found


def _allocates(op: Op) -> bool:
    """Whether a result of an op may have memory of its own."""
    row = opdef(op)
    if op.regions or row.writes or row.terminator or "callee" in op.attrs or is_undefined(op):
        return False
    return not may_alias(op)
