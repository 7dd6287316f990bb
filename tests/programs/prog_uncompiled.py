"""The text of the Numba backend run as plain Python, with NUMBA_DISABLE_JIT=1: every program with a pass off, in seconds.

Run as a script by test_uncompiled.py, in a process of its own because Numba reads the variable when it is imported.  The
arguments are names of passes, "none" for all passes on, "turn" for another one for each program, or "second" for the
second order.
"""

import importlib.util
import sys
import traceback
from functools import partial

import numba.extending
import numpy as np
from prog_check import agrees, plain, scalar, second_order
from prog_corpus import all_programs

from autodiff_compiler.passes.registry import PASSES

OFF = ["all", *PASSES]
# What only LLVM has an instruction for.
INTRINSICS = {
    "add_overflows": lambda a, b: not -(2**63) <= int(a) + int(b) < 2**63,
    "sub_overflows": lambda a, b: not -(2**63) <= int(a) - int(b) < 2**63,
    "mul_overflows": lambda a, b: not -(2**63) <= int(a) * int(b) < 2**63,
    "bits_of": lambda x: np.float64(x).view(np.int64),
    "float_of": lambda bits: np.int64(bits).view(np.float64),
    "wrapping_add": lambda a, b: np.add(np.int64(a), np.int64(b)),
    "wrapping_sub": lambda a, b: np.subtract(np.int64(a), np.int64(b)),
    "wrapping_mul": lambda a, b: np.multiply(np.int64(a), np.int64(b)),
    "dot": np.matmul,
    "small_vector": lambda n: np.zeros(n),
    "small_matrix": lambda n, m: np.zeros((n, m)),
}


def intrinsic(function=None, **options):
    """The routines of BLAS, which are called by their addresses, have no stand-in: without SciPy products are loops."""
    return partial(intrinsic, **options) if function is None else INTRINSICS.get(function.__name__)


numba.extending.intrinsic = intrinsic
find_spec = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: None if name == "scipy" else find_spec(name, package)


def main(chosen: list[str]) -> int:
    failed = 0
    for k, program in enumerate(all_programs()):
        for name in chosen:
            off = {"none": (), "turn": OFF[k % len(OFF)]}.get(name, name)
            args = program.samples[0]
            try:
                if name != "second":
                    agrees(program, args, backend="numba", disable=off)
                elif program.second and scalar(plain(program, args)):
                    second_order(program, args, backend="numba")
            except Exception:
                failed += 1
                print(f"{program.name}, without {off}", file=sys.stderr)
                traceback.print_exc()
    return min(failed, 100)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
