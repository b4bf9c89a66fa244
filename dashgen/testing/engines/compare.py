"""What two engines answered about one case, side by side: when alerts fired, what they said, what queries returned."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from dashgen.testing.engines.reasons import ALERTS, Reasons, Values
from dashgen.testing.judge.alerts import words
from dashgen.testing.judge.shown import Asked
from dashgen.testing.judge.timeline import Instance
from dashgen.testing.judge.values import NOTHING, number
from dashgen.testing.prepare import Prepared
from dashgen.testing.promtool.play import Answers, Firing, Sample
from dashgen.testing.results import Difference, Timeline, moment

TOLERANCE = 1e-6
"""How much numbers may differ, of the larger one: VictoriaMetrics stores them rounded."""
Labels = tuple[tuple[str, str], ...]
_Answer = Sequence[Sample] | str


def differences(prepared: Prepared, first: Answers, second: Answers) -> Iterator[Difference]:
    """Everything promtool (``first``) and vmalert-tool (``second``) do not agree about."""
    reasons = Reasons(prepared.subject, prepared.clock)
    alerts = tuple(_timelines(prepared, reasons, prepared.seen(first), prepared.seen(second)))
    yield from alerts
    yield from _texts(prepared, reasons, first, second)
    ticks = len(prepared.clock.ticks())
    for asked, one_answer, other_answer in zip(
        prepared.asked, first.samples[ticks:], second.samples[ticks:], strict=True
    ):
        excused = ALERTS if alerts and all(each.reason for each in alerts) and "ALERTS" in asked.question.expr else ""
        yield from _answers(asked, reasons, excused, one_answer, other_answer)


def _timelines(
    prepared: Prepared, reasons: Reasons, first: Sequence[Instance], second: Sequence[Instance]
) -> Iterator[Difference]:
    one, other = ({(each.alert, labels_of(each.labels)): each for each in seen} for seen in (first, second))
    for key in sorted(one.keys() | other.keys()):
        shown, also = (seen[key].timeline if key in seen else Timeline((), ()) for seen in (one, other))
        if shown != also:
            subject = (one.get(key) or other[key]).subject
            alert = prepared.subject.alerts[key[0]]
            reason = reasons.of_timelines(alert, shown, also)
            yield Difference(subject, words(shown), words(also), alert.expr, reason)


def _texts(prepared: Prepared, reasons: Reasons, first: Answers, second: Answers) -> Iterator[Difference]:
    """Annotations of what fires on both, each at the first evaluation at which they differ."""
    told: set[tuple[str, str]] = set()
    for question, one, other in zip(prepared.texts, first.firing, second.firing, strict=True):
        expr = prepared.subject.alerts[question.alert].expr
        for subject, name, text, also in _unlike(question.alert, one, other):
            if (subject, name) not in told:
                told.add((subject, name))
                reason = reasons.of_text(expr, text, also)
                yield Difference(f"{subject}: annotation {name} at {moment(question.at)}", text, also, expr, reason)


def _unlike(alert: str, first: Sequence[Firing], second: Sequence[Firing]) -> Iterator[tuple[str, str, str, str]]:
    """(instance, annotation, text, other text) where both fire and say something else."""
    one, other = ({labels_of(each.labels): each for each in firing} for firing in (first, second))
    for key in sorted(one.keys() & other.keys()):
        subject = Instance(alert, {name: text for name, text in key if name != "alertname"}, Timeline()).subject
        for name, text in sorted(one[key].annotations.items()):
            also = other[key].annotations.get(name, "")
            if text != also:
                yield subject, name, text, also


def _answers(asked: Asked, reasons: Reasons, excused: str, first: _Answer, second: _Answer) -> Iterator[Difference]:
    subject, expr = f"{asked.path or 'query'} at {moment(asked.question.at)}", asked.question.expr
    if isinstance(first, str) or isinstance(second, str):
        if not (isinstance(first, str) and isinstance(second, str)):
            one, other = (each if isinstance(each, str) else "an answer" for each in (first, second))
            yield Difference(subject, one, other, expr)
        return
    values, others = _values(first), _values(second)
    apart = [
        labels
        for labels in sorted(values.keys() | others.keys())
        if not _same(values.get(labels, ()), others.get(labels, ()))
    ]
    if apart:
        reason = excused
        if not reason and all(len(found) == 1 for each in (values, others) for found in each.values()):
            reason = reasons.of_values(expr, asked.question.at, _single(values), _single(others))
        yield Difference(subject, _text(values, apart), _text(others, apart), expr, reason)


def labels_of(labels: Mapping[str, str]) -> Labels:
    """Labels to compare by: without the name, which MetricsQL keeps where PromQL drops it."""
    return tuple(sorted((name, text) for name, text in labels.items() if name != "__name__"))


def _values(samples: Sequence[Sample]) -> Mapping[Labels, Sequence[float]]:
    """Values by labels; more than one where series differ by name only."""
    found: dict[Labels, list[float]] = {}
    for sample in samples:
        found.setdefault(labels_of(sample.labels), []).append(sample.value)
    return {labels: sorted(each) for labels, each in found.items()}


def _single(values: Mapping[Labels, Sequence[float]]) -> Values:
    return {labels: found[0] for labels, found in values.items()}


def _same(first: Sequence[float], second: Sequence[float]) -> bool:
    return len(first) == len(second) and all(
        math.isclose(one, other, rel_tol=TOLERANCE) or (math.isnan(one) and math.isnan(other))
        for one, other in zip(first, second, strict=True)
    )


def _text(values: Mapping[Labels, Sequence[float]], labels: Sequence[Labels]) -> str:
    """Those with the labels, a line each."""
    lines = []
    for each in labels:
        inner = ", ".join(f'{name}="{text}"' for name, text in each)
        lines.append(f"{{{inner}}}: {' and '.join(map(number, values.get(each, ()))) or NOTHING}")
    return "\n".join(lines)
