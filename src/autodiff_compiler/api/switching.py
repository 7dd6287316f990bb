"""`backend="auto"`: calls run as Python until Numba's code for arguments like theirs, compiled in the background, is ready."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Any

from autodiff_compiler import log
from autodiff_compiler.api.binding import described, key_of, leaves_of
from autodiff_compiler.api.boundary import boundary
from autodiff_compiler.api.compiler import driver
from autodiff_compiler.api.derivative import Derivative, Jacobian
from autodiff_compiler.api.dispatch import MISSED
from autodiff_compiler.api.outputs import outputs
from autodiff_compiler.api.specialise import Specialisation
from autodiff_compiler.api.tracebacks import trimmed
from autodiff_compiler.api.workspace import Workspace
from autodiff_compiler.options import AUTO, Argnums, Options


def derivative_of(fun: Callable[..., Any], verb: str, argnums: Argnums, has_aux: bool, options: Options) -> Derivative:
    """What `grad`, `value_and_grad` and the Jacobians return."""
    if options.backend != AUTO:
        return _made(Derivative, Jacobian, fun, verb, argnums, has_aux, options)
    python, numba = (replace(options, backend=backend) for backend in ("python", "numba"))
    compiled = derivative_of(fun, verb, argnums, has_aux, numba)
    return _made(Switching, SwitchingJacobian, fun, verb, argnums, has_aux, python, compiled)


def _made(
    of_number: type[Derivative], of_any: type[Jacobian], fun: Callable[..., Any], verb: str, *rest: Any
) -> Derivative:
    if verb in ("grad", "value_and_grad"):
        return of_number(fun, verb, *rest)
    return of_any(Jacobian(fun, "jacrev", *rest[:3]) if verb == "hessian" else fun, verb, *rest)


class Switching(Derivative):
    """A derivative in Python, and the same one under Numba, to which calls go as soon as it is compiled for their types.

    `source`, `ir` and `save` show the first.  What Numba cannot compile stays Python, which the log says.
    """

    def __init__(
        self,
        fun: Callable[..., Any],
        verb: str,
        argnums: Argnums,
        has_aux: bool,
        options: Options,
        compiled: Derivative,
    ) -> None:
        super().__init__(fun, verb, argnums, has_aux, options)
        self._made_of_both = fun, verb, argnums, has_aux, options, compiled
        self._compiled = compiled
        self._begun: list[Specialisation] = []
        """Those that were called, for whose types the compiled one has been requested."""
        self._ready: set[tuple[Hashable, ...]] = set()
        """The types that it is ready for."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        try:
            if self._ready and not kwargs:
                for enter, _ in self._compiled._entries.known:
                    result = enter(args)
                    if result is not MISSED:
                        return result
            if self._ready and self._key(*self._given(args, kwargs)) in self._ready:
                return self._compiled(*args, **kwargs)
            result = super().__call__(*args, **kwargs)
            if not any(self._last is one for one in self._begun):
                self._ask(args, kwargs)
            return result
        except BaseException as error:
            __tracebackhide__ = True
            raise trimmed(error)

    def _ask(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        assert self._last is not None
        self._begun.append(self._last)
        given = self._given(args, kwargs)
        WORKER.ask(lambda: self._compile_for(*given))

    def _given(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[dict[str, Any], Any]:
        out, kwargs = self._split(kwargs)
        return self._arguments(args, kwargs), out

    def _compile_for(self, arguments: dict[str, Any], out: Any) -> None:
        try:
            call = self._compiled._find(arguments, out)
            driver.compile_ahead(call.found.compiled, call.passed())
            self._ready.add(self._key(arguments, out))
        except Exception as error:
            reason = str(error)
            log.say(lambda: f"{repr(self)[1:-1]} stays Python: {reason}")

    def _key(self, arguments: dict[str, Any], out: Any = None) -> tuple[Hashable, ...]:
        types_ = described(arguments, self._wrt)
        return (*key_of(types_), *outputs(out, types_, leaves_of(arguments, types_), self._wrt, self._single).asked)

    @boundary
    def compile(self, *types_: Any) -> Switching:
        """Compile with Numba for arguments of these types, now; see `Compiled.compile`."""
        self._compiled.compile(*types_)
        self._ready.add(key_of(self._typed(types_)))
        return self

    def workspace(self, *args: Any, **kwargs: Any) -> Workspace:
        """A workspace of the one that Numba compiles, now."""
        return self._compiled.workspace(*args, **kwargs)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait, for so many seconds at most, until all that was asked for is compiled; whether it is."""
        return WORKER.wait(timeout)

    def __repr__(self) -> str:
        return super().__repr__().replace(f"{self._options.backend} backend", f"{AUTO} backend")

    def __reduce__(self) -> Any:
        by_name = super().__reduce__()
        return by_name if isinstance(by_name, str) else (type(self), self._made_of_both)


class SwitchingJacobian(Switching, Jacobian):
    """The same for `jacfwd`, `jacrev` and `hessian`."""


class _Worker:
    """One thread that does one thing after the other.  It ends with the process, whatever it is doing."""

    def __init__(self) -> None:
        self._start()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._start)

    def _start(self) -> None:
        self._work: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def ask(self, work: Callable[[], None]) -> None:
        with self._lock:
            self._work.put(work)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="autodiff compiler", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            self._work.get()()

    def wait(self, timeout: float | None) -> bool:
        done = threading.Event()
        self.ask(done.set)
        return done.wait(timeout)


WORKER = _Worker()
