"""Lambdas that return a constant: Python 3.12 notes no place in the source for what they do."""

import ast

import pytest

from autodiff_compiler.frontend import find_source

SEVERAL = [lambda x: -1, lambda x: 3.0, lambda y: 3.0, lambda x: (1, 2), lambda x: None, lambda x: x]


@pytest.mark.parametrize("position", range(len(SEVERAL)))
def test_the_right_one_of_several(position):
    expected = ["lambda x: -1", "lambda x: 3.0", "lambda y: 3.0", "lambda x: (1, 2)", "lambda x: None", "lambda x: x"]
    assert ast.unparse(find_source(SEVERAL[position]).node) == expected[position]
