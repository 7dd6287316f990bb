"""NumPy: kinds of arrays, memory, files, and functions that have no derivative here; see test_refused.py."""
# ruff: noqa  (as people write them)

import io

import numpy as np
from numpy.lib import recfunctions
from numpy.lib.stride_tricks import as_strided
from refusals import A, M, X, Programs

PROGRAMS = Programs()
program = PROGRAMS.program
ROWS = np.array([(1.0, 2.0)], dtype=[("a", float), ("b", float)])
MASKED = np.ma.array([1.0, 2.0, 3.0, 4.0], mask=[0, 1, 0, 0])
OBJECTS = np.array([1.0, None], dtype=object)
HALVES = np.ones(4, np.float16)
LONG = np.ones(4, np.longdouble)
DAYS = np.array(["2020-01-01"], dtype="datetime64[D]")


@program(A)
def masked(a):
    return np.ma.masked_less(a, 0.0).sum()


@program(A)
def masked_outside(a):
    return (MASKED * a).sum()


@program(A)
def field_of_record(a):
    return ROWS["a"][0] * a[0]


@program(A)
def record_inside(a):
    rows = np.zeros(2, dtype=[("u", float)])
    rows["u"] = a[:2]
    return rows["u"].sum()


@program(A)
def matrix_class(a):
    return (np.matrix([[1.0, 2.0]]) * np.matrix([[a[0]], [a[1]]]))[0, 0]


@program(A)
def object_array(a):
    return OBJECTS[0] * a[0]


@program(A)
def objects_inside(a):
    return np.array([a[0], a[1]], dtype=object).sum()


@program(A)
def half_precision(a):
    return np.sum(HALVES * a)


@program(A)
def to_half_precision(a):
    return float(a.astype(np.float16).sum())


@program(A)
def extended_precision(a):
    return float(np.sum(LONG * a))


@program(A)
def dates(a):
    return (DAYS + np.timedelta64(1, "D")).astype(int)[0] * a[0]


@program(A)
def words(a):
    return np.char.str_len(np.array(["ab", "c"]))[0] * a[0]


@program(A)
def other_view_of_bits(a):
    return (a.view(np.int64) != 0).sum() * a[0]


@program(A)
def as_bytes(a):
    return np.frombuffer(a.tobytes())[0] * a[1]


@program(A)
def swapped_bytes(a):
    return a.byteswap().byteswap()[0] * a[1]


@program(A)
def with_strides(a):
    return as_strided(a, (2, 2), (8, 8)).sum()


@program(A)
def strides_of(a):
    return a.strides[0] * a[0]


@program(A)
def flags_of(a):
    return a.flags.c_contiguous * a[0]


@program(A)
def base_of(a):
    return (a[1:].base is not None) * a[0]


@program(A)
def shared(a):
    return np.shares_memory(a, a[1:]) * a[0]


@program(A)
def interface_of(a):
    return a.__array_interface__["version"] * a[0]


@program(A)
def resized_in_place(a):
    b = a.copy()
    b.resize(2, refcheck=False)
    return b.sum()


@program(A)
def locked(a):
    b = a.copy()
    b.setflags(write=False)
    return b.sum()


@program(A)
def saved(a):
    file = io.BytesIO()
    np.save(file, a)
    file.seek(0)
    return np.load(file).sum()


@program(A)
def written_as_text(a):
    return np.fromstring("1 2 3 4", sep=" ")[0] * a[0] * len(np.array2string(a)) ** 0


@program(A)
def read_from_text(a):
    return np.loadtxt(io.StringIO("1 2 3 4")).sum() * a[0]


@program(A)
def from_python_function(a):
    return np.frompyfunc(lambda v: v * v, 1, 1)(a).sum()


@program(A)
def vectorized_with_signature(a):
    return np.vectorize(lambda v: v.sum(), signature="(n)->()")(np.outer(a, a)).sum()


@program(A)
def vectorized_but_one(a):
    return np.vectorize(lambda v, p: v * p[0], excluded=[1])(a, [2.0]).sum()


@program(A)
def signature_of_ufunc(a):
    return np.add(a, a, signature="dd->d").sum()


@program(A)
def where_of_ufunc(a):
    return np.add(a, 1.0, out=a * 2.0, where=a > 0, casting="unsafe", subok=False).sum()


@program(A)
def fitted_polynomial_and_residuals(a):
    return np.polyfit(np.arange(4.0), a, 1, full=True)[0][0]


@program(A)
def histogram_of_many(a):
    return np.histogramdd(np.outer(a, a))[0].sum() * a[0]


@program(A)
def packed_bits(a):
    return np.packbits(a > 0)[0] * a[0]


@program(A)
def padded_by_function(a):
    def fill(vector, width, axis, kwargs):
        vector[: width[0]] = 1.0

    return np.pad(a, 1, fill).sum()


@program(A)
def path_of_einsum(a):
    return len(np.einsum_path("i,i->", a, a)) * a[0]


@program(A)
def iterated_flags(a):
    total = 0.0
    for v in np.nditer(a, flags=["external_loop"]):
        total += v.sum()
    return total


@program(A)
def multi_index(a):
    it = np.nditer(a, flags=["multi_index"])
    total = 0.0
    for v in it:
        total += v * it.multi_index[0]
    return total


@program(A)
def written_by_iterator(a):
    b = a.copy()
    with np.nditer(b, op_flags=["readwrite"]) as it:
        for v in it:
            v[...] = v * 2.0
    return b.sum()


@program(A)
def business_days(a):
    return np.busday_count("2020-01-01", "2020-02-01") * a[0]


@program(A)
def on_disk(a):
    return np.memmap(io.BytesIO(b"0" * 32), dtype=float, shape=(4,)).shape[0] * a[0] if a[0] < 0 else np.min_scalar_type(3).itemsize * a[0]


@program(A)
def promoted_fields(a):
    return recfunctions.structured_to_unstructured(ROWS)[0, 0] * a[0]


@program(A)
def drawn_shape(a):
    return np.random.default_rng(0).multivariate_hypergeometric([3, 4], 2).sum() * a[0]


@program(A)
def set_state(a):
    np.random.set_state(np.random.get_state())
    return a[0] * a[1]


@program(A)
def tested(a):
    np.testing.assert_allclose(a, a)
    return a[0] * a[1]


@program(A)
def print_settings(a):
    np.set_printoptions(precision=8)
    return a[0] * a[1]


@program(A)
def truth_of_array(a):
    return a[0] if a[:1] else a[1]


@program(A)
def real_if_close(a):
    return np.real_if_close(a + 0j)[0] * a[1]


@program(A)
def negative_root(a):
    return np.emath.sqrt(a)[1].imag * a[0]


@program(A)
def bool_index(a):
    return a[True].sum()
