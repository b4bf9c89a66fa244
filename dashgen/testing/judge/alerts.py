"""Alerts: those a scenario names fire when it says, with the text it says; every other one stays silent."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from dashgen.errors import Location
from dashgen.testing.clock import Clock
from dashgen.testing.judge.timeline import MILLISECOND, Instance, expected, same
from dashgen.testing.promtool.play import AlertQuestion, Firing
from dashgen.testing.results import Failure, Stretch, Timeline, moment
from dashgen.testing.scenario.model import AlertExpectation

Alerts = Mapping[str, str | tuple[AlertExpectation, ...]]
Where = Callable[..., Location]
ANY = "…"
BROKEN = "<error expanding template"
SILENT = "silent"


def _expectations(alerts: Alerts) -> Iterator[tuple[str, int, AlertExpectation]]:
    for name, each in alerts.items():
        if not isinstance(each, str):
            yield from ((name, number, expectation) for number, expectation in enumerate(each))


def assertions(alerts: Alerts) -> int:
    """How many statements a scenario makes about alerts; that the others are silent is one."""
    return 1 + sum(1 if isinstance(each, str) else len(each) for each in alerts.values())


def texts_to_ask(alerts: Alerts, clock: Clock) -> tuple[AlertQuestion, ...]:
    """When to look at the annotations of which alert: at each evaluation at which it may begin to fire."""
    asked: dict[AlertQuestion, None] = {}
    for name, _, expectation in _expectations(alerts):
        slack = _within(expectation) // clock.every * clock.every
        for stretch in expected(expectation.firing, clock)[:1]:
            first, last = max(stretch.first - slack, 0), min(stretch.first + slack, clock.until)
            asked |= dict.fromkeys(AlertQuestion(name, at) for at in range(first, last + 1, clock.every))
    return tuple(asked)


def judge(
    alerts: Alerts,
    seen: Sequence[Instance],
    texts: Mapping[AlertQuestion, Sequence[Firing]],
    clock: Clock,
    where: Where,
) -> Iterator[Failure]:
    """Everything that is not as expected."""
    claimed: set[int] = set()
    for name, number, expectation in _expectations(alerts):
        meant = [each for each in seen if each.alert == name and expectation.labels.items() <= each.labels.items()]
        claimed |= {id(each) for each in meant}
        place = where("alerts", name, number)
        if not meant and expectation.firing:
            yield _never(name, expectation, [each for each in seen if each.alert == name], clock, place)
        for instance in meant:
            yield from _instance(instance, expectation, clock, place)
            yield from _texts(instance, expectation, texts, where("alerts", name, number, "annotations"))
    for instance in seen:
        if id(instance) not in claimed and instance.timeline.firing:
            named = instance.alert in alerts
            said = "silent" if not named or alerts[instance.alert] == SILENT else "no instance with these labels"
            place = where("alerts", instance.alert) if named else where("alerts")
            yield _failure(instance.subject, Timeline(), instance.timeline, clock, place, said)


def _within(expectation: AlertExpectation) -> int:
    return round(expectation.within / MILLISECOND) if expectation.within else 0


def _never(
    name: str, expectation: AlertExpectation, others: Sequence[Instance], clock: Clock, where: Location
) -> Failure:
    wanted = Timeline(firing=expected(expectation.firing, clock))
    labels = ", ".join(f'{label}="{value}"' for label, value in sorted(expectation.labels.items()))
    unknown = sorted(expectation.labels.keys() - {label for each in others for label in each.labels})
    actual = "never pending nor firing"
    if others:
        about = f"; it has no label {', '.join(unknown)}" if unknown else ""
        actual = f"never with these labels, but {' and '.join(each.subject for each in others[:3])}{about}"
    return _failure(f"{name}{{{labels}}}", wanted, Timeline(), clock, where, actual=actual)


def _instance(instance: Instance, expectation: AlertExpectation, clock: Clock, where: Location) -> Iterator[Failure]:
    within, seen = _within(expectation), instance.timeline
    pending = None if expectation.pending is None else expected(expectation.pending, clock)
    wanted = Timeline(pending, expected(expectation.firing, clock))
    held = pending is None or same(pending, seen.pending or (), within)
    if not held or not same(wanted.firing, seen.firing, within):
        yield _failure(instance.subject, wanted, seen, clock, where)


def _texts(
    instance: Instance,
    expectation: AlertExpectation,
    texts: Mapping[AlertQuestion, Sequence[Firing]],
    where: Location,
) -> Iterator[Failure]:
    """Annotations at the first evaluation at which the instance fires."""
    labels = dict(instance.labels)
    for stretch in instance.timeline.firing[:1]:
        asked = AlertQuestion(instance.alert, stretch.first)
        firing = next((each for each in texts.get(asked, ()) if _same_labels(each.labels, labels)), None)
        for name, text in expectation.annotations.items() if firing else ():
            found = firing.annotations.get(name) if firing else None
            if found is None or not _like(text, found):
                actual = "no such annotation" if found is None else found
                yield Failure("alert", where, f"{instance.subject}: annotation {name}", text, actual)
        broken = [text for text in firing.annotations.values() if BROKEN in text] if firing else []
        if broken:
            yield Failure("alert", where, f"{instance.subject}: annotations", "templates that render", broken[0])


def _same_labels(found: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    return {name: value for name, value in found.items() if name != "alertname"} == labels


def _like(wanted: str, found: str) -> bool:
    pattern = ".*".join(re.escape(part) for part in wanted.split(ANY))
    return re.fullmatch(pattern, found, re.DOTALL) is not None


def _failure(
    subject: str,
    wanted: Timeline,
    seen: Timeline,
    clock: Clock,
    where: Location,
    should: str = "",
    actual: str = "",
) -> Failure:
    return Failure(
        "alert",
        where,
        subject,
        should or words(wanted),
        actual or words(seen),
        timelines=(wanted, seen),
        until=clock.until,
        every=clock.every,
    )


def words(timeline: Timeline) -> str:
    """States in words: ``pending 12m..16m30s, firing 17m..30m``."""
    parts = [("pending", timeline.pending), ("firing", timeline.firing)]
    said = [f"{state} {', '.join(map(span, found))}" for state, found in parts if found]
    return ", ".join(said) or SILENT


def span(stretch: Stretch) -> str:
    """A stretch the way scenarios write it."""
    return f"{moment(stretch.first)}..{moment(stretch.last)}"
