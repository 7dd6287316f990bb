"""ba: the two rows of an observation are written where they belong; Rodrigues' formula is transposed by vector algebra."""

from __future__ import annotations

import math

import numpy as np

from benchmarks.by_hand.kernel import kernel


@kernel
def observation(cam, X, w, feat, first, second):
    """Two rows of fifteen: camera, point, weight."""
    x, y, z = X[0] - cam[3], X[1] - cam[4], X[2] - cam[5]
    square = cam[0] ** 2 + cam[1] ** 2 + cam[2] ** 2
    turned = square != 0.0
    angle = math.sqrt(square) if turned else 1.0
    cosine, sine = (math.cos(angle), math.sin(angle)) if turned else (1.0, 1.0)
    # Not turned, the formula is X + r x X: a sine of one, the rotation in place of the axis.
    u, v, t = cam[0] / angle, cam[1] / angle, cam[2] / angle
    along, rest = u * x + v * y + t * z, 1.0 - cosine
    cross_x, cross_y, cross_z = v * z - t * y, t * x - u * z, u * y - v * x
    a = x * cosine + cross_x * sine + u * along * rest
    b = y * cosine + cross_y * sine + v * along * rest
    c = z * cosine + cross_z * sine + t * along * rest
    inverse = 1.0 / c
    p, q = a * inverse, b * inverse
    radius = p * p + q * q
    distortion = 1.0 + cam[9] * radius + cam[10] * radius * radius
    slope = cam[9] + 2.0 * cam[10] * radius
    for row, line in enumerate((first, second)):
        here = q if row else p
        # Adjoints of p and q for the residual w (f * here * distortion + ...).
        scale = w * cam[6]
        p_bar = scale * here * slope * 2.0 * p
        q_bar = scale * here * slope * 2.0 * q
        if row:
            q_bar += scale * distortion
        else:
            p_bar += scale * distortion
        # Of the seen point, then of the point before it was turned.
        i, j = p_bar * inverse, q_bar * inverse
        k = -(i * p + j * q)
        dot_u = u * i + v * j + t * k
        x_bar = cosine * i + sine * (j * t - k * v) + rest * dot_u * u
        y_bar = cosine * j + sine * (k * u - i * t) + rest * dot_u * v
        z_bar = cosine * k + sine * (i * v - j * u) + rest * dot_u * t
        # Of the axis and the angle.
        u_bar = sine * (y * k - z * j) + rest * (along * i + dot_u * x)
        v_bar = sine * (z * i - x * k) + rest * (along * j + dot_u * y)
        t_bar = sine * (x * j - y * i) + rest * (along * k + dot_u * z)
        if turned:
            angle_bar = sine * (along * dot_u - (x * i + y * j + z * k))
            angle_bar += cosine * (cross_x * i + cross_y * j + cross_z * k)
            radial = angle_bar - (u * u_bar + v * v_bar + t * t_bar) / angle
            u_bar, v_bar, t_bar = u_bar / angle + radial * u, v_bar / angle + radial * v, t_bar / angle + radial * t
        line[0], line[1], line[2] = u_bar, v_bar, t_bar
        line[3], line[4], line[5] = -x_bar, -y_bar, -z_bar
        line[6] = w * here * distortion
        line[7], line[8] = (0.0, w) if row else (w, 0.0)
        line[9] = scale * here * radius
        line[10] = scale * here * radius * radius
        line[11], line[12], line[13] = x_bar, y_bar, z_bar
        line[14] = here * cam[6] * distortion + cam[7 + row] - feat[row]


@kernel
def jacobian(cams, points, w, feats, camera, point):
    n, m, p = len(cams), len(points), len(w)
    rows = np.empty(3 * p + 1, dtype=np.int64)
    columns, values = np.empty(31 * p, dtype=np.int64), np.empty(31 * p)
    for i in range(p):
        at = 30 * i
        observation(
            cams[camera[i]], points[point[i]], w[i], feats[i], values[at : at + 15], values[at + 15 : at + 30]
        )
        weight = 11 * n + 3 * m + i
        for row in range(2):
            for j in range(11):
                columns[at + j] = 11 * camera[i] + j
            for j in range(3):
                columns[at + 11 + j] = 11 * n + 3 * point[i] + j
            columns[at + 14] = weight
            rows[2 * i + row] = at
            at += 15
        rows[2 * p + i] = 30 * p + i
        columns[30 * p + i] = weight
        values[30 * p + i] = -2.0 * w[i]
    rows[3 * p] = 31 * p
    return rows, columns, values
