"""Which checks an op needs is known for every op, and a check that is taken out of a program is missed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from autodiff_compiler.ir.core import Op, Region
from autodiff_compiler.ir.opdef import INDEX, SHAPE
from autodiff_compiler.ir.opset import TABLE
from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.ir.walk import all_ops
from autodiff_compiler.passes.missing_checks import missing_checks


def test_every_op_that_depends_on_shapes_or_indices_names_its_accesses() -> None:
    assert {kind for kind, row in TABLE.items() if _fits_or_raises(row.raises) and not row.accesses} == {"unbroadcast"}
    assert all(row.accesses for kind, row in TABLE.items() if row.elementwise and row.arity != 1)


def _fits_or_raises(raises: Any) -> bool:
    return not callable(raises) and bool({SHAPE, INDEX} & set(raises))


def _shown(checks: list[Op]) -> list[str]:
    return [f"{check.kind} for {check.attrs.get('access')} at {check.span}" for check in checks]


PROGRAM = """func f(%x: f64[:, :], %y: f64[:], %i: i64[:], %m: bool[:], %n: int) {
  %rows: int = dim %x {axis=0}
  %columns: int = dim %x {axis=1}
  %length: int = dim %y {axis=0}
  %picked: int = dim %i {axis=0}
  %masked: int = dim %m {axis=0}
  check_index %n, %rows {access='index'}
  %row: f64[:] = load %x[%n]
  check_broadcast %length, %columns {access='broadcast'}
  %p: f64[:] = mul %y, %row
  check_index %i, %rows {access='index'}
  check_equal %masked, %columns {message='', access='index', error='IndexError'}
  %whole: i64[:] = cast %m {dtype='i64'}
  %some: i64 = sum %whole {axes=(0,)}
  %count: int = cast %some {dtype='i64', kind='py'}
  check_broadcast %picked, %count {access='index', error='IndexError'}
  %q: f64[:] = load %x[%i, %m]
  check_nonempty %length {access='extremum'}
  %best: f64 = max %y {axes=(0,)}
  check_fits %length, %columns {access='store'}
  %z: f64[:, :] = store %x[%n], %y
  check_equal %columns, %length {message='', access='product'}
  %v: f64[:] = matmul %x, %y
  return %p, %q, %best, %z, %v
}"""


def test_a_check_that_is_taken_out_is_missed() -> None:
    function = parse_function(PROGRAM)
    assert not _shown(missing_checks(function))
    checks = [op for op in all_ops(function.body) if op.kind.startswith("check")]
    for check in checks:
        rest = tuple(op for op in function.body.ops if op is not check)
        missed = missing_checks(replace(function, body=Region(function.params, rest)))
        assert check.kind in [op.kind for op in missed], check.kind
