"""The pipelines, as lists, and how they run: the only file that knows all stages.

    lower  ->  optimise  ->  a row of the table of transforms  ->  optimise  ->  (lowering)  ->  buffers  ->  emit  ->  load

A `Compilation` holds the callable, its text, and the IR after every stage by name.  The IR before the buffers stage is the
primal of the next derivative.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from autodiff_compiler import backends, frontend, namespaces
from autodiff_compiler.diagnostics import UserError, did_you_mean
from autodiff_compiler.frontend import Lowered
from autodiff_compiler.ir.core import Function
from autodiff_compiler.ir.message import STRETCHED
from autodiff_compiler.ir.program import mapped, without_rules
from autodiff_compiler.ir.tree import Tree
from autodiff_compiler.ir.types import Type
from autodiff_compiler.options import Options
from autodiff_compiler.passes import buffers, integers, outline, parallel, stretching, workspaces
from autodiff_compiler.passes.registry import DEFAULT, PASSES, run_pipeline
from autodiff_compiler.passes.stretching import Singles
from autodiff_compiler.transforms.layout import named, with_python_names
from autodiff_compiler.transforms.products import without_unread
from autodiff_compiler.transforms.stages import Compilation, dumped
from autodiff_compiler.transforms.targets import TARGETS
from autodiff_compiler.transforms.transform import Request, Transform

# Squares of roots are simplified as soon as equal expressions have been merged.
BEFORE_AD = (*DEFAULT[:4], "roots", *DEFAULT[4:])
AFTER_AD = (
    "inline",
    *DEFAULT,
    "cleared",
    "dce",
    "dead_stores",
    "dce",
    "promote",
    "replay",
    "outer_products",
    "guards",
    "range_checks",
    "fold",
    "simplify",
    "cse",
    "dce",
)
LOWERING: dict[str, tuple[str, ...]] = {
    "python": ("factors", "summed_products", "dce", "running_sums", "copy_elision", "delayed_writes"),
    "numba": (
        "factors",
        "winners",
        "forwards",
        "hoist",
        "delayed_writes",
        "running_sums",
        "loops",
        "copy_elision",
        "fold",
        "simplify",
        "cse",
        "simplify",
        "strips",
        "promote",
        "simplify",
        "merge_loops",
        "simplify",
        "dce",
        "blocks",
        "licm",
        "dce",
        "filling",
        "allocations",
        "delayed_writes",
        "natural",
    ),
}


# -- entry points --------------------------------------------------------------------------------------------------


def lower(
    fun: Callable[..., Any],
    args: Sequence[tuple[str, Tree, list[Type]]],
    options: Options,
    values: Sequence[Any] | None = None,
    *,
    written_out: bool = False,
) -> Lowered:
    """The primal IR.  A derivative, an object with `__autodiff_lower__`, lowers to its own derivative IR.

    `values` are the leaves of the arguments where the call is known; `written_out`: with loops of few trips written out, for arguments
    of these shapes.
    """
    namespaces.check()
    nested = getattr(fun, "__autodiff_lower__", None)
    if nested is not None:
        made: Lowered = nested(list(args), values)
        return made
    with dumped(Compilation(options)):
        lowered = frontend.lower(fun, list(args), values, written_out=written_out)
        return replace(lowered, function=with_python_names(outline.run(lowered.function)))


def optimized(lowered: Lowered, options: Options) -> Function:
    """The primal IR after the passes that run before AD."""
    done = Compilation(options)
    with dumped(done):
        return _optimised(done, lowered.function)


def primal(lowered: Lowered, options: Options) -> Compilation:
    """The function itself, through the whole pipeline: what tests compare with CPython."""

    def build(guarded: bool) -> tuple[Compilation]:
        done = Compilation(options)
        with dumped(done):
            _optimised(done, lowered.function, guarded)
            _emit(done, f"{lowered.function.name}, compiled.")
        return (done,)

    return TARGETS[options.backend].best(build)[0]


def derived(
    transform: Transform,
    lowered: Lowered,
    request: Request,
    options: Options,
    guarded: bool = False,
    usual: Singles | None = None,
) -> tuple[Compilation, ...]:
    """The stages of a derivative up to "derivative"; `guarded`: for small int arguments, `usual`: for calls that stretch nothing but these
    axes of arguments (`passes/stretching.py`), which is checked."""
    done = tuple(Compilation(options) for _ in transform.stages)
    target = TARGETS[options.backend]
    request = replace(request, reruns=target.compiled, batch=options.batch or target.batch)
    with dumped(done[0]):
        made = list(transform.derive(_optimised(done[0], lowered.function, guarded, usual), request))
    # What a later sweep does not read, an earlier one need not save.
    for k in reversed(range(len(made))):
        with dumped(done[k]):
            made[k] = _pipeline(done[k].keep(transform.stages[k], made[k]), AFTER_AD, options)
            if k:
                made[k - 1], made[k] = without_unread(made[k - 1], made[k])
            done[k].keep("derivative", made[k])
    return done


def derivative(
    transform: Transform, lowered: Lowered, request: Request, options: Options, usual: Singles | None = None
) -> tuple[Compilation, ...]:
    """The result of `derived`, printed and loaded."""
    docstrings = transform.docstrings(lowered.function, request)

    def build(guarded: bool) -> tuple[Compilation, ...]:
        done = derived(transform, lowered, request, options, guarded, usual)
        for one, docstring in zip(done, docstrings):
            with dumped(one):
                _emit(one, docstring, transform, request)
        return done

    # A workspace is that of one program: there are no others for other ints.
    made = build(False) if request.workspace else TARGETS[options.backend].best(build)
    if usual is not None and any(one.is_usual for one in made[1:]):
        # A check in a later sweep (in a rule of the user's) would be too late: the first one was not made for all calls.
        return derivative(transform, lowered, request, options)
    return made


def usual_singles(lowered: Lowered, options: Options, values: Sequence[Any] | None) -> Singles | None:
    """The axes of arguments that are taken to be 1 in the program for the usual call, where there is one besides the one for all
    (`passes/stretching.py`) and the first call, with these leaves of the arguments, may be one; else None."""
    fn = lowered.function
    if (
        not TARGETS[options.backend].compiled
        or "all" in options.disable
        or STRETCHED in backends.named_objects(fn)
        or not stretching.may_stretch(fn)
    ):
        return None
    return frozenset() if values is None else stretching.singles_of(fn, values)


def compile_ahead(done: Compilation, args: Sequence[Any] | None = None) -> None:
    """Do what is left to the first call: under Numba, compile for arguments like `args`, or for contiguous arrays."""
    if TARGETS[done.options.backend].compiled:
        backends.compile_ahead(done.loaded, backends.examples(done.function) if args is None else args)


# -- stages --------------------------------------------------------------------------------------------------------


def _optimised(done: Compilation, fn: Function, guarded: bool = False, usual: Singles | None = None) -> Function:
    done.keep("primal", fn)
    fn = fn if usual is None else stretching.usual(fn, usual)
    names = (*BEFORE_AD, *TARGETS[done.options.backend].before_ad)
    return done.keep("optimized", _pipeline(integers.guarded(fn) if guarded else fn, names, done.options))


def _pipeline(fn: Function, names: Sequence[str], options: Options) -> Function:
    target = TARGETS[options.backend]
    return run_pipeline(target.entered(fn), target.passes(names), disable=options.disable, verify=options.verify)


def _emit(
    done: Compilation, docstring: str, transform: Transform | None = None, request: Request | None = None
) -> None:
    """Lowering, buffers, text, callable."""
    options = done.options
    target = TARGETS[options.backend]
    fn = without_rules(done.function)
    if fn is not done.function:
        fn = _pipeline(fn, AFTER_AD, options)
    # What is to run on several threads is not to run side by side on one of them.
    passes = [name for name in LOWERING[options.backend] if not (options.parallel and name == "strips")]
    fn = target.finished(_pipeline(mapped(fn, named), passes, options))
    if options.parallel and target.compiled:
        fn = mapped(fn, parallel.run)
    fn = mapped(fn, buffers.run)
    if request is not None and any(request.into) and transform is not None and transform.into is not None:
        fn = transform.into(fn, request)
    if request is not None and request.workspace:
        fn, done.workspace = workspaces.run(fn, len(request.hidden))
    fn = run_pipeline(fn, target.after_buffers, disable=options.disable)
    fn = backends.distinct(fn, options.backend)
    done.keep("buffers", fn)
    made = backends.printed(fn, options.backend, docstring=docstring, fastmath=options.fastmath)
    done.text, done.lines = made.text, made.lines
    list(namespaces.used(done.text))  # refuses a text whose names have come to mean something else
    done.loaded = backends.load(made.text, fn.name, {**backends.named_objects(fn), backends.LINES: made.lines})
    done.bounded = target.is_bounded(fn)
    done.call = backends.bounded(done.loaded, fn.name) if done.bounded else done.loaded


def check_passes(names: Sequence[str]) -> None:
    """Refuse a pass that does not exist."""
    for name in names:
        if name != "all" and name not in PASSES:
            way_out = did_you_mean(str(name), PASSES, f"the passes are {', '.join(PASSES)}; 'all' is every one of them")
            raise UserError("AD415", f"there is no pass {name!r}", help=way_out)
