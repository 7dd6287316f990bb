"""Branches, loops, comprehensions and generator expressions, and what leaves them."""

from __future__ import annotations

from language_scope import BOOL, FLOAT, INT, Kind, array, list_of
from language_writer import Writer, production

RAISED = "on purpose"


@production("statement", 6)
def _if(g: Writer) -> bool:
    if g.indent > 4 or g.budget < 1:
        return False
    known = [v for v in g.scope.visible("int", "str") if v.static]
    open = not (known and g.draw.chance(25))
    if open:
        condition = g.make(BOOL)
    else:
        v = g.draw.pick(known)
        condition = f"{v.name} {g.draw.pick(('==', '!='))} {1 if v.kind == INT else repr('a')}"
    g.line(f"if {condition}:")
    with g.block(open=open):
        g.statements(3)
    if g.draw.chance(20):
        g.line(f"elif {g.make(BOOL)}:")
        with g.block(open=True):
            g.statements(2)
    if g.draw.chance(45):
        g.line("else:")
        with g.block(open=open):
            g.statements(2)
    return True


def items_of(g: Writer) -> tuple[str, list[tuple[str, Kind]], bool]:
    """Something to run over, the names and kinds of its targets, and whether its length is known before the program runs."""
    draw = g.draw
    arrays = [v for v in g.scope.visible("array") if not v.frozen]
    lists = [v for v in g.scope.visible("list") if v.kind.items[0] == FLOAT]
    dicts = [v for v in g.scope.visible("dict") if v.kind.items[0] == FLOAT]
    choices: list[tuple[int, str]] = [(5, "range"), (3, "literal"), (1, "nested")]
    choices += [(3, "array"), (2, "enumerate")] if arrays else []
    choices += [(4, "list"), (2, "zip")] if lists else []
    choices += [(3, "dict")] if dicts else []
    kind = draw.weighted(choices)
    i, e = g.name(("i", "j", "l")), g.name(("e", "r", "f1"))
    if kind == "range":
        n = draw.integer(0, 3)
        ints = [v for v in g.scope.visible("int") if v.high is not None]
        stop = draw.pick(ints).name if ints and draw.chance(40) else str(n)
        text = draw.pick(("range({})", "range({})", "range(1, {} + 1)", "range({} - 1, -1, -1)", "reversed(range({}))", "range(0, {}, 2)"))
        return text.format(stop), [(i, INT)], False
    if kind == "literal":
        values = ", ".join(g.make(FLOAT, 1) for _ in range(draw.integer(1, 3)))
        return draw.pick((f"({values},)", f"[{values}]", f"enumerate([{values}])")), [(e, FLOAT)], True
    if kind == "nested":
        return f"(({g.atom(FLOAT)}, 1), ({g.atom(FLOAT)}, 2))", [(e, FLOAT), (i, INT)], True
    if kind in ("array", "enumerate"):
        v = draw.pick(arrays)
        inner = FLOAT if len(v.kind.shape) == 1 else array(*v.kind.shape[1:])
        if kind == "array":
            return draw.pick((v.name, v.name, f"{v.name}[::-1]", f"{v.name} * 1.0")), [(e, inner)], False
        return f"enumerate({v.name})", [(i, INT), (e, inner)], False
    if kind == "dict":
        v = draw.pick(dicts)
        if draw.chance(50):
            return f"{v.name}.items()", [(g.name(("key", "word")), Kind("str")), (e, FLOAT)], True
        return f"{v.name}.values()", [(e, FLOAT)], True
    v = draw.pick(lists)
    if kind == "list":
        # A function that is called in the loop may append to the list that it runs over, without end.
        safe = v.name != "log" and not g.scope.visible("function")
        forms = ("{}", "{}", "{}[:]", "list({})", "reversed({})") if safe else ("{}[:]", "list({})", "tuple({})", "{}[::-1]")
        return draw.pick(forms).format(v.name), [(e, FLOAT)], v.store.length is not None
    second = g.name(("e2", "r2"))
    other = draw.pick((f"({g.atom(FLOAT)}, 0.5)", draw.pick(lists).name, "range(2)"))
    return f"zip(list({v.name}), {other})", [(e, FLOAT), (second, INT if other == "range(2)" else FLOAT)], v.store.length is not None


@production("statement", 7)
def _for(g: Writer) -> bool:
    if g.indent > 4 or g.budget < 1 or len(g.loops) > 1:
        return False
    text, targets, known = items_of(g)
    names = [name for name, _ in targets]
    if text.startswith("enumerate(["):
        names, targets = ["i", names[0]], [("i", INT), *targets]
    # What the loop runs over keeps its length.
    over = [v for v in g.scope.visible("list", "dict") if v.name in text]
    before = [v.frozen for v in over]
    for v in over:
        v.frozen = True
    left = g.draw.chance(10)
    g.line(f"for {', '.join(names)} in {text}:")
    g.loops.append("for")
    with g.block(open=not known):
        for (name, kind), shown in zip(targets, names):
            g.define(name, kind, frozen=kind.name == "array", high=None)
        g.statements(3)
        if left:
            _leave(g)
    g.loops.pop()
    for v, was in zip(over, before):
        v.frozen = was
    if g.draw.chance(8):
        g.line("else:")
        with g.block(open=True):
            g.statements(2)
    elif g.draw.chance(15) and text.startswith(("(", "[", "range(1")) and not g.open and targets[0][1] in (FLOAT, INT):
        # A loop's target outlives the loop, if it ran at all.
        if text.startswith("range") and not text.endswith(("1 + 1)", "2 + 1)", "3 + 1)")):
            return True
        name = g.name()
        g.line(f"{name} = {names[-1]} * 0.5")
        g.define(name, FLOAT)
    return True


@production("statement", 3)
def _while(g: Writer) -> bool:
    if g.indent > 4 or g.budget < 1 or len(g.loops) > 1:
        return False
    draw = g.draw
    counter = g.name(("count", "it", "turn"))
    g.line(f"{counter} = 0")
    g.define(counter, INT, frozen=True)
    limit = draw.pick(("1", "2", "3", "4"))
    extra = f" and {g.make(BOOL, 1)}" if draw.chance(50) else ""
    form = draw.weighted([(5, "plain"), (2, "endless"), (1, "walrus")])
    first = f"({counter} := {counter} + 1)" if form == "walrus" and not g.pure else counter
    g.line("while True:" if form == "endless" else f"while {first} < {limit}{extra}:")
    g.loops.append("while")
    with g.block(open=True):
        if form == "endless":
            g.line(f"if not ({counter} < {limit}{extra}):")
            g.line("    break")
        if first == counter:
            g.line(f"{counter} += 1")
        g.statements(3)
        if draw.chance(15):
            _leave(g)
    g.loops.pop()
    if draw.chance(8):
        g.line("else:")
        with g.block(open=True):
            g.statements(2)
    return True


def _leave(g: Writer) -> None:
    g.line(f"if {g.make(BOOL)}:")
    g.line(f"    {g.draw.pick(('break', 'continue'))}")
    if g.budget > 0:
        g.statements(1)


@production("statement", 1)
def _leave_loop(g: Writer) -> bool:
    if not g.loops:
        return False
    g.line(f"if {g.make(BOOL)}:")
    g.line(f"    {g.draw.pick(('break', 'continue'))}")
    return True


@production("statement", 1)
def _early_return(g: Writer) -> bool:
    """Of a helper; `f` itself returns everything there is, at its end."""
    if not g.result or (not g.open and g.indent > 2):
        return False
    kind = g.result[-1]
    condition = g.make(BOOL)
    value = g.make(kind) if kind is not None else ""
    g.line(f"if {condition}:")
    g.line(f"    return {value}".rstrip())
    return True


@production("statement", 1)
def _raise(g: Writer) -> bool:
    """Seldom true, and then both must raise."""
    condition = g.draw.pick((f"{g.atom(FLOAT)} > 7.5", f"{g.atom(INT)} > 6", f"{g.atom(FLOAT)} < -8.5"))
    error = g.draw.pick(("ValueError", "RuntimeError", "KeyError"))
    if g.draw.chance(40):
        g.line(f"assert not ({condition}), {RAISED!r}")
    else:
        g.line(f"if {condition}:")
        g.line(f"    raise {error}({RAISED!r})")
    return True


# -- comprehensions ----------------------------------------------------------------------------------------------------


def comprehension(g: Writer, kind: Kind, depth: int, condition: bool) -> tuple[str, str, bool]:
    """The element and the clauses of a comprehension, and whether the number of its items is known before the program runs."""
    pure, g.pure = g.pure, True
    text, targets, known = items_of(g)
    if text.startswith("enumerate(["):
        targets = [("i", INT), *targets]
    g.scope.enter()
    for name, k in targets:
        g.define(name, k, frozen=True)
    element = g.make(kind, max(depth, 2) if not g.draw.chance(20) else depth)
    only = f" if {g.make(BOOL, 2)}" if condition and g.draw.chance(25) else ""
    g.scope.leave()
    g.pure = pure
    return element, f"for {', '.join(name for name, _ in targets)} in {text}{only}", known and not only


@production("list", 2)
def _list_comprehension(g: Writer, kind: Kind, depth: int) -> str | None:
    if kind.items[0] not in (FLOAT, INT) or depth > 2:
        return None
    element, clauses, _ = comprehension(g, kind.items[0], depth, False)
    return f"[{element} {clauses}]"


@production("float", 2)
def _sum_of_generator(g: Writer, kind: Kind, depth: int) -> str | None:
    if depth > 2:
        return None
    element, clauses, known = comprehension(g, FLOAT, depth, True)
    forms = ("sum({e} {c})", "sum([{e} {c}])", "sum({e} {c}) * 0.5")
    if known:
        forms += ("max([0.0, *[{e} {c}]])", "np.sum(np.array([0.5, *[{e} {c}]]))", "min((*({e} {c}), 1.0))")
    return g.draw.pick(forms).format(e=element, c=clauses)


@production("bool", 2)
def _any_of_generator(g: Writer, kind: Kind, depth: int) -> str | None:
    """Lazy: what comes after the first that decides is not evaluated."""
    if depth > 2:
        return None
    element, clauses, _ = comprehension(g, BOOL, depth, False)
    return f"{g.draw.pick(('any', 'all'))}({element} {clauses})"


@production("float", 1)
def _next_of_generator(g: Writer, kind: Kind, depth: int) -> str | None:
    if depth > 2 or not g.draw.chance(1):
        return None
    element, clauses, _ = comprehension(g, FLOAT, depth, True)
    return f"next(({element} {clauses}), 0.25)"


@production("statement", 2)
def _listed(g: Writer) -> bool:
    element, clauses, _ = comprehension(g, FLOAT, 0, True)
    name = g.name()
    g.line(f"{name} = [{element} {clauses}]")
    g.define(name, list_of(FLOAT))
    return True


@production("statement", 1, settled=True)
def _dict_comprehension(g: Writer) -> bool:
    name = g.name()
    keys = g.draw.pick(("('a', 'b')", "['k1', 'c', 'k2']", "'ab'"))
    g.scope.enter()
    pure, g.pure = g.pure, True
    value = g.make(FLOAT, 1)
    g.pure = pure
    g.scope.leave()
    g.line(f"{name} = {{k1: {value} for k1 in {keys}}}")
    g.define(name, Kind("dict", items=(FLOAT,)))
    return True
