"""The figures that were asked for, each measured: what, asked, measured, ok?"""

from __future__ import annotations

import functools
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from autodiff_compiler import ad, grad
from autodiff_compiler.api.making import function_of
from autodiff_compiler.ir.core import Function, Op, Region
from benchmarks import ratio, symbolic
from benchmarks.counts import gradient_ir, multiplications, second_order_ops, static_ops
from benchmarks.programs import CASES, Case, heat_loss, numbers
from benchmarks.report import Report, Table, progress
from benchmarks.timing import seconds

NUMBA_MEAN, NUMBA_WORST, PYTHON_MEAN, SECOND, CALL, LINES_50, LINES_500, IMPORT = (
    4.0,
    10.0,
    4.0,
    5.0,
    1e-6,
    0.060,
    12.0,
    0.1,
)


def row(what: str, asked: str, measured: str, ok: bool | None, **details: Any) -> dict[str, Any]:
    return {"what": what, "asked": asked, "measured": measured, "ok": ok, **details}


# -- the rows ----------------------------------------------------------------------------------------------------------


def products(quick: bool) -> Iterator[dict[str, Any]]:
    for n in symbolic.FACTORS:
        ours = multiplications(symbolic.product_gradient(n))
        measured = f"{ours} (SymPy diff: {n * (n - 2)})"
        yield row(
            f"multiplications in the unrolled gradient of a product of {n}", f"<= {3 * n}", measured, ours <= 3 * n
        )


def code_size(quick: bool) -> Iterator[dict[str, Any]]:
    source = "def loop(x):\n    for i in range({}):\n        x = x * 1.01 + i\n    return x\n"
    lines = [len(grad(function_of(source.format(n))).source(1.0).splitlines()) for n in (10, 1_000, 1_000_000)]
    yield row("lines of the gradient of a loop of 10, 1000, 1000000 trips", "equal", str(lines), len(set(lines)) == 1)


def second_derivatives(quick: bool) -> Iterator[dict[str, Any]]:
    rows = []
    for case in CASES[:3] if quick else CASES:
        first = static_ops(gradient_ir(case, first_only=True))
        forward, reverse = second_order_ops(case)
        rows.append(
            {"program": case.name, "first": first, "jvp_of_grad": forward / first, "grad_of_grad": reverse / first}
        )
    for key, what in (("jvp_of_grad", "jvp of grad"), ("grad_of_grad", "grad of grad")):
        worst = max(rows, key=lambda r: r[key])
        mean = ratio.geometric_mean(r[key] for r in rows)
        measured = f"mean {mean:.2f}, largest {worst[key]:.2f} ({worst['program']})"
        yield row(f"static ops, {what} over grad", f"<= {SECOND:g}", measured, worst[key] <= SECOND, rows=rows)


def ratios(quick: bool) -> Iterator[dict[str, Any]]:
    data = ratio.run(quick, CASES[:2] if quick else CASES).data
    for backend, mean in (("numba", NUMBA_MEAN), ("python", PYTHON_MEAN)):
        own = data["summary"][backend]
        value = own["geometric_mean"]
        yield row(f"gradient / primal, {backend}, geometric mean", f"<= {mean:g}", f"{value:.2f}", value <= mean)
    own = data["summary"]["numba"]
    over = [
        f"{r['program']} {r['ratio']:.1f}" for r in data["rows"] if r["backend"] == "numba" and r["ratio"] > NUMBA_WORST
    ]
    measured = f"largest {own['largest']:.1f}" + (f"; above: {', '.join(over)}" if over else "")
    yield row("gradient / primal, numba, largest", f"<= {NUMBA_WORST:g}", measured, not over, rows=data["rows"])


def call_overhead(quick: bool) -> Iterator[dict[str, Any]]:
    derivative = grad(function_of("def square(x):\n    return x * x\n"), backend="numba")
    taken = seconds(functools.partial(derivative, 1.5), rounds=15, at_least=0.02)
    yield row("call of a Numba gradient of one float", "<= 1 µs", f"{1e6 * taken:.2f} µs", taken <= CALL)


def compile_times(quick: bool) -> Iterator[dict[str, Any]]:
    short = compile_seconds(50, 3 if quick else 20)
    yield row("50 lines to a callable gradient", "<= 60 ms", f"{1e3 * short:.0f} ms", short <= LINES_50)
    long = compile_seconds(500, 1 if quick else 5)
    yield row("500 lines over 50 lines", f"<= {LINES_500:g}", f"{long / short:.1f}", long / short <= LINES_500)


def import_time(quick: bool) -> Iterator[dict[str, Any]]:
    """Processor time, in turns; what both share, starting Python, is in both.  With compiled modules, as once installed."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    ours, numpy = "from autodiff_compiler import grad", "import numpy"
    taken: dict[str, list[float]] = {numpy: [], ours: []}
    for _ in range(3 if quick else 11):
        for statement, found in taken.items():
            start = _children()
            subprocess.run([sys.executable, "-c", statement], check=True, env=environment)
            found.append(_children() - start)
    more = statistics.median(a - b for a, b in zip(taken[ours], taken[numpy]))
    yield row("import, beyond NumPy's own", "<= 0.1 s", f"{more:.3f} s", more <= IMPORT)


def heat(quick: bool) -> Iterator[dict[str, Any]]:
    case = Case(4, heat_loss, lambda n: (numbers(n), 0.1, 3), 0, 0, 0)
    stages = grad(heat_loss).stages(*case.arguments("small"))
    plans = ad.residual_plans(stages["optimized"], [True, False, False])
    saved = sum(len(plan.saved) for plan in plans)
    copies = sum(op.kind == "copy" for op in in_loops(stages["buffers"].body))
    yield row("values saved by the linear in-place heat equation", "0", str(saved), saved == 0)
    yield row("array copies in its time loops", "0", str(copies), copies == 0)


def copies(quick: bool) -> Iterator[dict[str, Any]]:
    found = {}
    for case in CASES[:3] if quick else CASES:
        stages = grad(case.fun, case.wrt).stages(*case.arguments("small"))
        count = unplanned_copies(stages["derivative"], stages["buffers"])
        if count:
            found[case.name] = count
    measured = ", ".join(f"{k}: {v}" for k, v in found.items()) or "0"
    yield row("array copies in loops that no tape asked for", "0", measured, not found)


FIGURES: Sequence[Callable[[bool], Iterator[dict[str, Any]]]] = (
    products,
    code_size,
    second_derivatives,
    ratios,
    call_overhead,
    compile_times,
    import_time,
    heat,
    copies,
)


def run(quick: bool = False) -> Report:
    rows = [found for figure in progress(FIGURES, lambda f: f.__name__) for found in figure(quick)]
    table = Table("Figures", ["what", "asked", "measured", "ok"])
    for found in rows:
        table.add(found["what"], found["asked"], found["measured"], "yes" if found["ok"] else "NO")
    return Report("figures", quick, {"rows": rows}, [table])


# -- how they are measured ---------------------------------------------------------------------------------------------


def compile_seconds(lines: int, rounds: int) -> float:
    """The median processor time from a function to the first result of its gradient; every round has a function of its own, because
    derivatives of one function share what is compiled."""
    taken = []
    for number in range(rounds + 1):
        fun = function_of(long_program(lines, number))
        start = time.process_time()
        grad(fun)(0.3)
        taken.append(time.process_time() - start)
    return statistics.median(taken[1:])


def long_program(lines: int, number: int) -> str:
    """Scalar code of so many lines: arithmetic, branches and loops; no two numbers have the same."""
    block = [
        "    a = x * 1.1 + 0.2",
        "    b = sin(a) * x",
        "    if b > 0.1:",
        "        b = b * a",
        "    for i in range(3):",
        "        a = a * 0.5 + b * i",
        "    x = a - b * 0.3",
        "    y = y + x * x",
    ]
    body = [block[i % len(block)] for i in range(lines // len(block) * len(block))]
    return "\n".join(["from math import sin", "def program(x):", f"    y = {number}.0", *body, "    return y", ""])


def _children() -> float:
    """Processor time of the processes that were waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def in_loops(region: Region, inside: bool = False) -> Iterator[Op]:
    """The ops inside loops."""
    for op in region.ops:
        if inside:
            yield op
        for child in op.regions:
            yield from in_loops(child, inside or op.kind in ("for", "while"))


def unplanned_copies(before: Function, after: Function) -> int:
    """Copies in loops that the buffers stage added, but for those put into lists, which are tapes."""
    put = {v for op in in_loops(after.body) if op.kind in ("list_append", "list_set", "list_new") for v in op.operands}
    added = sum(op.kind == "copy" and op.result not in put for op in in_loops(after.body))
    return added - sum(op.kind == "copy" for op in in_loops(before.body))
