"""Random expressions: floats, integers, conditions and arrays of a given shape."""

from __future__ import annotations

from fuzz_draw import Draw
from fuzz_scope import Scope, Variable

SMOOTH = ("np.tanh({})", "np.sin({})", "np.cos({})", "np.arctan({})", "np.exp(-({}) ** 2)", "np.sqrt(1.0 + ({}) ** 2)")
SMOOTH += ("np.log(2.0 + np.sin({}))", "np.log1p(({}) ** 2)", "np.square({})", "np.negative({})", "np.exp(np.sin({}))")
SMOOTH += ("np.sinh(np.sin({}))", "np.arcsinh({})", "np.reciprocal(2.0 + np.cos({}))", "np.expm1(-np.square({}))")
SCALAR = ("math.sin({})", "math.tanh({})", "math.exp(math.sin({}))", "math.atan({})", "math.sqrt(1.5 + math.cos({}))")
SCALAR += ("({}) ** 2", "abs({})", "float({})", "-({})", "({}) ** 3")


class Expressions:
    """Writes expressions over what is in scope.  Array expressions are fresh arrays or views; nobody writes to them."""

    def __init__(self, draw: Draw, scope: Scope, helpers: dict[str, list[str]]) -> None:
        self.draw = draw
        self.scope = scope
        # Names of functions by what they take and give: "ff" two floats, "a" an array of one dimension to a float.
        self.helpers = helpers

    # -- integers --------------------------------------------------------------------------------------------------

    def constant(self) -> str:
        return self.draw.pick(("0.5", "1.0", "2.0", "0.3", "-0.7", "1.3", "0.1", "-0.25", "3", "2", "-1"))

    def integer(self, depth: int = 1) -> str:
        """An integer of no known bounds, but small."""
        ints = self.scope.visible("int")
        table = [(2, "constant")]
        if ints:
            table.append((6, "name"))
        if depth > 0:
            table.append((4, "operator"))
        if self.scope.visible("ints"):
            table.append((1, "item"))
        if self.scope.visible("array"):
            table.append((2, "length"))
        what = self.draw.weighted(table)
        if what == "name":
            return self.draw.pick(ints).name
        if what == "operator":
            x, y = self.integer(depth - 1), self.integer(depth - 1)
            return self.draw.pick((f"({x} + {y})", f"({x} - {y})", f"{x} * 2", f"{x} // 2", f"abs({x})", f"{x} % 3"))
        if what == "item":
            array = self.draw.pick(self.scope.visible("ints"))
            return f"{array.name}[{self.index(array.shape[0], array.name)}]"
        if what == "length":
            array = self.draw.pick(self.scope.visible("array"))
            return self.extent(array, self.draw.integer(0, len(array.shape) - 1))
        return str(self.draw.integer(0, 3))

    def extent(self, array: Variable, axis: int) -> str:
        if axis == 0 and self.draw.chance(50):
            return f"len({array.name})"
        return f"{array.name}.shape[{axis}]"

    def index(self, size: int, owner: str, axis: int = 0) -> str:
        """An index into an axis of that size, in bounds by what is known or by a remainder."""
        inside = [v for v in self.scope.visible("int") if v.low is not None and v.high is not None]
        table: list[tuple[int, str]] = [(1, str(self.draw.integer(0, size - 1))), (1, str(-self.draw.integer(1, size)))]
        for v in inside:
            assert v.low is not None
            assert v.high is not None
            if v.low >= 0 and v.high < size:
                table += [(6, v.name), (1, f"-{v.name} - 1"), (1, f"-1 - {v.name}")]
            if v.low >= 1 and v.high <= size:
                table.append((3, f"{v.name} - 1"))
            if v.low >= -1 and v.high < size - 1:
                table.append((3, f"{v.name} + 1"))
        if self.scope.visible("int"):
            length = self.draw.pick((str(size), f"{owner}.shape[{axis}]", *([f"len({owner})"] if axis == 0 else [])))
            table.append((3, f"({self.integer()}) % {length}"))
        return self.draw.weighted(table)

    # -- floats ----------------------------------------------------------------------------------------------------

    def element(self, array: Variable) -> str:
        if len(array.shape) == 2:
            i, j = self.index(array.shape[0], array.name), self.index(array.shape[1], array.name, 1)
            return f"{array.name}[{i}, {j}]" if self.draw.chance(85) else f"{array.name}[{i}][{j}]"
        return f"{array.name}[{self.index(array.shape[0], array.name)}]"

    def atom(self) -> str:
        table: list[tuple[int, str]] = [(2, "constant")]
        if self.scope.visible("float"):
            table.append((8, "float"))
        if self.scope.visible("array"):
            table.append((7, "element"))
        if self.scope.visible("int"):
            table.append((1, "int"))
        if self.scope.visible("dict"):
            table.append((3, "dict"))
        if self.scope.visible("list"):
            table.append((3, "list"))
        what = self.draw.weighted(table)
        if what == "float":
            return self.draw.pick(self.scope.visible("float")).name
        if what == "element":
            return self.element(self.draw.pick(self.scope.visible("array")))
        if what == "int":
            return f"0.1 * {self.integer(0)}"
        if what == "dict":
            held = self.draw.pick(self.scope.visible("dict"))
            return f'{held.name}["{self.draw.pick(("w", "b"))}"]'
        if what == "list":
            items = self.draw.pick(self.scope.visible("list"))
            return self.draw.pick((f"{items.name}[-1]", f"{items.name}[0]", f"sum({items.name})"))
        return self.constant()

    def number(self, depth: int = 2) -> str:
        """A float."""
        if depth <= 0:
            return self.atom()
        table = [(4, "atom"), (7, "binary"), (4, "scalar"), (2, "smooth"), (1, "choice"), (1, "extremum")]
        if self.scope.visible("array"):
            table += [(3, "reduction"), (1, "product"), (1, "comprehension")]
        if self.helpers["ff"]:
            table.append((2, "helper"))
        if self.helpers["a"] and self.scope.arrays(rank=1):
            table.append((2, "array helper"))
        what = self.draw.weighted(table)
        if what == "binary":
            x, y = self.number(depth - 1), self.number(depth - 1)
            return self.draw.pick((f"{x} * {y}", f"({x} + {y})", f"({x} - {y})", f"{x} / (1.5 + np.cos({y}))"))
        if what == "scalar":
            return self.draw.pick(SCALAR).format(self.number(depth - 1))
        if what == "smooth":
            return self.draw.pick(SMOOTH).format(self.number(depth - 1))
        if what == "choice":
            return f"({self.number(depth - 1)} if {self.condition()} else {self.number(depth - 1)})"
        if what == "extremum":
            x, y = self.number(depth - 1), self.number(depth - 1)
            return self.draw.pick((f"max({x}, {y})", f"min({x}, {y})", f"np.maximum({x}, {y})", f"np.hypot(1.0, {x})"))
        if what == "reduction":
            return self.reduction(depth - 1)
        if what == "product":
            shape = (self.draw.pick(self.scope.visible("array")).shape[0],)
            x, y = self.array(shape, depth - 1), self.array(shape, depth - 1)
            return self.draw.pick((f"np.dot({x}, {y})", f"({x}) @ ({y})", f"np.inner({x}, {y})"))
        if what == "comprehension":
            array = self.draw.pick(self.scope.visible("array"))
            if len(array.shape) == 1:
                return f"sum([t * t for t in {array.name}])"
            return f"sum([np.sum(t) * {self.constant()} for t in {array.name}])"
        if what == "helper":
            return f"{self.draw.pick(self.helpers['ff'])}({self.number(depth - 1)}, {self.number(depth - 1)})"
        if what == "array helper":
            array = self.draw.pick(self.scope.arrays(rank=1))
            return f"{self.draw.pick(self.helpers['a'])}({array.name})"
        return self.atom()

    def reduction(self, depth: int) -> str:
        x = self.array(self.draw.pick(self.scope.visible("array")).shape, depth)
        forms = ["np.sum({})", "np.mean({})", "np.max({})", "np.prod(np.tanh({}))", "np.var({})", "np.min({})"]
        forms += ["np.std({})", "np.sum(np.sort(({}).ravel())[:2])", "np.sum(abs({}))"]
        forms += ["({}).sum()", "({}).mean()", "np.sum(({}) ** 2)", "({}).max()", "np.cumsum({})[-1]"]
        return self.draw.pick(forms).format(x)

    def bounded(self, depth: int = 2) -> str:
        """A float in [-2, 2] or so: what a loop feeds back must not grow."""
        return self.draw.pick(("np.tanh({})", "math.sin({})", "0.5 * np.cos({})", "np.arctan({})")).format(
            self.number(depth)
        )

    # -- conditions ------------------------------------------------------------------------------------------------

    def condition(self) -> str:
        table = [(4, "floats"), (1, "and"), (1, "not"), (1, "chain"), (1, "array")]
        if self.scope.visible("int"):
            table.append((4, "ints"))
        what = self.draw.weighted(table)
        sign = self.draw.pick(("<", ">", "<=", ">="))
        if what == "ints":
            return f"{self.integer()} {self.draw.pick(('<', '==', '!=', '>='))} {self.draw.integer(0, 3)}"
        if what == "and":
            x, y = f"{self.atom()} {sign} 0.37", f"{self.atom()} > -0.61"
            return self.draw.pick((f"{x} and {y}", f"{x} or {y}"))
        if what == "not":
            return f"not {self.atom()} {sign} 0.53"
        if what == "chain":
            return f"-0.83 < {self.atom()} < 0.71"
        if what == "array" and self.scope.visible("array"):
            array = self.draw.pick(self.scope.visible("array"))
            return f"np.{self.draw.pick(('all', 'any'))}({array.name} {sign} 0.41)"
        return f"{self.number(1)} {sign} {self.draw.pick(('0.13', '0.57', '-0.21'))}"

    # -- arrays ----------------------------------------------------------------------------------------------------

    def array(self, shape: tuple[int, ...], depth: int = 2) -> str:
        """An expression for a float array of this shape."""
        table = [(1, "made")]
        if self.scope.arrays(shape):
            table.append((10 if depth <= 0 else 4, "name"))
        if self.slices(shape):
            table.append((6, "slice"))
        if depth > 0:
            table += [(5, "binary"), (4, "smooth"), (2, "where"), (2, "broadcast"), (2, "shuffled"), (1, "maximum")]
            if len(shape) == 1:
                table += [(1, "stacked"), (2, "reduced"), (1, "gathered"), (2, "matmul"), (1, "comprehension")]
            elif len(shape) == 2:
                table += [(1, "outer"), (2, "matmul"), (1, "transposed"), (1, "stack"), (1, "reshaped")]
        return getattr(self, "_" + self.draw.weighted(table))(shape, depth)

    def slices(self, shape: tuple[int, ...]) -> list[str]:
        """Views of that shape of the arrays in scope."""
        found: list[str] = []
        if len(shape) != 1:
            for a in self.scope.arrays(rank=2):
                rows, columns = a.shape
                if shape == (rows, columns):
                    found += [f"{a.name}[::-1]", f"{a.name}[:, ::-1]", f"{a.name}[:]"]
                if shape == (columns, rows):
                    found.append(f"{a.name}.T")
                if shape == (rows - 1, columns):
                    found += [f"{a.name}[1:]", f"{a.name}[:-1, :]"]
            return found
        (size,) = shape
        for a in self.scope.arrays(rank=1):
            (n,) = a.shape
            if n == size:
                found += [f"{a.name}[::-1]", f"{a.name}[:]"]
            elif n == size + 1:
                found += [f"{a.name}[1:]", f"{a.name}[:-1]", f"{a.name}[-1:0:-1]", f"{a.name}[:{size}]"]
            elif n == size + 2:
                found += [f"{a.name}[1:-1]", f"{a.name}[2:]", f"{a.name}[:-2]"]
            if n > size and (n + 1) // 2 == size:
                found += [f"{a.name}[::2]", f"{a.name}[::-2]"]
            if n // 2 == size and n > 1:
                found.append(f"{a.name}[1::2]")
        for a in self.scope.arrays(rank=2):
            rows, columns = a.shape
            if columns == size:
                found += [f"{a.name}[{self.index(rows, a.name)}]", f"{a.name}[-1, :]"]
            if rows == size:
                found.append(f"{a.name}[:, {self.index(columns, a.name, 1)}]")
            if rows * columns == size:
                found += [f"{a.name}.ravel()", f"{a.name}.reshape(-1)"]
        return found

    def _made(self, shape: tuple[int, ...], depth: int) -> str:
        text = str(shape[0]) if len(shape) == 1 else str(shape)
        forms = [f"np.ones({text})", f"np.full({text}, {self.atom()})"]
        if len(shape) == 1:
            forms += [f"np.linspace(-1.0, 1.0, {text})", f"np.arange({text}) * 0.3"]
        return self.draw.pick(forms)

    def _name(self, shape: tuple[int, ...], depth: int) -> str:
        return self.draw.pick(self.scope.arrays(shape)).name

    def _slice(self, shape: tuple[int, ...], depth: int) -> str:
        return self.draw.pick(self.slices(shape))

    def _binary(self, shape: tuple[int, ...], depth: int) -> str:
        x = self.array(shape, depth - 1)
        y = self.array(shape, depth - 1) if self.draw.chance(60) else self.number(depth - 1)
        forms = (f"({x} + {y})", f"({x} - {y})", f"({x}) * ({y})", f"({x}) / (1.5 + np.sin({y}))", f"({y}) * ({x})")
        return self.draw.pick((*forms, f"(({y}) - ({x}))"))

    def _smooth(self, shape: tuple[int, ...], depth: int) -> str:
        return self.draw.pick((*SMOOTH, "abs({})", "({}) ** 2")).format(self.array(shape, depth - 1))

    def _where(self, shape: tuple[int, ...], depth: int) -> str:
        test = f"({self.array(shape, depth - 1)}) {self.draw.pick(('>', '<'))} {self.draw.pick(('0.17', '-0.29'))}"
        y = self.array(shape, depth - 1) if self.draw.chance(60) else self.atom()
        return f"np.where({test}, {self.array(shape, depth - 1)}, {y})"

    def _broadcast(self, shape: tuple[int, ...], depth: int) -> str:
        x = self.array(shape, depth - 1)
        if len(shape) == 1:
            return f"({x} * {self.array((1,), 0)})"
        column, row = self.array((shape[0],), depth - 1), self.array((shape[1],), depth - 1)
        forms = (f"({x} + {row})", f"({x} * ({column})[:, None])", f"(({column})[:, np.newaxis] - ({row})[None, :])")
        return self.draw.pick((*forms, f"({x} * np.sum({x}, axis=1, keepdims=True))"))

    def _shuffled(self, shape: tuple[int, ...], depth: int) -> str:
        x = self.array(shape, depth - 1)
        if len(shape) == 1:
            return self.draw.pick(
                (f"np.roll({x}, 1)", f"np.flip({x})", f"np.cumsum({x})", f"({x}).copy()", f"np.sort({x})")
            )
        return self.draw.pick((f"np.flip({x}, 0)", f"np.cumsum({x}, axis=1)", f"np.roll({x}, 1, axis=0)"))

    def _maximum(self, shape: tuple[int, ...], depth: int) -> str:
        x = self.array(shape, depth - 1)
        return self.draw.pick((f"np.maximum({x}, 0.23)", f"np.minimum({x}, 0.71)", f"np.clip({x}, -0.61, 0.83)"))

    def _stacked(self, shape: tuple[int, ...], depth: int) -> str:
        (size,) = shape
        if size < 2 or self.draw.chance(50):
            return "np.array([{}])".format(", ".join(self.atom() for _ in range(size)))
        k = self.draw.integer(1, size - 1)
        return f"np.concatenate([{self.array((k,), depth - 1)}, {self.array((size - k,), depth - 1)}])"

    def _reduced(self, shape: tuple[int, ...], depth: int) -> str:
        other = self.draw.integer(2, 3)
        axis = self.draw.integer(0, 1)
        x = self.array((shape[0], other) if axis else (other, shape[0]), depth - 1)
        return f"np.{self.draw.pick(('sum', 'mean', 'max', 'sum'))}({x}, axis={axis})"

    def _gathered(self, shape: tuple[int, ...], depth: int) -> str:
        for ints in self.scope.visible("ints"):
            for a in self.scope.arrays(rank=1):
                if ints.shape == shape and ints.high is not None and a.shape[0] > ints.high:
                    return f"{a.name}[{ints.name}]"
        return self._name(shape, depth) if self.scope.arrays(shape) else self._made(shape, depth)

    def _matmul(self, shape: tuple[int, ...], depth: int) -> str:
        inner = self.draw.integer(2, 3)
        if len(shape) == 2:
            return f"(({self.array((shape[0], inner), depth - 1)}) @ ({self.array((inner, shape[1]), depth - 1)}))"
        matrix, vector = self.array((shape[0], inner), depth - 1), self.array((inner,), depth - 1)
        if self.draw.chance(40):
            return f"(({vector}) @ ({matrix}).T)"
        return self.draw.pick((f"(({matrix}) @ ({vector}))", f"np.dot({matrix}, {vector})"))

    def _comprehension(self, shape: tuple[int, ...], depth: int) -> str:
        for a in self.scope.arrays(shape):
            return f"np.array([{self.draw.pick(('t * 0.5', 'np.tanh(t)', 't * t - 0.2'))} for t in {a.name}])"
        return self._made(shape, depth)

    def _outer(self, shape: tuple[int, ...], depth: int) -> str:
        return f"np.outer({self.array((shape[0],), depth - 1)}, {self.array((shape[1],), depth - 1)})"

    def _transposed(self, shape: tuple[int, ...], depth: int) -> str:
        return f"({self.array(shape[::-1], depth - 1)}).T"

    def _stack(self, shape: tuple[int, ...], depth: int) -> str:
        rows = ", ".join(self.array((shape[1],), 0) for _ in range(shape[0]))
        return self.draw.pick((f"np.stack([{rows}])", f"np.array([{rows}])"))

    def _reshaped(self, shape: tuple[int, ...], depth: int) -> str:
        return f"({self.array((shape[0] * shape[1],), depth - 1)}).reshape({shape[0]}, {shape[1]})"
