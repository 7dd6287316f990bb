"""What the commands of the command line do, on the texts of their arguments.  It is loaded by the first command that runs."""

from __future__ import annotations

import contextlib
import sys

from rich.table import Table

from autodiff_compiler.api.binding import Signature
from autodiff_compiler.api.making import options_of
from autodiff_compiler.api.products import Pushforward
from autodiff_compiler.api.specialise import Specialisation
from autodiff_compiler.api.standalone import standalone
from autodiff_compiler.api.switching import derivative_of
from autodiff_compiler.cli.bench import run_bench
from autodiff_compiler.cli.rules import missing, rules_table
from autodiff_compiler.cli.target import load_target, parse_types, parse_values, parse_wrt
from autodiff_compiler.diagnostics import UserError
from autodiff_compiler.ir.text import format_function
from autodiff_compiler.testing import check_grads

__all__ = ["bench", "check", "missing", "rules_table", "source", "stage"]


def source(target: str, verb: str, wrt: str | None, types: str | None, backend: str, disable: str) -> str:
    """The text of a derivative, as a module that imports nothing of ours."""
    return standalone(compiled(target, verb, wrt, types, backend, disable))


def stage(
    target: str, verb: str, wrt: str | None, types: str | None, backend: str, disable: str, name: str, spans: bool
) -> str:
    """The IR of a derivative at a stage."""
    stages = compiled(target, verb, wrt, types, backend, disable).compiled.stages
    if name not in stages:
        mode = "forward" if verb == "jvp" else "reverse"
        raise UserError("AD416", f"{mode} mode has no stage {name!r}", help=f"its stages are {', '.join(stages)}")
    return format_function(stages[name], spans=spans)


def compiled(target: str, verb: str, wrt: str | None, types: str | None, backend: str, disable: str) -> Specialisation:
    fun = load_target(target)
    options = options_of(backend=backend, disable=tuple(name.strip() for name in disable.split(",") if name.strip()))
    argnums = parse_wrt(wrt)
    if verb == "jvp":
        return Pushforward(fun, options).for_types(parse_types(types), Signature.of(fun).wrt(argnums))
    return derivative_of(fun, verb, argnums, False, options).for_types(parse_types(types))


def check(target: str, at: str, order: int, backend: str) -> None:
    """Raises `AssertionError` where a derivative is not what numerical differentiation gives."""
    fun = load_target(target)
    arguments = Signature.of(fun).bind((), parse_values(at))
    with contextlib.redirect_stdout(sys.stderr):
        check_grads(fun, tuple(arguments.values()), order=order, backend=backend)


def bench(target: str, at: str, wrt: str | None, backend: str, check_first: bool) -> Table:
    fun = load_target(target)
    arguments = Signature.of(fun).bind((), parse_values(at))
    with contextlib.redirect_stdout(sys.stderr):
        return run_bench(fun, arguments, parse_wrt(wrt), backend, "first" if check_first else options_of().check)
