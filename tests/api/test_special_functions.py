"""Special functions in whole programs: both backends, both modes, in a second process, and without SciPy."""

from __future__ import annotations

import math
import os
import subprocess
import sys

import numpy as np
import pytest
import scipy.special as sp

from autodiff_compiler import UnsupportedError, UserError, grad, jvp
from autodiff_compiler.testing import check_grads

BACKENDS = ("python", "numba")


def likelihood(mu, sigma, x, bounds):
    """Normal observations, some of them known by a bound alone."""
    z = (x - mu) / sigma
    return np.sum(-0.5 * z * z - np.log(sigma)) + np.sum(sp.log_ndtr((bounds - mu) / sigma))


def gamma_functions(a, x):
    total = np.sum(sp.gammaln(x) * sp.xlogy(a, x) + sp.gammainc(2.5, x) + sp.betaln(a, x))
    for i in range(len(x)):
        total += sp.ndtr(x[i]) * sp.erf(a) + sp.xlog1py(x[i], a) + sp.betainc(2.0, 3.5, sp.ndtr(x[i] - a))
    return total


X, BOUNDS = np.array([0.3, 1.2, 2.5]), np.array([-1.0, 4.0])


@pytest.mark.parametrize("backend", BACKENDS)
def test_programs(backend):
    if backend == "python":
        check_grads(likelihood, (0.2, 1.5, X, BOUNDS), order=2)
    check_grads(gamma_functions, (0.7, X), order=2 if backend == "python" else 1, backend=backend)


def test_the_backends_agree():
    for fun, args in ((likelihood, (0.2, 1.5, X, BOUNDS)), (gamma_functions, (0.7, X))):
        ours, theirs = (grad(fun, argnums=(0, 1), backend=backend)(*args) for backend in BACKENDS)
        for one, other in zip(ours, theirs):
            np.testing.assert_allclose(one, other, rtol=1e-12)


@pytest.mark.parametrize("backend", BACKENDS)
def test_float32_stays(backend):
    x = X.astype(np.float32)
    got = grad(lambda x: np.sum(sp.gammaln(x) * sp.ndtr(x)), backend=backend)(x)
    assert got.dtype == np.float32
    expected = grad(lambda x: np.sum(sp.gammaln(x) * sp.ndtr(x)))(x.astype(np.float64))
    np.testing.assert_allclose(got, expected, rtol=2e-5)


def test_whole_arrays_under_numba_without_loops():
    def f(a, x):
        return np.sum(sp.gammaincc(2.0, x) * sp.erf(a))

    a, x = np.ones((2, 1)), X
    got = grad(f, argnums=(0, 1), backend="numba", disable=("loops",))(a, x)
    for one, other in zip(got, grad(f, argnums=(0, 1))(a, x)):
        np.testing.assert_allclose(one, other, rtol=1e-13)


def test_values_are_those_of_scipy():
    for backend in BACKENDS:
        value, _ = jvp(lambda x: sp.erfc(x) + sp.gammaincc(2.0, x), (X,), (X,), backend=backend)
        np.testing.assert_allclose(value, sp.erfc(X) + sp.gammaincc(2.0, X), rtol=1e-15)


def test_a_shape_that_varies_is_refused_where_it_stands():
    with pytest.raises(UnsupportedError, match="AD312.*`special.gammainc` with respect to `a`") as caught:
        grad(lambda a: sp.gammainc(a, 2.0))(1.5)
    assert caught.value.span.file == __file__


def test_a_replaced_function_is_noticed(monkeypatch):
    derivative = grad(lambda x: sp.gammaln(x))
    derivative(0.5)
    monkeypatch.setattr(sp, "digamma", np.sin)
    with pytest.raises(UserError, match="AD605"):
        derivative(0.5)


IN_A_PROCESS = """
import logging, sys
logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
logging.getLogger("autodiff_compiler").setLevel(logging.DEBUG)
import numpy as np
import scipy.special as sp
from autodiff_compiler import grad

def f(x: "f64[:]"):
    return np.sum(sp.gammaln(x) * sp.ndtr(x))

print("gradient", repr(grad(f, backend="numba")(np.array([0.3, 1.2, 2.5])).tolist()))
"""


def run(tmp_path, text, **settings):
    file = tmp_path / "program.py"
    file.write_text(text, encoding="utf-8")
    environment = {**os.environ, "AUTODIFF_COMPILER_CACHE": str(tmp_path / "cache"), **settings}
    done = subprocess.run([sys.executable, str(file)], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_compiled_code_is_read_back_in_another_process(tmp_path):
    first, second = (run(tmp_path, IN_A_PROCESS) for _ in range(2))
    assert "compiled by Numba" in first
    assert "compiled code read from" in second
    assert "f_grad(array(float64, 1d, C)): compiled by Numba" not in second
    assert first.splitlines()[-1] == second.splitlines()[-1]


WITHOUT_SCIPY = """
import math, sys

class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "scipy":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Nothing())
from autodiff_compiler import grad

def f(x):
    return math.erf(x) * math.erfc(x) + math.gamma(x) * math.lgamma(x)

for backend in ("python", "numba"):
    first = grad(f, backend=backend)
    print(repr(first(1.7)), repr(grad(first, backend=backend)(1.7)))
"""


def test_those_of_math_need_no_scipy(tmp_path):
    import mpmath as mp

    def meaning(x):
        return mp.erf(x) * mp.erfc(x) + mp.gamma(x) * mp.loggamma(x)

    expected = [float(mp.diff(meaning, mp.mpf(1.7), n)) for n in (1, 2)]
    for line in run(tmp_path, WITHOUT_SCIPY).splitlines():
        np.testing.assert_allclose([float(part) for part in line.split()], expected, rtol=1e-12)


@pytest.mark.parametrize("backend", BACKENDS)
def test_domains_of_math(backend):
    for function in (math.gamma, math.lgamma):
        derivative = grad(lambda x, function=function: function(x), backend=backend)
        assert math.isfinite(derivative(-1.5))
        if backend == "python":
            for x in (0.0, -3.0):
                with pytest.raises(ValueError, match="math domain error"):
                    derivative(x)
