"""``for`` and ``keep_firing_for``: forgotten, half as long, twice as long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from dashgen.testing.mutate.subject import Change, Retimed, Subject

_NONE = timedelta(0)


def changes(subject: Subject) -> Iterator[Change]:
    """Other timings of an alert."""
    timing = subject.timing
    if timing is None:
        return
    for what, field, before in (("for", "wait", timing.wait), ("keep_firing_for", "keep", timing.keep)):
        for after in (_NONE, before / 2, before * 2):
            if before:
                yield Retimed(what, before, after, replace(timing, **{field: after}))
