"""`jvp` and `vjp`: products with the Jacobian from the right and from the left."""

from __future__ import annotations

import copy
import operator
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from autodiff_compiler.api.binding import (
    Described,
    check_differentiable,
    check_leaf,
    describe,
    described,
    leaf_names,
    leaves_of,
    normalised,
    with_floats,
)
from autodiff_compiler.api.boundary import boundary
from autodiff_compiler.api.compiled import Compiled
from autodiff_compiler.api.compiler import first_check, transform
from autodiff_compiler.api.dispatch import MISSED, EntryWriter
from autodiff_compiler.api.specialise import Specialisation
from autodiff_compiler.diagnostics import UserError
from autodiff_compiler.frontend.lowered import Lowered
from autodiff_compiler.ir.tree import Leaf, Node, Tree, flatten, leaves, rebuild
from autodiff_compiler.ir.types import Type, differentiable
from autodiff_compiler.options import Options
from autodiff_compiler.transforms.layout import active_names
from autodiff_compiler.transforms.words import in_words


class Pushforward(Compiled):
    """Forward mode of one function: value and directional derivative; of a gradient, the derivative alone (`hvp`)."""

    def __init__(self, fun: Callable[..., Any], options: Options, verb: str = "jvp") -> None:
        super().__init__(fun, verb, options)

    def _request(self, lowered: Lowered, arguments: Described, *asked: Any) -> transform.Request:
        (varying,) = asked
        return _request(lowered, varying, self._options)

    def _asked(self, arguments: Described, wrt: Sequence[str]) -> tuple[Hashable, ...]:
        for name, tree, leaf_types in arguments:
            if name in wrt:
                check_differentiable(name, tree, leaf_types)
        return (tuple(name in wrt and differentiable(t) for name, _, leaf_types in arguments for t in leaf_types),)

    def __call__(self, primals: Any, tangents: Any) -> Any:
        for enter, found in self._entries.known:
            result = enter(primals, tangents)
            if result is not MISSED:
                self._last = found
                return result
        return self._call(primals, tangents)

    def _call(self, primals: Sequence[Any], tangents: Sequence[Any]) -> Any:
        values, given, varying, types = self._bound(primals, tangents)
        found, captured = self._table.get(types, leaves_of(values, types), (varying,))
        self._last = found
        bound = {name: (tree, values[name]) for name, tree, _ in types}

        def write(entry: EntryWriter) -> None:
            entry.arguments("primals", tuple(primals), self._fun, bound)
            entry.tangents("tangents", tuple(tangents), given, bound)
            entry.captured(captured)

        taken = [normalised(value) for value in values.values()]

        def call(*directions: Any) -> Any:
            return self._run(found, lambda one: one.call(*taken, *directions, *captured))

        if self._options.check is None or found.checked:
            self._entries.note(found, write)
            return call(*given)
        with_value = self._verb == "jvp"
        first = first_check.FirstCall(self._fun, self._signature, found, values, captured, varying)

        def along(result: Any, direction: Sequence[Any], seeds: Sequence[Any]) -> float:
            result = call(*first.tangents(direction))
            return first.dot(result[1] if with_value else result, seeds)

        return first.run(
            lambda: call(*given),
            (lambda result: result[0]) if with_value else (lambda result: first.primal()),
            along,
        )

    def _of_call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Specialisation:
        values, _, varying, types = self._bound(*args, **kwargs)
        return self._table.get(types, leaves_of(values, types), (varying,), readable=True)[0]

    def _bound(
        self, primals: Sequence[Any], tangents: Sequence[Any]
    ) -> tuple[dict[str, Any], list[Any], tuple[bool, ...], Described]:
        """The arguments by name, the tangents that the compiled function takes, a flag for each leaf, the arguments described."""
        if not isinstance(primals, tuple | list) or not isinstance(tangents, tuple | list):
            raise UserError(
                "AD421", "the arguments and the tangents of jvp are two tuples", help="write jvp(f, (x,), (x_dot,))"
            )
        if len(primals) != len(tangents):
            raise UserError(
                "AD421",
                f"jvp needs a tangent for each argument; arguments given: {len(primals)}, tangents: {len(tangents)}",
                help="give None as the tangent of an argument that does not vary: jvp(f, (x, n), (x_dot, None))",
            )
        arguments = self._signature.bind(tuple(primals), {})
        by_name = dict(zip(arguments, tangents))
        varying: list[bool] = []
        given: list[Any] = []
        values: dict[str, Any] = {}
        types: Described = []
        for name, value in arguments.items():
            tangent = by_name.get(name)
            if tangent is not None:
                value = with_floats(name, value)
            tree, leaf_types = describe(name, value, differentiated=tangent is not None)
            flags, structured = _tangents(name, tree, leaf_types, value, tangent)
            varying += flags
            given += structured
            values[name] = value
            types.append((name, tree, leaf_types))
        if not any(varying):
            raise UserError(
                "AD421",
                "every tangent is None: there is no direction to differentiate in",
                help="give the tangent of at least one argument",
            )
        return values, given, tuple(varying), types


class Linear:
    """The derivative of a function at one point: a linear map from tangents of the arguments to that of the result."""

    def __init__(self, pushforward: Pushforward, primals: tuple[Any, ...]) -> None:
        self._pushforward = pushforward
        # The caller may write into these arrays later.
        self._primals = copy.deepcopy(primals)

    @boundary
    def __call__(self, *tangents: Any) -> Any:
        """The tangent of the result; None for an argument that does not vary."""
        return self._pushforward(self._primals, tangents)[1]

    def value(self) -> Any:
        """The value of the function itself."""
        return self._pushforward(self._primals, tuple(map(_zero, self._primals)))[0]


def _zero(value: Any) -> Any:
    """A tangent of zeros; None if nothing can vary."""
    tree, types = describe("an argument", value)
    zeros = [_zeros(x) if differentiable(type_) else None for x, type_ in zip(flatten(tree, value), types)]
    return None if all(zero is None for zero in zeros) else rebuild(tree, iter(zeros))


def _zeros(leaf: Any) -> Any:
    return (
        [_zeros(item) for item in leaf]
        if isinstance(leaf, list)
        else type(leaf)(0)
        if np.ndim(leaf) == 0
        else np.zeros_like(leaf)
    )


def _request(lowered: Lowered, varying: Sequence[bool], options: Options) -> transform.Request:
    """What is asked where these leaves of the arguments vary: captures come after them and do not."""
    active = [*varying, *[False] * (len(lowered.function.params) - len(varying))]
    hidden = frozenset(capture.name for capture in lowered.captures)
    return transform.Request(
        active,
        active_names(lowered.function, active),
        hidden,
        save_all=options.save_all,
        holomorphic=options.holomorphic,
    )


def _tangents(name: str, tree: Tree, types: list[Type], value: Any, tangent: Any) -> tuple[list[bool], list[Any]]:
    """Which leaves of an argument vary, and its tangent argument (none if no leaf does)."""
    if tangent is None:
        return [False] * len(types), []
    primals = flatten(tree, value)
    try:
        leaves = flatten(tree, tangent)
    except (TypeError, KeyError, AttributeError, IndexError):
        leaves = []
    if len(leaves) != len(primals) or (isinstance(tree, Node) and type(tangent) is not tree.cls):
        raise UserError(
            "AD422",
            f"the tangent of {name} must be built as {name} is: {_built(tree)}",
            help="give None in the place of a number or array that does not vary",
        )
    checked = []
    for leaf, like, part, type_ in zip(leaf_names(name, tree), primals, leaves, types):
        if part is not None and not differentiable(type_):
            raise UserError(
                "AD422",
                f"{leaf} is {in_words(type_)}, which cannot vary",
                help=f"give None as the tangent of {leaf}",
            )
        checked.append(None if part is None else check_leaf(f"the tangent of {leaf}", part, like, type_))
    flags = [leaf is not None for leaf in checked]
    return flags, [rebuild(tree, iter(checked))] if any(flags) else []


def _built(tree: Tree) -> str:
    """How an argument or result is built."""
    if not isinstance(tree, Node):
        return "one number or array"
    return f"a {tree.cls.__name__} of {len(tree.children)}"


class Pullback:
    """Reverse mode of one function at one point; may be called many times."""

    __slots__ = ("_count", "_like", "_residuals", "_specialisation", "_tree")

    def __init__(self, specialisation: Specialisation, tree: Tree, out: Any, residuals: Any, count: int) -> None:
        self._specialisation = specialisation
        self._tree = tree
        self._residuals = residuals
        # Only dtype and shape of the result are needed later; the caller may write into what was returned.
        self._like = [_Shape(out)] if type(out) is float else [_like(leaf) for leaf in flatten(tree, out)]
        self._count = count

    @boundary
    def __call__(self, cotangent: Any) -> tuple[Any, ...]:
        """The cotangents of the arguments, a tuple; None for an argument that holds no float."""
        second, tree, like = self._specialisation.second, self._tree, self._like
        assert second is not None
        adjoints: tuple[Any, ...]
        if type(tree) is Leaf and type(like[0]) is _Shape and like[0].fits(cotangent):
            adjoints = second.call(self._residuals, cotangent)
            return adjoints[: self._count]
        try:
            given = flatten(tree, cotangent)
        except (TypeError, KeyError, AttributeError, IndexError):
            given = []
        if len(given) != len(like):
            raise UserError(
                "AD423",
                f"the cotangent must be built as the function's result is: {_built(tree)}",
                help="give one value of the same shape for each value of the result",
            )
        parts = []
        results = self._specialisation.lowered.function.results
        for name, part, one, value in zip(leaf_names("cotangent", tree), given, like, results):
            parts.append(check_leaf(name, part, one, value.type) if differentiable(value.type) else None)
        adjoints = second.call(self._residuals, rebuild(tree, iter(parts)))
        return adjoints[: self._count]

    def source(self) -> str:
        """The generated text of the reverse sweep."""
        second = self._specialisation.second
        assert second is not None
        return second.text


class _Shape:
    """The type, dtype and shape of a result."""

    __slots__ = ("dtype", "kind", "shape")

    def __init__(self, value: Any) -> None:
        self.kind = type(value)
        self.dtype = getattr(value, "dtype", None)
        self.shape = getattr(value, "shape", ())

    def fits(self, value: Any) -> bool:
        """Whether this is a cotangent that needs no conversion and no closer look."""
        kind = type(value)
        if kind is not self.kind:
            return False
        if kind is np.ndarray:
            return (
                bool(self.shape) and value.shape == self.shape and value.dtype == self.dtype and value.dtype.kind == "f"
            )
        return kind in (float, np.float64, np.float32)


def _like(value: Any) -> Any:
    return [_like(item) for item in value] if isinstance(value, list) else _Shape(value)


class Reverse(Compiled):
    """`vjp` of one function for any arguments."""

    def __init__(self, fun: Callable[..., Any], options: Options, has_aux: bool = False) -> None:
        super().__init__(fun, "vjp", options, has_aux)
        self.has_aux = has_aux

    def _request(self, lowered: Lowered, arguments: Described, *asked: Any) -> transform.Request:
        """`asked`: how many arguments were given, and vary; defaults do not."""
        (count,) = asked
        types = [type_ for _, _, leaf_types in arguments[:count] for type_ in leaf_types]
        varying = [differentiable(type_) for type_ in types]
        if not any(varying):
            raise UserError(
                "AD424",
                f"no argument of {self._signature.function} holds a float to differentiate with respect to",
                help="pass floats, or an array of floats: x.astype(float)",
            )
        return replace(_request(lowered, varying, self._options), has_aux=self.has_aux)

    def _asked(self, arguments: Described, wrt: Sequence[str]) -> tuple[Hashable, ...]:
        return (len(arguments),)

    def __call__(self, primals: tuple[Any, ...]) -> tuple[Any, ...]:
        """(result, pullback), and with `has_aux` what else the function returns."""
        for enter, found in self._entries.known:
            given = enter(primals)
            if given is not MISSED:
                self._last = found
                return self._made(found, given, len(primals))
        return self._call(primals)

    def _made(self, found: Specialisation, given: tuple[Any, Any], count: int) -> tuple[Any, ...]:
        (out, residuals), tree = given, found.result_tree
        if not self.has_aux:
            return out, Pullback(found, tree, out, residuals, count)
        assert isinstance(tree, Node)
        value, aux = out
        return value, Pullback(found, tree.children[0], value, residuals, count), aux

    def _call(self, primals: tuple[Any, ...]) -> tuple[Any, ...]:
        arguments = self._signature.bind(primals, {})
        types = described(arguments, arguments)
        found, captured = self._table.get(types, leaves_of(arguments, types), (len(primals),))
        self._last = found
        bound = {name: (tree, arguments[name]) for name, tree, _ in types}

        def write(entry: EntryWriter) -> None:
            entry.arguments("primals", primals, self._fun, bound)
            entry.captured(captured)

        def call() -> tuple[Any, ...]:
            taken = [*map(normalised, arguments.values()), *captured]
            return self._run(found, lambda one: self._made(one, one.call(*taken), len(primals)))

        if self._options.check is None or found.checked:
            self._entries.note(found, write)
            return call()
        given = dict(list(arguments.items())[: len(primals)])
        tree = found.result_tree
        count = leaves(tree.children[0]) if self.has_aux and isinstance(tree, Node) else None
        first = first_check.FirstCall(self._fun, self._signature, found, arguments, captured, set(given), count)

        def along(result: Any, direction: Sequence[Any], seeds: Sequence[Any]) -> float:
            cotangent = first.cotangent(seeds)
            adjoints = result[1](cotangent[0] if self.has_aux else cotangent)
            return first.along(dict(zip(given, adjoints)), direction)

        value_of = operator.itemgetter(slice(0, None, 2) if self.has_aux else 0)
        checked: tuple[Any, ...] = first.run(call, value_of, along)
        return checked

    def _of_call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Specialisation:
        arguments = self._signature.bind(args, kwargs)
        types = described(arguments, arguments)
        return self._table.get(types, leaves_of(arguments, types), (len(args),), readable=True)[0]
