"""What the reverse sweep would compute although the primal has it is taken from there."""

import numpy as np
import pytest

from autodiff_compiler import grad
from autodiff_compiler.testing import check_grads


def turned(angles):
    x = 1.0
    for i in range(len(angles)):
        c, s = np.cos(angles[i]), np.sin(angles[i])
        x = x * c - x * x * s
    return x


def hyperbolic(a):
    x = 1.0
    for i in range(len(a)):
        x = np.sinh(a[i] * x) * np.cosh(a[i] * x)
    return x


@pytest.mark.parametrize("backend", ["python", "numba"])
@pytest.mark.parametrize("program", [turned, hyperbolic])
def test_right(program, backend):
    check_grads(program, (np.array([0.3, -0.4, 0.2]),), backend=backend)


@pytest.mark.parametrize(("program", "names"), [(turned, ("cos", "sin")), (hyperbolic, ("cosh", "sinh"))])
def test_each_once(program, names):
    lines = grad(program, disable=["replay"]).source(np.zeros(3)).splitlines()
    text = "\n".join(line for line in lines if "#" not in line)
    assert [text.count(f"np.{name}(") for name in names] == [1, 1]
