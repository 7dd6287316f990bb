"""The loops that replace array operations compute what these compute, and are as few as they can be."""

import copy
import random

import numpy as np
import pytest

from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Region, Value
from autodiff_compiler.ir.dtype import FLOAT64
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.parse import parse_function
from autodiff_compiler.ir.path import Slice, element, entire, indexing
from autodiff_compiler.ir.types import F64, FLOAT, Array, rank
from autodiff_compiler.ir.verify import verify
from autodiff_compiler.ir.walk import all_ops
from autodiff_compiler.passes import buffers, dce, lower_numba

N = 4
HEAD = """
  %0: int = const 0
  %1: int = const 1
  %2: int = const 2
  %m1: int = const -1
  %half: f64 = const 0.5
"""


def lowered(function):
    verify(function)
    result = dce.run(lower_numba.run(function))
    verify(result)
    return result


def compare(function, arguments):
    """By value before, and in place after the lowering and the buffers stage."""
    wanted = run(function, arguments)
    after = lowered(function)
    assert_close(wanted, run(after, arguments))
    final = buffers.run(after)
    verify(final, buffers=True)
    given = copy.deepcopy(arguments)
    assert_close(wanted, run(final, given, mutable=True))
    assert_close(arguments, given)
    return final


def assert_close(wanted, got):
    for a, b in zip(wanted, got, strict=True):
        assert np.shape(a) == np.shape(b)
        assert np.asarray(a).dtype == np.asarray(b).dtype
        np.testing.assert_allclose(a, b, rtol=1e-13, atol=1e-13)


def program(text):
    signature, body = text.strip().split("\n", 1)
    return parse_function(f"{signature}{HEAD}{body}")


def count(function, kind):
    return sum(op.kind == kind for op in all_ops(function.body))


def vector(n=N, first=0.3):
    return first + np.arange(float(n)) / 3


def test_a_sine_is_not_computed_for_each_element_it_is_broadcast_to():
    function = program("""
func f(%x: f64[:], %y: f64[:]) {
  %a: f64[:] = mul %x, %half
  %b: f64[:] = sin %a
  %c: f64[:] = mul %b, %a
  %d: f64[:] = add %c, %y
  %s: f64 = sum %d {axes=(0,)}
  return %s
}
""")
    after = compare(function, [vector(), vector(first=-1.0)])
    # %x may be of extent 1 and %y not: the sine has a loop of its own.
    assert count(after, "sin") == 1


def test_equal_shapes_are_fused_into_one_sum():
    function = program("""
func f(%x: f64[:]) {
  %a: f64[:] = mul %x, %half
  %b: f64[:] = sin %a
  %c: f64[:] = mul %b, %x
  %s: f64 = sum %c {axes=(0,)}
  return %s
}
""")
    after = compare(function, [vector()])
    assert [count(after, kind) for kind in ("for", "empty", "mul", "sin")] == [1, 0, 2, 1]


def test_a_stencil_in_place_is_no_gauss_seidel():
    function = program("""
func f(%u: f64[:], %n: int) {
  %r: f64[:], %trips: int = for %0, %n, %1, %u do (%t: int, %v: f64[:]) {
    %a: f64[:] = load %v[%2:]
    %m2: int = const -2
    %b: f64[:] = load %v[:%m2]
    %c: f64[:] = add %a, %b
    %d: f64[:] = mul %c, %half
    %w: f64[:] = store %v[%1:%m1], %d
    yield %w
  }
  return %r
}
""")
    after = compare(function, [vector(7) ** 2, 3])
    # The argument is copied once; a new array takes the right side.
    assert count(after, "copy") == 1
    assert count(after, "empty") == 1


def test_shifted_onto_itself():
    """a[1:] = a[:-1] * 2"""
    function = program("""
func f(%x: f64[:]) {
  %a: f64[:] = mul %x, %half
  %v: f64[:] = load %a[:%m1]
  %w: f64[:] = mul %v, %half
  %b: f64[:] = store %a[%1:], %w
  return %b
}
""")
    compare(function, [vector()])


@pytest.mark.parametrize("kind", ["store", "accum"])
def test_in_its_own_place_without_a_new_array(kind):
    """u[1:] = u[1:] * v[1:] reads each element where it is written.  (Another loop is for a v of two elements.)"""
    function = program(f"""
func f(%x: f64[:], %v: f64[:]) {{
  %n: int = dim %x {{axis=0}}
  %u: f64[:] = full %n, %half
  %a: f64[:] = load %u[%1:]
  %b: f64[:] = load %v[%1:]
  %w: f64[:] = mul %a, %b
  %r: f64[:] = {kind} %u[%1:], %w
  return %r
}}
""")
    after = compare(function, [vector(), vector(first=2.0)])
    assert [count(after, "copy"), count(after, "empty"), count(after, "for")] == [0, 0, 2]


def test_a_member_is_not_moved_past_a_write():
    function = program("""
func f(%x: f64[:]) {
  %n: int = dim %x {axis=0}
  %u: f64[:] = full %n, %half
  %a: f64[:] = mul %u, %half
  %w: f64[:] = store %u[%0], %half
  %b: f64[:] = add %a, %half
  %c: f64[:] = mul %b, %w
  return %c
}
""")
    after = compare(function, [vector()])
    assert count(after, "copy") == 0


@pytest.mark.parametrize("start", [-9, -2, 0, 1, 3, 9])
def test_starts_of_slices(start):
    function = parse_function(
        """
func f(%x: f64[:], %s: int) {
  %half: f64 = const 0.5
  %n: int = dim %x {axis=0}
  %u: f64[:] = full %n, %half
  %v: f64[:] = load %x[%s:]
  %w: f64[:] = mul %v, %half
  %r: f64[:] = accum %u[%s:], %w
  return %r
}
"""
    )
    compare(function, [vector(), start])


class Generator:
    """Random expressions of arrays whose axes may be 1, with sums and writes."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.b = Builder()
        self.shapes = {}

    def function(self):
        b = self.b
        params = []
        for k in range(6):
            shape = tuple(self.random.choice((1, 3, 3)) for _ in range(self.random.randint(1, 3)))
            params.append(Value(Array(FLOAT64, len(shape)), f"p{k}"))
            self.shapes[params[-1]] = shape
        params.append(Value(F64, "s"))
        params.append(Value(FLOAT, "t"))
        self.shapes |= {params[-2]: (), params[-1]: ()}
        self.scope = list(params)
        self.three, self.zero, self.one = b.const(3), b.const(0), b.const(1)
        for _ in range(self.random.randint(4, 14)):
            self.statement()
        results = [v for v in self.scope[len(params) :] if self.random.random() < 0.4] or self.scope[-1:]
        b.return_(*results)
        return Function("f", Region(tuple(params), b.top.done().ops))

    def arguments(self):
        values = np.random.default_rng(0)
        return [values.normal(size=self.shapes[p]) if rank(p.type) else float(values.normal()) for p in self.scope[:8]]

    def made(self, value, shape):
        self.shapes[value] = tuple(shape)
        self.scope.append(value)

    def pick(self, minimum=0):
        found = [v for v in self.scope if rank(v.type) >= minimum]
        return self.random.choice(found[-4:] if self.random.random() < 0.6 else found)

    def statement(self):
        b, kind = self.b, self.random.randrange(10)
        x, y = self.pick(1), self.pick()
        shape = np.broadcast_shapes(self.shapes[x], self.shapes[y])
        if kind <= 3:
            self.made(b.op(self.random.choice(("add", "mul", "maximum", "sub")), x, y), shape)
        elif kind == 4:
            self.made(b.op(self.random.choice(("sin", "neg", "tanh")), x), self.shapes[x])
        elif kind == 5:
            condition = b.compare("lt", x, y)
            self.made(b.select(condition, x, y), shape)
        elif kind == 6:
            axes = tuple(k for k in range(rank(x.type)) if self.random.random() < 0.6)
            self.made(
                b.op(self.random.choice(("sum", "prod")), x, axes=axes),
                [n for k, n in enumerate(self.shapes[x]) if k not in axes],
            )
        elif kind == 7:
            dims = [self.three] * max(rank(y.type), self.random.randint(1, 3))
            self.made(b.op("broadcast_to", y, *dims), [3] * len(dims))
        else:
            self.write(x)

    def write(self, x):
        """Into all of x or into a part of it."""
        b = self.b
        whole, tail = entire(), indexing(Slice(start=True))
        path, operands, shape = self.random.choice(
            [(whole, [], self.shapes[x]), (tail, [self.zero], self.shapes[x])]
            + ([(element(), [self.zero], self.shapes[x][1:])] if rank(x.type) > 1 else [])
        )
        fitting = [v for v in self.scope if self.fits(self.shapes[v], shape)]
        place = b.load(x, path, operands)
        value = b.op("mul", self.random.choice(fitting), self.random.choice([place, self.scope[7]]))
        if rank(value.type) == 0:
            value = b.op("add", value, place)
        self.made(b.op(self.random.choice(("store", "accum")), x, *operands, value, path=path), self.shapes[x])

    def fits(self, inner, outer):
        return len(inner) <= len(outer) and np.broadcast_shapes(inner, outer) == tuple(outer)


@pytest.mark.parametrize("block", range(4))
def test_random_expressions(block):
    for seed in range(100 * block, 100 * (block + 1)):
        generator = Generator(seed)
        function = generator.function()
        try:
            compare(
                function,
                [np.float64(a) if p.type == F64 else a for a, p in zip(generator.arguments(), function.params)],
            )
        except Exception as error:
            raise AssertionError(f"seed {seed}") from error
