"""The lowered program does what CPython does: every program of the modules beside this one, on all its arguments."""

import frontend_cases
import programs_aliasing  # noqa: F401
import programs_arrays  # noqa: F401
import programs_calls  # noqa: F401
import programs_containers  # noqa: F401
import programs_control  # noqa: F401
import programs_effects  # noqa: F401
import programs_scalars  # noqa: F401
import pytest
from frontend_harness import agree


@pytest.mark.parametrize(("fun", "args", "loose"), [c for cases in frontend_cases.CASES.values() for c in cases])
def test_agrees_with_cpython(fun, args, loose):
    agree(fun, *args, loose=loose)
