"""What is checked of a program: values, derivatives in both modes, the interpreter, and that arguments stay as they are.

For a direction v of the arguments and a cotangent w of the result, with d = f'(x) v by complex step in CPython:
jvp gives d; the gradient or pullback g satisfies <g, v> = <w, d>.  Both directions are random, so that one number each
shows an error in any element.
"""

from __future__ import annotations

import copy
import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import fuzz_oracle
import numpy as np
from fuzz_oracle import RejectedError
from fuzz_programs import Program
from fuzz_rare import RAISED

from autodiff_compiler import grad, jacfwd, jacrev, jvp, value_and_grad, vjp
from autodiff_compiler.diagnostics import AutodiffError, InternalError, UserError
from autodiff_compiler.frontend.source import from_text
from autodiff_compiler.ir.interp import run
from autodiff_compiler.ir.tree import flatten
from autodiff_compiler.passes import outline
from autodiff_compiler.passes.registry import PASSES

LARGEST = 1e5
# Relative errors that are let pass.
SINGLE, DOUBLE = 5e-3, 1e-9
NO_JACOBIAN = ("AD437", "AD438", "AD439")
"""A result that is no float, a list, or what may be called only once."""


@dataclass(frozen=True)
class Configuration:
    """How a program is compiled, and whether second derivatives are checked as well."""

    backend: str = "python"
    disable: tuple[str, ...] = ()
    save_all: bool = False
    verify: bool = False
    order: int = 1
    split: bool = False
    """Check the pullback of `vjp`, not `value_and_grad`."""
    apart: bool = False
    """Every helper that is called twice stays a function, not only the large ones."""

    def options(self) -> dict[str, Any]:
        given = {"backend": self.backend, "disable": self.disable, "save_all": self.save_all, "verify": self.verify}
        return given if self.backend == "python" else {**given, "fastmath": False}

    def __str__(self) -> str:
        parts = [self.backend, *(f"without {name}" for name in self.disable)]
        parts += [word for word in ("save_all", "verify", "split", "apart") if getattr(self, word)]
        return ", ".join([*parts, "second order"] if self.order > 1 else parts)


def configurations(backend: str = "python") -> list[Configuration]:
    """Every configuration; second order and the interpreter need no backend of their own."""
    return [
        Configuration(backend, verify=True),
        Configuration(backend, split=True),
        Configuration(backend, save_all=True),
        Configuration(backend, save_all=True, split=True, disable=("all",)),
        Configuration(backend, disable=("all",), verify=True),
        *(Configuration(backend, disable=(name,)) for name in PASSES),
        *(Configuration(backend, disable=(name,), split=True) for name in PASSES),
        Configuration(backend, apart=True, verify=True),
        Configuration(backend, apart=True, split=True),
        Configuration(backend, apart=True, save_all=True, disable=("all",)),
        Configuration(backend, order=2, apart=True),
        Configuration(backend, order=2),
        Configuration(backend, order=2, disable=("all",)),
    ]


class Mismatch(AssertionError):  # noqa: N818  # no error, but what is found
    """The compiler is wrong, or it crashed."""


@dataclass
class Outcome:
    """`kind`: ok, rejected (no fair test), refused (with the code of the error)."""

    kind: str
    detail: str = ""
    notes: list[str] = field(default_factory=list)


def check(program: Program, configuration: Configuration) -> Outcome:
    """Raises `Mismatch` where anything disagrees."""
    least = 3 if configuration.apart else outline.LEAST
    with warnings.catch_warnings(), np.errstate(all="ignore"), mock.patch.object(outline, "LEAST", least):
        warnings.simplefilter("ignore")
        try:
            reference: Reference | Exception = Reference.of(program)
        except RejectedError as why:
            return Outcome("rejected", str(why))
        except RaisedError as told:
            reference = told.error
        try:
            if isinstance(reference, Exception):
                _raises_too(program, reference, configuration)
            else:
                _compare(program, reference, configuration)
        except Mismatch:
            raise
        except InternalError as error:
            raise Mismatch(f"{type(error).__name__}: {error}") from error
        except AutodiffError as error:
            return Outcome("refused", f"{error.code} {error.reason}")
        except RejectedError as why:
            return Outcome("rejected", str(why))
        except Exception as error:
            raise Mismatch(f"{type(error).__name__} at run time: {error}") from error
    return Outcome("ok")


# -- the reference -------------------------------------------------------------------------------------------------


class RaisedError(Exception):
    """The program raises on purpose."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


@dataclass
class Reference:
    """What CPython says: the value, a direction, the derivative along it, a cotangent."""

    value: Any
    direction: list[Any]
    tangent: list[np.ndarray]
    cotangent: list[np.ndarray]

    @staticmethod
    def of(program: Program) -> Reference:
        scope: dict[str, Any] = {"np": np, "math": math}
        exec(program.source, scope)
        try:
            value = scope["f"](*copy.deepcopy(program.args))
        except Exception as error:
            if RAISED in str(error):
                raise RaisedError(error) from error
            raise RejectedError(f"{type(error).__name__}: {error}") from error
        _sane(_leaves(value))
        careful = fuzz_oracle.reading_first(program.source, "f", list(program.args))
        if not all(map(np.array_equal, _leaves(value), _leaves(careful))):
            raise RejectedError("NumPy reads an overlapping slice after it was written")
        rng = np.random.default_rng(0)
        direction = [random_like(arg, rng) for arg in program.args]
        with np.errstate(all="ignore"):
            try:
                complex_value, tangent = fuzz_oracle.derivative(program.source, "f", list(program.args), direction)
            except RejectedError:
                raise
            except Exception as error:
                raise RejectedError(f"the complex rendering fails: {type(error).__name__}: {error}") from error
        tangents = _leaves(tangent)
        _sane(tangents)
        rtol = 1e-3 if program.single else 1e-9
        for ours, theirs in zip(_leaves(complex_value), _leaves(value)):
            if ours.shape != theirs.shape or not np.allclose(ours, theirs, rtol, rtol):
                raise RejectedError("the complex rendering computes something else")
        cotangent = [np.asarray(rng.uniform(-1, 1, leaf.shape)) for leaf in tangents]
        reference = Reference(value, direction, tangents, cotangent)
        if program.single:
            reference.trustworthy(program)
        return reference

    def trustworthy(self, program: Program) -> None:
        """Reject a program that loses its digits in float32: where rounding at random shows in what is compared."""
        for seed in range(3):
            noise = fuzz_oracle.rounding(seed)
            value, tangent = fuzz_oracle.derivative(program.source, "f", list(program.args), self.direction, noise)
            found = [*_leaves(value), *_leaves(tangent)]
            for exact, rounded in zip([*_leaves(self.value), *self.tangent], found, strict=True):
                size = 1.0 + np.max(np.abs(exact), initial=0.0)
                if np.max(np.abs(exact - rounded), initial=0.0) > SINGLE / 10 * size:
                    raise RejectedError("float32 loses too many digits")

    @property
    def product(self) -> float:
        """<cotangent, f'(x) direction>."""
        return sum(float(np.sum(w * d)) for w, d in zip(self.cotangent, self.tangent))

    @property
    def size(self) -> float:
        return 1.0 + sum(float(np.sum(np.abs(w * d))) for w, d in zip(self.cotangent, self.tangent))


def random_like(value: Any, rng: np.random.Generator) -> Any:
    if isinstance(value, dict):
        return {key: random_like(item, rng) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(random_like(item, rng) for item in value)
    if isinstance(value, np.ndarray):
        return rng.uniform(-1, 1, value.shape).astype(value.dtype) if value.dtype.kind == "f" else None
    if isinstance(value, np.floating):
        return type(value)(rng.uniform(-1, 1))
    return float(rng.uniform(-1, 1)) if isinstance(value, float) else None


def _leaves(value: Any) -> list[np.ndarray]:
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in _leaves(item)]
    if isinstance(value, list | tuple):
        return [leaf for item in value for leaf in _leaves(item)]
    return [] if value is None else [np.asarray(value)]


def _sane(leaves: list[np.ndarray]) -> None:
    for leaf in leaves:
        if leaf.dtype.kind not in "fc":
            raise RejectedError("a result that is no float")
        if not np.all(np.isfinite(leaf)) or np.any(np.abs(leaf) > LARGEST):
            raise RejectedError("not in a sane range")


# -- the comparison ------------------------------------------------------------------------------------------------


def _compare(program: Program, reference: Reference, configuration: Configuration) -> None:
    fun = from_text(program.source)
    args, options = program.args, configuration.options()
    close = _Closeness(program.single)
    varying = tuple(i for i, d in enumerate(reference.direction) if _leaves(d))

    # Forward mode against the oracle.
    given = copy.deepcopy(args)
    value, tangent = jvp(fun, given, tuple(reference.direction), **options)
    _untouched(args, given, "jvp")
    close.same(value, reference.value, "the value of jvp")
    close.all(_leaves(tangent), reference.tangent, "the tangent of jvp")

    # Reverse mode against the oracle, by the dot product.
    scalar = isinstance(reference.value, float | np.floating)
    given = copy.deepcopy(args)
    if scalar and not configuration.split:
        derivative = value_and_grad(fun, argnums=varying, **options)
        value, gradients = derivative(*given)
        cotangent = 1.0
        wanted, size = float(reference.tangent[0]), 1.0 + abs(float(reference.tangent[0]))
        call = derivative._find(derivative._arguments(given, {}))
        _interpreted(call.found.compiled.stages, (*args, *call.captured), (value, gradients), close)
    else:
        value, pullback = vjp(fun, *given, **options)
        cotangent = _structured(value, iter(reference.cotangent))
        everything = pullback(cotangent)
        again = pullback(cotangent)
        if any(not np.array_equal(a, b, equal_nan=True) for a, b in zip(_leaves(everything), _leaves(again))):
            raise Mismatch("a second call of the pullback gives something else")
        gradients = tuple(everything[i] for i in varying)
        wanted, size = reference.product, reference.size
    _untouched(args, given, "reverse mode")
    close.same(value, reference.value, "the value of reverse mode")
    for i, gradient in zip(varying, gradients):
        _shaped(gradient, args[i], f"the gradient of argument {i}")
    _apart(gradients, given)
    found = dot(gradients, [reference.direction[i] for i in varying])
    close.number(found, wanted, size + _magnitude(gradients), "<gradient, direction>")
    if configuration.order > 1 and scalar:
        _second_order(program, fun, reference, varying, options, close)
    if configuration.order > 1:
        _in_batches(program, fun, varying, options, close)


def _in_batches(
    program: Program, fun: Any, varying: tuple[int, ...], options: dict[str, Any], close: _Closeness
) -> None:
    """Columns and rows of Jacobians that are computed at once are those that are computed one by one."""
    for verb in (jacfwd, jacrev):
        try:
            wanted = verb(fun, argnums=varying, batch=1, **options)(*copy.deepcopy(program.args))
        except UserError as error:
            if error.code not in NO_JACOBIAN:
                raise
            continue
        found = verb(fun, argnums=varying, batch=2, **options)(*copy.deepcopy(program.args))
        close.all(_leaves(found), _leaves(wanted), f"{verb.__name__} in batches", scale=1e3)


def _raises_too(program: Program, expected: Exception, configuration: Configuration) -> None:
    """Both modes raise what the program raises, however little of it the derivative needs."""
    fun, options = from_text(program.source), configuration.options()
    rng = np.random.default_rng(0)
    direction = tuple(random_like(arg, rng) for arg in program.args)
    calls: dict[str, Callable[[], Any]] = {
        "jvp": lambda: jvp(fun, copy.deepcopy(program.args), direction, **options),
        "vjp": lambda: vjp(fun, *copy.deepcopy(program.args), **options),
    }
    for name, call in calls.items():
        try:
            call()
        except AutodiffError:
            raise
        except Exception as error:
            if type(error) is type(expected) and str(error) == str(expected):
                continue
            raise Mismatch(f"{name} raises {error!r}, not {expected!r}") from error
        raise Mismatch(f"{name} does not raise {expected!r}")


def _interpreted(stages: dict[str, Any], args: tuple, found: Any, close: _Closeness) -> None:
    """The reference interpreter on the derivative's IR, by value and in place, gives what the backend gives."""
    for stage, mutable in (("reverse", False), ("derivative", False), ("buffers", True)):
        fn = stages[stage]
        values = [v for (_, tree), arg in zip(fn.param_trees, copy.deepcopy(args)) for v in flatten(tree, arg)]
        results = run(fn, values, mutable=mutable, out=lambda *parts, **how: None)
        close.all([np.asarray(r) for r in results], _leaves(found), f"the interpreter on stage {stage}", scale=1e3)


def _second_order(
    program: Program, fun: Callable, reference: Reference, varying: tuple[int, ...], options: Any, close: _Closeness
) -> None:
    """Hessian times direction: forward over reverse, reverse over reverse, and differences of the oracle."""
    args, direction = program.args, reference.direction
    gradient = grad(fun, argnums=varying, **options)
    _, product = jvp(gradient, copy.deepcopy(args), tuple(direction), **options)
    _, pullback = vjp(gradient, *copy.deepcopy(args), **options)
    adjoints = pullback(tuple(direction[i] for i in varying))
    theirs = _leaves(tuple(adjoints[i] for i in varying))
    scale = 1.0 + _magnitude(product)
    if not math.isfinite(scale) or scale > LARGEST:
        raise RejectedError("second derivatives not in a sane range")
    rng = np.random.default_rng(1)
    other = [random_like(arg, rng) for arg in args]
    ours = dot(product, [other[i] for i in varying])
    close.number(
        dot(tuple(theirs), [other[i] for i in varying]),
        ours,
        scale,
        "reverse over reverse against forward over reverse",
    )
    if program.single:
        return
    slopes = []
    for eps in (1e-6, -1e-6):
        moved = [shifted(arg, d, eps) for arg, d in zip(args, direction)]
        slopes.append(_leaves(fuzz_oracle.derivative(program.source, "f", moved, other)[1])[0])
    wanted = float(slopes[0] - slopes[1]) / 2e-6
    if abs(ours - wanted) > 1e-5 * scale:
        raise Mismatch(f"second order: {ours!r}, by differences of the oracle {wanted!r}")


def shifted(value: Any, direction: Any, eps: float) -> Any:
    if isinstance(value, dict):
        return {key: shifted(value[key], direction[key], eps) for key in value}
    if direction is None:
        return copy.deepcopy(value)
    return value + eps * direction


def dot(left: Any, right: Any) -> float:
    return sum(float(np.sum(a.astype(float) * b)) for a, b in zip(_leaves(left), _leaves(right), strict=True))


def _magnitude(value: Any) -> float:
    return sum(float(np.sum(np.abs(leaf))) for leaf in _leaves(value))


def _structured(value: Any, leaves: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_structured(item, leaves) for item in value)
    leaf = next(leaves)
    if isinstance(value, np.ndarray):
        return leaf.astype(value.dtype)
    return type(value)(leaf)


def _untouched(args: tuple, given: tuple, what: str) -> None:
    for before, after in zip(_leaves(args), _leaves(given)):
        if not np.array_equal(before, after):
            raise Mismatch(f"{what} wrote into an argument")


def _shaped(gradient: Any, arg: Any, what: str) -> None:
    for ours, theirs in zip(_leaves(gradient), [leaf for leaf in _leaves(arg) if leaf.dtype.kind == "f"], strict=True):
        if ours.shape != theirs.shape or ours.dtype != theirs.dtype:
            raise Mismatch(f"{what} is {ours.dtype}{ours.shape}, not {theirs.dtype}{theirs.shape}")


def _apart(gradients: Any, args: tuple) -> None:
    """No gradient shares memory with an argument or another gradient."""
    results, given = _leaves(gradients), _leaves(args)
    for i, result in enumerate(results):
        if any(np.shares_memory(result, other) for other in (*given, *results[:i])):
            raise Mismatch("a gradient shares its memory")


class _Closeness:
    def __init__(self, single: bool) -> None:
        self.tolerance = SINGLE if single else DOUBLE
        self.single = single

    def same(self, ours: Any, theirs: Any, what: str) -> None:
        """The value of the function itself, with dtype and shape."""
        for a, b in zip(_leaves(ours), _leaves(theirs), strict=True):
            if a.shape != b.shape:
                raise Mismatch(f"{what} has shape {a.shape}, not {b.shape}")
            # A Python float on one path and a NumPy float on another are a NumPy float, which makes float32 wider.
            wider = self.single and a.dtype.itemsize > b.dtype.itemsize
            if a.dtype != b.dtype and not wider and isinstance(theirs, np.ndarray | np.floating):
                raise Mismatch(f"{what} is of dtype {a.dtype}, not {b.dtype}")
        self.all(_leaves(ours), _leaves(theirs), what, scale=1e-2)

    def all(self, ours: list[np.ndarray], theirs: list[np.ndarray], what: str, scale: float = 1.0) -> None:
        for a, b in zip(ours, theirs, strict=True):
            size = 1.0 + float(np.max(np.abs(b), initial=0.0))
            tolerance = self.tolerance * size * (1.0 if self.single else scale)
            if a.shape != b.shape or not np.allclose(a, b, 0.0, tolerance, equal_nan=True):
                raise Mismatch(f"{what}: {a.tolist()}, expected {b.tolist()}")

    def number(self, ours: float, theirs: float, size: float, what: str) -> None:
        if not abs(ours - theirs) <= self.tolerance * size:
            raise Mismatch(f"{what} = {ours!r}, expected {theirs!r}")
