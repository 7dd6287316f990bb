"""Heavy packages, imported when first used: `import autodiff_compiler` must cost little more than NumPy."""

from __future__ import annotations

import importlib
from types import ModuleType

from autodiff_compiler.diagnostics import UserError


def load(name: str, extra: str | None = None) -> ModuleType:
    """Import module `name`; a missing optional package gives a `UserError` that says how to install it."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] != name.split(".")[0]:
            raise
        hint = f"pip install 'autodiff-compiler[{extra}]'" if extra else f"pip install {name.split('.')[0]}"
        raise UserError("AD008", f"this needs the package {name.split('.')[0]!r}", help=hint) from error
