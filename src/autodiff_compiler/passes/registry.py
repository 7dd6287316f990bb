"""The optimisation passes by name, and how a list of them is run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby

from autodiff_compiler.ir.core import Function, Op
from autodiff_compiler.ir.program import mapped
from autodiff_compiler.ir.verify import verify_one
from autodiff_compiler.passes import (
    allocations,
    blocks,
    branches,
    checks,
    cleared,
    contraction,
    copy_elision,
    cse,
    dce,
    dead_stores,
    delayed_writes,
    errors,
    factors,
    filling,
    fold,
    forwards,
    guards,
    hoist,
    inline,
    licm,
    lower_numba,
    merge_loops,
    natural,
    outer_products,
    promote,
    replay,
    roots,
    running_sums,
    signatures,
    simplify,
    small_arrays,
    strips,
    summed_products,
    winners,
)


@dataclass(frozen=True)
class Pass:
    """One optimisation: a pure function from functions to functions that preserves their meaning."""

    name: str
    description: str
    run: Callable[[Function], Function]
    of_programs: bool = False
    """Whether it is given the whole program rather than one function after another."""
    optional: bool = True
    """Whether it only makes the program faster or shorter, so that `"all"` leaves it out."""


PASSES: dict[str, Pass] = {
    row.name: row
    for row in (
        Pass("fold", "compute what is constant; take extents from where arrays are made", fold.run),
        Pass("simplify", "algebraic identities, redundant casts, broadcasts and loads", simplify.run),
        Pass("branches", "merge equal results of an if; drop an if that is already decided", branches.run),
        Pass("cse", "compute equal expressions, branches and loops once; make a check once", cse.run),
        Pass("dce", "drop what nobody needs: ops, results, carried slots, loops", dce.run),
        Pass("roots", "before AD: the square of a root or of an absolute value is what stands under it", roots.run),
        Pass(
            "contraction",
            "for Numba, before AD: elements of a vector are computed where they are read",
            contraction.run,
        ),
        Pass(
            "errors",
            "for Python: keep the errors of arithmetic that nobody needs the result of",
            errors.run,
            of_programs=True,
            optional=False,
        ),
        Pass(
            "integer_errors",
            "for Numba: keep those of integers",
            errors.run_compiled,
            of_programs=True,
            optional=False,
        ),
        Pass("checks", "drop checks that are proven to pass", checks.run),
        Pass("hoist", "for Numba: move index checks out of loops", hoist.run),
        Pass(
            "range_checks",
            "check at the ends of a range instead of in a loop that does nothing but check",
            hoist.run_ends,
        ),
        Pass("licm", "move loop-invariant computation before the loop", licm.run),
        Pass("promote", "keep a sum into one array element in a scalar during a loop", promote.run),
        Pass("outer_products", "outer products that a loop adds up are one product after it", outer_products.run),
        Pass("guards", "skip a loop that only adds multiples of zero", guards.run),
        Pass("cleared", "working space that begins with zeros is made anew instead of cleared", cleared.run),
        Pass("dead_stores", "elements that nobody reads again are not set", dead_stores.run),
        Pass("replay", "run an iteration again where its values are needed, instead of saving them", replay.run),
        Pass("forwards", "for Numba: loops of the reverse sweep run forwards where the order is free", forwards.run),
        Pass("factors", "after the last derivative: forget the matrix where its factors are known", factors.run),
        Pass("running_sums", "add in place to an array that a loop carries", running_sums.run),
        Pass("copy_elision", "fill an array where it will be put", copy_elision.run),
        Pass("allocations", "for Numba: room that iterations fill is made before the loop", allocations.run),
        Pass("strips", "for Numba: iterations in any order run side by side in strips", strips.run),
        Pass("winners", "for Numba: of a chain of choices only the last one is reversed", winners.run),
        Pass("filling", "for Numba: what a loop fills is not filled with zeros before", filling.run),
        Pass("blocks", "for Numba: long loops save their state once for each block of iterations", blocks.run),
        Pass("natural", "for Numba: ranges of indices that are certainly not negative say so", natural.run),
        Pass(
            "small_arrays",
            "for Numba, at the very end: small arrays that nothing outlives are on the stack",
            small_arrays.run,
        ),
        Pass("delayed_writes", "overwrite an array after the last read of its views", delayed_writes.run),
        Pass(
            "summed_products",
            "for Python: products with a vector along an axis, summed over it, are one of BLAS",
            summed_products.run,
        ),
        Pass(
            "signatures", "drop parameters and results of functions that nobody uses", signatures.run, of_programs=True
        ),
        Pass("inline", "put the ops of small functions in place of their calls", inline.run, of_programs=True),
        Pass("merge_loops", "for Numba: loops over one range, one after the other, are one", merge_loops.run),
        Pass("loops", "for Numba: array expressions, sums and products become fused loops", lower_numba.run),
    )
}

# What a pipeline consists of unless it says otherwise.  Invariant slots must be gone (dce) before constants inside
# loops show, and what simplification leaves behind is removed at the end.
DEFAULT = (
    "fold",
    "simplify",
    "branches",
    "cse",
    "checks",
    "errors",
    "dce",
    "fold",
    "simplify",
    "cse",
    "licm",
    "dce",
    "signatures",
    "dce",
)


def run_pipeline(
    function: Function, names: Sequence[str], disable: Sequence[str] = (), verify: bool = False
) -> Function:
    """The program after the passes of these names, in order, without the disabled ones (`"all"`: every one that is optional).

    With `verify` the IR is checked after each pass.
    """
    names = [name for name in names if name not in disable and not ("all" in disable and PASSES[name].optional)]
    for of_programs, group in groupby(names, lambda name: PASSES[name].of_programs):
        if of_programs:
            for name in group:
                function = PASSES[name].run(function)
        else:
            callees = function.callees if verify else None
            function = mapped(function, partial(_run, names=list(group), callees=callees))
    return function


def _run(function: Function, names: Sequence[str], callees: Mapping[str, Function] | None) -> Function:
    """One function of a program after the passes; verified where its `callees` are given."""
    settled: dict[str, tuple[Op, ...]] = {}
    """What each pass returned last; passes are idempotent, so a pass has nothing more to do until another one changes that."""
    for name in names:
        if settled.get(name) == function.body.ops:
            continue
        made = PASSES[name].run(function)
        # The same object where nothing changed: what is known of it is looked up by it.
        function = made if made.body.ops != function.body.ops else function
        settled[name] = function.body.ops
        if callees is not None:
            verify_one(function, callees, after=name)
    return function
