"""ht: all tangents share the work of the function, and each reaches only the bones it moves and the vertices that are asked for."""

from __future__ import annotations

import math

import numpy as np

from benchmarks.by_hand.kernel import kernel

ANGLES = 20  # parameters 6 to 25: four for each finger


@kernel
def multiply(A, B, C):
    for r in range(4):
        for c in range(4):
            C[r, c] = A[r, 0] * B[0, c] + A[r, 1] * B[1, c] + A[r, 2] * B[2, c] + A[r, 3] * B[3, c]


@kernel
def axis_turn(axis, angle, turn, slope):
    """A rotation about a coordinate axis, and its derivative."""
    s, c = math.sin(angle), math.cos(angle)
    p, q = (axis + 1) % 3, (axis + 2) % 3
    turn[:] = 0.0
    slope[:] = 0.0
    turn[axis, axis], turn[3, 3] = 1.0, 1.0
    turn[p, p], turn[p, q], turn[q, p], turn[q, q] = c, -s, s, c
    slope[p, p], slope[p, q], slope[q, p], slope[q, q] = -s, -c, c, -s


@kernel
def skeleton(theta, parents, relatives, inverses):
    """Transformations of the bones, their derivatives by the angles of the fingers, and which of these are not zero.

    The first joint of a finger turns about x and then about z, the next two about x.
    """
    bones = len(parents)
    absolute, transforms = np.zeros((bones, 4, 4)), np.zeros((bones, 4, 4))
    absolute_dot, transforms_dot = np.zeros((ANGLES, bones, 4, 4)), np.zeros((ANGLES, bones, 4, 4))
    moves = np.zeros((ANGLES, bones), dtype=np.bool_)
    about_x, about_x_dot, about_z, about_z_dot = (np.zeros((4, 4)), np.zeros((4, 4)), np.zeros((4, 4)), np.zeros((4, 4)))
    turn, relative, identity = np.zeros((4, 4)), np.zeros((4, 4)), np.eye(4)
    for i in range(bones):
        joint = (i - 2) % 4
        bends = 2 <= i < 22 and joint < 3
        first = 4 * ((i - 2) // 4) + (joint + 1 if joint else 0)
        axis_turn(0, theta[6 + first] if bends else 0.0, about_x, about_x_dot)
        axis_turn(2, theta[7 + first] if bends and joint == 0 else 0.0, about_z, about_z_dot)
        above = absolute[parents[i]] if parents[i] >= 0 else identity
        multiply(about_z, about_x, turn)
        multiply(relatives[i], turn, relative)
        multiply(above, relative, absolute[i])
        for a in range(ANGLES):
            if parents[i] >= 0 and moves[a, parents[i]]:
                moves[a, i] = True
                multiply(absolute_dot[a, parents[i]], relative, absolute_dot[a, i])
        for k in range((2 if joint == 0 else 1) if bends else 0):
            if k == 0:
                multiply(about_z, about_x_dot, turn)
            else:
                multiply(about_z_dot, about_x, turn)
            multiply(relatives[i], turn, relative)
            multiply(above, relative, absolute_dot[first + k, i])
            moves[first + k, i] = True
        multiply(absolute[i], inverses[i], transforms[i])
        for a in range(ANGLES):
            if moves[a, i]:
                multiply(absolute_dot[a, i], inverses[i], transforms_dot[a, i])
    return transforms, transforms_dot, moves


@kernel
def global_rotation(theta):
    """Rodrigues' matrix and its three derivatives."""
    R, R_dot = np.zeros((3, 3)), np.zeros((3, 3, 3))
    angle = math.sqrt(theta[0] ** 2 + theta[1] ** 2 + theta[2] ** 2)
    if angle < 1e-4:
        for r in range(3):
            R[r, r] = 1.0
        return R, R_dot
    s, c = math.sin(angle), math.cos(angle)
    u, u_dot = np.empty(3), np.empty(3)
    for k in range(3):
        u[k] = theta[k] / angle
    for i in range(3):
        following, last = (i + 1) % 3, (i + 2) % 3
        for j in range(3):
            R[i, j] = (1.0 - c) * u[i] * u[j]
        R[i, i] += c
        R[i, following] -= s * u[last]
        R[i, last] += s * u[following]
        for k in range(3):
            for j in range(3):
                u_dot[j] = ((1.0 if j == k else 0.0) - u[j] * u[k]) / angle
            for j in range(3):
                R_dot[k, i, j] = s * u[k] * u[i] * u[j] + (1.0 - c) * (u_dot[i] * u[j] + u[i] * u_dot[j])
            R_dot[k, i, i] -= s * u[k]
            R_dot[k, i, following] -= c * u[k] * u[last] + s * u_dot[last]
            R_dot[k, i, last] += c * u[k] * u[following] + s * u_dot[following]
    return R, R_dot


@kernel
def place(transform, position, result):
    for r in range(3):
        row = transform[r]
        result[r] = row[0] * position[0] + row[1] * position[1] + row[2] * position[2] + row[3] * position[3]


@kernel
def vertices(theta, wanted, parents, relatives, inverses, positions, weights, mirrored):
    """The vertices that are wanted, and their derivatives by all 26 parameters; the others are left as they are."""
    transforms, transforms_dot, moves = skeleton(theta, parents, relatives, inverses)
    R, R_dot = global_rotation(theta)
    result, result_dot = np.empty((len(positions), 3)), np.empty((len(positions), 3, 26))
    blended, blended_dot, moved = np.empty(3), np.empty((ANGLES, 3)), np.empty(3)
    side = -1.0 if mirrored else 1.0
    for v in range(len(positions)):
        if not wanted[v]:
            continue
        blended[:] = 0.0
        blended_dot[:] = 0.0
        for i in range(len(parents)):
            weight = weights[v, i]
            if weight == 0.0:
                continue
            place(transforms[i], positions[v], moved)
            for r in range(3):
                blended[r] += weight * moved[r]
            for a in range(ANGLES):
                if moves[a, i]:
                    place(transforms_dot[a, i], positions[v], moved)
                    for r in range(3):
                        blended_dot[a, r] += weight * moved[r]
        blended[0] *= side
        for r in range(3):
            line = result_dot[v, r]
            result[v, r] = theta[3 + r] + R[r, 0] * blended[0] + R[r, 1] * blended[1] + R[r, 2] * blended[2]
            for k in range(3):
                slope = R_dot[k, r]
                line[k] = slope[0] * blended[0] + slope[1] * blended[1] + slope[2] * blended[2]
                line[3 + k] = 1.0 if k == r else 0.0
            for a in range(ANGLES):
                bend = blended_dot[a]
                line[6 + a] = R[r, 0] * side * bend[0] + R[r, 1] * bend[1] + R[r, 2] * bend[2]
    return result, result_dot


@kernel
def jacobian(
    theta, us, correspondences, points, triangles, parents, relatives, inverses, positions, weights, mirrored
):
    """26 columns, of the parameters; with places on triangles two more before them."""
    placed = len(us) > 0
    wanted = np.zeros(len(positions), dtype=np.bool_)
    for at in correspondences:
        for corner in range(3 if placed else 1):
            wanted[triangles[at, corner] if placed else at] = True
    skin, skin_dot = vertices(theta, wanted, parents, relatives, inverses, positions, weights, mirrored)
    result = np.empty((3 * len(points), 28 if placed else 26))
    for i in range(len(points)):
        at = correspondences[i]
        for r in range(3):
            line = result[3 * i + r]
            if placed:
                a, b, c = triangles[at, 0], triangles[at, 1], triangles[at, 2]
                u, v = us[i, 0], us[i, 1]
                line[0] = skin[c, r] - skin[a, r]
                line[1] = skin[c, r] - skin[b, r]
                for k in range(26):
                    slope = u * skin_dot[a, r, k] + v * skin_dot[b, r, k] + (1.0 - u - v) * skin_dot[c, r, k]
                    line[2 + k] = -slope
            else:
                for k in range(26):
                    line[k] = -skin_dot[at, r, k]
    return result
