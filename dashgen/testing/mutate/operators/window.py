"""Ranges twice and half as long; the step of a subquery whose samples are added up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from dashgen.promql.nodes import At, Call, Offset, Ranged, Word
from dashgen.promql.tokens import milliseconds, tokens
from dashgen.spec.types import duration_text
from dashgen.testing.mutate.subject import Change, Edit, Subject

_ADDS_UP = frozenset({"sum_over_time", "count_over_time"})


def changes(subject: Subject) -> Iterator[Change]:
    """Other windows; one that Grafana chooses is left alone."""
    for node, above in subject.each(Ranged):
        yield from _lengths(node.range, (0.5, 2))
        outer = next((each for each in reversed(above) if not isinstance(each, Offset | At)), None)
        if node.step is not None and isinstance(outer, Call) and outer.function.text in _ADDS_UP:
            yield from _lengths(node.step, (2,))


def _lengths(word: Word, factors: tuple[float, ...]) -> Iterator[Change]:
    if [token.kind for token in tokens(word.text)] == ["duration"]:
        for factor in factors:
            length = timedelta(milliseconds=milliseconds(word.text) * factor)
            yield Edit(word.start, word.end, duration_text(length))
