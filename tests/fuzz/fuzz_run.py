"""One program in one configuration, without hanging: what tests and long runs share."""

from __future__ import annotations

import ast
import importlib.util
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fuzz_check import Configuration, Mismatch, Outcome, check
from fuzz_programs import Program
from fuzz_shrink import shrink

REGRESSIONS = Path(__file__).parent / "regressions"
SECONDS = 20


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """A `TimeoutError` if the block takes more time of the processor (where the platform has alarms, in the main thread)."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def late(*_: object) -> None:
        raise TimeoutError(f"not done after {seconds} s")

    before = signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def run_one(program: Program, configuration: Configuration, seconds: float = SECONDS) -> Outcome:
    """`check`, or an outcome of kind "failed" with the message."""
    try:
        with within(seconds):
            return check(program, configuration)
    except Mismatch as error:
        return Outcome("failed", str(error))
    except TimeoutError as error:
        return Outcome("failed", str(error))


def smallest(program: Program, configuration: Configuration, attempts: int = 800) -> Program:
    """A smaller program that fails in the same way."""
    wanted = signature(run_one(program, configuration).detail)

    def fails(candidate: Program) -> bool:
        try:
            outcome = run_one(candidate, configuration, seconds=5)
        except Exception:  # a candidate that is no program any more
            return False
        return outcome.kind == "failed" and signature(outcome.detail) == wanted

    return shrink(program, fails, attempts)


def signature(message: str) -> str:
    """A message without its numbers, names and places: two failures with the same one are taken for the same bug."""
    head = message.split("\n", 1)[0]
    words = [word for word in head.split() if not any(c.isdigit() for c in word.replace("[AD", "")) or "[AD" in word]
    words = [word for word in words if word[0] not in "'<%[" or "[AD" in word]
    return " ".join(word.split(":")[-1] for word in words)[:60]


def regression(path: Path) -> Program:
    """The program of a module written by `write_module`: its functions, and `ARGS`."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    functions = [node for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)]
    source = "\n\n".join(ast.unparse(node) for node in functions) + "\n"
    single = any("float32" in str(getattr(leaf, "dtype", "")) for leaf in module.ARGS)
    return Program(source, tuple(module.ARGS), single or "float32" in source)
