"""Who is told what and when, compared with what a running Alertmanager sends."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dashgen.assemble import assemble
from dashgen.emit.matchers import matcher
from dashgen.emit.targets import alertmanager
from dashgen.errors import Location
from dashgen.testing.clock import Clock
from dashgen.testing.judge.timeline import Instance
from dashgen.testing.notifications.configuration import Configuration, Matcher
from dashgen.testing.notifications.judge import judge
from dashgen.testing.notifications.send import Sent, notifications
from dashgen.testing.results import Stretch, Timeline
from dashgen.testing.scenario.model import Notification
from tests.alertmanager import binary
from tests.emit.test_alertmanager import every_alert
from tests.specs import spec, variety
from tests.testing.alertmanager_stories import told

CHAT = variety()["chat"]
BUNDLE = every_alert(CHAT)
CONFIGURATION = Configuration.read(BUNDLE, CHAT)
MINUTE = 60_000
END = 12
CLOCK = Clock(14850, MINUTE // 2, END * MINUTE)


def fires(alert, *stretches, severity="page", **labels):
    """An instance; stretches are (first, last) evaluation in minutes."""
    firing = tuple(Stretch(round(first * MINUTE), round(last * MINUTE)) for first, last in stretches)
    return Instance(alert, {"llm_service": "chat", "severity": severity, **labels}, Timeline((), firing))


def sent(*seen, clock=CLOCK, configuration=CONFIGURATION):
    """(minute, severity, alert, models) of each message."""
    return [
        (each.at / MINUTE, each.severity, each.alert, [labels.get("model", "") for labels in each.instances])
        for each in notifications(configuration, seen, clock)
    ]


def queued(*stretches, model="m", **labels):
    return fires("LLMRequestsQueued", *stretches, model=model, route="local", **labels)


def slow(*stretches, model="m", **labels):
    return fires("LLMTimeToFirstTokenHigh", *stretches, model=model, route="local", **labels)


def missing(*stretches, model="m"):
    return fires("LLMTelemetryMissing", *stretches, severity="ticket", llm_exporter="vllm", model=model)


# What happens is never nearer to a flush than half a minute, which is half a second of the running Alertmanager.
STORIES = {
    "a queue explains slowness, until it ends": (
        [queued((0, 3)), slow((0, END))],
        [(0.5, "page", "LLMRequestsQueued", ["m"]), (5.5, "page", "LLMTimeToFirstTokenHigh", ["m"])],
    ),
    "slowness that was told before its cause": (
        [slow((0, END)), queued((2, END))],
        [(0.5, "page", "LLMTimeToFirstTokenHigh", ["m"]), (2.5, "page", "LLMRequestsQueued", ["m"])],
    ),
    "a queue explains nothing of another model": (
        [queued((0, END)), slow((0, END), model="n")],
        [(0.5, "page", "LLMRequestsQueued", ["m"]), (0.5, "page", "LLMTimeToFirstTokenHigh", ["n"])],
    ),
    "twenty models at once": (
        [fires("LLMErrorRateHigh", (0, END), model=f"m{n:02}", route="cloud") for n in range(20)],
        [(0.5, "page", "LLMErrorRateHigh", [f"m{n:02}" for n in range(20)])],
    ),
    "a model that joins late": (
        [queued((0, END)), queued((2, END), model="n")],
        [(0.5, "page", "LLMRequestsQueued", ["m"]), (5.5, "page", "LLMRequestsQueued", ["n"])],
    ),
    "the queue of a model without a replica explains missing telemetry": (
        [queued((1, END)), missing((0, END)), missing((0, END), model="n")],
        [(1.5, "page", "LLMRequestsQueued", ["m"]), (5, "ticket", "LLMTelemetryMissing", ["n"])],
    ),
    "a target that is down explains missing telemetry, and is not ours to tell": (
        [
            fires("TargetDown", (0, END), severity="warning", llm_service="", job="vllm-qwen-coder", namespace="llm"),
            missing((0, END)),
        ],
        [],
    ),
    "a ticket that is over before it is written": ([missing((0, 3))], []),
    "two clusters": (
        [queued((0, END), cluster="eu"), queued((0, END), cluster="us")],
        [(0.5, "page", "LLMRequestsQueued", ["m"])] * 2,
    ),
    "gone and back between two flushes": (
        [queued((0, 1), (3, END))],
        [(0.5, "page", "LLMRequestsQueued", ["m"])],
    ),
    "told as resolved, then back": (
        [queued((0, END)), queued((0, 2), (7, END), model="n")],
        [(0.5, "page", "LLMRequestsQueued", ["m", "n"]), (10.5, "page", "LLMRequestsQueued", ["n"])],
    ),
    "resolved while inhibited, so never said to be resolved, and no news when it is back": (
        [slow((0, 2), (7, END)), queued((1, 6))],
        [(0.5, "page", "LLMTimeToFirstTokenHigh", ["m"]), (1.5, "page", "LLMRequestsQueued", ["m"])],
    ),
}


@pytest.mark.parametrize("story", STORIES)
def test_people_are_told(story):
    seen, wanted = STORIES[story]
    assert sent(*seen) == wanted


def test_a_running_alertmanager_tells_the_same(tmp_path):
    """Every story at once, each with an Alertmanager of its own."""
    binary("prometheus-alertmanager", "alertmanager")
    (text,) = alertmanager.render(BUNDLE, CHAT).values()
    document = yaml.safe_load(text)

    def real(number):
        seen, _ = list(STORIES.values())[number]
        return told(document, seen, CLOCK, tmp_path / str(number))

    with ThreadPoolExecutor(len(STORIES)) as pool:
        found = dict(zip(STORIES, pool.map(real, range(len(STORIES))), strict=True))
    for story, (seen, _) in STORIES.items():
        ours = [
            (each.at, f"chat-{each.severity}", each.alert, sorted(map(_filled, each.instances), key=str))
            for each in notifications(CONFIGURATION, seen, CLOCK)
        ]
        # Messages of one moment come in any order.
        theirs = sorted(found[story], key=lambda message: (round(message[0] / MINUTE), message[1:3], str(message[3])))
        assert [message[1:] for message in theirs] == [message[1:] for message in ours], story
        late = [real_at[0] - our_at[0] for real_at, our_at in zip(theirs, ours, strict=True)]
        assert all(-MINUTE / 4 < each < MINUTE for each in late), (story, late)


def _filled(labels):
    """Alertmanager drops empty labels."""
    return {name: value for name, value in labels.items() if value}


def test_a_page_that_goes_on_is_repeated_when_more_than_the_interval_has_passed():
    five_hours = Clock(14850, MINUTE // 2, 300 * MINUTE)
    found = notifications(CONFIGURATION, [queued((0, 300))], five_hours)
    assert [(each.at / MINUTE, each.again) for each in found] == [(0.5, False), (245.5, True)]


def test_what_happens_at_the_moment_of_a_flush_comes_before_it():
    assert sent(queued((0, 0))) == []
    assert sent(queued((0, END)), queued((0.5, END), model="n"))[0][-1] == ["m", "n"]
    assert [alert for _, _, alert, _ in sent(slow((0, END)), queued((0.5, END)))] == ["LLMRequestsQueued"]


def test_an_alert_that_was_over_is_a_new_page_with_a_wait_of_its_own():
    found = sent(queued((0, 1), (8, END)))
    assert [minute for minute, *_ in found] == [0.5, 8.5]


def test_nothing_is_sent_after_the_end():
    """Evaluated every two minutes, it would still fire when its group is sent."""
    assert sent(queued((END, END)), clock=Clock(14850, 2 * MINUTE, END * MINUTE)) == []


def test_a_scenario_of_nothing_tells_nobody():
    assert sent() == []


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(value=TEXT, other=TEXT)
def test_matchers_are_read_as_they_are_written(value, other):
    equal, different = (Matcher.parse(matcher("job", operator, value)) for operator in ("=", "!="))
    assert equal.matches({"job": value})
    assert not different.matches({"job": value})
    assert equal.matches({"job": other}) == (value == other)
    assert equal.matches({}) == (value == "")


@pytest.mark.parametrize("text", ["job", 'job="a', "job=a", '{job="a"}', 'job="a"b"'])
def test_what_is_no_matcher_is_not_taken_for_one(text):
    with pytest.raises(ValueError, match="no matcher"):
        Matcher.parse(text)


def test_a_regular_expression_matches_all_of_a_value():
    names = Matcher.parse('alertname=~"A|B"')
    assert [names.matches({"alertname": name}) for name in ("A", "B", "AB", "A\n", "")] == [True, True, *[False] * 3]


def test_the_configurations_of_all_specs_are_understood():
    for made in variety().values():
        read = Configuration.read(assemble(made), made)
        assert sorted(read.severities.values()) == ["page", "ticket"]


def test_times_are_those_of_the_emitted_file():
    """A slower evaluation makes pages wait longer for what explains them."""
    slower = spec(name="chat", prometheus={"evaluation_interval": "1m"})
    read = Configuration.read(assemble(slower), slower)
    clock = Clock(14850, MINUTE, END * MINUTE)
    assert sent(queued((0, END)), clock=clock, configuration=read)[0][0] == 1


def test_alerts_that_match_both_sides_of_a_rule_leave_each_other_be():
    rule = replace(CONFIGURATION.inhibitions[0], target=CONFIGURATION.inhibitions[0].source)
    labels = {**queued().labels, "alertname": "LLMRequestsQueued"}
    assert not rule.mutes(labels, [labels, {**labels, "alertname": "LLMErrorRateHigh"}])


WHERE = Location("rules/story.yaml", 7, 3)


def message(at, alert, *models):
    labels = tuple({"alertname": alert, "model": model} for model in models)
    return Sent(round(at * MINUTE), "page", alert, labels, labels)


def wanted(alert, *models, at=None, severity="page"):
    when = None if at is None else timedelta(minutes=at)
    return Notification(severity=severity, alert=alert, models=models, at=when)


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ([], []),
        ([wanted("A")], [message(1, "A", "m")]),
        ([wanted("A", "n", "m", at=1)], [message(1, "A", "m", "n")]),
        ([wanted("B"), wanted("A")], [message(1, "A"), message(1, "B")]),
        ([wanted("A"), wanted("A", "m")], [message(1, "A", "m"), message(1, "A", "n")]),
        ([wanted("C"), wanted("B"), wanted("A")], [message(1, "C"), message(2, "A"), message(2, "B")]),
    ],
)
def test_messages_that_are_expected_are_no_failure(expected, found):
    assert list(judge(expected, found, WHERE)) == []


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ([], [message(1, "A")]),
        ([wanted("A")], []),
        ([wanted("A")], [message(1, "A"), message(2, "A")]),
        ([wanted("A", at=2)], [message(1, "A")]),
        ([wanted("A", "m")], [message(1, "A", "m", "n")]),
        ([wanted("A", severity="ticket")], [message(1, "A")]),
        ([wanted("B"), wanted("A")], [message(1, "A"), message(2, "B")]),
        ([wanted("A"), wanted("A", "m")], [message(1, "A", "n"), message(1, "A", "n")]),
    ],
)
def test_messages_that_are_not_expected_are_one_failure(expected, found):
    (failure,) = judge(expected, found, WHERE)
    assert (failure.kind, failure.where) == ("notification", WHERE)
    assert not all(legend.holds for legend in failure.legends)


def test_a_failure_shows_both_lists_side_by_side():
    expected = [wanted("A", at=1), wanted("B", "m"), wanted("C")]
    found = [message(1, "A", "m"), message(2, "C"), replace(message(300, "C"), again=True)]
    (failure,) = judge(expected, found, WHERE)
    assert failure.expected == "1m page A\nany time page B of m\nany time page C"
    assert failure.actual == "1m page A of m\n2m page C\n5h page C, again"
    assert [(each.expected, each.actual, each.holds) for each in failure.legends] == [
        ("1m page A", "1m page A of m", True),
        ("any time page B of m", "", False),
        ("any time page C", "2m page C", True),
        ("", "5h page C, again", False),
    ]


def test_messages_too_many_do_not_hide_the_one_that_is_expected():
    (failure,) = judge([wanted("A")], [message(1, "B"), message(2, "A")], WHERE)
    assert [(each.actual, each.holds) for each in failure.legends] == [("1m page B", False), ("2m page A", True)]
