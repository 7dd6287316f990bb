"""Objects of the user's classes as arguments: the gradient is an object of the same class."""

import copy
import logging

import numpy as np
import pytest

from autodiff_compiler import UserError, grad, jvp, value_and_grad, vjp

RNG = np.random.default_rng(0)


class Layer:
    def __init__(self, W, b, act):
        self.W, self.b, self.act = W, b, act
        self.log = logging.getLogger("layer")
        self.size = 3

    def __call__(self, x):
        z = self.W @ x + self.b
        return np.tanh(z) if self.act == "tanh" else z


class Net:
    __slots__ = ("__dict__", "layers", "scale")

    def __init__(self, layers, scale):
        self.layers, self.scale = layers, scale

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x * self.scale

    def loss(self, x):
        return np.sum(self(x) ** 2)


class Ring:
    pass


class Kernel:
    def __init__(self, width):
        self.width = width

    def __call__(self, r):
        return np.exp(-r * self.width)


def loss(net, x):
    return np.sum(net(x) ** 2)


def network():
    first = Layer(RNG.normal(size=(3, 2)), RNG.normal(size=3), "tanh")
    return Net([first, Layer(RNG.normal(size=(2, 3)), RNG.normal(size=2), "none")], 1.5)


def difference(change, net, x, h=1e-6):
    ends = []
    for step in (h, -h):
        moved = copy.deepcopy(net)
        change(moved, step)
        ends.append(loss(moved, x))
    return (ends[0] - ends[1]) / (2 * h)


def move_scale(net, step):
    net.scale += step


def move_bias(net, step):
    net.layers[0].b[1] += step


@pytest.mark.parametrize("backend", ["python", "numba"])
def test_the_gradient_is_an_object_of_the_class(backend):
    net, x = network(), RNG.normal(size=2)
    value, (gradient, x_bar) = value_and_grad(loss, (0, 1), backend=backend)(net, x)
    np.testing.assert_allclose(value, loss(net, x))
    assert type(gradient) is Net
    assert type(gradient.layers[1]) is Layer
    assert gradient.layers[0].act is gradient.layers[0].log is gradient.layers[0].size is None
    np.testing.assert_allclose(gradient.scale, difference(move_scale, net, x), rtol=1e-7)
    np.testing.assert_allclose(gradient.layers[0].b[1], difference(move_bias, net, x), rtol=1e-6)
    np.testing.assert_allclose(grad(net.loss, backend=backend)(x), x_bar)
    np.testing.assert_allclose(grad(Net.loss, backend=backend)(net, x).scale, gradient.scale)
    _, tangent = jvp(loss, (net, x), (gradient, x_bar), backend=backend)
    _, pullback = vjp(loss, net, x, backend=backend)
    net_bar, x_bar2 = pullback(1.0)
    arrays = [(a.W, b.W) for a, b in zip(net_bar.layers, gradient.layers)]
    arrays += [(a.b, b.b) for a, b in zip(net_bar.layers, gradient.layers)]
    product = sum(np.sum(a * b) for a, b in [*arrays, (net_bar.scale, gradient.scale), (x_bar2, x_bar)])
    np.testing.assert_allclose(tangent, product)


def test_what_refers_back_is_not_differentiated():
    ring = Ring()
    ring.me, ring.w = ring, 2.0
    assert grad(lambda x, ring: x * ring.me.w)(3.0, ring) == 2.0
    with pytest.raises(UserError, match="refers back") as caught:
        grad(lambda ring: ring.w * ring.me.w)(ring)
    assert caught.value.code == "AD413"


@pytest.mark.parametrize("backend", ["python", "numba"])
def test_an_object_is_read_anew_at_each_call(backend):
    kernel = Kernel(0.5)
    slope = grad(lambda r: kernel(r), backend=backend)
    for width in (0.5, 2.5, np.float64(3.5)):
        kernel.width = width
        np.testing.assert_allclose(slope(1.0), -width * np.exp(-width))
    np.testing.assert_allclose(grad(lambda k, r: k(r), backend=backend)(kernel, 1.0).width, -np.exp(-3.5))
    kernel.extra = 1
    np.testing.assert_allclose(slope(1.0), -3.5 * np.exp(-3.5))


def test_a_bound_method_as_an_argument_compiles_once():
    kernel = Kernel(0.5)
    slope = grad(lambda r, f: f(r))
    np.testing.assert_allclose(slope(1.0, kernel.__call__), -0.5 * np.exp(-0.5))
    first = slope.stages(1.0, kernel.__call__)
    assert slope.stages(1.0, kernel.__call__) is first
    kernel.width = 2.0
    np.testing.assert_allclose(slope(1.0, kernel.__call__), -2.0 * np.exp(-2.0))


def test_a_method_that_is_replaced_is_noticed(monkeypatch):
    kernel = Kernel(0.5)
    slope = grad(lambda r: kernel(r))
    np.testing.assert_allclose(slope(1.0), -0.5 * np.exp(-0.5))
    monkeypatch.setattr(Kernel, "__call__", lambda self, r: r * self.width)
    assert slope(1.0) == 0.5
    kernel.width = 2.0
    assert slope(1.0) == 2.0


class Scaled:
    def __init__(self, x, cls):
        self.x, self.cls = x, cls


@pytest.mark.parametrize("backend", ["python", "numba"])
def test_an_attribute_has_the_name_of_a_helpers_parameter(backend):
    gradient = grad(lambda p: p.x**2 * p.cls, backend=backend)(Scaled(2.0, 3.0))
    assert type(gradient) is Scaled
    assert vars(gradient) == {"x": 12.0, "cls": 4.0}
