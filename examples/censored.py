"""A function of SciPy in a likelihood: of some lifetimes no more is known than a lower bound.  Needs SciPy.

python examples/censored.py
"""

import numpy as np
import scipy.special

from autodiff_compiler import external, grad


def log_ndtr_jvp(primals, tangents):
    (z,), (z_dot,) = primals, tangents
    out = log_ndtr(z)
    return out, np.exp(-0.5 * z * z - out) / np.sqrt(2.0 * np.pi) * z_dot


log_ndtr = external(scipy.special.log_ndtr, result=lambda z: z, jvp=log_ndtr_jvp)


def censored(mu, sigma, seen, bounds):
    """Minus the log-likelihood of normal lifetimes: some seen, of others only that they are longer than a bound."""
    z = (seen - mu) / sigma
    of_seen = 0.5 * np.sum(z * z) + len(seen) * np.log(sigma)
    return of_seen - np.sum(log_ndtr((mu - bounds) / sigma))


if __name__ == "__main__":
    slope = grad(censored, argnums=("mu", "sigma"))
    seen, bounds = np.array([1.2, 0.7, 2.1]), np.array([1.5, 2.5])
    print(slope.source(1.4, 0.8, seen, bounds))
    print(slope(1.4, 0.8, seen, bounds))
