"""What all derivatives of a function have in common: compiled for each new tuple of argument types, looked up after that."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from autodiff_compiler.api.binding import Described, Signature
from autodiff_compiler.api.boundary import boundary
from autodiff_compiler.api.compiler import driver, standalone, table, transform
from autodiff_compiler.api.dispatch import Entries
from autodiff_compiler.api.kept import Record, shelf
from autodiff_compiler.api.program import Made, Program
from autodiff_compiler.api.specialise import CallVersions, Remembered, Specialisation, Table, memo
from autodiff_compiler.diagnostics import Stretched, UserError, did_you_mean
from autodiff_compiler.frontend.lowered import Lowered
from autodiff_compiler.ir.core import Function
from autodiff_compiler.ir.text import format_function
from autodiff_compiler.ir.types import differentiable
from autodiff_compiler.lazy import LOCK, collector_paused
from autodiff_compiler.options import Options

if TYPE_CHECKING:
    from autodiff_compiler.passes.stretching import Singles

T = TypeVar("T")
C = TypeVar("C", bound="Compiled")


class Shared:
    """What derivatives that were made alike from one function share: `grad(f)(x)` in a loop compiles once."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.entries = Entries()
        self.filling = Entries()
        """Those for calls with `out`."""
        self.memory = Remembered()
        """What `memo` remembers with the derivative."""


@dataclass(frozen=True)
class Plan:
    """A derivative that is to be compiled: of which function, and what is asked."""

    row: transform.Transform
    lowered: Lowered
    request: transform.Request
    options: Options
    signature: inspect.Signature

    def made(self, usual: Singles | None) -> Made:
        """Compile it, for calls that stretch nothing but these axes, or for all."""
        first, *rest = driver.derivative(self.row, self.lowered, self.request, self.options, usual)
        return Made(self.lowered, first, rest[0] if rest else None, self.signature, tuple(self.request.active))


class Compiled:
    """A derivative of one function: a row of the table of transforms, with the options it is compiled with.

    A subclass says how it is called, and what of the function a call asks to be differentiated (`_request`).
    `asked` is what, besides the verb and the options, was asked for when the derivative was made.
    """

    def __init__(self, fun: Callable[..., Any], verb: str, options: Options, *asked: Hashable) -> None:
        self._fun = fun
        self._verb, self._made_as = verb, (type(self).__name__, verb, *asked)
        self._options = _checked(options)
        self._known_signature = Signature.of(fun)
        shared: Shared = memo(
            fun,
            (*self._made_as, options),
            lambda: Shared(Table(self._build, lambda: repr(self)[1:-1])),
        )
        self._table, self._entries, self._filling = shared.table, shared.entries, shared.filling
        self.__autodiff__ = (self, shared.memory)  # where `memo` looks
        self._last: Specialisation | None = None

    # What it was made from can be read but not set: what is already compiled would no longer match it.
    primal = property(lambda self: self._fun)
    options = property(lambda self: self._options)

    @property
    def _transform(self) -> transform.Transform:
        return table.TABLE[self._verb]

    @property
    def _signature(self) -> Signature:
        """The primal's parameters as they are today."""
        self._known_signature = self._known_signature.renewed(self._fun)
        return self._known_signature

    def __autodiff_signature__(self) -> inspect.Signature:
        return self._signature.signature

    # -- compiling -------------------------------------------------------------------------------------------------

    def _request(self, lowered: Lowered, arguments: Described, *asked: Any) -> transform.Request:
        """What is to be differentiated; `asked` is what a call says about that, besides the argument types."""
        raise NotImplementedError

    def _lower(self, arguments: Described, values: Sequence[Any] | None, *, written_out: bool = False) -> Lowered:
        return driver.lower(self._fun, arguments, self._options, values, written_out=written_out)

    def _build(
        self, arguments: Described, values: Sequence[Any] | None, *asked: Any, written_out: bool = False
    ) -> CallVersions:
        place = None if written_out else shelf(self._fun, self._options, arguments, (*self._made_as, *asked))
        known = None if place is None else place.find()
        if known is not None:
            return self._found(*known, arguments, *asked)
        plan = self._plan(arguments, values, *asked, written_out=written_out)
        singles = driver.usual_singles(plan.lowered, self._options, values)
        # What these arguments say of the version for usual calls, or that there is none, need not hold for those of another process.
        is_kept = place is not None and singles == driver.usual_singles(plan.lowered, self._options, None)

        def version(usual: bool) -> Specialisation:
            made = plan.made(singles if usual else None)
            specialisation = Specialisation.of(made)
            if place is not None and is_kept and usual == (singles is not None):
                place.keep(made, specialisation.program, has_usual=usual)
            return specialisation

        return CallVersions(version, singles is not None, lambda: self._table.subject(arguments))

    def _found(self, record: Record, program: Program, arguments: Described, *asked: Any) -> CallVersions:
        """What an earlier process compiled; what else it may be asked for is compiled then."""

        def version(usual: bool) -> Specialisation:
            @functools.cache
            def made() -> Made:
                with LOCK, collector_paused():
                    return self._plan(arguments, None, *asked).made(
                        frozenset() if usual else None
                    )  # it depends on no values

            return Specialisation(program, made) if usual == record.has_usual else Specialisation.of(made())

        return CallVersions(version, record.has_usual, lambda: self._table.subject(arguments))

    def _plan(self, arguments: Described, values: Sequence[Any] | None, *asked: Any, written_out: bool = False) -> Plan:
        signature = self._signature.signature  # read first: `_lower` and `_request` need what it renews
        lowered = self._lower(arguments, values, written_out=written_out)
        return Plan(self._transform, lowered, self._request(lowered, arguments, *asked), self._options, signature)

    @boundary
    def compile(self: C, *types_: Any) -> C:
        """Compile for arguments of these types, before the first call; gives the derivative back.

        `types_` are types of the parameters in order, as annotations give them: `float`, `int`, `np.float32`, a text such as "f64[:, :]";
        annotations and defaults give the rest.  Of a `jvp` every argument with floats varies.  Under Numba this is where the time goes: the code is
        made for contiguous arrays in C order, and the first call with others compiles again.  Raises what a first call raises
        that cannot be compiled, and `UserError` (AD404, AD406) for a type that is not known.

        >>> from autodiff_compiler import grad
        >>> grad("def f(x, n): return x ** n").compile(float, int)(3.0, 2)
        6.0
        """
        arguments = self._typed(types_)
        varying = [name for name, _, leaf_types in arguments if any(map(differentiable, leaf_types))]
        found, _ = self._table.get(arguments, None, self._asked(arguments, varying))
        for done in (found.compiled, found.second):
            if done is not None:
                driver.compile_ahead(done)
        return self

    def _typed(self, types_: Sequence[Any]) -> Described:
        """The arguments of which these are the types, as far as they go."""
        names = self._signature.names
        if len(types_) > len(names):
            wanted = f"{self._signature.function} has the parameters {', '.join(names) or '(none)'}"
            raise UserError("AD411", f"compile was given {len(types_)} types, but {wanted}", help="give one for each")
        return self._signature.annotated(self._fun, dict(zip(names, types_)))

    def inside(
        self, arguments: Described, *asked: Any, values: Sequence[Any] | None = None
    ) -> tuple[Lowered, tuple[Function, ...]]:
        """The derivative's IR for a call inside a differentiated function, where it is a primal: all its functions."""
        lowered = self._lower(arguments, values)
        done = driver.derived(self._transform, lowered, self._request(lowered, arguments, *asked), self._options)
        made = tuple(one.stages["derivative"] for one in done)
        return replace(lowered, function=made[0]), made

    def _run(self, found: Specialisation, call: Callable[[Specialisation], T]) -> T:
        """`call(found)`; or, if that is the version for usual calls, and this is none, the same with the general one."""
        try:
            return call(found)
        except Stretched as refusal:
            if refusal.is_wrong or found.versions is None:
                raise ValueError(*refusal.args).with_traceback(refusal.__traceback__) from None
            general = found.versions.for_stretching(refusal)
        self._last = general
        return call(general)

    # -- looking ---------------------------------------------------------------------------------------------------

    def _of_call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Specialisation:
        """The specialisation for a call with these arguments, readable."""
        raise NotImplementedError

    def _asked(self, arguments: Described, wrt: Sequence[str]) -> tuple[Hashable, ...]:
        """What a call with arguments of these types asks for besides them, where the parameters named in `wrt` vary."""
        return ()

    @boundary
    def for_types(self, types_: dict[str, str] | None = None, wrt: Sequence[str] = ()) -> Specialisation:
        """The specialisation for types given as text, such as {"x": "f64[:]"}; annotations give the rest."""
        arguments = self._signature.annotated(self._fun, types_)
        return self._table.get(arguments, None, self._asked(arguments, wrt), readable=True)[0]

    def specialised(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Specialisation:
        """The specialisation for the arguments of a call; without any, that of the last call, or for the annotated types."""
        if args or kwargs:
            self._last = self._of_call(args, kwargs)
        return self._last.readable if self._last is not None else self.for_types()

    @boundary
    def source(self, *args: Any, **kwargs: Any) -> str:
        """The generated text for these argument types."""
        return self.specialised(args, kwargs).compiled.text

    @boundary
    def ir(self, *args: Any, stage: str = "derivative", **kwargs: Any) -> str:
        """The IR after a stage: primal, optimized, forward or reverse, derivative or buffers."""
        stages = self.stages(*args, **kwargs)
        if stage not in stages:
            way_out = did_you_mean(stage, stages, f"the stages are {', '.join(stages)}")
            raise UserError("AD416", f"there is no stage {stage!r}", help=way_out)
        return format_function(stages[stage])

    @boundary
    def stages(self, *args: Any, **kwargs: Any) -> dict[str, Function]:
        """The IR after every stage, by the stage's name."""
        return self.specialised(args, kwargs).compiled.stages

    @boundary
    def save(self, path: str | Path, *args: Any, **kwargs: Any) -> Path:
        """Write the derivative as a module that imports nothing of ours; what it captured become keyword
        parameters, numbers with their present value as default."""
        target = Path(path)
        target.write_text(standalone.standalone(self.specialised(args, kwargs)), encoding="utf-8")
        return target

    def __repr__(self) -> str:
        return f"<{self._verb} of {self._known_signature.function}, {self._options.backend} backend>"


def _checked(options: Options) -> Options:
    """Refuse a backend, a check or a pass that does not exist."""
    options.check_names()
    if options.disable:
        driver.check_passes(options.disable)
    return options
