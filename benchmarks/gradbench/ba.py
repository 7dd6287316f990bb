"""ba: bundle adjustment, the sparse Jacobian of reprojection errors with respect to cameras, points and weights."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autodiff_compiler import vjp
from benchmarks.by_hand.kernel import kernel
from benchmarks.gradbench.evals import Eval, Function, Input, assert_close, floats, primal

# -- loops -------------------------------------------------------------------------------------------------------------


def reprojection(cam, X, w, feat):
    """Errors of one observation; a camera has an angle-axis rotation, a centre, a focal length, a principal point and two distortions."""
    x, y, z = X[0] - cam[3], X[1] - cam[4], X[2] - cam[5]
    square = cam[0] ** 2 + cam[1] ** 2 + cam[2] ** 2
    if square == 0.0:
        a = x + cam[1] * z - cam[2] * y
        b = y + cam[2] * x - cam[0] * z
        c = z + cam[0] * y - cam[1] * x
    else:
        angle = math.sqrt(square)
        u, v, t = cam[0] / angle, cam[1] / angle, cam[2] / angle
        cosine, sine = math.cos(angle), math.sin(angle)
        along = (u * x + v * y + t * z) * (1.0 - cosine)
        a = x * cosine + (v * z - t * y) * sine + u * along
        b = y * cosine + (t * x - u * z) * sine + v * along
        c = z * cosine + (u * y - v * x) * sine + t * along
    p, q = a / c, b / c
    radius = p * p + q * q
    scale = cam[6] * (1.0 + cam[9] * radius + cam[10] * radius * radius)
    return w * (p * scale + cam[7] - feat[0]), w * (q * scale + cam[8] - feat[1])


def errors_loops(cams, points, w, feats):
    """All errors; row i of each argument belongs to observation i."""
    errors = np.zeros((len(w), 2))
    for i in range(len(w)):
        first, second = reprojection(cams[i], points[i], w[i], feats[i])
        errors[i, 0] = first
        errors[i, 1] = second
    return errors


# -- NumPy -------------------------------------------------------------------------------------------------------------


def errors_numpy(cams, points, w, feats):
    rotation = cams[:, :3]
    X = points - cams[:, 3:6]
    angle = np.sqrt(np.sum(rotation**2, axis=1))[:, None]
    axis = rotation / angle
    cosine, sine = np.cos(angle), np.sin(angle)
    along = np.sum(axis * X, axis=1)[:, None] * (1.0 - cosine)
    seen = X * cosine + np.cross(axis, X) * sine + axis * along
    p = seen[:, :2] / seen[:, 2:]
    radius = np.sum(p**2, axis=1)[:, None]
    distorted = p * (1.0 + cams[:, 9:10] * radius + cams[:, 10:11] * radius**2)
    return w[:, None] * (distorted * cams[:, 6:7] + cams[:, 7:9] - feats)


# -- the eval ----------------------------------------------------------------------------------------------------------

PROGRAMS = {"loops": errors_loops, "numpy": errors_numpy}
Matrix = tuple[np.ndarray, np.ndarray, np.ndarray]


def objective(errors: Callable) -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    def both(cams, points, w, feats, camera, point):
        return errors(cams[camera], points[point], w, feats), 1.0 - w**2

    return both


def jacobian(program: Callable, backend: str) -> Callable[..., Matrix]:
    """Observations are independent of each other, so two products from the left give all first and all second rows."""

    def sparse(cams, points, w, feats, camera, point) -> Matrix:
        _, pullback = vjp(program, cams[camera], points[point], w, feats, backend=backend)
        seed = np.zeros((len(w), 2))
        rows = []
        for row in (0, 1):
            seed[:, row], seed[:, 1 - row] = 1.0, 0.0
            rows.append(pullback(seed)[:3])
        return compressed(len(cams), len(points), w, camera, point, *rows)

    return sparse


@kernel
def compressed(n, m, w, camera, point, first, second):
    """Where the rows begin, the columns, and the values: 11 of a camera, 3 of a point and the weight in each of two rows, then the weights."""
    p, at = len(w), 0
    rows = np.empty(3 * p + 1, dtype=np.int64)
    columns, values = np.empty(31 * p, dtype=np.int64), np.empty(31 * p)
    for i in range(p):
        weight = 11 * n + 3 * m + i
        rows[2 * p + i], columns[30 * p + i], values[30 * p + i] = 30 * p + i, weight, -2.0 * w[i]
        for row, (cam_bar, point_bar, w_bar) in enumerate((first, second)):
            rows[2 * i + row] = at
            for j in range(11):
                columns[at + j], values[at + j] = 11 * camera[i] + j, cam_bar[i, j]
            for j in range(3):
                columns[at + 11 + j], values[at + 11 + j] = 11 * n + 3 * point[i] + j, point_bar[i, j]
            columns[at + 14], values[at + 14] = weight, w_bar[i]
            at += 15
    rows[3 * p] = 31 * p
    return rows, columns, values


def arguments(given: Input) -> tuple[np.ndarray, ...]:
    """The suite sends one camera, point, weight and feature, and says how often they are repeated."""
    n, m, p = (int(given[name]) for name in "nmp")
    observation = np.arange(p)
    return (
        np.tile(floats(given["cam"]), (n, 1)),
        np.tile(floats(given["x"]), (m, 1)),
        np.full(p, float(given["w"])),
        np.tile(floats(given["feat"]), (p, 1)),
        observation % n,
        observation % m,
    )


def inputs(quick: bool) -> Iterator[tuple[str, Input]]:
    """Sizes are those of the suite's files; the numbers are drawn here."""
    sizes = {"small": (2, 3, 7)} if quick else {"ba1": (49, 7776, 31843), "ba5": (257, 65132, 225911)}
    for name, (n, m, p) in sizes.items():
        rng = np.random.default_rng(p)
        cam = [*rng.normal(size=6), 500.0, *rng.normal(size=2), *(0.01 * rng.normal(size=2))]
        x = [*rng.normal(size=2), 10.0]
        one = {"cam": cam, "x": x, "w": float(rng.uniform()), "feat": rng.normal(size=2).tolist()}
        yield f"{name}_n{n}_m{m}_p{p}", {"n": n, "m": m, "p": p, **one}


def check(name: str, args: tuple[Any, ...], result: Any) -> None:
    cams, points, w, feats, camera, point = args
    picked = (cams[camera], points[point], w)
    if name == "objective":
        assert_close(result[0], errors_numpy(*picked, feats), 1e-9)
        assert_close(result[1], 1.0 - w**2, 1e-12)
        return
    rows, columns, values = result
    p, width = len(w), 11 * len(cams) + 3 * len(points) + len(w)
    assert len(rows) == 3 * p + 1
    assert np.all((columns >= 0) & (columns < width))
    rng = np.random.default_rng(0)
    moved = [rng.normal(size=part.shape) for part in (cams, points, w)]
    along = [moved[0][camera], moved[1][point], moved[2]]
    # Every function of these is analytic, so that an imaginary step gives the derivative to the last digits.
    step = 1e-20j
    nudged = [part + step * unit for part, unit in zip(picked, along)]
    expected = np.concatenate((errors_numpy(*nudged, feats).imag.ravel(), (1.0 - nudged[2] ** 2).imag)) / step.imag
    vector = np.concatenate([part.ravel() for part in moved])
    assert_close(np.add.reduceat(values * vector[columns], rows[:-1]), expected, 1e-9)


def abridged_objective(result: tuple[np.ndarray, np.ndarray]) -> Any:
    errors, weights = result
    return {
        "reproj_error": {"elements": errors[0].tolist(), "repeated": len(errors)},
        "w_err": {"element": float(weights[0]), "repeated": len(weights)},
    }


def abridged_jacobian(result: Matrix) -> Any:
    return {
        name: [*part[:30].tolist(), part[-1].item()] for name, part in zip(("rows", "cols", "vals"), result)
    }


EVAL = Eval(
    "ba",
    tuple(PROGRAMS),
    {
        "objective": Function(
            lambda style, backend: objective(primal(PROGRAMS[style], backend)), abridged_objective
        ),
        "jacobian": Function(lambda style, backend: jacobian(PROGRAMS[style], backend), abridged_jacobian),
    },
    arguments,
    inputs,
    check,
    {"python": "numpy", "numba": "numpy"},
    value="objective",
    derivatives=("jacobian",),
)
