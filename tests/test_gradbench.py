"""GradBench's evals: the protocol, and each derivative against values that are not ours."""

import functools
import io
import json
import math
import subprocess
import sys
from itertools import count
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).parent.parent))

from benchmarks.by_hand import kernel
from benchmarks.by_hand.table import ADJOINTS, adjoint
from benchmarks.gradbench import ba, ht, ode, protocol, standalone
from benchmarks.gradbench.peers import WRITTEN, jax_of
from benchmarks.gradbench.table import EVALS
from benchmarks.suites.runs import Outcome

ROOT = Path(__file__).parent.parent
CASES = [(e, style, name) for e in EVALS.values() for style in e.styles for name in e.functions]
IDS = [f"{e.name}-{style}-{name}" for e, style, name in CASES]
UNDER_NUMBA = [("hello", "scalar", "double"), ("lse", "loops", "gradient")]


def session(messages, *options):
    """What the server answers, started as the suite starts it."""
    lines = "".join(json.dumps(message) + "\n" for message in messages)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.gradbench", *options],
        input=lines, capture_output=True, text=True, cwd=ROOT, check=True, timeout=120,
    )  # fmt: skip
    return [json.loads(line) for line in done.stdout.splitlines()]


@functools.cache
def made(name, function, style="", backend="python"):
    return EVALS[name].functions[function].make(EVALS[name].style(backend, style), backend)


def first_input(name):
    return next(iter(EVALS[name].inputs(True)))[1]


# -- the derivatives ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("eval_", "style", "name"), CASES, ids=IDS)
def test_python_backend(eval_, style, name):
    call = made(eval_.name, name, style)
    for _, given in eval_.inputs(True):
        args = eval_.arguments(given)
        eval_.check(name, args, call(*args))


@pytest.mark.parametrize(("name", "style", "function"), UNDER_NUMBA)
def test_numba_backend(name, style, function):
    args = EVALS[name].arguments(first_input(name))
    EVALS[name].check(function, args, made(name, function, style, "numba")(*args))


@pytest.mark.parametrize("name", EVALS)
def test_checks_notice_a_small_error(name):
    eval_ = EVALS[name]
    args = eval_.arguments(first_input(name))
    for function in eval_.functions:
        result = made(name, function)(*args)
        with pytest.raises(AssertionError):
            eval_.check(function, args, nudged(result))
        with pytest.raises(AssertionError):
            eval_.check(function, args, nudged(result, math.nan))


def nudged(value, factor=1.00001):
    if isinstance(value, tuple):
        return tuple(nudged(part, factor) for part in value)
    return value * factor if np.asarray(value).dtype.kind == "f" else value


@pytest.mark.parametrize("style", ["loops", "numpy"])
def test_ode_near_the_exact_solution(style):
    """The chain's last value at time 2 is the product of x times 2^n / n!."""
    x = np.array([0.5, 0.9, 0.3, 0.7])
    exact = np.prod(x) * 2.0 ** len(x) / math.factorial(len(x))
    np.testing.assert_allclose(made("ode", "gradient", style)(x, 10), exact / x, rtol=1e-3)
    np.testing.assert_allclose(made("ode", "gradient", style)(x, 40), exact / x, rtol=1e-5)


def test_a_camera_that_is_not_turned():
    """Rodrigues' formula has no angle to divide by there; its derivative is that of the cross product."""
    cam, X, feat = np.array([0.0, 0.0, 0.0, 0.1, 0.2, 0.3, 500.0, 1.0, 2.0, 0.01, 0.02]), [0.5, -0.4, 9.0], [3.0, 4.0]
    args = EVALS["ba"].arguments({"n": 1, "m": 1, "p": 1, "cam": cam.tolist(), "x": X, "w": 0.7, "feat": feat})
    _, _, values = made("ba", "jacobian", "loops")(*args)

    def errors(rotation):
        turned = np.concatenate((rotation, cam[3:]))
        return np.array(ba.reprojection(turned, X, 0.7, feat))

    for c, unit in enumerate(np.eye(3)):
        # The other branch of the function, from both sides.
        expected = (errors(1e-5 * unit) - errors(-1e-5 * unit)) / 2e-5
        np.testing.assert_allclose(values[:30].reshape(2, 15)[:, c], expected, rtol=1e-6, atol=1e-6)


def test_ba_is_laid_out_by_rows():
    """Against a dense matrix of differences, entry by entry."""
    args = EVALS["ba"].arguments(first_input("ba"))
    rows, columns, values = made("ba", "jacobian", "numpy")(*args)
    cams, points, w, feats, camera, point = args
    n, m, p = len(cams), len(points), len(w)
    found = np.zeros((3 * p, 11 * n + 3 * m + p))
    for row in range(3 * p):
        found[row, columns[rows[row] : rows[row + 1]]] = values[rows[row] : rows[row + 1]]

    def residuals(flat):
        new = flat[: 11 * n].reshape(n, 11), flat[11 * n : 11 * n + 3 * m].reshape(m, 3), flat[11 * n + 3 * m :]
        return np.concatenate((ba.errors_numpy(new[0][camera], new[1][point], new[2], feats).ravel(), 1.0 - new[2] ** 2))

    flat = np.concatenate((cams.ravel(), points.ravel(), w)).astype(complex)
    expected = np.stack([residuals(flat + 1e-20j * unit).imag / 1e-20 for unit in np.eye(len(flat))], axis=1)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


def test_styles_of_ht_agree_on_a_mirrored_hand():
    for _, given in EVALS["ht"].inputs(True):
        args = ht.arguments(given)
        loops, numpy = (made("ht", "objective", style)(*args) for style in ("loops", "numpy"))
        np.testing.assert_allclose(loops, numpy, rtol=1e-12, atol=1e-12)


# -- by hand, and in JAX -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ADJOINTS)
def test_adjoint_by_hand_under_numba(key):
    """Against the values of the check, and against the generated derivative."""
    name, _, style = key.partition(" ")
    eval_, call = EVALS[name], adjoint(name, style)
    for function in eval_.derivatives[:1]:
        for _, given in eval_.inputs(True):
            args = eval_.arguments(given)
            found, generated = call(*args), made(name, function)(*args)
            eval_.check(function, args, found)
            for ours, other in zip(parts(found), parts(generated), strict=True):
                np.testing.assert_allclose(ours, np.reshape(other, np.shape(ours)), rtol=1e-10, atol=1e-12)


def parts(result):
    return result if isinstance(result, tuple) else (result,)


@pytest.mark.parametrize("name", WRITTEN)
def test_jax_where_it_is_installed(name):
    pytest.importorskip("jax")
    args = EVALS[name].arguments(first_input(name))
    EVALS[name].check(EVALS[name].derivatives[0], args, jax_of(name)(*args))


def test_exponential_by_hand():
    @kernel.kernel
    def over(x):
        result = np.empty_like(x)
        for i in range(len(x)):
            result[i] = kernel.exponential(x[i])
        return result

    x = np.concatenate((np.linspace(-700.0, 700.0, 20_001), np.linspace(-1.0, 1.0, 20_001)))
    np.testing.assert_allclose(over(x), np.exp(x), rtol=5e-16)
    np.testing.assert_allclose(over(np.array([-1e300, 1e300])), np.exp([-708.0, 709.0]), rtol=5e-16)


# -- the protocol ------------------------------------------------------------------------------------------------------


def test_a_session_over_every_eval():
    messages = [{"id": 0, "kind": "start", "eval": "all"}]
    for name, eval_ in EVALS.items():
        messages.append({"id": len(messages), "kind": "define", "module": name})
        for description, given in eval_.inputs(True):
            for function in eval_.functions:
                asked = {**given, "min_runs": 2, "min_seconds": 0.0} if isinstance(given, dict) else given
                messages.append(
                    {"id": len(messages), "kind": "evaluate", "module": name, "function": function, "input": asked,
                     "description": description}
                )  # fmt: skip
                messages.append({"id": len(messages), "kind": "analysis", "of": len(messages) - 1, "valid": True})
    answers = session(messages, "--backend", "python")
    assert [answer["id"] for answer in answers] == [message["id"] for message in messages]
    assert answers[0] == {"id": 0, "tool": "autodiff_compiler"}
    for message, answer in zip(messages, answers):
        if message["kind"] in ("define", "evaluate"):
            assert answer["success"] is True, (message, answer)
        if message["kind"] == "evaluate":
            eval_ = EVALS[message["module"]]
            result = made(message["module"], message["function"])(*eval_.arguments(message["input"]))
            assert answer["output"] == eval_.functions[message["function"]].output(result)
            assert len(answer["timings"]) == (1 if message["module"] == "hello" else 2)
            assert {timing["name"] for timing in answer["timings"]} == {"evaluate"}


def test_forms_of_outputs():
    def output(name, function):
        eval_ = EVALS[name]
        result = made(name, function)(*eval_.arguments(first_input(name)))
        return json.loads(json.dumps(eval_.functions[function].output(result)))

    assert np.shape(output("det", "gradient")) == (1,)
    jacobian = output("gmm", "jacobian")
    assert {name: np.shape(part) for name, part in jacobian.items()} == {
        "alpha": (3,), "mu": (3, 2), "q": (3, 2), "l": (3, 1),
    }  # fmt: skip
    assert np.shape(output("kmeans", "dir")) == (3, 2)
    assert np.shape(output("ode", "primal")) == (4,)
    assert np.shape(output("lstm", "jacobian")) == (4 * 12 + 9,)
    assert np.shape(output("ht", "objective")) == (15,)
    assert np.shape(output("ht", "jacobian")) == (15, 26)
    found = output("ba", "objective")
    assert found["reproj_error"]["repeated"] == found["w_err"]["repeated"] == 7
    assert len(found["reproj_error"]["elements"]) == 2
    found = output("ba", "jacobian")
    assert {name: len(part) for name, part in found.items()} == {"rows": 23, "cols": 31, "vals": 31}
    assert found["rows"][:3] == [0, 15, 30]
    assert found["rows"][-1] == 31 * 7


def test_failures_are_answers():
    lines = [
        json.dumps({"id": 1, "kind": "define", "module": "nonsense"}),
        json.dumps({"id": 2, "kind": "evaluate", "module": "lse", "function": "hessian", "input": {"x": [1.0]}}),
        json.dumps({"id": 3, "kind": "evaluate", "module": "lse", "function": "primal", "input": {}}),
        "no JSON",
        "",
        json.dumps({"id": 4, "kind": "evaluate", "module": "hello", "function": "square", "input": 3.0}),
    ]
    out = io.StringIO()
    protocol.Session(EVALS, "python").run(lines, out)
    answers = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [answer["id"] for answer in answers] == [1, 2, 3, None, 4]
    assert [answer["success"] for answer in answers] == [False, False, False, False, True]
    assert "nonsense" in answers[0]["error"]
    assert "hessian" in answers[1]["error"]
    assert answers[4]["output"] == 9.0


@pytest.mark.parametrize(("runs", "seconds", "expected"), [(1, 0.0, 1), (5, 0.0, 5), (2, 4.0, 4), (6, 4.0, 6)])
def test_runs_go_on_until_both_are_reached(monkeypatch, runs, seconds, expected):
    ticks = count()
    monkeypatch.setattr(protocol.time, "perf_counter_ns", lambda: 10**9 * next(ticks))
    result, taken = protocol.repeated(lambda x: x + 1, (1,), runs, seconds)
    assert result == 2
    assert taken == [10**9] * expected


def test_ode_inputs_are_not_all_vacuous():
    """Where values underflow, zeros would pass for derivatives."""
    given = first_input("ode")
    assert np.abs(made("ode", "gradient")(*ode.arguments(given))).min() > 1e-3


# -- standalone --------------------------------------------------------------------------------------------------------


def test_standalone(tmp_path):
    found = standalone.run(["hello"], "python", quick=True, rounds=1, limit=60.0)
    content = json.loads(found.save(tmp_path).read_text())
    (row,) = content["rows"]
    assert (row["eval"], row["function"], row["style"]) == ("hello", "double", "scalar")
    assert row["over_primal"] > 0
    assert content["summary"]["best"]["over_by_hand"] == pytest.approx(row["over_by_hand"])
    (compiled,) = content["compile"]
    assert compiled["verdict"] == "right"
    assert compiled["double"] > 0
    assert len(found.tables) == 2


def test_what_is_not_right_is_shown():
    found = [Outcome("lse\tloops", "numba", "wrong", "off by 1"), Outcome("det\tlevels", "numba", "late", "more than 1 s")]
    made = standalone.report(found, "numba", quick=True)
    assert made.tables[-1].rows == [["lse", "loops", "wrong", "off by 1"], ["det", "levels", "late", "more than 1 s"]]


def test_summary_takes_the_fastest_program_of_a_workload():
    def row(style, seconds, ratio):
        common = {"eval": "lse", "workload": "n=1", "function": "gradient", "over_primal": None, "over_jax": None}
        return {**common, "over_by_hand": ratio, "style": style, "seconds": {"derivative": seconds}}

    found = standalone.summary([row("loops", 2.0, 8.0), row("numpy", 1.0, 2.0)])
    assert found["all"]["over_by_hand"] == pytest.approx(4.0)
    assert found["best"]["over_by_hand"] == pytest.approx(2.0)
