"""What the Numba backend prints is Python: without compilation it computes what the Python backend does, for every program.

In the default run with all passes, to the second order, and with one pass off for each program; with AUTODIFF_COMPLETE=1
with each pass off.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autodiff_compiler.passes.registry import PASSES

SCRIPT = Path(__file__).with_name("prog_uncompiled.py")
CHOSEN = ["none", "second", *(["all", *PASSES] if os.environ.get("AUTODIFF_COMPLETE") else ["turn"])]


@pytest.mark.parametrize("chosen", CHOSEN)
def test_text_of_the_numba_backend_as_python(chosen, tmp_path):
    # A cache of its own: Numba keeps compiled code beside the text.
    variables = os.environ | {"NUMBA_DISABLE_JIT": "1", "AUTODIFF_COMPILER_CACHE": str(tmp_path)}
    done = subprocess.run([sys.executable, str(SCRIPT), chosen], env=variables, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-4000:]
