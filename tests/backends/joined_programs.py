"""Random programs that join vectors, cut them at the joints and elsewhere, and make room for some elements more."""

import random


class JoinWriter:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.vectors = ["x", "y"]
        self.lines = []

    def vector(self):
        return self.rng.choice(self.vectors)

    def count(self):
        """The length of a vector, a number that may be negative, or a sum."""
        made = self.rng.choice([f"len({self.vector()})", f"len({self.vector()})", "n"])
        return self.rng.choice([made, made, f"{made} + {self.rng.randint(1, 2)}", f"{made} + len({self.vector()})"])

    def bound(self):
        return self.rng.choice([self.count(), self.count(), str(self.rng.randint(-2, 2)), ""])

    def joined(self):
        v, w, u = self.vector(), self.vector(), self.vector()
        return self.rng.choice(
            [
                f"np.concatenate(({v}, {w}))",
                f"np.concatenate((np.zeros({self.rng.randint(1, 2)}), {v}, {w}))",
                f"np.hstack([{v}, {w}, {u}])",
                f"np.pad({v}, ({self.rng.randint(0, 2)}, {self.rng.randint(0, 2)}))",
                f"np.append({v}, 0.5)",
                f"np.diff(np.append({v}, 1.0))",
            ]
        )

    def sliced(self):
        return f"{self.vector()}[{self.bound()}:{self.bound()}]"

    def room(self, name):
        v = self.vector()
        self.lines.append(f"{name} = np.zeros({self.rng.choice([f'len({v}) + 2', f'len({v})', self.count()])})")
        self.lines.append(f"{name}[{self.rng.choice(['1:-1', '1:-1', ':' + self.count(), self.bound() + ':'])}] = {v}")

    def mixed(self):
        return f"{self.vector()} * {self.vector()}"

    def function(self, statements=7):
        for k in range(statements):
            name = f"v{k}"
            what = self.rng.random()
            if what < 0.2:
                self.room(name)
            else:
                made = self.joined if what < 0.55 else self.sliced if what < 0.85 else self.mixed
                self.lines.append(f"{name} = {made()}")
            self.vectors.append(name)
        terms = [f"np.sum({name} * {name}) * 0.{k + 1}" for k, name in enumerate(self.vectors[-4:])]
        body = [*self.lines, f"return {' + '.join(terms)}"]
        return "import numpy as np\n\n\ndef f(x, y, n):\n" + "".join(f"    {line}\n" for line in body)
