"""Draws what the examples find, into docs/images: `make pictures`.

python examples/pictures.py [NAME ...]
"""

import sys
from pathlib import Path

import black_scholes
import gaussian_process
import kalman_smoother
import kepler
import matplotlib as mpl
import numpy as np
import spectral_filter

from autodiff_compiler import value_and_grad

FOLDER = Path(__file__).parent.parent / "docs" / "images"
DATA, FOUND, BEFORE = "0.35", "tab:blue", "tab:orange"


def draw_gaussian_process(plt):
    x, y = gaussian_process.observations()
    z = np.linspace(-0.5, 10.5, 300)
    start = np.log([2.0, 0.5, 0.3])
    figure, panels = plt.subplots(1, 2, figsize=(10, 3.6), sharey=True)
    for axes, title, logarithms in zip(panels, ("before the fit", "after it"), (start, gaussian_process.fit(start, x, y))):
        mean, deviation = gaussian_process.predict(logarithms, x, y, z)
        axes.fill_between(z, mean - 2 * deviation, mean + 2 * deviation, color=FOUND, alpha=0.2, lw=0, label="two standard deviations")
        axes.plot(z, mean, color=FOUND, label="mean")
        axes.plot(x, y, ".", color=DATA, label="observed")
        likelihood = gaussian_process.negative_log_likelihood(logarithms, x, y)
        axes.set(title=f"{title}: negative log likelihood {likelihood:.1f}", xlabel="x")
    panels[0].set_ylabel("y")
    panels[1].legend(loc="upper right", fontsize=8, frameon=False)
    return figure


def draw_kalman_smoother(plt):
    y, seen, position = kalman_smoother.path()
    start = np.log([1.0, 1.0])
    time = np.arange(len(y))
    figure, panels = plt.subplots(1, 2, figsize=(10, 3.6), sharey=True)
    for axes, title, parameters in zip(panels, ("before", "after"), (start, kalman_smoother.fit(start, y, seen))):
        means, covariances = kalman_smoother.smooth(*parameters, y, seen)
        error, deviation = means[:, 0] - position, 2 * np.sqrt(covariances[:, 0, 0])
        axes.fill_between(time, error - deviation, error + deviation, color=FOUND, alpha=0.2, lw=0, label="two standard deviations")
        axes.plot(time, error, color=FOUND, label="smoothed")
        axes.plot(time[seen], (y - position)[seen], ".", color=DATA, ms=4, label="measured")
        axes.plot(time[~seen], (y - position)[~seen], "x", color=BEFORE, ms=4, label="kept back")
        axes.axhline(0.0, color="black", lw=0.8)
        drive, noise = np.exp(parameters)
        axes.set(title=f"{title}: drive {drive:.3f}, error {np.sqrt(noise):.2f}", xlabel="time")
    panels[0].set_ylabel("distance from the path")
    panels[1].legend(loc="upper right", fontsize=8, frameon=False)
    return figure


def draw_spectral_filter(plt):
    time = np.linspace(0.0, 1.0, 256, endpoint=False)
    clean = np.sin(2 * np.pi * 3 * time) + 0.5 * np.cos(2 * np.pi * 7 * time)
    noisy = clean + 0.3 * np.random.default_rng(0).standard_normal(256)
    slopes = value_and_grad(spectral_filter.misfit, argnums=("cutoff", "slope"))
    cutoff, slope = 0.2, 4.0
    losses = []
    for _ in range(200):
        loss, (by_cutoff, by_slope) = slopes(noisy, clean, cutoff, slope)
        losses.append(loss)
        cutoff, slope = cutoff - 1e-4 * by_cutoff, slope - 1e-2 * by_slope
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6), width_ratios=(2, 1))
    left.plot(time, noisy, ".", color=DATA, ms=3, label="measured")
    left.plot(time, spectral_filter.filtered(noisy, cutoff, slope), color=FOUND, label="filtered")
    left.plot(time, clean, "--", color="black", lw=0.8, label="the signal")
    left.set(xlabel="time", title=f"cutoff {cutoff:.3f}, slope {slope:.2f}")
    left.legend(fontsize=8, frameon=False)
    right.plot(losses, color=FOUND)
    right.set(xlabel="step of gradient descent", title="misfit", yscale="log")
    return figure


def draw_black_scholes(plt):
    spots = np.linspace(60.0, 160.0, 101)
    figure, panels = plt.subplots(2, 3, figsize=(10, 5.2), sharex=True)
    for maturity, colour in ((0.1, "tab:orange"), (0.5, "tab:blue"), (2.0, "tab:green")):
        rows = [black_scholes.greeks(spot, 110.0, 0.03, 0.01, 0.25, maturity) for spot in spots]
        for axes, name in zip(panels.flat, ("delta", "vega", "theta", "gamma", "vanna", "volga")):
            axes.plot(spots, [row[name] for row in rows], color=colour, label=f"{maturity:g} years")
            axes.axvline(110.0, color="0.8", lw=0.8, zorder=0)
            axes.set_title(name)
    panels[0, 0].legend(fontsize=8, frameon=False)
    for axes in panels[1]:
        axes.set_xlabel("spot, at a strike of 110")
    return figure


def draw_kepler(plt):
    start = kepler.TRUE * np.array([1.1, 0.97, 1.05, 0.95, 1.04, 1.02, 1.0]) + np.array([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.1])
    t, north, east, _ = data = kepler.observations()
    found, _ = kepler.fit(start, data)
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.2))
    around = np.linspace(0.0, 1.0, 600)
    for orbit, label, colour in ((start, "start", BEFORE), (found, "fitted", FOUND)):
        x, y = kepler.position(orbit[6] + orbit[5] * around, orbit)
        left.plot(y, x, color=colour, label=label)
    left.plot(east, north, ".", color=DATA, label="observed")
    left.plot(0.0, 0.0, "k+", ms=10)
    left.set(xlabel="east (arcseconds)", ylabel="north (arcseconds)", aspect="equal")
    left.invert_xaxis()
    left.legend(fontsize=8, frameon=False)
    residuals = kepler.residuals(found, *data)
    right.plot(t, residuals[: len(t)], ".", color=FOUND, label="north")
    right.plot(t, residuals[len(t) :], ".", color=BEFORE, label="east")
    right.axhline(0.0, color="0.8", zorder=0)
    right.set(xlabel="year", title="residuals, in standard errors")
    right.legend(fontsize=8, frameon=False)
    return figure


PICTURES = {
    "gaussian_process": draw_gaussian_process,
    "kalman_smoother": draw_kalman_smoother,
    "spectral_filter": draw_spectral_filter,
    "black_scholes": draw_black_scholes,
    "kepler": draw_kepler,
}


def main(names):
    mpl.use("Agg")
    import matplotlib.pyplot as plt

    FOLDER.mkdir(exist_ok=True)
    for name in names or PICTURES:
        figure = PICTURES[name](plt)
        figure.tight_layout()
        figure.savefig(FOLDER / f"{name}.png", dpi=110)
        plt.close(figure)


if __name__ == "__main__":
    main(sys.argv[1:])
