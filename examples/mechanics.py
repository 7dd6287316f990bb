"""A Jacobian and a Hessian: where the tip of an arm goes with its joints, and how a chain of masses vibrates."""

import numpy as np

from autodiff_compiler import hessian, jacobian


def tip(angles: "f64[:]", lengths: "f64[:]"):
    """Where an arm ends, whose joints bend by these angles."""
    direction = 0.0
    place = np.zeros(2)
    for i in range(len(angles)):
        direction += angles[i]
        place[0] += lengths[i] * np.cos(direction)
        place[1] += lengths[i] * np.sin(direction)
    return place


def energy(x: "f64[:]"):
    """Of a chain of masses between two walls, whose springs harden."""
    stretch = np.diff(np.concatenate((np.zeros(1), x, np.zeros(1))))
    return np.sum(0.5 * stretch**2 + 0.25 * stretch**4)


def reach(target, angles, lengths, steps=20):
    """The angles at which the arm ends at a place, by Newton's method on the under-determined equation."""
    slopes = jacobian(tip)
    for _ in range(steps):
        angles = angles - np.linalg.pinv(slopes(angles, lengths)) @ (tip(angles, lengths) - target)
    return angles


if __name__ == "__main__":
    print(jacobian(tip).source())
    lengths = np.array([1.0, 0.8, 0.5])
    print("joints at", reach(np.array([1.2, 0.9]), np.array([0.1, 0.2, 0.3]), lengths))
    print(hessian(energy).source())
    print("frequencies", np.sqrt(np.linalg.eigvalsh(hessian(energy)(np.zeros(5)))))
