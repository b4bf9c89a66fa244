"""Which matchers of a selector keep every series of its name out."""

from __future__ import annotations

from dashgen.lint.live.asked import Asked, selector, wants, written
from dashgen.lint.live.live import Live
from dashgen.promql.nodes import Matcher


def no_series(asked: Asked, live: Live) -> bool:
    """Whether the name has series and none of them passes all matchers."""
    return live.whole and asked.name in live.names and live.labels(asked.text) == frozenset()


def without_label(asked: Asked, live: Live) -> tuple[Matcher, ...]:
    """The matchers that want a label which no series of the name has."""
    if not asked.matchers or not no_series(asked, live):
        return ()
    there = live.labels(selector(asked.name))
    return tuple(each for each in asked.matchers if wants(each) and each.label not in there) if there else ()


def alone_empty(asked: Asked, live: Live) -> tuple[Matcher, ...]:
    """The matchers that no series passes even when nothing else is asked for, of labels that are there."""
    if not asked.matchers or not no_series(asked, live):
        return ()
    lacking = without_label(asked, live)
    rest = (each for each in asked.matchers if each not in lacking)
    return tuple(each for each in rest if live.labels(selector(asked.name, written(each))) == frozenset())
