"""No access of the compiled code relies on luck: the corpus with Numba's own bounds checks.

In the default run a few programs to the first order; with AUTODIFF_COMPLETE=1 all of them, to the second.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("prog_bounds.py")
CHOSEN = [("0", "1", "12")] if os.environ.get("AUTODIFF_COMPLETE") else [("5", "32", "1")]

OUTSIDE = """
import numpy as np
from autodiff_compiler import backends
text = '''import numpy as np
from numba import njit


@njit(cache=True, error_model="numpy", nogil=True)
def f(x):
    return x[3]
'''
backends.load(text, "f")(np.zeros(3))
"""


def run(*command, tmp_path):
    # A cache of its own: what is compiled without checks is not to be found.
    variables = os.environ | {"NUMBA_BOUNDSCHECK": "1", "AUTODIFF_COMPILER_CACHE": str(tmp_path)}
    return subprocess.run([sys.executable, *command], env=variables, capture_output=True, text=True)


@pytest.mark.parametrize("chosen", CHOSEN)
def test_no_access_is_out_of_bounds(chosen, tmp_path):
    done = run(str(SCRIPT), *chosen, tmp_path=tmp_path)
    assert done.returncode == 0, done.stderr[-4000:]


def test_an_access_out_of_bounds_is_seen(tmp_path):
    done = run("-c", OUTSIDE, tmp_path=tmp_path)
    assert done.returncode
    assert "IndexError" in done.stderr
