def newton_sqrt(a: float):
    x = a
    while abs(x * x - a) > 1e-12:
        x = 0.5 * (x + a / x)
    return x


if __name__ == "__main__":
    from autodiff_compiler import grad

    print(grad(newton_sqrt).source())
    print(f"d sqrt(a) / da at 2: {grad(newton_sqrt)(2.0)}, exactly {0.5 / 2.0**0.5}")
