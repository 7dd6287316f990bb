"""Branches and loops, and what leaves them."""

from __future__ import annotations

from fuzz_scope import Variable
from fuzz_writer import Writer


class Control(Writer):
    def _if(self) -> None:
        self.line(f"if {self.write.condition()}:")
        self._block()
        if self.draw.chance(25):
            self.line(f"elif {self.write.condition()}:")
            self._block()
        if self.draw.chance(45):
            self.line("else:")
            self._block()

    def _for(self) -> None:
        draw = self.draw
        arrays = self.scope.visible("array")
        kinds = [(6, "range")]
        if arrays:
            kinds += [(2, "array"), (2, "enumerate"), (1, "zip"), (1, "tuple")]
        kind = draw.weighted(kinds)
        items: list[Variable] = []
        over: list[Variable] = []
        if kind == "range":
            index = self._name(draw.pick(("i", "j", "l")))
            n = draw.pick(arrays).shape[0] if arrays and draw.chance(70) else draw.integer(0, 3)
            same = [v for v in arrays if v.shape[0] == n]
            stop = draw.pick((f"len({draw.pick(same).name})", f"{same[0].name}.shape[0]")) if same else str(n)
            forms = [(4, f"range({stop})", 0, n - 1), (2, f"range(1, {stop})", 1, n - 1)]
            forms += [(1, f"range({stop} - 1, -1, -1)", 0, n - 1), (1, f"reversed(range({stop}))", 0, n - 1)]
            forms += [(1, f"range(0, {stop}, 2)", 0, n - 1), (1, f"range({stop} - 2, 0, -1)", 1, max(n - 2, 1))]
            text, low, high = draw.weighted([(weight, (text, low, high)) for weight, text, low, high in forms])
            items.append(Variable(index, "int", low=low, high=max(high, low), fixed=True))
            header = f"for {index} in {text}:"
        else:
            array = draw.pick(arrays)
            over.append(array)
            element = self._name(draw.pick(("e", "o")))
            item = Variable(element, "float") if len(array.shape) == 1 else Variable(element, "array", array.shape[1:])
            item.fixed, item.cell.frozen, item.view = True, True, True
            items.append(item)
            header = f"for {element} in {array.name}:"
            if kind == "enumerate":
                index = self._name("i")
                items.append(Variable(index, "int", low=0, high=array.shape[0] - 1, fixed=True))
                header = f"for {index}, {element} in enumerate({array.name}):"
            elif kind == "zip":
                second = draw.pick(arrays)
                over.append(second)
                other = f"{element}2"
                more = (
                    Variable(other, "float") if len(second.shape) == 1 else Variable(other, "array", second.shape[1:])
                )
                more.fixed, more.cell.frozen, more.view = True, True, True
                items.append(more)
                header = f"for {element}, {other} in zip({array.name}, {second.name}):"
            elif kind == "tuple":
                items[0] = Variable(element, "float", fixed=True)
                header = f"for {element} in ({self.write.atom()}, {self.write.atom()}):"
        self.line(header)
        # The loop holds what it runs over; a name that is rebound in it means one of two arrays.
        for array in over:
            array.cell.names += 1
        self._loop("for", items)
        for array in over:
            array.cell.names -= 1
        if draw.chance(8):
            self.line("else:")
            self._block()

    def _while(self) -> None:
        counter = self._name(self.draw.pick(("count", "it")))
        self.line(f"{counter} = 0")
        self.scope.define(Variable(counter, "int", fixed=True))
        limit = self.draw.integer(1, 4)
        extra = f" and {self.write.atom()} < 0.93" if self.draw.chance(40) else ""
        endless = self.draw.chance(25)
        self.line("while True:" if endless else f"while {counter} < {limit}{extra}:")
        self.indent += 1
        if endless:
            self.line(f"if {counter} >= {limit}{extra.replace(' and', ' or')}:")
            self.line("    break")
        self.line(f"{counter} += 1")
        self.indent -= 1
        self._loop("while", [])

    def _loop(self, kind: str, items: list[Variable]) -> None:
        self.loops.append(kind)
        self._block(lambda: [self.scope.define(item) for item in items] and None)
        self.loops.pop()

    def _leave_loop(self) -> None:
        word = self.draw.pick(("break", "continue"))
        self.line(f"if {self.write.condition()}:")
        self.line(f"    {word}")

    def _early_return(self) -> None:
        if self.returns != "float" and not self._outer_arrays():
            return
        self.line(f"if {self.write.condition()}:")
        saved = self.scope.blocks
        text = self._result()
        self.scope.blocks = saved
        self.line(f"    return {text}")

    # -- results ---------------------------------------------------------------------------------------------------

    def _final_return(self) -> None:
        self.line(f"return {self._result()}")

    def _result(self) -> str:
        if self.returns == "float":
            parts = [self.write.number(1)]
            parts += [v.name for v in self.scope.visible("float")][-3:]
            parts += [f"np.sum({v.name} * {v.name})" for v in self.scope.visible("array")][-3:]
            parts += [f"np.sum({v.name})" for v in self.scope.visible("empty") + self.scope.visible("cube")][-2:]
            # An accumulator that is a Python float on one path and a NumPy one on the other would change its type.
            return f"np.float64({' + '.join(parts)})" if self.precision != "float32" else " + ".join(parts)
        arrays = [v for v in self.scope.visible("array") if len(self.scope.blocks) == 1 or v in self._outer_arrays()]
        if self.returns == "array":
            return self.draw.pick((f"{arrays[0].name} * {self.write.atom()}", f"{arrays[0].name}.copy()"))
        return f"({arrays[0].name} + 1.0, np.float64({self.write.number(1)}))"

    def _outer_arrays(self) -> list[Variable]:
        return [v for v in self.scope.blocks[0].values() if v.kind == "array"]
