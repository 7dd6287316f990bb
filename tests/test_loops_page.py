"""The gradients in `docs/loops.md` are what the compiler makes of the functions beside them."""

import math
import re
from pathlib import Path

import numpy as np
import pytest

from autodiff_compiler import grad

PAGE = (Path(__file__).parent.parent / "docs" / "loops.md").read_text()
BLOCKS = {re.search(r"def (\w+)", text)[1]: text for text in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)}
CALLS = {
    "heat": (0, (np.ones(5), 0.1, 3)),
    "lu": (0, (np.eye(3),)),
    "settle": (0, (np.eye(3), np.ones(3), np.array([0, 2]))),
    "logistic_map": (("x", "r"), (0.3, 3.0, 4)),
    "recurrence": (("x", "w"), (0.3, 0.9, 4)),
    "newton_sqrt": (0, (2.0,)),
    "swing": (0, (0.3, 0.1, 4)),
    "midpoint": (0, (np.ones(4), np.ones(4), 3)),
    "misfit": (0, (np.ones(3), np.ones(4), np.ones(4))),
    "collatz_like": (0, (0.5, 3)),
    "descent": (0, (3.0, 0.01)),
    "early": (0, (0.5, 4)),
    "minors": (0, (np.eye(3), 0, 0)),
    "smooth_sum": (0, (np.ones(4),)),
    "recurrent": (0, (np.eye(3), np.ones((4, 3)))),
}
NUMBA = {"swing", "midpoint"}


def test_every_block_is_tested():
    assert BLOCKS.keys() == CALLS.keys()


@pytest.mark.parametrize("name", CALLS)
def test_gradient_is_as_shown(name, tmp_path):
    function, gradient = BLOCKS[name].split(f"\n\ndef {name}_", 1)
    file = tmp_path / f"{name}.py"
    file.write_text(f"{function.strip()}\n")
    names = {"np": np, "math": math}
    exec(compile(file.read_text(), file, "exec"), names)
    argnums, args = CALLS[name]
    backend = "numba" if name in NUMBA else "python"
    rest = grad(names[name], argnums=argnums, backend=backend).source(*args).split(f"def {name}_", 1)[1]
    for shown in gradient.split("    ...\n"):
        found = rest.find(shown.strip("\n"))
        assert found >= 0, shown
        rest = rest[found + len(shown.strip("\n")) :]
    assert not rest.strip()
