"""Random programs, each in one configuration; every failure found before; shrinking by Hypothesis.

Longer runs: `python -m benchmarks.fuzz --minutes 30`.
"""

import itertools
import math

import fuzz_check
import numpy as np
import pytest
from fuzz_check import Configuration, configurations
from fuzz_programs import Program, programs, seeded
from fuzz_rare import RAISED
from fuzz_run import REGRESSIONS, regression, run_one, smallest
from hypothesis import HealthCheck, Phase, given, seed, settings

import autodiff_compiler.rules

CONFIGURATIONS = configurations()
BLOCK = 40


@pytest.mark.parametrize("block", range(6))
def test_random_programs(block):
    refused = 0
    for number in range(BLOCK * block, BLOCK * (block + 1)):
        program, configuration = seeded(number), CONFIGURATIONS[number % len(CONFIGURATIONS)]
        outcome = run_one(program, configuration)
        assert outcome.kind != "failed", f"seed {number}, {configuration}\n{program}\n{outcome.detail}"
        refused += outcome.kind == "refused"
    assert refused <= BLOCK // 10


def test_all_configurations():
    """Two programs that are a fair test, each in every configuration."""
    fair = (p for p in map(seeded, range(1000, 1100)) if run_one(p, CONFIGURATIONS[0]).kind == "ok")
    for program in itertools.islice(fair, 2):
        for configuration in CONFIGURATIONS:
            outcome = run_one(program, configuration)
            assert outcome.kind in ("ok", "rejected"), f"{configuration}: {outcome.detail}\n{program}"


@seed(20)
@settings(
    max_examples=30,
    deadline=None,
    database=None,
    derandomize=False,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink],
)
@given(programs())
def test_programs_drawn_by_hypothesis(program):
    outcome = run_one(program, CONFIGURATIONS[0])
    assert outcome.kind != "failed", f"{program}\n{outcome.detail}"


@pytest.mark.parametrize("path", sorted(REGRESSIONS.glob("*.py")), ids=lambda path: path.stem)
def test_regression(path):
    program = regression(path)
    for configuration in (
        Configuration(verify=True),
        Configuration(split=True, verify=True),
        Configuration(disable=("all",), verify=True),
        Configuration(disable=("simplify",)),
        Configuration(order=2),
        Configuration(order=2, disable=("all",)),
    ):
        outcome = run_one(program, configuration)
        assert outcome.kind in ("ok", "refused"), f"{configuration}: {outcome.detail}\n{program}"


def test_a_generator_of_well_formed_programs():
    """All run in CPython, if only to what they raise on purpose."""
    for number in range(300):
        program = seeded(number)
        scope = {"np": np, "math": math}
        exec(program.source, scope)
        with np.errstate(all="ignore"):
            try:
                scope["f"](*[np.array(arg) if isinstance(arg, np.ndarray) else arg for arg in program.args])
            except (AssertionError, ValueError, RuntimeError) as error:
                assert RAISED in str(error)


def test_what_float32_cannot_tell_is_no_fair_test():
    """Digits lost in the middle, though the argument's own error is small; and one that loses none."""
    lossy = "def f(x):\n    y = np.tanh(x)\n    y += 3e4\n    return y - 3e4 + x\n"
    outcome = run_one(Program(lossy, (np.float32(0.7),), single=True), Configuration())
    assert (outcome.kind, outcome.detail) == ("rejected", "float32 loses too many digits")
    assert run_one(Program(lossy, (0.7,)), Configuration()).kind == "ok"
    kept = Program("def f(x):\n    y = np.tanh(x)\n    return y * 3e4 + x\n", (np.float32(0.7),), single=True)
    assert run_one(kept, Configuration()).kind == "ok"


def test_an_exception_that_does_not_come_through_is_found(monkeypatch):
    source = "def f(x):\n    assert x < 0.5, 'as told'\n    return x * x\n"
    program = Program(source, (0.7,))
    assert run_one(program, Configuration()).kind == "ok"
    monkeypatch.setattr(fuzz_check, "jvp", lambda *args, **kwargs: None)
    assert "does not raise" in run_one(program, Configuration()).detail


def test_a_wrong_rule_is_found_and_shrunk(monkeypatch):
    """The checks can fail: with a wrong sign in a rule they do, and the program that shows it is a short one."""
    rule = autodiff_compiler.rules.vjp

    def wrong(b, op, *args, **kwargs):
        given = rule(b, op, *args, **kwargs)
        if op.kind == "tanh":
            for index, contribution in given.items():
                given[index] = type(contribution)(b.op("neg", contribution.value))
        return given

    monkeypatch.setattr(autodiff_compiler.rules, "vjp", wrong)
    source = (
        "def f(a, x):\n    s = 0.0\n    for i in range(len(a)):\n        if a[i] > 0.1:\n            s += a[i] * x\n"
    )
    source += "        a[i] = np.tanh(a[i] + s)\n    return np.sum(a) + s\n"
    program = Program(source, (np.array([0.3, -0.4, 0.8]), 0.7))
    outcome = run_one(program, Configuration())
    assert outcome.kind == "failed"
    assert "gradient" in outcome.detail
    small = smallest(program, Configuration(), attempts=150)
    assert "tanh" in small.source
    assert len(small.source.splitlines()) <= 4
