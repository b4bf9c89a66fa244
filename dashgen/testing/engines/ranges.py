"""What an expression rests on, through all records: how long its ranges are, and whether it asks what time it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from dashgen.promql.reads import selections
from dashgen.promql.tokens import significant
from dashgen.testing.judge.timeline import MILLISECOND
from dashgen.testing.subject import Subject

_TELL_TIME = frozenset({"time", "timestamp", "day_of_week", "year"})
"""Functions that return something else in 2000; hours, days and months begin alike."""


class Ranges:
    """Of the expressions of one spec; all in milliseconds."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._together: dict[str, timedelta] = {}

    def together(self, expr: str) -> int:
        """How long the ranges are that follow each other at most; 0 without any."""
        return self._longest(expr) // MILLISECOND

    def shortest(self, expr: str) -> int:
        """The shortest of all ranges; 0 without any."""
        found = (each.window for part in self._parts(expr) for each in selections(part) if each.window)
        return min(found, default=timedelta()) // MILLISECOND

    def tells_time(self, expr: str) -> bool:
        """Whether it, or a record among what it rests on, asks for the time."""
        return any(_TELL_TIME & called(part) for part in self._parts(expr))

    def _parts(self, expr: str) -> Iterator[str]:
        """The expression, and those of all records it rests on."""
        yield expr
        for name in self._subject.feeding(expr):
            yield from (rule.expr for rule in self._subject.records.get(name, ()))

    def _longest(self, expr: str) -> timedelta:
        if expr not in self._together:
            # A record that rests on itself adds nothing to itself.
            self._together[expr] = timedelta()
            spans = (found.window + self._of_record(found.name) for found in selections(expr))
            self._together[expr] = max(spans, default=timedelta())
        return self._together[expr]

    def _of_record(self, name: str) -> timedelta:
        rules = self._subject.records.get(name, ())
        return max((self._longest(rule.expr) for rule in rules), default=timedelta())


def called(expr: str) -> frozenset[str]:
    """The functions and operators of an expression that are called."""
    found = significant(expr)
    return frozenset(each.text for each, after in pairwise(found) if each.kind == "name" and after.text == "(")
