"""Recordings as promtool reads them: on a grid, no sample before it was there; and files that are none."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashgen.errors import InputError, Location
from dashgen.testing.clock import Clock
from dashgen.testing.promtool.ask import Play, Question, ask
from dashgen.testing.promtool.find import find
from dashgen.testing.recording.encode import encode
from dashgen.testing.recording.model import MISSING, STALE, Group
from dashgen.testing.recording.replay import read, recording_series, series
from tests.testing.recording.test_format import UP, WHOLE, groups, recording, regular

HERE = Location("rules/A/a.yaml", 4, 16)


def played(times, row, clock):
    return series(recording(Group(tuple(times), {UP: tuple(row)})), clock).get(UP, "")


@pytest.mark.parametrize(
    ("times", "row", "expected"),
    [
        ([0, 15_000, 30_000], [1.0, 2.0, 3.0], "1 2 3"),
        ([1, 15_000, 30_001], [1.0, 1.0, 1.0], "_ 1 _ 1"),  # two in one place; the last stays
        ([1, 15_000, 30_001], [1.0, 2.0, 3.0], "_ 2 _ 3"),
        ([0, 15_000, 60_000], [1.0, 1.0, 1.0], "1x1 _x2 1"),
        ([0, 15_000, 30_000], [1.0, STALE, 1.0], "1 stale 1"),
        ([0, 14_999, 15_000], [1.0, STALE, 2.0], "1 2"),
        ([0, 15_000, 30_000], [1.0, MISSING, 1.0], "1 _ 1"),
        ([0, 15_000, 30_000], [math.nan, math.nan, -math.inf], "NaN NaN -Inf"),
        ([0, 15_000, 30_000, 45_000], [STALE, STALE, 0.5, 0.5], "stale stale 0.5x1"),
        ([0, 15_000], [STALE, MISSING], ""),
        ([-5, 15_000], [1.0, 2.0], "_ 2"),
        ([0, 60_000, 60_001, 75_000], [1.0, 2.0, 3.0, 4.0], "1 _x3 2"),
    ],
)
def test_samples_stand_where_they_were_known(times, row, expected):
    assert played(times, row, Clock(15_000, 60_000, 60_000)) == expected


def test_the_grid_of_the_clock_is_what_counts():
    group = Group(regular(3), {UP: (1.0, 2.0, 3.0)})
    assert series(recording(group), Clock(5_000, 60_000, 60_000)) == {UP: "1 _x2 2 _x2 3"}
    # A hundredth shorter than the scrape interval: each sample has a place, and now and then there is none.
    long = Group(regular(201), {UP: (1.0,) * 201})
    clock = Clock.of(timedelta(seconds=15), timedelta(minutes=1), timedelta(hours=1))
    assert series(recording(long), clock) == {UP: "1 _ 1x98 _ 1x98 _ 1x1"}


@settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
@given(groups(), st.sampled_from([1000, 777, 14_850]))
def test_promtool_reads_whatever_was_recorded(group, scrape):
    """Each series, by its own labels, and the last value of each."""
    clock = Clock(scrape, scrape * 70, scrape * 70)
    kept = Group(tuple(time for time in group.times if time >= 0 and time <= clock.until), group.series)
    found = series(
        recording(Group(kept.times, {name: row[: len(kept.times)] for name, row in kept.series.items()})), clock
    )
    if found:
        questions = tuple(Question(f"count(last_over_time({name}[10y]))", clock.until) for name in found)
        for samples in ask(find(), Play((), found, clock, questions)).samples:
            assert not isinstance(samples, str), samples


def test_a_file_that_a_scenario_names(tmp_path):
    path = tmp_path / "a.series"
    path.write_text(WHOLE)
    clock = Clock(15_000, 60_000, 60_000)
    assert recording_series(path, clock, HERE) == {UP: "11 12 13 14 15"}
    path.write_text(WHOLE.replace("=11 1x4", "=7 .x4"))
    assert recording_series(path, clock, HERE) == {UP: "7x4"}


def problem(call, *arguments):
    with pytest.raises(InputError) as caught:
        call(*arguments)
    return str(caught.value)


def test_files_that_are_none(tmp_path):
    path = tmp_path / "a.series"
    clock = Clock(15_000, 60_000, 60_000)
    assert problem(recording_series, path, clock, HERE).startswith(f"rules/A/a.yaml:4:16: {path}: no such file")
    assert problem(read, path).startswith(f"{path}: no such file")
    assert problem(read, tmp_path).startswith(f"{tmp_path}: no such file")
    path.write_bytes(b"dashgen-series 1\nspec \xff\n")
    assert problem(read, path).startswith(f"{path}:2:1: a byte that is not UTF-8")
    path.write_text("name: chat\n")
    assert problem(recording_series, path, clock, HERE).startswith(f'{path}:1:1: "name: chat"')
    path.write_bytes(b"")
    assert problem(read, path).startswith(f"{path}:1:1: an empty line")


def test_files_that_are_too_large(tmp_path, monkeypatch):
    path = tmp_path / "a.series"
    path.write_text(WHOLE)
    monkeypatch.setattr("dashgen.testing.recording.replay.MAX_BYTES", 10)
    assert "larger than 0 MiB" in problem(read, path)


def test_an_hour_of_a_service_is_small():
    """500 series at 15 s: counters that mostly grow, buckets that mostly rest, gauges."""
    rows = {}
    for n in range(500):
        moving = [float(k * (n % 11) + (k * k * n) % 7) for k in range(240)]
        row = sorted(moving) if n % 5 else [round(value % 1.7, 3) for value in moving]
        labels = f'instance="10.0.0.{n % 3}:8000",job="chat-api",le="{n}",model="claude-sonnet-4-6",route="cloud"'
        rows[f"llm_time_to_first_token_milliseconds_bucket{{{labels}}}"] = tuple(1e6 + value for value in row)
    assert len(encode(recording(Group(regular(240), rows)))) < 500_000
