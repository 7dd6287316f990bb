"""Random chains of views and copies: CPython's value, or refused; a part of them with derivatives, and under Numba."""

import linecache
from collections import Counter

import numpy as np
import pytest
from memory_chains import Chain
from memory_orders import like, outcome

from autodiff_compiler import AutodiffError, InternalError, UnsupportedError, value_and_grad

REFUSALS = ("AD110", "AD111", "AD114", "AD202")
SHARE_REFUSED = 0.35


def function(chain, seed):
    name = f"<chain {seed}>"
    linecache.cache[name] = len(chain.text), None, chain.text.splitlines(keepends=True), name
    names = {"np": np}
    exec(compile(chain.text, name, "exec"), names)
    return names["f"]


def raises(fun, args):
    try:
        fun(*map(like, args))
    except (ValueError, IndexError):
        return True
    return False


@pytest.mark.parametrize("block", range(4))
def test_values(block):
    counts = Counter()
    for seed in range(100 * block, 100 * block + 60):
        chain = Chain(seed)
        fun, args = function(chain, seed), chain.arguments()
        if raises(fun, args):
            with pytest.raises((ValueError, IndexError, AutodiffError)):
                value_and_grad(fun)(*args)
            continue
        try:
            value, _ = value_and_grad(fun)(*args)
        except UnsupportedError as error:
            assert error.code in REFUSALS, f"{error}\n{chain.text}"
            counts["refused"] += 1
            continue
        except InternalError as error:
            raise AssertionError(chain.text) from error
        expected = float(fun(*map(like, args)))
        np.testing.assert_allclose(float(value), expected, rtol=1e-9, atol=1e-9, err_msg=chain.text)
        counts["right"] += 1
    assert counts["refused"] < SHARE_REFUSED * counts.total()


@pytest.mark.parametrize(
    ("seed", "backend"), [(s, "python") for s in range(1000, 1025)] + [(s, "numba") for s in (1, 8)]
)
def test_derivatives(seed, backend):
    chain = Chain(seed)
    fun, args = function(chain, seed), chain.arguments()
    if raises(fun, args):
        return
    try:
        value_and_grad(fun, (0, 1), backend=backend)(*args)
    except UnsupportedError as error:
        assert error.code in REFUSALS, f"{error}\n{chain.text}"
        return
    outcome(fun, args, backend)
