"""`docs/ir.md` names every op, and no op that does not exist."""

import re
from pathlib import Path

from autodiff_compiler.ir.opset import TABLE

PAGE = (Path(__file__).parents[2] / "docs" / "ir.md").read_text()
ROWS = PAGE.split("## The ops\n")[1].split("\n## ")[0]


def test_the_table_has_every_op():
    cells = [row.split("|")[1] for row in ROWS.splitlines() if row.startswith("| `")]
    named = [re.match(r"\w+", code)[0] for cell in cells for code in re.findall(r"`(\w[^`]*)`", cell)]
    assert sorted(named) == sorted(TABLE)
