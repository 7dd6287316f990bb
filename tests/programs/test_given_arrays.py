"""Every program with a scalar result: its gradient in arrays of the caller and in a workspace, against one in new arrays."""

import copy
import os

import numpy as np
import pytest
from prog_check import plain, scalar, varying
from prog_corpus import all_programs
from prog_oracle import leaves, mapped

from autodiff_compiler import grad

COMPLETE = bool(os.environ.get("AUTODIFF_COMPLETE"))
FIRST = [(program, program.samples[0]) for program in all_programs()]
SCALAR = [pytest.param(*case, id=case[0].name) for case in FIRST if scalar(plain(*case))]


def to_fill(gradient):
    """Arrays for those of a gradient, full of something else; None for the rest."""
    if isinstance(gradient, dict):
        return {key: to_fill(part) for key, part in gradient.items()}
    if isinstance(gradient, tuple) and hasattr(gradient, "_fields"):
        return type(gradient)(*map(to_fill, gradient))
    if isinstance(gradient, tuple):
        return tuple(map(to_fill, gradient))
    return np.full(gradient.shape, 7.0, gradient.dtype) if isinstance(gradient, np.ndarray) and gradient.ndim else None


def given(program, args, backend):
    """Calls in turn, of the same shapes and other numbers: no result is changed by a later one, and none is in the workspace."""
    derivative = grad(program.fun, varying(args), backend=backend, verify=True)
    sets = [args, mapped(lambda leaf: leaf * type(leaf)(0.9) if np.ndim(leaf) == 0 else leaf * leaf.dtype.type(0.9), args)]
    wanted = [leaves(derivative(*copy.deepcopy(one))) for one in sets]
    out = to_fill(derivative(*copy.deepcopy(args)))
    workspace = derivative.workspace(*copy.deepcopy(args), out=out)
    rooms = [array for room in workspace._rooms.values() for array in room.arrays]
    for array in rooms:
        array.fill(5)  # what is in it does not matter
    kept = []
    for k in (0, 1, 0, 0, 1, 1):
        for call in (workspace, derivative):
            got = call(*copy.deepcopy(sets[k]), out=out)
            agree(leaves(got), wanted[k])
            filled = [leaf for leaf in leaves(got) if any(leaf is one for one in leaves(out))]
            assert len(filled) == len(leaves(out))
        kept.append((leaves(workspace(*copy.deepcopy(sets[k]))), wanted[k]))
    rooms = [array for room in workspace._rooms.values() for array in room.arrays]
    for got, one in kept:
        agree(got, one)
        assert not any(np.shares_memory(array, leaf) for array in rooms for leaf in got if isinstance(leaf, np.ndarray))


def agree(got, wanted):
    for one, other in zip(got, wanted, strict=True):
        # Where an array lies decides how BLAS adds up.
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-14)
        assert type(one) is type(other)


@pytest.mark.parametrize(("program", "args"), SCALAR)
def test_python(program, args):
    given(program, args, "python")


@pytest.mark.parametrize(("program", "args"), SCALAR if COMPLETE else SCALAR[4::25])
def test_numba(program, args):
    given(program, args, "numba")
