"""ht by NumPy: the skeleton of a hand, its skin, and how far points are from it."""

from __future__ import annotations

import numpy as np


def bone_angles(theta, bones):
    """Three angles for each bone: two for the first joint of a finger, one for the next two, none elsewhere."""
    angles = np.zeros((bones, 3))
    fingers = theta[6:].reshape(5, 4)
    angles[2::4, 0] = fingers[:, 0]
    angles[2::4, 1] = fingers[:, 1]
    angles[3::4, 0] = fingers[:, 2]
    angles[4::4, 0] = fingers[:, 3]
    return angles


def turn(angles):
    """The rotation by three angles, in the order x, z, y, as a transformation."""
    x, z, y = angles
    about_x = np.array([[1.0, 0.0, 0.0], [0.0, np.cos(x), -np.sin(x)], [0.0, np.sin(x), np.cos(x)]])
    about_y = np.array([[np.cos(y), 0.0, np.sin(y)], [0.0, 1.0, 0.0], [-np.sin(y), 0.0, np.cos(y)]])
    about_z = np.array([[np.cos(z), -np.sin(z), 0.0], [np.sin(z), np.cos(z), 0.0], [0.0, 0.0, 1.0]])
    result = np.eye(4)
    result[:3, :3] = about_z @ about_y @ about_x
    return result


def global_rotation(theta):
    """Rodrigues' formula, by the matrix of the cross product with the axis."""
    angle = np.sqrt(np.sum(theta[:3] ** 2))
    if angle < 1e-4:
        return np.eye(3)
    x, y, z = theta[:3] / angle
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return np.eye(3) + np.sin(angle) * cross + (1.0 - np.cos(angle)) * (cross @ cross)


def skin(theta, parents, relatives, inverses, positions, weights, mirrored):
    bones = len(parents)
    angles = bone_angles(theta, bones)
    absolute = np.zeros((bones, 4, 4))
    vertices = np.zeros((len(positions), 3))
    for i in range(bones):
        relative = relatives[i] @ turn(angles[i])
        if parents[i] == -1:
            absolute[i] = relative
        else:
            absolute[i] = absolute[parents[i]] @ relative
        transform = absolute[i] @ inverses[i]
        vertices += weights[:, i : i + 1] * (positions @ transform[:3].T)
    if mirrored:
        vertices[:, 0] = -vertices[:, 0]
    return vertices @ global_rotation(theta).T + theta[3:6]


def errors(theta, correspondences, points, parents, relatives, inverses, positions, weights, mirrored):
    """Each point against one vertex."""
    return points - skin(theta, parents, relatives, inverses, positions, weights, mirrored)[correspondences]


def errors_on_triangles(
    theta, us, correspondences, points, triangles, parents, relatives, inverses, positions, weights, mirrored
):
    """Each point against a place on a triangle, at barycentric coordinates that are unknowns, too."""
    vertices = skin(theta, parents, relatives, inverses, positions, weights, mirrored)
    corners = triangles[correspondences]
    u, v = us[:, 0:1], us[:, 1:2]
    place = u * vertices[corners[:, 0]] + v * vertices[corners[:, 1]] + (1.0 - u - v) * vertices[corners[:, 2]]
    return points - place
