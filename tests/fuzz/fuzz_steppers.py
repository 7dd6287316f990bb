"""Time stepping as it is written for Numba: a state, arrays to work in, and loops over elements that fill them, anew in each step."""

from __future__ import annotations

from fuzz_scope import Variable
from fuzz_writer import Writer


class Steppers(Writer):
    def _stepper(self) -> None:
        """A new array, the state after some steps."""
        draw = self.draw
        start = draw.pick(self.scope.arrays())
        state = self._name("state")
        self.line(f"{state} = 1.0 * {start.name}")
        work = [f"{state}_{letter}" for letter in "ab"[: draw.integer(1, 2)]]
        shape = ", ".join(f"{start.name}.shape[{axis}]" for axis in range(len(start.shape)))
        for name in work:
            self.line(f"{name} = {draw.pick((f'np.zeros(({shape},))', f'np.zeros_like({state})', f'{state} * 0.5'))}")
        self.line(f"for step in range({draw.pick(('3', '2', '1', '4'))}):")
        self.indent += 1
        for _ in range(draw.integer(1, 3)):
            self._filled(draw.pick(work), state, work, start)
            if draw.chance(30):
                self._advanced(state, work, start)
        self._advanced(state, work, start)
        self.indent -= 1
        self.scope.define(Variable(state, "array", start.shape))

    def _filled(self, target: str, state: str, work: list[str], start: Variable) -> None:
        """Mostly all of it; some of it by itself, at its ends, in halves, in a branch, by slices."""
        draw, n = self.draw, f"len({start.name})"
        kind = draw.weighted([(5, "all"), (3, "ends"), (2, "halves"), (2, "slices"), (1, "some"), (1, "branch")])
        if kind == "slices":
            self.line(f"{target}[:] = {self._made_of(state, work, start, '')}")
            self.line(f"{target}[{draw.pick(('1:', '::2', '::-1', ':-1'))}] {draw.pick(('+=', '*=', '-='))} 0.3")
            return
        if kind == "branch":
            self.line("if step % 2 == 0:")
            self.indent += 1
        if kind == "ends" and start.shape[0] > 1:
            ends = [f"{target}[0] = {self.write.atom()}", f"{target}[{draw.pick(('-1', f'{n} - 1'))}] = {state}[0] * 0.5"]
            after = draw.chance(50)
            self._write_out(ends[: 1 if after else 2])
            self._nest(target, state, work, start, f"range(1, {n} - 1)")
            self._write_out(ends[1 if after else 2 :])
        elif kind == "halves":
            middle = draw.integer(0, start.shape[0])
            self._nest(target, state, work, start, f"range({middle})")
            self._nest(target, state, work, start, f"range({middle}, {n})")
        else:
            some = draw.pick((f"range(1, {n})", f"range(0, {n}, 2)", f"range({n} - 1)"))
            every = draw.pick((f"range({n})", f"range(len({target}))", f"range({n} - 1, -1, -1)"))
            self._nest(target, state, work, start, some if kind == "some" else every)
        if kind == "branch":
            self.indent -= 1

    def _write_out(self, texts: list[str]) -> None:
        for text in texts:
            self.line(text)

    def _nest(self, target: str, state: str, work: list[str], start: Variable, over: str) -> None:
        self.line(f"for r_at in {over}:")
        self.indent += 1
        if len(start.shape) == 2:
            self.line(f"for c_at in range({start.name}.shape[1]):")
            self.indent += 1
        place = "[r_at, c_at]" if len(start.shape) == 2 else "[r_at]"
        operator = self.draw.weighted([(6, "="), (1, "+=")])
        self.line(f"{target}{place} {operator} {self._made_of(state, work, start, place)}")
        self.indent -= len(start.shape)

    def _advanced(self, state: str, work: list[str], start: Variable) -> None:
        place = "[r_at, c_at]" if len(start.shape) == 2 else "[r_at]"
        other = self.draw.pick(work)
        forms = (
            f"{state}{place} += 0.1 * {other}{place}",
            f"{state}{place} -= 0.1 * {other}{place} * {state}{place}",
            f"{state}{place} = np.sin({state}{place} + 0.2 * {other}{place})",
            f"{state}{place} += 0.1 * {other}[r_at - 1]",
        )
        form = self.draw.pick(forms[:3] if len(start.shape) == 2 else forms)
        self.line(f"for r_at in range(len({start.name})):")
        self.indent += 1
        if len(start.shape) == 2:
            self.line(f"for c_at in range({start.name}.shape[1]):")
            self.indent += 1
        self.line(form)
        self.indent -= len(start.shape)

    def _made_of(self, state: str, work: list[str], start: Variable, place: str) -> str:
        """What an element is made of, or with no place each of them."""
        near = f"{state}[r_at - 1]" if place == "[r_at]" else f"{state}{place}"
        terms = (
            f"{state}{place} * 0.7", f"{near} * {start.name}{place}", f"{self.draw.pick(work)}{place} * 0.4",
            f"{state}{place} ** 2 * 0.3", f"np.cos({state}{place})",
        )  # fmt: skip
        return self.draw.pick((" + ", " - ")).join((self.draw.pick(terms), self.draw.pick(terms)))
