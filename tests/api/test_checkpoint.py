"""`checkpoint`: values and derivatives are those of the function; reverse mode saves its arguments, and no more."""

import numpy as np
import pytest

from autodiff_compiler import UnsupportedError, checkpoint, custom_jvp, grad, jvp, remat, value_and_grad, vjp

BACKENDS = ["python", "numba"]
A = np.array([0.3, -0.7, 1.1])
W = np.array([[0.2, 0.4, -0.1], [0.5, -0.3, 0.2], [0.1, 0.1, 0.9]])


def steps(x, n):
    for _ in range(n):
        x = np.tanh(W @ x) * x
    return x


def plain(x, n):
    return np.sum(steps(steps(x, n), n) ** 2)


kept = checkpoint(steps)


def outside(x, n):
    return np.sum(kept(kept(x, n), n) ** 2)


def inside(x, n):
    y = x
    for _ in range(2):
        y = checkpoint(steps)(y, n)
    return np.sum(y**2)


def of_lambda(x, n):
    return np.sum(remat(lambda v: steps(steps(v, n), n))(x) ** 2)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("f", [outside, inside, of_lambda])
class TestEqual:
    def test_first_order(self, f, backend):
        value, got = value_and_grad(f, backend=backend, verify=True)(A, 4)
        want_value, want = value_and_grad(plain)(A, 4)
        assert np.isclose(value, want_value)
        np.testing.assert_allclose(got, want)

    def test_forward(self, f, backend):
        _, dot = jvp(f, (A, 3), (W[0], None), backend=backend, verify=True)
        assert np.isclose(dot, grad(plain)(A, 3) @ W[0])

    def test_second_order(self, f, backend):
        def curvature(g):
            return grad(lambda x: np.sum(grad(g)(x, 2) * W[1]), backend=backend, verify=True)(A)

        np.testing.assert_allclose(curvature(f), curvature(plain))
        _, dot = jvp(grad(f), (A, 2), (W[1], None), backend=backend, verify=True)
        np.testing.assert_allclose(dot, curvature(plain))


def chain(count):
    text = "\n".join(f"    x = np.sin(x) * {k + 1}.0" for k in range(count))
    return f"def work(x):\n{text}\n    return x\n"


@pytest.mark.parametrize("count", [3, 12])
def test_what_is_saved_does_not_grow(count, tmp_path):
    namespace = _module(tmp_path, chain(count), f"chain_{count}")
    work = namespace.work
    _, pullback = vjp(checkpoint(work), A)
    _, all_saved = vjp(work, A)
    assert len(_held(pullback)) == 1
    assert len(_held(all_saved)) >= count


def _held(pullback):
    """The arrays that a pullback keeps."""
    return [x for x in pullback._residuals if isinstance(x, np.ndarray)]


def _module(folder, text, name):
    import importlib.util

    path = folder / f"{name}.py"
    path.write_text("import numpy as np\n\n\n" + text)
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_primal_runs_again_in_reverse():
    text = grad(outside).source(A, 4)
    assert text.count("def steps_reverse(") == 1
    assert text.count("np.tanh") >= 2


def test_prints_once(capsys):
    def loud(x):
        print("here")
        return x * x

    assert grad(lambda x: checkpoint(loud)(x) * 2.0)(3.0) == 12.0
    assert capsys.readouterr().out == "here\n"


@pytest.mark.parametrize("backend", BACKENDS)
def test_around_a_rule(backend):
    @custom_jvp
    def f(x):
        return x * x

    f.defjvp(lambda p, t: (f(p[0]), 5.0 * t[0]))
    assert np.isclose(grad(lambda x: checkpoint(lambda v: f(v) * 2.0)(x), backend=backend, verify=True)(0.3), 10.0)


@pytest.mark.parametrize("backend", BACKENDS)
def test_of_a_recursive_function(backend):
    def tree(x, n):
        return x * x if n == 0 else tree(x, n - 1) * tree(0.5 * x, n - 1)

    def around(x, n):
        return checkpoint(tree)(x, n) * x

    want = grad(lambda x, n: tree(x, n) * x)(0.9, 3)
    assert np.isclose(grad(around, backend=backend, verify=True)(0.9, 3), want)


def test_keywords_of_one_made_inside():
    with pytest.raises(UnsupportedError, match="AD198"):
        grad(lambda x: checkpoint(steps)(x, n=2)[0])(A)
