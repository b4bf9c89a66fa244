"""Several promtools, or tools like it, at once: answers in order of the plays; whoever stops leaves nothing behind."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import TypeVar

from dashgen.batch.jobs import default_jobs
from dashgen.testing.promtool.ask import ask
from dashgen.testing.promtool.find import Promtool
from dashgen.testing.promtool.play import Answers, Play, PlayError
from dashgen.testing.promtool.process import PATIENCE, Processes

Keep = Callable[[int], Path | None]
"""Folder for the files of a play, by its number."""
Outcome = Answers | PlayError
"""What promtool answered, or why the play could not be played."""
T = TypeVar("T")
Ask = Callable[[Play, Path | None, Processes], T]
"""Answers a play, keeps its files in a folder, and starts what it runs among the processes."""


def ask_all(
    promtool: Promtool,
    plays: Iterable[Play],
    jobs: int | None = None,
    *,
    keep: Keep | None = None,
    patience: float = PATIENCE,
) -> Generator[Answers, None, None]:
    """``outcomes`` of plays that must all succeed.

    Raises:
        PlayError: for the first play that promtool cannot play.
        MachineError: when promtool cannot be run.
    """
    asked = outcomes(promtool, plays, jobs, keep=keep, patience=patience)
    try:
        for outcome in asked:
            if isinstance(outcome, PlayError):
                raise outcome
            yield outcome
    finally:
        asked.close()


def outcomes(
    promtool: Promtool,
    plays: Iterable[Play],
    jobs: int | None = None,
    *,
    keep: Keep | None = None,
    patience: float = PATIENCE,
) -> Generator[Outcome, None, None]:
    """Answers of each play in order, or why it could not be played; ``close`` ends every promtool.

    At most ``jobs`` run at once (default: one for each core). A play is taken from ``plays`` when one is free.

    Raises:
        MachineError: when promtool cannot be run.
    """

    def ask_promtool(play: Play, folder: Path | None, processes: Processes) -> Outcome:
        try:
            return ask(promtool, play, folder, patience=patience, processes=processes)
        except PlayError as error:
            return error

    return outcomes_of(ask_promtool, plays, jobs, keep=keep)


def outcomes_of(
    ask: Ask[T], plays: Iterable[Play], jobs: int | None = None, *, keep: Keep | None = None
) -> Generator[T, None, None]:
    """``outcomes``, whoever is asked.

    Raises:
        MachineError: when whoever is asked cannot answer.
    """
    most = jobs or default_jobs()
    processes = Processes()
    # Threads only wait for processes and read what they print.
    threads = ThreadPoolExecutor(most, thread_name_prefix="promtool")

    def started() -> Iterator[Future[T]]:
        for number, play in enumerate(plays):
            yield threads.submit(ask, play, keep(number) if keep else None, processes)

    try:
        yield from _in_order(started(), most)
    finally:
        processes.kill()
        threads.shutdown(cancel_futures=True)


def _in_order(starting: Iterator[Future[T]], most: int) -> Iterator[T]:
    asked: deque[Future[T]] = deque()
    running: set[Future[T]] = set()
    more = True
    while more or asked:
        while more and len(running) < most:
            future = next(starting, None)
            if future is None:
                more = False
            else:
                asked.append(future)
                running.add(future)
        if running and not asked[0].done():
            wait(running, return_when=FIRST_COMPLETED)
        running = {future for future in running if not future.done()}
        if asked and asked[0].done():
            yield asked.popleft().result()
