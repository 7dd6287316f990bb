"""The buffers stage: from versions of arrays to buffers that are overwritten.

Before it, `store` and the like make a new version and leave the old one as it was; after it, they overwrite operand 0,
views alias, a value is a reference as in Python, and there is an explicit `copy` wherever a buffer that is still read would
otherwise change.  `buffers_demand` finds out what will be overwritten, `buffers_plan` where copies are needed; this file
makes them.
"""

from __future__ import annotations

from dataclasses import replace

from autodiff_compiler.analysis.memory import Node, sources
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Op, Value
from autodiff_compiler.ir.opset import is_undefined, opdef
from autodiff_compiler.ir.path import HERE, Path
from autodiff_compiler.ir.types import INT, Array, ListOf
from autodiff_compiler.ir.walk import Rewriter, all_ops
from autodiff_compiler.passes.buffers_plan import BufferPlan


def run(function: Function) -> Function:
    """The function in the form that backends accept (see `docs/ir.md`)."""
    function = _PathSplitter().function(function)
    plan = BufferPlan(function)
    return _Copier(plan, _copied_undefs(function, plan)).function(function)


class _PathSplitter(Rewriter):
    """Takes apart writes through a `reshape`, because NumPy's reshape may be a copy, and what is written to it would be lost.

    `a1 = store a[reshape, rest], v` becomes `f = reshape a; f1 = store f[rest], v; a1 = reshape f1`, which is right
    whether or not the reshape is a view.
    """

    def op(self, op: Op) -> None:
        path: Path = op.attrs.get("path", HERE)
        split = path.split(self.values(op.operands[1:-1])) if opdef(op).writes else None
        if split is None:
            self.copy(op)
            return
        (before, own), extents, (behind, operands) = split
        array, value = self.value(op.operands[0]), self.value(op.operands[-1])
        b = Builder(op.span)
        place = b.load(array, before, own) if before else array
        flat = b.op("reshape", place, *extents)
        written = b.op(op.kind, flat, *operands, value, path=behind)
        whole = b.op("reshape", written, *b.dims(place))
        if before:
            whole = b.store(array, before, own, whole)
        # What follows a second reshape is taken apart in the same way.
        ops = [replace(last, results=op.results) if last.results == (whole,) else last for last in b.ops]
        for new in ops:
            self.op(new)


class _Copier(Rewriter):
    """Inserts the copies of a plan."""

    def __init__(self, plan: BufferPlan, undefs: dict[Value, None]) -> None:
        super().__init__()
        self.plan = plan
        self.undefs = undefs

    def op(self, op: Op) -> None:
        if is_undefined(op) and op.result in self.undefs:
            self.out += _placeholder(op)
            return
        for index in self.plan.operands.get(op, ()):
            source = op.operands[index]
            op = replace(op, operands=(*op.operands[:index], self.insert(source, op), *op.operands[index + 1 :]))
        if len(op.results) == 1 and op.result in self.plan.views:
            kept = op.result
            view = Value(kept.type, kept.name)
            self.copy(replace(op, results=(view,)))
            self.out.append(Op("copy", (view,), (kept,), span=op.span))
            return
        self.copy(op)

    def insert(self, source: Value, op: Op) -> Value:
        copied = Value(source.type, source.name)
        self.out.append(Op("copy", (source,), (copied,), span=op.span))
        return copied


def _copied_undefs(function: Function, plan: BufferPlan) -> dict[Value, None]:
    """The undefined values that a copy may meet."""
    if not any(is_undefined(op) for op in all_ops(function.body)):
        return {}
    undefs: dict[Value, None] = {}
    edges: dict[Node, list[Node]] = {}
    for op in all_ops(function.body):
        if is_undefined(op):
            undefs[op.result] = None
        for target, source in sources(op):
            edges.setdefault(target, []).append(source)
    pending: list[Node] = [(op.operands[index], False) for op, found in plan.operands.items() for index in found]
    reached: dict[Node, None] = {}
    while pending:
        node = pending.pop()
        if node not in reached:
            reached[node] = None
            pending += edges.get(node, [])
    return {value: None for value in undefs if (value, False) in reached}


def _placeholder(op: Op) -> list[Op]:
    """Something of the right type in place of an undefined value: it is never read, but it can be copied."""
    type_ = op.result.type
    if isinstance(type_, ListOf):
        return [Op("list_new", (), op.results, {"type": type_}, span=op.span)]
    if not isinstance(type_, Array):
        return [op]
    zero = Op("const", (), (Value(INT),), {"type": INT, "value": 0}, span=op.span)
    return [zero, Op("empty", zero.results * type_.rank, op.results, {"dtype": type_.dtype}, span=op.span)]
