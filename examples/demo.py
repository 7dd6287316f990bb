"""`make demo`: a gradient to read, a check of it, and a model fitted to real data with one."""

import numpy as np
from burgers import burgers
from logistic_regression import challenger, fit, negative_log_likelihood

from autodiff_compiler import check_grads, grad
from autodiff_compiler.testing import numeric_gradient


def title(text):
    print(f"\n{text}\n{'-' * len(text)}")


def main():
    title("A loop with in-place writes, and its gradient as generated")
    u, nu, steps = np.sin(np.linspace(0.0, np.pi, 7)), 0.1, 5
    derivative = grad(burgers)
    ours = derivative(u, nu, steps)
    print(derivative.source())

    title("Checked against numerical differentiation")
    differences = numeric_gradient(burgers, [u, nu, steps])
    print(f"generated code       {ours}")
    print(f"central differences  {differences}")
    error = np.max(np.abs(ours - differences)) / np.max(np.abs(differences))
    print(f"largest relative difference {error:.1e}")
    check_grads(burgers, (u, nu, steps), order=2)
    print("check_grads: forward and reverse mode, first and second order: ok")
    assert error < 1e-6

    title("Logistic regression on 23 shuttle launches, by scipy.optimize.minimize(jac=True)")
    check_grads(negative_log_likelihood, (np.array([0.1, -0.2]), *challenger()), order=1)
    intercept, slope, result = fit()
    print(f"{result.nit} iterations, {result.nfev} gradients, |gradient| {np.max(np.abs(result.jac)):.1e}")
    print(f"log odds of O-ring distress = {intercept:.4f} {slope:+.4f} * temperature")
    print("published fit (Dalal, Fowlkes and Hoadley 1989): 15.043 -0.232 * temperature")
    print(
        f"chance of distress at 31 degrees Fahrenheit, Challenger's: {1 / (1 + np.exp(-(intercept + slope * 31))):.1%}"
    )
    assert abs(intercept - 15.043) < 0.01
    assert abs(slope + 0.232) < 0.001


if __name__ == "__main__":
    main()
