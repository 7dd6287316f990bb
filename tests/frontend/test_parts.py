"""What abstract values hold: every kind of them can be taken apart and made again, and the joins see what is inside."""

import ast

import numpy as np
import pytest

from autodiff_compiler.frontend import values
from autodiff_compiler.frontend.alias_classes import AliasClasses
from autodiff_compiler.frontend.choices import Numbers
from autodiff_compiler.frontend.merge import Merge
from autodiff_compiler.frontend.mixed_scalars import MixedScalars
from autodiff_compiler.frontend.state import Frame, State
from autodiff_compiler.frontend.values import Ref, Static, alike, parts, same, with_parts
from autodiff_compiler.ir.core import Value
from autodiff_compiler.ir.types import BOOL, INT, parse_type

ARRAY = parse_type("f64[:]")
FRAME = Frame("f", None, None, None, frozenset({"held"}))
LAMBDA = ast.parse("lambda a, b, *, c, d: 0").body[0].value
USED = values.Box(object)
FLAG, INDEX = Value(BOOL, "flag"), Value(INT, "index")


def fresh():
    return Ref(values.Cell(ARRAY, "a"), ARRAY)


# For each kind of value, how to make one around other values.
HOLDERS = {
    values.Listed: lambda x, y: values.Listed(x, "py"),
    values.Tup: lambda x, y: values.Tup((x, y)),
    values.Closure: lambda x, y: values.Closure(LAMBDA, FRAME, "f", (x,), (None, y)),
    values.Method: lambda x, y: values.Method(x, "sum"),
    values.Range: lambda x, y: values.Range(x, y, Static(1)),
    values.Iter: lambda x, y: values.Iter(zip, (x, y), None, None),
    values.Generator: lambda x, y: values.Generator(LAMBDA, FRAME, ("a", "b"), (x, y), USED, len),
    values.Super: lambda x, y: values.Super(int, bool, x),
    values.Partial: lambda x, y: values.Partial(x, (y,), {"k": x}),
    values.InnerDerivative: lambda x, y: values.InnerDerivative(len, (x,), {"fun": y}),
    values.Choice: lambda x, y: values.Choice(INDEX, (x, y), (0, 1)),
    values.Maybe: lambda x, y: values.Maybe(x, FLAG),
    values.OrNone: lambda x, y: values.OrNone(x, FLAG),
}
# A view of a dict holds a box, and nothing else.
LEAVES = {values.DictView, values.Static, values.Dyn, values.Ref, values.Box, values.Text, values.Poison}


def test_every_kind_is_here():
    assert set(values.Abs.__args__) == LEAVES | set(HOLDERS)


@pytest.mark.parametrize("kind", HOLDERS, ids=lambda kind: kind.__name__)
def test_parts_are_found_and_put_back(kind):
    x, y, z = fresh(), fresh(), fresh()
    value = HOLDERS[kind](x, y)
    held = parts(value)
    assert x in held
    assert with_parts(value, held) is value
    other = with_parts(value, [z if part is x else part for part in held])
    assert parts(other) == tuple(z if part is x else part for part in held)
    assert alike(value, other)
    assert not same(value, other)
    assert same(value, HOLDERS[kind](x, y))


@pytest.mark.parametrize("kind", HOLDERS, ids=lambda kind: kind.__name__)
def test_arrays_inside_are_classed_and_renewed(kind):
    """`a, b = b, a` on one path: a holder of `a` holds, after the paths meet, what `a` is called then."""
    x, y = fresh(), fresh()
    held = {"a": x, "b": y}, {"a": y, "b": x}
    states = []
    for names in held:
        state = State()
        state.enter(FRAME)
        state.versions = {ref.cell: Value(ARRAY, "v") for ref in (x, y)}
        state.boxes[USED] = values.Items(())
        state.names |= {(FRAME, name): ref for name, ref in names.items()}
        state.names[FRAME, "held"] = HOLDERS[kind](names["a"], names["b"])
        states.append(state)
    keys = list(states[0].names)
    assert (x.cell, y.cell) in AliasClasses(*states, keys).cells.values()
    merge = Merge(*states, MixedScalars(), Numbers())
    joined = merge.outputs([Value(slot.type, "s") for slot in merge.slots])
    inner = joined.names[FRAME, "held"]
    inner = inner.value if kind in (values.Maybe, values.OrNone) else parts(inner)[0]
    assert isinstance(inner, Ref)
    assert inner.cell is joined.names[FRAME, "a"].cell
    assert x.cell not in joined.versions  # whoever still looks at it is told so
    with pytest.raises(values.Unmergeable):
        joined.version(x.cell)


def test_a_static_tuple_is_no_holder():
    assert parts(Static((np.ones(3), 1))) == ()
