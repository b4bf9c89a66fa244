"""Work on items, here or in several processes; results in the order of the items.

Most builds have few specs: nothing is loaded for processes that are not started.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

FEWEST = 8
"""Fewer items take less time than starting processes does."""


def default_jobs() -> int:
    """Cores this process may use: its affinity, and in a container its quota."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    with contextlib.suppress(OSError, ValueError):
        quota, period = map(int, Path("/sys/fs/cgroup/cpu.max").read_text("ascii").split())
        cores = min(cores, max(1, quota // period))
    return cores


def work_all(
    work: Callable[[Item], Result],
    items: Sequence[Item],
    *,
    jobs: int,
    done: Callable[[], object],
    label: Callable[[Item], object],
) -> list[Result | Exception]:
    """Result of each item, or the exception ``work`` raised for it; ``done`` is called after each, here.

    ``label`` names an item in a message. What workers print to stderr is shown here, in the order of the items.

    Raises:
        MachineError: when a worker dies, as it does when memory runs out.
    """
    results: dict[int, Result | Exception] = {}
    # The first one here: whatever it imports and caches, forked workers have.
    here = range(1 if len(items) >= FEWEST and jobs > 1 else len(items))
    for index in here:
        results[index] = outcome(work, items[index])
        done()
    if len(items) > len(here):
        from dashgen.batch.workers import Pool  # multiprocessing costs 10 ms

        pool = Pool(work, items, label)
        texts: dict[int, str] = {}
        with pool.started(min(jobs, len(items) // 4)):
            for index, result, text in pool.results(iter(range(len(here), len(items)))):
                results[index], texts[index] = result, text
                done()
        sys.stderr.write("".join(texts[index] for index in sorted(texts)))
    return [results[index] for index in range(len(items))]


def outcome(work: Callable[[Item], Result], item: Item) -> Result | Exception:
    """The result of an item, or the exception raised for it."""
    try:
        return work(item)
    except Exception as error:
        return error
