"""The page of supported functions is the table."""

from pathlib import Path

from autodiff_compiler import library
from autodiff_compiler.library.listing import markdown

PAGE = Path(__file__).parents[2] / "docs" / "library.md"


def test_page_is_up_to_date() -> None:
    assert PAGE.read_text() == markdown(), "run: python -m autodiff_compiler.library.listing > docs/library.md"


def test_page_has_every_name() -> None:
    text = markdown()
    for name in library.names()["functions"]:
        assert f"`{name}`" in text
