"""Seeds one after the other, in one process or several, until a count or a time is reached."""

from __future__ import annotations

import multiprocessing
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

T = TypeVar("T")
CHUNK = 16


def over_seeds(
    work: Callable[..., T], first: int, count: int | None, minutes: float, jobs: int, console: Console, *more: Any
) -> Iterator[T]:
    """`work(seed, *more)` for seeds from `first` on, in order."""
    began, seconds, done = time.monotonic(), minutes * 60, 0
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TextColumn("{task.fields[state]}"))
    with Progress(*columns, console=console, refresh_per_second=2) as progress:
        task = progress.add_task("fuzz", total=count or max(seconds, 1e-9), state="")
        for found in _results(work, first, count, jobs, more):
            yield found
            done += 1
            passed = time.monotonic() - began
            progress.update(task, completed=done if count else passed, state=f"{done} programs")
            if passed >= seconds or (count is not None and done >= count):
                return


def _results(work: Callable[..., T], first: int, count: int | None, jobs: int, more: tuple) -> Iterator[T]:
    end = None if count is None else first + count
    if jobs <= 1:
        seed = first
        while end is None or seed < end:
            yield work(seed, *more)
            seed += 1
        return
    # Each process has memory of its own and is given up after some work, so that caches do not grow for hours.
    with multiprocessing.get_context("fork").Pool(jobs, maxtasksperchild=64) as pool:
        waiting: deque[Any] = deque()
        start = first
        while waiting or end is None or start < end:
            while len(waiting) < 2 * jobs and (end is None or start < end):
                stop = start + CHUNK if end is None else min(start + CHUNK, end)
                waiting.append(pool.apply_async(_chunk, (work, range(start, stop), more)))
                start = stop
            yield from waiting.popleft().get()


def _chunk(work: Callable[..., T], seeds: range, more: tuple) -> list[T]:
    return [work(seed, *more) for seed in seeds]
