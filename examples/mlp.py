"""A small neural network: parameters in a dict, the gradient a dict of the same keys."""

import numpy as np


def mlp(params, X, y):
    h = np.tanh(X @ params["W"] + params["b"])
    return np.mean((h @ params["V"] - y) ** 2)


def train(steps=300, rate=0.1, seed=0):
    """Fit y = sin(x) and return the losses on the way."""
    from autodiff_compiler import value_and_grad

    rng = np.random.default_rng(seed)
    X = np.linspace(-2.0, 2.0, 40).reshape(-1, 1)
    y = np.sin(X[:, 0])
    params = {"W": rng.normal(size=(1, 8)), "b": np.zeros(8), "V": 0.1 * rng.normal(size=8)}
    loss_and_grad = value_and_grad(mlp)
    losses = []
    for _ in range(steps):
        loss, gradient = loss_and_grad(params, X, y)
        params = {name: value - rate * gradient[name] for name, value in params.items()}
        losses.append(float(loss))
    return losses


if __name__ == "__main__":
    found = train()
    print(f"loss {found[0]:.4f} -> {found[-1]:.4f}")
