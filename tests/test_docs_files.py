"""Every file of a folder with many ideas is named on the page that explains the folder, and the files that such pages name are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = {
    "frontend": "frontend.md",
    "backends": "backends.md",
    "ir": "ir.md",
    "analysis": "architecture.md",
    "ad": "architecture.md",
    "api": "architecture.md",
    "transforms": "architecture.md",
}


@pytest.mark.parametrize("folder", PAGES)
def test_files_are_on_the_page(folder):
    page = (ROOT / "docs" / PAGES[folder]).read_text()
    files = sorted((ROOT / "src" / "autodiff_compiler" / folder).glob("*.py"))
    missing = [file.name for file in files if file.name != "__init__.py" and f"{file.name}`" not in page]
    assert not missing, f"docs/{PAGES[folder]} does not say what these are for"


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", *(f"docs/{name}" for name in ("architecture.md", "ir.md", "frontend.md", "backends.md", "rules.md", "loops.md"))])
def test_files_that_a_page_names_exist(page):
    files = {f"/{path.relative_to(ROOT)}" for folder in ("src", "tests", "examples", "benchmarks") for path in (ROOT / folder).rglob("*.py")}
    named = set(re.findall(r"`([\w/]+\.py)\b", (ROOT / page).read_text(encoding="utf-8")))
    assert named
    missing = [name for name in named if not any(file.endswith(f"/{name}") for file in files)]
    assert not missing
