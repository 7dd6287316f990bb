"""Log-likelihood of a Gaussian mixture, with the log of a sum of exponentials as a helper."""

import numpy as np


def logsumexp(x):
    largest = np.max(x)
    return largest + np.log(np.sum(np.exp(x - largest)))


def gmm(alphas: "f64[:]", means: "f64[:, :]", precisions: "f64[:, :]", X: "f64[:, :]"):
    """`alphas` are the logarithms of the weights, `precisions` those of the inverse standard deviations."""
    total = 0.0
    for i in range(len(X)):
        terms = np.zeros(len(alphas))
        for j in range(len(alphas)):
            z = np.exp(precisions[j]) * (X[i] - means[j])
            terms[j] = alphas[j] + np.sum(precisions[j]) - 0.5 * np.sum(z**2)
        total += logsumexp(terms)
    return total - len(X) * logsumexp(alphas)


if __name__ == "__main__":
    from autodiff_compiler import grad

    rng = np.random.default_rng(0)
    point = np.zeros(2), rng.normal(size=(2, 3)), np.zeros((2, 3)), rng.normal(size=(5, 3))
    print(grad(gmm, argnums="means").source())
    print(grad(gmm, argnums="means")(*point))
