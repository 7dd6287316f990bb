"""SciPy: solvers, fits, tests and what has no derivative here; see test_refused.py."""
# ruff: noqa  (as people write them)

import numpy as np
import scipy
import scipy.cluster.vq
import scipy.constants
import scipy.fft
import scipy.integrate
import scipy.interpolate
import scipy.linalg
import scipy.ndimage
import scipy.optimize
import scipy.signal
import scipy.sparse
import scipy.sparse.csgraph
import scipy.sparse.linalg
import scipy.spatial
import scipy.special
import scipy.stats
from refusals import A, M, X, Programs

PROGRAMS = Programs()
program = PROGRAMS.program


@program
def minimum(x):
    return scipy.optimize.minimize(lambda v: (v[0] - x) ** 2, [0.0]).x[0]


@program
def minimum_of_scalar(x):
    return scipy.optimize.minimize_scalar(lambda v: (v - x) ** 2).x


@program
def root(x):
    return scipy.optimize.brentq(lambda v: v * v - x, 0.0, 3.0)


@program
def root_by_newton(x):
    return scipy.optimize.newton(lambda v: v * v - x, 1.0)


@program
def roots(x):
    return scipy.optimize.fsolve(lambda v: v * v - x, [1.0])[0]


@program
def root_of_system(x):
    return scipy.optimize.root(lambda v: v * v - x, [1.0]).x[0]


@program(A)
def least_squares(a):
    return scipy.optimize.least_squares(lambda v: v - a, np.zeros(4)).x[0]


@program(A)
def fitted_curve(a):
    return scipy.optimize.curve_fit(lambda t, p: p * t, np.arange(1.0, 5.0), a)[0][0]


@program(A)
def linear_program(a):
    return scipy.optimize.linprog(np.abs(a), A_ub=-np.eye(4), b_ub=-np.ones(4)).fun


@program(A)
def assigned(a):
    rows, columns = scipy.optimize.linear_sum_assignment(np.outer(a, a))
    return a[rows[0]] * a[columns[0]]


@program(A)
def nonnegative(a):
    return scipy.optimize.nnls(np.eye(4), a)[0].sum()


@program
def integral(x):
    return scipy.integrate.quad(lambda t: t * x, 0.0, 1.0)[0]


@program
def double_integral(x):
    return scipy.integrate.dblquad(lambda s, t: s * t * x, 0.0, 1.0, 0.0, 1.0)[0]


@program
def initial_value(x):
    return scipy.integrate.solve_ivp(lambda t, y: -x * y, (0.0, 1.0), [1.0]).y[0, -1]


@program
def old_initial_value(x):
    return scipy.integrate.odeint(lambda y, t: -x * y, 1.0, [0.0, 1.0])[-1, 0]


@program
def boundary_value(x):
    return scipy.integrate.quad_vec(lambda t: np.array([t * x]), 0.0, 1.0)[0][0]


@program(A)
def gridded(a):
    points = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    return scipy.interpolate.griddata(points, a, [[0.3, 0.4]])[0]


@program(A)
def radial(a):
    points = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    return scipy.interpolate.RBFInterpolator(points, a)([[0.3, 0.4]])[0]


@program(A)
def smoothing_spline(a):
    return scipy.interpolate.UnivariateSpline(np.arange(4.0), a)(0.5) * 1.0


@program(A)
def old_spline(a):
    return scipy.interpolate.splev(0.5, scipy.interpolate.splrep(np.arange(4.0), a)) * 1.0


@program(A)
def akima(a):
    return float(scipy.interpolate.Akima1DInterpolator(np.arange(4.0), a)(0.5))


@program(A)
def barycentric(a):
    return float(scipy.interpolate.BarycentricInterpolator(np.arange(4.0), a)(0.5))


@program(A)
def designed_filter(a):
    b, c = scipy.signal.butter(2, 0.3 + 0.1 * a[0])
    return b[0]


@program(A)
def peaks(a):
    return a[scipy.signal.find_peaks(a)[0]].sum()


@program(A)
def power_spectrum(a):
    return scipy.signal.welch(a, nperseg=4)[1].sum()


@program(A)
def spectrogram(a):
    return scipy.signal.spectrogram(a, nperseg=4)[2].sum()


@program(A)
def short_time(a):
    return np.abs(scipy.signal.stft(a, nperseg=4)[2]).sum()


@program(A)
def resampled(a):
    return scipy.signal.resample_poly(a, 2, 1).sum()


@program(A)
def linear_system(a):
    return scipy.signal.lsim((1.0, [1.0, 1.0]), a, np.arange(4.0))[1][-1]


@program(A)
def ranked_median(a):
    return scipy.signal.medfilt(a, 3).sum()


@program(A)
def labelled(a):
    return scipy.ndimage.label(a > 0)[1] * a[0]


@program(M)
def median_filtered(m):
    return scipy.ndimage.median_filter(m, 3).sum()


@program(M)
def rotated(m):
    return scipy.ndimage.rotate(m, 30.0).sum()


@program(M)
def zoomed(m):
    return scipy.ndimage.zoom(m, 2.0).sum()


@program(M)
def distances_to_background(m):
    return scipy.ndimage.distance_transform_edt(m > 0).sum() * m[0, 0]


@program(A)
def conjugate_gradients(a):
    return scipy.sparse.linalg.cg(np.eye(4) * 2.0, a)[0].sum()


@program(A)
def generalized_residuals(a):
    return scipy.sparse.linalg.gmres(np.eye(4) * 2.0, a)[0].sum()


@program(A)
def few_eigenvalues(a):
    return scipy.sparse.linalg.eigsh(np.diag(a), k=1)[0][0]


@program(A)
def exponential_times(a):
    return scipy.sparse.linalg.expm_multiply(np.eye(4), a).sum()


@program(A)
def sparse_inside(a):
    return scipy.sparse.csr_matrix(np.diag(a)).sum()


@program(A)
def shortest_path(a):
    return scipy.sparse.csgraph.shortest_path(np.abs(np.outer(a, a)))[0, 1]


@program(M)
def schur(m):
    return scipy.linalg.schur(m)[0][0, 0]


@program(M)
def hessenberg(m):
    return scipy.linalg.hessenberg(m)[0, 0]


@program(M)
def generalized_schur(m):
    return scipy.linalg.qz(m, np.eye(3))[0][0, 0]


@program(M)
def null_space(m):
    return np.abs(scipy.linalg.null_space(m - m[0])).sum() * m[0, 0]


@program(M)
def polar(m):
    return scipy.linalg.polar(m)[0][0, 0]


@program(M)
def cosine_of_matrix(m):
    return scipy.linalg.cosm(m)[0, 0]


@program(M)
def riccati(m):
    return scipy.linalg.solve_continuous_are(m, np.eye(3), np.eye(3), np.eye(3))[0, 0]


@program(M)
def interpolative(m):
    return scipy.linalg.ldl(m + m.T)[1][0, 0]


@program(A)
def nearest(a):
    return scipy.spatial.KDTree(np.outer(a, a)).query(a)[0]


@program(A)
def hull(a):
    points = np.stack([np.cos(a), np.sin(a)], axis=1)
    return scipy.spatial.ConvexHull(points).volume


@program(A)
def triangles(a):
    points = np.stack([np.cos(a), np.sin(a)], axis=1)
    return len(scipy.spatial.Delaunay(points).simplices) * a[0]


@program(A)
def rotation(a):
    return scipy.spatial.transform.Rotation.from_rotvec(a[:3]).apply(np.ones(3))[0]


@program(A)
def clusters(a):
    return scipy.cluster.vq.vq(a[:, None], np.zeros((1, 1)))[1].sum()


@program(A)
def tested_means(a):
    return scipy.stats.ttest_ind(a, a * 2.0).statistic


@program(A)
def correlated(a):
    return scipy.stats.pearsonr(a, a**2).statistic


@program(A)
def rank_correlated(a):
    return scipy.stats.spearmanr(a, a**2).statistic * a[0]


@program(A)
def tested_distribution(a):
    return scipy.stats.kstest(a, "norm").statistic


@program(A)
def density(a):
    return scipy.stats.gaussian_kde(a)(0.1)[0]


@program(A)
def regression(a):
    return scipy.stats.linregress(np.arange(4.0), a).slope


@program(A)
def fitted_distribution(a):
    return scipy.stats.norm.fit(a)[0]


@program(A)
def drawn(a):
    return scipy.stats.norm.rvs(loc=a[0], random_state=0)


@program(A)
def transformed(a):
    return scipy.stats.boxcox(np.abs(a))[1]


@program(A)
def most_frequent(a):
    return scipy.stats.mode(a).mode * a[0]


@program
def mathieu(x):
    return scipy.special.mathieu_a(1, x)


@program
def parabolic(x):
    return scipy.special.pbdv(1.0, x)[0]


@program
def three_parameters(x):
    return scipy.special.hyp2f1(x, 0.5, 1.5, 0.3)


@program
def zeros_of_bessel(x):
    return scipy.special.jn_zeros(0, 2)[0] * x * scipy.special.nctdtr(3.0, x, 0.5)


@program(A)
def fast_hankel(a):
    return scipy.fft.fht(np.abs(a), 0.1, 0.0).sum()
