"""The object that verbs such as `grad` return: a function, compiled for each new tuple of argument types."""

from __future__ import annotations

import functools
import sys
import types
from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np

from autodiff_compiler.api.binding import (
    Described,
    Signature,
    check_differentiable,
    described,
    leaves_of,
    with_floats,
)
from autodiff_compiler.api.boundary import boundary
from autodiff_compiler.api.call import Call
from autodiff_compiler.api.compiled import Compiled
from autodiff_compiler.api.compiler import first_check, transform
from autodiff_compiler.api.dispatch import MISSED
from autodiff_compiler.api.outputs import outputs, taken
from autodiff_compiler.api.specialise import Specialisation
from autodiff_compiler.api.tracebacks import trimmed
from autodiff_compiler.api.workspace import Room, Workspace
from autodiff_compiler.frontend.lowered import Lowered
from autodiff_compiler.ir.tree import flatten, leaves
from autodiff_compiler.ir.types import differentiable
from autodiff_compiler.options import OUT, Argnums, Options
from autodiff_compiler.transforms.layout import parameters


class Derivative(Compiled):
    """`grad(fun)` and the like; calls like `fun`.

    `primal` is the function it was made from.  `source`, `ir` and `save` take arguments as a call does (only their types
    matter); without arguments they use the types of the last call, or else the annotations of the function.

    >>> from autodiff_compiler import grad
    >>> square = grad("def square(x): return x * x")
    >>> square(3.0)
    6.0
    >>> square.source(3.0).splitlines()[-1]
    '    return x + x'
    """

    def __init__(self, fun: Callable[..., Any], verb: str, argnums: Argnums, has_aux: bool, options: Options) -> None:
        super().__init__(fun, verb, options, _hashable(argnums), has_aux)
        self._made_of = fun, verb, argnums, has_aux, options
        self._wrt = self._known_signature.wrt(argnums)
        self._single = isinstance(argnums, int | str | np.integer)
        functools.update_wrapper(self, fun, updated=())
        # Our attribute would name the primal, and `inspect` would take the derivative's source from it.
        del self.__dict__["__wrapped__"]
        self.__signature__ = self._known_signature.signature

    argnums = property(lambda self: self._made_of[2])
    has_aux = property(lambda self: self._made_of[3])
    with_value = property(lambda self: self._verb == "value_and_grad")

    @property
    def _signature(self) -> Signature:
        current = self._known_signature.renewed(self._fun)
        if current is not self._known_signature:
            self._known_signature, self._wrt = current, current.wrt(self.argnums)
            self.__signature__ = current.signature
        return current

    # -- calling ---------------------------------------------------------------------------------------------------

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        try:
            if not kwargs:
                for enter, found in self._entries.known:
                    result = enter(args)
                    if result is not MISSED:
                        self._last = found
                        return result
            elif len(kwargs) == 1 and OUT in kwargs:
                for enter, found in self._filling.known:
                    result = enter(args, kwargs[OUT])
                    if result is not MISSED:
                        self._last = found
                        return result
            return self._call(args, kwargs)
        except BaseException as error:
            __tracebackhide__ = True
            raise trimmed(error)

    def _call(self, args: tuple[Any, ...], kwargs: dict[str, Any], workspace: Workspace | None = None) -> Any:
        out, kwargs = self._split(kwargs)
        call = self._find(self._arguments(args, kwargs), out, in_workspace=workspace is not None)
        found = self._last = call.found

        def room(one: Specialisation) -> Room | None:
            return None if workspace is None else workspace.room(one, call.leaves)

        def run() -> Any:
            return self._run(found, lambda one: one.call(*call.passed(room(one))))

        if self._options.check is not None and not found.checked:
            return self._checked(call, run)
        if not kwargs:
            entries = (self._entries, self._filling) if workspace is None else workspace.entries
            entries[bool(call.given.leaves)].note(found, lambda entry: call.write(entry, args, self._fun, room(found)))
        return run()

    @boundary
    def workspace(self, *args: Any, **kwargs: Any) -> Workspace:
        """The derivative together with the arrays that its calls work in, for arguments of these shapes: calls of it allocate what they
        return, or with `out` almost nothing (docs/running.md).

        >>> import numpy as np
        >>> from autodiff_compiler import grad
        >>> df = grad(lambda x: np.sum(x * x)).workspace(np.ones(3))
        >>> df(np.array([1.0, 2.0, 3.0]), out=np.empty(3))
        array([2., 4., 6.])
        """
        made = Workspace(self._call, repr(self)[1:-1])
        out, kwargs = self._split(kwargs)
        call = self._find(self._arguments(args, kwargs), out, in_workspace=True)
        made.room(call.found, call.leaves)
        return made

    def _split(self, kwargs: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """What is to be filled, and the arguments of the function itself."""
        return taken(self._signature, kwargs) if OUT in kwargs and self._transform.into else (None, kwargs)

    def _checked(self, call: Call, run: Callable[[], Any]) -> Any:
        """The first call, compared with the function itself."""
        found = call.found
        count = leaves(found.result_tree.children[0] if self.has_aux else found.result_tree)  # type: ignore[union-attr]  # a pair
        first = first_check.FirstCall(
            self._fun, self._signature, found, call.arguments, call.captured, set(self._wrt), count
        )
        return first.run(
            run,
            (lambda result: result[0]) if self.with_value else (lambda result: first.primal()),
            functools.partial(self._along, first),
        )

    def _along(
        self, first: first_check.FirstCall, result: Any, direction: Sequence[Any], seeds: Sequence[Any]
    ) -> float:
        """The slope along a direction, weighted by the seeds of the function's results, that a result of the derivative implies."""
        gradient = result[1] if self.with_value else result[0] if self.has_aux else result
        return first.along(dict(zip(self._wrt, [gradient] if self._single else gradient)), direction, seeds[0])

    def _arguments(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """Arguments by name; Python ints that are differentiated become floats."""
        bound = self._signature.bind(args, kwargs)
        return {name: with_floats(name, value) if name in self._wrt else value for name, value in bound.items()}

    @property
    def differentiated(self) -> list[str]:
        """The names of the parameters it differentiates with respect to."""
        return self._signature.wrt(self.argnums)

    # -- compiling -------------------------------------------------------------------------------------------------

    def _find(
        self, arguments: dict[str, Any], out: Any = None, *, in_workspace: bool = False, readable: bool = False
    ) -> Call:
        """The call of the specialisation for these arguments and arrays to fill."""
        types_ = described(arguments, self._wrt)
        values = leaves_of(arguments, types_)
        given = outputs(out, types_, values, self._wrt, self._single)
        asked = (given.asked, in_workspace) if given.asked or in_workspace else ()
        call = Call(arguments, types_, given, *self._table.get(types_, values, asked, readable=readable))
        if given.leaves:
            given.check_apart([*call.read, *call.outside])
        return call

    def _lower(self, arguments: Described, values: Sequence[Any] | None, *, written_out: bool = False) -> Lowered:
        for name, tree, leaf_types in arguments:
            if name in self._wrt:
                check_differentiable(name, tree, leaf_types)
        return super()._lower(arguments, values, written_out=written_out)

    def _request(self, lowered: Lowered, arguments: Described, *asked: Any) -> transform.Request:
        # The arguments are the function's first parameters, perhaps under other names.
        own = {name: tree[0] for (name, _, _), tree in zip(arguments, lowered.function.param_trees, strict=False)}
        wrt = [own[name] for name in self._wrt]
        active = [
            name in wrt and differentiable(v.type) for name, _, values in parameters(lowered.function) for v in values
        ]
        options, (into, workspace) = self._options, asked or ((), False)
        return transform.Request(
            active, wrt, frozenset(capture.name for capture in lowered.captures), single=self._single, has_aux=self.has_aux,
            save_all=options.save_all, holomorphic=options.holomorphic, into=into, workspace=workspace,
        )  # fmt: skip

    def _of_call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Specialisation:
        out, kwargs = self._split(kwargs)
        return self._find(self._arguments(args, kwargs), out, readable=True).found

    def __autodiff_lower__(self, arguments: Described, values: Sequence[Any] | None = None) -> Lowered:
        """The derivative's IR as the primal of another derivative; see `driver.lower`."""
        return self.inside(arguments, values=values)[0]

    # -- being a function ------------------------------------------------------------------------------------------

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """As a method: the instance is the first argument, and `argnums` counts it."""
        return self if instance is None else types.MethodType(self, instance)

    def __repr__(self) -> str:
        verb, wrt = self._verb, ", ".join(self._wrt)
        return f"<{verb} of {self._signature.function} with respect to {wrt}, {self._options.backend} backend>"

    def __reduce__(self) -> Any:
        # A decorated function is pickled by its name, like any function; otherwise the derivative is made again.
        module = sys.modules.get(getattr(self, "__module__", None) or "")
        name = getattr(self, "__qualname__", "")
        if getattr(module, name, None) is self:
            return name
        return type(self), self._made_of


class Jacobian(Derivative):
    """`jacfwd(fun)`, `jacrev(fun)` or `hessian(fun)`; calls like `fun`."""

    def _along(
        self, first: first_check.FirstCall, result: Any, direction: Sequence[Any], seeds: Sequence[Any]
    ) -> float:
        tree = first.found.compiled.function.result_tree
        assert tree is not None
        return first.across(flatten(tree, result), self._wrt, direction, seeds)


def _hashable(argnums: Argnums) -> Hashable:
    return tuple(argnums) if isinstance(argnums, Sequence) and not isinstance(argnums, str) else argnums
