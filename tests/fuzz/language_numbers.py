"""Expressions that are numbers, booleans and strings, and statements that name them."""

from __future__ import annotations

from language_scope import BOOL, FLOAT, INT, NUMBERS, STR, Kind, Variable
from language_writer import Writer, production

LITERALS = ("0.5", "1.5", "2.0", "-0.25", "0.75", "1.0", "-1.25", "3.0", "0.1")
WORDS = ("'a'", "'b'", "'left'", "'k1'", "'x y'", "''")


# -- floats ------------------------------------------------------------------------------------------------------------


@production("float atom", 3)
def _float_literal(g: Writer, kind: Kind, depth: int) -> str:
    return g.draw.pick(LITERALS)


@production("float", 6)
@production("float atom", 9)
def _float_variable(g: Writer, kind: Kind, depth: int) -> str | None:
    found = g.pick(g.scope.visible("float"))
    return found.name if found else None


@production("float", 8)
def _arithmetic(g: Writer, kind: Kind, depth: int) -> str:
    a, b = g.make(FLOAT, depth), g.make(FLOAT, depth)
    form = g.draw.pick(
        ("({a} + {b})", "({a} - {b})", "{a} * 0.5 + {b}", "np.tanh({a}) * {b}", "{a} / (1.0 + abs({b}))", "(-{a} + {b})")
    )
    return form.format(a=a, b=b)


@production("float", 4)
def _function_of_one(g: Writer, kind: Kind, depth: int) -> str:
    form = g.draw.pick(
        (
            "np.sin({})",
            "math.cos({})",
            "np.tanh({})",
            "abs({})",
            "math.sqrt(abs({}) + 0.1)",
            "np.exp(np.tanh({}))",
            "math.atan({})",
            "np.clip({}, -1.0, 1.0)",
            "float({})",
            "(-{})",
            "max({}, 0.3)",
            "min(0.6, {})",
            "np.maximum({}, -0.4)",
            "math.tanh({}) ** 2",
            "np.float64({})",
        )
    )
    return form.format(g.make(FLOAT, depth))


@production("float", 3)
def _choice(g: Writer, kind: Kind, depth: int) -> str:
    return f"({g.make(FLOAT, depth)} if {g.make(BOOL, depth)} else {g.make(FLOAT, depth)})"


@production("float", 2)
def _of_int(g: Writer, kind: Kind, depth: int) -> str:
    return g.draw.pick(("0.5 * {}", "({} + 0.25)", "float({})")).format(g.make(INT, depth))


@production("float", 1)
def _floor_or_remainder(g: Writer, kind: Kind, depth: int) -> str:
    return g.draw.pick(("({} % 1.75)", "({} // 0.75)", "(divmod({}, 0.8)[1])")).format(g.make(FLOAT, depth))


@production("float", 2)
def _noted(g: Writer, kind: Kind, depth: int) -> str | None:
    """A value whose evaluation leaves a trace."""
    if not g.effects:
        return None
    return f"{g.draw.pick(g.effects)}({g.make(FLOAT, depth)})"


@production("float", 2)
def _walrus(g: Writer, kind: Kind, depth: int) -> str | None:
    """Only names of the running function that are bound already: what it binds anew is not certain to be bound."""
    if g.pure:
        return None
    found = g.pick([v for v in g.scope.own("float") if v.name.isidentifier()])
    return f"({found.name} := {g.make(FLOAT, depth)})" if found else None


# -- integers ----------------------------------------------------------------------------------------------------------


@production("int atom", 3)
def _int_literal(g: Writer, kind: Kind, depth: int) -> str:
    return g.draw.pick(("0", "1", "2", "3", "-1", "5", "7"))


@production("int", 6)
@production("int atom", 6)
def _int_variable(g: Writer, kind: Kind, depth: int) -> str | None:
    found = g.pick(g.scope.visible("int"))
    return found.name if found else None


@production("int", 4)
def _int_arithmetic(g: Writer, kind: Kind, depth: int) -> str:
    form = g.draw.pick(
        ("({a} + {b})", "({a} - {b})", "({a} * 3 % 11)", "({a} // 2 + {b})", "({a} % 5)", "(-{a})", "abs({a})", "({a} & 7)")
    )
    return form.format(a=g.make(INT, depth), b=g.make(INT, depth))


@production("int", 2)
def _length(g: Writer, kind: Kind, depth: int) -> str | None:
    found = g.pick(g.scope.visible("list", "dict", "tuple", "array"))
    return f"len({found.name})" if found else None


@production("int", 1)
def _count_of_truths(g: Writer, kind: Kind, depth: int) -> str:
    return f"int({g.make(BOOL, depth)})"


@production("int", 1)
def _int_choice(g: Writer, kind: Kind, depth: int) -> str:
    return f"({g.make(INT, depth)} if {g.make(BOOL, depth)} else {g.make(INT, depth)})"


# -- booleans ----------------------------------------------------------------------------------------------------------


@production("bool atom", 1)
def _truth(g: Writer, kind: Kind, depth: int) -> str:
    return g.draw.pick(("True", "False"))


@production("bool", 2)
@production("bool atom", 4)
def _bool_variable(g: Writer, kind: Kind, depth: int) -> str | None:
    found = g.pick(g.scope.visible("bool"))
    return found.name if found else None


@production("bool atom", 4)
@production("bool", 6)
def _comparison(g: Writer, kind: Kind, depth: int) -> str:
    return f"{g.make(FLOAT, depth)} {g.draw.pick(('<', '>', '<=', '>='))} {g.make(FLOAT, depth)}"


@production("bool", 3)
def _chained_comparison(g: Writer, kind: Kind, depth: int) -> str:
    first, second = g.draw.pick((("<", "<"), (">", "<"), ("<", ">="), ("<=", "<=")))
    return f"({g.make(FLOAT, depth)} {first} {g.make(FLOAT, depth)} {second} {g.make(FLOAT, depth)})"


@production("bool", 3)
def _int_comparison(g: Writer, kind: Kind, depth: int) -> str:
    return f"{g.make(INT, depth)} {g.draw.pick(('==', '!=', '<', '>='))} {g.make(INT, depth)}"


@production("bool", 3)
def _short_circuit(g: Writer, kind: Kind, depth: int) -> str:
    return f"({g.make(BOOL, depth)} {g.draw.pick(('and', 'or'))} {g.make(BOOL, depth)})"


@production("bool", 1)
def _negation(g: Writer, kind: Kind, depth: int) -> str:
    return f"(not {g.make(BOOL, depth)})"


@production("bool", 1)
def _string_comparison(g: Writer, kind: Kind, depth: int) -> str | None:
    found = g.pick(g.scope.visible("str"))
    return f"{found.name} {g.draw.pick(('==', '!='))} {g.atom(STR)}" if found else None


# -- strings -----------------------------------------------------------------------------------------------------------


@production("str atom", 2)
def _word(g: Writer, kind: Kind, depth: int) -> str:
    return g.draw.pick(WORDS)


@production("str atom", 2)
@production("str", 3)
def _str_variable(g: Writer, kind: Kind, depth: int) -> str | None:
    found = g.pick(g.scope.visible("str"))
    return found.name if found else None


@production("str", 3)
def _formatted(g: Writer, kind: Kind, depth: int) -> str:
    known = g.pick([v for v in g.scope.visible("int") if v.static])
    shown = known.name if known else g.draw.pick(("1", "42"))
    word = g.draw.pick(("a", "key", "n"))
    forms = (f"f'{word}{{{shown}}}'", f"f'{{{shown}:03d}}{word}'", f"'{word}-%d' % {shown}")
    if g.draw.chance(1):
        return f"'{word}' + str({shown})"
    return g.draw.pick((*forms, f"'{word}{{}}'.format({shown})", f"{g.atom(STR)} + '{word}'", f"{g.atom(STR)}.upper()"))


# -- statements --------------------------------------------------------------------------------------------------------


@production("statement", 8)
def _new_number(g: Writer) -> bool:
    kind = g.draw.weighted([(6, FLOAT), (2, INT), (1, BOOL)])
    text, name = g.make(kind), g.name()
    annotation = f": {kind.name}" if g.draw.chance(8) else ""
    g.line(f"{name}{annotation} = {text}")
    g.define(name, kind)
    return True


@production("statement", 2, settled=True)
def _new_static(g: Writer) -> bool:
    """A small int or a string that is known before the program runs."""
    name = g.name()
    if g.draw.chance(50):
        g.line(f"{name} = {g.make(STR)}")
        g.define(name, STR, static=True)
    else:
        value = g.draw.integer(0, 4)
        g.line(f"{name} = {value}")
        g.define(name, INT, static=True, high=value + 1)
    return True


@production("statement", 7)
def _rebind_number(g: Writer) -> bool:
    found = g.pick([v for v in g.scope.own("float", "int", "bool") if not v.static])
    if found is None:
        return False
    g.line(f"{found.name} = {g.make(found.kind)}")
    found.high = None
    return True


@production("statement", 6)
def _augmented_number(g: Writer) -> bool:
    found = g.pick([v for v in g.scope.own("float", "int") if not v.static])
    if found is None:
        return False
    operator = g.draw.pick(("+=", "-=", "*=", "/=") if found.kind == FLOAT else ("+=", "-="))
    value = f"(1.5 + abs({g.make(FLOAT, 1)}))" if operator == "/=" else g.make(found.kind)
    if operator == "*=":
        value = f"np.tanh({value})"
    g.line(f"{found.name} {operator} {value}")
    found.high = None
    return True


@production("statement", 2)
def _several_at_once(g: Writer) -> bool:
    """Tuples on both sides: every value is there before the first name is bound."""
    own = [v for v in g.scope.own("float") if not v.static]
    if len(own) >= 2 and g.draw.chance(60):
        a, b = own[-1], g.draw.pick(own[:-1])
        values = g.draw.pick((f"{b.name}, {a.name}", f"{b.name} * 0.5, {a.name} + {b.name}", f"{g.make(FLOAT)}, {a.name}"))
        g.line(f"{a.name}, {b.name} = {values}")
        return True
    text = f"{g.make(FLOAT)}, {g.make(FLOAT)}"
    first = g.name()
    g.define(first, FLOAT)
    second = g.name()
    g.define(second, FLOAT)
    form = g.draw.pick(("{a}, {b} = {t}", "({a}, {b}) = ({t})", "[{a}, {b}] = [{t}]", "{a}, *{b}_ = ({t}, 0.5); {b} = {b}_[0]"))
    g.line(form.format(a=first, b=second, t=text))
    return True


@production("statement", 1)
def _chained_targets(g: Writer) -> bool:
    text = g.make(FLOAT)
    first = g.name()
    g.define(first, FLOAT)
    second = g.name()
    g.define(second, FLOAT)
    g.line(f"{first} = {second} = {text}")
    return True


@production("statement", 1, settled=True)
def _forget_name(g: Writer) -> bool:
    """`del` of a name of this block, and perhaps its second life."""
    own = [v for v in g.scope.blocks[-1].variables.values() if v.kind in NUMBERS and not v.frozen]
    if not own or g.scope.blocks[-1].rebound or len(own) < 2:
        return False
    found: Variable = g.draw.pick(own)
    g.line(f"del {found.name}")
    del g.scope.blocks[-1].variables[found.name]
    if g.draw.chance(50):
        text = g.make(found.kind)
        g.line(f"{found.name} = {text}")
        g.define(found.name, found.kind)
    return True
