"""Statements that write into arrays, and give them names."""

from __future__ import annotations

from fuzz_scope import Variable
from fuzz_writer import Writer


class Arrays(Writer):
    def _store(self) -> None:
        array = self.draw.pick(self._writable())
        place = self.write.element(array)
        kind = self.draw.weighted([(4, "="), (4, "+="), (1, "-="), (1, "*=")])
        value = (
            self.write.bounded(1) if kind == "*=" or (kind == "=" and self.draw.chance(50)) else self.write.number(1)
        )
        self.line(f"{place} {kind} {value}")

    def _store_slice(self) -> None:
        array = self.draw.pick(self._writable())
        draw, n = self.draw, array.shape[0]
        if len(array.shape) == 1:
            table: list[tuple[str, tuple[int, ...]]] = [("[:]", (n,)), ("[::2]", ((n + 1) // 2,)), ("[::-1]", (n,))]
            if n > 1:
                table += [("[1:]", (n - 1,)), ("[:-1]", (n - 1,)), ("[1::2]", (n // 2,)), ("[-1:0:-1]", (n - 1,))]
            if n > 2:
                table.append(("[1:-1]", (n - 2,)))
        else:
            m = array.shape[1]
            table = [
                (f"[{self.write.index(n, array.name)}]", (m,)),
                (f"[:, {self.write.index(m, array.name, 1)}]", (n,)),
            ]
            table += [("[:]", (n, m)), ("[..., -1]", (n,)), ("[0, :]", (m,)), ("[::-1]", (n, m))]
        where, shape = draw.pick(table)
        operator = draw.weighted([(3, "="), (3, "+="), (1, "-="), (2, "*=")])
        if draw.chance(25):
            value = self.write.bounded(1)
        elif operator == "*=":
            value = f"np.cos({self.write.array(shape, 1)})"
        elif len(shape) == 2 and draw.chance(30):
            value = self.write.array((shape[1],), 1)
        else:
            value = self.write.array(shape, 1)
        self.line(f"{array.name}{where} {operator} {value}")

    def _in_place(self) -> None:
        array = self.draw.pick(self._writable())
        value = self.write.array(array.shape, 1) if self.draw.chance(60) else self.write.number(1)
        self.line(
            self.draw.pick((f"{array.name} += {value}", f"{array.name} -= {value}", f"{array.name} *= np.sin({value})"))
        )

    def _scatter(self) -> None:
        """A write by an index array, which may name an element twice."""
        for ints in self.scope.visible("ints"):
            for array in self._writable(rank=1):
                if ints.high is not None and ints.high < array.shape[0]:
                    value = self.write.array(ints.shape, 1)
                    place = f"{array.name}[{ints.name}]"
                    forms = (
                        f"{place} += {value}",
                        f"np.add.at({array.name}, {ints.name}, {value})",
                        f"{place} = {value}",
                    )
                    self.line(self.draw.pick(forms))
                    return
        self._store()

    def _mask(self) -> None:
        array = self.draw.pick(self._writable())
        place = f"{array.name}[{array.name} > 0.47]"
        self.line(
            self.draw.pick((f"{place} = {self.write.bounded(1)}", f"{place} *= {self.write.atom()}", f"{place} += 0.2"))
        )

    def _view(self) -> None:
        array = self.draw.pick(self._writable())
        n = array.shape[0]
        table: list[tuple[str, tuple[int, ...]]] = [("[:]", array.shape), ("[::-1]", array.shape)]
        if n > 1:
            table += [("[1:]", (n - 1, *array.shape[1:])), ("[:-1]", (n - 1, *array.shape[1:]))]
        if len(array.shape) == 2:
            m = array.shape[1]
            table += [
                (f"[{self.write.index(n, array.name)}]", (m,)),
                (f"[:, {self.write.index(m, array.name, 1)}]", (n,)),
            ]
            table += [(".T", (m, n))]
        else:
            table.append(("[::2]", ((n + 1) // 2,)))
        how, shape = self.draw.pick(table)
        name = self._name(self.draw.pick(("row", "view")))
        self.line(f"{name} = {array.name}{how}")
        array.cell.names += 1
        self.scope.define(Variable(name, "array", shape, array.cell, view=True))

    def _alias(self) -> None:
        array = self.draw.pick(self._writable())
        name = self._name("alias")
        self.line(f"{name} = {array.name}")
        array.cell.names += 1
        self.scope.define(Variable(name, "array", array.shape, array.cell, view=array.view))

    def _overwrite(self) -> None:
        """The name gets another array.  On one of two paths, only a name that shares its array with none may."""
        candidates = [
            v for v in self.scope.visible("array") if self.scope.local(v) or (v.cell.names == 1 and not v.view)
        ]
        if not candidates:
            return self._store()
        array = self.draw.pick(candidates)
        dtype = f"({self.write.array(array.shape)})"
        self.line(f"{array.name} = {self.draw.pick(('np.tanh({})', '0.5 * {}', '1.0 * {}')).format(dtype)}")
        if self.scope.local(array):
            self.scope.define(Variable(array.name, "array", array.shape))
        return None

    def _call_writer(self) -> None:
        vectors = self._writable(rank=1)
        if not vectors:
            return self._store()
        self.line(f"{self.helpers['write'][0]}({self.draw.pick(vectors).name}, {self.write.bounded(1)})")
        return None

    def _swap(self) -> None:
        alone = [v for v in self.scope.visible("array") if v.cell.names == 1 and not v.view and not v.cell.frozen]
        for x in alone:
            for y in alone:
                if x is not y and x.shape == y.shape and self.precision != "mixed":
                    self.line(f"{x.name}, {y.name} = {y.name}, {x.name}")
                    return
        self._store()
