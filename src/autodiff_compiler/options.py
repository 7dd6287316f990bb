"""What a user can choose when a derivative is compiled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autodiff_compiler.diagnostics import UserError, did_you_mean

BACKENDS = ("python", "numba")
AUTO = "auto"
CHECKS = (None, "first")
OUT = "out"
"""The keyword, and the parameter, of arrays to fill."""
STAGES = ("primal", "optimized", "forward", "reverse", "derivative", "buffers")
Argnums = int | str | Sequence[int | str]
"""Parameters by position or by name."""


@dataclass(frozen=True, slots=True)
class Options:
    """`backend`: "python" or "numba"; of `grad`, `value_and_grad` and the Jacobians also "auto", which is the first until the second
    is compiled (docs/running.md).  `disable`: names of optimisation passes to leave out, `("all",)` for every one
        that only makes the program faster or shorter.

    `verify`: check the IR after every pass (slow; tests do it).  `fastmath`: let Numba reassociate sums (NaN and
    infinity still behave).  `save_all`: save every value the reverse sweep needs instead of recomputing cheap ones.
    `parallel`: with Numba, loops whose iterations may come in any order run on several threads (docs/backends.md).
    `check`: "first" compares the first call of each specialisation with the function itself, run by CPython, and with
    differences (docs/running.md).  `holomorphic`: the derivative of a function of complex numbers as one complex number, by `grad`,
    `value_and_grad` and the Jacobians (docs/conventions.md).  `batch`: how many columns or rows of a Jacobian are computed at once, 64
    in the Python backend and 1 under Numba unless it is given (docs/running.md).
    """

    backend: str = "python"
    disable: tuple[str, ...] = ()
    verify: bool = False
    fastmath: bool = True
    save_all: bool = False
    parallel: bool = False
    check: str | None = None
    holomorphic: bool = False
    batch: int | None = None

    def check_names(self) -> None:
        """Refuse a backend or a check that does not exist, and a batch of no columns (AD415)."""
        if self.backend not in BACKENDS:
            way_out = did_you_mean(str(self.backend), BACKENDS, f"the backends are {', '.join(BACKENDS)}")
            if self.backend == AUTO:
                way_out = f"grad, value_and_grad and the Jacobians take it; the backends are {', '.join(BACKENDS)}"
            raise UserError("AD415", f"there is no backend {self.backend!r}", help=way_out)
        if self.check not in CHECKS:
            raise UserError("AD415", f"there is no check {self.check!r}", help='the checks are "first" and None')
        if not (self.batch is None or (type(self.batch) is int and self.batch > 0)):
            way_out = "columns at once: 1 or more, or None for the usual number"
            raise UserError("AD415", f"batch={self.batch!r}", help=way_out)
