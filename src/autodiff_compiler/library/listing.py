"""The page that lists the library, made from the table itself: `docs/library.md` is this text."""

from __future__ import annotations

from autodiff_compiler.library.defined import complex_definitions
from autodiff_compiler.library.definitions import distributions
from autodiff_compiler.library.registry import complex_names
from autodiff_compiler.library.supported import names

_HEAD = """# Supported functions

Made by `python -m autodiff_compiler.library.listing > docs/library.md`.  A call of another function of NumPy or `math`
is an error at compile time, with a way out where there is one.

* Functions, not methods, take `out=` as NumPy does; elementwise functions then take `where=` too.
* Sums, products, maxima, minima, means, variances, standard deviations, `any` and `all` take `where=` and, the first four, `initial=`;
  elsewhere these two are refused.
* `squeeze` without an axis removes the axes that have an extent of 1 by construction, or in the argument that the program is made for.
* An axis, a shape's rank and a dtype must be known at compile time; shapes are run-time values and are checked.

Where the result in CPython or NumPy would have a dtype other than float32, float64, complex64, complex128, bool and the integers, or would be complex though
the operands are real, the call is refused: a function of floats applied to bool, int8 or uint8 operands (float16 in NumPy), powers of booleans (int8), a
negative Python float to a fractional power (complex; a `ValueError` at run time).  A Python int to a negative run-time integer
power is a `ValueError`: its type would depend on its value.

`sum` of an array or of a growing list adds as `np.sum` does, `math.prod` multiplies as `np.prod` does, and `math.fsum` rounds every addition: all three may differ from
CPython in the last digits.  Norms and standard deviations have derivative 0 where they are 0.

Linear algebra is computed in double precision and returned in the precision of the operands. `np.linalg.svd` with `full_matrices=True` takes
square matrices; all columns of the orthogonal factor of a tall matrix (`np.linalg.qr` in the mode `complete`, `scipy.linalg.qr` in the mode `full`) are
found by reflections, for real matrices in which no column is 0 below the diagonal. Systems of `solve_toeplitz` are solved with the full matrix. `lstsq` is computed by the pseudoinverse, `solve_sylvester` as one
system for all elements of the result, `sqrtm` and `logm` by iterations, for real matrices whose result is real and for complex ones
(without negative real eigenvalues). `eig`, `eigvals` and `np.roots` always return complex
numbers, even where NumPy returns real ones because all imaginary parts happen to be 0; they, and determinants and factors of complex
matrices, and eigenvectors of `scipy.linalg.eigh(a, b)`, are refused under Numba. Sparse matrices of SciPy (`csr`, `csc`, `coo`) are made outside the program and multiply vectors
and matrices in it, as `S`, as `S.T` and from the right; what they hold is read at each call, and does not vary. `spsolve`, `solve_banded` and `solveh_banded` solve with the full matrix.

`scipy.special.zeta` without `q` is computed by the Euler-Maclaurin formula, to some 1e-15, and is NaN below -169. `lambertw`, `wofz` and functions
of complex numbers are SciPy's own and refused under Numba; Bessel functions of complex numbers need an order that is known when compiling; `legendre_p`, `sph_legendre_p` and `sph_harm_y` take no `diff_n`.

Interpolating objects of SciPy (`CubicSpline`, `PchipInterpolator`, `make_interp_spline`, `interp1d`, `RegularGridInterpolator` by `linear` and
`nearest`) are made outside the program and called in it: what they hold is read at each call, and does not vary. `CubicSpline`, `CubicHermiteSpline`,
`PchipInterpolator` and `interp1d` (linear or cubic) may also be made in the program, and then vary with their knots and values.

Of the distributions, the entropy of `skewnorm` is refused; those of `poisson`, `binom` and `nbinom` are sums over all that counts, to more digits than SciPy
has. Quantiles of `vonmises`, `skewnorm` and of whole numbers are SciPy's own, and refused under Numba; the latter are constant.

Distributions of several variables have positive definite covariances and scales, whose lower triangles are read; a density of an array of points
that happens to hold a single one is an error, since SciPy leaves its axis out.

Polynomials are objects: `np.poly1d`, and of `np.polynomial` `Polynomial`, `Chebyshev`, `Legendre`, `Hermite`, `HermiteE` and `Laguerre`, made in the
program or outside, with their arithmetic, `deriv`, `integ`, `roots` and `fit`; roots are complex numbers always, as those of `np.roots` are.

Of arrays also `x.flat` (read, written, iterated over), `x.fill(v)` and `x.shape = …` where NumPy need not move an element.
"""


def markdown() -> str:
    supported = names()
    families = (vars(distributions.Continuous), vars(distributions.Discrete))
    functions = supported["functions"]

    def under(prefix: str) -> list[str]:
        return [name for name in functions if name.startswith(prefix)]

    random = under("np.random.")
    groups = {
        "NumPy": [name for name in under("np.") if name not in random],
        "Random numbers, with derivatives with respect to their parameters": random,
        "`cmath`": under("cmath."),
        "`math`": under("math."),
        **{
            f"`scipy.{module}`": under(f"scipy.{module}.")
            for module in sorted({n.split(".")[1] for n in under("scipy.")})
        },
        "Distributions of `scipy.stats`, frozen or not, with shapes, `loc` and `scale`": [
            f"scipy.stats.{name}" for family in families for name in family if not name.startswith("_")
        ],
        "Builtins": [name for name in functions if "." not in name],
        "`operator`": under("operator."),
        "`statistics`": under("statistics."),
        "Methods of arrays": [f"x.{name}" for name in supported["methods"]],
        "Attributes of arrays": [f"x.{name}" for name in supported["attributes"]],
        "Of these, for complex numbers too": sorted(
            name.replace("ndarray.", "x.") for name in complex_names() | {found.name for found in complex_definitions()}
        ),
    }
    sections = (f"## {title}\n\n{', '.join(f'`{name}`' for name in rows)}\n" for title, rows in groups.items())
    return "\n".join((_HEAD, *sections))


if __name__ == "__main__":
    print(markdown(), end="")
