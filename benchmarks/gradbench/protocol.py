"""A session with the suite: one JSON object on each line, each answered by one line."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TextIO

from benchmarks.gradbench.evals import Call, Eval

Message = dict[str, Any]
TOOL = "autodiff_compiler"


class Session:
    """What was defined so far; `answer` is a message's reply."""

    def __init__(self, evals: Mapping[str, Eval], backend: str, style: str = "") -> None:
        self._evals, self._backend, self._style = evals, backend, style
        self._ready: dict[tuple[str, str], Call] = {}
        self._kinds: dict[str, Callable[[Message], Message]] = {
            "start": lambda message: {"tool": TOOL},
            "define": self._define,
            "evaluate": self._evaluate,
            "analysis": lambda message: {},
        }

    def run(self, lines: Iterable[str], out: TextIO) -> None:
        for line in lines:
            if line.strip():
                out.write(json.dumps(self.answer(line)) + "\n")
                out.flush()

    def answer(self, line: str) -> Message:
        """A failure is an answer, too: the suite goes on with the next input."""
        number = None
        try:
            message = json.loads(line)
            number = message.get("id")
            return {"id": number, **self._kinds[message["kind"]](message)}
        except Exception as error:
            return {"id": number, "success": False, "error": f"{type(error).__name__}: {error}"}

    def _define(self, message: Message) -> Message:
        eval_ = self._eval(message["module"])
        began = time.perf_counter_ns()
        for name in eval_.functions:
            self._function(eval_, name)
        return {"success": True, "timings": [_timing("define", time.perf_counter_ns() - began)]}

    def _evaluate(self, message: Message) -> Message:
        eval_, name, given = self._eval(message["module"]), message["function"], message["input"]
        call = self._function(eval_, name)
        asked = given if isinstance(given, dict) else {}
        result, taken = repeated(
            call, eval_.arguments(given), int(asked.get("min_runs", 1)), float(asked.get("min_seconds", 0.0))
        )
        timings = [_timing("evaluate", nanoseconds) for nanoseconds in taken]
        return {"success": True, "output": eval_.functions[name].output(result), "timings": timings}

    def _eval(self, module: str) -> Eval:
        if module not in self._evals:
            raise LookupError(f"there is no module {module!r}")
        return self._evals[module]

    def _function(self, eval_: Eval, name: str) -> Call:
        if name not in eval_.functions:
            raise LookupError(f"the module {eval_.name!r} has no function {name!r}")
        key = eval_.name, name
        if key not in self._ready:
            self._ready[key] = eval_.ready(name, eval_.style(self._backend, self._style), self._backend)
        return self._ready[key]


def repeated(call: Call, args: tuple[Any, ...], min_runs: int, min_seconds: float) -> tuple[Any, list[int]]:
    """The result, and the nanoseconds of each run: as many as asked for at least, and for as long."""
    taken: list[int] = []
    while True:
        began = time.perf_counter_ns()
        result = call(*args)
        taken.append(time.perf_counter_ns() - began)
        if len(taken) >= min_runs and sum(taken) >= 1e9 * min_seconds:
            return result, taken


def _timing(name: str, nanoseconds: int) -> Message:
    return {"name": name, "nanoseconds": nanoseconds}
