"""What printed code looks like and means: golden texts (executed too), traps of nesting and naming, containers."""

from __future__ import annotations

import linecache
from typing import NamedTuple

import numpy as np
import pytest
from op_case import build

from autodiff_compiler import backends
from autodiff_compiler.backends import cache, syntax
from autodiff_compiler.backends.source import Notes, print_module
from autodiff_compiler.diagnostics import InternalError, Span
from autodiff_compiler.ir.builder import Builder
from autodiff_compiler.ir.core import Function, Region, Value
from autodiff_compiler.ir.dtype import FLOAT64
from autodiff_compiler.ir.path import Slice, element, indexing
from autodiff_compiler.ir.tree import Leaf, Node
from autodiff_compiler.ir.types import BOOL, F64, FLOAT, INT, Array, ListOf

A1 = Array(FLOAT64, 1)
AT = element()


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("AUTODIFF_COMPILER_CACHE", str(tmp_path))


def printed(function: Function, backend: str = "python") -> str:
    return backends.emit(function, backend)


def body(text: str) -> str:
    return text[text.index("def ") :]


ROSENBROCK = '''def f(x):
    """Gradient of rosenbrock."""
    x_bar = np.zeros(len(x))
    for i in range(len(x) - 2, -1, -1):
        # line 4: total += 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2
        u_bar = 200.0 * (x[i + 1] - x[i] ** 2)
        x_bar[i + 1] += u_bar
        x_bar[i] -= 2.0 * x[i] * u_bar + 2.0 * (1.0 - x[i])
    return x_bar
'''


def test_rosenbrock_gradient():
    source = "def rosenbrock(x):\n    total = 0.0\n    for i in range(len(x) - 1):\n        total += 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2\n    return total\n"
    linecache.cache["<rosenbrock>"] = (len(source), None, source.splitlines(keepends=True), "<rosenbrock>")
    b = Builder(Span("<rosenbrock>", 1))
    x = Value(A1, "x")
    start = b.sub(b.dim(x, 0), b.const(2))
    zeros = b.zeros_like(x, name="x_bar")
    with b.at(Span("<rosenbrock>", 4, phase="adjoint")), b.region(INT, A1, names=("i", "x_bar")) as loop:
        i, x_bar = loop.params
        after = b.add(i, b.const(1))
        u_bar = b.op(
            "mul",
            b.const(200.0, F64),
            b.sub(b.element(x, after), b.op("pow", b.element(x, i), b.const(2.0, F64))),
            name="u_bar",
        )
        x_bar = b.accum(x_bar, AT, (after,), u_bar)
        two = b.const(2.0, F64)
        total = b.add(
            b.mul(b.mul(two, b.element(x, i)), u_bar), b.mul(two, b.sub(b.const(1.0, F64), b.element(x, i)))
        )
        b.yield_(b.accum(x_bar, AT, (i,), b.neg(total)))
    minus = b.const(-1)
    done, _ = b.for_(start, minus, minus, [zeros], loop.done())
    b.return_(done)
    function = Function("f", Region((x,), tuple(b.ops)))
    text = backends.emit(function, "python", "Gradient of rosenbrock.")
    assert body(text) == ROSENBROCK
    point = np.array([0.5, -0.3, 1.2])
    k = np.arange(3)
    expected = np.zeros(3)
    for j in range(2):
        u = 200.0 * (point[j + 1] - point[j] ** 2)
        expected += u * (k == j + 1) - (k == j) * (2 * point[j] * u + 2 * (1 - point[j]))
    np.testing.assert_allclose(backends.load(text, "f")(point), expected)
    np.testing.assert_allclose(backends.load(backends.emit(function, "numba"), "f")(point), expected)


def test_carried_values_change_places():
    def make(b, n):
        with b.region(INT, FLOAT, FLOAT, names=("i", "a", "b")) as loop:
            _, p, q = loop.params
            b.yield_(q, p)
        return b.for_(b.const(0), n, b.const(1), [b.const(1.0), b.const(2.0)], loop.done())[:2]

    function = build([INT], make)
    assert " = b, a2" in printed(function) or " = b, a" in printed(function)
    for backend in ("python", "numba"):
        assert backends.load(printed(function, backend), "f")(3) == (2.0, 1.0)


def test_a_load_stays_before_the_store():
    def make(b, x, v):
        x = b.op("copy", x)
        before = b.load(x, AT, (b.const(0),))
        x = b.store(x, AT, (b.const(0),), v)
        return x, b.add(before, v)

    function = build([A1, F64], make)
    array, total = backends.load(printed(function), "f")(np.array([1.0, 2.0]), np.float64(10.0))
    assert total == 11.0
    assert list(array) == [10.0, 2.0]


def test_an_in_place_stencil_reads_old_values():
    def make(b, u):
        u = b.op("copy", u)
        right = b.mul(b.load(u, indexing(Slice(stop=True)), (b.const(-1),)), b.const(2.0, F64))
        return b.store(u, indexing(Slice(start=True)), (b.const(1),), right)

    function = build([A1], make)
    assert "a[1:] = a[:-1] * 2.0" in printed(function)
    for backend in ("python", "numba"):
        got = backends.load(printed(function, backend), "f")(np.array([1.0, 2.0, 3.0]))
        assert list(got) == [1.0, 2.0, 4.0]


def test_what_a_repeated_view_reads_is_computed_once():
    def make(b, x):
        doubled = b.mul(x, x)
        view = b.load(doubled, indexing(Slice(start=True)), (b.const(1),))
        return b.mul(view, view)

    function = build([A1], make)
    assert printed(function).count("a * a") == 1
    assert list(backends.load(printed(function), "f")(np.array([1.0, 2.0, 3.0]))) == [16.0, 81.0]


def test_a_repeated_view_is_not_moved_over_a_write():
    def make(b, x):
        x = b.op("copy", x)
        view = b.load(x, indexing(Slice(start=True)), (b.const(1),))
        total = b.op("sum", b.mul(view, view), axes=(0,))
        x = b.store(x, AT, (b.const(1),), b.const(0.0, F64))
        return x, total

    array, total = backends.load(printed(build([A1], make)), "f")(np.array([1.0, 2.0, 3.0]))
    assert (list(array), total) == ([1.0, 0.0, 3.0], 13.0)


def test_negative_base_of_a_power():
    function = build([], lambda b: b.op("pow", b.const(-2.0), b.const(2.0)))
    assert backends.load(printed(function), "f")() == 4.0


def test_a_text_that_reads_back_otherwise_is_refused():
    wrong = syntax.expression(__import__("ast").BinOp(syntax.ast.Constant(-2.0), syntax.ast.Pow(), syntax.literal(2)))
    with pytest.raises(InternalError, match="AD601"):
        print_module([wrong], Notes())


@pytest.mark.parametrize("backend", ["python", "numba"])
@pytest.mark.parametrize("index", [3, -4, 100])
def test_a_bad_index_raises(backend, index):
    def make(b, x, i):
        with b.at(Span("case.py", 2)):
            b.emit("check_index", (i, b.dim(x, 0)))
            return b.load(x, AT, (i,))

    function = build([A1, INT], make)
    with pytest.raises(IndexError):
        backends.load(printed(function, backend), "f")(np.zeros(3), index)


def test_the_check_that_numpy_performs_is_not_printed():
    def make(b, x, i, line=2, **access):
        with b.at(Span("case.py", 2)):
            b.emit("check_index", (i, b.dim(x, 0)), access)
        with b.at(Span("case.py", line)):
            return b.load(x, AT, (i,))

    def performed(b, x, i, **other):
        return make(b, x, i, **{"access": "index", **other})

    assert "raise" not in printed(build([A1, INT], performed))
    assert "raise IndexError" in printed(build([A1, INT], lambda b, x, i: performed(b, x, i, line=3)))
    assert "raise IndexError" in printed(build([A1, INT], lambda b, x, i: performed(b, x, i, access="item")))
    assert "raise IndexError" in printed(build([A1, INT], make))
    assert "raise IndexError" in printed(build([A1, INT], performed), "numba")


@pytest.mark.parametrize("backend", ["python", "numba"])
@pytest.mark.parametrize(("kind", "bad"), [("check_equal", (3, 1)), ("check_broadcast", (3, 2)), ("check_fits", (3, 1))])
def test_shape_checks_raise(backend, kind, bad):
    def make(b, n, m):
        b.emit(kind, (n, m), {"message": "shapes differ"} if kind == "check_equal" else {})
        return n

    function = backends.load(printed(build([INT, INT], make), backend), "f")
    assert function(3, 3) == 3
    with pytest.raises(ValueError, match="shapes|broadcast together"):
        function(*bad)


def test_a_message_with_values():
    def make(b, c, n):
        b.emit("check", (c, n), {"error": "ValueError", "message": ("n {is} ", None, "!")})
        return n

    function = build([BOOL, INT], make)
    with pytest.raises(ValueError, match=r"n \{is\} 7!"):
        backends.load(printed(function), "f")(False, 7)
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # compiled code leaves it to others to put the text together
        backends.load(printed(function, "numba"), "f")(False, 7)
    text, *values = caught.value.args
    assert text.format(*values) == "n {is} 7!"


def test_names_do_not_hide_builtins():
    def make(b, n, x):
        total = b.op("mul", x, x, name="len")
        other = b.op("add", total, total, name="lambda")
        array = b.full([n], b.cast(other, F64), name="np")
        return b.load(array, AT, (b.const(0),)), total, b.dim(array, 0), array

    got = backends.load(printed(build([INT, FLOAT], make)), "f")(2, 3.0)
    assert got[:3] == (18.0, 9.0, 2)


def test_break_stands_where_the_user_wrote_it():
    def make(b, n, x):
        with b.region(INT, FLOAT, names=("i", "s")) as loop:
            s = loop.params[1]
            with b.region() as then:
                b.yield_(s, b.const(1))
            with b.region() as orelse:
                b.yield_(b.add(s, x), b.const(0))
            b.yield_(*b.if_(b.compare("gt", s, b.const(2.0)), then.done(), orelse.done()))
        return b.for_(b.const(0), n, b.const(1), [b.const(0.0)], loop.done(), exits=True)[0]

    assert body(printed(build([INT, FLOAT], make))) == (
        "def f(a, b):\n    s = 0.0\n    for i in range(a):\n        if s > 2.0:\n            break\n"
        "        s += b\n    return s\n"
    )


@pytest.mark.parametrize("backend", ["python", "numba"])
@pytest.mark.parametrize("kind", ["dim", "list_len"])
def test_what_is_undefined_on_one_path_can_be_measured_on_both(backend, kind):
    """A tape saves an extent before it is known whether the array will be read."""

    def make(b, c, x):
        array = kind == "dim"
        with b.region() as then:
            b.yield_(b.mul(x, x) if array else b.op("list_new", x, x, type=ListOf(A1)))
        with b.region() as orelse:
            b.yield_(b.undef(A1 if array else ListOf(A1)))
        (made,) = b.if_(c, then.done(), orelse.done())
        return b.dim(made, 0) if array else b.op("list_len", made)

    f = backends.load(printed(build([BOOL, A1], make), backend), "f", {})
    assert f(True, np.ones(2)) == 2
    f(False, np.ones(2))


class Point(NamedTuple):
    left: object
    right: object


@pytest.mark.parametrize("backend", ["python", "numba"])
def test_containers(backend):
    params = (Value(A1, "w"), Value(FLOAT, "b"), Value(FLOAT, "s"))
    b = Builder()
    w = b.mul(params[0], b.cast(params[2], F64))
    b.return_(w, b.add(params[1], params[2]))
    trees = (("params", Node(dict, (Leaf(), Leaf()), ("w", "b"))), ("s", Leaf()))
    result = Node(tuple, (Node(Point, (Leaf(), Leaf()), ("left", "right")),))
    function = Function("f", Region(params, tuple(b.ops)), trees, result)
    f = backends.load(printed(function, backend), "f", {"Point": Point})
    (point,) = f({"w": np.ones(2), "b": 1.0}, 3.0)
    assert isinstance(point, Point)
    assert list(point.left) == [3.0, 3.0]
    assert point.right == 4.0


def test_the_text_is_written_once_and_checked(tmp_path):
    text = "def f(x):\n    return x + 1\n"
    assert backends.load(text, "f")(1) == 2
    (path,) = tmp_path.glob("f_*.py")
    path.write_text("def f(x):\n    return 'stale'\n")
    cache.sys.modules.pop(path.stem)
    assert backends.load(text, "f")(1) == 2
    assert path.read_text() == text


def test_an_unwritable_directory_is_no_obstacle(monkeypatch, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("AUTODIFF_COMPILER_CACHE", str(blocked / "cache"))
    assert backends.load("def g(x):\n    return x * 3\n", "g")(2) == 6


def test_modules_with_different_constants_do_not_meet():
    text = "def f():\n    return item\n"
    first = backends.load(text, "f", {"item": "a"})
    second = backends.load(text, "f", {"item": "b"})
    assert (first(), second()) == ("a", "b")
