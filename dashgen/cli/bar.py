"""A progress bar on stderr, for long work that somebody watches; never in a pipe or in CI."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

FEWEST = 20
"""Fewer steps are done before a bar could be read."""
_SECONDS = 0.1


@contextmanager
def bar(total: int, *, quiet: bool, what: str = "compiling", fewest: int = FEWEST) -> Iterator[Callable[[], object]]:
    """What is yielded moves the bar by one; the bar is gone afterwards.

    ``what`` is going on; there is no bar for fewer steps than ``fewest``.
    """
    watched = sys.stderr.isatty() and not os.environ.get("CI") and os.environ.get("TERM") != "dumb"
    if quiet or total < fewest or not watched:
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    # Drawn from here and not from a thread of rich's: processes are forked meanwhile.
    progress = Progress(
        TextColumn(what),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        auto_refresh=False,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    drawn = 0.0
    with progress:
        task = progress.add_task(what, total=total)

        def advance() -> None:
            nonlocal drawn
            progress.advance(task)
            if time.monotonic() - drawn > _SECONDS:
                drawn = time.monotonic()
                progress.refresh()

        yield advance
