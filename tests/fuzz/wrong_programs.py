"""Where wrong programs come from: the numerical generator, that of the language, and the corpus, with one thing made wrong."""

from __future__ import annotations

import ast
import functools
import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from fuzz_draw import SeededDraw
from fuzz_programs import seeded, shown
from fuzz_run import within
from language_check import Loaded
from language_programs import LanguageProgram, language_program
from wrong_mutations import Mutated, mutated

TRIES = 12
SECONDS = 2.0
# What a machine cannot do is no answer of the program's.
NO_ANSWER = (MemoryError, RecursionError, TimeoutError)
HEAD = "import math\n\nimport numpy as np\n\n"
SUM = "sum([np.sum(p) for p in r])"


def base_program(seed: int) -> LanguageProgram:
    """A program that runs, of one of the three sources."""
    source = seed % 4
    if source == 0:
        corpus = _corpus()
        return corpus[seed // 4 % len(corpus)]
    if source == 1:
        return language_program(seed)
    given = seeded(seed)
    return LanguageProgram(HEAD + given.source, tuple(shown(arg) for arg in given.args), _loss(given.source))


def _loss(source: str) -> str:
    last = source.rstrip().rsplit("\n", 1)[-1].strip()
    return SUM if last.startswith("return (") and last.endswith(")") else "np.sum(r)"


def wrong_program(seed: int) -> tuple[Mutated, Exception] | None:
    """A program that CPython refuses, and how; None if none of the changes that were tried did harm."""
    draw = SeededDraw(seed)
    program = base_program(seed)
    for _ in range(TRIES):
        made = mutated(program, draw)
        if made is None:
            continue
        error = error_of(made.program)
        if error is not None:
            return made, error
    return None


def error_of(program: LanguageProgram) -> Exception | None:
    """What CPython raises."""
    try:
        loaded = Loaded(program)
        args = loaded.args()
    except Exception:  # the change concerns the module or the arguments themselves
        return None
    try:
        with within(SECONDS), np.errstate(all="ignore"):
            loaded.function(*args)
    except NO_ANSWER:
        return None
    except Exception as error:
        return error
    return None


# -- the corpus --------------------------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=1)
def _corpus() -> list[LanguageProgram]:
    """Programs of `tests/programs` whose arguments can be written down."""
    folder = str(Path(__file__).resolve().parents[1] / "programs")
    if folder not in sys.path:
        sys.path.append(folder)
    from prog_corpus import all_programs

    found = []
    for program in all_programs():
        if not inspect.isfunction(program.fun) or program.fun.__name__ == "<lambda>":
            continue
        source = _module_of(program.fun)
        args = [shown(arg) for arg in program.samples[0]]
        for loss in ("np.sum(r)", SUM):
            made = LanguageProgram(source, tuple(args), loss)
            if _runs(made):
                found.append(made)
                break
    return found


def _runs(program: LanguageProgram) -> bool:
    try:
        loaded = Loaded(program)
        r = loaded.function(*loaded.args())
        return isinstance(r, tuple | list) == (program.loss == SUM) and np.isfinite(float(eval(program.loss, {"np": np, "r": r})))
    except Exception:
        return False


def _module_of(fun: Callable[..., Any]) -> str:
    """The function as `f`, behind what it needs of its module: imports, constants, other functions and classes."""
    tree = ast.parse(inspect.getsource(sys.modules[fun.__module__]))
    kept = [node for node in tree.body if not _of_the_corpus(node)]
    needed = _needed(fun.__name__, kept)
    body = [node for node in kept if isinstance(node, ast.Import | ast.ImportFrom) or _defined(node) & needed]
    return ast.unparse(ast.Module([*body, ast.parse(f"f = {fun.__name__}").body[0]], [])) + "\n"


def _of_the_corpus(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module in ("prog_corpus", "__future__")


def _defined(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _needed(name: str, statements: list[ast.stmt]) -> set[str]:
    """The names that a function's definition uses, and theirs."""
    needed, before = {name}, set()
    while needed != before:
        before = set(needed)
        for node in statements:
            if _defined(node) & needed:
                needed |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    return needed
