"""The hyperparameters of a Gaussian process by maximum likelihood: Newton's method, with derivatives of first and second order.

python examples/gaussian_process.py
"""

import numpy as np

NAMES = ("length scale", "amplitude", "noise")


def covariance(x: "f64[:]", z: "f64[:]", scale: float, amplitude: float):
    """Of a smooth function: the squared exponential."""
    distance = (x[:, None] - z[None, :]) / scale
    return amplitude**2 * np.exp(-0.5 * distance**2)


def negative_log_likelihood(logarithms: "f64[:]", x: "f64[:]", y: "f64[:]"):
    """Of length scale, amplitude and noise, of which the logarithms are given."""
    scale, amplitude, noise = np.exp(logarithms)
    K = covariance(x, x, scale, amplitude) + noise**2 * np.eye(len(x))
    L = np.linalg.cholesky(K)
    alpha = np.linalg.solve(L.T, np.linalg.solve(L, y))
    return 0.5 * y @ alpha + np.sum(np.log(np.diag(L))) + 0.5 * len(x) * np.log(2.0 * np.pi)


def observations(count=40, noise=0.1):
    rng = np.random.default_rng(3)
    x = np.sort(rng.uniform(0.0, 10.0, count))
    return x, np.sin(1.3 * x) + 0.4 * np.cos(2.9 * x) + noise * rng.normal(size=count)


def fit(logarithms, x, y, steps=20):
    """By Newton's method, with steps along the gradient where that is not downhill."""
    from autodiff_compiler import hessian, value_and_grad

    value_and_slope, curvature = value_and_grad(negative_log_likelihood), hessian(negative_log_likelihood)
    for _ in range(steps):
        value, slope = value_and_slope(logarithms, x, y)
        step = -np.linalg.solve(curvature(logarithms, x, y), slope)
        if step @ slope >= 0.0:
            step = -slope / np.linalg.norm(slope)
        step *= min(1.0, 1.0 / np.max(np.abs(step)))
        while negative_log_likelihood(logarithms + step, x, y) > value and np.max(np.abs(step)) > 1e-9:
            step *= 0.5
        logarithms = logarithms + step
    return logarithms


def predict(logarithms, x, y, z):
    """Mean and standard deviation of the function at places z."""
    scale, amplitude, noise = np.exp(logarithms)
    L = np.linalg.cholesky(covariance(x, x, scale, amplitude) + noise**2 * np.eye(len(x)))
    across = np.linalg.solve(L, covariance(x, z, scale, amplitude))
    return across.T @ np.linalg.solve(L, y), np.sqrt(amplitude**2 - np.sum(across**2, axis=0))


if __name__ == "__main__":
    x, y = observations()
    start = np.log([2.0, 0.5, 0.3])
    found = fit(start, x, y)
    print(f"negative log likelihood {negative_log_likelihood(start, x, y):.2f}, after the fit {negative_log_likelihood(found, x, y):.2f}")
    for name, value in zip(NAMES, np.exp(found)):
        print(f"{name:12} {value:.4f}")
    for place, mean, deviation in zip(np.arange(0.0, 11.0), *predict(found, x, y, np.arange(0.0, 11.0))):
        print(f"{place:5.1f} {mean:8.3f} +- {deviation:.3f}")
