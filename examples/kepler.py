"""An orbit is fitted to positions on the sky.  Kepler's equation is solved by Newton's method, in a loop that runs until all
anomalies have converged, and the derivative of the whole is what least squares need.

python examples/kepler.py
"""

import numpy as np

NAMES = ("semi-major axis", "eccentricity", "inclination", "argument", "node", "period", "epoch")


def eccentric_anomaly(mean: "f64[:]", eccentricity: float):
    """E of E - e sin E = M."""
    E = mean + eccentricity * np.sin(mean)
    error = 1.0
    while error > 1e-12:
        step = (E - eccentricity * np.sin(E) - mean) / (1.0 - eccentricity * np.cos(E))
        E = E - step
        error = np.max(np.abs(step))
    return E


def position(t: "f64[:]", orbit: "f64[:]"):
    """Where the star is seen at times t; angles are in radians."""
    axis, e, inclination, argument, node, period, epoch = orbit
    E = eccentric_anomaly(2.0 * np.pi * (t - epoch) / period, e)
    X = axis * (np.cos(E) - e)
    Y = axis * np.sqrt(1.0 - e**2) * np.sin(E)
    # Thiele and Innes
    A = np.cos(argument) * np.cos(node) - np.sin(argument) * np.sin(node) * np.cos(inclination)
    B = np.cos(argument) * np.sin(node) + np.sin(argument) * np.cos(node) * np.cos(inclination)
    F = -np.sin(argument) * np.cos(node) - np.cos(argument) * np.sin(node) * np.cos(inclination)
    G = -np.sin(argument) * np.sin(node) + np.cos(argument) * np.cos(node) * np.cos(inclination)
    return A * X + F * Y, B * X + G * Y


def residuals(orbit: "f64[:]", t: "f64[:]", north: "f64[:]", east: "f64[:]", error: float):
    """Of all observations, in units of their error."""
    x, y = position(t, orbit)
    return np.concatenate((x - north, y - east)) / error


def chi_squared(orbit: "f64[:]", t: "f64[:]", north: "f64[:]", east: "f64[:]", error: float):
    return np.sum(residuals(orbit, t, north, east, error) ** 2)


TRUE = np.array([0.125, 0.88, 2.34, 1.16, 3.98, 16.05, 2018.38])
"""Much like the star S2 around the centre of the galaxy: arcseconds, radians, years."""


def observations(count=40, error=3e-4):
    rng = np.random.default_rng(5)
    t = np.sort(rng.uniform(2002.0, 2021.0, count))
    north, east = position(t, TRUE)
    return t, north + error * rng.normal(size=count), east + error * rng.normal(size=count), error


def fit(orbit, data, steps=60):
    """By Levenberg and Marquardt; the orbit, and the standard error of each of its elements."""
    from autodiff_compiler import jacobian

    slopes = jacobian(residuals)
    damping, best = 1e-2, chi_squared(orbit, *data)
    for _ in range(steps):
        J, r = slopes(orbit, *data), residuals(orbit, *data)
        normal = J.T @ J
        tried = orbit - np.linalg.solve(normal + damping * np.diag(np.diag(normal)), J.T @ r)
        found = chi_squared(tried, *data) if 0.0 <= tried[1] < 1.0 else np.inf
        if found < best:
            orbit, best, damping = tried, found, damping / 5.0
        else:
            damping *= 4.0
    return orbit, np.sqrt(np.diag(np.linalg.inv(normal)))


if __name__ == "__main__":
    start = TRUE * np.array([1.1, 0.97, 1.05, 0.95, 1.04, 1.02, 1.0]) + np.array([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.1])
    data = observations()
    found, errors = fit(start, data)
    print(f"chi squared {chi_squared(start, *data):.1f}, after the fit {chi_squared(found, *data):.1f}")
    for name, true, value, error in zip(NAMES, TRUE, found, errors):
        print(f"{name:16} {value:12.5f} +- {error:.5f}   ({true})")
