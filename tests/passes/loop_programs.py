"""Random programs of loops over one range, one after the other, that read and write the same few arrays at places near each other."""

import numpy as np

ARRAYS = ("a", "b", "c")


class LoopWriter:
    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.deep = self.rng.random() < 0.4
        self.sums = 0

    def pick(self, items):
        return items[self.rng.integers(len(items))]

    def place(self, array, near=True):
        offset = self.pick(["", "", "", " - 1", " + 1"] if near else [""])
        if self.deep:
            return f"{array}[{self.pick([f'i{offset}, j', f'i, j{offset}', 'i, j'])}]"
        return f"{array}[i{offset}]"

    def term(self):
        return self.pick(
            [
                lambda: self.place(self.pick(ARRAYS)),
                lambda: f"{self.place(self.pick(ARRAYS))} * {self.place('x')}",
                lambda: f"np.sin({self.place(self.pick(ARRAYS))})",
                lambda: f"0.5 * {self.place('x')}",
            ]
        )()

    def statement(self):
        if self.rng.random() < 0.2:
            self.sums += 1
            return f"total += {self.term()}"
        target = self.place(self.pick(ARRAYS), near=self.rng.random() < 0.3)
        return f"{target} {self.pick(['=', '=', '+='])} {self.term()} + {self.term()}"

    def loop(self):
        lines = [f"for i in range({self.pick(['1, n - 1', '1, n - 1', '1, n - 1', '2, n - 1'])}):"]
        indent = "    "
        if self.deep:
            lines.append("    for j in range(1, n - 1):")
            indent = "        "
        return [*lines, *(indent + self.statement() for _ in range(self.rng.integers(1, 3)))]

    def program(self):
        shape = "(n, n)" if self.deep else "n"
        lines = ["n = len(x)", *(f"{name} = {self.pick(['x.copy()', f'np.ones({shape})', '0.3 * x'])}" for name in ARRAYS), "total = 0.0"]
        for _ in range(self.rng.integers(2, 6)):
            lines += self.loop()
        if self.rng.random() < 0.5:
            lines = [*lines[: len(ARRAYS) + 2], "for t in range(2):", *("    " + line for line in lines[len(ARRAYS) + 2 :])]
        lines.append("return total + np.sum(a * a) + np.sum(b) + np.sum(c * x)")
        return "def f(x):\n" + "".join(f"    {line}\n" for line in lines)

    def point(self):
        return self.rng.normal(size=(5, 5) if self.deep else 6)
