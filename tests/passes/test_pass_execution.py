"""Every pass, and the pipeline, keeps what random programs compute, verifies, and is idempotent."""

from __future__ import annotations

import numpy as np
import pytest
from pass_programs import Program, program

from autodiff_compiler.ir.core import Function, Region
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.text import format_function
from autodiff_compiler.ir.verify import verify
from autodiff_compiler.ir.walk import all_ops
from autodiff_compiler.passes.registry import DEFAULT, PASSES, run_pipeline
from autodiff_compiler.passes.rewrite import FactRewriter

SEEDS = range(40)


def inputs(seed: int) -> list[list]:
    """Vectors of equal and of different lengths, 0 and 1 among them."""
    random = np.random.default_rng(seed)
    shapes = [(5, 5), (3, 3), (1, 4), (4, 1), (0, 0), (2, 3)]
    return [
        [random.normal(size=p), random.normal(size=q), float(random.normal()), int(random.integers(-1, 4))]
        for p, q in shapes
    ]


def outcome(fn: Function, arguments: list) -> list | str:
    """The results, or that a check failed: which of several failing checks comes first is not promised."""
    try:
        return run(fn, arguments)
    except (IndexError, ValueError):
        return "raised"


def assert_same(before: Function, after: Function, seed: int) -> None:
    for arguments in inputs(seed):
        expected, found = outcome(before, arguments), outcome(after, arguments)
        assert isinstance(expected, str) == isinstance(found, str), arguments
        if not isinstance(expected, str):
            for one, other in zip(expected, found):
                assert np.shape(one) == np.shape(other)
                assert type(one) is type(other)
                np.testing.assert_allclose(other, one, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", PASSES)
def test_pass_keeps_results(name: str) -> None:
    for seed in SEEDS:
        before = program(seed)
        after = PASSES[name].run(before)
        verify(after, after=name)
        assert_same(before, after, seed)


@pytest.mark.parametrize("name", PASSES)
def test_pass_is_idempotent(name: str) -> None:
    for seed in SEEDS:
        once = PASSES[name].run(program(seed))
        assert format_function(PASSES[name].run(once)) == format_function(once), seed


@pytest.mark.parametrize("part", range(4))
def test_pipeline_keeps_results(part: int) -> None:
    for seed in range(1000 + 25 * part, 1025 + 25 * part):
        before = program(seed)
        after = run_pipeline(before, (*DEFAULT, "hoist", "promote", *DEFAULT), verify=True)
        assert_same(before, after, seed)
        assert sum(1 for _ in all_ops(after.body)) <= sum(1 for _ in all_ops(before.body)) * 1.2


def test_programs_mostly_run() -> None:
    """The comparison above is about results, not only about errors."""
    ran = sum(not isinstance(outcome(program(seed), inputs(seed)[0]), str) for seed in range(60))
    assert ran >= 15


def small_program(seed: int) -> Function:
    """Of a few statements, so that most kinds of ops do not occur."""
    made = Program(seed)
    made.statements(1 + seed % 3, depth=2)
    made.b.return_(made.pick("float"), made.pick("int"), made.pick("vector"))
    return Function("program", Region(made.params, tuple(made.b.ops)))


def walks(cls: type[FactRewriter]) -> list[type[FactRewriter]]:
    return [found for sub in cls.__subclasses__() for found in (sub, *walks(sub))]


CHOOSY = [cls for cls in walks(FactRewriter) if cls.concerns is not FactRewriter.concerns]


@pytest.mark.parametrize("walk", CHOOSY, ids=lambda walk: walk.__name__)
def test_a_pass_does_nothing_to_what_does_not_concern_it(walk: type[FactRewriter]) -> None:
    """`FactRewriter.run` leaves a function as it is that has no op of interest; so would the walk."""
    left = 0
    for seed in range(300):
        before = small_program(seed)
        if not any(map(walk.concerns, all_ops(before.body))):
            left += 1
            assert walk(before).function(before).body.ops == before.body.ops
    assert left > 20
