def rosenbrock(x: "f64[:]"):
    total = 0.0
    for i in range(len(x) - 1):
        total += 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2
    return total


def rosenbrock_slices(x: "f64[:]"):
    return (100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2).sum()


if __name__ == "__main__":
    import numpy as np

    from autodiff_compiler import grad

    print(grad(rosenbrock).source())
    print(grad(rosenbrock)(np.array([1.2, 1.0, 0.8])))
