"""Dead code: pure ops, results of `if` and carried slots of loops that nobody needs.

An op is needed if it has an effect (checks stay, with what they read) or if a needed op reads a result.  A loop whose
results are all unneeded and whose body is pure vanishes (a `while` is assumed to end).  Before that, a slot that every
iteration hands on unchanged is replaced by its initial value, and two slots that start equal and go on equal are one.

    Input:  t, s, trips = for 0, n, 1, t0, s0 { (i, t, s)  u = add s, t;  yield t, u }    (only t is read)
    Output: (t is t0; no loop)

Repeated while there are such slots, for one may show the next; idempotent.
"""

from __future__ import annotations

from dataclasses import replace

from autodiff_compiler.analysis.slots import carried
from autodiff_compiler.ir.core import Function, Op, Region, Value
from autodiff_compiler.ir.opdef import PURE
from autodiff_compiler.ir.opset import TABLE, own_effect
from autodiff_compiler.ir.walk import Rewriter, with_parts


def run(function: Function) -> Function:
    while True:
        same = _invariant_slots(function)
        if same:
            function = _Forward(same).function(function)
        function = _Sweep(_Marks(function)).function(function)
        if not same:
            return function


def needed_ops(function: Function) -> set[Op]:
    """The ops that stay."""
    return _Marks(function).ops


# -- invariant and duplicate slots ---------------------------------------------------------------------------------------


def _invariant_slots(function: Function) -> dict[Value, Value]:
    """What parameters and results of loops are equal to, where they never change or repeat another slot."""
    same: dict[Value, Value] = {}

    def find(value: Value) -> Value:
        while value in same:
            value = same[value]
        return value

    def visit(region: Region) -> None:
        for op in region.ops:
            for inner in op.regions:
                visit(inner)
            if op.kind in ("for", "while"):
                loop(op)

    def loop(op: Op) -> None:
        inits, params, yielded, results = carried(op)
        conditions = op.regions[0].params if op.kind == "while" else params
        first: dict[tuple[Value, Value], int] = {}
        for k, (init, param, after, result) in enumerate(zip(inits, params, yielded, results)):
            if find(after) in (param, find(init)):
                same[param] = same[result] = init
                if conditions is not params:
                    same[conditions[k]] = init
                continue
            twin = first.setdefault((find(init), find(after)), k)
            if twin != k:
                same[param], same[result] = params[twin], results[twin]
                if conditions is not params:
                    same[conditions[k]] = conditions[twin]

    visit(function.body)
    return {value: find(value) for value in same}


class _Forward(Rewriter):
    """Uses of an invariant or duplicate slot become uses of what it is equal to; the slot itself is left to the sweep."""

    def __init__(self, same: dict[Value, Value]) -> None:
        super().__init__(same)

    def region(self, region: Region) -> Region:
        return Region(region.params, super().region(region).ops)


# -- marking ---------------------------------------------------------------------------------------------------------------


class _Marks:
    """Which values and ops are needed."""

    def __init__(self, function: Function) -> None:
        self.values: set[Value] = set()
        self.ops: set[Op] = set()
        self._sources: dict[Value, tuple[Value, ...]] = {}
        """For results of structured ops and parameters of loops: the values they are made of."""
        self._origin: dict[Value, Op] = {}
        self._around: dict[Op, Op] = {}
        self._work: list[Value] = []
        roots = self._index(function.body, None)
        for op in roots:
            self._need(op)
        while self._work:
            self._read(self._work.pop())

    def _index(self, region: Region, around: Op | None) -> list[Op]:
        """Note where everything comes from; returns the ops with an effect of their own."""
        roots: list[Op] = []
        for op in region.ops:
            if around is not None:
                self._around[op] = around
            for result in op.results:
                self._origin[result] = op
            if op.kind == "if":
                for result, *branches in zip(op.results, *(r.terminator.operands for r in op.regions)):
                    self._sources[result] = tuple(branches)
            elif op.regions:
                inits, params, yielded, results = carried(op)
                conditions = op.regions[0].params if op.kind == "while" else params
                for k, init in enumerate(inits):
                    for value in (params[k], conditions[k], results[k]):
                        self._sources[value] = (init, yielded[k])
                        self._origin[value] = op
            for inner in op.regions:
                roots += self._index(inner, op)
            if (not op.regions and own_effect(op) != PURE and op.kind != "yield") or op.kind == "return":
                roots.append(op)
        return roots

    def _need(self, op: Op) -> None:
        """The op is executed: what steers it is needed, and that control comes to it."""
        if op in self.ops:
            return
        self.ops.add(op)
        self._work += _steering(op)
        if op in self._around:
            self._need(self._around[op])

    def _read(self, value: Value) -> None:
        if value in self.values:
            return
        self.values.add(value)
        self._work += self._sources.get(value, ())
        if value in self._origin:
            self._need(self._origin[value])


def _steering(op: Op) -> tuple[Value, ...]:
    """What an op reads in any case; a structured op reads the rest only for the results that are needed."""
    if op.kind == "if" or not op.regions:
        return op.operands
    codes = op.regions[-1].terminator.operands[-1:] if op.attrs.get("exits") else ()
    if op.kind == "for":
        return (*op.operands[:3], *codes)
    return (*op.regions[0].terminator.operands, *codes)


class _Sweep(Rewriter):
    """Keeps what is marked."""

    def __init__(self, marks: _Marks) -> None:
        super().__init__()
        self._marks = marks
        self._yielded: list[list[int] | None] = []

    def op(self, op: Op) -> None:
        if TABLE[op.kind].terminator:
            kept = self._yielded[-1] if self._yielded else None
            if kept is not None and len(kept) < len(op.operands):
                op = replace(op, operands=tuple(op.operands[k] for k in kept))
            self.out.append(op)
        elif op in self._marks.ops:
            self._structured(op) if op.regions else self.out.append(op)

    def _structured(self, op: Op) -> None:
        live = self._marks.values
        if op.kind == "if":
            kept = [k for k, result in enumerate(op.results) if result in live]
            regions = tuple(self._rebuilt(region, region.params, kept) for region in op.regions)
            self.out.append(with_parts(op, op.operands, tuple(op.results[k] for k in kept), regions))
            return
        inits, params, _, results = carried(op)
        conditions = op.regions[0].params
        skip = 1 if op.kind == "for" else 0
        needed = [
            k
            for k in range(len(inits))
            if results[k] in live or params[k] in live or (not skip and conditions[k] in live)
        ]
        tail = list(range(len(params), len(params) + (1 if op.attrs.get("exits") else 0)))
        body = self._rebuilt(
            op.regions[-1], (*op.regions[-1].params[:skip], *(params[k] for k in needed)), needed + tail
        )
        regions = (body,)
        if op.kind == "while":
            regions = (self._rebuilt(op.regions[0], tuple(conditions[k] for k in needed), None), body)
        operands = (*op.operands[: 3 * skip], *(inits[k] for k in needed))
        kept_results = (*(results[k] for k in needed), *op.results[len(params) :])
        self.out.append(with_parts(op, operands, kept_results, regions))

    def _rebuilt(self, region: Region, params: tuple[Value, ...], kept: list[int] | None) -> Region:
        self._yielded.append(kept)
        ops = self.region(region).ops
        self._yielded.pop()
        return Region(params, ops)
