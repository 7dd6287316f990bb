"""The price of a European option by Black and Scholes, and its Greeks: all first ones by one gradient, those of second order by a Hessian.

python examples/black_scholes.py
"""

import math

import numpy as np
from scipy.stats import norm

PARAMETERS = ("spot", "strike", "rate", "dividend", "volatility", "maturity")
GREEKS = {"delta": "spot", "dual delta": "strike", "rho": "rate", "epsilon": "dividend", "vega": "volatility", "theta": "maturity"}
SECOND = {
    "gamma": ("spot", "spot"), "vanna": ("spot", "volatility"), "volga": ("volatility", "volatility"), "charm": ("spot", "maturity"),
    "veta": ("volatility", "maturity"), "vera": ("rate", "volatility"),
}  # fmt: skip


def cumulative(x: float):
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


def call(spot: float, strike: float, rate: float, dividend: float, volatility: float, maturity: float):
    spread = volatility * math.sqrt(maturity)
    d1 = (math.log(spot / strike) + (rate - dividend + 0.5 * volatility**2) * maturity) / spread
    d2 = d1 - spread
    paid = strike * math.exp(-rate * maturity) * cumulative(d2)
    return spot * math.exp(-dividend * maturity) * cumulative(d1) - paid


def portfolio(market: "f64[:]", strikes: "f64[:]", maturities: "f64[:]", holdings: "f64[:]"):
    """The value of many calls on one stock, whose market is (spot, rate, dividend, volatility)."""
    spot, rate, dividend, volatility = market
    spread = volatility * np.sqrt(maturities)
    d1 = (np.log(spot / strikes) + (rate - dividend + 0.5 * volatility**2) * maturities) / spread
    received = spot * np.exp(-dividend * maturities) * norm.cdf(d1)
    paid = strikes * np.exp(-rate * maturities) * norm.cdf(d1 - spread)
    return holdings @ (received - paid)


def greeks(*option):
    """Of one call, by name; time runs towards maturity, and so theta and what is by time have the other sign."""
    from autodiff_compiler import grad, hessian

    every = tuple(range(len(PARAMETERS)))
    first = dict(zip(PARAMETERS, grad(call, argnums=every)(*option)))
    second = hessian(call, argnums=every)(*option)
    found = {name: first[by] for name, by in GREEKS.items()}
    for name, (by, then) in SECOND.items():
        found[name] = second[PARAMETERS.index(by)][PARAMETERS.index(then)]
    for name in ("theta", "charm", "veta"):
        found[name] = -found[name]
    return found


if __name__ == "__main__":
    from autodiff_compiler import grad

    option = (100.0, 110.0, 0.03, 0.01, 0.25, 0.75)
    print(f"{'price':12} {call(*option):12.6f}")
    for name, value in greeks(*option).items():
        print(f"{name:12} {value:12.6f}")
    market = np.array([100.0, 0.03, 0.01, 0.25])
    strikes, maturities = np.linspace(80.0, 120.0, 9), np.linspace(0.25, 2.0, 9)
    print("of a portfolio:", grad(portfolio)(market, strikes, maturities, np.ones(9)))
