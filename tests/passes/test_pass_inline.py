"""Small functions in line."""

import numpy as np

from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.ir.text import format_function
from autodiff_compiler.ir.verify import verify
from autodiff_compiler.passes import inline

BEFORE = """func inner(%a: f64[:]) {
  %y: f64[:] = sin %a
  return %y
}

func outer(%a: f64[:]) {
  %b: f64[:] = call %a {callee='inner', effect='pure', shapes=(((0, 0),),), updates=()}
  return %b, %a
}

func again(%a: f64[:])
  rule recomputed()
{
  %y: f64[:] = cos %a
  return %y
}

func f(%x: f64[:]) {
  %b: f64[:], %a: f64[:] = call %x {callee='outer', effect='pure', shapes=(((0, 0),), ((0, 0),)), updates=()}
  %c: f64[:] = call %b {callee='again', effect='pure', shapes=(((0, 0),),), updates=()}
  return %c, %a
}
"""
AFTER = """func again(%a: f64[:])
  rule recomputed()
{
  %y: f64[:] = cos %a
  return %y
}

func f(%x: f64[:]) {
  %y: f64[:] = sin %x
  %c: f64[:] = call %y {callee='again', effect='pure', shapes=(((0, 0),),), updates=()}
  return %c, %x
}
"""


def test_golden():
    before = parse_function(BEFORE)
    verify(before)
    after = inline.run(before)
    verify(after)
    assert format_function(after) == AFTER
    assert inline.run(after) is after
    for found, expected in zip(run(after, [np.array([0.5, -1.5])]), run(before, [np.array([0.5, -1.5])])):
        np.testing.assert_array_equal(found, expected)
