"""In the loops of the corpus nothing is left to check of Python's integers under Numba, and none of NumPy's has to wrap."""

import ast
import copy

import pytest
from prog_check import plain, scalar, varying
from prog_corpus import all_programs

from autodiff_compiler import value_and_grad

# Numbers that grow for all that is known, in loops without arrays: 3 n + 1, and a count that ends at a test of a sum.
HONEST = {"collatz_like", "newton_while_true"}


def helpers_in_loops(text):
    """The helpers of integers that kernels call in loops."""
    kernels = [f for f in ast.parse(text).body if isinstance(f, ast.FunctionDef) and "_overflows" not in f.name]
    loops = [loop for kernel in kernels for loop in ast.walk(kernel) if isinstance(loop, ast.For | ast.While)]
    called = [
        node.func.id
        for loop in loops
        for node in ast.walk(loop)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
    return sorted({name for name in called if name.endswith("_overflows") or name.startswith("wrapping_")})


@pytest.mark.parametrize("program", all_programs(), ids=lambda program: program.name)
def test_no_check_in_a_loop(program):
    args = copy.deepcopy(program.samples[0])
    if scalar(plain(program, args)):
        text = value_and_grad(program.fun, varying(args), backend="numba").source(*args)
    else:
        pytest.skip("no scalar result")
    assert bool(helpers_in_loops(text)) == (program.name in HONEST)
