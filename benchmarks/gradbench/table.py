"""The evals by name."""

from __future__ import annotations

from benchmarks.gradbench import ba, det, gmm, hello, ht, kmeans, llsq, lse, lstm, ode, particle, saddle
from benchmarks.gradbench.evals import Eval

MODULES = (hello, det, gmm, kmeans, llsq, lse, ode, ba, ht, lstm, particle, saddle)
EVALS: dict[str, Eval] = {module.EVAL.name: module.EVAL for module in MODULES}
