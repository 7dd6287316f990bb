"""Programs whose last line raises, by the code of the error: calls, arguments, options and library functions."""

HEAD = "import numpy as np\nfrom autodiff_compiler import grad, jvp, vjp\n\n"

PROGRAMS = {
    "AD140": 'names = {}\nexec("def f(x):\\n    return x * x", names)\ngrad(names["f"])(1.0)',
    "AD142": "def f(x):\n    yield x\n\ngrad(f)(1.0)",
    "AD143": 'grad("def f(x:")',
    "AD144": 'grad("x = 1")',
    "AD201": "def f(x):\n    return np.sin(x, x, x)\n\ngrad(f)(1.0)",
    "AD203": "def f(a):\n    return np.sum(a, axis=1)[0]\n\ngrad(f)(np.ones(3))",
    "AD206": "def f(a):\n    return np.sum(a.astype(np.float16))\n\ngrad(f)(np.ones(3))",
    "AD210": "def f(z):\n    return np.sum(np.hypot(z, 1.0))\n\ngrad(f)(np.ones(3) + 1j)",
    "AD211": "def f(z):\n    x = np.zeros(3)\n    x[:] = z\n    return np.sum(x)\n\ngrad(f)(np.ones(3) + 1j)",
    "AD311": "def f(z):\n    return z * z\n\ngrad(f, holomorphic=True)(1.0)",
    "AD313": "def f(z):\n    return z * z.conjugate()\n\ngrad(f, holomorphic=True)(1.0 + 2.0j)",
    "AD440": "def f(z):\n    return z * z\n\ngrad(f)(1.0 + 2.0j)",
    "AD441": "from autodiff_compiler import jacfwd\n\ndef f(z):\n    return np.sin(z)\n\njacfwd(f)(np.ones(2) + 1j)",
    "AD207": "def f(a, k):\n    return np.sum(np.expand_dims(a, int(k)))\n\ngrad(f)(np.ones(3), 0.0)",
    "AD305": (
        "from autodiff_compiler import external\n\nmeasured = external(max, result=\"float\")\n\n"
        "def f(x):\n    return x * measured(x, 2.0)\n\ngrad(f)(1.0)"
    ),
    "AD209": "def f(a):\n    return np.sort(a, kind=\"bubble\")[0]\n\ngrad(f)(np.ones(3))",
    "AD304": (
        "def f(x, n):\n    if n == 0:\n        return np.sum(x)\n    parts = []\n    for k in range(n):\n        parts.append(k * x)\n"
        "    total = 0.0\n    for part in parts:\n        total += part @ part\n    return f(0.5 * x, n - 1) ** 2 + total\n\n"
        "grad(f)(np.ones(2), 3)"
    ),
    "AD306": (
        "from autodiff_compiler import custom_vjp\n\n@custom_vjp\ndef square(x):\n    return x * x\n\n"
        "square.defvjp(lambda x: (x * x, x), lambda x, out_bar: (2.0 * x * out_bar,))\n\n"
        "def f(x):\n    return square(x)\n\njvp(f, (1.0,), (1.0,))"
    ),
    "AD307": (
        "from autodiff_compiler import custom_jvp\n\n@custom_jvp\ndef square(x):\n    return x * x\n\n"
        "square.defjvps(lambda x_dot, out, x: 2.0 * x + x_dot)\n\ndef f(x):\n    return square(x)\n\ngrad(f)(1.0)"
    ),
    "AD308": (
        "from autodiff_compiler import checkpoint, external\n\nmeasured = external(max, result=\"float\")\n\n"
        "@checkpoint\ndef scaled(x):\n    return np.sin(x) * measured(1.0, 2.0)\n\n"
        "def f(x):\n    return scaled(x)\n\ngrad(f)(1.0)"
    ),
    "AD309": (
        "from functools import partial\nfrom autodiff_compiler import custom_jvp\n\n"
        "@partial(custom_jvp, nondiff_argnums=(0,))\ndef scaled(k, x):\n    return k * x\n\n"
        "scaled.defjvp(lambda k, primals, tangents: (scaled(k, primals[0]), k * tangents[0]))\n\n"
        "def f(x, k):\n    return scaled(k, x)\n\ngrad(f, argnums=1)(1.0, 2.0)"
    ),
    "AD312": "from scipy.special import zeta\n\ndef f(s, x):\n    return zeta(s, x)\n\ngrad(f)(2.0, 0.5)",
    "AD401": "def f(a):\n    return a.sum()\n\ngrad(f)(np.ma.array([1.0]))",
    "AD402": "def f(x):\n    return x * x\n\ngrad(f)({1.0})",
    "AD403": 'def f(a):\n    return a.sum()\n\ngrad(f)(np.ones(3, dtype=">f8"))',
    "AD404": "def f(x):\n    return x * x\n\ngrad(f).source()",
    "AD406": "def f(x: set):\n    return x * x\n\ngrad(f).source()",
    "AD410": "grad(3.0)(1.0)",
    "AD411": "def f(x):\n    return x * x\n\ngrad(f)(1.0, 2.0)",
    "AD412": 'def f(x):\n    return x * x\n\ngrad(f, argnums="y")(1.0)',
    "AD413": "def f(n):\n    return n.sum() * 2.0\n\ngrad(f)(np.arange(3))",
    "AD414": "def f(a):\n    return a * a\n\njvp(f, (np.ones(3),), (np.ones(2),))",
    "AD415": 'def f(x):\n    return x * x\n\ngrad(f, backend="c")(1.0)',
    "AD416": 'def f(x):\n    return x * x\n\ngrad(f).ir(1.0, stage="bytecode")',
    "AD417": "def f(x):\n    return x * x\n\ngrad(f, has_aux=True)(1.0)",
    "AD418": "def f(a):\n    a[0] = 1.0\n\ngrad(f)(np.ones(3))",
    "AD419": "def f(a):\n    return a * a\n\ngrad(f)(np.ones(3))",
    "AD420": "def f(x):\n    return x > 0\n\ngrad(f)(1.0)",
    "AD421": "def f(x):\n    return x * x\n\njvp(f, (1.0,), (1.0, 1.0))",
    "AD422": "def f(p):\n    return p[0] * p[1]\n\njvp(f, ((1.0, 2.0),), (1.0,))",
    "AD423": "def f(x):\n    return x, x * x\n\nout, pullback = vjp(f, 1.0)\npullback(1.0)",
    "AD424": "def f(n):\n    return n * 2\n\nvjp(f, np.arange(3))",
    "AD427": "def f(a, b):\n    a[0] = 1.0\n    return np.sum(a * b)\n\na = np.ones(4)\ngrad(f)(a[:3], a[1:])",
    "AD442": "def f(a):\n    return np.sum(a * a)\n\ngrad(f)(np.ones(3), out=np.empty(2))",
    "AD443": "def f(a):\n    return np.sum(a * a)\n\na = np.ones(3)\ngrad(f)(a, out=a)",
    "AD444": "def f(a):\n    return np.sum(np.exp(a))\n\nworkspace = grad(f, backend=\"numba\").workspace(np.ones(3))\nworkspace(np.ones(4))",
    "AD445": (
        "from autodiff_compiler import external\n\ndef read(x):\n    workspace(1.0)\n    return x\n\n"
        "measured = external(read, result=\"float\")\n\ndef f(x):\n    return x * measured(2.0)\n\n"
        "workspace = grad(f).workspace(1.0)\nworkspace(1.0)"
    ),
    "AD428": 'def f(x, n):\n    return x * n\n\ngrad(f, backend="numba")(1.0, 2**70)',
    "AD429": "from autodiff_compiler import explain\n\ndef f(x):\n    return x * x\n\nexplain(f, 1.0)",
    "AD433": (
        "def f(m):\n    v = m.ravel()\n    v[0] = 7.0\n    return np.sum(m * m)\n\n"
        'm = np.ones((4, 4))[::2, ::2]\ngrad(f).save("f.py", m)'
    ),
    "AD434": "from autodiff_compiler import external\n\nmeasured = external(lambda x: x)",
    "AD435": (
        "from autodiff_compiler import external\n\nmeasured = external(max, result=\"number\")\n\n"
        "def f(x):\n    return x * measured(1.0, 2.0)\n\ngrad(f)(1.0)"
    ),
    "AD436": (
        "from autodiff_compiler import external\n\nmeasured = external(lambda x: x, result=\"float\")\n\n"
        "def f(x):\n    return x * measured(2.0)\n\ngrad(f).save(\"f.py\", 1.0)"
    ),
    "AD437": "from autodiff_compiler import jacobian\n\ndef f(x):\n    return x * x, x > 0.0\n\njacobian(f)(np.ones(3))",
    "AD438": (
        "from autodiff_compiler import jacobian\n\ndef f(x):\n    squares = []\n    for i in range(len(x)):\n"
        "        squares.append(x[i] ** 2)\n    return squares\n\njacobian(f)(np.ones(3))"
    ),
    "AD439": (
        "from autodiff_compiler import external, jacfwd\n\nmeasured = external(max, result=\"float\")\n\n"
        "def f(x):\n    return x * measured(1.0, 2.0)\n\njacfwd(f)(np.ones(3))"
    ),
    "AD604": 'def f(x):\n    print(f"x = {x}")\n    return x * x\n\ngrad(f, backend="numba")(1.0)',
    "AD605": "def f(x):\n    return np.sin(x)\n\ncos, np.cos = np.cos, np.exp\ntry:\n    grad(f)(np.float64(1.0))\nfinally:\n    np.cos = cos",
    "AD606": (
        "from autodiff_compiler import external\n\nmeasured = external(max, result=\"float\")\n\n"
        "def f(x):\n    return x * measured(1.0, 2.0)\n\ngrad(f, backend=\"numba\")(1.0)"
    ),
    "AD607": (
        "from autodiff_compiler import external\n\ndef sign(x):\n    return 1.0\n\nsigned = external(sign, result=\"float\")\n\n"
        "def f(x):\n    return abs(x) * signed(2.0)\n\ngrad(f)(1.0)"
    ),
}
