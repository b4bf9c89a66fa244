"""Short plays of signals and what promtool then sees."""

from __future__ import annotations

from datetime import timedelta

from dashgen.errors import Location
from dashgen.testing.clock import Clock
from dashgen.testing.promtool.ask import Play, Question, ask
from dashgen.testing.promtool.find import find
from dashgen.testing.scenario.model import SeriesPart

WHERE = Location("scenario.yaml", 3, 5)


def clock(minutes=12, scrape=15, every=60):
    return Clock.of(timedelta(seconds=scrape), timedelta(seconds=every), timedelta(minutes=minutes))


def part(**fields):
    return SeriesPart.model_validate(fields)


def where(*_):
    return WHERE


def look(series, *questions, groups=(), on=None, at=None):
    """What each expression returns in the end, as (labels, value) pairs; one run of promtool."""
    when = on or clock()
    asked = tuple(Question(expr, when.until if at is None else at) for expr in questions)
    answers = ask(find(), Play(groups, series, when, asked)).samples
    broken = [(q, a) for q, a in zip(questions, answers, strict=True) if isinstance(a, str)]
    assert not broken, broken
    return [[(dict(sample.labels), sample.value) for sample in answer] for answer in answers]
