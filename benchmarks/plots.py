"""A PNG for each benchmark that has a picture to show."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from autodiff_compiler import lazy
from benchmarks.report import Report

COLOURS = {
    "the function": "0.5",
    "ours, python": "tab:blue",
    "ours, numba": "tab:cyan",
    "forward differences": "tab:red",
    "central differences": "tab:orange",
    "complex step": "tab:green",
}


def draw(report: Report, folder: Path) -> list[Path]:
    """The files written; none where there is nothing to draw."""
    picture = PICTURES.get(report.name)
    if picture is None:
        return []
    lazy.load("matplotlib", "bench").use("Agg")
    plt = lazy.load("matplotlib.pyplot", "bench")
    figure = picture(plt, report.data["rows"])
    path = folder / f"{report.name}{'_quick' if report.quick else ''}.png"
    figure.savefig(path, dpi=130)
    plt.close(figure)
    return [path]


def _derivative(plt: Any, rows: list[dict[str, Any]]) -> Any:
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.5), layout="constrained")
    for method in dict.fromkeys(row["method"] for row in rows):
        own = [row for row in rows if row["method"] == method]
        style = {"color": COLOURS[method], "label": method, "marker": "o", "markersize": 3.5}
        left.plot([r["n"] for r in own], [r["seconds"] for r in own], **style)
        seen = [r for r in own if r["error"]]
        if seen:
            right.plot([r["n"] for r in seen], [r["error"] for r in seen], **style)
    for axes, title, unit in ((left, "time per gradient", "seconds"), (right, "largest error, relative", "error")):
        axes.set(xscale="log", yscale="log", xlabel="parameters n", ylabel=unit, title=title)
        axes.grid(True, which="major", alpha=0.3)
    left.legend(frameon=False, fontsize=8)
    return figure


def _ratio(plt: Any, rows: list[dict[str, Any]]) -> Any:
    backends = list(dict.fromkeys(row["backend"] for row in rows))
    figure, panels = plt.subplots(
        1, len(backends), figsize=(6 * len(backends), 8.5), layout="constrained", squeeze=False
    )
    for axes, backend in zip(panels[0], backends):
        own = sorted(
            (r for r in rows if r["backend"] == backend), key=lambda r: (r["group"], r["program"]), reverse=True
        )
        colours = [f"C{r['group'] - 2}" for r in own]
        axes.barh([r["program"] for r in own], [r["ratio"] for r in own], color=colours)
        axes.axvline(4.0, color="0.3", linewidth=1, linestyle="--")
        axes.set(xscale="log", xlabel="gradient / primal", title=f"{backend} backend (dashed: 4)")
        axes.tick_params(axis="y", labelsize=8)
    return figure


def _symbolic(plt: Any, rows: list[dict[str, Any]]) -> Any:
    figure, axes = plt.subplots(figsize=(6.5, 4.2), layout="constrained")
    names = {"sympy": "SymPy diff", "sympy_cse": "SymPy diff + cse", "ours": "ours"}
    for offset, (key, label) in enumerate(names.items()):
        known = [(i, row[key]) for i, row in enumerate(rows) if row[key] is not None]
        bars = axes.bar(
            [i + 0.27 * (offset - 1) for i, _ in known], [value for _, value in known], width=0.25, label=label
        )
        axes.bar_label(bars, fontsize=7)
    axes.set(yscale="log", ylabel="operations", title="operations in the derivative")
    axes.set_xticks(range(len(rows)), [f"{row['function']}\n({row['counted']})" for row in rows], fontsize=8)
    axes.legend(frameon=False, fontsize=8)
    return figure


def _peers(plt: Any, rows: list[dict[str, Any]]) -> Any:
    programs = list(dict.fromkeys(row["program"] for row in rows))
    figure, panels = plt.subplots(
        1, len(programs), figsize=(4 * len(programs), 3.8), layout="constrained", squeeze=False
    )
    for axes, program in zip(panels[0], programs):
        own = [row for row in rows if row["program"] == program][::-1]
        axes.barh([r["tool"] for r in own], [1e3 * r["seconds"] for r in own])
        axes.set(xscale="log", xlabel="ms per gradient", title=program)
    return figure


def _gradbench(plt: Any, rows: list[dict[str, Any]]) -> Any:
    labels = [" ".join(filter(None, (r["eval"], r["workload"], r["function"]))) for r in rows]
    places = {label: at for at, label in enumerate(reversed(dict.fromkeys(labels)))}
    figure, axes = plt.subplots(figsize=(8, 0.22 * len(places) + 1.2), layout="constrained")
    for style in dict.fromkeys(row["style"] for row in rows):
        own = [(places[label], row["over_by_hand"]) for label, row in zip(labels, rows) if row["style"] == style]
        axes.plot([ratio for _, ratio in own], [at for at, _ in own], "o", label=style)
    axes.axvline(1.0, color="0.3", linewidth=1, linestyle="--")
    axes.set_yticks(list(places.values()), list(places), fontsize=7)
    axes.set(xscale="log", xlabel="generated / by hand", title="GradBench, Numba backend")
    axes.grid(True, axis="x", alpha=0.3)
    axes.legend(frameon=False, fontsize=8)
    return figure


PICTURES: dict[str, Callable[[Any, list[dict[str, Any]]], Any]] = {
    "derivative": _derivative,
    "ratio": _ratio,
    "symbolic": _symbolic,
    "peers": _peers,
    "gradbench": _gradbench,
}
