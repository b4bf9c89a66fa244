"""Processes that work on items: ``jobs.work_all`` with more than a few.

Written out rather than taken from ``concurrent.futures``: a worker here notices that its parent was killed and ends,
a killed worker is noticed at once with the item it had, and no thread is alive when a process forks.
"""

from __future__ import annotations

import contextlib
import gc
import io
import multiprocessing
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Generic, cast

from dashgen.batch.jobs import Item, Result, outcome
from dashgen.errors import MachineError


class Pool(Generic[Item, Result]):
    """Processes that each take an index, answer, and take the next."""

    def __init__(self, work: Callable[[Item], Result], items: Sequence[Item], label: Callable[[Item], object]) -> None:
        self._work, self._items, self._label = work, items, label
        self._workers: dict[Connection, BaseProcess] = {}

    @contextlib.contextmanager
    def started(self, number: int) -> Iterator[None]:
        """That many processes, all of which have ended afterwards."""
        context = _context()
        forks = context.get_start_method() == "fork"
        gc.freeze()  # collecting in a worker would copy every page it shares with us
        try:
            for _ in range(number):
                ours, theirs = context.Pipe()
                # A forked worker has our ends too, and would keep its siblings from noticing that we are gone.
                inherited = (*self._workers, ours) if forks else ()
                process = context.Process(target=_serve, args=(theirs, inherited, self._work, self._items))
                process.start()
                theirs.close()
                self._workers[ours] = process
            yield
        finally:
            for pipe, process in self._workers.items():
                process.terminate()
                pipe.close()
            for process in self._workers.values():
                process.join()
            gc.unfreeze()

    def results(self, indexes: Iterator[int]) -> Iterator[tuple[int, Result | Exception, str]]:
        """(index, result, what was printed), in the order they are finished."""
        busy: dict[Connection, int] = {}
        free = list(self._workers)
        while True:
            while free and (index := next(indexes, None)) is not None:
                pipe = free.pop()
                busy[pipe] = index
                with contextlib.suppress(OSError):  # noticed below
                    pipe.send(index)
            if not busy:
                return
            for pipe in cast("list[Connection]", wait(list(busy))):
                index = busy.pop(pipe)
                try:
                    result, text = pipe.recv()
                except (EOFError, OSError):
                    raise self._died(pipe, index) from None
                free.append(pipe)
                yield index, result, text

    def _died(self, pipe: Connection, index: int) -> MachineError:
        process = self._workers[pipe]
        process.join(1)
        code = process.exitcode or 0
        how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
        what = self._label(self._items[index])
        return MachineError(
            f"the process that compiled {what} {how}; nothing was written\n"
            "  do this:  free some memory, or compile with fewer processes at once: --jobs 1"
        )


def _context() -> Any:
    """Fork where that is safe: it costs 10 ms, and a fresh interpreter 300."""
    safe = sys.platform == "linux" and threading.active_count() == 1
    return multiprocessing.get_context("fork" if safe else "spawn")


def _serve(
    pipe: Connection, inherited: Sequence[Connection], work: Callable[[Item], Result], items: Sequence[Item]
) -> None:
    """A worker: until there is nobody left to ask."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; our parent ends us
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for each in inherited:
        each.close()
    with contextlib.suppress(EOFError, OSError):
        while True:
            item = items[pipe.recv()]
            printed = io.StringIO()
            with contextlib.redirect_stderr(printed):
                result = outcome(work, item)
            pipe.send_bytes(_pickled(result, printed.getvalue()))


def _pickled(result: object, text: str) -> bytes:
    if not isinstance(result, Exception):
        return pickle.dumps((result, text))
    # A traceback cannot travel, its text can; DASHGEN_DEBUG=1 shows it.
    result.add_note("".join(traceback.format_exception(result)))
    try:
        data = pickle.dumps((result, text))
        pickle.loads(data)
    except Exception:
        data = pickle.dumps((RuntimeError(f"{type(result).__name__}: {result}"), text))
    return data
