"""From samples with times of their own to groups of scrapes: gaps, and the moment a series went stale."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashgen.testing.promtool.output import parse_labels
from dashgen.testing.recording.api import Api
from dashgen.testing.recording.arrange import groups, selector
from dashgen.testing.recording.capture import Span, capture
from dashgen.testing.recording.model import MISSING, STALE
from dashgen.testing.recording.needs import Need
from dashgen.testing.recording.track import Track

ZERO = 1_788_000_000_000
LOOKBACK = 300_000
UP = (("__name__", "up"), ("instance", "i"), ("job", "a"))
METRIC = (("__name__", "m"), ("instance", "i"), ("job", "a"))
NOW = timedelta()
_ = MISSING


class Store(Api):
    """Series as a Prometheus holds them, stale markers (None) included; only plain selectors of one name."""

    def __init__(self, series):
        self.series, self.asked = series, []

    def _of(self, name):
        return [(labels, samples) for labels, samples in self.series.items() if dict(labels)["__name__"] == name]

    def raw(self, name, start, end):
        for labels, samples in self._of(name):
            found = [(at, value) for at, value in samples.items() if start < at <= end and value is not None]
            if found:
                yield labels, found

    def points(self, name, start, end, step):
        self.asked.append((name, start, end))
        for labels, samples in self._of(name):
            shown = []
            for at in range(start, end + 1, step):
                last = max((time for time in samples if time <= at), default=None)
                if last is not None and samples[last] is not None and at - last < LOOKBACK:
                    shown.append((at, samples[last]))
            if shown:
                yield labels, shown


def captured(series, minutes=20):
    """(groups, the store) of that many minutes; times in the series are seconds."""
    store = Store(
        {
            labels: {ZERO + round(at * 1000): value for at, value in samples.items()}
            for labels, samples in series.items()
        }
    )
    start = datetime.fromtimestamp(ZERO / 1000, UTC)
    span = Span(start, start + timedelta(minutes=minutes), NOW)
    names = sorted({dict(labels)["__name__"] for labels in series})
    wanted = [Need(name, (), ((NOW, timedelta(minutes=1)),)) for name in names]
    found = capture(store, wanted, span, frozenset({"recorded"}), 15_000)
    return groups(found.tracks, ZERO, found.interval), store


def every(step, count, *, first=0.0, value=1.0):
    return {first + n * step: value for n in range(count)}


def test_series_without_gaps_are_asked_for_once():
    found, store = captured({UP: every(15, 81, first=3.2)})
    assert store.asked == []
    assert found[0].series == {selector(UP): (1.0,) * 80}
    assert found[0].times[:2] == (3_200, 18_200)


@pytest.mark.parametrize("marker", [18.2, None])
def test_a_series_that_ends(marker):
    """Between two scrapes nobody knows where the marker is but its target: the scrape that lacked the series."""
    gone = {3.2: 5.0, **({marker: None} if marker else {})}
    found, _store = captured({UP: every(15, 80, first=3.2), METRIC: gone})
    assert found[0].series[selector(METRIC)] == ((5.0, STALE) if marker else (5.0,))


def test_a_series_that_comes_back_after_one_scrape():
    samples = {3.2: 5.0, 18.2: None, 33.2: 6.0} | every(15, 77, first=48.2, value=6.0)
    found, _store = captured({UP: every(15, 80, first=3.2), METRIC: samples})
    assert found[0].series[selector(METRIC)][:4] == (5.0, STALE, 6.0, 6.0)


def test_a_gap_is_no_end():
    """Prometheus was away: no markers, so the last value is shown for five minutes."""
    samples = every(15, 10, first=3.2) | every(15, 60, first=303.2)
    found, _store = captured({UP: samples, METRIC: samples})
    (group,) = found
    assert STALE not in group.series[selector(METRIC)]
    assert group.times[9:11] == (138_200, 303_200)


def test_a_target_that_fails_goes_stale_when_it_was_not_answered():
    """Nothing of the target tells when: a scrape after the last sample."""
    samples = every(15, 10, first=3.2) | {153.2: None} | every(15, 60, first=303.2)
    (group,), _store = captured({METRIC: samples})
    row = group.series[selector(METRIC)]
    assert row[9:12] == (1.0, STALE, 1.0)
    assert group.times[10] == 153_200


def test_each_series_has_its_own_pace():
    slow = (("__name__", "slow"), ("instance", "j"), ("job", "b"))
    found, store = captured({UP: every(15, 80, first=3.2), slow: every(60, 20, first=7)})
    assert store.asked == []
    assert [len(group.times) for group in found] == [80, 20]


def test_scrapes_of_one_target_share_their_times_and_others_do_not():
    twin = (*METRIC, ("replica", "b"))
    alone = (("__name__", "z"), ("job", "b"))
    found, _store = captured(
        {UP: every(15, 80), METRIC: every(15, 80), twin: every(15, 80, first=7), alone: every(15, 80)}
    )
    together = [sorted(group.series) for group in found]
    assert sorted(together) == sorted([[selector(METRIC), selector(UP)], [selector(twin)], [selector(alone)]])
    assert together[-1] == [selector(alone)]


def test_what_rules_record_is_left_out():
    recorded = (("__name__", "recorded"), ("job", "a"))
    alerts = (("__name__", "ALERTS"), ("job", "a"))
    found, _store = captured({recorded: every(15, 80), alerts: every(15, 80), UP: every(15, 80)})
    assert [*found[0].series] == [selector(UP)]


@given(st.sets(st.integers(0, 79), min_size=4), st.sets(st.integers(0, 79)))
def test_what_a_query_shows_is_what_the_recording_says(there, marked):
    """At every scrape: the last sample, unless a marker or five minutes are behind it."""
    samples = {3.2 + 15 * n: float(n) for n in there}
    last = None
    for n in range(80):
        # Only where the series was there before: Prometheus marks what it lost.
        if n in marked and n not in there and last is not None and n - last == 1:
            samples[3.2 + 15 * n] = None
        last = n if n in there else last
    found, store = captured({UP: every(15, 80, first=3.2), METRIC: samples})
    (group,) = found
    row = group.series[selector(METRIC)]
    shown = {
        at: value
        for _labels, points in store.points("m", ZERO + 3_200, ZERO + 1_188_200, 15_000)
        for at, value in points
    }
    value, since = None, 0
    for time, cell in zip(group.times, (*row, *[MISSING] * 80), strict=False):
        if cell is not MISSING:
            value, since = (None if cell is STALE else cell), time
        assert shown.get(ZERO + time) == (value if time - since < LOOKBACK else None)


@given(
    st.dictionaries(st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_]*", fullmatch=True), st.text(), max_size=3),
    st.text(max_size=5),
)
def test_selectors_read_back(labels, name):
    labels = {key: value.encode("utf-8", "replace").decode() for key, value in labels.items()} | (
        {"__name__": name.encode("utf-8", "replace").decode()} if name else {}
    )
    text = selector(tuple(sorted(labels.items())))
    assert text.isprintable()
    assert parse_labels(text)[0] == labels


def test_a_track_knows_its_interval():
    assert Track(dict.fromkeys([0, 15_000, 30_000, 90_000], 1.0)).interval() == 15_000
    assert Track(dict.fromkeys([0, 15_000], 1.0)).interval() == 0
