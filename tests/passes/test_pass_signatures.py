"""Parameters and results of functions that nobody uses."""

import numpy as np

from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.ir.text import format_function
from autodiff_compiler.ir.verify import verify
from autodiff_compiler.passes import signatures

BEFORE = """func g(%a: f64[:], %x: f64, %b: f64[:], %l: list[f64])
  updates ((3, 2),)
{
  %m: int = dim %a {axis=0}
  %n: int = dim %b {axis=0}
  check_equal %m, %n {message='', known=True}
  %y: f64[:] = sin %a
  %z: f64[:] = cos %a
  %l.1: list[f64] = list_append %l, %x
  return %z, %y, %l.1
}

func f(%a: f64[:], %x: f64) {
  %0: list[f64] = list_new
  %z: f64[:], %y: f64[:], %l: list[f64] = call %a, %x, %a, %0 {callee='g', effect='check', shapes=(((0, 0),), ((2, 0),), ()), updates=((3, 2),)}
  %z.1: f64[:], %y.1: f64[:], %l.1: list[f64] = call %y, %x, %a, %l {callee='g', effect='check', shapes=(((0, 0),), ((2, 0),), ()), updates=((3, 2),)}
  return %y.1
}
"""
AFTER = """func g(%a: f64[:], %x: f64, %l: list[f64])
  updates ((2, 1),)
{
  %m: int = dim %a {axis=0}
  %y: f64[:] = sin %a
  %z: f64[:] = cos %a
  %l.1: list[f64] = list_append %l, %x
  return %y, %l.1
}

func f(%a: f64[:], %x: f64) {
  %0: list[f64] = list_new
  %y: f64[:], %l: list[f64] = call %a, %x, %0 {callee='g', effect='pure', shapes=((None,), ()), updates=((2, 1),)}
  %y.1: f64[:], %l.1: list[f64] = call %y, %x, %l {callee='g', effect='pure', shapes=((None,), ()), updates=((2, 1),)}
  return %y.1
}
"""


def test_golden():
    before = parse_function(BEFORE)
    verify(before)
    after = signatures.run(before)
    verify(after)
    assert format_function(after) == AFTER
    assert signatures.run(after) is after
    args = [np.array([0.5, -1.5]), np.float64(2.0)]
    for found, expected in zip(run(after, args), run(before, args)):
        np.testing.assert_array_equal(found, expected)


def test_what_is_used_stays():
    fn = parse_function(BEFORE.replace("return %y.1", "%s: f64[:] = add %y.1, %z\n  return %s"))
    after = signatures.run(fn)
    assert len(after.callees["g"].results) == 3
    assert len(after.callees["g"].params) == 3


SPOKEN_OF = """func g(%a: f64[:]) {
  %y: f64[:] = sin %a
  %z: f64[:] = cos %a
  return %y, %z
}

func f(%a: f64[:]) {
  %y: f64[:], %z: f64[:] = call %a {callee='g', effect='pure', shapes=(((0, 0),), ((0, 0),)), updates=()}
  %m: int = dim %z {axis=0}
  %n: int = dim %y {axis=0}
  check_equal %m, %n {message='', known=True}
  return %y
}
"""


def test_what_is_said_of_the_shape_of_a_result_that_goes_goes_with_it():
    after = signatures.run(parse_function(SPOKEN_OF))
    verify(after)
    assert "%z: f64[:] =" not in format_function(after).split("func f")[1]
    np.testing.assert_allclose(run(after, [np.ones(2)])[0], np.sin(np.ones(2)))
