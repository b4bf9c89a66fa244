"""Plays prepared cases, as many at once as there are cores, and judges each as its answers come."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from dashgen.errors import InputError, Location, Problem
from dashgen.testing.prepare import Prepared
from dashgen.testing.promtool.find import Promtool
from dashgen.testing.promtool.pool import outcomes
from dashgen.testing.results import Result


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
) -> tuple[Result, ...]:
    """The verdict on each case, in order; with ``fail_fast`` up to the first that failed.

    ``keep`` is a folder that gets a folder with promtool's files for each case.
    """
    return tuple(_run(promtool, prepared, jobs, fail_fast, keep, done))


def _run(
    promtool: Promtool,
    prepared: Sequence[Prepared],
    jobs: int,
    fail_fast: bool,
    keep: Path | None,
    done: Callable[[Result], object],
) -> Iterator[Result]:
    folders = [keep / folder_name(each.name) for each in prepared] if keep else []
    plays = (each.play for each in prepared)
    with closing(outcomes(promtool, plays, jobs, keep=folders.__getitem__ if folders else None)) as found:
        for each, outcome in zip(prepared, found, strict=True):
            result = each.result(outcome)
            done(result)
            yield result
            if fail_fast and result.failures:
                return


def folder_name(name: str) -> str:
    """A name of a case as a file name."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:120]
