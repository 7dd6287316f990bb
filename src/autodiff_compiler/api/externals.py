"""Functions that are called as they are: `external`, and its decorator form `primitive`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autodiff_compiler.custom_rules import CustomJvp, CustomVjp, custom_jvp, custom_vjp
from autodiff_compiler.diagnostics import UserError
from autodiff_compiler.markers import UNDECLARED, External, annotated

Made = External | CustomJvp | CustomVjp
Jvp = Callable[..., Any]
Vjp = tuple[Callable[..., Any], Callable[..., Any]]


def external(
    fun: Callable[..., Any],
    *,
    result: Any = UNDECLARED,
    jvp: Jvp | None = None,
    vjp: Vjp | None = None,
    pure: bool = False,
) -> Made:
    """`fun`, to be called by programs as it is: once, in order, at run time, whatever its code does.

    `result`: the type that it returns: `"float"`, `"f64[:]"`, `float`, a tuple of these for a tuple, None for None,
    or a function from the types of the arguments, as strings, to that of the result.  The default is the annotation of `fun`.
    A result of another type is a TypeError.  `pure`: whether a call whose result is not used may be left out.

    `jvp`: its rule, `jvp(primals, tangents) -> (out, out_dot)`, as for `custom_jvp`; or `vjp`: two functions, `fwd(*args) -> (out,
    residuals)` and `bwd(residuals, out_bar) -> bars`, as for `custom_vjp`.  Without a rule, a derivative that reaches `fun` is an
    error.  `fun` must not write into its arguments.

    >>> from autodiff_compiler import grad
    >>> cube = external(lambda x: x**3, result="float", jvp=lambda x, x_dot: (cube(*x), 3.0 * x[0] ** 2 * x_dot[0]))
    >>> grad(lambda x: cube(x))(2.0)
    12.0
    """
    name = getattr(fun, "__name__", "it")
    if result is UNDECLARED:
        result = annotated(fun)
    if result is UNDECLARED:
        raise UserError("AD434", f"what `{name}` returns is not known", help='say it: external(fun, result="float")')
    if jvp is not None and vjp is not None:
        raise UserError("AD434", f"`{name}` has two rules", help="give it one, which serves both modes: jvp=...")
    made = External(fun, result, pure)
    if jvp is not None:
        forward = custom_jvp(made)
        forward.defjvp(jvp)
        return forward
    if vjp is not None:
        reverse = custom_vjp(made)
        reverse.defvjp(*vjp)
        return reverse
    return made


def primitive(
    *, result: Any = UNDECLARED, jvp: Jvp | None = None, vjp: Vjp | None = None, pure: bool = False
) -> Callable[[Callable[..., Any]], Made]:
    """The decorator form of `external`.

    >>> @primitive(result="float")
    ... def two():
    ...     return 2.0
    >>> two()
    2.0
    """
    return lambda fun: external(fun, result=result, jvp=jvp, vjp=vjp, pure=pure)
