"""A seed of the language fuzzer from program to outcome, and a failure made small: what tests and long runs share."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace

from fuzz_shrink import shrink
from language_check import Loaded, Outcome, Way, check
from language_derivatives import check_derivative
from language_programs import LanguageProgram, language_program

PLAIN, WITHOUT_PASSES, INTERPRETED = Way(), Way(disable=("all",)), Way(interpreter=True)
NUMBA = Way(backend="numba")
DERIVATIVE = "derivative"
# One in so many programs is also compiled by Numba, which takes a second or more.
NUMBA_EVERY = 1000
SHRINK_SECONDS = 60.0


@dataclass(frozen=True)
class Run:
    seed: int
    way: str
    outcome: Outcome
    program: LanguageProgram

    @property
    def construct(self) -> str:
        """The production that wrote the line that an error points at."""
        line = self.outcome.line
        return self.program.origins[line - 1] if 0 < line <= len(self.program.origins) else "?"


def ways(seed: int, numba: bool = True) -> list[Way | str]:
    """How the program of a seed is run: always in one way for its value, one in fifty for its derivative as well."""
    chosen: list[Way | str] = [{3: WITHOUT_PASSES, 7: INTERPRETED}.get(seed % 10, PLAIN)]
    if seed % 50 == 11:
        chosen.append(DERIVATIVE)
    if numba and seed % NUMBA_EVERY == 500:
        chosen.append(NUMBA)
    return chosen


def run_seed(seed: int, numba: bool = True) -> list[Run]:
    program = language_program(seed)
    return [Run(seed, str(way), run_way(program, way), program) for way in ways(seed, numba)]


def run_way(program: LanguageProgram, way: Way | str) -> Outcome:
    try:
        compile(program.source, "<fuzzed>", "exec")
    except SyntaxError as error:  # such as a walrus that binds the variable of a comprehension around it
        return Outcome("rejected", f"not Python: {error.msg}")
    return check_derivative(program) if isinstance(way, str) else check(program, way)


def kind_of(detail: str) -> str:
    """A failure's message without numbers and names: two with the same one are taken for the same bug."""
    head = detail.split("\n", 1)[0]
    head = re.sub(r"[\[(].*", "", head.split(", expected")[0])
    return re.sub(r"'[^']*'|`[^`]*`|<[^>]*>|-?\d[\w.+-]*", "·", head).strip()[:90]


def smallest(program: LanguageProgram, way: Way | str, attempts: int = 500) -> LanguageProgram:
    """A smaller program that fails in the same way."""
    wanted = kind_of(run_way(program, way).detail)
    began = time.process_time()

    def fails(candidate: LanguageProgram) -> bool:
        if time.process_time() - began > SHRINK_SECONDS:
            return False
        try:
            outcome = run_way(candidate, way)
        except Exception:  # a candidate that is no program any more
            return False
        return outcome.kind in ("failed", "late") and kind_of(outcome.detail) == wanted

    return shrink(replace(program, origins=()), fails, attempts)


def write_module(program: LanguageProgram, outcome: Outcome) -> str:
    """The program as a script that can be run by hand, with what CPython says and what we do."""
    loaded = Loaded(program)
    try:
        right = repr(loaded.function(*loaded.args()))
    except Exception as error:
        right = f"raises {type(error).__name__}: {error}"
    args = "".join(f"    {text},\n" for text in program.args)
    detail = outcome.detail.replace("\n", "\n#   ")
    return f"{program.source}\n\nARGS = (\n{args})\n# CPython: {right}\n# ours: {detail}\n"
