"""Spans are values: with equal copies of them in the IR of every stage, the same texts come out."""

from dataclasses import replace

import pytest
from prog_check import lowered, primal_ir, pulled_back
from prog_corpus import all_programs

from autodiff_compiler.api.making import options_of
from autodiff_compiler.diagnostics import Span
from autodiff_compiler.ir.core import Function, Region
from autodiff_compiler.ir.text import format_function
from autodiff_compiler.ir.types import differentiable
from autodiff_compiler.transforms.stages import Compilation

PROGRAMS = all_programs()[::9]


def with_copies(fn: Function) -> Function:
    """The function with a copy of its span for each op."""
    return replace(fn, body=region_with_copies(fn.body), span=copied(fn.span))


def region_with_copies(region: Region) -> Region:
    ops = [replace(op, regions=tuple(map(region_with_copies, op.regions)), span=copied(op.span)) for op in region.ops]
    return Region(region.params, tuple(ops))


def copied(span: Span) -> Span:
    return replace(span, caller=None if span.caller is None else copied(span.caller))


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_the_text_of_the_ir(program):
    fn = primal_ir(program, program.samples[0])
    assert format_function(with_copies(fn), spans=True) == format_function(fn, spans=True)


@pytest.mark.parametrize("backend", ["python", "numba"])
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_generated_text(program, backend, monkeypatch):
    made = lowered(program, program.samples[0], backend=backend)
    active = [differentiable(v.type) for v in made.function.params]

    def texts() -> list[str]:
        return [done.text for done in pulled_back(made, active, options_of(backend=backend))]

    expected = texts()
    keep = Compilation.keep
    monkeypatch.setattr(Compilation, "keep", lambda self, stage, fn: keep(self, stage, with_copies(fn)))
    assert texts() == expected
