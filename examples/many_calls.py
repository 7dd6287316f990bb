"""A helper that is called many times stays one function, with one derivative."""

import numpy as np


def compressibility(T: float, p: float, acentric: float):
    """Of a vapour, by the Peng-Robinson equation in reduced units; Newton's method from the ideal gas."""
    kappa = 0.37464 + 1.54226 * acentric - 0.26992 * acentric**2
    alpha = (1.0 + kappa * (1.0 - np.sqrt(T))) ** 2
    A = 0.45724 * alpha * p / T**2
    B = 0.0778 * p / T
    c2 = B - 1.0
    c1 = A - 3.0 * B**2 - 2.0 * B
    c0 = -(A * B - B**2 - B**3)
    Z = 1.0
    for _ in range(12):
        value = ((Z + c2) * Z + c1) * Z + c0
        slope = (3.0 * Z + 2.0 * c2) * Z + c1
        step = value / slope
        Z = Z - step
        if abs(step) < 1e-14:
            break
    ratio = (Z + (1.0 + np.sqrt(2.0)) * B) / (Z + (1.0 - np.sqrt(2.0)) * B)
    departure = Z - 1.0 - np.log(Z - B) - A / (2.0 * np.sqrt(2.0) * B) * np.log(ratio)
    return Z * np.exp(departure)


def misfit(acentric: float, T: "f64[:]"):
    """What is left of four measurements."""
    first = compressibility(T[0], 0.4, acentric) - 0.71
    second = compressibility(T[1], 0.5, acentric) - 0.74
    third = compressibility(T[2], 0.6, acentric) - 0.77
    fourth = compressibility(T[3], 0.7, acentric) - 0.81
    return first**2 + second**2 + third**2 + fourth**2


if __name__ == "__main__":
    from autodiff_compiler import grad

    print(grad(misfit).source())
    print(grad(misfit)(0.2, np.array([1.0, 1.1, 1.2, 1.3])))
