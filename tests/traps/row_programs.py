"""Lists of tuples and of short lists whose length the run decides; `heapq` and `bisect`; see test_trap_containers.py."""
# ruff: noqa  (as people write them)

import bisect
import collections
import heapq
import math

import numpy as np
from judge import Cases

CASES = Cases()
case = CASES.case
python = ("python",)
A = np.array([0.3, 0.72, 0.11, 0.41, 0.95, 0.2, 0.62, 0.13, 0.51, 0.08, 0.77]) + 0.003
B = A[:7].copy()


@case(A)
def filtered_pairs(x):
    ev = []
    for i, v in enumerate(x):
        if v > .5: ev.append((i, v))
    return sum(v*i for i, v in ev)


@case(A, backends=python)
def pairs_read_again(x):
    ev = []
    for i in range(len(x)):
        ev.append((x[i], x[i]**2))
    s = 0.0
    for a, b in ev: s += a*b
    return s + ev[-1][0] + len(ev)


@case(A)
def a_stack_of_pairs(x):
    st = [(0, 1.0)]; s = 0.0
    while st:
        i, w = st.pop()
        s += w*x[i]
        for j in (2*i+1, 2*i+2):
            if j < len(x): st.append((j, w*x[i]))
    return s


@case(A, backends=python)
def an_array_of_lists(x):
    rows = []
    for v in x:
        rows.append([v, v*v, 1.0])
    return np.array(rows).sum() + np.array(rows)[:,1].max()


@case(A)
def named_tuples(x):
    P = collections.namedtuple("P", "t v")
    ev = [P(i, v) for i, v in enumerate(x) if v > .3]
    best = max(ev, key=lambda p: p.v)
    return best.v * best.t + sum(p.v**2 for p in ev)


@case(A, backends=python)
def sorted_pairs(x):
    pairs = sorted(((v, i) for i, v in enumerate(x)), reverse=True)
    return sum(v*(k+1) for k, (v, i) in enumerate(pairs)) + pairs[0][1]


@case(A, backends=python)
def segments(x):
    segs = []
    start = 0
    for i in range(1, len(x)):
        if x[i] < x[i-1]:
            segs.append((start, i)); start = i
    segs.append((start, len(x)))
    return sum(x[a:b].sum()**2 for a, b in segs)


@case(A, backends=python)
def a_heap_of_pairs(x):
    h = []
    for i, v in enumerate(x):
        heapq.heappush(h, (v, i))
    s = 0.0
    while h:
        v, i = heapq.heappop(h)
        s += v*(i+1)*len(h)
    return s


@case(A, backends=python)
def every_function_of_heaps(x):
    h = list(x); heapq.heapify(h)
    a = heapq.heapreplace(h, 0.55); b = heapq.heappushpop(h, .1)
    return a + 2*b + sum(k*v for k, v in enumerate(h)) + heapq.nsmallest(2, x)[1] + heapq.nlargest(3, x)[2]


@case(A, backends=python)
def kept_in_order(x):
    s = []
    for v in x: bisect.insort(s, v)
    return s[2] + bisect.bisect(s, .4)*x[0] + bisect.bisect_left(s, x[1])*x[1]


@case(B, 6, backends=python)
def shortest_paths(x, n):
    # dijkstra
    D = [math.inf]*n; D[0] = 0.0
    q = [(0.0, 0)]
    while q:
        d, u = heapq.heappop(q)
        if d > D[u]: continue
        for v in range(n):
            if v == u: continue
            w = x[(u*3+v*5) % len(x)]
            if d + w < D[v]:
                D[v] = d + w
                heapq.heappush(q, (D[v], v))
    return sum(D)


@case(A)
def a_trajectory(x):
    traj = []
    y = x[0]; t = 0.0
    while t < 1.0:
        y += .1*math.sin(y); t += .1
        traj.append([t, y])
    a = np.array(traj)
    return a[:, 1].sum() + a[-1, 0]*a[2, 1]


@case(A, backends=python)
def pairs_changed(x):
    traj = [(0.0, x[0], x[1])]
    for v in x:
        t, y, z = traj[-1]
        traj.append((t+.1, y + v*z, z*.9))
    ys = [r[1] for r in traj]
    last = traj.pop()
    traj[0] = (1.0, v, v)
    traj.insert(1, last)
    return sum(ys) + sum(a*b for _, a, b in traj[1:]) + max(traj, key=lambda r: r[1])[2] + traj[0][1]


@case(A, backends=python)
def nested_and_sorted_by_a_key(x):
    ev = []
    for i, v in enumerate(x):
        if v > .3: ev.append((v, (i, v*v), x[i:i+2]*2 if False else v))
    ev.sort(key=lambda e: -e[0])
    s = 0.0
    for k, (v, (i, w), z) in enumerate(ev): s += v*i*w + k*z
    return s


@case(A, backends=python)
def pairs_of_an_int_and_an_array(x):
    ev = []
    for i in range(len(x)-1):
        ev.append((i, x[i:i+2]*x[0]))
    return sum(i*(a@a) for i, a in ev) + (ev[1][1]**2).sum()


@case(A, backends=python)
def intervals_merged(x):
    # intervals merging
    iv = sorted((v, v+.2) for v in x)
    out = [iv[0]]
    for a, b in iv[1:]:
        if a <= out[-1][1]: out[-1] = (out[-1][0], max(out[-1][1], b))
        else: out.append((a, b))
    return sum((b-a)**2 for a, b in out) + len(out)


@case(A, backends=python)
def pairs_of_pairs(x):
    pts = []
    for a in x:
        for b in x[:3]:
            if a != b: pts.append((a-b, a*b))
    d = 0.0
    for i in range(len(pts)):
        for j in range(i+1, len(pts)):
            d += math.hypot(pts[i][0]-pts[j][0], pts[i][1]-pts[j][1])
    return d


@case(A, backends=python)
def rows_that_are_lists(x):
    rows = []
    for v in x:
        row = [v, 0.0]
        rows.append(row)
    return sum(a + b for a, b in rows)


@case(A, backends=python)
def a_row_changed_after_it_was_appended(x):
    rows = []
    for v in x:
        row = [v, 0.0]
        rows.append(row)
        row[1] = v * v
    return sum(a + b for a, b in rows)


@case(A, backends=python)
def a_row_changed_where_it_is(x):
    rows = []
    for v in x:
        rows.append([v, 0.0])
    for row in rows:
        row[1] = row[0] ** 2
    return sum(a + b for a, b in rows)


@case(A, backends=python)
def rows_replaced(x):
    rows = []
    for v in x:
        rows.append((v, 0.0))
    for k in range(len(rows)):
        rows[k] = (rows[k][0], rows[k][0] ** 2)
    rows[1], rows[2] = rows[2], rows[1]
    return sum(a + (k + 1) * b for k, (a, b) in enumerate(rows))


@case(A, backends=python)
def known_rows_at_a_place_of_run_time(x):
    rows = [(1.0, 2), (0.5, 3), (x[0], 1)]
    out = 0.0
    for v in x:
        w, n = rows[int(v * 2.9)]
        out += w * v**n
    return out


@case(A, refused="AD102", backends=python)
def rows_of_different_lengths(x):
    rows = []
    for k, v in enumerate(x):
        if v > 5.0:
            rows.append((v, v, v))
        else:
            rows.append((v, k))
    return sum(row[0] for row in rows)


@case(A, backends=python)
def given_to_a_helper_and_returned(x):
    def peaks(values):
        found = []
        for k in range(1, len(values) - 1):
            if values[k - 1] < values[k] > values[k + 1]:
                found.append((k, values[k]))
        return found

    def weighed(found, power):
        return sum(k * v**power for k, v in found)

    found = peaks(x)
    return weighed(found, 2) + weighed(peaks(x * x), 1) + len(found)


@case(A, backends=python)
def emptied_and_filled_again(x):
    part, out = [], 0.0
    for v in x:
        part.append((v, v * v))
        if len(part) == 3:
            out += part[0][0] * part[1][1] + part[-1][0]
            part = []
    return out + len(part)


@case(A, backends=python)
def copied_sliced_and_joined(x):
    rows = []
    for v in x:
        if v > 0.2:
            rows.append((v, 2.0 * v))
    other = rows[1:]
    again = list(rows)
    again.append((x[0], x[1]))
    both = other + again
    rows.clear()
    return sum(a * b for a, b in both) + len(rows) + len(other[::-1])


@case(A, backends=python)
def every_function_of_bisect(x):
    left, right = [], []
    for v in x:
        bisect.insort_left(left, v)
        bisect.insort_right(right, v, key=lambda value: -value)
    place = bisect.bisect_right(left, 0.5) + bisect.bisect_left(left, 0.2, 1) + bisect.bisect_right(right, -0.5, 0, 3, key=lambda value: -value)
    return left[place % len(left)] + right[1] * left[0] + bisect.bisect([1.0, 2.0], x[0])


@case(A, backends=python)
def bisect_from_below_zero(x):
    return bisect.bisect_left([1.0, 2.0], x[0], -1) * x[0]


@case(A, backends=python)
def popped_from_an_empty_heap(x):
    heap = [v for v in x if v > 5.0]
    return heapq.heappop(heap) + x[0]


@case(A, backends=python)
def replaced_in_an_empty_heap(x):
    heap = [v for v in x if v > 5.0]
    return heapq.heapreplace(heap, 1.0) + x[0]


class Particle:
    def __init__(self, x, v, mass=1.0):
        self.x, self.v, self.mass = x, v, mass

    def kinetic(self):
        return 0.5 * self.mass * self.v**2

    def push(self, force):
        self.v += force / self.mass


@case(A, backends=python)
def objects(x):
    particles = []
    for k in range(len(x)):
        particles.append(Particle(x[k], 0.1 * x[k], 1.0 + k))
    heaviest = max(particles, key=lambda p: p.mass)
    return sum(p.kinetic() * p.x for p in particles) + heaviest.v


@case(A, backends=python)
def objects_that_change(x):
    particles = [Particle(v, 0.0) for v in x]
    for p in particles:
        p.push(0.1)
    return sum(p.kinetic() for p in particles)


@case(A, backends=python)
def an_object_changed_after_it_was_appended(x):
    particles = []
    for v in x:
        p = Particle(v, 0.0)
        particles.append(p)
        p.push(v)
    return sum(p.kinetic() for p in particles)


@case(A, backends=python)
def objects_that_change_before_they_are_appended(x):
    particles = []
    for v in x:
        p = Particle(v, 0.0)
        p.push(v)
        particles.append(p)
    return sum(p.kinetic() for p in particles)


@case(A, backends=python)
def objects_replaced(x):
    particles = [Particle(v, 0.0) for v in x]
    for step in range(3):
        particles = [Particle(p.x + 0.1 * p.v, p.v - 0.2 * p.x) for p in particles]
    return sum(p.kinetic() for p in particles)


@case(A, backends=python)
def the_place_of_an_item(x):
    values = [v * v for v in x]
    pair = (x[0], x[1], x[0])
    return values.index(max(values)) * x[0] + values.index(values[3], 1, -2) * x[1] + pair.index(x[1]) * x[2]


@case(A, backends=python)
def the_place_of_what_is_not_there(x):
    values = [v * v for v in x]
    return values.index(3.0) * x[0]


@case(A, backends=python)
def an_iterator_with_a_name(x):
    items = iter(x)
    before, out = next(items), 0.0
    for v in items:
        out += (v - before) ** 2
        before = v
    return out


@case(A, backends=python)
def an_iterator_read_past_its_end(x):
    items = iter([x[0], x[1]])
    return next(items) + next(items) + next(items)


@case(A, refused="AD208", backends=python)
def an_iterator_run_over_twice(x):
    items = iter(x)
    out = sum(v for v in items)
    return out + sum(2.0 * v for v in items)
