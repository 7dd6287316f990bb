"""What the reversal adds to the primal: the ops that save values, and those that take the place of others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from autodiff_compiler.ad.primal import Primal
from autodiff_compiler.ir.core import Op, Region, Value
from autodiff_compiler.ir.extent import Extent


@dataclass
class Additions:
    """The primal with what is added to it.

    Written through its methods where a loop, an `if` or a call has been reversed (`tapes.py`, `branches.py`, `calls.py`), and by
    `residuals.py`, which asks for extents.  Read there when the region around is reversed in its turn, for which what was added
    is a part of the primal, and at the end by `sweeps.py`, which puts the primal together again.
    """

    primal: Primal
    ragged: set[Value] = field(default_factory=set)
    """Arrays that are fillers on some path: their shape may differ from one iteration to the next."""
    undefined: set[Value] = field(default_factory=set)
    """Undefined values that may be put on a tape."""
    list_starts: dict[Value, list[Value]] = field(default_factory=dict)
    """For each list tape, and what `if`s make of it, the empty lists that it starts from."""
    _home: dict[Value, Region] = field(default_factory=dict)
    _definitions: dict[Value, Op] = field(default_factory=dict)
    _instead: dict[Op, Sequence[Op]] = field(default_factory=dict)
    _behind: dict[Value, list[Op]] = field(default_factory=dict)
    _at_end: dict[Region, list[Op]] = field(default_factory=dict)

    # -- writing ---------------------------------------------------------------------------------------------------

    def put_behind(self, value: Value, op: Op) -> None:
        """Add an op right after the definition of `value`."""
        self._behind.setdefault(value, []).append(op)
        home = self.home(value)
        assert home is not None
        self._define(op, home)

    def put_instead(self, op: Op, new: Sequence[Op], region: Region) -> None:
        """Replace an op of a region by others."""
        self._instead[op] = new
        for made in new:
            self._define(made, region)

    def put_at_end(self, region: Region, ops: Sequence[Op]) -> None:
        """Add ops to the end of a region."""
        self._at_end.setdefault(region, []).extend(ops)

    def note_tape(self, versions: Iterable[Value], extents: tuple[Extent, ...]) -> None:
        """The extents of a tape: an outer loop that saves it asks for them."""
        for version in versions:
            self.primal.shapes.note(version, extents)

    def _define(self, op: Op, region: Region) -> None:
        """Results that the primal has already stay what they are there."""
        for result in op.results:
            if result not in self.primal.home:
                self._home[result] = region
                self._definitions[result] = op

    # -- reading ---------------------------------------------------------------------------------------------------

    def home(self, value: Value) -> Region | None:
        """The region where a value is defined, of the primal or added to it; None of the reverse sweep's own."""
        return self.primal.home.get(value) or self._home.get(value)

    def inside(self, value: Value, region: Region) -> bool:
        """Whether a value is defined in a region or in one nested in it."""
        return self.primal.is_within(self.home(value), region)

    def definition(self, value: Value) -> Op | None:
        return self.primal.definitions.get(value) or self._definitions.get(value)

    def behind(self, value: Value) -> Sequence[Op]:
        """What was added right after the definition of a value."""
        return self._behind.get(value, ())

    def assembled(self, region: Region) -> list[Op]:
        """The ops of a region without its terminator, with everything that was added or replaced."""
        ops: list[Op] = []
        for param in region.params:
            ops += self._followers(param)
        for op in region.ops[:-1]:
            for new in self._instead.get(op, [op]):
                ops.append(new)
                for result in new.results:
                    ops += self._followers(result)
        return [*ops, *self._at_end.get(region, ())]

    def _followers(self, value: Value) -> list[Op]:
        ops = []
        for op in self.behind(value):
            ops.append(op)
            for result in op.results:
                ops += self._followers(result)
        return ops
