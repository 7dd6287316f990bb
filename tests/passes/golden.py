"""Texts of small programs before and after passes."""

from __future__ import annotations

import textwrap

from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.ir.text import format_function
from autodiff_compiler.ir.verify import verify
from autodiff_compiler.passes.registry import run_pipeline

PARAMS = "%x: f64[:], %y: f64[:], %s: f64, %p: float, %n: int, %c: bool"


def optimised(body: str, *names: str) -> str:
    """The body after the passes; values keep the names they were given."""
    fn = parse_function(f"func f({PARAMS}) {{\n{textwrap.dedent(body).strip()}\n}}\n")
    verify(fn)
    done = run_pipeline(fn, names, verify=True)
    lines = format_function(done).strip().split("\n")[1:-1]
    return textwrap.dedent("\n".join(lines))


def check(passes: str, before: str, after: str) -> None:
    assert optimised(before, *passes.split()) == textwrap.dedent(after).strip()


def unchanged(passes: str, body: str) -> None:
    check(passes, body, optimised(body))
