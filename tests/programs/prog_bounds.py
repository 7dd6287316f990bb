"""The compiled code of the Numba backend with every access checked, NUMBA_BOUNDSCHECK=1: no program reads or writes outside an array.

Run as a script by test_bounds.py, in a process of its own because Numba reads the variable when it compiles.  The arguments
are the first program and the distance to the next, and the orders of the derivatives.
"""

import os
import sys
import traceback

from prog_check import agrees, plain, scalar, second_order
from prog_corpus import all_programs


def main(first: int, step: int, orders: str) -> int:
    assert os.environ["NUMBA_BOUNDSCHECK"] == "1"
    failed = 0
    for program in all_programs()[first::step]:
        for args in program.samples:
            try:
                agrees(program, args, backend="numba")
                if "2" in orders and program.second and scalar(plain(program, args)):
                    second_order(program, args, backend="numba")
            except Exception:
                failed += 1
                print(program.name, file=sys.stderr)
                traceback.print_exc()
    return min(failed, 100)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
