"""Random programs with complex numbers, vectors and matrices: expressions, loops, branches, writes to elements and to parts.

A seed determines its program.  An expression of a kind is drawn from a table of texts, whose holes are expressions again: {v} a vector
of three numbers, {m} a matrix of three rows, {s} a number, {k} an index.  What a vector or number holds may be real.
"""

from __future__ import annotations

import re

import numpy as np
from fuzz_draw import Draw, SeededDraw
from fuzz_programs import Program

DEEPEST = 3
ROUNDS = 3

VECTORS = (
    "np.exp(0.3 * {v})", "np.sin({v})", "np.conj({v})", "({v}).real", "({v}).imag", "np.abs({v})", "np.sqrt({v} + 3.0)", "(({v}) ** 2)",
    "np.angle({v} + 2.0)", "(1.0 / ({v} + 4j))", "(-({v}))", "np.tanh(0.2 * {v})", "({v})[::-1]", "np.roll({v}, 1)", "np.cumsum({v})",
    "np.where(np.abs({v}) > 1, 2.0, 1j)", "(({v}) ** 1.5)", "np.log({v} + 5.0)", "np.arctan(0.3 * {v})", "({v}).conj()", "np.cosh(0.3 * {v})",
    "np.fft.fft({v})", "np.fft.ifft({v})", "np.fft.irfft({v}, 3)", "np.fft.rfft(np.real({v}), 4)", "np.fft.hfft({v}, 3)", "np.fft.fftshift({v})",
    "({v} + {v})", "({v} - {v})", "({v} * {v})", "({v} / ({v} + 5.0))", "np.where(np.real({v}) > 0, {v}, 1j)", "({v} + 1j * {v})",
    "({s} * {v})", "({v} + {s})", "np.maximum(np.real({v}), np.imag({v}))", "np.hypot(np.real({v}), np.abs({v}))", "np.cross({v}, {v})",
    "np.convolve({v}, 0.3 * {v}, 'same')", "np.cumprod(0.5 * {v})", "np.array([{s}, {s}, 1j])", "np.concatenate([({v})[1:], ({v})[:1]])",
    "({v})[[2, 0, 0]]", "np.take({v}, [1, 1, 2])", "np.diff({v}, prepend=1j)", "np.linspace({s}, 1j, 3)", "np.repeat({s}, 3)",
    "(0.3 * {m} @ {v})", "({v} @ (0.3 * {m}))", "({m})[{k}]", "({m})[:, {k}]", "np.diag({m})", "({m}).sum(axis=0)", "np.mean({m}, axis=1)",
    "np.einsum('ij,j->i', 0.3 * {m}, {v})", "np.linalg.norm({m}, axis=1)", "np.prod(0.5 * {m}, axis=0)", "np.std({m}, axis=0)",
    "np.linalg.solve(shifted({m}), {v})", "np.linalg.eigvalsh(hermitian({m}))", "np.linalg.svdvals(hermitian({m}))", "rotated({v}, {s})",
    "np.linalg.eigvals(shifted({m}))", "np.abs(np.linalg.eigh(hermitian({m}))[1][0])", "np.trace(np.outer({v}, {v})[:, :, None] * {v}, axis1=0, axis2=1)",
)  # fmt: skip
MATRICES = (
    "np.outer({v}, {v})", "(0.3 * {m} @ {m})", "({m}).T", "np.conj({m}).T", "({m} * {v})", "(({v})[:, None] - {m})", "({m} + {m})",
    "np.linalg.inv(shifted({m}))", "np.fft.fft2(0.3 * {m})", "(np.diag({v}) + 0.3 * {m})", "np.linalg.cholesky(hermitian({m}))", "({s} * {m})",
    "np.einsum('ij,kj->ki', 0.3 * {m}, {m})", "np.stack([{v}, {v}, {v}])", "np.exp(0.2 * {m})", "({m})[::-1, [1, 0, 2]]", "np.tril({m})",
    "np.kron(({v})[:, None], {v})", "np.where(np.imag({m}) > 0, {m}, 0.5)", "np.linalg.solve(shifted({m}), {m})", "np.vander(0.5 * {v}, 3)",
    "np.linalg.eigh(hermitian({m}))[1]", "np.linalg.svd(hermitian({m}))[0]", "np.linalg.matrix_power(0.4 * {m}, 3)", "np.cumsum({m}, axis=1)",
    "np.conj({m})", "np.column_stack([{v}, {v}, {v}])", "np.abs({m})", "np.tensordot(0.3 * {m}, {m}, axes=([1], [0]))", "np.roll({m}, 1, axis=0)",
)  # fmt: skip
NUMBERS = (
    "np.vdot({v}, {v})", "np.sum({v})", "np.mean({v})", "np.prod(0.5 * {v})", "({v})[{k}]", "np.linalg.det(0.5 * shifted({m}))", "np.trace({m})",
    "np.linalg.norm({v})", "np.linalg.norm({m})", "np.std({v})", "np.einsum('i,ij,j', {v}, 0.3 * {m}, {v})", "np.abs({s})", "np.conj({s})",
    "(({v})[{k}] * 0.7j)", "np.sum(({v})[np.real({v}) > 0])", "np.linalg.slogdet(shifted({m}))[1]", "np.real({s})", "np.imag({s})", "({m})[{k}, {k}]",
    "({s} + {s})", "({s} * {s})", "({s} / (2.5 + abs({s})))", "({v} @ {v})", "np.inner({v}, {v})", "np.angle({s} + 2.0)", "np.exp(0.3j * {s})",
    "np.linalg.norm(shifted({m}), 'nuc')", "np.linalg.slogdet(shifted({m}))[0]", "np.var({m})", "np.trapezoid({v})", "np.tensordot({m}, {m})",
)  # fmt: skip
TABLES = {"v": VECTORS, "m": MATRICES, "s": NUMBERS}
LEAVES = {
    "m": ("np.outer(z, np.conj(w))", "(np.diag(z) + 0.5j)", "np.array([[1.0, 2j, 0.5], [x[0], z[1], 1j], [-1j, w[2], 2.0]])"),
    "s": ("1j", "x[0]", "z[1]", "w[-1]", "(0.3 - 0.4j)", "x.sum()"),
}  # fmt: skip
HELPERS = """\
def hermitian(m):
    return 0.3 * m @ np.conj(m).T + np.diag([1.0, 3.0, 6.0])

def shifted(m):
    return m + np.diag([4.0, 6j, -5.0])

def rotated(v, angle):
    if np.real(angle) > 0.2:
        return v * np.exp(1j * np.real(angle))
    return np.conj(v) + 1j * angle
"""
LOSS = "np.sum(np.real(r) * np.array([1.0, 0.5, -0.3]) + 0.7 * np.imag(r) ** 2)"


class Generator:
    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.names = {"v": ["z", "x", "w"], "m": list[str](), "s": list[str]()}
        self.lines: list[str] = []

    def source(self) -> str:
        """A function of two complex vectors, a real one and a number of rounds: a real number, or a vector."""
        self.assignment("v", "v")
        statements = [(6, self.assignment), (2, self.loop), (2, self.parts), (2, self.branch), (2, self.stores), (1, self.gathered)]
        for k in range(self.draw.integer(1, 5)):
            kind = self.draw.weighted([(5, "v"), (2, "m"), (2, "s")])
            self.draw.weighted(statements)(f"{kind}{k}", kind)
        self.lines.append(f"r = {self.names['v'][-1]} + {self.number_of_all()}")
        self.lines.append("return r" if self.draw.chance(25) else f"return {LOSS}")
        return f"{HELPERS}\ndef f(z, x, w, n):\n" + "".join(f"    {line}\n" for line in self.lines)

    def number_of_all(self) -> str:
        """A share of something of each kind that there is."""
        shares = [f"0.1 * {self.draw.pick(self.names['v'])}"]
        shares += [f"0.1 * {self.names['s'][-1]}"] if self.names["s"] else []
        shares += [f"0.1 * {self.names['m'][-1]}[{self.draw.integer(0, 2)}]"] if self.names["m"] else []
        return " + ".join(shares)

    def expression(self, kind: str, depth: int) -> str:
        if depth <= 0:
            return self.draw.pick((*self.names[kind], *LEAVES.get(kind, ())))
        text = self.draw.pick(TABLES[kind])
        return re.sub(r"\{(\w)\}", lambda hole: self.hole(hole[1], depth - 1), text)

    def hole(self, kind: str, depth: int) -> str:
        return str(self.draw.integer(-3, 2)) if kind == "k" else self.expression(kind, self.draw.integer(0, depth))

    def some(self, kind: str) -> str:
        return self.expression(kind, self.draw.integer(0, 2))

    # -- statements ----------------------------------------------------------------------------------------------------

    def assignment(self, name: str, kind: str) -> None:
        self.lines.append(f"{name} = 1.0 * {self.expression(kind, self.draw.integer(1, DEEPEST))}")
        self.names[kind].append(name)

    def begin(self, name: str, kind: str) -> None:
        zero = {"v": "np.zeros(3, dtype=complex)", "m": "np.zeros((3, 3), dtype=complex)", "s": "0j"}[kind]
        self.lines.append(f"{name} = {zero} + {self.some(kind)}")

    def loop(self, name: str, kind: str) -> None:
        self.begin(name, kind)
        self.names[kind].append(name)
        self.lines.append("for k in range(n):")
        self.lines.append(f"    {name} = {name} * (0.3 + 0.2j) + {self.some(kind)}")
        if kind != "s":
            self.lines.append(f"    {name}[k % 3] = {name}[(k + 1) % 3] * 1j")
        elif self.draw.chance(40):
            self.lines += [f"    if np.abs({name}) > 3.0:", "        break"]

    def parts(self, name: str, kind: str) -> None:
        kind = "v" if kind == "s" else kind
        self.begin(name, kind)
        self.lines += [
            f"{name}.real = np.real({self.some(kind)})",
            f"{name}.imag[1:] += np.abs({self.some(kind)})[1:]",
            f"{name}[::2] *= 2j",
        ]
        self.names[kind].append(name)

    def branch(self, name: str, kind: str) -> None:
        self.lines.append(f"if np.sum(np.real({self.draw.pick(self.names['v'])})) > 0.3:")
        for sign, header in (("+", "else:"), ("-", "")):
            self.begin(f"    {name}", kind)
            self.lines.append(f"    {name} = {name} * 1.5 {sign} {self.some(kind)}")
            self.lines += [header] if header else []
        self.names[kind].append(name)

    def stores(self, name: str, kind: str) -> None:
        """Elements, slices and masked places of a copy, some of them through a view."""
        kind = "v" if kind == "s" else kind
        self.begin(name, kind)
        places = [f"{name}[{{k}}]", f"{name}[{{k}}:]", f"{name}[np.real({name}) > 0.4]", f"{name}.imag[[0, 2]]", f"{name}[::-1].real[{{k}}]"]
        places += [f"{name}[:, {{k}}]", f"{name}.T[{{k}}, 1:]", f"{name}.reshape(-1)[::4]"] if kind == "m" else []
        for _ in range(self.draw.integer(1, 3)):
            place = self.draw.pick(places).replace("{k}", str(self.draw.integer(-3, 2)))
            value = self.some("s")
            self.lines.append(f"{place} {self.draw.pick(('=', '+=', '*='))} {f'np.real({value})' if '.imag' in place or '.real' in place else value}")
        self.names[kind].append(name)

    def gathered(self, name: str, kind: str) -> None:
        """A list of numbers, and a sum over it."""
        turned = "np.complex128(1j)"
        self.lines.append(f"{name}_all = [{self.some('s')} * {turned} for k in range(2)] + [{self.some('s')} * {turned}]")
        self.lines.append(f"{name} = sum({name}_all) + {name}_all[{self.draw.integer(0, 2)}] * {self.some(kind)}")
        self.names[kind].append(name)


def complex_program(seed: int) -> Program:
    """The program of a seed, with arguments."""
    rng = np.random.default_rng(seed)
    source = Generator(SeededDraw(seed)).source()
    z, w = rng.normal(size=(2, 3)) + 1j * rng.normal(size=(2, 3))
    return Program(source, (z, rng.uniform(0.3, 1.5, 3), w, ROUNDS))
