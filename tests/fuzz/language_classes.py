"""Classes: dataclasses, plain classes and named tuples with all that Python looks up on them, and what is done with instances."""

from __future__ import annotations

from dataclasses import dataclass, field

from language_arrays import some_shape
from language_functions import write_function
from language_scope import FLOAT, INT, Kind, Signature, array, list_of
from language_writer import Writer

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
