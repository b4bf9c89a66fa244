"""Plays prepared cases, as many at once as there are cores, and judges each as its answers come."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from dashgen.errors import InputError, Location, Problem
from dashgen.testing.engines.both import ask_both
from dashgen.testing.engines.verdict import verdict
from dashgen.testing.prepare import Prepared
from dashgen.testing.promtool.find import Promtool
from dashgen.testing.promtool.pool import outcomes, outcomes_of
from dashgen.testing.results import Result
from dashgen.testing.vmalert.find import VmalertTool


def chosen_by(pattern: str, prepared: Sequence[Prepared]) -> tuple[Prepared, ...]:
    """The cases whose ``scenario / case [spec]`` a regular expression is found in.

    Raises:
        InputError: for a pattern that is none, or that no case matches: running nothing would look like success.
    """
    try:
        wanted = re.compile(pattern)
    except re.error as error:
        raise InputError([Problem(Location("--run"), f"{pattern!r}: {error}", "a regular expression")]) from error
    found = tuple(each for each in prepared if wanted.search(each.name))
    if not found:
        names = ", ".join(repr(each.name) for each in prepared[:3])
        raise InputError(
            [Problem(Location("--run"), f"no case matches {pattern!r}", f"part of a name such as {names}")]
        )
    return found


def run(
    promtool: Promtool,
    prepared: Sequence[Prepared],
    *,
    jobs: int,
    fail_fast: bool = False,
    keep: Path | None = None,
    done: Callable[[Result], object] = lambda _: None,
    second: VmalertTool | None = None,
) -> tuple[Result, ...]:
    """The verdict on each case, in order; with ``fail_fast`` up to the first that failed.

    ``keep`` is a folder that gets a folder with promtool's files for each case. ``second`` is asked the same.
    """
    return tuple(_until(_judged(promtool, second, prepared, jobs, keep), fail_fast, done))


def _until(
    results: Generator[Result, None, None], fail_fast: bool, done: Callable[[Result], object]
) -> Iterator[Result]:
    with closing(results):
        for result in results:
            done(result)
            yield result
            if fail_fast and result.failures:
                return


def _judged(
    promtool: Promtool, second: VmalertTool | None, prepared: Sequence[Prepared], jobs: int, keep: Path | None
) -> Generator[Result, None, None]:
    folders = [keep / folder_name(each.name) for each in prepared] if keep else []
    folder = folders.__getitem__ if folders else None
    plays = (each.play for each in prepared)
    if second is None:
        with closing(outcomes(promtool, plays, jobs, keep=folder)) as found:
            yield from (each.result(outcome) for each, outcome in zip(prepared, found, strict=True))
    else:
        with closing(outcomes_of(partial(ask_both, promtool, second), plays, jobs, keep=folder)) as pairs:
            yield from (verdict(each, *pair) for each, pair in zip(prepared, pairs, strict=True))


def folder_name(name: str) -> str:
    """A name of a case as a file name."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:120]
