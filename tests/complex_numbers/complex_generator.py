"""Random programs with complex vectors: expressions, loops, branches, writes to elements and to parts.  A seed determines its program."""

from __future__ import annotations

import random

UNARY = (
    "np.exp(0.3 * {})", "np.sin({})", "np.conj({})", "({}).real", "({}).imag", "np.abs({})", "np.sqrt({} + 3.0)", "(({}) ** 2)", "np.angle({} + 2.0)",
    "(1.0 / ({} + 4j))", "(-({}))", "np.tanh(0.2 * {})", "({})[::-1]", "np.roll({}, 1)", "np.cumsum({})", "np.fft.fft({})", "np.fft.ifft({})",
    "np.where(np.abs({}) > 1, 2.0, 1j)", "(({}) ** 1.5)", "np.log({} + 5.0)", "np.arctan(0.3 * {})", "({}).conj()", "np.cosh(0.3 * {})",
)  # fmt: skip
BINARY = (
    "({} + {})", "({} - {})", "({} * {})", "({} / ({} + 5.0))", "np.where(np.real({}) > 0, {}, 1j)", "({} + 1j * {})",
    "(0.1 * np.vdot({}, {}) + z)", "(0.1 * ({} @ {}) + x)", "(0.1 * np.outer({}, {}).sum(axis=0))", "np.maximum(np.real({}), np.imag({}))",
    "np.hypot(np.real({}), np.abs({}))",
)  # fmt: skip
LOSS = "np.sum(np.real(s) * np.array([1.0, 0.5, -0.3]) + 0.7 * np.imag(s) ** 2)"


class Generator:
    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.names = ["z", "x", "w"]
        self.lines = ["def f(z, x, w, n):"]

    def program(self) -> str:
        """A real function of two complex vectors, a real one, and a number of rounds."""
        self.assignment("v")
        for k in range(self.draw.randint(1, 4)):
            made = self.draw.choices([self.assignment, self.loop, self.parts, self.branch], [6, 2, 1, 1])[0]
            made(f"v{k}")
        self.lines.append(f"    s = {self.names[-1]} + 0.1 * {self.draw.choice(self.names)}")
        self.lines.append(f"    return {LOSS}")
        return "\n".join(self.lines)

    def expression(self, depth: int) -> str:
        if depth == 0:
            return self.draw.choice(self.names)
        if self.draw.random() < 0.55:
            return self.draw.choice(UNARY).format(self.expression(depth - 1))
        return self.draw.choice(BINARY).format(self.expression(depth - 1), self.expression(depth - 1))

    def some(self) -> str:
        return self.expression(self.draw.randint(0, 2))

    def assignment(self, name: str) -> None:
        self.lines.append(f"    {name} = 1.0 * {self.expression(self.draw.randint(1, 3))}")
        self.names.append(name)

    def _begin(self, name: str) -> None:
        self.lines.append(f"    {name} = np.zeros(3, dtype=complex) + {self.draw.choice(self.names)}")

    def loop(self, name: str) -> None:
        self._begin(name)
        self.lines += [
            "    for k in range(n):",
            f"        {name} = {name} * (0.3 + 0.2j) + {self.some()}",
            f"        {name}[k % 3] = {name}[(k + 1) % 3] * 1j",
        ]
        self.names.append(name)

    def parts(self, name: str) -> None:
        self._begin(name)
        self.lines += [
            f"    {name}.real = np.real({self.some()})",
            f"    {name}.imag[1:] += np.abs({self.some()})[1:]",
            f"    {name}[::2] *= 2j",
        ]
        self.names.append(name)

    def branch(self, name: str) -> None:
        self.lines += [
            f"    if np.sum(np.real({self.draw.choice(self.names)})) > 0.3:",
            f"        {name} = np.zeros(3, dtype=complex) + {self.some()}",
            "    else:",
            f"        {name} = np.zeros(3, dtype=complex) - {self.draw.choice(self.names)}",
        ]
        self.names.append(name)
