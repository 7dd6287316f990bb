"""Random programs of views and copies: chains of reshapes, transpositions, slices, ufuncs and copies of two arguments in any
memory order, then writes through one of the names, and sums over all of them."""

from __future__ import annotations

import random

import numpy as np

_MATRICES = {
    "new": [
        *(
            "{a} * 2.0",
            "np.sin({a})",
            "{a}.copy()",
            "{a}.T * 2.0",
            "np.copy({a}.T)",
            "{a} + {a}",
            "{a} + {a}[0]",
            "-{a}",
        ),
        *(
            "np.where({a} > 0.0, {a}, {a} * 0.5)",
            "np.zeros_like({a}) + {a}",
            "np.zeros({a}.shape) + {a}",
            "{a} @ {a}.T",
        ),
        *("np.cumsum({a}, axis=0)", "np.concatenate(({a}, {a}), axis=1)", "{a}[:, [0, 1]]", "{a}[[0, 1]]"),
        *("np.sort({a}, axis=1)", "np.roll({a}, 1, axis=0)", "{a}.astype(float)", "np.stack(({a}, {a}), axis=0)[0]"),
        *(
            "np.maximum({a}, {a}[:, :1])",
            "np.full_like({a}, 1.5)",
            "np.clip({a}, -1.0, 1.0)",
            "np.outer({a}[0], {a}[1])",
        ),
        *(
            "np.array({a})",
            "np.array([{a}[0], {a}[1]])",
            "np.column_stack(({a}[:, 0], {a}[:, 1]))",
            "np.vstack(({a}, {a}))",
        ),
        *(
            "np.diff({a}, axis=1)",
            "np.take({a}, [0, 1], axis=1)",
            "np.triu({a})",
            "np.pad({a}, 1)",
            "np.tile({a}, (1, 2))",
        ),
        *("np.sum(np.stack(({a}, {a}), axis=2), axis=2)", "np.repeat({a}, 2, axis=0)", "np.round({a}, 2)"),
    ],
    "view": [
        *(
            "{a}.T",
            "{a}[1:]",
            "{a}[:, 1:]",
            "{a}[::-1]",
            "{a}[:, ::2]",
            "{a}.reshape(-1, 1)",
            "{a}.swapaxes(0, 1)",
            "{a}[...]",
        ),
        *(
            "{a}.reshape({a}.shape[1], {a}.shape[0])",
            "np.asarray({a})",
            "np.ascontiguousarray({a})",
            "np.asfortranarray({a})",
        ),
        *(
            "np.diff({a}, n=0)",
            "{a}.reshape({a}.shape)",
            "np.flip({a}, 0)",
            "{a}.real",
            "{a}.conj()",
            "np.float64({a})",
        ),
        *(
            "{a}.astype(float, copy=False)",
            "np.moveaxis({a}, 0, 1)",
            "np.split({a}, [1])[1]",
            "np.einsum('ij->ji', {a})",
        ),
        *("np.einsum('ij', {a})", "np.asarray({a}, order='C')", "np.asarray({a}, order='F')", "np.hsplit({a}, [1])[1]"),
        *(
            "np.reshape({a}, {a}.shape, order='F')",
            "{a}.reshape({a}.shape, order='A')",
            "{a}[0:2, 0:2]",
            "{a}.reshape(1, -1)",
        ),
    ],
    "vector": [
        *(
            "{a}.reshape(-1)",
            "{a}.ravel()",
            "{a}.flatten()",
            "{a}[0]",
            "{a}[:, 0]",
            "np.ravel({a})",
            "{a}.ravel(order='F')",
        ),
        *(
            "{a}.flatten('F')",
            "{a}.ravel('K')",
            "{a}.ravel(order='A')",
            "np.reshape({a}, -1, order='F')",
            "np.diagonal({a})",
        ),
        *("{a}.sum(axis=0)", "{a}.T.ravel()", "np.mean({a}, axis=1)", "np.diag({a})", "np.squeeze({a}[:, :1], 1)"),
    ],
}
_VECTORS = {
    "vector": [
        *(
            "{a}[1:]",
            "{a}[::-1]",
            "{a}[::2]",
            "{a}.ravel()",
            "{a}.reshape(-1)",
            "{a}[...]",
            "np.diff({a}, n=0)",
            "{a}.T",
        ),
        *(
            "np.ascontiguousarray({a})",
            "np.asarray({a})",
            "{a} * 1.0",
            "{a}.copy()",
            "{a}.flatten()",
            "np.atleast_1d({a})",
        ),
        *(
            "np.flip({a})",
            "np.split({a}, [1])[1]",
            "np.einsum('i', {a})",
            "np.concatenate(({a}, {a}))",
            "np.cumsum({a})",
        ),
    ],
    "matrix": [
        *(
            "{a}.reshape(-1, 1)",
            "{a}[:, None]",
            "{a}[None]",
            "np.expand_dims({a}, 0)",
            "np.atleast_2d({a})",
            "np.diag({a})",
        ),
        *(
            "np.outer({a}, {a})",
            "np.stack(({a}, {a}), 1)",
            "np.copy(np.broadcast_to({a}, (2, {a}.size)))",
            "{a} + {a}[:, None]",
        ),
    ],
}
_WRITES = [
    *(
        "{a} += 1.5",
        "{a} *= 2.0",
        "{a}[0] = 7.0",
        "{a}[...] = 3.0",
        "{a}[-1] *= 4.0",
        "{a}.fill(2.5)",
        "{a}[1:] += 2.0",
    ),
    *("np.multiply({a}, 3.0, out={a})", "{a}[:] = {a}[::-1]"),
]
_ARRANGED = ("C", "F", "strided", "negative", "sliced")


class Chain:
    """One program, and arguments for it."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.ranks = {"x": 2, "y": self.rng.choice([1, 2])}
        self.lines: list[str] = []
        for _ in range(self.rng.randint(2, 6)):
            self._derive()
        self.rng.choice([self._plain, self._plain, self._plain, self._in_a_loop, self._in_a_branch, self._twice])()
        sums = [
            f"    total += np.sum({v} * np.cos(np.arange(1.0, {v}.size + 1.0)).reshape({v}.shape))" for v in self.ranks
        ]
        self.text = "\n".join(["def f(x, y):", *self.lines, "    total = 0.0", *sums, "    return total", ""])

    def arguments(self) -> list[np.ndarray]:
        shape = self.rng.choice([(3, 4), (2, 3), (3, 3), (2, 2), (3, 1), (1, 3)])
        return [self._argument(shape), self._argument(shape if self.ranks["y"] == 2 else (4,))]

    def _argument(self, shape: tuple[int, ...]) -> np.ndarray:
        array = np.array([self.rng.uniform(-2.0, 2.0) for _ in range(int(np.prod(shape)))]).reshape(shape)
        order = self.rng.choice(_ARRANGED)
        if order in ("C", "F"):
            return np.array(array, order=order)
        room = np.zeros([2 * n for n in shape], order=self.rng.choice("CF"))
        steps = {"strided": slice(None, None, 2), "negative": slice(None, None, -2), "sliced": slice(1, None)}
        part = tuple(slice(1, n + 1) if order == "sliced" else steps[order] for n in shape)
        room[part] = array
        return room[part]

    def _derive(self) -> None:
        of = self.rng.choice(list(self.ranks)[-4:])
        kinds = _MATRICES if self.ranks[of] == 2 else _VECTORS
        kind = self.rng.choice(list(kinds))
        name = f"v{len(self.ranks)}"
        self.lines.append(f"    {name} = {self.rng.choice(kinds[kind]).format(a=of)}")
        self.ranks[name] = 1 if kind == "vector" else 2

    def _write(self, indent: int = 4) -> None:
        self.lines.append(" " * indent + self.rng.choice(_WRITES).format(a=self.rng.choice(list(self.ranks))))

    def _plain(self) -> None:
        self._write()

    def _twice(self) -> None:
        self._write()
        self._derive()
        self._write()

    def _in_a_loop(self) -> None:
        self.lines.append("    for i in range(2):")
        self._write(8)
        one = self.rng.choice(list(self.ranks))
        kinds = _MATRICES["view"] if self.ranks[one] == 2 else _VECTORS["vector"]
        to = self.rng.choice([name for name, rank in self.ranks.items() if rank == self.ranks[one]])
        self.lines.append(f"        {to} = {self.rng.choice(kinds).format(a=one)}")

    def _in_a_branch(self) -> None:
        a, b = self.rng.sample(list(self.ranks), 2)
        if self.ranks[a] == self.ranks[b]:
            self.lines.append(f"    w = {a} if x[0, 0] > 0.0 else {b}")
            self.ranks["w"] = self.ranks[a]
        self.lines.append("    if x[-1, -1] > 0.0:")
        self._write(8)
        self._write()
