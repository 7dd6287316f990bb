"""What leaves in other ways: exceptions that are caught, context managers, generators, recursion; `match`, and names that may be None."""

from __future__ import annotations

from language_scope import BOOL, FLOAT, INT
from language_writer import Writer, production

HELPERS = (
    "@contextlib.contextmanager",
    "def doubled(v):",
    "    yield v * 2.0",
    "",
    "",
    "@contextlib.contextmanager",
    "def careful(v):",
    "    try:",
    "        yield v",
    "    except ValueError:",
    "        pass",
    "",
    "",
    "class Kept:",
    "    def __init__(self, v):",
    "        self.v = v",
    "",
    "    def __enter__(self):",
    "        return self",
    "",
    "    def __exit__(self, *exc):",
    "        self.v = self.v * 0.5",
    "",
)
"""What the head of a program defines for these."""
CAUGHT = ("ValueError", "(ValueError, ZeroDivisionError)", "Exception", "ArithmeticError", "ZeroDivisionError", "KeyError")


def risky(g: Writer) -> None:
    """A line that raises for some values."""
    form = g.draw.pick(("math.log({e})", "math.sqrt({e})", "{a} / ({e})", "{a} % ({i})", "math.asin({e})", "({a}, {e})[{i}]"))
    text = form.format(e=g.make(FLOAT, 2), a=g.atom(FLOAT), i=g.atom(INT))
    if g.draw.chance(25):
        g.line(f"if {g.make(BOOL, 2)}:")
        g.line(f"    raise {g.draw.pick(('ValueError', 'KeyError', 'ZeroDivisionError'))}('here')")
    name = g.name()
    g.line(f"{name} = {text}")
    g.define(name, FLOAT)


@production("statement", 3)
def _try(g: Writer) -> bool:
    if g.indent > 3 or g.budget < 1:
        return False
    before = [v for v in g.scope.own("float") if v.kind == FLOAT]
    g.line("try:")
    with g.block(open=True):
        if g.draw.chance(60):
            g.statements(2)
        risky(g)
        if before and g.draw.chance(70):
            g.line(f"{g.draw.pick(before).name} = {g.make(FLOAT, 2)}")
        g.statements(1)
    last = g.draw.chance(25)
    if not (last and g.draw.chance(20)):
        for classes in g.draw.pick((CAUGHT[:1], CAUGHT[1:2], (CAUGHT[0], CAUGHT[2]), CAUGHT[2:3], (CAUGHT[4], CAUGHT[0]))):
            g.line(f"except {classes}{g.draw.pick(('', '', ' as error'))}:")
            with g.block(open=True):
                g.statements(2)
                if g.draw.chance(5):
                    g.line("raise")
        if g.draw.chance(20):
            g.line("else:")
            with g.block(open=True):
                g.statements(2)
    if last:
        g.line("finally:")
        loops, result = g.loops, g.result
        g.loops, g.result = [], []  # nothing leaves from here
        with g.block(open=True):
            g.statements(2)
        g.loops, g.result = loops, result
    return True


@production("statement", 2)
def _with(g: Writer) -> bool:
    if g.indent > 3 or g.budget < 1:
        return False
    form = g.draw.pick(("doubled", "careful", "Kept", "suppress", "null"))
    name = g.name()
    value = g.make(FLOAT, 1)
    swallows = form in ("careful", "suppress")
    manager = {
        "suppress": f"contextlib.suppress(ValueError, ZeroDivisionError), contextlib.nullcontext({value}) as {name}",
        "null": f"contextlib.nullcontext({value}) as {name}",
    }.get(form, f"{form}({value}) as {name}")
    g.line(f"with {manager}:")
    with g.block(open=swallows):
        if form == "Kept":
            held, name = name, g.name(("held", "held2"))
            g.line(f"{name} = {held}.v * 1.5")
        g.define(name, FLOAT)
        g.statements(2)
        if swallows and g.draw.chance(70):
            risky(g)
            g.statements(1)
    return True


@production("statement", 2)
def _generator(g: Writer) -> bool:
    """A generator function, and a loop that it feeds."""
    if g.indent > 2 or g.budget < 2:
        return False
    name = g.name(("items", "stream", "parts"))
    value, count = g.make(FLOAT, 1), g.draw.pick(("0", "2", "3"))
    kept, open_, loops, calls = g.budget, g.open, g.loops, g.calls
    g.line(f"def {name}(x0, n0):")
    g.budget, g.open, g.loops = 2, 0, []
    with g.block(frame=True):
        g.result.append(None)
        g.define("x0", FLOAT)
        if g.draw.chance(40):
            g.line(f"yield {g.make(FLOAT, 1)}")
        g.line("for step in range(n0):")
        with g.block(open=True):
            g.define("step", INT, frozen=True, high=4)
            g.statements(2)
            g.line(f"yield {g.make(FLOAT, 1)}")
            if g.draw.chance(40):
                g.line(f"x0 = {g.make(FLOAT, 1)}")
            if g.draw.chance(20):
                g.line(f"if {g.make(BOOL, 1)}:")
                g.line("    return")
        if g.draw.chance(25):
            g.line(f"yield from ({g.atom(FLOAT)}, {g.atom(FLOAT)})")
        g.result.pop()
    g.budget, g.open, g.loops, g.calls = kept - 1, open_, loops, calls
    total, item = g.name(), g.name(("e", "r", "f1"))
    how = g.draw.pick(("loop", "loop", "sum", "list", "first"))
    if how != "loop":
        text = {"sum": f"sum({name}({value}, {count}))", "list": f"sum(list({name}({value}, {count}))[:2])", "first": f"next({name}({value}, {count}), 0.5)"}
        g.line(f"{total} = {text[how]}")
        g.define(total, FLOAT)
        return True
    g.line(f"{total} = 0.0")
    g.define(total, FLOAT)
    g.line(f"for {item} in {name}({value}, {count}):")
    g.loops.append("for")
    with g.block(open=True):
        g.define(item, FLOAT)
        g.line(f"{total} += {item}")
        g.statements(2)
        if g.draw.chance(30):
            g.line(f"if {g.make(BOOL)}:")
            g.line(f"    {g.draw.pick(('break', 'continue'))}")
    g.loops.pop()
    return True


@production("statement", 2)
def _match(g: Writer) -> bool:
    if g.indent > 3 or g.budget < 1:
        return False
    numbers = g.draw.chance(50)
    subject = g.make(INT, 1) if numbers else f"({g.make(FLOAT, 1)}, {g.make(INT, 1)})"
    bound = g.name(("got", "part"))
    g.line(f"match {subject}:")
    g.indent += 1
    cases = (("0", False), ("1 | 2", False), ("-1", False)) if numbers else ((f"({bound}, 0)", True), (f"({bound}, 1 | 2)", True), ("(0.0, _)", False))
    for pattern, binds in g.draw.pick((cases[:1], cases[:2], cases[1:])):
        guard = f" if {g.make(BOOL, 2)}" if g.draw.chance(30) else ""
        g.line(f"case {pattern}{guard}:")
        with g.block(open=True):
            if binds:
                g.define(bound, FLOAT)
            g.statements(2)
    if g.draw.chance(60):
        g.line("case _:")
        with g.block(open=True):
            g.statements(1)
    g.indent -= 1
    return True


@production("statement", 1)
def _recursion(g: Writer) -> bool:
    if g.indent > 2 or g.budget < 1:
        return False
    name = g.name(("again", "deeper"))
    value, depth = g.make(FLOAT, 1), g.draw.pick(("0", "1", "3", g.atom(INT)))
    kept, open_, loops = g.budget, g.open, g.loops
    g.line(f"def {name}(x0, n0):")
    g.budget, g.open, g.loops = 1, 0, []
    with g.block(frame=True):
        g.define("x0", FLOAT)
        g.line("if n0 <= 0 or n0 > 4:")
        g.line(f"    return {g.make(FLOAT, 2)}")
        g.line(f"return {name}({g.make(FLOAT, 2)}, n0 - 1) * 0.5 + {g.make(FLOAT, 2)}")
    g.budget, g.open, g.loops = kept, open_, loops
    result = g.name()
    g.line(f"{result} = {name}({value}, {depth})")
    g.define(result, FLOAT)
    return True


@production("statement", 2)
def _none(g: Writer) -> bool:
    """A name that is None on one path."""
    name = g.name(("best", "found"))
    g.line(f"{name} = None")
    g.line(f"if {g.make(BOOL)}:")
    g.line(f"    {name} = {g.make(FLOAT, 1)}")
    result = g.name()
    form = g.draw.pick(("{d} if {n} is None else {n}", "{n} * 0.5 if {n} is not None else {d}", "{n} or {d}", "(1.5 if {n} is not None and {n} > {d} else 0.5)"))
    g.line(f"{result} = {form.format(n=name, d=g.make(FLOAT, 2))}")
    g.define(result, FLOAT)
    return True
