"""Statements about numbers, lists of them, functions and flags; new arrays."""

from __future__ import annotations

from fuzz_scope import Variable
from fuzz_writer import Writer


class Scalars(Writer):
    def _new_float(self) -> None:
        name = self._name()
        value = self.draw.pick((self.write.number(), self.write.number(1), self.write.constant(), "0.0"))
        self.line(f"{name} = {value}")
        self.scope.define(Variable(name, "float"))

    def _change_float(self) -> None:
        floats = [v for v in self.scope.visible("float") if not v.fixed]
        if not floats:
            return self._new_float()
        v = self.draw.pick(floats)
        if self.draw.chance(60):
            self.line(f"{v.name} {self.draw.pick(('+=', '-=', '+='))} {self.write.number()}")
        elif self.draw.chance(25):
            self.line(f"{v.name} {self.draw.pick(('*=', '/='))} (1.3 + np.cos({self.write.number(1)}))")
        else:
            self.line(f"{v.name} = {self.write.bounded()}")
        return None

    def _new_int(self) -> None:
        ints = [v for v in self.scope.visible("int") if not v.fixed and v.low is None]
        if ints and self.draw.chance(50):
            v = self.draw.pick(ints)
            self.line(self.draw.pick((f"{v.name} += 1", f"{v.name} = ({self.write.integer()}) % 5", f"{v.name} -= 2")))
            return
        name = self._name("k")
        self.line(f"{name} = {self.write.integer()}")
        self.scope.define(Variable(name, "int"))

    def _new_array(self) -> None:
        name = self._name(self.draw.pick(("b", "c", "h")))
        arrays = self.scope.visible("array")
        shape = (
            self.draw.pick(arrays).shape if arrays and self.draw.chance(70) else self.draw.pick(((3,), (4,), (2, 3)))
        )
        size = str(shape[0]) if len(shape) == 1 else str(shape)
        kind = self.draw.weighted([(5, "expression"), (2, "zeros"), (2, "copy")])
        same = self.scope.arrays(shape)
        dtype = ", dtype=np.float32" if self.precision == "float32" else ""
        if kind == "zeros":
            forms = [f"np.zeros({size}{dtype})", f"np.ones({size}{dtype})"]
            forms += [f"np.zeros_like({v.name})" for v in same[:1]]
            text = self.draw.pick(forms)
        elif kind == "copy" and same:
            text = self.draw.pick((f"{self.draw.pick(same).name}.copy()", f"np.array({self.draw.pick(same).name})"))
        else:
            # A copy of whatever it is: the expression may be a view.
            text = f"1.0 * ({self.write.array(shape)})"
        self.line(f"{name} = {text}")
        self.scope.define(Variable(name, "array", shape))

    def _tuple_assignment(self) -> None:
        floats = [v for v in self.scope.visible("float") if not v.fixed]
        if len(floats) < 2:
            return self._new_float()
        x, y = self.draw.pick(floats).name, self.draw.pick(floats).name
        if x == y:
            return self._change_float()
        forms = (f"{x}, {y} = {y}, {x}", f"{x}, {y} = {y}, np.tanh({x} + {y})", f"{x} = {y} = {self.write.bounded(1)}")
        self.line(self.draw.pick(forms))
        return None

    def _list(self) -> None:
        name = self._name("items")
        self.line(f"{name} = [{self.write.bounded(1)}]")
        self.scope.define(Variable(name, "list"))

    def _append(self) -> None:
        items = self.draw.pick(self.scope.visible("list"))
        if self.draw.chance(20):
            self.line(f"{items.name}[-1] {self.draw.pick(('=', '+='))} {self.write.bounded(1)}")
        else:
            self.line(f"{items.name}.append({self.write.bounded(1)})")

    def _function(self) -> None:
        """A function inside the function, which captures what is around it."""
        name = self._name("inner")
        if self.draw.chance(50):
            array = (
                f" + {self.write.element(self.draw.pick(self.scope.visible('array')))}"
                if self.scope.visible("array")
                else ""
            )
            self.line(f"{name} = lambda alpha, beta: {self.write.bounded(1)} * alpha + beta{array}")
        else:
            self.line(f"def {name}(alpha, beta):")
            self.line(f"    alpha = alpha * {self.write.atom()}")
            self.line(f"    return np.sin(alpha) + beta * {self.write.atom()}")
        x = self._name()
        self.line(f"{x} = {name}({self.write.number(1)}, {self.write.atom()})")
        self.scope.define(Variable(name, "function"))
        self.scope.define(Variable(x, "float"))

    def _pair(self) -> None:
        """A tuple, taken apart by unpacking or by index; or a dict."""
        name = self._name("pair")
        x, y = self._name("m"), self.write.number(1)
        if self.draw.chance(30):
            self.line(f'{name} = {{"one": {y}, "two": {self.write.atom()}}}')
            self.line(f'{name}["one"] += {self.write.atom()}')
            self.line(f'{x} = {name}["one"] * {name}["two"]')
        elif self.draw.chance(40):
            self.line(f"{name} = ({y}, {self.write.atom()})")
            self.line(f"{x} = {name}[0] - {name}[-1]")
        else:
            self.line(f"{name} = {self._name('o')}, {x} = {self.write.atom()}, {y}")
        self.scope.define(Variable(name, "tuple"))
        self.scope.define(Variable(x, "float"))

    def _flag(self) -> None:
        """A condition that has a name, and is used twice."""
        name = self._name("flag")
        self.line(f"{name} = {self.write.condition()}")
        self.scope.define(Variable(name, "bool"))
        x = self._name()
        self.line(f"{x} = {self.write.number(1)} if {name} else {self.write.number(1)}")
        self.scope.define(Variable(x, "float"))
        if self.indent < 5 and self.budget > 0:
            self.line(f"if {self.draw.pick((name, f'not {name}'))}:")
            self._block()

    def _dead(self) -> None:
        self.line(f"unused = {self.write.number()}")
