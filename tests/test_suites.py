"""The suites judge what they run: on checkouts made here, with programs that are right, wrong, refused, and that end their process."""

import json
import os
import sys
import time
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).parent.parent))

from benchmarks.suites import autograd, autograd_names, npbench, tangent
from benchmarks.suites.differences import along, assert_derivative
from benchmarks.suites.runs import Run, outcome, report

from autodiff_compiler import grad, stop_gradient


def right():
    return {"ratio": 2.0}


def refused():
    grad(lambda x: np.lookfor(x) if x > 0 else np.busday_count(x, x))(1.0)


def wrong():
    raise AssertionError("2 is not 3")


def failed():
    raise ZeroDivisionError("of its own")


def dead():
    os._exit(7)


def late():
    time.sleep(60)


@pytest.mark.parametrize(
    ("work", "verdict", "detail"),
    [
        (right, "right", ""),
        (refused, "refused", "AD"),
        (wrong, "wrong", "2 is not 3"),
        (failed, "failed", "ZeroDivisionError: of its own"),
        (dead, "failed", "the process ended with 7"),
        (late, "late", "more than 0.5 s"),
    ],
)
def test_a_run_is_judged(work, verdict, detail):
    found = outcome(Run("program", "python", work), 0.5 if work is late else 60.0)
    assert found.verdict == verdict
    assert found.detail.startswith(detail)


def test_the_report_counts_verdicts(tmp_path):
    found = [outcome(Run(work.__name__, "python", work), 60.0) for work in (right, wrong, failed)]
    content = json.loads(report("made_up", found, {"ratio": ".1f"}).save(tmp_path).read_text())
    assert content["summary"]["python"] == {"right": 1, "wrong": 1, "refused": 0, "failed": 1, "late": 0}
    assert content["runs"][0]["figures"] == {"ratio": 2.0}


def test_differences_find_a_wrong_gradient():
    x = np.array([0.5, -1.5])
    assert_derivative(lambda x: np.sum(np.sin(x)), (x,), (0,), (np.cos(x),))
    with pytest.raises(AssertionError, match="differences"):
        assert_derivative(lambda x: np.sum(np.sin(x)), (x,), (0,), (np.cos(x) * (1 + 1e-4),))


def test_the_gradient_of_a_complex_argument_is_conjugate():
    z, dot = 1.0 + 2.0j, 0.3 - 0.4j
    gradient = 2 * np.conj(z)  # of abs(z)**2, as JAX has it
    derivative, _ = along([gradient], [dot])
    step = 1e-6
    assert derivative == pytest.approx((abs(z + step * dot) ** 2 - abs(z - step * dot) ** 2) / (2 * step))


KERNEL = """
import numpy as np


def kernel(n, x, out):
    out[:] = np.sin(x)
    return np.sum(x) * n, {second}
"""


def checkout(folder, second):
    home = folder / "npbench" / "benchmarks" / "made_up"
    home.mkdir(parents=True)
    (folder / "bench_info").mkdir()
    info = {
        "relative_path": "made_up",
        "module_name": "made_up",
        "func_name": "kernel",
        "parameters": {"S": {"n": 3}},
        "init": {"func_name": "initialize", "input_args": ["n"], "output_args": ["x", "out"]},
        "input_args": ["n", "x", "out"],
        "output_args": ["out"],
    }
    (folder / "bench_info" / "made_up.json").write_text(json.dumps({"benchmark": info}))
    initialize = "import numpy as np\ndef initialize(n):\n    return np.linspace(0.1, 1.0, n), np.zeros(n)\n"
    (home / "made_up.py").write_text(initialize)
    (home / "made_up_numpy.py").write_text(KERNEL.format(second=second))
    return folder


@pytest.mark.parametrize(("second", "verdict"), [("x[0] ** 2", "right"), ("float(str(x[0]))", "refused")])
def test_a_kernel_with_two_results_and_an_output_argument(tmp_path, second, verdict):
    (run,) = npbench.runs(checkout(tmp_path, second), ["python"], "", "S", 0)
    assert (found := outcome(run, 60.0)).verdict == verdict, found


def test_every_output_has_its_weight(tmp_path):
    kernel = npbench.load(checkout(tmp_path, "x[0] ** 2"), "made_up", "S")
    loss = npbench.loss_of(kernel)
    assert [np.shape(weight) for weight in loss.__globals__["loss_weights"]] == [(), (), (3,)]
    for name in [name for name in sys.modules if name.startswith("npbench.benchmarks")]:
        del sys.modules[name]


def test_a_wrong_checkout_is_named(tmp_path):
    for suite in (
        lambda: npbench.runs(tmp_path, ["python"], "", "S", 0),
        lambda: autograd.runs(tmp_path, ["python"], ""),
        lambda: tangent.runs(tmp_path, ["python"], ""),
    ):
        with pytest.raises(FileNotFoundError, match="is it a checkout of"):
            suite()


def test_autograd_s_words_check_all_combinations_and_orders():
    check = autograd_names.combo_check(np.sum, (0,))
    check([np.array([[1.0, 2.0], [3.0, 5.0]])], axis=[None, 0], keepdims=[True, False])
    with pytest.raises(AssertionError):
        autograd_names.check_grads(lambda x: x * stop_gradient(x))(2.0)
