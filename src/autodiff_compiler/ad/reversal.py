"""One reversal: its records, each with an owner, in the order in which they are made.

    primal      what is known of the primal: made first, and never written to
    exits       its exit codes: made from `primal`
    emission    the builder of the reverse sweep: everything is emitted through it
    added       what is added to the primal: written when a loop, an `if` or a call has been reversed
    plans       how values are provided: a row for each loop body and branch, written by `residuals.provide`

A region is reversed in this order, too: its ops, last one first, into the reverse sweep (`backward_walk.py`), as if the primal's
values were in scope; then how each of these is provided (`residuals.py`); then what that adds to the primal (`tapes.py`,
`branches.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from autodiff_compiler.ad.additions import Additions
from autodiff_compiler.ad.emission import Emission
from autodiff_compiler.ad.exit_codes import ExitCodes
from autodiff_compiler.ad.plan import ResidualPlan
from autodiff_compiler.ad.primal import Primal
from autodiff_compiler.ir.core import Region, Value

if TYPE_CHECKING:
    from autodiff_compiler.ad.pullbacks import Pullbacks


@dataclass(frozen=True)
class Reversal:
    """The records of one reversal, and the functions that it may call."""

    primal: Primal
    exits: ExitCodes
    emission: Emission
    added: Additions
    plans: list[ResidualPlan]
    pullbacks: Pullbacks
    stacked: bool = False
    """Whether values are kept on the stack of the program (`stack.py`), as in functions that call themselves."""
    at_once: bool = False
    """Whether regions are reversed while they run (`at_once.py`), when there is no later version of anything."""

    @classmethod
    def of(
        cls, body: Region, active: set[Value], pullbacks: Pullbacks, *, stacked: bool = False, at_once: bool = False
    ) -> Reversal:
        primal = Primal(body, active)
        records = ExitCodes(primal), Emission(primal, stacked), Additions(primal)
        return cls(primal, *records, [], pullbacks, stacked, at_once)

    @property
    def save_all(self) -> bool:
        return self.pullbacks.save_all

    @property
    def reruns(self) -> bool:
        return self.pullbacks.reruns
