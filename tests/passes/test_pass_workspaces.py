"""What goes into arrays of the caller, and what a program takes from a workspace: both after the buffers stage."""

import numpy as np
import pytest

from autodiff_compiler.diagnostics import InternalError
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.ir.text import format_function
from autodiff_compiler.ir.tree import Leaf
from autodiff_compiler.ir.verify import verify
from autodiff_compiler.passes import outputs, workspaces

HEAD = """
    %zero: int = const 0
    %one: int = const 1
    %two: int = const 2
    %z: f64 = const 0.0
    %m: int = dim %x {axis=0}
"""
FILLED = """
    %b: f64[:], %t: int = for %zero, %m, %one, %a {exits=False} do (%i: int, %p: f64[:]) {
      %e: f64 = load %x[%i]
      %q: f64[:] = store %p[%i], %e
      yield %q
    }
"""


def parsed(body, results="%s", params="%x: f64[:], %n: int"):
    fn = parse_function(f"func f({params}) takes x: *, n: * {{ {HEAD} {body} return {results} }}")
    verify(fn, buffers=True)
    return fn


def taken(fn, hidden=0):
    """The function with a workspace, and its plan."""
    made, plan = workspaces.run(fn, hidden)
    verify(made, buffers=True)
    verify(plan.extents)
    assert format_function(parse_function(format_function(made))) == format_function(made)
    return made, plan


def rooms(fn):
    return len(taken(fn)[1].types)


def same_with_rooms(fn, x, n):
    """The program gives what it gave, whatever is in the workspace."""
    made, plan = taken(fn)
    places = iter(run(plan.extents, [[x, n][place] for place in dict.fromkeys(place for place, _ in plan.needs)]))
    arrays = [np.full([next(places) for _ in range(type_.rank)], 5, type_.dtype.numpy) for type_ in plan.types]
    wanted = run(fn, [x, n])
    for _ in range(2):
        got = run(made, [x, n, *arrays], mutable=True)
        for one, other in zip(got, wanted):
            np.testing.assert_array_equal(one, other)


def test_an_array_that_is_filled():
    made, plan = taken(parsed(f"%a: f64[:] = empty %m {{dtype='f64', filled=True}} {FILLED} %s: f64 = sum %b {{axes=(0,)}}"))
    assert format_function(made) == """\
func f(%x: f64[:], %n: int, %a: f64[:])
  takes x: *, n: *, workspace: (*,)
  room (2,)
{
  %zero: int = const 0
  %one: int = const 1
  %two: int = const 2
  %z: f64 = const 0.0
  %m: int = dim %x {axis=0}
  %b: f64[:], %t: int = for %zero, %m, %one, %a {exits=False} do (%i: int, %p: f64[:]) {
    %e: f64 = load %x[%i]
    %q: f64[:] = store %p[%i], %e
    yield %q
  }
  %s: f64 = sum %b {axes=(0,)}
  return %s
}
"""
    assert format_function(plan.extents) == """\
func f_extents(%x: f64[:]) {
  %0: int = dim %x {axis=0}
  %1: int = const 0
  %2: int = maximum %0, %1
  return %2
}
"""
    assert plan.needs == ((0, 0),)


def test_zeros_are_written_again():
    fn = parsed("%a: f64[:] = full %n, %z  %b: f64[:] = accum %a[%zero], %z  %s: f64 = sum %b {axes=(0,)}")
    made, plan = taken(fn)
    assert "%a.1: f64[:] = store %a[:], %z" in format_function(made) and plan.needs == ((1, None),)
    same_with_rooms(fn, np.ones(3), 4)


IN_LOOP = """
    %s: f64, %trips: int = for %zero, %n, %one, %z {exits=False} do (%k: int, %c: f64) {
      %a: f64[:] = full %m, %z
      %b: f64[:] = accum %a[%zero], %z
      %r: f64 = sum %b {axes=(0,)}
      %d: f64 = add %c, %r
      yield %d
    }
"""


def test_room_of_an_iteration():
    fn = parsed(IN_LOOP)
    assert rooms(fn) == 1
    same_with_rooms(fn, np.ones(3), 4)
    assert rooms(parsed(IN_LOOP.replace("{exits=False} do (%k", "{exits=False, parallel=True} do (%k"))) == 0


def test_what_is_handed_on_to_the_next_iteration_is_new():
    fn = parsed("""
        %o: f64[:] = full %m, %z
        %h: f64[:], %s: f64, %trips: int = for %zero, %n, %one, %o, %z {exits=False} do (%k: int, %l: f64[:], %c: f64) {
          %a: f64[:] = full %m, %z
          %b: f64[:] = store %a[%zero], %c
          %r: f64 = sum %l {axes=(0,)}
          %d: f64 = add %c, %r
          yield %b, %d
        }
    """)
    assert rooms(fn) == 1  # the one before the loop
    same_with_rooms(fn, np.ones(3), 4)


def test_what_a_list_holds_is_new():
    fn = parsed("""
        %l: list[f64[:]] = list_new
        %h: list[f64[:]], %trips: int = for %zero, %n, %one, %l {exits=False} do (%k: int, %g: list[f64[:]]) {
          %a: f64[:] = full %m, %z
          %b: list[f64[:]] = list_append %g, %a
          yield %b
        }
        %first: f64[:] = list_get %h, %zero
        %s: f64 = sum %first {axes=(0,)}
    """)
    assert rooms(fn) == 0


def test_a_branch_allocates_as_it_needs():
    fn = parsed("""
        %c: bool = lt %zero, %n
        %s: f64 = if %c then {
          %a: f64[:] = full %m, %z
          %r: f64 = sum %a {axes=(0,)}
          yield %r
        } else {
          yield %z
        }
    """)
    made, plan = taken(fn)
    assert not plan.types and [one.often for one in plan.left] == [True]


def test_results_are_new():
    fn = parsed(f"%a: f64[:] = empty %m {{dtype='f64', filled=True}} {FILLED}", "%b")
    made, plan = taken(fn)
    assert not plan.types and [one.first for one in plan.left] == [0]


SIZES = [
    ("%k: int = add %n, %two", 6), ("%k: int = sub %two, %n", 0), ("%k: int = floordiv %n, %two", 2),
    ("%k: int = mul %m, %n", 12), ("%k: int = maximum %m, %n", 4), ("%k: int = floordiv %n, %m", None),
    ("%e: f64 = load %x[%zero]  %k: int = cast %e {dtype='i64', kind='py'}", None),
]  # fmt: skip


@pytest.mark.parametrize(("size", "wanted"), SIZES)
def test_sizes(size, wanted):
    """What may raise is not computed before the program, and neither is what the data decides; nothing has a negative size."""
    _, plan = taken(parsed(f"{size}  %a: f64[:] = full %k, %z  %s: f64 = sum %a {{axes=(0,)}}"))
    assert bool(plan.types) == (wanted is not None)
    if wanted is not None:
        given = [[np.ones(3), 4][place] for place in dict.fromkeys(place for place, _ in plan.needs)]
        assert run(plan.extents, given)[0] == wanted


def test_a_result_that_is_filled():
    fn = parsed(f"%a: f64[:] = full %m, %z {FILLED}", "%b")
    made = outputs.filled(fn, [0], ["a"], Leaf(), 1)
    verify(made, buffers=True)
    assert [param.name for param in made.params] == ["x", "out", "n"]
    assert made.updates == ((1, 0),) and "%a: f64[:] = store %out[:], %z" in format_function(made)
    out = np.full(3, 7.0)
    (got,) = run(made, [np.arange(3.0), out, 0], mutable=True)
    assert np.shares_memory(got, out)
    np.testing.assert_array_equal(out, np.arange(3.0))


def test_a_result_that_may_be_one_or_the_other_is_copied():
    fn = parsed("""
        %a: f64[:] = full %m, %z
        %o: f64[:] = full %m, %z
        %h: f64[:], %g: f64[:], %trips: int = for %zero, %n, %one, %a, %o {exits=False} do (%k: int, %c: f64[:], %d: f64[:]) {
          yield %d, %c
        }
    """, "%h")  # fmt: skip
    made = outputs.filled(fn, [0], ["a"], Leaf(), 0)
    verify(made, buffers=True)
    assert format_function(made).count("full") == 2 and "store %out[:], %h" in format_function(made)


# -- the verifier ----------------------------------------------------------------------------------------------------------


def with_room(body, results="%s"):
    return parse_function(f"func f(%x: f64[:], %w: f64[:]) room (1,) {{ {HEAD} {body} return {results} }}")


def test_room_may_be_overwritten_again_and_again():
    verify(with_room("%a: f64[:] = store %w[%zero], %z  %b: f64[:] = store %w[%one], %z  %s: f64 = sum %b {axes=(0,)}"), buffers=True)


@pytest.mark.parametrize(
    ("body", "results", "text"),
    [
        ("%s: f64[:] = store %w[%zero], %z", "%s", "may share memory with the parameter %w"),
        ("%s: f64[:] = load %w[%zero:%one]", "%s", "may share memory with the parameter %w"),
        ("%a: f64[:] = store %x[%zero], %z  %s: f64 = sum %a {axes=(0,)}", "%s", "writes the parameter %x"),
        (
            "%a: f64[:] = store %w[%zero], %z  %b: f64[:] = store %w[%one], %z  %s: f64 = sum %a {axes=(0,)}", "%s",
            "%a is read after store overwrote it",
        ),
    ],
)  # fmt: skip
def test_results_and_older_versions_are_not_room(body, results, text):
    with pytest.raises(InternalError, match=text):
        verify(with_room(body, results), buffers=True)
