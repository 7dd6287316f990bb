"""The code that is generated for whole programs, word for word, and run."""

from __future__ import annotations

import linecache
import textwrap

import numpy as np
import pytest

from autodiff_compiler import grad
from autodiff_compiler.backends import nesting
from autodiff_compiler.frontend.source import from_text
from autodiff_compiler.testing import numeric_gradient

ROSENBROCK = """
def rosenbrock(x):
    total = 0.0
    for i in range(len(x) - 1):
        total += 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2
    return total
"""
ROSENBROCK_GRAD = '''
def rosenbrock_grad(x):
    """Gradient of rosenbrock (rosenbrock.py:1) with respect to x: float64[:]."""
    x_bar = np.zeros_like(x)
    for i in range(len(x) - 2, -1, -1):
        # line 4: total += 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2
        x_i = x[i]
        difference_bar = 200.0 * (x[i + 1] - x_i ** 2)
        x_bar[i] -= 2.0 * (1.0 - x_i) + 2.0 * x_i * difference_bar
        x_bar[i + 1] += difference_bar
    return x_bar
'''
BURGERS = """
def burgers(u, nu, steps):
    u = u.copy()
    for t in range(steps):
        u[1:-1] = u[1:-1] - 0.1 * u[1:-1] * (u[2:] - u[:-2]) + nu * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return np.sum(u ** 2)
"""
BURGERS_GRAD = '''
def burgers_grad(u, nu, steps):
    """Gradient of burgers (burgers.py:1) with respect to u: float64[:]."""
    u = u.copy()
    u_saved = np.empty((max(steps, 0), len(u)))
    for t in range(steps):
        u_saved[t] = u
        difference = u[1:-1] - 0.1 * u[1:-1] * (u[2:] - u[:-2])
        u[1:-1] = difference + nu * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    # line 5: return np.sum(u ** 2)
    u_bar = 2.0 * u
    for t in range(steps - 1, -1, -1):
        u = u_saved[t]
        # line 4: u[1:-1] = u[1:-1] - 0.1 * u[1:-1] * (u[2:] - u[:-2]) + nu * (u[2:] - 2.0 * u[1:-1] + u[:-2])
        total_bar = u_bar[1:-1] * nu
        product = u_bar[1:-1] * (0.1 * u[1:-1])
        product2 = 0.1 * (u_bar[1:-1] * (u[2:] - u[:-2]))
        u_bar[1:-1] = u_bar[1:-1] - 2.0 * total_bar - product2
        u_bar[:-2] += total_bar + product
        u_bar[2:] += total_bar - product
    return u_bar
'''
NEWTON = """
def newton_sqrt(a):
    x = a
    while abs(x * x - a) > 1e-12:
        x = 0.5 * (x + a / x)
    return x
"""
NEWTON_GRAD = '''
def newton_sqrt_grad(a):
    """Gradient of newton_sqrt (newton_sqrt.py:1) with respect to a: float."""
    x_saved = []
    x = a
    while abs(x * x - a) > 1e-12:
        x_saved.append(x)
        x = 0.5 * (x + a / x)
    x_bar = 1.0
    a_bar = 0.0
    for x in reversed(x_saved):
        # line 4: x = 0.5 * (x + a / x)
        total_bar = x_bar * 0.5
        ratio = total_bar / x
        a_bar += ratio
        x_bar = total_bar - mul0(ratio, a / x)
    return a_bar + x_bar
'''
# The length of the list is known in each iteration: it is not saved.  An index into it is never negative.
PATH = """
def path(x):
    a = [1.0]
    for t in range(len(x)):
        a.append(x[t] * a[t])
    return sum(a)
"""
PATH_GRAD = '''
def path_grad(x):
    """Gradient of path (path.py:1) with respect to x: float64[:]."""
    a = [np.float64(1.0)]
    a_t_saved = np.empty(len(x))
    for t in range(len(x)):
        a_t = a[t]
        a_t_saved[t] = a_t
        a.append(x[t] * a_t)
    # line 5: return sum(a)
    a_bar = [np.float64(0.0)] * len(a)
    for k in range(len(a) - 1, -1, -1):
        a_bar[k] += np.float64(1.0)
    x_bar = np.zeros_like(x)
    for t in range(len(x) - 1, -1, -1):
        # line 4: a.append(x[t] * a[t])
        product_bar = a_bar[t + 1]
        a_bar[t] += product_bar * x[t]
        x_bar[t] += product_bar * a_t_saved[t]
    return x_bar
'''
# NumPy compares the extents itself.
FILTERED = """
def filtered(P, F, Q, y):
    for k in range(len(y)):
        P = F @ P @ F.T + Q
        P = P - y[k] * (P @ F)
    return np.sum(P)
"""
PROGRAMS = {
    "rosenbrock": (ROSENBROCK, ROSENBROCK_GRAD, (np.array([0.4, -0.3, 1.2]),)),
    "burgers": (BURGERS, BURGERS_GRAD, (np.sin(np.arange(7.0)), 0.1, 4)),
    "newton_sqrt": (NEWTON, NEWTON_GRAD, (2.5,)),
    "path": (PATH, PATH_GRAD, (np.array([0.4, -0.3, 1.2]),)),
}


def defined(name: str, source: str):
    """The function of this source, as if it stood in a file `name.py`."""
    file, text = f"{name}.py", source.lstrip("\n")
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    space = {"np": np}
    exec(compile(text, file, "exec"), space)
    return space[name]


@pytest.mark.parametrize("name", PROGRAMS)
def test_text_and_value(name):
    source, expected, args = PROGRAMS[name]
    function = defined(name, source)
    derivative = grad(function)
    text = derivative.source(*args)
    assert text[text.index(f"def {name}_grad") :].strip() == expected.strip()
    np.testing.assert_allclose(derivative(*args), numeric_gradient(function, list(args)), rtol=1e-6)


def shown(source: str, *args, **options) -> str:
    name = source.split("(")[0].split()[-1]
    return grad(defined(name, textwrap.dedent(source)), **options).source(*args)


def test_mlp_keeps_its_names():
    source = """
    def mlp(W, b, V, X, y):
        h = np.tanh(X @ W + b)
        return np.mean((h @ V - y) ** 2)
    """
    args = [np.ones(shape) * 0.1 for shape in ((3, 4), (4,), (4,), (5, 3), (5,))]
    text = shown(source, *args, argnums=(0, 1, 2))
    assert "h = np.tanh(X @ W + b)" in text
    assert "h.T @ difference_bar" in text


def test_what_numpy_compares_itself_is_not_compared():
    P, F, Q, y = np.eye(2), np.array([[1.0, 0.1], [0.2, 0.9]]), np.eye(2) * 0.1, np.array([0.5, 0.3])
    derivative = grad(defined("filtered", FILTERED))
    assert "raise" not in derivative.source(P, F, Q, y)
    for bad in (
        (np.ones((3, 3)), F, Q, y),
        (P, np.ones((2, 3)), Q, y),
        (P, F, np.ones((3, 3)), y),
        (P, F, np.ones(3), y),
    ):
        with pytest.raises(ValueError, match="mismatch|broadcast"):
            derivative(*bad)


def test_elements_and_means_are_written_as_people_do():
    source = """
    def spread(p, x):
        a, b = p
        return np.var(a * x) * b
    """
    text = shown(source, np.array([0.5, 2.0]), np.arange(4.0))
    assert "if len(p) != 2:" in text
    assert "difference = product - np.sum(product) / n" in text
    assert "p_bar[0] = " in text
    assert "p_bar[1] = " in text


def test_an_index_within_a_computed_length_is_not_checked():
    source = """
    def powers(x, n):
        v = np.zeros(n + 1)
        for i in range(n + 1):
            v[i] = x ** i
        for step in range(n - 1, -1, -1):
            for i in range(step + 1):
                v[i] = 0.5 * (v[i + 1] + v[i])
        return np.sum(v)
    """
    assert "IndexError" not in shown(source, 1.5, 4)


def test_what_every_iteration_adds_is_added_in_place():
    source = """
    def states(W, x, n):
        s = 0.0
        for k in range(n):
            s += np.sum(np.tanh(W @ (x * k)))
        return s
    """
    args = (np.array([[0.1, 0.2, -0.3], [0.4, 0.1, 0.2]]), np.array([0.3, -0.5, 0.7]), 3)
    function = defined("states", textwrap.dedent(source))
    assert "    W_bar += " in grad(function).source(*args)
    np.testing.assert_allclose(grad(function)(*args), numeric_gradient(function, list(args)), rtol=1e-6)


def test_nobody_takes_a_name_of_the_user():
    source = """
    def total_of(x, n):
        s = 0.0
        for t in range(n):
            for a in range(len(x)):
                s += np.sin(x[a] * s) * t
        return s
    """
    text = shown(source, np.array([0.1, 0.2]), 3)
    assert "for a in range(len(x)):" in text
    assert "for t in range(n):" in text


@pytest.mark.parametrize("start", ["1.0", "np.float64(1.0)"])
def test_a_quotient_keeps_the_kind_of_its_operands(start):
    # `1.0 / n` raises for n = 0 where `np.float64(1.0) / n` is inf.
    source = f"""
    def quotient(x, n):
        return x * ({start} / n)
    """
    function = grad(defined("quotient", textwrap.dedent(source)))
    if start == "1.0":
        with pytest.raises(ZeroDivisionError):
            function(2.0, 0.0)
    else:
        with np.errstate(all="ignore"):
            assert function(2.0, 0.0) == np.inf


def test_the_kind_of_a_result_is_kept():
    source = """
    def product(x):
        p = x[0] * 0.0 + 1.0
        for i in range(len(x)):
            p = p * x[i]
        return p
    """
    function = defined("product", textwrap.dedent(source))
    x = np.array([2.0, 3.0, 0.5])
    np.testing.assert_allclose(grad(function)(x), numeric_gradient(function, [x]), rtol=1e-6)
    assert "np.float64" not in grad(function).source(x)
    scalar = defined(
        "scalar", "def scalar(a, x):\n    s = 0.0\n    for i in range(len(x)):\n        s += a * x[i]\n    return s\n"
    )
    assert type(grad(scalar)(2.0, x)) is float
    assert type(grad(scalar)(2.0, x[:0])) is float


def test_a_conversion_that_is_not_printed_is_no_assignment():
    def scaled(a, b, x, k):
        return np.sum((a + b) * x) * k

    text = grad(scaled, argnums=("a", "b"), backend="numba").source(1.0, 2.0, np.ones(3), 2.0)
    lines = [line.strip() for line in text.splitlines()]
    assert not [line for line in lines if " = " in line and len(set(line.split(" = "))) == 1]


def test_branches_within_branches_are_nested_once_each(monkeypatch):
    """What a branch does is looked at a few times, and not twice as often at each level of branches."""
    visits = 0
    nest = nesting._nest_region

    def counted(*args, **kwargs):
        nonlocal visits
        visits += 1
        return nest(*args, **kwargs)

    monkeypatch.setattr(nesting, "_nest_region", counted)
    depth = 16
    lines = ["def f(x, y):", "    r = x"]
    for k in range(depth):
        lines.append(f"{'    ' * (k + 1)}if x > {k}.5:")
        lines.append(f"{'    ' * (k + 2)}r = r * y + {k}.0")
    fun = from_text("\n".join([*lines, "    return r"]), "f")
    assert grad(fun)(20.0, 1.0) == 1.0
    assert visits < 40 * depth
