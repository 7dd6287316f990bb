"""`autodiff-compiler rules`: what is supported, and what a file uses that is not."""

from __future__ import annotations

from click.testing import CliRunner

from autodiff_compiler import library
from autodiff_compiler.cli.main import main

USES = """import math
import numpy as np
import scipy.special as sp
from scipy import stats
from scipy.stats import norm
from scipy.integrate import quad as integral

def f(x, a: np.ndarray):
    y = np.sin(x) + np.busday_count(x, 1) + sp.erf(x) + sp.itstruve0(x) * np.pi
    z = norm.logpdf(x, 0.0, 2.0) + stats.moyal.logpdf(x) + stats.gamma(2.0).cdf(x)
    y.tobytes()
    y.append(1)
    return np.linalg.solve(a, y) + integral(math.exp, 0, x)[0] + np.packbits(x)
"""


def run(*arguments):
    return CliRunner().invoke(main, ["rules", *arguments])


def test_the_table_has_a_row_for_each_name():
    done = run()
    assert done.exit_code == 0
    for name in ("np.sin", "math.lgamma", "scipy.special.jv", "scipy.stats.norm", "ndarray.reshape", "ndarray.shape"):
        assert f" {name} " in done.output
    functions = [name for name in library.names()["functions"] if "rv_" not in name]
    assert sum(f" {name} " in done.output for name in functions) == len(functions)


def test_what_is_missing_is_listed_with_its_lines(tmp_path):
    file = tmp_path / "model.py"
    file.write_text(USES, encoding="utf-8")
    done = run("--missing", str(file))
    assert done.exit_code == 3
    assert [line.partition("model.py:")[2] for line in done.output.splitlines()] == [
        "9: numpy.busday_count",
        "9: scipy.special.itstruve0",
        "10: scipy.stats.moyal.logpdf",
        "11: ndarray.tobytes",
        "13: numpy.packbits",
        "13: scipy.integrate.quad",
    ]


def test_a_file_of_supported_functions(tmp_path):
    file = tmp_path / "model.py"
    file.write_text("import numpy as np\n\ndef f(x):\n    return np.sum(np.exp(x)).item()\n", encoding="utf-8")
    assert run("--missing", str(file)).exit_code == 0
