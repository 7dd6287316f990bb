"""`check="first"`: the first call of each specialisation is compared with the function itself, run by CPython.

The value is compared, and one random direction of the derivative with central differences of the function.  Both run on
copies of the arguments.  A mismatch is a bug of ours: an `InternalError` with a report that can be filed.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

import numpy as np

from autodiff_compiler import driver, log
from autodiff_compiler.api.binding import Signature
from autodiff_compiler.api.differences import DOUBLE, SINGLE, Precision, slope
from autodiff_compiler.api.report import mismatch
from autodiff_compiler.api.specialise import Specialisation
from autodiff_compiler.ir.dtype import FLOAT32
from autodiff_compiler.ir.tree import Leaf, Tree, flatten, leaves, rebuild
from autodiff_compiler.ir.types import Array, ListOf, Scalar, Type, differentiable, dtype_of, element_dtype
from autodiff_compiler.ir.walk import all_ops
from autodiff_compiler.transforms.targets import TARGETS

# What a reference run may raise and a compiled one need not: Numba's documented deviation.
_IEEE = (ZeroDivisionError, OverflowError, ValueError)
_NOT_OURS = (MemoryError, RecursionError)


@dataclass
class FirstCall:
    """A call to be checked: a function, what was compiled from it, and the arguments, before the call and by name.

    `varying`: the parameters that it is differentiated with respect to, or a flag for each leaf.  `count`: how
    many of the results, the first ones, are differentiated (None: all).
    """

    fun: Callable[..., Any]
    signature: Signature
    found: Specialisation
    arguments: Mapping[str, Any]
    captured: Sequence[Any]
    varying: Set[str] | Sequence[bool]
    count: int | None = None

    def __post_init__(self) -> None:
        self.found.checked = True
        values = iter(self.found.lowered.function.params)
        self.trees: list[Tree] = []
        self.types: list[Type] = []
        flags: list[bool] = []
        for name, (_, tree) in zip(self.arguments, self.found.lowered.function.param_trees):
            types = [next(values).type for _ in range(leaves(tree))]
            self.trees.append(tree)
            self.types += types
            flags += [isinstance(self.varying, Set) and name in self.varying] * len(types)
        if not isinstance(self.varying, Set):
            flags = list(self.varying)
        self.flags = [flag and differentiable(type_) for flag, type_ in zip(flags, self.types)]
        self.tree = self.found.lowered.function.result_tree or Leaf()
        self.result_types = [v.type for v in self.found.lowered.function.results]
        ops = {
            op.kind
            for stage in (self.found.lowered.function, *self.found.compiled.stages.values())
            for op in all_ops(stage.body)
        }
        self.comparable = not ops & {"stop_gradient", "print"}
        """Whether differences can tell the derivative: not where it is cut on purpose, nor where something should print once."""
        function = self.found.lowered.function
        types_of_all = [
            *(v.type for v in function.params),
            *(r.type for op in all_ops(function.body) for r in op.results),
        ]
        self.precision: Precision = (
            SINGLE if any(d is not None and d.real is FLOAT32 for d in map(element_dtype, types_of_all)) else DOUBLE
        )
        self._copies: dict[str, Any] | None = None
        try:
            self._copies = copy.deepcopy(dict(self.arguments))
        except Exception as error:
            log.say(
                f"the first call of {self.signature.function} is not checked: an argument cannot be copied ({error})"
            )
            self._copies = None

    # -- running ---------------------------------------------------------------------------------------------------

    def run(self, compiled: Callable[[], Any], value_of: Callable[[Any], Any], along: Callable[..., float]) -> Any:
        """The compiled call, checked.  `value_of` takes its result to the result of the function itself; `along` takes its result, a
        direction for the leaves of the arguments and seeds for those of the results to the slope between them."""
        copies = self._copies
        if copies is None:
            return compiled()
        result, failure = _outcome(compiled)
        expected, expected_failure = _outcome(lambda: self._reference(copies))
        if failure is not None or expected_failure is not None:
            self._compare_failures(failure, expected_failure)
            if failure is not None:
                raise failure
            return result  # Numba computes something where Python raises
        value, value_failure = _outcome(lambda: value_of(result))
        if value_failure is not None:
            self._compare_failures(value_failure, None)
        self._compare_values(expected, value)
        if self.comparable:
            self._compare_slopes(expected, functools.partial(along, result))
        return result

    def primal(self) -> Any:
        """The result of the function itself from compiled code, for a derivative that does not return it."""
        made = driver.primal(self.found.lowered, self.found.compiled.options)
        return made.call(*self.arguments.values(), *self.captured)

    # -- derivatives of the three kinds, between a direction and seeds ---------------------------------------------

    def along(self, adjoints: Mapping[str, Any], direction: Sequence[Any], seed: Any = 1.0) -> float:
        """The slope along a direction that adjoints of parameters, by name, imply; `seed` is a factor that they lack."""
        parts: list[Any] = []
        for name, tree in zip(self.arguments, self.trees):
            given = adjoints.get(name)
            parts += [None] * leaves(tree) if given is None else flatten(tree, given)
        return _dot(parts, [None if along is None else seed * along for along in direction])

    def across(
        self, blocks: Sequence[Any], names: Sequence[str], direction: Sequence[Any], seeds: Sequence[Any]
    ) -> float:
        """The slope along a direction, weighted by the seeds, that the blocks of a Jacobian, by parameter name, imply."""
        directions = iter(direction)
        of = {name: [next(directions) for _ in range(leaves(tree))] for name, tree in zip(self.arguments, self.trees)}
        moved = [along for name in names for along in of[name] if along is not None]
        wanted, given = [seed for seed in seeds if seed is not None], iter(blocks)
        return _dot([sum(np.tensordot(next(given), along, np.ndim(along)) for along in moved) for _ in wanted], wanted)

    def dot(self, tangent: Any, seeds: Sequence[Any]) -> float:
        """The slope, weighted by the seeds, that the tangent of the result implies."""
        return _dot(flatten(self.tree, tangent), seeds)

    def tangents(self, direction: Sequence[Any]) -> list[Any]:
        """A direction as the compiled code takes it: a tangent for each parameter in which something varies."""
        directions = iter(direction)
        found = []
        for value, tree in zip(self.arguments.values(), self.trees):
            parts = [(leaf, next(directions)) for leaf in flatten(tree, value)]
            if any(along is not None for _, along in parts):
                found.append(rebuild(tree, iter([None if d is None else _like(leaf, d) for leaf, d in parts])))
        return found

    def cotangent(self, seeds: Sequence[Any]) -> Any:
        """Seeds in the structure of the result."""
        typed = [None if s is None else _of_type(s, type_) for s, type_ in zip(seeds, self.result_types)]
        return rebuild(self.tree, iter(typed))

    # -- the function itself ---------------------------------------------------------------------------------------

    def _reference(self, arguments: Mapping[str, Any]) -> Any:
        args, kwargs = self.signature.arguments(arguments)
        return getattr(self.fun, "py_func", self.fun)(*args, **kwargs)

    def _moved(self, direction: Sequence[Any], step: float) -> Any:
        """The result of the function at a nearby point."""
        directions = iter(direction)
        given = {}
        for (name, value), tree in zip(self.arguments.items(), self.trees):
            parts = []
            for leaf in flatten(tree, value):
                along = next(directions)
                parts.append(copy.deepcopy(leaf) if along is None else _like(leaf, leaf + step * along))
            given[name] = rebuild(tree, iter(parts))
        return self._reference(given)

    # -- comparing -------------------------------------------------------------------------------------------------

    def _compare_failures(self, ours: BaseException | None, theirs: BaseException | None) -> None:
        if isinstance(ours, _NOT_OURS) or isinstance(theirs, _NOT_OURS):
            return
        if TARGETS[self.found.compiled.options.backend].compiled and ours is None and isinstance(theirs, _IEEE):
            return
        kinds = [type(error) for error in (ours, theirs) if error is not None]
        if len(kinds) == 2 and (issubclass(kinds[0], kinds[1]) or issubclass(kinds[1], kinds[0])):
            return
        shown = [f"raises {type(e).__name__}" if e is not None else "gives a result" for e in (ours, theirs)]
        raise mismatch(self, f"the compiled code {shown[0]}, and CPython {shown[1]}")

    def _compare_values(self, expected: Any, got: Any) -> None:
        try:
            wanted, found = flatten(self.tree, expected), flatten(self.tree, got)
        except Exception:
            raise mismatch(self, "the result of the compiled code has another structure than CPython's") from None
        if len(wanted) != len(found):
            raise mismatch(self, "the result of the compiled code has another structure than CPython's")
        for i, (a, b, type_) in enumerate(zip(wanted, found, self.result_types)):
            place = f"value {i + 1} of {len(wanted)}" if len(wanted) > 1 else "the value"
            if isinstance(type_, Array) and (np.shape(a) != np.shape(b) or np.asarray(a).dtype != np.asarray(b).dtype):
                raise mismatch(self, f"{place} has another shape or dtype than CPython's")
            worst = _distance(a, b)
            allowed = self.precision.value if differentiable(type_) else 0.0
            if worst > allowed and not self._is_ill_conditioned(expected, worst):
                raise mismatch(self, f"{place} differs from CPython's, by {worst:.1e} relative to its size")

    def _is_ill_conditioned(self, expected: Any, worst: float) -> bool:
        """Whether the function itself changes as much when its arguments change in their last digits."""
        rng = np.random.default_rng(0)
        for _ in range(4):
            direction = self._direction(rng, [differentiable(type_) for type_ in self.types])
            moved, failure = _outcome(functools.partial(self._moved, direction, self.precision.last_digits))
            if failure is not None:
                return True
            parts = zip(flatten(self.tree, expected), flatten(self.tree, moved))
            if max((_distance(a, b) for a, b in parts), default=0.0) > 0.01 * worst:
                return True
        return False

    def _compare_slopes(self, expected: Any, derivative: Callable[[list[Any], list[Any]], float]) -> None:
        rng = np.random.default_rng(20)
        direction = self._direction(rng, self.flags)
        lists = any(isinstance(type_, ListOf) for type_ in (*self.types, *self.result_types))
        if lists or all(along is None for along in direction):
            return
        seeds: list[Any] = [
            _random(rng, leaf) if differentiable(type_) else None
            for leaf, type_ in zip(flatten(self.tree, expected), self.result_types)
        ]
        if self.count is not None:
            seeds[self.count :] = [None] * (len(seeds) - self.count)
        got, failure = _outcome(lambda: derivative(direction, seeds))
        if failure is not None:
            raise mismatch(self, f"the derivative along a direction raises {type(failure).__name__}") from failure

        def along(step: float) -> float:
            return _dot(flatten(self.tree, self._moved(direction, step)), seeds)

        found = slope(along, _dot(flatten(self.tree, expected), seeds), self.precision)
        if found is None or not np.isfinite(got):
            return
        size = max(abs(found.value), abs(got))
        if abs(found.value - got) > self.precision.slope * size + found.uncertainty:
            worst = abs(found.value - got) / size
            raise mismatch(
                self,
                f"the derivative along a random direction differs from central differences, by {worst:.1e} of its size",
            )

    def _direction(self, rng: np.random.Generator, flags: Sequence[bool]) -> list[Any]:
        """A random direction for each leaf that varies, relative to its size; None for the others."""
        found: list[Any] = []
        values = [leaf for value, tree in zip(self.arguments.values(), self.trees) for leaf in flatten(tree, value)]
        for leaf, type_, varies in zip(values, self.types, flags):
            if isinstance(type_, ListOf) or not varies:
                found.append(None)
                continue
            size = np.abs(np.asarray(leaf))
            along = _random(rng, leaf) * np.where((size > 0) & np.isfinite(size), size, 1.0)
            found.append(along if np.ndim(leaf) else along.item())
        return found


def _outcome(call: Callable[[], Any]) -> tuple[Any, Exception | None]:
    try:
        with np.errstate(all="ignore"):
            return call(), None
    except Exception as error:
        return None, error


def _dot(parts: Sequence[Any], others: Sequence[Any]) -> float:
    pairs = zip(parts, others, strict=True)
    return float(np.real(sum(np.sum(np.asarray(a) * b) for a, b in pairs if a is not None and b is not None)))


def _random(rng: np.random.Generator, leaf: Any) -> Any:
    """Standard normal numbers of a leaf's shape; complex where it is."""
    real = rng.standard_normal(np.shape(leaf))
    return np.asarray(real + 1j * rng.standard_normal(np.shape(leaf)) if np.iscomplexobj(leaf) else real)


def _distance(a: Any, b: Any) -> float:
    """How far apart two leaves are, relative to their size; NaN equals NaN."""
    if isinstance(a, list) or isinstance(b, list):
        if not (isinstance(a, list) and isinstance(b, list) and len(a) == len(b)):
            return float("inf")
        return max((_distance(x, y) for x, y in zip(a, b)), default=0.0)
    x, y = np.asarray(a), np.asarray(b)
    if x.shape != y.shape:
        return float("inf")
    if not (x.dtype.kind in "fc" or y.dtype.kind in "fc"):
        return 0.0 if np.array_equal(x, y) else float("inf")
    x, y = (z.astype(complex if np.iscomplexobj(z) else float) for z in (x, y))
    same = (x == y) | (np.isnan(x) & np.isnan(y))
    if np.all(same):
        return 0.0
    size = float(np.max(np.abs(np.where(np.isfinite(x), x, 0.0)), initial=0.0))
    difference = float(np.max(np.abs(np.where(same, 0.0, x - y))))
    return difference / max(size, 1e-12) if np.isfinite(difference) else float("inf")


def _like(leaf: Any, moved: Any) -> Any:
    return np.asarray(moved).astype(leaf.dtype)[()] if isinstance(leaf, np.ndarray | np.generic) else _python(moved)


def _of_type(value: Any, type_: Type) -> Any:
    """A random number or array of the type of a result."""
    if isinstance(type_, Array):
        return np.asarray(value, type_.dtype.numpy)
    strong = isinstance(type_, Scalar) and type_.kind == "np"
    return dtype_of(type_).numpy.type(value) if strong else _python(value)


def _python(number: Any) -> Any:
    return complex(number) if np.iscomplexobj(number) else float(number)
