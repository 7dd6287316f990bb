"""Random programs in which iterations of a loop have nothing to do with each other but for sums: numbers and vectors of their own, and
loops over these."""

from __future__ import annotations

import random

HEAD = """\
import numpy as np

def f(x, w):
    n, m = x.shape
    d, e = np.zeros(m), np.zeros(m)
    out, shared, total = np.zeros(n), np.zeros(m), 0.0
    for i in range(n):
        s, t = x[i, 0], 0.5
"""
END = """
    return total + np.sum(out * out) + np.sum(shared * w)
"""


KINDS = [*["loop"] * 8, *["nest"] * 4, "branch", "branch", "plain", "plain", "chosen", "chosen", "counted", "counted", "row", "steered"]


class StripWriter:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.lines: list[str] = []

    def program(self) -> str:
        for vector in self.random.sample(("d", "e"), 2):
            self._line(2, "for c in range(m):")
            self._line(3, f"{vector}[c] = {self._of('x[i, c] - w[c]', 'x[i, c] * w[c]', '0.0', 's * w[c]', 'w[c]')}")
        for _ in range(self.random.randint(2, 6)):
            self._statement(2)
        for text in self.random.sample(("out[i] = s", "total += s * t", "shared[0] += t", "total += d[0] * e[1]"), 2):
            self._line(2, text)
        return HEAD + "\n".join(self.lines) + END

    def _line(self, depth: int, text: str) -> None:
        self.lines.append("    " * depth + text)

    def _of(self, *choices: str) -> str:
        return self.random.choice(choices)

    def _number(self, c: str) -> str:
        return self._of(f"d[{c}]", f"e[{c}]", f"w[{c}]", f"x[i, {c}]", "s", "t", f"d[m - 1 - {c}]")

    def _statement(self, depth: int) -> None:
        a, b = self._number("c"), self._number("c")
        number, vector = self._of("s", "t"), self._of("d", "e")
        kind = self.random.choice(KINDS)
        if kind == "loop":
            self._line(depth, f"for c in range({self._of('m', 'm - 1', '1, m', 'm - 1, -1, -1')}):")
            for _ in range(self.random.randint(1, 2)):
                self._line(depth + 1, self._in_loop(a, b, number, vector))
        elif kind == "nest":
            self._line(depth, "for c in range(m):")
            self._line(depth + 1, f"for r in range({self._of('c + 1, m', 'm', 'c')}):")
            self._line(depth + 2, self._of(f"{vector}[r] += {a} * w[c]", f"{number} = 0.9 * {number} + d[r] * w[c]", f"shared[r] += {a}"))
        elif kind == "branch":
            self._line(depth, f"if {self._of('s > 0.2', 'x[i, 1] > 0.0', 'm > 2', 't < s')}:")
            for _ in range(self.random.randint(1, 2)):
                self._statement(depth + 1)
        elif kind == "plain":
            index = self._of("0", "0", "0", "i % m")
            self._line(depth, self._of(f"{vector}[{index}] = s * t", f"{number} = np.sin({vector}[{index}]) + {number}", "s, t = t, s", "total += s"))
        elif kind == "chosen":
            self._line(depth, "best, at = d[0], 0")
            self._line(depth, "for c in range(1, m):")
            self._line(depth + 1, f"if {vector}[c] > best:")
            self._line(depth + 2, f"best, at = {vector}[c], c")
            self._line(depth, f"{number} = {number} + best * w[at]")
        elif kind == "steered":
            self._line(depth, f"for c in range({self._of('i % m', 'int(x[i, 0] > 0.0)')}):")
            self._line(depth + 1, self._in_loop(a, b, number, vector))
        elif kind == "counted":
            self._line(depth, "k = 1")
            self._line(depth, "for c in range(m):")
            self._line(depth + 1, f"{number} = {number} + 0.1 * k * d[c]")
            self._line(depth + 1, "k += 2")
        else:
            self._line(depth, "row = x[i]")
            self._line(depth, f"{number} = {number} * row[{self._of('0', '1')}]")

    def _in_loop(self, a: str, b: str, number: str, vector: str) -> str:
        return self._of(
            f"{number} = {number} * {a} + 0.3 * {b}",
            f"{number} += {a} * {b}",
            f"{vector}[c] = 0.5 * {a} + {b}",
            f"{vector}[c] += {a} * {b}",
            f"shared[c] += {a} * {b}",
            f"{vector}[c] = {vector}[0] * 0.5 + {a}",
        )
