"""Programs of several fields, as their users write them; each found something when it was new."""

import math
from typing import NamedTuple

import numpy as np
from prog_corpus import Program, numbers, signed


def polynomial(c, x):
    """Powers with a run-time exponent, of zero too."""
    s = 0.0
    for k in range(len(c)):
        s += c[k] * x**k
    return s


CX = np.array([0, 1, 0, -1, 0, 1, -1, -1, 1])
CY = np.array([0, 0, 1, 0, -1, 1, 1, -1, -1])
WEIGHTS = np.array([4 / 9] + [1 / 9] * 4 + [1 / 36] * 4)
OPPOSITE = [0, 3, 4, 1, 2, 7, 8, 5, 6]


def lattice_boltzmann(f, tau, steps, wall):
    """What is read after the loop is bound in its body only."""
    for _ in range(steps):
        for i in range(9):
            f[i] = np.roll(np.roll(f[i], CX[i], axis=0), CY[i], axis=1)
        bounced = f[OPPOSITE]
        rho = np.sum(f, axis=0)
        ux = np.sum(f * CX[:, None, None], axis=0) / rho
        uy = np.sum(f * CY[:, None, None], axis=0) / rho
        feq = np.zeros_like(f)
        for i, cx, cy, w in zip(range(9), CX, CY, WEIGHTS):
            cu = cx * ux + cy * uy
            feq[i] = rho * w * (1 + 3 * cu + 4.5 * cu**2 - 1.5 * (ux**2 + uy**2))
        f = np.where(wall, bounced, f - (f - feq) / tau)
    return np.sum(ux**2 + uy**2)


def energy_drift(theta, omega, length, dt, n):
    """Extremes of a list of Python floats."""
    energies = []
    for _ in range(n):
        half = omega - 0.5 * dt * (9.81 / length) * math.sin(theta)
        theta += dt * half
        omega = half - 0.5 * dt * (9.81 / length) * math.sin(theta)
        energies.append(0.5 * (length * omega) ** 2 + 9.81 * length * (1 - math.cos(theta)))
    return max(energies) - min(energies) + theta


def softmax(x):
    e = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def multi_head_attention(p, x, heads):
    mask = (1 - np.tri(len(x))) * -1e10
    q, k, v = np.split(x @ p["w"] + p["b"], 3, axis=-1)
    q, k, v = [np.split(part, heads, axis=-1) for part in (q, k, v)]
    outs = [softmax(qh @ kh.T / np.sqrt(qh.shape[-1]) + mask) @ vh for qh, kh, vh in zip(q, k, v)]
    return np.hstack(outs) @ p["proj"]


def convolutional_net(params, images, labels):
    """Windows, pooling by a reshape, and labels picked by a range and an array."""
    n, h, w = images.shape
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    maps = np.zeros((n, h, w, params["kernel"].shape[-1]))
    for i in range(h):
        for j in range(w):
            maps[:, i, j, :] = np.tensordot(padded[:, i : i + 3, j : j + 3], params["kernel"], axes=([1, 2], [0, 1]))
    pooled = np.maximum(maps, 0).reshape(n, h // 2, 2, w // 2, 2, -1).max(axis=(2, 4))
    p = softmax(pooled.reshape(n, -1) @ params["dense"])
    return -np.mean(np.log(p[range(len(labels)), labels]))


class Noise(NamedTuple):
    q: float
    r: float
    m0: float
    p0: float


def kalman_filter(noise, ys, phi=0.95):
    """Missing observations are skipped."""
    m, p = noise.m0, noise.p0
    ll = 0.0
    for y in ys:
        if np.isnan(y):
            m = phi * m
            p = phi**2 * p + noise.q
            continue
        s = p + noise.r
        k = p / s
        v = y - m
        ll -= 0.5 * (np.log(2 * np.pi * s) + v**2 / s)
        m = phi * (m + k * v)
        p = phi**2 * (1 - k) * p + noise.q
    return ll


def garch(params, returns):
    omega, alpha, beta = params
    sigma2 = np.empty(len(returns))
    sigma2[0] = returns.var()
    for t in range(1, len(returns)):
        sigma2[t] = omega + alpha * returns[t - 1] ** 2 + beta * sigma2[t - 1]
    return 0.5 * np.sum(np.log(2 * np.pi) + np.log(sigma2) + returns**2 / sigma2)


def cartpole(controls, state, params):
    """A tuple as the state; Python floats that become NumPy's in the loop."""
    mc, mp, length, g = params["mc"], params["mp"], params["l"], params.get("g", 9.81)
    cost = 0.0
    for u in controls:
        x, x_dot, th, th_dot = state
        s, c = np.sin(th), np.cos(th)
        tmp = (u + mp * length * th_dot**2 * s) / (mc + mp)
        th_acc = (g * s - c * tmp) / (length * (4 / 3 - mp * c**2 / (mc + mp)))
        x_acc = tmp - mp * length * th_acc * c / (mc + mp)
        state = (x + 0.1 * x_dot, x_dot + 0.1 * x_acc, th + 0.1 * th_dot, th_dot + 0.1 * th_acc)
        cost += state[2] ** 2 + 0.1 * state[0] ** 2 + 0.001 * u**2
    return cost


def fourier(re, im):
    """In place, by bit reversal and butterflies."""
    n = len(re)
    re, im = re.copy(), im.copy()
    j = 0
    for i in range(1, n):
        bit = n >> 1
        while j & bit:
            j ^= bit
            bit >>= 1
        j |= bit
        if i < j:
            re[i], re[j] = re[j], re[i]
            im[i], im[j] = im[j], im[i]
    size = 2
    while size <= n:
        half = size // 2
        for start in range(0, n, size):
            for k in range(half):
                angle = -2 * math.pi * k / size
                wr, wi = math.cos(angle), math.sin(angle)
                a, b = start + k, start + k + half
                tr = wr * re[b] - wi * im[b]
                ti = wr * im[b] + wi * re[b]
                re[b] = re[a] - tr
                im[b] = im[a] - ti
                re[a] += tr
                im[a] += ti
        size *= 2
    return np.sum((re**2 + im**2) ** 2 * np.arange(n))


def edit_distance(a, b, gamma):
    """Soft dynamic time warping, with a border that is never the best way."""
    n, m = len(a), len(b)
    table = np.full((n + 1, m + 1), 1e10)
    table[0, 0] = 0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            z = np.array([table[i - 1, j], table[i, j - 1], table[i - 1, j - 1]]) / -gamma
            top = np.max(z)
            table[i, j] = (a[i - 1] - b[j - 1]) ** 2 - gamma * (top + np.log(np.sum(np.exp(z - top))))
    return table[-1, -1]


ATTENTION = {"w": signed(4, 12), "b": signed(12, seed=1), "proj": signed(4, 3, seed=2)}
WALL = np.array([[True, False, False, False], [False, False, True, False], [False] * 4])
NET = {"kernel": signed(3, 3, 2), "dense": signed(8, 3, seed=1)}

PROGRAMS = [
    Program(polynomial, ((signed(4), 0.7), (signed(4), 0.0), (signed(4), -1.3), (signed(0), 0.5))),
    Program(lattice_boltzmann, ((numbers(9, 3, 4), 0.7, 2, WALL),), analytic=False, second=False),
    Program(energy_drift, ((0.5, 0.1, 1.2, 0.05, 7),), analytic=False),
    Program(multi_head_attention, ((ATTENTION, signed(3, 4, seed=3), 2),), analytic=False),
    Program(convolutional_net, ((NET, signed(2, 4, 4), np.array([0, 2])),), analytic=False, second=False),
    Program(
        kalman_filter, ((Noise(0.1, 0.2, 0.0, 1.0), np.array([0.1, 0.2, np.nan, 0.3])),), analytic=False, single=False
    ),
    Program(garch, (((0.1, 0.2, 0.6), signed(6)),), analytic=False),
    Program(cartpole, ((signed(3), (0.0, 0.1, 0.2, 0.0), {"mc": 1.0, "mp": 0.1, "l": 0.5}),), single=False),
    Program(fourier, ((signed(4), signed(4, seed=1)), (signed(1), signed(1, seed=1)))),
    Program(edit_distance, ((signed(3), signed(2, seed=1), 0.5),), analytic=False, single=False),
]
