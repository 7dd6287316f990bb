"""Random programs: in place after the stage they compute what they compute by value before it."""

import copy

import numpy as np
import pytest
from buffer_programs import Generator

from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.verify import verify
from autodiff_compiler.passes import buffers


def equal(left, right):
    if isinstance(left, list):
        return len(left) == len(right) and all(equal(a, b) for a, b in zip(left, right))
    return np.array_equal(left, right, equal_nan=True)


def arrays(value):
    """The arrays that a value is or holds."""
    if isinstance(value, list):
        return [array for item in value for array in arrays(item)]
    return [value] if isinstance(value, np.ndarray) else []


def share(left, right):
    return any(np.shares_memory(a, b) for a in arrays(left) for b in arrays(right))


@pytest.mark.parametrize("block", range(8))
def test_in_place_is_by_value(block):
    for seed in range(100 * block, 100 * (block + 1)):
        generator = Generator(seed)
        before = generator.function()
        verify(before)
        arguments = generator.arguments()
        wanted = run(before, arguments)
        given = copy.deepcopy(arguments)
        got = run(buffers.run(before), given, mutable=True)
        assert equal(wanted, got), f"seed {seed}"
        assert equal(arguments, given), f"seed {seed} writes its arguments"
        for i, result in enumerate(got):
            assert not share(result, given), f"seed {seed}: result {i} shares memory with an argument"
            assert not any(share(result, other) for other in got[:i]), f"seed {seed}: result {i} is shared"
