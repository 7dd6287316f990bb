"""The twelve evals of GradBench, a benchmark suite of tools for automatic differentiation, and a server that speaks its protocol."""
