import numpy as np


def heat_loops_grad(u, nu, steps):
    """Gradient of heat_loops (prog_stencils.py:37) with respect to u: float64[:]."""
    n = len(u)
    old = u.copy()
    new = np.empty(n)
    for t in range(steps):
        new[0] = old[0]
        last = n - 1
        new[last] = old[last]
        for i in range(1, last):
            old_i = old[i]
            new[i] = old_i + nu * (old[i + 1] - 2.0 * old_i + old[i - 1])
        old, new = new, old
    # line 47: return np.sum(old**2)
    old_bar = 2.0 * old
    new_bar = np.zeros(n)
    for t in range(steps - 1, -1, -1):
        # line 43: new[n - 1] = old[n - 1]
        last = n - 1
        new_bar, old_bar = old_bar, new_bar
        for i in range(n - 2, 0, -1):
            # line 45: new[i] = old[i] + nu * (old[i + 1] - 2.0 * old[i] + old[i - 1])
            new_i_bar = new_bar[i]
            new_bar[i] = 0.0
            total_bar = new_i_bar * nu
            old_bar[i - 1] += total_bar
            old_bar[i + 1] += total_bar
            old_bar[i] += new_i_bar - 2.0 * total_bar
        # line 43: new[n - 1] = old[n - 1]
        new_last_bar = new_bar[last]
        new_bar[last] = 0.0
        old_bar[last] += new_last_bar
        # line 42: new[0] = old[0]
        new_0_bar = new_bar[0]
        new_bar[0] = 0.0
        old_bar[0] += new_0_bar
    return old_bar
