"""`allocations`: room that iterations fill leaves all the loops around it, and is not copied on the way."""

import numpy as np
import pytest

from autodiff_compiler import grad
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.ir.verify import verify
from autodiff_compiler.ir.walk import all_ops
from autodiff_compiler.passes import buffers
from autodiff_compiler.passes.registry import PASSES
from autodiff_compiler.testing import check_grads

HEAD = """\
func f(%x: f64[:], %n: int) {
  %zero: int = const 0
  %one: int = const 1
  %nothing: f64 = const 0.0"""
ROOM = """\
%a: f64[:] = empty %n {dtype='f64', filled=True}
%b: f64[:], %u: int = for %zero, %n, %one, %a {exits=False} do (%j: int, %p: f64[:]) {
  %e: f64 = load %x[%j]
  %k: f64 = cast %i {dtype='f64'}
  %m: f64 = mul %e, %k
  %p1: f64[:] = store %p[%j], %m
  yield %p1
}
%q: f64 = sum %b {axes=(0,)}
%d: f64 = add %c, %q
yield %d"""


def nested(depth):
    """A program with so many loops around the room."""
    text, init = [HEAD], "%nothing"
    names = ["c"] if depth == 1 else [*(f"c{k}" for k in range(depth - 1)), "c"]
    for k, name in enumerate(names):
        index = "i" if k == depth - 1 else f"i{k}"
        text.append(f"%s{k}: f64, %t{k}: int = for %zero, %n, %one, {init} {{exits=False}} do (%{index}: int, %{name}: f64) {{")
        init = f"%{name}"
    text.append(ROOM)
    for k in range(depth - 1, -1, -1):
        text.append("}")
        text.append(f"yield %s{k}" if k else "return %s0")
    return parse_function("\n".join(text) + "\n}")


def assert_same_without_copies(fn, made):
    """Before the buffers stage and after it."""
    planned = buffers.run(made)
    verify(planned, buffers=True)
    assert not any(op.kind == "copy" for op in all_ops(planned.body))
    for n in range(5):
        x = np.linspace(1.0, 2.0, n)
        expected = run(fn, [x.copy(), n])[0]
        assert run(made, [x.copy(), n])[0] == expected == run(planned, [x.copy(), n], mutable=True)[0]


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_room_leaves_every_loop_and_is_never_copied(depth):
    fn = nested(depth)
    verify(fn)
    made = PASSES["allocations"].run(fn)
    verify(made)
    assert [op.kind for op in made.body.ops].count("empty") == 1
    assert [op.kind for op in all_ops(made.body)].count("empty") == 1
    assert_same_without_copies(fn, made)


BRANCH = """\
func f(%x: f64[:], %n: int) {{
  %zero: int = const 0
  %one: int = const 1
  %three: int = const {small}
  %nothing: f64 = const 0.0
  %many: int = {many}
  %s: f64, %t: int = for %zero, %n, %one, %nothing {{exits=False}} do (%i: int, %c: f64) {{
    %test: bool = gt %i, %one
    %g: f64 = if %test then {{
      %a: f64[:] = empty {extent} {{dtype='f64', filled=True}}
      %b: f64[:], %u: int = for %zero, {extent}, %one, %a {{exits=False}} do (%j: int, %p: f64[:]) {{
        %k: f64 = cast %i {{dtype='f64'}}
        %p1: f64[:] = store %p[%j], %k
        yield %p1
      }}
      %q: f64 = sum %b {{axes=(0,)}}
      %d: f64 = add %c, %q
      yield %d
    }} else {{
      yield %c
    }}
    yield %g
  }}
  return %s
}}"""


@pytest.mark.parametrize(
    ("leaves", "parts"),
    [
        (True, {"extent": "%three", "small": 3, "many": "dim %x {axis=0}"}),
        (True, {"extent": "%many", "small": 3, "many": "dim %x {axis=0}"}),
        (False, {"extent": "%three", "small": 5000, "many": "dim %x {axis=0}"}),
        (False, {"extent": "%many", "small": 3, "many": "mul %n, %n"}),
    ],
)
def test_room_of_modest_size_leaves_a_branch_and_the_loop_around_it(leaves, parts):
    fn = parse_function(BRANCH.format(**parts))
    verify(fn)
    made = PASSES["allocations"].run(fn)
    verify(made)
    assert any(op.kind == "empty" for op in made.body.ops) == leaves
    assert_same_without_copies(fn, made)


def test_no_memory_is_taken_in_a_loop_with_a_branch():
    """A vector of three for each pair of bodies, made anew where the reverse sweep needs it."""

    def potential(x):
        d, energy = np.zeros(3), 0.0
        for i in range(len(x)):
            for j in range(len(x)):
                if i != j:
                    for k in range(3):
                        d[k] = x[i, k] - x[j, k]
                    weight = np.exp(-d[0] * d[0] - d[1] * d[1] - d[2] * d[2])
                    for k in range(3):
                        energy += weight * d[k] ** 2
        return energy

    x = np.random.default_rng(0).normal(size=(4, 3))
    derivative = grad(potential, backend="numba", disable=["small_arrays"])
    check_grads(potential, (x,), order=1, backend="numba")
    made = [line for line in derivative.source(x).splitlines() if "np.empty(3)" in line or "np.zeros(3)" in line]
    assert made and all(line.startswith("    ") and not line.startswith("     ") for line in made)
