"""Derivatives of GradBench's evals written by hand for Numba, as fast as we could: the yardstick for what the compiler writes."""
