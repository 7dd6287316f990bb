"""Writes docs/examples.md, and the generated code in the README: `make docs`.

The pages show what the compiler prints now; a test compares.
"""

import ast
import importlib
import sys
from pathlib import Path

from autodiff_compiler import grad, hessian, jacobian, vjp

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "docs" / "examples.md"
README = ROOT / "README.md"

HEAD = """# Examples, and the code generated for them

Written by `make docs`; the functions are in `examples/`, the last four in `benchmarks/gradbench/`. Each block shows the function, then its gradient as
`autodiff-compiler grad` prints it (or its Jacobian, its Hessian). `x_bar` is the adjoint of `x`; the comments name the source line that a block
belongs to.
"""

# Title, and for each example: module, function, parameters to differentiate with respect to or another verb, a remark.
CHAPTERS = [
    (
        "Lecture notes",
        [
            ("lecture_notes", "simple", ("x1", "x2"), "Straight-line code."),
            ("lecture_notes", "classic", ("x1", "x2"), "At (2, 5) the derivatives are 5.5 and 1.7163…"),
            ("lecture_notes", "several_paths", 0, "A value used on several paths: the adjoints add up."),
            ("lecture_notes", "abs_left", 0, "A kink has the derivative of the branch that is taken: here 1 at 0 …"),
            ("lecture_notes", "abs_right", 0, "… and here -1."),
            ("lecture_notes", "product", 0, "A product in a loop."),
            (
                "lecture_notes",
                "product_unrolled",
                ("a", "b", "c", "d", "e"),
                "The same written out: what factors have in common is computed once.",
            ),
            (
                "lecture_notes",
                "cross_entropy",
                ("W", "b"),
                "Softmax cross-entropy of a linear layer with a broadcast bias.",
            ),
        ],
    ),
    (
        "Objectives",
        [
            ("rosenbrock", "rosenbrock", 0, "By a loop: the primal sweep is gone, since nothing of it is needed."),
            ("rosenbrock", "rosenbrock_slices", 0, "The same by slices."),
            ("logistic_regression", "negative_log_likelihood", 0, "Logistic regression."),
            (
                "black_scholes",
                "call",
                ("spot", "volatility"),
                "The price of an option by Black and Scholes: its delta and its vega. The file has all Greeks, and a portfolio.",
            ),
            ("gmm", "gmm", ("alphas", "means", "precisions"), "A mixture of Gaussians; the helper is inlined."),
        ],
    ),
    (
        "Time stepping and fixed points",
        [
            ("dynamics", "runge_kutta", ("y0", "p"), "Runge-Kutta over a system: the states of the steps are saved."),
            ("newton", "newton_sqrt", 0, "Newton's method until converged: `while`, reversed by its trip count."),
            (
                "dynamics",
                "oscillator",
                ("stiffness", "damping"),
                "An early `return`: the last, partial iteration is reversed first.",
            ),
            ("dynamics", "logistic_map", ("r", "x"), "An iterated map."),
            (
                "kepler",
                "chi_squared",
                0,
                "An orbit's misfit: Kepler's equation is solved by Newton's method for all observations at once.",
            ),
        ],
    ),
    (
        "Matrices",
        [
            (
                "gaussian_process",
                "negative_log_likelihood",
                0,
                "A Gaussian process: the way back uses the factors of the way there, and factors nothing again.",
            ),
            (
                "kalman_smoother",
                "surprise",
                0,
                "A Kalman filter and the smoother's pass backwards, with arrays of means and covariances that are written in place.",
            ),
        ],
    ),
    (
        "Functions that call functions",
        [
            ("many_calls", "misfit", 0, "A large helper that is called often stays a function, with one derivative."),
            ("recursion", "determinant", 0, "Recursion, where calls are only multiplied and added up: one function, and nothing is saved."),
            ("recursion", "log_sum_exp", 0, "Otherwise what each call saves is pushed onto a list, and taken from its end."),
        ],
    ),
    (
        "Jacobians and Hessians",
        [
            (
                "mechanics",
                "tip",
                jacobian,
                "By rows: the reverse sweep for each element of the result, after one forward sweep.",
            ),
            (
                "mechanics",
                "energy",
                hessian,
                "By columns: the derivative of the gradient for each element of the argument.",
            ),
        ],
    ),
    (
        "Spectra and complex numbers",
        [
            (
                "spectral_filter",
                "misfit",
                ("x", "cutoff", "slope"),
                "Reverse mode of a Fourier transform is a Fourier transform.",
            ),
            ("spectral_filter", "sharpness", 1, "A real loss of complex numbers, by a real parameter."),
        ],
    ),
    (
        "Arrays in place",
        [
            ("heat", "heat", 0, "Linear in the state: no tape and no copy inside the loop."),
            ("heat", "heat_swapped", 0, "Two buffers that change places."),
            ("burgers", "burgers", 0, "Not linear: what a step overwrites is saved."),
            ("in_place", "recurrence", ("x", "y"), "A first-order recurrence."),
            ("in_place", "prefix_products", 0, "Prefix products."),
            ("in_place", "bubble_sort", 0, "A sort: the comparisons are remembered, the swaps undone."),
        ],
    ),
]

# Evals of GradBench: module in benchmarks/gradbench/, functions of which the last one is differentiated, what is made of it and of its arguments, a remark.
EVALS = [
    (
        "gmm",
        ("logsumexp_loops", "objective_loops"),
        lambda f, *args: grad(f, argnums=("alpha", "mu", "q", "below"), backend="python").source(*args),
        "Of a point only vectors are saved, and each point is reversed when it has been computed. This is the text for Python: that for Numba treats 64 points side by side.",
    ),
    (
        "ba",
        ("reprojection", "errors_loops"),
        lambda f, cams, points, w, feats, camera, point: vjp(f, cams[camera], points[point], w, feats, backend="numba")[1].source(),
        "The reverse sweep: six numbers of an observation are saved, and the rows of its adjoints filled in any order.",
    ),
    (
        "ode",
        ("rates_loops", "solve_loops", "last_loops"),
        lambda f, *args: grad(f, backend="numba").source(*args),
        "Runge and Kutta's steps: the states are saved, the stages computed again.",
    ),
    (
        "kmeans",
        ("cost_loops",),
        lambda f, *args: grad(f, argnums="centroids", backend="numba").source(*args),
        "Of the minimum only the index of the nearest centroid is kept.",
    ),
]


def examples_page() -> str:
    parts = [HEAD]
    pictures = {path.stem: _picture(path) for path in sorted((EXAMPLES.parent / "images").glob("*.png"))}
    for title, examples in CHAPTERS:
        parts.append(f"\n## {title}\n")
        for module, name, asked, remark in examples:
            fun = getattr(importlib.import_module(module), name)
            generated = (asked(fun) if callable(asked) else grad(fun, argnums=asked)).source().strip()
            parts.append(f"\n### `{name}`\n\n{remark}\n{pictures.pop(module, '')}")
            shown = _function(f"examples/{module}.py", name)
            parts.append(f"\n```python\n{shown}\n```\n\n```python\n{generated}\n```\n")
    parts.append("\n## Programs of GradBench\n")
    for name, functions, generated, remark in EVALS:
        module = importlib.import_module(f"benchmarks.gradbench.{name}")
        _, given = next(iter(module.inputs(True)))
        text = generated(getattr(module, functions[-1]), *module.arguments(given)).strip()
        shown = "\n\n\n".join(_function(f"benchmarks/gradbench/{name}.py", function) for function in functions)
        parts.append(f"\n### `{name}`\n\n{remark}\n\n```python\n{shown}\n```\n\n```python\n{text}\n```\n")
    return "".join(parts)


def _picture(path: Path) -> str:
    return f"\n![What `examples/{path.stem}.py` finds](images/{path.name})\n"


def readme() -> str:
    """The README with the gradient of the loop as it is generated now."""
    start, end = "prints\n\n```python\n", "```\n"
    head, _, rest = README.read_text(encoding="utf-8").partition(start)
    tail = rest.partition(end)[2]
    generated = grad(importlib.import_module("rosenbrock").rosenbrock).source().strip()
    return f"{head}{start}{generated}\n{end}{tail}"


def _function(path: str, name: str) -> str:
    """The text of a function, from the file: what is shown is what stands there."""
    text = (ROOT / path).read_text(encoding="utf-8")
    node = next(n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef) and n.name == name)
    return ast.get_source_segment(text, node) or ""


def main() -> None:
    sys.path[:0] = [str(Path(__file__).parent), str(ROOT)]
    EXAMPLES.write_text(examples_page(), encoding="utf-8")
    README.write_text(readme(), encoding="utf-8")


if __name__ == "__main__":
    main()
