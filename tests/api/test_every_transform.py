"""Every row of the table of transforms can be reached: as a public function, inside a program, in the documentation."""

from pathlib import Path

import pytest

import autodiff_compiler
from autodiff_compiler.markers import VERBS
from autodiff_compiler.transforms.table import TABLE

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", TABLE)
def test_it_is_public(name):
    assert name in autodiff_compiler.__all__, "_HOMES of autodiff_compiler/__init__.py, and api/functions.py"


@pytest.mark.parametrize("name", TABLE)
def test_it_may_stand_inside_a_program(name):
    assert VERBS[getattr(autodiff_compiler, name)].name == name, "VERBS at the end of api/functions.py"


@pytest.mark.parametrize("name", TABLE)
def test_it_has_a_test_and_is_in_the_readme(name):
    texts = [path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py")]
    assert any(f"{name}(" in text for text in texts)
    assert f"{name}(" in (ROOT / "README.md").read_text(encoding="utf-8")
