"""Modules of Python's standard library; see test_refused.py."""
# ruff: noqa  (as people write them)

import base64
import collections
import concurrent.futures
import copy
import datetime
import functools
import gc
import hashlib
import inspect
import itertools
import json
import math
import operator
import os
import pickle
import queue
import random
import re
import statistics
import string
import struct
import textwrap
import threading
import timeit
import uuid
import zlib

import numpy as np
from refusals import A, M, X, Programs

PROGRAMS = Programs()
program = PROGRAMS.program


@program
def normal(x):
    return statistics.NormalDist(0.0, 1.0).pdf(x)


@program
def waited(x):
    waiting = queue.Queue()
    waiting.put(x)
    return waiting.get() * x


@program
def in_a_thread(x):
    found = []
    thread = threading.Thread(target=lambda: found.append(x))
    thread.start()
    thread.join()
    return found[0] * x


@program
def in_a_pool(x):
    with concurrent.futures.ThreadPoolExecutor() as pool:
        return pool.submit(lambda: 2.0).result() * x


@program
def locked(x):
    lock = threading.Lock()
    with lock:
        return x * x


@program
def written_as_json(x):
    return json.loads(json.dumps([x]))[0] * x


@program
def pickled(x):
    return pickle.loads(pickle.dumps(x)) * x


@program
def packed(x):
    return struct.unpack("d", struct.pack("d", x))[0] * x


@program
def encoded(x):
    return x * len(base64.b64encode(str(x).encode()))


@program
def checksum(x):
    return x * (zlib.crc32(str(x).encode()) > 0)


@program
def digested(x):
    return x * len(hashlib.sha256(str(x).encode()).digest())


@program
def matched(x):
    return x * len(re.findall(r"\d", f"{x}"))


@program
def substituted(x):
    return x * len(string.Template("$a").substitute(a=x))


@program
def wrapped_text(x):
    return x * len(textwrap.wrap(f"{x} {x}"))


@program
def elapsed(x):
    return x * datetime.timedelta(seconds=x).total_seconds()


@program
def named_uniquely(x):
    return x * (len(str(uuid.uuid4())) > 0)


@program
def from_environment(x):
    return x * float(os.environ.get("NO_SUCH_SCALE", str(x)))


@program
def collected(x):
    return x * (gc.collect() >= 0)


@program
def parameters_of(x):
    return x * len(inspect.signature(lambda a, b: a).parameters) * inspect.currentframe().f_locals["x"]


@program
def timed(x):
    return x * (timeit.timeit(lambda: x * x, number=1) >= 0.0)


@program
def shuffled(x):
    values = [x, 2.0]
    random.shuffle(values)
    return sum(values)


@program
def bits(x):
    return x * (random.getrandbits(3) >= 0)


@program(A)
def grouped_by_value(a):
    groups = collections.defaultdict(list)
    for v in a:
        groups[bool(v > 0)].append(v)
    return sum(groups[True])


@program(A)
def runs_of_signs(a):
    return sum(sum(group) ** 2 for _, group in itertools.groupby(a, key=lambda v: v > 0))


@program(A)
def batches(a):
    total = 0.0
    rows = iter(a)
    while batch := list(itertools.islice(rows, 2)):
        total += batch[0] * batch[-1]
    return total


@program(A)
def longest_of_generated(a):
    def squares():
        for v in a:
            yield v * v

    return sum(u * v for u, v in itertools.zip_longest(squares(), [1.0, 2.0], fillvalue=1.0))


@program(A)
def teed_generator(a):
    def squares():
        for v in a:
            yield v * v

    first, second = itertools.tee(squares())
    return sum(first) * sum(second)


@program
def copied_twice(x):
    a = np.array([x, 2.0])
    both = copy.deepcopy([a[:1], a[:1]])
    return both[0][0] * both[1][0]


@program
def cleared_cache(x):
    @functools.lru_cache
    def square(v):
        return v * v

    square.cache_clear()
    return square(x)


@program
def sum_of_products(x):
    return math.frexp(x)[0] * math.modf(x)[0] * math.sumprod([x], [x]) if x < 0 else math.dist([x, 1.0], [0.0, 0.0]) * math.frexp(x)[1]
