"""What autograd's tests import: NumPy and SciPy as they are, and our derivatives under autograd's names."""

from __future__ import annotations

import builtins
import importlib
import sys
from collections.abc import Callable, Sequence
from itertools import product
from types import ModuleType
from typing import Any

import numpy as np

import autodiff_compiler as adc

BACKEND = "python"
PLAIN = (
    "numpy",
    "numpy.fft",
    "numpy.linalg",
    "numpy.random",
    "scipy",
    "scipy.integrate",
    "scipy.linalg",
    "scipy.signal",
    "scipy.special",
    "scipy.stats",
)


def check_grads(
    fun: Callable[..., Any], argnum: int | Sequence[int] = 0, modes: Sequence[str] | None = None, order: int = 2
) -> Callable[..., None]:
    """autograd's `check_grads(fun, argnum, modes, order)(*args, **kwargs)`, always in both modes."""
    positions = (argnum,) if isinstance(argnum, int) else tuple(argnum)

    def checked(*args: Any, **kwargs: Any) -> None:
        restricted = of_some_arguments(fun, args, positions, kwargs)
        varied = tuple(args[position] for position in positions)
        adc.check_grads(restricted, varied, order=1, backend=BACKEND)
        value = restricted(*varied)
        if order > 1 and isinstance(value, float | complex | np.ndarray | np.number):
            adc.check_grads(weighted(restricted, value), varied, order=order, backend=BACKEND)

    return checked


def combo_check(fun: Callable[..., Any], *args: Any, **kwargs: Any) -> Callable[..., None]:
    """Every combination of the arguments and keywords given."""

    def checked(*lists: Any, **keywords: Any) -> None:
        for chosen in product(*lists):
            for options in product(*keywords.values()):
                check_grads(fun, *args, **kwargs)(*chosen, **dict(zip(keywords, options, strict=True)))

    return checked


def of_some_arguments(
    fun: Callable[..., Any], args: Sequence[Any], positions: Sequence[int], kwargs: dict[str, Any]
) -> Callable[..., Any]:
    def restricted(*varied):
        given = list(args)
        for position, value in zip(positions, varied):
            given[position] = value
        return fun(*given, **kwargs)

    return restricted


def weighted(fun: Callable[..., Any], value: Any) -> Callable[..., Any]:
    """A real loss: the sum of the result, weighted, so that the second order sees each element."""
    rng = np.random.default_rng(0)
    weights = rng.standard_normal(np.shape(value)) if np.ndim(value) else float(rng.standard_normal())
    others = rng.standard_normal(np.shape(value)) if np.ndim(value) else float(rng.standard_normal())

    def loss_of_real(*varied):
        return np.sum(weights * fun(*varied))

    def loss_of_complex(*varied):
        result = fun(*varied)
        return np.sum(weights * np.real(result) + others * np.imag(result))

    return loss_of_complex if np.iscomplexobj(value) else loss_of_real


def check_equivalent(x: Any, y: Any) -> None:
    if isinstance(x, dict):
        assert x.keys() == y.keys()
        for key in x:
            check_equivalent(x[key], y[key])
    elif isinstance(x, list | tuple):
        assert len(x) == len(y)
        for a, b in zip(x, y, strict=True):
            check_equivalent(a, b)
    else:
        assert np.shape(x) == np.shape(y), f"{x!r} and {y!r}"
        assert np.allclose(x, y, rtol=1e-6, atol=1e-6), f"{x!r} and {y!r}"


def scalar_close(a: float, b: float) -> bool:
    return bool(abs(a - b) < 1e-6 or abs(a - b) / abs(a + b) < 1e-6)


def grad(fun, argnum=0):
    return adc.grad(fun, argnum, backend=BACKEND)


def holomorphic_grad(fun, argnum=0):
    return adc.grad(fun, argnum, backend=BACKEND, holomorphic=True)


def value_and_grad(fun, argnum=0):
    return adc.value_and_grad(fun, argnum, backend=BACKEND)


def grad_and_aux(fun, argnum=0):
    return adc.grad(fun, argnum, backend=BACKEND, has_aux=True)


def jacobian(fun, argnum=0):
    return adc.jacobian(fun, argnum, backend=BACKEND)


def hessian(fun, argnum=0):
    return adc.hessian(fun, argnum, backend=BACKEND)


def deriv(fun, argnum=0):
    return adc.jacfwd(fun, argnum, backend=BACKEND)


def elementwise_grad(fun, argnum=0):
    def total(*args):
        return np.sum(fun(*args))

    return adc.grad(total, argnum, backend=BACKEND)


def make_vjp(fun, x):
    value, pullback = adc.vjp(fun, x, backend=BACKEND)
    return lambda bar: pullback(bar)[0], value


def make_jvp(fun, argnum=0):
    def at(*args):
        zeros = [0 * arg for arg in args]
        return lambda dot: adc.jvp(fun, args, (*zeros[:argnum], dot, *zeros[argnum + 1 :]), backend=BACKEND)

    return at


def make_hvp(fun, argnum=0):
    def at(*args):
        others = args[:argnum], args[argnum + 1 :]
        return (lambda dot: adc.hvp(of_some_arguments(fun, args, (argnum,), {}), (args[argnum],), (dot,))), others

    return at


def hessian_tensor_product(fun, argnum=0):
    def inner(x, v):
        return np.tensordot(adc.grad(fun, argnum)(x), v, np.ndim(v))

    return adc.grad(inner, backend=BACKEND)


def tensor_jacobian_product(fun, argnum=0):
    def inner(x, v):
        return np.tensordot(v, fun(x), np.ndim(v))

    return adc.jacobian(inner, backend=BACKEND)


def flatten(value):
    """All numbers of a container as a vector, and the function that puts such a vector back into one."""
    leaves = _leaves(value)
    vector = np.concatenate([np.ravel(leaf) for leaf in leaves]) if leaves else np.zeros(0)
    return vector, lambda other: _filled(value, other, 0)[0]


def _leaves(value):
    if isinstance(value, dict):
        return [leaf for key in sorted(value) for leaf in _leaves(value[key])]
    if isinstance(value, list | tuple):
        return [leaf for item in value for leaf in _leaves(item)]
    return [value]


def _filled(value, vector, start):
    """The container with the numbers from `start` on, and where the next ones begin."""
    if isinstance(value, list | tuple | dict):
        made = []
        for key in sorted(value) if isinstance(value, dict) else range(len(value)):
            item, start = _filled(value[key], vector, start)
            made.append(item)
        return (dict(zip(sorted(value), made, strict=True)) if isinstance(value, dict) else type(value)(made)), start
    end = start + np.size(value)
    return (np.reshape(vector[start:end], np.shape(value)) if np.ndim(value) else vector[start]), end


def _insides(name: str) -> Callable[..., Any]:
    def of_autograd(*_args: Any, **_kwargs: Any) -> Any:
        raise NotImplementedError(f"{name} belongs to autograd's tracer")

    return of_autograd


def quick_grad_check(fun, arg0, extra_args=(), **_):
    check_grads(fun)(arg0, *extra_args)


OURS: dict[str, Sequence[Any]] = {
    "autograd": (
        grad, value_and_grad, grad_and_aux, jacobian, hessian, deriv, elementwise_grad, holomorphic_grad, make_vjp, make_jvp,
        make_hvp, hessian_tensor_product, tensor_jacobian_product, adc.checkpoint,
        builtins.isinstance, builtins.list, builtins.dict, builtins.tuple,
    ),
    "autograd.builtins": (builtins.isinstance, builtins.list, builtins.dict, builtins.tuple),
    "autograd.test_util": (check_grads, combo_check, check_equivalent, scalar_close),
    "autograd.core": (make_vjp,),
    "autograd.util": (quick_grad_check,),
    "autograd.misc": (flatten,),
}  # fmt: skip
INSIDES = {
    "autograd": ("make_ggnvp",),
    "autograd.core": ("primitive", "primitive_vjps", "vspace"),
    "autograd.extend": ("primitive", "defvjp", "defjvp"),
    "autograd.tracer": ("primitive", "isbox"),
    "autograd.misc": ("const_graph",),
    "autograd.wrap_util": ("unary_to_nary",),
}


def install() -> None:
    """Answer `import autograd` and what the tests import from it."""
    for name in (*OURS, *INSIDES):
        module = sys.modules.setdefault(name, ModuleType(name))
        vars(module).update({given.__name__: given for given in OURS.get(name, ())})
        vars(module).update({inside: _insides(inside) for inside in INSIDES.get(name, ()) if not hasattr(module, inside)})
    for name in PLAIN:
        sys.modules[f"autograd.{name}"] = importlib.import_module(name)
    sys.modules["autograd.scipy.stats.multivariate_normal"] = importlib.import_module("scipy.stats").multivariate_normal
    for name in [name for name in sys.modules if name.startswith("autograd.")]:
        parent, _, last = name.rpartition(".")
        if not hasattr(sys.modules[parent], last):
            setattr(sys.modules[parent], last, sys.modules[name])


install()
