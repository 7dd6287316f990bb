"""A seed of the fuzzer of wrong programs from program to verdict, and a failure made small: what tests and long runs share."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from fuzz_shrink import shrink
from language_check import Outcome
from language_programs import LanguageProgram
from language_run import SHRINK_SECONDS, kind_of, write_module
from wrong_check import Verdict, check_wrong
from wrong_programs import error_of, wrong_program

# What no wrong program may end in; "other class" is an error, too, but of another class than CPython's.
BAD = ("number", "failed", "other class")
# The longest that one program may take under Numba, compilations included.
PATIENCE = 300.0


@dataclass(frozen=True)
class WrongRun:
    seed: int
    what: str
    """What was made wrong."""
    expected: str
    """The class that CPython raises."""
    verdict: Verdict
    program: LanguageProgram


def run_wrong(seed: int, backend: str = "python") -> WrongRun | None:
    """None where nothing that was tried made a wrong program."""
    found = wrong_program(seed)
    if found is None:
        return None
    made, error = found
    verdict = judged(made.program, error, backend)
    return WrongRun(seed, made.what, type(error).__name__, verdict, made.program)


def judged(program: LanguageProgram, error: Exception, backend: str) -> Verdict:
    """The verdict.  Under Numba in a process of its own, which an access outside of an array may end."""
    if backend != "numba":
        return check_wrong(program, error, backend)
    return isolated(lambda: check_wrong(program, error, backend), lambda why: Verdict("failed", why))


def isolated(work: Callable[[], Any], lost: Callable[[str], Any]) -> Any:
    """What `work` gives in a forked process, or `lost(reason)` if that ends without an answer."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=lambda: sender.send(work()))
    child.start()
    sender.close()
    try:
        if receiver.poll(PATIENCE):
            return receiver.recv()
        return lost(f"no answer in {PATIENCE:.0f} s")
    except EOFError:
        child.join()
        return lost(f"the process ended with {child.exitcode}")
    finally:
        child.kill()
        child.join()
        receiver.close()


def smallest_wrong(found: WrongRun, backend: str, attempts: int = 400) -> LanguageProgram:
    """A smaller program that CPython refuses by the same class, and with which we are wrong in the same way."""
    began = time.monotonic()

    def fails(candidate: LanguageProgram) -> bool:
        if time.monotonic() - began > SHRINK_SECONDS:
            return False
        try:
            error = error_of(candidate)
            if error is None or type(error).__name__ != found.expected:
                return False
            verdict = judged(candidate, error, backend)
        except Exception:  # a candidate that is no program any more
            return False
        return (verdict.kind, kind_of(verdict.detail)) == (found.verdict.kind, kind_of(found.verdict.detail))

    return shrink(replace(found.program, origins=()), fails, attempts)


def write_wrong(found: WrongRun, program: LanguageProgram) -> str:
    return write_module(program, Outcome(found.verdict.kind, f"{found.verdict.kind}: {found.verdict.detail}"))
