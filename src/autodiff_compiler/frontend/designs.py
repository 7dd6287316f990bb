"""Filters, windows and quadrature rules that are designed inside a program: computed by SciPy itself when the program is compiled.

What they are made of (orders, edges, names) must be known then; the coefficients are written into the program as numbers.
Loggers are found then, too: there is one of each name.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiff_compiler.frontend.context import Context
from autodiff_compiler.frontend.public_names import name_of
from autodiff_compiler.frontend.values import Abs, Static, Tup

_FUNCTIONS = {
    "logging": "getLogger",
    "scipy.signal": "bessel butter buttord cheb1ord cheb2ord cheby1 cheby2 ellip ellipord firls firwin firwin2 gammatone get_window "
    "iircomb iirfilter iirnotch iirpeak kaiser_atten kaiser_beta kaiserord remez savgol_coeffs",
    "scipy.signal.windows": "barthann bartlett blackman blackmanharris bohman boxcar chebwin cosine dpss exponential flattop gaussian "
    "general_cosine general_gaussian general_hamming hamming hann kaiser lanczos nuttall parzen taylor triang tukey",
    "scipy.special": "roots_chebyc roots_chebys roots_chebyt roots_chebyu roots_gegenbauer roots_genlaguerre roots_hermite "
    "roots_hermitenorm roots_jacobi roots_laguerre roots_legendre roots_sh_chebyt roots_sh_chebyu roots_sh_jacobi roots_sh_legendre",
}
NAMES = frozenset(f"{module}.{name}" for module, names in _FUNCTIONS.items() for name in names.split())
_WORDS = frozenset(name.rpartition(".")[2] for name in NAMES)


def call(ctx: Context, obj: Any, args: list[Abs], kwargs: dict[str, Abs]) -> Abs | None:
    """A call of one of these functions; None for anything else."""
    if getattr(obj, "__name__", None) not in _WORDS or (name := name_of(obj)) not in NAMES:
        return None
    what = f"an argument of {name}"
    given, named = [ctx.static(x, what) for x in args], {key: ctx.static(x, what) for key, x in kwargs.items()}
    try:
        return _written(ctx, obj(*given, **named))
    except (TypeError, ValueError, ArithmeticError) as error:
        raise ctx.wrong("AD171", f"{type(error).__name__}: {error}") from error


def _written(ctx: Context, result: Any) -> Abs:
    """A result as the program would write it down."""
    if isinstance(result, tuple):
        return Tup(tuple(_written(ctx, part) for part in result))
    if not isinstance(result, np.ndarray):
        return Static(result)
    kind: dict[str, Abs] = {"dtype": Static(result.dtype.type)}
    return ctx.call(Static(np.array), [_nested(result.tolist())], kind)


def _nested(numbers: Any) -> Abs:
    return Tup(tuple(map(_nested, numbers))) if isinstance(numbers, list) else Static(numbers)
