"""Writes that wait for the last read of a view; loads that look past a write elsewhere; arrays computed again."""

import numpy as np
import pytest

from autodiff_compiler import grad
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.ir.text import format_function
from autodiff_compiler.ir.walk import all_ops
from autodiff_compiler.passes import buffers, recomputation
from autodiff_compiler.passes.registry import PASSES

CLEARED = """func f(%g: f64[:], %s: f64) {
    %one: int = const 1
    %zero: f64 = const 0.0
    %mine: f64[:] = copy %g
    %v: f64[:] = load %mine[%one:]
    %g1: f64[:] = store %mine[%one:], %zero
    %w: f64[:] = mul %v, %s
    %total: f64 = sum %w {axes=(0,)}
    %again: f64[:] = mul %v, %total
    return %g1, %again
}"""


def copies(fn):
    return sum(op.kind == "copy" for op in all_ops(buffers.run(fn).body))


def test_a_write_waits_for_the_views_of_what_it_overwrites():
    fn = parse_function(CLEARED)
    delayed = PASSES["delayed_writes"].run(fn)
    args = [np.arange(4.0), np.float64(2.0)]
    for before, after in zip(run(fn, args), run(delayed, args), strict=True):
        np.testing.assert_array_equal(before, after)
    assert [op.kind for op in delayed.body.ops][-3:] == ["mul", "store", "return"]
    assert (copies(fn), copies(delayed)) == (2, 1)


def test_extents_are_asked_of_the_newest_version():
    """In a loop, where asking the older one for the length of a part of it would need a copy of the whole in each iteration."""

    def mirrored(u, n):
        table = np.zeros((n, n))
        for i in range(n):
            table[i:n, i] = table[i, i:n] = u[i] * u[i:n]
        return np.sum(table * table)

    u = np.array([0.3, -0.7, 1.1, 0.4])
    derivative = grad(mirrored, backend="numba")
    # Each pair twice, but for the squares on the diagonal.
    expected = 4.0 * u * np.sum(u * u)
    np.testing.assert_allclose(derivative(u, 4), expected)
    np.testing.assert_allclose(grad(mirrored)(u, 4), expected)
    assert "copy()" not in derivative.source(u, 4)


def test_a_write_that_is_read_at_once_stays():
    fn = parse_function(CLEARED.replace("%again: f64[:] = mul %v", "%e: f64[:] = load %g1[%one:]\n%x: f64[:] = mul %v, %e\n%again: f64[:] = mul %x"))
    delayed = PASSES["delayed_writes"].run(fn)
    args = [np.arange(4.0), np.float64(2.0)]
    for before, after in zip(run(fn, args), run(delayed, args), strict=True):
        np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize(("stored", "loaded", "past"), [(1, 0, True), (0, 0, False), (-1, 0, False), (-1, -2, True)])
def test_a_load_looks_past_a_write_elsewhere(stored, loaded, past):
    """Indices counted from different ends may mean the same element."""
    fn = parse_function(f"""func f(%a: f64[:], %s: f64) {{
        %i: int = const {stored}
        %j: int = const {loaded}
        %a1: f64[:] = store %a[%i], %s
        %e: f64 = load %a1[%j]
        return %e
    }}""")
    simple = PASSES["dce"].run(PASSES["simplify"].run(fn))
    assert any(op.kind == "load" and op.operands[0] is simple.params[0] for op in simple.body.ops) == past
    for n in (2, 3):
        args = [np.arange(n) + 1.0, np.float64(9.0)]
        assert run(simple, args) == run(fn, args)


def test_cheap_arrays_are_computed_by_each_reader():
    fn = parse_function("""func f(%x: f64[:], %y: f64[:]) {
        %d: f64[:] = sub %x, %y
        %q: f64[:] = mul %d, %d
        %s: f64 = sum %q {axes=(0,)}
        %g: f64[:] = mul %d, %s
        return %s, %g
    }""")
    spread_out = recomputation.run(fn)
    assert sum(op.kind == "sub" for op in spread_out.body.ops) == 2
    lowered = PASSES["loops"].run(fn)
    args = [np.arange(3.0), np.array([2.0, 0.5, -1.0])]
    for before, after in zip(run(fn, args), run(lowered, args), strict=True):
        np.testing.assert_allclose(after, before, rtol=1e-15)
    # The sum needs no array, the gradient one.
    assert sum(op.kind == "empty" for op in all_ops(lowered.body)) == 1


def test_unbroadcast_becomes_loops():
    fn = parse_function("""func f(%g: f64[:, :], %n: int, %m: int) {
        %u: f64[:, :] = unbroadcast %g, %n, %m
        return %u
    }""")
    lowered = PASSES["loops"].run(fn)
    assert not any(op.kind == "unbroadcast" for op in all_ops(lowered.body))
    g = np.arange(6.0).reshape(2, 3)
    for n, m, expected in [(2, 3, g), (1, 3, g.sum(0, keepdims=True)), (2, 1, g.sum(1, keepdims=True)), (1, 1, g.sum(keepdims=True))]:
        np.testing.assert_array_equal(run(lowered, [g, n, m])[0], expected)


def test_slices_that_lie_inside_are_marked():
    text = """func f(%x: f64[:], %k: int) {
        %zero: int = const 0
        %one: int = const 1
        %n: int = dim %x {axis=0}
        %r: f64, %t: int = for %zero, %n, %one, %s {exits=False} do (%i: int, %c: f64) {
          %a: f64[:] = load %x[%i:]
          %b: f64[:] = load %x[:%k]
          %e: f64 = sum %a {axes=(0,)}
          %h: f64 = sum %b {axes=(0,)}
          %c1: f64 = add %c, %e
          %c2: f64 = add %c1, %h
          yield %c2
        }
        return %r
    }""".replace("%zero: int = const 0", "%zero: int = const 0\n%s: f64 = const 0.0")
    marked = PASSES["checks"].run(parse_function(text))
    loads = [op for op in all_ops(marked.body) if op.kind == "load"]
    assert [bool(op.attrs.get("exact")) for op in loads] == [True, False]


def three_a_row(x):
    y = np.zeros((len(x), 3))
    for i in range(len(x)):
        y[i, 0] = x[i] * x[i]
        y[i, 1] = np.sin(x[i])
        y[i, 2] = x[i] * y[i, 0]
    return y


@pytest.mark.parametrize("backend", ["python", "numba"])
def test_several_elements_of_a_row_are_written_without_a_copy_of_the_array(backend):
    x = np.array([0.3, 1.2, -0.7])
    weights = np.arange(9.0).reshape(3, 3) - 3.0
    derivative = grad(lambda x: np.sum(three_a_row(x) * weights), backend=backend)
    slopes = weights[:, 0] * 2 * x + weights[:, 1] * np.cos(x) + weights[:, 2] * 3 * x**2
    np.testing.assert_allclose(derivative(x), slopes, rtol=1e-12)
    assert ".copy()" not in derivative.source(x)


def test_an_element_is_read_of_the_newest_version_that_has_it():
    fn = parse_function("""func f(%a: f64[:]) {
        %zero: int = const 0
        %one: int = const 1
        %two: int = const 2
        %n: f64 = const 0.0
        %a1: f64[:] = store %a[%zero], %n
        %a2: f64[:] = store %a1[%one], %n
        %u: f64 = load %a[%two]
        %v: f64 = load %a[%one]
        %w: f64 = load %a[%zero]
        return %u, %v, %w, %a2
    }""")
    made = PASSES["delayed_writes"].run(fn)
    text = format_function(made)
    assert "%u: f64 = load %a2[%two]" in text
    assert "%v: f64 = load %a1[%one]" in text
    assert "%w: f64 = load %a[%zero]" in text
    args = [np.array([1.0, 2.0, 3.0])]
    for one, other in zip(run(made, args), run(fn, args), strict=True):
        np.testing.assert_array_equal(one, other)
