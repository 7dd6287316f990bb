"""Classes: dataclasses, plain classes and named tuples with all that Python looks up on them, and what is done with instances."""

from __future__ import annotations

from dataclasses import dataclass, field

from language_arrays import some_shape
from language_functions import call, write_function
from language_scope import FLOAT, INT, Kind, Signature, Variable, array, list_of
from language_writer import Writer, production

CONSTANTS = ("RATE", "scale", "bias")


@dataclass(eq=False)
class Model:
    """What is known of a class.  `fields`: what its constructor takes; `attributes`: what an instance has."""

    name: str
    flavour: str
    fields: dict[str, tuple[Kind, bool]] = field(default_factory=dict)
    attributes: dict[str, Kind] = field(default_factory=dict)
    properties: dict[str, bool] = field(default_factory=dict)
    """Properties, all floats, and whether they can be set."""
    methods: dict[str, Signature] = field(default_factory=dict)
    statics: dict[str, Signature] = field(default_factory=dict)
    operators: set[str] = field(default_factory=set)
    changing: set[str] = field(default_factory=set)
    """Methods that write to the instance."""
    frozen: bool = False

    @property
    def constructor(self) -> Signature:
        return Signature(tuple((name, kind, default) for name, (kind, default) in self.fields.items()), self.kind)

    @property
    def kind(self) -> Kind:
        return Kind("object", model=self)

    def floats(self) -> list[str]:
        return [name for name, kind in self.attributes.items() if kind == FLOAT]


# -- definitions -------------------------------------------------------------------------------------------------------


def write_class(g: Writer, name: str, known: list[Model]) -> Model:
    draw = g.draw
    flavour = draw.weighted([(5, "dataclass"), (5, "plain"), (2, "named tuple")])
    bases = [m for m in known if m.flavour == flavour and not m.frozen and flavour != "named tuple"]
    base = draw.pick(bases) if bases and draw.chance(60) else None
    model = Model(name, flavour)
    if base is not None:
        model.attributes.update(base.attributes)
        model.properties.update(base.properties)
        model.methods.update(base.methods)
        model.statics.update(base.statics)
        model.operators |= base.operators
        model.changing |= base.changing
    inherits = f"({base.name})" if base else "(typing.NamedTuple)" if flavour == "named tuple" else ""
    if flavour == "dataclass":
        model.frozen = base is None and draw.chance(15)
        g.line("@dataclasses.dataclass(frozen=True)" if model.frozen else "@dataclasses.dataclass")
    g.line(f"class {name}{inherits}:")
    g.indent += 1
    g.scope.enter()
    if draw.chance(35) and flavour != "named tuple":
        constant = draw.pick(CONSTANTS)
        g.line(f"{constant} = {draw.pick(('0.5', '1.25', '-0.75'))}")
        model.attributes.setdefault(constant, FLOAT)
    _fields(g, model, base)
    _members(g, model, base)
    g.scope.leave()
    g.indent -= 1
    g.line("")
    return model


def _fields(g: Writer, model: Model, base: Model | None) -> None:
    """The fields of a dataclass or named tuple, or an `__init__`; and what runs after it."""
    draw, flavour = g.draw, model.flavour
    own: dict[str, tuple[Kind, bool]] = {}
    free = [n for n in ("w", "b", "s", "left", "xs", "_h", "count", "rate", "depth", "low", "top") if n not in model.attributes and (n != "_h" or flavour != "named tuple")]
    inherited = dict(base.fields) if base else {}
    default = any(d for _, d in inherited.values())
    for _ in range(draw.integer(1, 3)):
        kind = draw.weighted([(10, FLOAT), (2, INT), (1, list_of(FLOAT)), (2, array(*some_shape(g)))])
        default = default or draw.chance(20)
        if default and kind not in (FLOAT, INT):
            kind = FLOAT
        own[free.pop(draw.integer(0, len(free) - 1))] = (kind, default)
    model.attributes.update({name: kind for name, (kind, _) in own.items()})
    model.fields = {**inherited, **own}
    values = {FLOAT: ("0.5", "1.5"), INT: ("2", "3")}
    if model.flavour != "plain":
        for name, (kind, has) in own.items():
            hint = {"float": "float", "int": "int", "list": "list", "array": "np.ndarray"}[kind.name]
            if has and model.flavour == "dataclass" and draw.chance(20):
                g.line(f"{name}: {hint} = dataclasses.field(default={draw.pick(values[kind])})")
            else:
                g.line(f"{name}: {hint}" + (f" = {draw.pick(values[kind])}" if has else ""))
        if model.flavour == "dataclass" and not model.frozen and draw.chance(40):
            g.line("def __post_init__(self):")
            if base is not None and "__post_init__" in base.operators and draw.chance(60):
                g.line("    super().__post_init__()")
            model.operators.add("__post_init__")
            _changes(g, model)
        return
    texts = [f"{name}={draw.pick(values[kind])}" if has else name for name, (kind, has) in model.fields.items()]
    if base is not None and draw.chance(15) and not own:
        return
    g.line(f"def __init__(self, {', '.join(texts)}):")
    if base is not None:
        given = ", ".join(inherited)
        g.line(draw.pick((f"    super().__init__({given})", f"    {base.name}.__init__(self, {given})")))
    for name, (kind, _) in own.items():
        changed = {FLOAT: ("{}", "{} * 2.0", "np.tanh({})"), INT: ("{}", "{} + 1")}.get(kind, ("{}", "{}"))
        g.line(f"    self.{name} = {draw.pick(changed).format(name)}")
    if draw.chance(30):
        extra = draw.pick(("total", "_cache"))
        g.line(f"    self.{extra} = {draw.pick(model.floats() and [f'self.{n} + 1.0' for n in model.floats()] or ['0.0'])}")
        model.attributes[extra] = FLOAT


def _changes(g: Writer, model: Model) -> None:
    """A statement or two of a method that change attributes."""
    floats = [n for n in model.floats() if n not in CONSTANTS]
    if not floats:
        g.line("    pass")
    for _ in range(g.draw.integer(1, 2) if floats else 0):
        name = g.draw.pick(floats)
        form = g.draw.pick(("self.{n} *= 2", "self.{n} = self.{n} + 0.5", "self.{n} += np.tanh(self.{m})", "self.{n} = -self.{m}"))
        g.line("    " + form.format(n=name, m=g.draw.pick(floats)))


def _members(g: Writer, model: Model, base: Model | None) -> None:
    draw = g.draw
    floats = model.floats() or ["__class__"]
    one = f"self.{draw.pick(floats)}" if model.floats() else "0.5"
    two = f"self.{draw.pick(floats)}" if model.floats() else "1.5"
    mutable = model.flavour != "named tuple" and not model.frozen and bool(model.floats())
    if draw.chance(40):
        name = draw.pick(("area", "half", "value"))
        g.line("@property")
        g.line(f"def {name}(self):")
        g.line(f"    return {one} * {two} + 0.5")
        settable = mutable and draw.chance(50)
        if settable:
            g.line(f"@{name}.setter")
            g.line(f"def {name}(self, new):")
            g.line(f"    {one} = new * 0.5")
            if draw.chance(30):
                g.line(f"    {two} += 1.0")
        if name not in model.attributes:
            model.properties[name] = settable
    for _ in range(draw.integer(0, 2)):
        _method(g, model, base)
    if mutable and draw.chance(40):
        g.line("def bump(self, by=1.0):")
        _changes(g, model)
        g.line(f"    {one} += by")
        g.line(f"    return {draw.pick(('self', one))}")
        model.changing.add("bump")
        model.methods["bump"] = Signature((("by", FLOAT, True),), FLOAT if g.lines[-1].text.endswith(one) else model.kind)
    if draw.chance(20):
        g.line("@staticmethod")
        model.statics["mix"] = write_function(g, "mix", kinds=(FLOAT, FLOAT))
    if draw.chance(20) and all(kind == FLOAT for kind, _ in model.fields.values()):
        g.line("@classmethod")
        g.line("def of(cls, x):")
        g.line(f"    return cls({', '.join(draw.pick(('x', 'x * 0.5', '1.0')) for _ in model.fields)})")
        model.statics["of"] = Signature((("x", FLOAT, False),), model.kind)
    _operators(g, model, one, two)


def _method(g: Writer, model: Model, base: Model | None) -> None:
    """A method with a body of its own; perhaps one that the base has too."""
    draw = g.draw
    name = draw.pick(("go", "apply", "mixed"))
    kinds = draw.pick(((), (FLOAT,), (FLOAT, INT)))
    if name in model.methods:
        kinds = tuple(kind for _, kind, _ in model.methods[name].parameters)
        if model.methods[name].result != FLOAT:
            return
    inherited = base is not None and name in base.methods
    names = ["x", "n"][: len(kinds)]
    g.line(f"def {name}(self{''.join(', ' + n for n in names)}):")
    g.scope.enter(frame=True)
    for own, kind in zip(names, kinds):
        g.define(own, kind)
    g.define("self", model.kind, frozen=True)
    if draw.chance(30) and model.flavour != "named tuple" and not model.frozen:
        _changes(g, model)
        model.changing.add(name)
    if inherited and draw.chance(70):
        g.line(f"    return super().{name}({', '.join(names)}) * 0.5 + {g.atom(FLOAT)}")
    else:
        g.line(f"    return {g.make(FLOAT, 1)}")
    g.scope.leave()
    model.methods[name] = Signature(tuple((n, k, False) for n, k in zip(names, kinds)), FLOAT)


def _operators(g: Writer, model: Model, one: str, two: str) -> None:
    draw = g.draw
    choices = {
        "__call__": ["def __call__(self, x):", f"    return x * {one}"],
        "__add__": ["def __add__(self, other):", f"    return {one} + other"],
        "__radd__": ["def __radd__(self, other):", f"    return other - {one}"],
        "__mul__": ["def __mul__(self, other):", f"    return {one} * other + {two}"],
        "__neg__": ["def __neg__(self):", f"    return -{one} + 0.25"],
        "__sub__": ["def __sub__(self, other):", f"    return {one} - other"],
        "__getitem__": ["def __getitem__(self, k):", f"    return {one} if k == 0 else {two}"],
        "__len__": ["def __len__(self):", f"    return {draw.pick(('0', '2', '3'))}"],
        "__eq__": ["def __eq__(self, other):", f"    return {draw.pick(('True', 'False', f'{one} > 0.5'))}"],
        "__bool__": ["def __bool__(self):", f"    return {draw.pick(('False', f'bool({one} > 0.25)'))}"],
        "__iter__": ["def __iter__(self):", f"    return iter(({one}, 2.0))"],
        "__lt__": ["def __lt__(self, other):", f"    return bool({one} < {two})"],
        "__abs__": ["def __abs__(self):", f"    return abs({one})"],
        "__contains__": ["def __contains__(self, k):", f"    return {draw.pick(('True', 'k == 1'))}"],
        "__setattr__": ["def __setattr__(self, name, new):", "    object.__setattr__(self, name, new * 2)"],
    }
    unusual = {"__setattr__", "__iter__", "__contains__"}
    for name, lines in choices.items():
        if model.flavour == "named tuple" and name in ("__getitem__", "__len__", "__iter__", "__setattr__", "__bool__"):
            if not draw.chance(3):
                continue
        elif model.frozen and name == "__setattr__":
            continue
        elif not draw.chance(2 if name in unusual else 12):
            continue
        if name == "__setattr__" and any(kind.name == "list" for kind in model.attributes.values()):
            continue
        for line in lines:
            g.line(line)
        model.operators.add(name)


# -- instances ---------------------------------------------------------------------------------------------------------


def objects(g: Writer, kind: Kind | None = None) -> list[Variable]:
    return [v for v in g.scope.visible("object") if kind is None or v.kind == kind]


@production("object", 3)
@production("object atom", 4)
def _object_variable(g: Writer, kind: Kind, depth: int) -> str | None:
    found = g.pick(objects(g, kind))
    return found.name if found else None


@production("object", 4)
@production("object atom", 1)
def _instance(g: Writer, kind: Kind, depth: int) -> str:
    return call(g, kind.model.name, kind.model.constructor, depth)


@production("object", 2)
def _replaced(g: Writer, kind: Kind, depth: int) -> str | None:
    """A copy with a field changed."""
    found = g.pick(objects(g, kind))
    floats = [n for n, (k, _) in kind.model.fields.items() if k == FLOAT and not n.startswith("_")]
    if found is None or not floats or kind.model.flavour == "plain":
        return None
    name = g.draw.pick(floats)
    value = g.make(FLOAT, depth)
    if kind.model.flavour == "named tuple":
        return f"{found.name}._replace({name}={value})"
    return f"dataclasses.replace({found.name}, {name}={value})"


@production("object", 1)
def _from_class(g: Writer, kind: Kind, depth: int) -> str | None:
    if "of" not in kind.model.statics:
        return None
    return f"{kind.model.name}.of({g.make(FLOAT, depth)})"


def attribute_of(g: Writer, v: Variable, kind: Kind) -> str | None:
    model: Model = v.kind.model
    names = [name for name, k in model.attributes.items() if k == kind]
    names += list(model.properties) if kind == FLOAT else []
    return f"{v.name}.{g.draw.pick(names)}" if names else None


@production("float", 8)
@production("float atom", 3)
def _attribute(g: Writer, kind: Kind, depth: int) -> str | None:
    found = g.pick(objects(g))
    return found and attribute_of(g, found, FLOAT)


@production("int", 1)
@production("list", 1)
@production("array", 2)
def _attribute_of_a_kind(g: Writer, kind: Kind, depth: int) -> str | None:
    found = g.pick(objects(g))
    return found and attribute_of(g, found, kind)


@production("float", 5)
def _method_call(g: Writer, kind: Kind, depth: int) -> str | None:
    found = g.pick(objects(g))
    if found is None:
        return None
    model: Model = found.kind.model
    free = [(name, s) for name, s in model.methods.items() if not (found.frozen and name in model.changing)]
    own = [(f"{found.name}.{name}", s) for name, s in free if s.result == FLOAT]
    own += [(f"{g.draw.pick((found.name, model.name))}.{name}", s) for name, s in model.statics.items() if s.result == FLOAT]
    if not own:
        return None
    target, signature = g.draw.pick(own)
    return call(g, target, signature, depth)


@production("float", 4)
def _operator(g: Writer, kind: Kind, depth: int) -> str | None:
    found = g.pick([v for v in objects(g) if v.kind.model.operators])
    if found is None:
        return None
    n, x = found.name, g.make(FLOAT, depth)
    forms = {
        "__call__": f"{n}({x})",
        "__add__": f"({n} + {x})",
        "__radd__": f"({x} + {n})",
        "__mul__": f"({n} * {x})",
        "__neg__": f"(-{n})",
        "__sub__": f"({n} - {x})",
        "__getitem__": f"{n}[{g.draw.pick(('0', '1'))}]",
        "__len__": f"len({n}) * {x}",
        "__eq__": f"({x} if {n} == {n} else 0.5)",
        "__bool__": g.draw.pick((f"({x} if {n} else 0.5)", f"({x} if not {n} else 1.5)")),
        "__iter__": f"sum([v * {x} for v in {n}])",
        "__lt__": f"({x} if {n} < {n} else -0.5)",
        "__abs__": f"abs({n})",
        "__contains__": f"({x} if 1 in {n} else 0.25)",
    }
    known = [forms[name] for name in sorted(found.kind.model.operators) if name in forms]
    return g.draw.pick(known) if known else None


@production("bool", 1)
def _about_objects(g: Writer, kind: Kind, depth: int) -> str | None:
    found = g.pick(objects(g))
    if found is None:
        return None
    other = g.draw.pick(objects(g, found.kind))
    forms = [f"isinstance({found.name}, {found.kind.model.name})", f"({found.name} is {other.name})"]
    if all(k in (FLOAT, INT) for k in found.kind.model.attributes.values()):
        forms += [f"({found.name} == {other.name})", f"(not {found.name})"]
    return g.draw.pick(forms)


# -- statements --------------------------------------------------------------------------------------------------------


@production("statement", 6)
def _new_object(g: Writer) -> bool:
    models = [v.kind.model for v in g.scope.visible("class")]
    if not models:
        return False
    kind = g.draw.pick(models).kind
    text, name = g.make(kind), g.name(("obj", "p", "o", "other", "item"))
    g.line(f"{name} = {text}")
    g.define(name, kind)
    return True


@production("statement", 6)
def _set_attribute(g: Writer) -> bool:
    found = g.pick([v for v in objects(g) if v.kind.model.flavour != "named tuple" and not v.kind.model.frozen and not v.frozen])
    if found is None:
        return False
    model: Model = found.kind.model
    # A class attribute that one path makes an instance's own is refused.
    own = [name for name in model.floats() if not g.open or name not in CONSTANTS]
    names = [*own, *(name for name, settable in model.properties.items() if settable)]
    if not names:
        return False
    g.line(f"{found.name}.{g.draw.pick(names)} {g.draw.weighted([(5, '='), (3, '+='), (1, '*=')])} {g.make(FLOAT)}")
    return True


@production("statement", 3)
def _change_inside(g: Writer) -> bool:
    """What an attribute holds is changed in place."""
    found = g.pick([v for v in objects(g) if any(k.name in ("list", "array") for k in v.kind.model.attributes.values()) and not v.frozen])
    if found is None:
        return False
    name, kind = g.draw.pick([(n, k) for n, k in found.kind.model.attributes.items() if k.name in ("list", "array")])
    place = f"{found.name}.{name}"
    if kind.name == "array":
        forms = ["{p}[0] = {x}", "{p}[-1] += {x}"]
        forms += ["{p} *= {x}"] if found.kind.model.flavour != "named tuple" and not found.kind.model.frozen else []
    elif g.open:
        forms = ["{p}[0] = {x}", "{p}.append({x})"]
    else:
        forms = ["{p}.append({x})", "{p}[0] *= {x}", "{p}.insert(0, {x})"]
        forms += ["{p} += [{x}]"] if found.kind.model.flavour != "named tuple" and not found.kind.model.frozen else []
    g.line(g.draw.pick(forms).format(p=place, x=g.make(FLOAT, 1)))
    return True


@production("statement", 2, settled=True)
def _another_name(g: Writer) -> bool:
    found = g.pick(objects(g))
    if found is None:
        return False
    name = g.name(("same", "twin", "ref"))
    g.line(f"{name} = {found.name}")
    g.define(name, found.kind, frozen=found.frozen)
    return True


@production("statement", 2)
def _bump(g: Writer) -> bool:
    found = g.pick([v for v in objects(g) if "bump" in v.kind.model.methods and not v.frozen])
    if found is None:
        return False
    chain = found.kind.model.methods["bump"].result == found.kind and g.draw.chance(30)
    g.line(f"{found.name}.bump({g.make(FLOAT)}){'.bump()' if chain else ''}")
    return True


@production("statement", 1)
def _unpack_named_tuple(g: Writer) -> bool:
    found = g.pick([v for v in objects(g) if v.kind.model.flavour == "named tuple"])
    if found is None:
        return False
    names = []
    for kind, _ in found.kind.model.fields.values():
        names.append(g.name())
        g.define(names[-1], kind, frozen=kind.name == "array")
    g.line(f"{', '.join(names)}{',' if len(names) == 1 else ''} = {found.name}")
    return True


@production("float", 1)
def _by_index(g: Writer, kind: Kind, depth: int) -> str | None:
    found = g.pick([v for v in objects(g) if v.kind.model.flavour == "named tuple"])
    if found is None:
        return None
    places = [i for i, (k, _) in enumerate(found.kind.model.fields.values()) if k == FLOAT]
    return f"{found.name}[{g.draw.pick(places)}]" if places else None


@production("statement", 1, settled=True)
def _objects_in_a_list(g: Writer) -> bool:
    found = g.pick(objects(g))
    if found is None:
        return False
    many = [v.name for v in objects(g, found.kind)]
    name, result, item = g.name(("group", "items")), g.name(), attribute_of(g, Variable("one", found.kind), FLOAT)
    g.line(f"{name} = [{', '.join(g.draw.pick(many) for _ in range(g.draw.integer(1, 3)))}]")
    names = [n for n in found.kind.model.floats() if found.kind.model.flavour != "named tuple" and not found.kind.model.frozen]
    names = [n for n in names if not g.open or n not in CONSTANTS]
    if names and not any(v.frozen for v in objects(g, found.kind)) and g.draw.chance(60):
        g.line(f"{name}[{g.draw.pick(('0', '-1'))}].{g.draw.pick(names)} += {g.make(FLOAT)}")
    g.define(name, Kind("view"))
    if item:
        g.line(f"{result} = sum([{item} for one in {name}])")
        g.define(result, FLOAT)
    return True
