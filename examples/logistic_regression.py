"""Logistic regression on a real data set: the chance of O-ring distress at launch temperature."""

import csv
from pathlib import Path

import numpy as np


def negative_log_likelihood(w: "f64[:]", X: "f64[:, :]", y: "f64[:]"):
    total = 0.0
    for i in range(len(y)):
        z = X[i] @ w
        total += np.logaddexp(0.0, z) - y[i] * z
    return total


def challenger():
    """Design matrix (a one and the temperature) and outcomes of 23 launches; see the head of the file for its source."""
    path = Path(__file__).parent / "data" / "challenger.csv"
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    temperature = np.array([float(row["temperature"]) for row in rows])
    distress = np.array([float(row["distress"]) for row in rows])
    return np.stack([np.ones_like(temperature), temperature], axis=1), distress


def fit(backend="python"):
    """Maximum likelihood by BFGS.  Centred temperatures make the problem well conditioned."""
    from scipy.optimize import minimize

    from autodiff_compiler import value_and_grad

    X, y = challenger()
    mean = X[:, 1].mean()
    centred = X.copy()
    centred[:, 1] -= mean
    result = minimize(value_and_grad(negative_log_likelihood, backend=backend), np.zeros(2), (centred, y), jac=True)
    intercept, slope = result.x
    return intercept - slope * mean, slope, result


if __name__ == "__main__":
    intercept, slope, result = fit()
    print(f"log odds of distress = {intercept:.4f} {slope:+.4f} * temperature  ({result.nit} iterations)")
    print(f"chance at 31 degrees Fahrenheit: {1 / (1 + np.exp(-(intercept + slope * 31))):.1%}")
