"""Random programs in which loops fill vectors, and others read their elements while what they were made of may change."""

from __future__ import annotations

import random

HEAD = """\
import numpy as np

def f(x, m):
    x, m, n = x.copy(), m.copy(), len(m)
    d, e = np.zeros(n), np.zeros(n)
    s, total = 0.5, 0.0
"""


class VectorWriter:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.lines: list[str] = []

    def program(self) -> str:
        self._line(1, "for i in range(len(x)):")
        for _ in range(self.random.randint(3, 7)):
            self._statement(2, "i")
        for _ in range(self.random.randint(0, 2)):
            self._statement(1, "0")
        return HEAD + "\n".join(self.lines) + "\n    return total + s\n"

    def _line(self, depth: int, text: str) -> None:
        self.lines.append("    " * depth + text)

    def _of(self, *choices: str) -> str:
        return self.random.choice(choices)

    def _element(self, row: str, c: str) -> str:
        return self._of(f"x[{row}, {c}]", f"m[{c}]", f"d[{c}]", f"e[{c}]", f"m[n - 1 - {c}]", "s", "0.5")

    def _formula(self, row: str, c: str) -> str:
        a, b = self._element(row, c), self._element(row, c)
        return self._of(f"{a} - {b}", f"{a} * {b}", f"0.3 * {a} + {b}", f"-{a}", f"np.sin({a})", f"{c} * {a}")

    def _statement(self, depth: int, row: str) -> None:
        kind = self._of("fill", "fill", "fill", "read", "read", "read", "change", "change", "branch", "nest", "both", "carry", "whole")
        vector = self._of("d", "d", "e")
        if kind == "branch":
            self._line(depth, f"if {self._of('s > 0.4', f'x[{row}, 0] > 0.0', 'total < 1.0')}:")
            for _ in range(self.random.randint(1, 3)):
                self._statement(depth + 1, row)
            return
        if kind == "whole":
            self._line(depth, self._of("total += np.sum(d) * 0.1", f"{vector}[0] += 0.5", "m = m * 0.9", f"{vector} = {vector} + m", "d, e = e, d"))
            return
        if kind == "carry":
            self._line(depth, "last = s")
        self._line(depth, f"for c in range({self._of('n', 'n', 'n', 'n - 1') if kind != 'fill' else 'n'}):")
        if kind == "fill":
            self._line(depth + 1, f"{vector}[c] = {self._formula(row, 'c')}")
        elif kind == "read":
            index = self._of("c", "c", "n - 1 - c", "-1 - c", "0")
            self._line(depth + 1, f"total += 0.1 * {vector}[{index}] * {self._element(row, 'c')}")
        elif kind == "change":
            self._line(depth + 1, f"{self._of(f'x[{row}, c]', 'm[c]')} = 0.5 * {vector}[{self._of('c', 'n - 1 - c')}] + {self._element(row, 'c')}")
        elif kind == "nest":
            self._line(depth + 1, "for r in range(c):")
            self._line(depth + 2, f"total += 0.1 * {vector}[{self._of('c', 'r')}] * m[r]")
        elif kind == "carry":
            self._line(depth + 1, f"{vector}[c] = {self._of('last + 0.1 * s', 'last * m[c]')}")
            self._line(depth + 1, f"last = {self._of(f'{vector}[c]', 'last * 0.5')}")
        else:
            self._line(depth + 1, f"d[c] = {self._formula(row, 'c')}")
            self._line(depth + 1, f"e[c] = {self._formula(row, 'c')}")
