"""What functions change in place is not returned, unless it may be something else."""

from __future__ import annotations

import numpy as np
import pytest

from autodiff_compiler import backends
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.ir.program import mapped
from autodiff_compiler.ir.verify import verify
from autodiff_compiler.passes import buffers

CALL = "{callee='g', effect='pure', shapes=(((0, 0),), ()), updates=((0, 0),)}"
ADDS = """func g(%a: f64[:], %x: f64)
  updates ((0, 0),)
{
  %0: int = const 0
  %a.1: f64[:] = accum %a[%0], %x
  %y: f64 = mul %x, %x
  return %a.1, %y
}
"""
IN_A_LOOP = """func g(%a: f64[:], %x: f64)
  updates ((0, 0),)
{
  %0: int = const 0
  %1: int = const 1
  %n: int = const 3
  %a.1: f64[:], %s: f64, %trips: int = for %0, %n, %1, %a, %x {exits=False} do (%i: int, %b: f64[:], %t: f64) {
    %b.1: f64[:] = accum %b[%0], %t
    %t.1: f64 = add %t, %x
    yield %b.1, %t.1
  }
  return %a.1, %s
}
"""
ANOTHER = """func g(%a: f64[:], %x: f64)
  updates ((0, 0),)
{
  %0: f64 = const 0.0
  %c: bool_ = lt %x, %0
  %a.1: f64[:] = if %c then {
    %b: f64[:] = mul %a, %x
    yield %b
  } else {
    %1: int = const 0
    %b.1: f64[:] = store %a[%1], %x
    yield %b.1
  }
  %y: f64 = mul %x, %x
  return %a.1, %y
}
"""
EACH_OTHER = """func h(%a: f64[:], %x: f64)
  updates ((0, 0),)
{
  %a.1: f64[:], %y: f64 = call %a, %x CALL
  return %a.1, %y
}

func g(%a: f64[:], %x: f64)
  updates ((0, 0),)
{
  %0: f64 = const 1.0
  %c: bool_ = lt %x, %0
  %a.1: f64[:], %y: f64 = if %c then {
    %b: f64[:] = BOTTOM
    yield %b, %x
  } else {
    %half: f64 = const 0.5
    %x.1: f64 = mul %x, %half
    %1: int = const 0
    %b.1: f64[:] = accum %a[%1], %x
    %b.2: f64[:], %z: f64 = call %b.1, %x.1 {callee='h', effect='pure', shapes=(((0, 0),), ()), updates=((0, 0),)}
    yield %b.2, %z
  }
  return %a.1, %y
}
""".replace("CALL", CALL)
OUTER = f"""
func f(%a: f64[:], %x: f64) {{
  %two: f64 = const 2.0
  %z: f64[:] = mul %a, %two
  %z.1: f64[:], %y: f64 = call %z, %x {CALL}
  %z.2: f64[:], %y.1: f64 = call %z.1, %y {CALL}
  %w: f64[:] = WITH
  %w.1: f64[:] = mul %w, %y.1
  return %w.1
}}
"""
SAME = [ADDS, IN_A_LOOP, EACH_OTHER.replace("%b: f64[:] = BOTTOM", "%2: int = const 1\n    %b: f64[:] = store %a[%2], %x")]
OTHERS = [ANOTHER, EACH_OTHER.replace("BOTTOM", "mul %a, %x")]


@pytest.mark.parametrize("backend", ["python", "numba"])
@pytest.mark.parametrize("read", ["add %z.2, %z.2", "add %z.2, %z.1", "add %z.2, %z"], ids=["last", "middle", "first"])
@pytest.mark.parametrize(("callee", "same"), [*((text, True) for text in SAME), *((text, False) for text in OTHERS)])
def test_the_value_is_that_of_the_versions(callee, same, read, backend):
    """Also where an older version is read later, so that what is changed is a copy."""
    program = parse_function(callee + OUTER.replace("WITH", read))
    verify(program)
    made = mapped(program, buffers.run)
    text = backends.emit(made, backend)
    call = backends.load(text, "f", {})
    for x in (0.7, 1.5, -0.5):
        args = [np.array([0.5, -1.0, 2.0]), np.float64(x)]
        np.testing.assert_allclose(call(*args), run(program, args)[0], rtol=1e-15)
        np.testing.assert_array_equal(args[0], [0.5, -1.0, 2.0])
    g = text[text.index("def g(") :].split("\n\n")[0]
    assert ("return " not in g or ", " not in g[g.rindex("return ") :]) == same
