"""The annotations of the public names can be evaluated, as tools do that check calls or write documentation."""

import inspect
import typing

import pytest

import autodiff_compiler
from autodiff_compiler import interop
from autodiff_compiler.api import making

MADE = {f"making.{thing.__name__}": thing for thing in (making.Pushforward, making.Reverse, making.Linear)}
PUBLIC = {f"{module.__name__}.{name}": getattr(module, name) for module in (autodiff_compiler, interop) for name in module.__all__} | MADE


def functions(thing):
    """The function with its overloads; of a class, its methods and properties, inherited ones too."""
    if not inspect.isclass(thing):
        return [thing, *typing.get_overloads(thing)]
    members = [getattr(member, "fget", None) or getattr(member, "__func__", member) for _, member in inspect.getmembers_static(thing)]
    return [thing, *filter(inspect.isfunction, members)]


@pytest.mark.parametrize("name", PUBLIC)
def test_annotations_are_evaluated(name):
    for function in functions(PUBLIC[name]):
        typing.get_type_hints(function)


def test_what_the_verbs_return():
    assert typing.get_type_hints(autodiff_compiler.explain)["return"] is autodiff_compiler.Explanation
    assert typing.get_type_hints(autodiff_compiler.linearize)["return"] == tuple[typing.Any, making.Linear]
    assert typing.get_type_hints(typing.get_overloads(autodiff_compiler.grad)[0])["return"] is autodiff_compiler.Derivative
