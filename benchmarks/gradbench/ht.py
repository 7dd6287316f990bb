"""ht: hand tracking, the Jacobian of the errors with respect to 26 parameters of a hand and the places of points on its skin."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autodiff_compiler import jacfwd, jvp
from benchmarks.gradbench import ht_loops, ht_numpy
from benchmarks.gradbench.evals import Eval, Function, Input, assert_close, floats, primal, slope

MODULES = {"loops": ht_loops, "numpy": ht_numpy}
FINGER_BONES = 4


def split(theta, us, correspondences, points, triangles, *model):
    """Without places there is a simpler function, of fewer arguments."""
    if len(us):
        return (theta, us, correspondences, points, triangles, *model)
    return (theta, correspondences, points, *model)


def objective(style: str, backend: str) -> Callable[..., np.ndarray]:
    simple, full = (primal(f, backend) for f in (MODULES[style].errors, MODULES[style].errors_on_triangles))

    def errors(*args: Any) -> np.ndarray:
        given = split(*args)
        return full(*given) if len(args[1]) else simple(*given)

    return errors


def jacobian(style: str, backend: str) -> Callable[..., np.ndarray]:
    module = MODULES[style]
    simple = jacfwd(module.errors, "theta", backend=backend)
    full = jacfwd(module.errors_on_triangles, "theta", backend=backend)

    def columns(*args: Any) -> np.ndarray:
        given, us = split(*args), args[1]
        if not len(us):
            return simple(*given).reshape(-1, 26)
        result = np.empty((len(us), 3, 28))
        result[:, :, 2:] = full(*given)
        # A place belongs to one point alone: one sweep serves all points.
        for c in (0, 1):
            seed = np.zeros_like(us)
            seed[:, c] = 1.0
            tangents = (None, seed, *[None] * (len(given) - 2))
            result[:, :, c] = jvp(module.errors_on_triangles, given, tangents, backend=backend)[1]
        return result.reshape(-1, 28)

    return columns


def arguments(given: Input) -> tuple[Any, ...]:
    data, model = given["data"], given["data"]["model"]
    whole = {name: np.array(model[name], dtype=np.int64) for name in ("parents", "triangles")}
    return (
        floats(given["theta"]),
        floats(given["us"]).reshape(-1, 2),
        np.array(data["correspondences"], dtype=np.int64),
        floats(data["points"]),
        whole["triangles"],
        whole["parents"],
        *(floats(model[name]) for name in ("base_relatives", "inverse_base_absolutes", "base_positions", "weights")),
        bool(model["is_mirrored"]),
    )


def inputs(quick: bool) -> Iterator[tuple[str, Input]]:
    """Hands of the suite's sizes; the numbers are drawn here."""
    if quick:
        yield "simple", hand(12, 5, simple=True, mirrored=True)
        yield "complicated", hand(12, 5, simple=False)
        return
    for name, vertices, points in (("hand1 small", 544, 100), ("hand5 small", 544, 800), ("hand1 big", 10_000, 100)):
        for simple in (True, False):
            yield f"{name} {'simple' if simple else 'complicated'}", hand(vertices, points, simple)


def hand(vertices: int, points: int, simple: bool, mirrored: bool = False) -> Input:
    """A forearm, a palm and five fingers of four bones; each vertex hangs on three bones."""
    rng = np.random.default_rng(vertices)
    parents = [-1, 0, *(1 if i % FINGER_BONES == 2 else i - 1 for i in range(2, 22))]
    bones = len(parents)
    relatives = np.tile(np.eye(4), (bones, 1, 1))
    relatives[:, :3, :3] = np.linalg.qr(rng.normal(size=(bones, 3, 3)))[0]
    relatives[:, :3, 3] = rng.normal(size=(bones, 3))
    absolute: list[np.ndarray] = []
    for parent, relative in zip(parents, relatives):
        absolute.append(relative if parent < 0 else absolute[parent] @ relative)
    weights = np.zeros((vertices, bones))
    for row in weights:
        row[rng.choice(bones, 3, replace=False)] = rng.dirichlet(np.ones(3))
    model = {
        "bone_count": bones,
        "bone_names": [f"bone{i}" for i in range(bones)],
        "parents": parents,
        "base_relatives": relatives.tolist(),
        "inverse_base_absolutes": np.linalg.inv(absolute).tolist(),
        "base_positions": np.hstack((rng.normal(size=(vertices, 3)), np.ones((vertices, 1)))).tolist(),
        "weights": weights.tolist(),
        "triangles": rng.integers(0, vertices, size=(2 * vertices, 3)).tolist(),
        "is_mirrored": mirrored,
    }
    data = {
        "correspondences": rng.integers(0, vertices, size=points).tolist(),
        "points": rng.normal(size=(points, 3)).tolist(),
        "model": model,
    }
    us = [] if simple else rng.uniform(size=(points, 2)).tolist()
    return {"theta": (0.3 * rng.normal(size=26)).tolist(), "us": us, "data": data}


def check(name: str, args: tuple[Any, ...], result: Any) -> None:
    errors = objective("numpy", "python")
    if name == "objective":
        assert_close(result, errors(*args), 1e-12)
        return
    theta, us, *rest = args
    seeds = [np.repeat(np.eye(2)[c : c + 1], len(us), axis=0) for c in range(2 if len(us) else 0)]
    columns = [_slope_of(errors, theta, us, np.zeros(26), seed, rest) for seed in seeds]
    columns += [_slope_of(errors, theta, us, unit, np.zeros_like(us), rest) for unit in np.eye(26)]
    assert_close(result, np.stack([column.ravel() for column in columns], axis=1))


def _slope_of(errors: Callable, theta: Any, us: Any, theta_unit: Any, us_unit: Any, rest: list[Any]) -> np.ndarray:
    return slope(lambda t: errors(theta + t * theta_unit, us + t * us_unit, *rest))


EVAL = Eval(
    "ht",
    tuple(MODULES),
    {
        "objective": Function(objective, lambda errors: errors.ravel().tolist()),
        "jacobian": Function(jacobian),
    },
    arguments,
    inputs,
    check,
    {"python": "numpy"},
    value="objective",
    derivatives=("jacobian",),
)
