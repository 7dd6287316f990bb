"""The verbs, with JAX's names and meanings: the functions that make derivatives.

What they make is loaded when the first of them is called, or when an annotation that names one of its classes (`making.Derivative`) is evaluated, and
the compiler when the first derivative is compiled.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, overload

from autodiff_compiler.api.boundary import boundary, making
from autodiff_compiler.markers import VERBS, Verb
from autodiff_compiler.options import Argnums

Source = Callable[..., Any] | str


@overload
def grad(
    fun: Source, argnums: Argnums = 0, has_aux: bool = False, *, backend: str = "python",
    disable: Sequence[str] = (), verify: bool = False, fastmath: bool = True, save_all: bool = False,
    parallel: bool = False, check: str | None = None, holomorphic: bool = False,
) -> making.Derivative: ...  # fmt: skip
@overload
def grad(
    fun: None = None, argnums: Argnums = 0, has_aux: bool = False, *, backend: str = "python",
    disable: Sequence[str] = (), verify: bool = False, fastmath: bool = True, save_all: bool = False,
    parallel: bool = False, check: str | None = None, holomorphic: bool = False,
) -> Callable[[Source], making.Derivative]: ...  # fmt: skip
@boundary
def grad(fun: Source | None = None, argnums: Argnums = 0, has_aux: bool = False, **options: Any) -> Any:
    """The gradient of a function with a scalar result, by reverse mode.

    `fun`: a function of floats, float arrays and containers of them, or the source text of one; its result is a float.
    `argnums`: positions or names of the parameters to differentiate with respect to; a tuple gives a tuple of gradients.
    With `has_aux` the function returns (value, aux), and the derivative returns (gradient, aux).
    Of complex arguments the gradient is JAX's, df/dx - i df/dy (docs/conventions.md); `holomorphic=True` gives f'(z) of a function
    that has one.
    `backend`: "python", "numba", or "auto": Python until Numba's code, compiled in the background, is ready; `disable`: names of optimisation passes to leave out; the other options are those
    of `Options`.  Can be used as a decorator, with or without arguments.

    A gradient has the shape and the dtype of its argument, and the structure of a container; Python ints that are
    differentiated count as floats.  The first call with new argument types compiles.  Raises `UserError` for what has no
    derivative (an argument of integers, a result that is not a number) and `UnsupportedError` for what cannot be
    compiled, both with the place in the source, and whatever the function itself raises.

    A call with `out=` fills arrays of the caller and returns them: one array, or a container built as the gradient is, with None where a new
    one is wanted (docs/running.md).  Raises `UserError` (AD442, AD443) for arrays that the gradient cannot go into.

    >>> grad("def f(x): return x * x")(3.0)
    6.0
    >>> def squares(w, x):
    ...     return np.sum((x @ w["a"] + w["b"]) ** 2)
    >>> grad(squares)({"a": np.array([1.0, 2.0]), "b": 0.5}, np.eye(2))
    {'a': array([3., 5.]), 'b': 8.0}
    """
    return _derivative(fun, "grad", argnums, has_aux, options)


@overload
def value_and_grad(
    fun: Source, argnums: Argnums = 0, has_aux: bool = False, *, backend: str = "python",
    disable: Sequence[str] = (), verify: bool = False, fastmath: bool = True, save_all: bool = False,
    parallel: bool = False, check: str | None = None, holomorphic: bool = False,
) -> making.Derivative: ...  # fmt: skip
@overload
def value_and_grad(
    fun: None = None, argnums: Argnums = 0, has_aux: bool = False, *, backend: str = "python",
    disable: Sequence[str] = (), verify: bool = False, fastmath: bool = True, save_all: bool = False,
    parallel: bool = False, check: str | None = None, holomorphic: bool = False,
) -> Callable[[Source], making.Derivative]: ...  # fmt: skip
@boundary
def value_and_grad(fun: Source | None = None, argnums: Argnums = 0, has_aux: bool = False, **options: Any) -> Any:
    """Like `grad`, but returns (value, gradient), or ((value, aux), gradient) with `has_aux`.

    >>> value_and_grad("def f(x): return x * x")(3.0)
    (9.0, 6.0)
    """
    return _derivative(fun, "value_and_grad", argnums, has_aux, options)


@boundary
def jacfwd(fun: Source | None = None, argnums: Argnums = 0, has_aux: bool = False, **options: Any) -> Any:
    """The Jacobian by forward mode: one sweep for each element of the argument, for functions of few elements.

    The function may have any result of floats; argument `x` and result `y` give a block with the shape of `y` followed by that of `x`.
    The blocks are arranged in the structure of the result and, inside it, of the argument (of a tuple for several `argnums`).
    Options, errors and use as a decorator are those of `grad`; `batch=` says how many sweeps are made at once (docs/running.md).

    >>> jacfwd("def f(x): return x * x")(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """
    return _derivative(fun, "jacfwd", argnums, has_aux, options)


@boundary
def jacrev(fun: Source | None = None, argnums: Argnums = 0, has_aux: bool = False, **options: Any) -> Any:
    """The Jacobian by reverse mode: one sweep for each element of the result, for results of few elements.  Also called `jacobian`.

    The function may have any result of floats; argument `x` and result `y` give a block with the shape of `y` followed by that of `x`.
    The blocks are arranged in the structure of the result and, inside it, of the argument (of a tuple for several `argnums`).
    Options, errors and use as a decorator are those of `grad`; `batch=` says how many sweeps are made at once (docs/running.md).

    >>> jacrev("def f(x): return np.sum(x ** 2), x[0]")(np.array([1.0, 2.0]))
    (array([2., 4.]), array([1., 0.]))
    """
    return _derivative(fun, "jacrev", argnums, has_aux, options)


jacobian = jacrev


@boundary
def hessian(fun: Source | None = None, argnums: Argnums = 0, has_aux: bool = False, **options: Any) -> Any:
    """The matrix of second derivatives: `jacfwd` of a `jacrev`.

    The function may have any result of floats; argument `x` and result `y` give a block with the shape of `y` followed by that of `x`.
    The blocks are arranged in the structure of the result and, inside it, of the argument (of a tuple for several `argnums`).
    Options, errors and use as a decorator are those of `grad`; `batch=` says how many sweeps are made at once (docs/running.md).

    >>> hessian("def f(x): return x[0] * x[1]")(np.array([1.0, 2.0]))
    array([[0., 1.],
           [1., 0.]])
    """
    return _derivative(fun, "hessian", argnums, has_aux, options)


@boundary
def _derivative(fun: Source | None, verb: str, argnums: Argnums, has_aux: bool, given: dict[str, Any]) -> Any:
    if fun is None:
        return functools.partial(_derivative, verb=verb, argnums=argnums, has_aux=has_aux, given=given)
    return making.derivative(fun, verb, argnums, has_aux, given)


@overload
def jvp(fun: Source, **options: Any) -> making.Pushforward: ...
@overload
def jvp(fun: Source, primals: Sequence[Any], tangents: Sequence[Any], **options: Any) -> tuple[Any, Any]: ...
@boundary
def jvp(
    fun: Source, primals: Sequence[Any] | None = None, tangents: Sequence[Any] | None = None, **options: Any
) -> Any:  # fmt: skip
    """The pair (result, tangent of the result) by forward mode: the directional derivative at `primals` along `tangents`.

    A tangent has the structure, shape and dtype of its primal; None marks an argument that does not vary.  The function
    may have any result; the tangent is None where the result holds no float.  `jvp(fun)` alone is a function of the primals and
    the tangents.  Options and errors are those of `grad`.

    >>> jvp("def f(x, n): return x ** 2 * n", (3.0, 2), (1.0, None))
    (18.0, 12.0)
    """
    made = _pushforward(fun, **options)
    return made if primals is None and tangents is None else made(primals, tangents)


@boundary
def vjp(fun: Source, *primals: Any, has_aux: bool = False, **options: Any) -> tuple[Any, ...]:
    """The pair (result, pullback) by reverse mode, for a function with any result.

    The pullback maps a cotangent, of the result's structure, shapes and dtypes, to a tuple of cotangents of the arguments
    (None for arguments without floats), and may be called many times.  With `has_aux` the function returns (value, aux), and
    `vjp` returns (value, pullback, aux).  Options and errors are those of `grad`.

    >>> out, pullback = vjp("def f(x, y): return x * y", 3.0, 2.0)
    >>> out, pullback(1.0)
    (6.0, (2.0, 3.0))
    """
    return _reverse(fun, has_aux, **options)(primals)


@boundary
def hvp(
    fun: Source, primals: Sequence[Any], tangents: Sequence[Any], argnums: Argnums = 0, **options: Any
) -> Any:  # fmt: skip
    """The product of the Hessian with a direction: the tangent of `grad(fun, argnums)` at `primals` along `tangents`.

    Forward mode over reverse mode, at the cost of a few gradients.  Arguments, options and errors are those of `jvp`.

    >>> hvp("def f(x): return x ** 3", (2.0,), (1.0,))
    12.0
    """
    return _hessian_product(fun, argnums, **options)(primals, tangents)


@boundary
def linearize(fun: Source, *primals: Any, **options: Any) -> tuple[Any, making.Linear]:
    """The pair (result, linear): `linear` is the derivative at `primals`, from tangents of the arguments to the tangent of the result.

    `linear` holds copies of the arguments, and each call runs the function together with its derivative.  Options and errors are
    those of `grad`.

    >>> out, along = linearize("def f(x, y): return x * y", 3.0, 2.0)
    >>> out, along(1.0, 0.0), along(0.0, 1.0)
    (6.0, 2.0, 3.0)
    """
    linear = making.Linear(_pushforward(fun, **options), primals)
    return linear.value(), linear


@boundary
def explain(derivative: making.Compiled, *args: Any, **kwargs: Any) -> making.explanation.Explanation:
    """Say what a gradient keeps for its reverse sweep.

    `derivative` is what `grad` or `value_and_grad` returns; `args` and `kwargs` are as in a call (only their types matter).
    Without them, the types are those of the last call, or the annotations of the function.

    Raises `UserError` (AD429) for anything else, and what compiling raises.

    >>> import numpy as np
    >>> from autodiff_compiler import explain, grad
    >>> def product(x):
    ...     p = 1.0
    ...     for i in range(len(x)):
    ...         p = p * x[i]
    ...     return p
    >>> explain(grad(product), np.ones(3)).bytes
    '8 * len(x)'

    Which values are kept, and which are cheaper to compute again, is a minimum cut: see `docs/loops.md`.
    """
    return making.explanation.explained(derivative, args, kwargs)


def _pushforward(fun: Source, **options: Any) -> making.Pushforward:
    return making.pushforward(fun, **options)


def _reverse(fun: Source, has_aux: bool = False, **options: Any) -> making.Reverse:
    return making.reverse(fun, has_aux, **options)


def _hessian_product(fun: Source, argnums: Argnums = 0, **options: Any) -> making.Pushforward:
    return making.hessian_product(fun, argnums, **options)


VERBS[grad] = Verb("grad", grad)
VERBS[value_and_grad] = Verb("value_and_grad", value_and_grad)
VERBS[jvp] = Verb("jvp", _pushforward, "jvp")
VERBS[vjp] = Verb("vjp", _reverse, "vjp")
VERBS[hvp] = Verb("hvp", _hessian_product, "jvp")
VERBS[jacfwd] = Verb("jacfwd", jacfwd)
VERBS[jacrev] = Verb("jacrev", jacrev)
VERBS[hessian] = Verb("hessian", hessian)
