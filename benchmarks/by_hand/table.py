"""Which adjoint stands against which program: by eval, and by style where the algorithms differ."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.by_hand import ba, det, gmm, hello, ht, kmeans, llsq, lse, lstm, ode, particle, saddle

ADJOINTS: dict[str, Callable[..., Any]] = {
    "hello": hello.double,
    "det": det.expansion,
    "det subsets": det.subsets,
    "gmm": gmm.jacobian,
    "kmeans": kmeans.direction,
    "llsq": llsq.gradient,
    "lse": lse.gradient,
    "ode": ode.gradient,
    "ba": ba.jacobian,
    "ht": ht.jacobian,
    "lstm": lstm.jacobian,
    "particle": particle.argmin,
    "saddle": saddle.point,
}

def adjoint(name: str, style: str) -> Callable[..., Any]:
    return ADJOINTS.get(f"{name} {style}", ADJOINTS[name])
