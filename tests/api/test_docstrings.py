"""The examples in the docstrings of the public names run, and every public name has one."""

import doctest
import inspect

import numpy as np
import pytest

import autodiff_compiler
from autodiff_compiler import interop

PUBLIC = {
    f"{module.__name__}.{name}": getattr(module, name)
    for module in (autodiff_compiler, interop)
    for name in module.__all__
    if not (inspect.isclass(getattr(module, name)) and issubclass(getattr(module, name), Exception))
}


@pytest.mark.parametrize("name", PUBLIC)
def test_examples_run(name):
    thing = PUBLIC[name]
    names = {"np": np, "__name__": "__main__", thing.__name__: thing}
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    (found,) = doctest.DocTestFinder(recurse=False).find(thing, name, globs=names)
    assert found.examples, f"{name} has no example"
    report: list[str] = []
    doctest.DocTestRunner(optionflags=flags).run(found, out=report.append)
    assert not report, "".join(report)
