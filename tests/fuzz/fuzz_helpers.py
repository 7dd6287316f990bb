"""Functions that random programs call: `{n}` stands for the name."""

from __future__ import annotations

# By what they take and give: two floats to a float, a vector to a float, and such that write into a vector.
HELPERS: dict[str, tuple[str, ...]] = {
    "ff": (
        """\
def {n}(x, y):
    return np.tanh(x) * y
""",
        """\
def {n}(x, y=0.5):
    if x > 0.19:
        return x * y
    return np.sin(x) + y
""",
        """\
def {n}(x, y):
    s = x
    for k in range(3):
        s = np.sin(s * y) + 0.3
    return s
""",
        """\
def {n}(x, y):
    k = 0
    while k < 4:
        x = np.cos(x) + 0.1 * y
        if x > 0.77:
            break
        k += 1
    return x
""",
        """\
def {n}(x, y):
    x, y = y, x
    y = max(x, y)
    return math.sin(x) + y
""",
    ),
    "a": (
        """\
def {n}(a):
    s = 0.0
    for v in a:
        s += np.tanh(v) * s + 0.2 * v
    return s
""",
        """\
def {n}(a):
    b = a.copy()
    b[0] = b[-1] * 0.5
    b[1:] *= b[:-1]
    return b.sum()
""",
        """\
def {n}(a):
    m = np.max(a)
    return m + np.log(np.sum(np.exp(a - m)))
""",
        """\
def {n}(a):
    for i in range(len(a)):
        if a[i] > 0.61:
            return a[i] * 2.0
    return np.mean(a)
""",
        """\
def {n}(a):
    c = np.zeros_like(a)
    for i, v in enumerate(a):
        c[i] = v * v
        c[i] += c[i - 1]
    return np.sum(c)
""",
    ),
    "write": (
        """\
def {n}(a, x):
    a[0] = a[0] * x
""",
        """\
def {n}(a, x):
    for i in range(1, len(a)):
        a[i] = np.tanh(a[i - 1] * x + a[i])
""",
        """\
def {n}(a, x):
    a[1:] += 0.5 * a[:-1]
    a *= np.cos(x)
    return a
""",
        """\
def {n}(a, x):
    b = a[::-1]
    b[0] = x
    if x > 0.37:
        b[-1] += 1.0
""",
        """\
def {n}(a, x):
    a[:] = np.sin(a) * x
""",
    ),
}
NAMES = {"ff": "helper", "a": "of_array", "write": "change"}
