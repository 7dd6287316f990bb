"""The command line.  Code goes to stdout, alone; everything else goes to stderr.

Exit codes: 0 ok, 1 a check failed, 2 wrong usage or a wrong program, 3 a construct that is not supported, 4 a bug of ours.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.markup import escape

from autodiff_compiler import __version__, lazy
from autodiff_compiler.diagnostics import AutodiffError, InternalError, UnsupportedError, UserError
from autodiff_compiler.options import BACKENDS, STAGES

if TYPE_CHECKING:
    from autodiff_compiler.cli import work
else:
    work = lazy.Module("autodiff_compiler.cli.work")

FAILED, USAGE, UNSUPPORTED, INTERNAL = 1, 2, 3, 4


def console() -> Console:
    # Made each time: stderr may have been replaced since the module was loaded.
    return Console(stderr=True, highlight=False, soft_wrap=True)


def reporting(command: Callable[..., None]) -> Callable[..., None]:
    """Show our errors as text and leave with their exit code; a user's own exception passes through."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except AutodiffError as error:
            head, _, rest = str(error).partition("\n")
            console().print(f"[bold red]{escape(head)}[/]" + escape(f"\n{rest}" if rest else ""))
            code = {UnsupportedError: UNSUPPORTED, InternalError: INTERNAL}.get(type(error), USAGE)
            raise SystemExit(code) from None

    return run


def compiling(command: Callable[..., None]) -> Callable[..., None]:
    """The options of every command that generates code."""
    for option in reversed(
        [
            click.argument("target", metavar="FILE.py:FUNC"),
            click.option(
                "--wrt", metavar="NAMES", help="Parameters to differentiate with respect to: x,y (the first)."
            ),
            click.option("--types", metavar="TYPES", help='Parameter types: "x: f64[:, :], n: i64".'),
            click.option("--backend", type=click.Choice(BACKENDS), default="python", show_default=True),
            click.option("--disable", metavar="PASSES", default="", help="Passes to leave out: cse,licm or all."),
        ]
    ):
        command = option(command)
    return command


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="autodiff-compiler")
def main() -> None:
    """Derivatives of Python functions, as Python source.

    FILE.py:FUNC names a function in a file, package.module:FUNC one in a module.
    """


@main.command()
@compiling
@click.option("--mode", type=click.Choice(["reverse", "forward"]), default="reverse", show_default=True)
@click.option("--value", is_flag=True, help="Return the value of the function too.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to a file.")
@reporting
def grad(
    target: str,
    wrt: str | None,
    types: str | None,
    backend: str,
    disable: str,
    mode: str,
    value: bool,
    output: Path | None,
) -> None:
    """Print the generated gradient of FUNC."""
    _write(work.source(target, _verb(mode, value), wrt, types, backend, disable), output, target)


@main.command()
@compiling
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to a file.")
@reporting
def jvp(target: str, wrt: str | None, types: str | None, backend: str, disable: str, output: Path | None) -> None:
    """Print the generated forward-mode derivative of FUNC."""
    _write(work.source(target, "jvp", wrt, types, backend, disable), output, target)


@main.command()
@compiling
@click.option("--mode", type=click.Choice(["reverse", "forward"]), default="reverse", show_default=True)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to a file.")
@reporting
def jacobian(
    target: str, wrt: str | None, types: str | None, backend: str, disable: str, mode: str, output: Path | None
) -> None:
    """Print the generated Jacobian of FUNC: its rows by reverse mode, or its columns by forward mode."""
    verb = "jacrev" if mode == "reverse" else "jacfwd"
    _write(work.source(target, verb, wrt, types, backend, disable), output, target)


@main.command()
@compiling
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to a file.")
@reporting
def hessian(target: str, wrt: str | None, types: str | None, backend: str, disable: str, output: Path | None) -> None:
    """Print the generated Hessian of FUNC."""
    _write(work.source(target, "hessian", wrt, types, backend, disable), output, target)


@main.command()
@compiling
@click.option(
    "--mode", type=click.Choice(["reverse", "forward"]), help="Default: reverse, or forward with --stage forward."
)
@click.option("--value", is_flag=True, help="Return the value of the function too.")
@click.option("--stage", type=click.Choice(STAGES), default="derivative", show_default=True)
@click.option("--spans", is_flag=True, help="With source positions; the text can then be parsed back as it was.")
@reporting
def ir(
    target: str,
    wrt: str | None,
    types: str | None,
    backend: str,
    disable: str,
    mode: str | None,
    value: bool,
    stage: str,
    spans: bool,
) -> None:
    """Print the IR of the derivative of FUNC at a stage."""
    mode = mode or ("forward" if stage == "forward" else "reverse")
    click.echo(work.stage(target, _verb(mode, value), wrt, types, backend, disable, stage, spans))


@main.command()
@click.argument("target", metavar="FILE.py:FUNC")
@click.option("--at", required=True, metavar="VALUES", help='The point: "x=[1.0, 2.0], n=3".')
@click.option(
    "--order", type=click.IntRange(min=1), default=1, show_default=True, help="Check derivatives up to this order."
)
@click.option("--backend", type=click.Choice(BACKENDS), default="python", show_default=True)
@reporting
def check(target: str, at: str, order: int, backend: str) -> None:
    """Compare the derivatives of FUNC with numerical differentiation; exit code 1 on a mismatch."""
    try:
        work.check(target, at, order, backend)
    except AssertionError as error:
        console().print(f"[bold red]check failed:[/] {escape(str(error))}")
        raise SystemExit(FAILED) from None
    console().print(f"[green]ok[/]: forward and reverse mode agree with numerical differentiation up to order {order}")


@main.command()
@click.argument("target", metavar="FILE.py:FUNC")
@click.option("--at", required=True, metavar="VALUES", help='The point: "x=np.linspace(0.0, 1.0, 100)".')
@click.option("--wrt", metavar="NAME", help="The parameter to differentiate with respect to (the first).")
@click.option("--backend", type=click.Choice(BACKENDS), default="python", show_default=True)
@click.option("--check-first", is_flag=True, help="Compare the first call with the function itself, run by CPython.")
@reporting
def bench(target: str, at: str, wrt: str | None, backend: str, check_first: bool) -> None:
    """Compare the gradient of FUNC with numerical differentiation, in time and accuracy."""
    console().print(work.bench(target, at, wrt, backend, check_first))


@main.command()
@click.option(
    "--missing",
    "path",
    metavar="FILE.py",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="List instead what a file uses that is not supported; exit code 3 if there is something.",
)
@reporting
def rules(path: Path | None) -> None:
    """List what is supported of NumPy, SciPy and Python's modules."""
    if path is None:
        Console(width=160).print(work.rules_table())
        return
    uses = work.missing(path)
    for line, name in uses:
        click.echo(f"{path}:{line}: {name}")
    if uses:
        raise SystemExit(UNSUPPORTED)
    console().print("[green]ok[/]: nothing is missing")


def _verb(mode: str, value: bool) -> str:
    return "jvp" if mode == "forward" else "value_and_grad" if value else "grad"


def _write(text: str, output: Path | None, target: str) -> None:
    if output is None:
        click.echo(text.rstrip("\n"))
        return
    if output.resolve() == Path(target.rpartition(":")[0]).resolve():
        raise UserError("AD507", f"{output} is the file of the function itself", help="name another file")
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError("AD507", f"cannot write {output}: {error.strerror}") from error
    console().print(f"wrote {escape(str(output))}")


if __name__ == "__main__":
    sys.exit(main())
