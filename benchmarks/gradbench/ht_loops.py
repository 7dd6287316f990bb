"""ht by loops: the skeleton of a hand, its skin, and how far points are from it."""

from __future__ import annotations

import math

import numpy as np


def pose_of(theta, bones):
    """A row for the global rotation, one for the scale, one for the translation, and one for each bone's angles."""
    pose = np.zeros((bones + 3, 3))
    for c in range(3):
        pose[0, c] = theta[c]
        pose[1, c] = 1.0
        pose[2, c] = theta[3 + c]
    for finger in range(5):
        first, row = 6 + 4 * finger, 5 + 4 * finger
        pose[row, 0] = theta[first]
        pose[row, 1] = theta[first + 1]
        pose[row + 1, 0] = theta[first + 2]
        pose[row + 2, 0] = theta[first + 3]
    return pose


def multiply(A, B, C):
    for r in range(4):
        for c in range(4):
            total = 0.0
            for k in range(4):
                total += A[r, k] * B[k, c]
            C[r, c] = total


def turn(angles, rotation):
    """The rotation by three angles, in the order x, z, y, as the corner of a transformation."""
    cx, sx = math.cos(angles[0]), math.sin(angles[0])
    cz, sz = math.cos(angles[1]), math.sin(angles[1])
    cy, sy = math.cos(angles[2]), math.sin(angles[2])
    rotation[0, 0] = cz * cy
    rotation[0, 1] = cz * sy * sx - sz * cx
    rotation[0, 2] = cz * sy * cx + sz * sx
    rotation[1, 0] = sz * cy
    rotation[1, 1] = sz * sy * sx + cz * cx
    rotation[1, 2] = sz * sy * cx - cz * sx
    rotation[2, 0] = -sy
    rotation[2, 1] = cy * sx
    rotation[2, 2] = cy * cx
    rotation[3, 3] = 1.0


def bone_transforms(pose, parents, relatives, inverses):
    bones = len(parents)
    rotation = np.zeros((4, 4))
    relative = np.zeros((4, 4))
    absolute = np.zeros((bones, 4, 4))
    transforms = np.zeros((bones, 4, 4))
    for i in range(bones):
        turn(pose[i + 3], rotation)
        multiply(relatives[i], rotation, relative)
        if parents[i] == -1:
            for r in range(4):
                for c in range(4):
                    absolute[i, r, c] = relative[r, c]
        else:
            multiply(absolute[parents[i]], relative, absolute[i])
        multiply(absolute[i], inverses[i], transforms[i])
    return transforms


def global_rotation(theta):
    angle = math.sqrt(theta[0] ** 2 + theta[1] ** 2 + theta[2] ** 2)
    R = np.eye(3)
    if angle >= 1e-4:
        x, y, z = theta[0] / angle, theta[1] / angle, theta[2] / angle
        s, c = math.sin(angle), math.cos(angle)
        R[0, 0] = x * x + (1.0 - x * x) * c
        R[0, 1] = x * y * (1.0 - c) - z * s
        R[0, 2] = x * z * (1.0 - c) + y * s
        R[1, 0] = x * y * (1.0 - c) + z * s
        R[1, 1] = y * y + (1.0 - y * y) * c
        R[1, 2] = y * z * (1.0 - c) - x * s
        R[2, 0] = x * z * (1.0 - c) - y * s
        R[2, 1] = z * y * (1.0 - c) + x * s
        R[2, 2] = z * z + (1.0 - z * z) * c
    return R


def skin(theta, parents, relatives, inverses, positions, weights, mirrored):
    transforms = bone_transforms(pose_of(theta, len(parents)), parents, relatives, inverses)
    R = global_rotation(theta)
    vertices = np.zeros((len(positions), 3))
    blended = np.zeros(3)
    for v in range(len(positions)):
        for r in range(3):
            blended[r] = 0.0
        for i in range(len(parents)):
            if weights[v, i] != 0.0:
                for r in range(3):
                    total = 0.0
                    for k in range(4):
                        total += transforms[i, r, k] * positions[v, k]
                    blended[r] += weights[v, i] * total
        if mirrored:
            blended[0] = -blended[0]
        for r in range(3):
            total = theta[3 + r]
            for k in range(3):
                total += R[r, k] * blended[k]
            vertices[v, r] = total
    return vertices


def errors(theta, correspondences, points, parents, relatives, inverses, positions, weights, mirrored):
    """Each point against one vertex."""
    vertices = skin(theta, parents, relatives, inverses, positions, weights, mirrored)
    result = np.zeros((len(points), 3))
    for i in range(len(points)):
        for r in range(3):
            result[i, r] = points[i, r] - vertices[correspondences[i], r]
    return result


def errors_on_triangles(
    theta, us, correspondences, points, triangles, parents, relatives, inverses, positions, weights, mirrored
):
    """Each point against a place on a triangle, at barycentric coordinates that are unknowns, too."""
    vertices = skin(theta, parents, relatives, inverses, positions, weights, mirrored)
    result = np.zeros((len(points), 3))
    for i in range(len(points)):
        a, b, c = triangles[correspondences[i]]
        u, v = us[i, 0], us[i, 1]
        for r in range(3):
            place = u * vertices[a, r] + v * vertices[b, r] + (1.0 - u - v) * vertices[c, r]
            result[i, r] = points[i, r] - place
    return result
