"""What the `help:` of an error says, done: for each example of the page whose error has one, the program that takes the advice.

`LANGUAGE` is for `language_errors.py`, with the arguments of the example unless others are given; `CALLS` for `call_errors.py`.
"""

import numpy as np

A3 = np.array([1.0, 2.0, 3.0])

LANGUAGE: dict[str, tuple] = {
    "AD100": ("def f(x):\n    if x > 0:\n        return x\n    return -x",),
    "AD101": ("def f(x):\n    y = 0.0\n    y = y + x\n    return y",),
    "AD102": ("def f(x):\n    y = 0.0\n    if x > 0:\n        y = x\n    return y * 2",),
    "AD103": ("def f(x):\n    g = x\n    return x, g",),
    "AD105": ("def f(a):\n    if (a > 0).any():\n        return a\n    return -a",),
    "AD106": ("def f(x):\n    return getattr(x, 'real')",),
    "AD107": ("def f(x):\n    return np.sin({'a': x}['a'])",),
    "AD108": ("def f(a, x):\n    return a[int(x)]",),
    "AD110": ("def f(a, b, c):\n    m = a if c > 0 else b\n    m = m.copy()\n    a[0] = 5.0\n    return m[0]",),
    "AD111": ("def f(a, b, c):\n    m = a if c > 0 else b\n    m = m.copy()\n    m[0] = 5.0\n    return a",),
    "AD112": ("W = np.ones(3)\ndef f(a):\n    new_W = W.copy()\n    new_W[0] = a[0]\n    return new_W",),
    "AD113": ("def f(a, n):\n    xs = []\n    for i in range(n):\n        xs.append(a.copy())\n        a[0] += 1.0\n    return xs[0]",),
    "AD114": ("def f(m):\n    b = m.T.reshape(2, 3)\n    b = b.copy()\n    b[0] = 1.0\n    return b",),
    "AD115": ("def f(x):\n    x[0] = x[:1][0]\n    return x[0]",),
    "AD120": ("def f(m, i):\n    return m[i, i]",),
    "AD123": ("def f(a):\n    return a[0]",),
    "AD124": ("def f(a):\n    return a[np.array([0, 2])] * a[a > 1.0]",),
    "AD125": ("def f(a):\n    return a[None]",),
    "AD116": ("def f(x):\n    y = x * 2\n    if x > 5:\n        return 0.0\n    return y",),
    "AD128": ("def f(a):\n    k = np.zeros(3, dtype=int)\n    k = k.astype(float)\n    return np.add(a, 1.0, out=k).sum()",),
    "AD129": ("def f(n):\n    return 0 + 1 * 1",),
    "AD135": ("def f(x, a, i):\n    total = 0.0\n    for item in [x, a]:\n        total = total + np.sum(item)\n    return total",),
    "AD137": ("def f(x):\n    xs = [x, x]\n    xs[0] = 1.0\n    return xs[0] + x",),
    "AD138": ("def f(p):\n    params = dict(p)\n    params['a'] = 1.0\n    return params['a']",),
    "AD139": ("def f(a, n):\n    xs = []\n    for i in range(n):\n        xs.append(1.0)\n    xs.append(a[0])\n    return xs[-1]",),
    "AD148": ("def f(x):\n    return x + 1.0",),
    "AD212": (
        "def f(x, n):\n    z = 0j\n    for i in range(n):\n        z = np.sqrt(z - 1.0) + x * 1j\n    return abs(z)",
    ),
    "AD149": ("D = 1.0\ndef f(x):\n    return D + x",),
    "AD150": ("def f(x):\n    return x * 3.0 ** 100",),
    "AD151": ("def f(a):\n    return 1.0 if a is None else 2.0",),
    "AD152": ("def f(a, b):\n    return 1.0 if (a == b).all() else 2.0",),
    "AD153": ("def f(x):\n    def g(v):\n        if v > 0:\n            return v\n        return 0.0\n    return g(x)",),
    "AD154": ("def f(x):\n    if x > 2:\n        raise ValueError('too large')\n    return x",),
    "AD155": ("def f(x):\n    if x > 2:\n        raise ValueError('x')\n    return x",),
    "AD156": ("def f(x):\n    with np.errstate(all='ignore'):\n        return np.sqrt(x)",),
    "AD157": (
        "class C:\n    def __len__(self):\n        return 3\n    def __init__(self, w):\n        self.w = w\n"
        "def f(x):\n    return x * len(C(x))",
    ),
    "AD160": ("import math as y\ndef f(x):\n    return y.sin(x)",),
    "AD161": ("def f(x):\n    d = {'a': x, 'b': 1.0}\n    d = {'b': d['b']}\n    return d['b'] * x",),
    "AD168": ("def f(x):\n    g = {'nothing': x}\n    return g['nothing']",),
    "AD169": ("def f(a):\n    return a, 1",),
    "AD170": ("def f(x):\n    d = {}\n    for key in 'ab':\n        d[key] = x\n    return d['a'] * d['b']",),
    "AD172": ("def f(a):\n    s = a[0]\n    for i in range(1, len(a)):\n        s = np.sin(s)\n    return s",),
    "AD174": ("def f(x, n):\n    xs = []\n    for i in range(n):\n        xs.append(x)\n    xs = xs[:1]\n    return xs[0]",),
    "AD195": ("applied = max\ndef f(x):\n    return x * applied(1.0, 2.0)",),
    "AD177": ("def f(x, r):\n    return x * r", (1.0, 0.5)),
    "AD179": ("def f(x, n):\n    return 1.0 if n == 0 else x * f(x, n - 1)",),
    "AD180": ("class C:\n    def __init__(self):\n        self.items = [2.0]\ndef f(x):\n    return x + C().items[0]",),
    "AD181": ("def f(a):\n    return list(a)",),
    "AD182": ("def f(a):\n    s = 0.0\n    assert len(a) == len(a)\n    for x, y in zip(a, a):\n        s = s + x * y\n    return s",),
    "AD183": ("import sys\ndef f(x):\n    print(x, file=sys.stderr)\n    return x",),
    "AD184": ("def f(x):\n    print('[', x, ']')\n    return x",),
    "AD186": ("def f(a):\n    return sum([v for v in a if v])",),
    "AD187": ("def f(x):\n    order = np.argsort(np.array([x, 1.0]))\n    return np.array([x, 1.0])[order]",),
    "AD188": (
        "from autodiff_compiler import stop_gradient\ndef f(x, n):\n    xs = []\n    for i in range(n):\n"
        "        xs.append(stop_gradient(x))\n    return xs",
    ),
    "AD189": ("def f(x):\n    return (lambda v: v * x)(x)",),
    "AD190": ("from autodiff_compiler import grad\ndef g(y, z):\n    return y * z\ndef f(x):\n    return grad(g, argnums=1)(x, x)",),
    "AD191": ("def f(a):\n    products = [x * y for x, y in zip(a, a)]\n    return sum(products) + sum(products)",),
    "AD192": ("S = (1, 2)\ndef f(x):\n    return x if 1 in S else -x",),
    "AD193": ("def f(x):\n    xs = [x]\n    for v in list(xs):\n        xs.append(v)\n    return xs",),
    "AD194": (
        "from autodiff_compiler import grad\ndef h(a, b):\n    a[0] = a[0] * 2\n    return (a * b).sum()\n"
        "def f(x):\n    x = x.copy()\n    return grad(h)(x, x.copy()).sum()",
    ),
    "AD197": (
        "from autodiff_compiler import custom_jvp\ng = custom_jvp(lambda x: x * x)\n"
        "g.defjvp(lambda primals, tangents: (g(primals[0]), 2.0 * primals[0] * tangents[0]))\ndef f(x):\n    return g(x)",
    ),
    "AD196": (
        "from autodiff_compiler import custom_jvp\ng = custom_jvp(lambda x: x * x)\n"
        "g.defjvp(lambda primals, tangents: (g(primals[0]), 2.0 * primals[0] * tangents[0]))\ndef f(x):\n    return g(x)",
    ),
    "AD198": (
        "from autodiff_compiler import checkpoint\ndef h(a):\n    a = a.copy()\n    a[0] = 1.0\n    return a * a\ng = checkpoint(h)\n"
        "def f(a):\n    return g(a)",
    ),
    "AD199": ("def f(x):\n    m = x > 0.0\n    m[m[::-1].copy()] = False\n    return np.sum(x[m])",),
    "AD202": ("def f(a):\n    a = a * 1.0\n    a[:] = np.transpose(a)\n    return a.sum()",),
    "AD208": ("def f(x, y):\n    return x * float(y)", (1.0, 2.0)),
}

CALLS: dict[str, str] = {
    "AD140": 'grad("def f(x):\\n    return x * x")(1.0)',
    "AD142": "def f(x):\n    return [x]\n\ngrad(lambda x: f(x)[0])(1.0)",
    "AD206": "def f(a):\n    return np.sum(a.astype(np.float32))\n\ngrad(f)(np.ones(3))",
    "AD210": "def f(z):\n    return np.sum(np.hypot(z.real, z.imag))\n\ngrad(f)(np.ones(3) + 1j)",
    "AD211": "def f(z):\n    x = np.zeros(3)\n    x[:] = z.real\n    return np.sum(x)\n\ngrad(f)(np.ones(3) + 1j)",
    "AD440": "def f(z):\n    return np.abs(z * z) ** 2\n\ngrad(f)(1.0 + 2.0j)",
    "AD441": (
        "from autodiff_compiler import jacfwd\n\ndef f(z):\n    return np.sin(z)\n\n"
        "jacfwd(f, holomorphic=True)(np.ones(2) + 1j)"
    ),
    "AD311": "def f(z):\n    return z * z\n\ngrad(f, holomorphic=True)(1.0 + 0j)",
    "AD313": "def f(z):\n    return abs(z * z.conjugate())\n\ngrad(f)(1.0 + 2.0j)",
    "AD207": "def f(a, k):\n    return np.sum(np.expand_dims(a, k))\n\ngrad(f)(np.ones(3), 0)",
    "AD305": (
        "from autodiff_compiler import external, stop_gradient\n\nmeasured = external(max, result=\"float\")\n\n"
        "def f(x):\n    return x * stop_gradient(measured(x, 2.0))\n\ngrad(f)(1.0)"
    ),
    "AD304": (
        "def f(x, n):\n    if n == 0:\n        return np.sum(x)\n    parts = np.empty((n, len(x)))\n    for k in range(n):\n"
        "        parts[k] = k * x\n    total = 0.0\n    for part in parts:\n        total += part @ part\n"
        "    return f(0.5 * x, n - 1) ** 2 + total\n\ngrad(f)(np.ones(2), 3)"
    ),
    "AD306": (
        "from autodiff_compiler import custom_jvp\n\n@custom_jvp\ndef square(x):\n    return x * x\n\n"
        "square.defjvps(lambda x_dot, out, x: 2.0 * x * x_dot)\n\n"
        "def f(x):\n    return square(x)\n\njvp(f, (1.0,), (1.0,))"
    ),
    "AD307": (
        "from autodiff_compiler import custom_jvp\n\n@custom_jvp\ndef square(x):\n    return x * x\n\n"
        "square.defjvps(lambda x_dot, out, x: 2.0 * x * x_dot)\n\ndef f(x):\n    return square(x)\n\ngrad(f)(1.0)"
    ),
    "AD308": (
        "from autodiff_compiler import checkpoint, external\n\nmeasured = external(max, result=\"float\")\n\n"
        "@checkpoint\ndef scaled(x, factor):\n    return np.sin(x) * factor\n\n"
        "def f(x):\n    return scaled(x, measured(1.0, 2.0))\n\ngrad(f)(1.0)"
    ),
    "AD309": (
        "from autodiff_compiler import custom_jvp\n\n"
        "@custom_jvp\ndef scaled(k, x):\n    return k * x\n\n"
        "scaled.defjvps(lambda k_dot, out, k, x: k_dot * x, lambda x_dot, out, k, x: k * x_dot)\n\n"
        "def f(x, k):\n    return scaled(k, x)\n\ngrad(f, argnums=1)(1.0, 2.0)"
    ),
    "AD312": (
        "from autodiff_compiler import stop_gradient\nfrom scipy.special import zeta\n\n"
        "def f(s, x):\n    return s * zeta(stop_gradient(s), x)\n\ngrad(f)(2.0, 0.5)"
    ),
    "AD401": "def f(a, mask):\n    return np.where(mask, 0.0, a).sum()\n\na = np.ma.array([1.0])\ngrad(f)(a.data, np.ma.getmaskarray(a))",
    "AD402": "def f(x):\n    return x[0] * x[0]\n\ngrad(f)([1.0])",
    "AD403": 'def f(a):\n    return a.sum()\n\na = np.ones(3, dtype=">f8")\ngrad(f)(a.astype(np.float64))',
    "AD404": "def f(x: float):\n    return x * x\n\ngrad(f).source()\ngrad(lambda x: x).source(1.0)",
    "AD406": "def f(x: float):\n    return x * x\n\ngrad(f).source()",
    "AD410": "grad(lambda x: 3.0 * x)(1.0)",
    "AD413": "def f(n):\n    return n.sum() * 2.0\n\ngrad(f)(np.arange(3).astype(float))",
    "AD414": "def f(a):\n    return a * a\n\njvp(f, (np.ones(3),), (np.ones(3),))",
    "AD415": 'def f(x):\n    return x * x\n\ngrad(f, backend="python")(1.0)',
    "AD416": 'def f(x):\n    return x * x\n\ngrad(f).ir(1.0, stage="primal")',
    "AD417": "def f(x):\n    return x * x, x\n\ngrad(f, has_aux=True)(1.0)",
    "AD418": "def f(a):\n    a[0] = 1.0\n    return a.sum()\n\ngrad(f)(np.ones(3))",
    "AD419": "def f(a):\n    return np.sum(a * a)\n\ngrad(f)(np.ones(3))",
    "AD420": "def f(x):\n    return x * x, x > 0\n\ngrad(f, has_aux=True)(1.0)",
    "AD421": "def f(x, n):\n    return x * n\n\njvp(f, (1.0, 2), (1.0, None))",
    "AD422": "def f(p):\n    return p[0] * p[1]\n\njvp(f, ((1.0, 2.0),), ((1.0, None),))",
    "AD423": "def f(x):\n    return x, x * x\n\nout, pullback = vjp(f, 1.0)\npullback((1.0, 1.0))",
    "AD424": "def f(n):\n    return n * 2\n\nvjp(f, np.arange(3).astype(float))",
    "AD427": "def f(a, b):\n    a[0] = 1.0\n    return np.sum(a * b)\n\na = np.ones(4)\ngrad(f)(a[:3], a[1:].copy())",
    "AD442": "def f(a):\n    return np.sum(a * a)\n\na = np.ones(3)\ngrad(f)(a, out=np.empty_like(a))",
    "AD443": "def f(a):\n    return np.sum(a * a)\n\na = np.ones(3)\ngrad(f)(a, out=np.empty_like(a))",
    "AD444": "def f(a):\n    return np.sum(np.exp(a))\n\ndf = grad(f)\nfor a in (np.ones(3), np.ones(4)):\n    df.workspace(a)(a)",
    "AD445": (
        "def f(x):\n    return x * x\n\ndf = grad(f)\nfirst, second = df.workspace(1.0), df.workspace(1.0)\nfirst(1.0), second(1.0)"
    ),
    "AD428": "def f(x, n):\n    return x * n\n\ngrad(f)(1.0, 2**70)",
    "AD429": "from autodiff_compiler import explain\n\ndef f(x):\n    return x * x\n\nexplain(grad(f), 1.0)",
    "AD433": (
        "import tempfile\n\ndef f(m):\n    v = m.ravel()\n    v[0] = 7.0\n    return np.sum(m * m)\n\n"
        "m = np.ones((4, 4))[::2, ::2]\n"
        'grad(f).save(tempfile.mkdtemp() + "/f.py", np.ascontiguousarray(m))'
    ),
    "AD434": "from autodiff_compiler import external\n\nmeasured = external(lambda x: x, result=\"float\")",
    "AD435": (
        "from autodiff_compiler import external\n\nmeasured = external(max, result=\"float\")\n\n"
        "def f(x):\n    return x * measured(1.0, 2.0)\n\ngrad(f)(1.0)"
    ),
    "AD436": (
        "import math\nimport tempfile\nfrom autodiff_compiler import external\n\nmeasured = external(math.gcd, result=\"int\")\n\n"
        "def f(x):\n    return x * measured(4, 6)\n\ngrad(f).save(tempfile.mkdtemp() + \"/f.py\", 1.0)"
    ),
    "AD437": (
        "from autodiff_compiler import jacobian\n\ndef f(x):\n    return x * x, x > 0.0\n\njacobian(f, has_aux=True)(np.ones(3))"
    ),
    "AD438": (
        "from autodiff_compiler import jacobian\n\ndef f(x):\n    squares = []\n    for i in range(len(x)):\n"
        "        squares.append(x[i] ** 2)\n    return np.array(squares)\n\njacobian(f)(np.ones(3))"
    ),
    "AD439": (
        "from autodiff_compiler import external, jacrev\n\nmeasured = external(max, result=\"float\")\n\n"
        "def f(x):\n    return x * measured(1.0, 2.0)\n\njacrev(f)(np.ones(3))"
    ),
    "AD604": 'def f(x):\n    print("x =", x)\n    return x * x\n\ngrad(f, backend="numba")(1.0)',
    "AD605": "def cosine(x):\n    return np.exp(x)\n\ndef f(x):\n    return np.sin(x) * cosine(x)\n\ngrad(f)(1.0)",
    "AD606": (
        "from autodiff_compiler import external\n\nmeasured = external(max, result=\"float\")\n\n"
        "def f(x):\n    return x * measured(1.0, 2.0)\n\ngrad(f)(1.0)"
    ),
    "AD607": (
        "from autodiff_compiler import external\n\ndef my_sign(x):\n    return 1.0\n\nsigned = external(my_sign, result=\"float\")\n\n"
        "def f(x):\n    return abs(x) * signed(2.0)\n\ngrad(f)(1.0)"
    ),
}
