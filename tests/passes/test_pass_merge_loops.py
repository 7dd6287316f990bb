"""`merge_loops`: loops over one range that stand one after the other are one, where their iterations may take turns."""

import numpy as np
import pytest
from loop_programs import LoopWriter

from autodiff_compiler import value_and_grad
from autodiff_compiler.driver import LOWERING
from autodiff_compiler.frontend.source import from_text
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.ir.verify import verify
from autodiff_compiler.ir.walk import all_ops
from autodiff_compiler.passes.registry import PASSES, run_pipeline

TEXT = """func f(%x: f64[:], %y: f64[:], %n: int) {
  %zero: int = const 0
  %one: int = const 1
  %z: f64 = const 0.0
  %m: int = sub %n, %one
  %a: f64[:] = copy %x
  %b: f64[:] = copy %y
  BETWEEN
  return RESULTS
}"""


def loops_of(fn):
    return sum(op.kind in ("for", "while") for op in all_ops(fn.body))


def parsed(between, results):
    fn = parse_function(TEXT.replace("BETWEEN", between).replace("RESULTS", results))
    verify(fn)
    return fn


def merged(fn, *args):
    """The function after the pass, which the interpreter finds equal; and how many loops fewer it has."""
    made = PASSES["merge_loops"].run(fn)
    verify(made)
    assert PASSES["merge_loops"].run(made).body.ops == made.body.ops
    found, wanted = (run(one, [np.copy(arg) if isinstance(arg, np.ndarray) else arg for arg in args]) for one in (made, fn))
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)
    return made, loops_of(fn) - loops_of(made)


def filling(target, source, result, read="%i", written="%i", bounds="%one, %m", index="%i"):
    """A loop that sets elements of `target` to those of `source` and one more."""
    i, r = index, result[1:]
    read, written = read.replace("%i", i), written.replace("%i", i)
    made = "" if read == i else f"%r_{r}: int = add {read}\n    " if "," in read else ""
    at = f"%r_{r}" if made else read
    set_at = f"%w_{r}: int = add {written}\n    " if "," in written else ""
    to = f"%w_{r}" if set_at else written
    return f"""{result}: f64[:], %t_{r}: int = for {bounds}, %one, {target} {{exits=False}} do ({i}: int, %p_{r}: f64[:]) {{
    {made}{set_at}%u_{r}: f64 = load {source or f'%p_{r}'}[{at}]
    %v_{r}: f64 = add %u_{r}, %u_{r}
    %q_{r}: f64[:] = store %p_{r}[{to}], %v_{r}
    yield %q_{r}
  }}"""


ARGS = (np.arange(1.0, 7.0), np.arange(2.0, 8.0), 6)
FIRST = filling("%a", "%y", "%a1")
CASES = {
    "of other arrays": (FIRST, filling("%b", "%x", "%b1", index="%j"), "%a1, %b1", 1),
    "of the elements just set": (FIRST, filling("%b", "%a1", "%b1", index="%j"), "%a1, %b1", 1),
    "the same array again": (FIRST, filling("%a1", None, "%a2", index="%j"), "%a2", 1),
    "of the next elements": (FIRST, filling("%b", "%a1", "%b1", read="%i, %one", index="%j"), "%a1, %b1", 0),
    "of elements read before": (
        filling("%b", "%a", "%b1", read="%i, %one"),
        filling("%a", "%y", "%a1", index="%j"),
        "%a1, %b1",
        0,
    ),
    "over another range": (FIRST, filling("%b", "%x", "%b1", bounds="%zero, %m", index="%j"), "%a1, %b1", 0),
    "what was there before": (FIRST, filling("%b", "%a", "%b1", index="%j"), "%a1, %b1", 0),
    "read in between": (FIRST, "%s: f64 = sum %a1 {axes=(0)}\n  " + filling("%b", "%x", "%b1", index="%j"), "%a1, %b1, %s", 1),
    "needed in between": (
        FIRST,
        "%s: f64 = load %a1[%one]\n  %e: f64[:] = full %n, %s\n  " + filling("%e", "%x", "%b1", index="%j"),
        "%a1, %b1",
        0,
    ),
}


@pytest.mark.parametrize(("first", "second", "results", "fewer"), CASES.values(), ids=CASES)
def test_two_loops(first, second, results, fewer):
    assert merged(parsed(first + "\n  " + second, results), *ARGS)[1] == fewer


def lowered(stages):
    """The derivative as the pass is given it."""
    names = LOWERING["numba"][: LOWERING["numba"].index("merge_loops")]
    return run_pipeline(stages["derivative"], names, ["strips"])


def check_in_place(stages, program, x):
    """With all that is done in place, the derivative is that of the Python backend."""
    value, gradient = value_and_grad(program)(x)
    found = run(stages["buffers"], [x.copy()], mutable=True)
    for one, other in zip(found, (value, gradient), strict=True):
        np.testing.assert_allclose(np.asarray(one, float), other, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("first", range(0, 120, 10))
def test_random_programs(first):
    fewer = 0
    for seed in range(first, first + 10):
        writer = LoopWriter(seed)
        source = writer.program()
        try:
            program, x = from_text(source), writer.point()
            stages = value_and_grad(program, backend="numba")._of_call((x,), {}).compiled.stages
            fewer += merged(lowered(stages), x)[1]
            check_in_place(stages, program, x)
        except Exception as error:
            raise AssertionError(f"seed {seed}\n{source}") from error
    assert fewer
