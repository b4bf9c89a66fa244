"""What has to be captured: raw selectors through any number of records, and when each is read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashgen.assemble import assemble
from dashgen.model import Alert, Bundle, PanelRef, RecordingRule, RuleGroup
from dashgen.testing.recording.capture import Span
from dashgen.testing.recording.needs import WEEK, needs
from dashgen.testing.recording.windows import shift, stretches, union, within
from dashgen.testing.subject import Subject
from tests.specs import chat, spec, variety

M, H = timedelta(minutes=1), timedelta(hours=1)
NOW = timedelta()


def subject(*rules):
    group = RuleGroup("g", tuple(RecordingRule(name, expr) if isinstance(name, str) else name for name, expr in rules))
    return Subject(spec(), Bundle("t", (), (group,)))


def windows(*rules):
    return {need.selector: need.windows for need in needs(subject(*rules)).series}


def alert(expr, wait=NOW, keep=NOW):
    return Alert("A", expr, "page", "s", "d", PanelRef("a", "b"), wait=wait, keep_firing_for=keep), ""


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([("r", "rate(a[10m])")], {"a": ((NOW, 10 * M),)}),
        ([("r", "a offset 1h")], {"a": ((H, H + 5 * M),)}),
        ([("r", 'rate(a{x="y"}[10m]) + a{x="y",z=~".*"}')], {'a{x="y"}': ((NOW, 10 * M),)}),
        ([("r", 'a + a{x="y"} offset 1w')], {"a": ((NOW, 5 * M), (WEEK, WEEK + 5 * M))}),
        ([("r", "rate(a[10m])"), ("s", "r offset 1h")], {"a": ((NOW, 10 * M), (H, H + 15 * M))}),
        (
            [("r", "a"), ("s", "r offset 1h"), ("t", "s offset 1h")],
            {"a": ((NOW, 5 * M), (H, H + 10 * M), (2 * H, 2 * H + 15 * M))},
        ),
        ([("r", "a"), ("r", "b")], {"a": ((NOW, 5 * M),), "b": ((NOW, 5 * M),)}),
        ([("r", "r or a")], {"a": ((NOW, 10 * M),)}),
        ([("r", "max_over_time(a[1h:1m] offset 1h)")], {"a": ((H, 2 * H + 5 * M),)}),
        ([("r", 'ALERTS{a="b"} or ALERTS_FOR_STATE or a')], {"a": ((NOW, 5 * M),)}),
        ([alert("a > 1", 10 * M, 3 * M)], {"a": ((NOW, 18 * M),)}),
        ([("r", '{__name__=~"a|b",job="x"}')], {'{__name__=~"a|b",job="x"}': ((NOW, 5 * M),)}),
        ([("r", 'a{m="$x\\"\\\\"}')], {'a{m="\\x24x\\"\\\\"}': ((NOW, 5 * M),)}),
    ],
)
def test_windows(rules, expected):
    assert windows(*rules) == expected


def test_records_in_a_circle_are_followed_once():
    assert windows(("r", "s or a"), ("s", "r or b")).keys() == {"a", "b"}


@pytest.mark.parametrize("name", variety())
def test_every_spec_needs_raw_series_only(name):
    found = Subject(variety()[name], assemble(variety()[name]))
    wanted = needs(found)
    assert wanted.series
    names = {need.selector.partition("{")[0] for need in wanted.series}
    assert not names & (found.records.keys() | {"ALERTS", ""})
    assert len({need.selector for need in wanted.series}) == len(wanted.series)
    assert {
        reader.name for reader in wanted.readers
    } == found.records.keys() | found.alerts.keys() | found.queries.keys()
    # A week is another matter: who compares with it is named.
    assert all(reader.far <= wanted.furthest(WEEK) for reader in wanted.readers if reader.far < WEEK)


def test_who_looks_back_further_than_what_is_recorded_is_named():
    wanted = needs(Subject(chat(), assemble(chat())))
    assert wanted.furthest(WEEK) == 24 * H + 36 * M
    beyond = [reader.name for reader in wanted.beyond(wanted.furthest(WEEK))]
    assert "LLMCostPerRequestDoubled" in beyond and "cost/spend-month/month" in beyond
    assert "LLMTimeToFirstTokenHigh" not in beyond
    assert [reader.far for reader in wanted.beyond(NOW)] == sorted(
        (reader.far for reader in wanted.readers if reader.far > NOW), reverse=True
    )


def test_only_windows_that_are_read_are_captured():
    span = Span(datetime(2026, 9, 8, 12, 20, tzinfo=UTC), datetime(2026, 9, 8, 13, 20, tzinfo=UTC), WEEK + 2 * H)
    (need,) = needs(subject(("r", "rate(a[10m]) / rate(a[10m] offset 1w)"))).series

    def ms(*moment):
        return round(datetime(2026, 9, *moment, tzinfo=UTC).timestamp() * 1000)

    assert span.stretches(need) == [(ms(1, 12, 10), ms(1, 13, 20)), (ms(8, 12, 10), ms(8, 13, 20))]
    assert replace(span, warm_up=H).stretches(need) == [(ms(8, 12, 10), ms(8, 13, 20))]
    assert span.zero == datetime(2026, 9, 1, 10, tzinfo=UTC)
    assert span.pieces([need]) == 4


lengths = st.integers(0, 50).map(lambda n: timedelta(minutes=n))
pairs = st.lists(st.tuples(lengths, lengths).map(sorted).map(tuple), max_size=5)


def minutes(some):
    return {n / 2 for near, far in some for n in range(2 * (near // M), 2 * (far // M) + 1)}


@given(pairs, pairs, lengths, lengths)
def test_windows_are_sets_of_moments(some, others, most, length):
    joined = union(some, others)
    assert minutes(joined) == minutes(some) | minutes(others)
    assert all(one[1] < other[0] for one, other in pairwise(joined))
    assert minutes(within(joined, most)) == {n for n in minutes(joined) if n <= most // M}
    assert minutes(shift(joined, most, most)) == {n + most // M for n in minutes(joined)}
    every = {n / 2 for n in range(2 * (length // M) + 1)}
    assert minutes(stretches(joined, length)) == {n + m for n in minutes(joined) for m in every}
