"""Every pass is part of a pipeline, and has a test that shows what it makes."""

import re
from itertools import chain
from pathlib import Path

import pytest

from autodiff_compiler import driver
from autodiff_compiler.passes.registry import DEFAULT, PASSES
from autodiff_compiler.transforms.targets import TARGETS

PIPELINES = (DEFAULT, driver.BEFORE_AD, driver.AFTER_AD, *driver.LOWERING.values())


@pytest.mark.parametrize("name", PASSES)
def test_a_pipeline_runs_it(name):
    instead = {other for target in TARGETS.values() for _, other in target.instead}
    further = {name for target in TARGETS.values() for name in (*target.before_ad, *target.after_buffers)}
    assert name in {*instead, *further, *chain.from_iterable(PIPELINES)}, "DEFAULT, or a pipeline of driver.py, or a target's"


@pytest.mark.parametrize("name", PASSES)
def test_a_test_names_it(name):
    texts = [path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py")]
    module = PASSES[name].run.__module__.rpartition(".")[2]
    named = re.compile(rf'"{name}"|\b{module}\.{PASSES[name].run.__name__}\b')
    assert any(named.search(text) for text in texts), "golden text in tests/passes/test_golden_*.py"
