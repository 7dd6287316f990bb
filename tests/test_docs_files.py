"""Every file of a folder with many ideas is named on the page that explains the folder."""

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
