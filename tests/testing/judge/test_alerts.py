"""Which alerts may fire, when, and what they say."""

from datetime import timedelta

import pytest

from dashgen.errors import Location
from dashgen.testing.clock import Clock
from dashgen.testing.judge.alerts import judge, texts_to_ask
from dashgen.testing.judge.timeline import Instance
from dashgen.testing.promtool.play import AlertQuestion, Firing
from dashgen.testing.results import Stretch, Timeline
from dashgen.testing.scenario.model import AlertExpectation

MINUTE = 60_000
CLOCK = Clock.of(timedelta(seconds=15), timedelta(minutes=1), timedelta(minutes=10))
WHERE = Location("s.yaml", 3, 1)


def expect(firing, **rest):
    return AlertExpectation.model_validate({"firing": firing, **rest})


def instance(first, last, name="A", pending=(), **labels):
    firing = () if first is None else (Stretch(first * MINUTE, last * MINUTE),)
    before = tuple(Stretch(a * MINUTE, b * MINUTE) for a, b in pending)
    return Instance(name, labels, Timeline(before, firing))


def failures(alerts, seen, texts=None):
    return list(judge(alerts, seen, texts or {}, CLOCK, lambda *path: WHERE))


@pytest.mark.parametrize(
    ("alerts", "seen", "wrong"),
    [
        ({}, [], 0),
        ({}, [instance(1, 2)], 1),
        ({}, [instance(None, None, pending=[(1, 2)])], 0),
        ({"A": "silent"}, [instance(1, 2)], 1),
        ({"A": "silent"}, [], 0),
        ({"A": (expect("1m..2m"),)}, [instance(1, 2)], 0),
        ({"A": (expect("1m..3m"),)}, [instance(1, 2)], 1),
        ({"A": (expect("1m..3m", within="1m"),)}, [instance(1, 2)], 0),
        ({"A": (expect("1m..2m"),)}, [], 1),
        ({"A": (expect([]),)}, [], 0),
        ({"A": (expect([], labels={"m": "x"}),)}, [instance(1, 2, m="x")], 1),
        ({"A": (expect("1m..2m"),)}, [instance(1, 2, m="x"), instance(1, 2, m="y")], 0),
        ({"A": (expect("1m..2m"),)}, [instance(1, 2, m="x"), instance(1, 3, m="y")], 1),
        ({"A": (expect("1m..2m", labels={"m": "x"}),)}, [instance(1, 2, m="x"), instance(1, 3, m="y")], 1),
        ({"A": (expect("1m..2m", labels={"m": "x"}), expect("1m..3m", labels={"m": "y"}))},
         [instance(1, 2, m="x"), instance(1, 3, m="y")], 0),
        ({"A": (expect("2m..3m", pending="1m..1m"),)}, [instance(2, 3, pending=[(1, 1)])], 0),
        ({"A": (expect("2m..3m", pending="0s..1m"),)}, [instance(2, 3, pending=[(1, 1)])], 1),
        ({"A": (expect("2m..3m"),)}, [instance(2, 3), instance(5, 6, name="B")], 1),
    ],
)  # fmt: skip
def test_what_fires_is_what_is_expected_or_not(alerts, seen, wrong):
    assert len(failures(alerts, seen)) == wrong


def test_a_label_nobody_has_is_named():
    (failure,) = failures({"A": (expect("1m..2m", labels={"modle": "x"}),)}, [instance(None, None, m="x")])
    assert "modle" in failure.actual and 'A{m="x"}' in failure.actual


def texts(text, at=1):
    return {AlertQuestion("A", at * MINUTE): (Firing({"alertname": "A", "m": "x"}, {"summary": text}),)}


@pytest.mark.parametrize(
    ("wanted", "found", "wrong"),
    [
        ("slow", "slow", 0),
        ("slow", "slow!", 1),
        ("… slow …", "m is slow again", 0),
        ("… slow …", "m is fast again", 1),
        ("a (b) …", "a (b) c\nd", 0),
        ("slow", "<error expanding template A>", 2),
    ],
)
def test_annotations_are_compared_when_it_first_fires(wanted, found, wrong):
    alerts = {"A": (expect("1m..2m", labels={"m": "x"}, annotations={"summary": wanted}),)}
    assert len(failures(alerts, [instance(1, 2, m="x")], texts(found))) == wrong


def test_an_annotation_that_is_not_there_is_a_failure():
    alerts = {"A": (expect("1m..2m", annotations={"runbook_url": "…"}),)}
    (failure,) = failures(alerts, [instance(1, 2, m="x")], texts("x"))
    assert failure.actual == "no such annotation"


def test_annotations_are_asked_for_wherever_the_slack_lets_it_begin():
    asked = texts_to_ask({"A": (expect("3m..", within="1m"),), "B": "silent", "C": (expect("1m..1m"),)}, CLOCK)
    assert asked == (*(AlertQuestion("A", at * MINUTE) for at in (2, 3, 4)), AlertQuestion("C", MINUTE))
