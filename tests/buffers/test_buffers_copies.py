"""How many copies the buffers stage makes, and where: none that is not needed, and none inside a loop for want of one
before it.  Each program is also run in place and compared with its meaning by value."""

import copy

import numpy as np
import pytest
from copies_programs import PROGRAMS

from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.ir.types import Array, ListOf, Scalar
from autodiff_compiler.ir.verify import verify
from autodiff_compiler.passes import buffers

HEAD = """
  %0: int = const 0
  %1: int = const 1
  %2: int = const 2
  %m1: int = const -1
  %half: f64 = const 0.5
"""


def copies(region, loops=0):
    """The numbers of loops around each copy."""
    found = []
    for op in region.ops:
        if op.kind == "copy":
            found.append(loops)
        for inner in op.regions:
            found += copies(inner, loops + (op.kind != "if"))
    return found


def argument(type_, k):
    if isinstance(type_, ListOf):
        return [argument(type_.element, k + j) for j in range(4)]
    if isinstance(type_, Array):
        return 1.0 + k + np.arange(4.0**type_.rank).reshape((4,) * type_.rank) / 7
    assert isinstance(type_, Scalar)
    return 3


def check(text, expected):
    signature, body = text.strip().split("\n", 1)
    before = parse_function(f"{signature}{HEAD}{body}")
    verify(before)
    after = buffers.run(before)
    verify(after, buffers=True)
    arguments = [argument(param.type, k) for k, param in enumerate(before.params)]
    given = copy.deepcopy(arguments)
    for wanted, got in zip(run(before, arguments), run(after, given, mutable=True)):
        np.testing.assert_array_equal(wanted, got)
    for kept, used in zip(arguments, given):
        np.testing.assert_array_equal(kept, used)
    assert copies(after.body) == expected


@pytest.mark.parametrize("name", PROGRAMS)
def test_number_of_copies(name):
    check(*PROGRAMS[name])


def test_undefined_values_can_be_copied():
    """A carried array that is undefined at first, and of which the copy at the yield does not know that it is not."""
    text = """
func f(%u: f64[:], %n: int) {
  %none: f64[:] = undef
  %r: f64[:], %k: int = for %0, %n, %1, %none do (%t: int, %a: f64[:]) {
    %c: bool = lt %0, %t
    %b: f64[:] = if %c then {
      %w: f64[:] = store %a[%t], %half
      yield %w
    } else {
      yield %u
    }
    yield %b
  }
  return %r
}
"""
    check(text, [1])
    after = buffers.run(parse_function(text.replace("%n: int) {", "%n: int) {" + HEAD, 1)))
    assert not any(op.kind == "undef" for op in after.body.ops)


def test_time_is_near_linear():
    """A long chain of writes: the work for each of them must not grow with the length (counted, not timed)."""
    from autodiff_compiler.analysis.last_use import LastUses

    def work(n):
        lines = ["func f(%x: f64[:]) {", HEAD, "  %a0: f64[:] = mul %x, %half"]
        lines += [f"  %a{k + 1}: f64[:] = store %a{k}[%0], %half" for k in range(n)]
        function = parse_function("\n".join([*lines, f"  return %a{n}", "}"]))
        asked = 0
        original = LastUses.live_after

        def counting(self, value):
            nonlocal asked
            asked += 1
            return original(self, value)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(LastUses, "live_after", counting)
            assert copies(buffers.run(function).body) == []
        return asked

    assert work(400) < 5 * work(100)
