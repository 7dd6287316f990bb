"""`allocations`: room that iterations fill leaves all the loops around it, and is not copied on the way."""

import numpy as np
import pytest

from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.ir.verify import verify
from autodiff_compiler.ir.walk import all_ops
from autodiff_compiler.passes import buffers
from autodiff_compiler.passes.registry import PASSES

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


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_room_leaves_every_loop_and_is_never_copied(depth):
    fn = nested(depth)
    verify(fn)
    made = PASSES["allocations"].run(fn)
    verify(made)
    assert [op.kind for op in made.body.ops].count("empty") == 1
    assert [op.kind for op in all_ops(made.body)].count("empty") == 1
    planned = buffers.run(made)
    verify(planned, buffers=True)
    assert not any(op.kind == "copy" for op in all_ops(planned.body))
    for n in range(4):
        x = np.linspace(1.0, 2.0, n)
        expected = run(fn, [x.copy(), n])[0]
        assert run(made, [x.copy(), n])[0] == expected == run(planned, [x.copy(), n], mutable=True)[0]
