"""A path is smoothed by a Kalman filter and the pass backwards of Rauch, Tung and Striebel.  How rough the path is and how large the
errors of measurement are is learnt from points that the smoother has not seen.

python examples/kalman_smoother.py
"""

import numpy as np


def smooth(log_drive: float, log_error: float, y: "f64[:]", seen: "bool_[:]"):
    """Position and velocity at each time, and their covariances, of a path driven by white noise in its velocity."""
    n = len(y)
    F = np.array([[1.0, 1.0], [0.0, 1.0]])
    H = np.array([[1.0, 0.0]])
    Q = np.exp(log_drive) * np.array([[1.0 / 3.0, 0.5], [0.5, 1.0]])
    R = np.exp(log_error) * np.eye(1)
    m, P = np.zeros(2), 10.0 * np.eye(2)
    means, covariances = np.zeros((n, 2)), np.zeros((n, 2, 2))
    predicted_means, predicted_covariances = np.zeros((n, 2)), np.zeros((n, 2, 2))
    for t in range(n):
        m = F @ m
        P = F @ P @ F.T + Q
        predicted_means[t], predicted_covariances[t] = m, P
        if seen[t]:
            S = H @ P @ H.T + R
            K = np.linalg.solve(S, H @ P).T
            m = m + K @ (y[t] - H @ m)
            P = P - K @ S @ K.T
        means[t], covariances[t] = m, P
    for t in reversed(range(n - 1)):
        G = np.linalg.solve(predicted_covariances[t + 1], F @ covariances[t]).T
        means[t] += G @ (means[t + 1] - predicted_means[t + 1])
        covariances[t] += G @ (covariances[t + 1] - predicted_covariances[t + 1]) @ G.T
    return means, covariances


def surprise(parameters: "f64[:]", y: "f64[:]", seen: "bool_[:]"):
    """The negative logarithm of how likely the points are that the smoother has not seen, one by one."""
    log_drive, log_error = parameters
    means, covariances = smooth(log_drive, log_error, y, seen)
    variance = covariances[:, 0, 0] + np.exp(log_error)
    each = 0.5 * np.log(2.0 * np.pi * variance) + 0.5 * (y - means[:, 0]) ** 2 / variance
    return np.sum(each[~seen])


def path(count=90, drive=0.02, error=0.3):
    """Measurements of a path, a third of which the smoother does not see, and the path."""
    rng = np.random.default_rng(8)
    velocity = np.cumsum(np.sqrt(drive) * rng.normal(size=count))
    position = np.cumsum(velocity)
    return position + error * rng.normal(size=count), rng.uniform(size=count) > 1.0 / 3.0, position


def fit(parameters, y, seen):
    from scipy.optimize import minimize

    from autodiff_compiler import value_and_grad

    return minimize(value_and_grad(surprise), parameters, args=(y, seen), jac=True, method="BFGS").x


if __name__ == "__main__":
    y, seen, position = path()
    start = np.log([1.0, 1.0])
    found = fit(start, y, seen)
    for what, parameters in (("before", start), ("after", found)):
        means, _ = smooth(*parameters, y, seen)
        error = np.sqrt(np.mean((means[:, 0] - position) ** 2))
        drive, noise = np.exp(parameters)
        print(f"{what:7} drive {drive:.4f}, error {np.sqrt(noise):.3f}: the path is missed by {error:.3f}")
