"""Random programs with complex numbers, in both modes; longer runs: `python -m benchmarks.fuzz --complex`."""

from __future__ import annotations

import complex_check
import numpy as np
import pytest
from complex_check import drawn, run_complex, run_complex_seed, smallest_complex
from complex_writer import complex_program
from fuzz_check import Configuration
from fuzz_programs import Program

BLOCK = 8


@pytest.mark.parametrize("block", range(4))
def test_random_programs(block):
    outcomes = []
    for seed in range(BLOCK * block, BLOCK * (block + 1)):
        _, program, configuration, outcome = run_complex_seed(seed)
        assert outcome.kind not in ("failed", "refused"), f"seed {seed}, {configuration}\n{program}\n{outcome.detail}"
        outcomes.append(outcome.kind)
    assert outcomes.count("ok") >= BLOCK // 2


def test_numba():
    program = complex_program(213)  # a small one, with a loop
    outcome = run_complex(program, Configuration("numba"))
    assert outcome.kind == "ok", f"{program}\n{outcome.detail}"


def test_the_same_seed_gives_the_same_program():
    assert complex_program(5).source == complex_program(5).source
    assert complex_program(5).source != complex_program(6).source
    assert drawn(5) == drawn(5)


WRONG = Program(
    "def f(z, x, w, n):\n    y = z * 2.0\n    for k in range(n):\n        y = y + w\n    return np.sum(np.abs(y) * x)\n", complex_program(0).args
)


def test_a_wrong_slope_is_found_and_shrunk(monkeypatch):
    assert run_complex(WRONG, Configuration()).kind == "ok"
    real = complex_check.jvp
    monkeypatch.setattr(complex_check, "jvp", lambda *args, **options: (real(*args, **options)[0], 1.5 * real(*args, **options)[1]))
    outcome = run_complex(WRONG, Configuration())
    assert outcome.kind == "failed"
    assert outcome.detail.startswith("forward mode")
    assert "for" not in smallest_complex(WRONG, Configuration(), 40).source


def test_what_is_no_fair_test():
    jump = Program("def f(z, x, w, n):\n    return np.sum(np.round(np.real(z) * 0.0 + 0.5 + x * 0.0) / 0.0)\n", WRONG.args)
    with np.errstate(all="ignore"):
        assert run_complex(jump, Configuration()).kind == "rejected"
