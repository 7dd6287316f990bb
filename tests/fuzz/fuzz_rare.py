"""Statements that are rare in a program: arrays without elements, with three axes, and exceptions.

Expressions know nothing of these arrays: what is read of them gets a name.
"""

from __future__ import annotations

from fuzz_scope import Variable
from fuzz_writer import Writer

CUBES = ((2, 3, 2), (1, 2, 3), (3, 1, 2), (2, 2, 2))
# In the message of every exception that a program raises on purpose.
RAISED = "as told"


class Rare(Writer):
    # -- no elements -----------------------------------------------------------------------------------------------

    def _empty(self) -> None:
        known = self.scope.visible("empty")
        if not known or self.draw.chance(20):
            return self._new_empty()
        e, draw = self.draw.pick(known), self.draw
        kind = draw.weighted([(3, "float"), (2, "write"), (2, "joined"), (2, "loop")])
        if kind == "float":
            x = self._name()
            forms = (
                f"np.sum({e.name} * {self.write.atom()})",
                f"np.dot({e.name}, {e.name}[::-1]) + {self.write.atom()}",
            )
            forms += (
                f"{self.write.atom()} + np.tanh({e.name}).sum()",
                f"0.1 * len({e.name}) + np.prod({e.name}) * 0.5",
            )
            self.line(f"{x} = {draw.pick(forms)}")
            self.scope.define(Variable(x, "float"))
        elif kind == "write":
            self.line(
                f"{e.name}{draw.pick(('', '[:]', '[::2]', '[1:]'))} {draw.pick(('+=', '*='))} {self.write.atom()}"
            )
        elif kind == "joined" and self.scope.arrays(rank=1):
            array, name = draw.pick(self.scope.arrays(rank=1)), self._name("h")
            parts = [e.name, f"{array.name} * {self.write.atom()}"]
            self.line(f"{name} = np.concatenate([{', '.join(parts if draw.chance(50) else parts[::-1])}])")
            self.scope.define(Variable(name, "array", array.shape))
        else:
            item = Variable(self._name("o"), "float", fixed=True)
            self.line(f"for {item.name} in {e.name}:")
            self._block(lambda: self.scope.define(item) and None)
        return None

    def _new_empty(self) -> None:
        name = self._name("none")
        arrays = self.scope.arrays(rank=1)
        forms = ["np.zeros(0)" if self.precision != "float32" else "np.zeros(0, np.float32)"]
        forms += [f"{v.name}[{v.shape[0]}:] * {self.write.atom()}" for v in arrays[-2:]]
        forms += [f"{v.name}[{v.name} > 9.0]" for v in arrays[-1:]]
        self.line(f"{name} = {self.draw.pick(forms)}")
        self.scope.define(Variable(name, "empty", (0,)))

    # -- three axes ------------------------------------------------------------------------------------------------

    def _cube(self) -> None:
        known = self.scope.visible("cube")
        if not known:
            return self._new_cube()
        c, draw = self.draw.pick(known), self.draw
        i, j, k = (self.write.index(size, c.name, axis) for axis, size in enumerate(c.shape))
        p, q, r = c.shape
        kind = draw.weighted([(3, "float"), (3, "write"), (3, "array"), (1, "new"), (1, "loop")])
        if kind == "float":
            x = self._name()
            forms = (
                f"np.tanh({c.name}[{i}, {j}, {k}])",
                f"np.sum({c.name} * {self.write.atom()})",
                f"np.max({c.name})",
            )
            forms += (
                f"np.mean({c.name}[{i}])",
                f"np.sum(np.tanh({c.name}), axis=(0, 2))[{j}]",
                f"np.var({c.name}[..., {k}])",
            )
            self.line(f"{x} = {draw.pick(forms)}")
            self.scope.define(Variable(x, "float"))
        elif kind == "write":
            forms = (f"[{i}, {j}, {k}] += {self.write.number(1)}", f"[{i}] = {self.write.array((q, r), 1)}")
            forms += (
                f"[:, {j}] *= np.cos({self.write.array((p, r), 1)})",
                f"[..., {k}] = {self.write.array((p, q), 1)}",
            )
            forms += (f"[{i}, :, {k}] -= {self.write.array((q,), 1)}", f"[:, :, ::-1] *= {self.write.atom()}")
            self.line(f"{c.name}{draw.pick(forms)}")
        elif kind == "array":
            name = self._name("h")
            table = [(f"np.sum({c.name}, axis={axis})", c.shape[:axis] + c.shape[axis + 1 :]) for axis in range(3)]
            table += [(f"{c.name}.mean(axis=(0, 2))", (q,)), (f"np.max({c.name}, axis=1)", (p, r))]
            table += [(f"np.tanh({c.name}[{i}]).T", (r, q)), (f"{c.name}.reshape({p}, {q * r}) * 0.5", (p, q * r))]
            table += [
                (f"np.transpose({c.name}, (2, 0, 1))[{k}] * 1.0", (p, q)),
                (f"np.sin({c.name}[:, {j}, ::-1])", (p, r)),
            ]
            text, shape = draw.pick(table)
            # A copy: some of these are views of a new array.
            self.line(f"{name} = 1.0 * ({text})")
            self.scope.define(Variable(name, "array", shape))
        elif kind == "new":
            name = self._name("cube")
            forms = (
                f"np.tanh({c.name})",
                f"{c.name} * {self.write.array((q, r), 1)}",
                f"{c.name} - {self.write.number(1)}",
            )
            forms += (f"np.where({c.name} > 0.17, {c.name}, {self.write.atom()})", f"np.cumsum({c.name}, axis=1)")
            self.line(f"{name} = {draw.pick(forms)}")
            self.scope.define(Variable(name, "cube", c.shape))
        else:
            item = Variable(self._name("o"), "array", (q, r), fixed=True, view=True)
            item.cell.frozen = True
            self.line(f"for {item.name} in {c.name}:")
            c.cell.names += 1
            self._block(lambda: self.scope.define(item) and None)
            c.cell.names -= 1
        return None

    def _new_cube(self) -> None:
        name, shape = self._name("cube"), self.draw.pick(CUBES)
        dtype = ", np.float32" if self.precision == "float32" else ""
        first = f"np.stack([{', '.join(self.write.array(shape[1:], 0) for _ in range(shape[0]))}])"
        self.line(f"{name} = {self.draw.pick((f'np.ones({shape}{dtype})', first))}")
        self.scope.define(Variable(name, "cube", shape))

    # -- exceptions ------------------------------------------------------------------------------------------------

    def _check(self) -> None:
        """Mostly one that lets the program go on."""
        arrays = self.scope.visible("array")
        holds = f"np.all({self.draw.pick(arrays).name} < 50.0)" if arrays else "len('ab') == 2"
        test = self.write.condition() if self.draw.chance(30) else holds
        kind = self.draw.pick(("assert", "ValueError", "RuntimeError"))
        if kind == "assert":
            self.line(f'assert {test}, "{RAISED}"')
        else:
            self.line(f"if not ({test}):")
            self.line(f'    raise {kind}("{RAISED}")')
