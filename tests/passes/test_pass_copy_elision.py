"""Arrays that are filled where they are put: what becomes one, and what must not."""

import textwrap

import numpy as np
import pytest

from autodiff_compiler import grad
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.ir.path import element
from autodiff_compiler.ir.verify import verify
from autodiff_compiler.ir.walk import all_ops
from autodiff_compiler.passes import buffers, copy_elision
from autodiff_compiler.testing import numeric_gradient

ROWS = """func f(%x: f64[:], %n: int) {
  %zero: int = const 0
  %one: int = const 1
  %m: int = dim %x {axis=0}
  %fill: f64 = const 7.0
  %table: f64[:, :] = full %n, %m, %fill
  %t: f64[:, :], %trips: int = for %zero, %n, %one, %table {exits=False} do (%k: int, %t.1: f64[:, :]) {
    %a: f64[:] = empty %m {dtype='f64'}
    %a.1: f64[:], %trips.1: int = for %zero, %m, %one, %a {exits=False} do (%j: int, %a.2: f64[:]) {
      %e: f64 = load %x[%j]
      EXTRA
      %a.3: f64[:] = store %a.2[%j], %e
      yield %a.3
    }
    BETWEEN
    %t.2: f64[:, :] = store %t.1[%k], %a.1
    yield %t.2
  }
  return %t
}"""


def rows(extra: str = "", between: str = ""):
    fn = parse_function(ROWS.replace("EXTRA", extra).replace("BETWEEN", between))
    verify(fn)
    return fn


def moved(fn):
    """The function after the pass, which keeps what it computes, with its arrays as values and as memory."""
    after = copy_elision.run(fn)
    verify(after)
    assert copy_elision.run(after).body.ops == after.body.ops
    for n, m in ((3, 4), (0, 2), (2, 0)):
        args = [np.arange(float(m)) + 1.0, n]
        expected = run(fn, args)
        for form, mutable in ((after, False), (buffers.run(after), True)):
            np.testing.assert_array_equal(run(form, args, mutable=mutable), expected)
    return after


def kinds(fn):
    return [op.kind for op in all_ops(fn.body)]


def test_a_row_is_filled_in_its_table():
    after = moved(rows())
    assert "empty" not in kinds(after)
    (store,) = (op for op in all_ops(after.body) if op.kind == "store")
    assert store.attrs["path"] == element(2)
    assert "copy" not in kinds(buffers.run(after))


def test_elements_are_read_where_they_were_written():
    extra = "%b: f64[:] = store %a.2[%j], %e\n %e2: f64 = load %b[%j]\n %e3: f64 = mul %e2, %e2"
    text = ROWS.replace("store %a.2[%j], %e", "store %b[%j], %e3")
    fn = parse_function(text.replace("EXTRA", extra).replace("BETWEEN", ""))
    assert "empty" not in kinds(moved(fn))


@pytest.mark.parametrize(
    "between",
    [
        "%s: f64 = sum %a.1 {axes=(0,)}",
        "%v: f64[:] = load %a.1[%zero:]",
        "%old: f64 = load %t.1[%zero, %zero]",
        "%t.9: f64[:, :] = store %t.1[%zero], %a.1",
    ],
    ids=["read as a whole", "viewed", "the table is read", "put into another version, too"],
)
def test_what_is_needed_otherwise_stays(between):
    after = copy_elision.run(rows(between=between))
    assert "empty" in kinds(after)


def test_extents_must_be_those_of_the_place():
    """A row of one element would be stretched."""
    fn = parse_function(
        ROWS.replace("EXTRA", "")
        .replace("BETWEEN", "")
        .replace("empty %m", "empty %one")
        .replace("for %zero, %m", "for %zero, %one")
    )
    assert "empty" in kinds(copy_elision.run(fn))


@pytest.mark.parametrize("backend", ["python", "numba"])
def test_the_tape_of_an_inner_loop(backend):
    def nearest(c, X):
        total = 0.0
        for k in range(len(X)):
            best = np.inf
            for j in range(len(c)):
                d = (X[k] - c[j]) ** 2
                if d < best:
                    best = d
            total += best
        return total

    c, X = np.array([0.2, 1.4, -0.9]), np.array([0.5, -1.2, 1.1, 0.1])
    # Otherwise there is no tape under Numba (`passes/winners.py`), and rows of 64 points beside it (`passes/strips.py`).
    derivative = grad(nearest, backend=backend, disable=["winners", "strips"])
    np.testing.assert_allclose(derivative(c, X), numeric_gradient(nearest, [c, X]), rtol=1e-6)
    assert textwrap.dedent(derivative.source(c, X)).count("np.empty(") == 1
