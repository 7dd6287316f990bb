"""The reference interpreter on sample programs with results worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from ir_samples import EFFECTS, SAMPLES, V

from autodiff_compiler.diagnostics import InternalError
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.opset import TABLE
from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.ir.verify import verify
from autodiff_compiler.ir.walk import all_ops


def assert_equal(found, expected):
    if isinstance(expected, list):
        assert isinstance(found, list)
        assert len(found) == len(expected)
        for item, wanted in zip(found, expected):
            assert item == wanted
        return
    assert type(found) is type(expected)
    if isinstance(expected, np.ndarray):
        assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found, expected)
    else:
        assert found == expected


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.name)
def test_sample(sample):
    fn = parse_function(sample.text)
    verify(fn)
    before = [np.array(arg) for arg in sample.args]
    results = run(fn, sample.args)
    assert len(results) == len(sample.expected)
    for found, expected in zip(results, sample.expected):
        assert_equal(found, expected)
    for arg, old in zip(sample.args, before):
        np.testing.assert_array_equal(arg, old)
        assert not any(
            np.shares_memory(arg, r) for r in results if isinstance(arg, np.ndarray) and isinstance(r, np.ndarray)
        )


def test_every_op_kind_is_run():
    texts = [sample.text for sample in SAMPLES] + EFFECTS
    used = {op.kind for text in texts for op in all_ops(parse_function(text).body)}
    # test_ir_elementwise.py; and what is NumPy's function of the same operands.
    used |= {kind for kind, row in TABLE.items() if row.elementwise or row.numpy}
    assert used == set(TABLE)


def test_print_and_raise():
    printed = []
    assert run(parse_function(EFFECTS[0]), [3], out=lambda *a, **k: printed.append((a, k))) == []
    assert printed == [(("x", 3), {"sep": "-", "end": "!"})]

    class MineError(Exception):
        pass

    with pytest.raises(MineError, match=r"^bad 3$"):
        run(parse_function(EFFECTS[1], names={"Mine": MineError}), [3])


@pytest.mark.parametrize(
    ("body", "args", "error", "message"),
    [
        ("check_index %n, %m", (3, 3), IndexError, "index 3 is out of bounds"),
        ("check_index %n, %m", (-4, 3), IndexError, "index -4 is out of bounds"),
        ("check_broadcast %n, %m", (2, 3), ValueError, "broadcast"),
        ("check_broadcast %n, %m {error='IndexError'}", (2, 3), IndexError, "broadcast"),
        ("check_fits %n, %m {access='store'}", (3, 1), ValueError, "extent of 3 into one of 1"),
        ("check_nonempty %n, %m {access='extremum'}", (3, 0), ValueError, "without elements"),
        ("check_equal %n, %m {message='not the same'}", (1, 3), ValueError, "^not the same$"),
        ("check_width %n, %m {of='mul'}", (2**32, 2**31), OverflowError, "64 bits"),
        ("check_width %m, %n {of='sub'}", (1, -(2**63)), OverflowError, "64 bits"),
        (
            "%c: bool = lt %n, %m\ncheck %c, %n, %m {error='KeyError', message=(None, '>=', None)}",
            (3, 3),
            KeyError,
            "3>=3",
        ),
        ("%c: bool = lt %n, %m\ncheck %c {error='AssertionError', message=()}", (3, 3), AssertionError, "^$"),
        ("raise {error='StopIteration', message='done'}", (1, 1), StopIteration, "done"),
    ],
)
def test_checks_raise(body, args, error, message):
    fn = parse_function(f"func f(%n: int, %m: int) {{\n{body}\nreturn %n\n}}")
    verify(fn)
    with pytest.raises(error, match=message):
        run(fn, args)


@pytest.mark.parametrize("args", [(2, 3), (-3, 3), (0, 1)])
def test_check_index_accepts_what_is_in_range(args):
    assert run(parse_function("func f(%n: int, %m: int) {\ncheck_index %n, %m\nreturn %n\n}"), args) == [args[0]]


def test_check_index_looks_at_every_element():
    fn = parse_function("func f(%i: i64[:], %n: int) {\ncheck_index %i, %n\nreturn %n\n}")
    with pytest.raises(IndexError, match="index 9 "):
        run(fn, [np.array([0, 1, 9]), 2])


def test_versions_are_values():
    fn = parse_function("""
    func f(%x: f64[:], %i: int, %v: f64) {
      %a: f64[:] = load %x[%i:]
      %y: f64[:] = store %x[%i], %v
      %z: f64[:] = accum %y[%i], %v
      return %x, %a, %y, %z
    }""")
    x, a, y, z = run(fn, [V, 1, 10.0])
    assert x.tolist() == V.tolist()
    assert a.tolist() == [-3.0, 5.0, 7.0]
    assert y.tolist() == [2.0, 10.0, 5.0, 7.0]
    assert z.tolist() == [2.0, 20.0, 5.0, 7.0]


def test_mutable_writes_hit_the_array_and_its_views():
    fn = parse_function("""
    func f(%x: f64[:], %i: int, %v: f64, %l: list[f64]) {
      %c: f64[:] = copy %x
      %a: f64[:] = load %x[%i:]
      %y: f64[:] = store %x[%i], %v
      %m: list[f64] = list_append %l, %v
      return %a, %y, %c, %m
    }""")
    x, items = V.copy(), [np.float64(1.0)]
    a, y, c, m = run(fn, [x, 1, 10.0, items], mutable=True)
    assert y is x
    assert a.tolist() == [10.0, 5.0, 7.0]
    assert c.tolist() == V.tolist()
    assert m is items
    assert items == [1.0, 10.0]


def test_mutable_store_of_an_overlapping_view_reads_before_it_writes():
    fn = parse_function("""
    func f(%x: f64[:], %i: int, %j: int) {
      %a: f64[:] = load %x[:%j]
      %y: f64[:] = accum %x[%i:], %a
      return %y
    }""")
    assert run(fn, [V.copy(), 1, -1], mutable=True)[0].tolist() == [2.0, -1.0, 2.0, 12.0]


def test_mutable_list_accum_adds_to_the_element_itself():
    fn = parse_function("""
    func f(%x: f64[:], %i: int) {
      %l: list[f64[:]] = list_new %x
      %e: f64[:] = list_get %l, %i
      %m: list[f64[:]] = list_accum %l, %i, %x
      return %e
    }""")
    assert run(fn, [V.copy(), 0])[0].tolist() == V.tolist()
    assert run(fn, [V.copy(), 0], mutable=True)[0].tolist() == (2 * V).tolist()


def test_store_into_a_broadcast_view_is_an_internal_error():
    fn = parse_function("""
    func f(%x: f64, %n: int) {
      %a: f64[:] = broadcast_to %x, %n
      %y: f64[:] = store %a[%n:], %x
      return %y
    }""")
    with pytest.raises(InternalError, match="read-only"):
        run(fn, [1.0, 3], mutable=True)
    assert run(fn, [1.0, 3])[0].tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("use", ["%y: float = neg %u", "check_index %k, %k", "print %u {parts=(None,)}"])
def test_undefined_values_are_not_computed_with(use):
    fn = parse_function(f"func f() {{\n%u: float = undef\n%k: int = undef\n{use}\nreturn\n}}")
    with pytest.raises(InternalError, match="undefined"):
        run(fn, [])


def test_undefined_arrays_have_no_elements():
    text = """func f()
{
  %a: f64[:, :] = undef
  %n: int = dim %a {axis=1}
  return %n
}"""
    assert run(parse_function(text), []) == [0]


def test_undefined_values_may_be_carried():
    fn = parse_function("""
    func f(%n: int, %s: int) {
      %u: int = undef
      %y: int, %trips: int = for %s, %n, %s, %u do (%i: int, %c: int) {
        yield %i
      }
      return %y
    }""")
    assert run(fn, [4, 1]) == [3]


def test_empty_arrays_show_that_they_were_not_written():
    fn = parse_function("func f(%n: int) {\n%e: f64[:] = empty %n {dtype='f64'}\nreturn %e\n}")
    assert np.isnan(run(fn, [3])[0]).all()


def test_arguments_are_converted_to_scalars_of_the_parameter_types():
    fn = parse_function("func f(%x: f32, %y: float, %n: int) {\nreturn %x, %y, %n\n}")
    assert [type(v) for v in run(fn, [1, np.float64(2.0), np.int64(3)])] == [np.float32, float, int]


@pytest.mark.parametrize("value", [np.zeros(3, np.float32), np.zeros((1, 3)), [0.0]])
def test_arguments_of_other_types_are_refused(value):
    fn = parse_function("func f(%x: f64[:]) {\nreturn %x\n}")
    with pytest.raises(InternalError):
        run(fn, [value])


def test_results_of_another_type_than_declared_are_caught():
    # The verifier would refuse this; the interpreter does not trust it.
    fn = parse_function("func f(%x: f64[:]) {\n%y: f32[:] = neg %x\nreturn %y\n}")
    with pytest.raises(InternalError, match="declared f32"):
        run(fn, [V])


def test_step_zero_is_refused_as_range_does():
    fn = parse_function("""
    func f(%n: int) {
      %trips: int = for %n, %n, %n do (%i: int) {
        yield
      }
      return %trips
    }""")
    with pytest.raises(ValueError):
        run(fn, [0])
