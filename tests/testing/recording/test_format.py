"""Recordings as text: what is written reads back the same; damage is shown where it is."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashgen.errors import InputError
from dashgen.testing.recording.arrange import selector
from dashgen.testing.recording.decode import decode
from dashgen.testing.recording.encode import encode
from dashgen.testing.recording.model import MISSING, STALE, Group, Recording

ZERO = datetime(2026, 9, 1, 10, 55, tzinfo=UTC)
UP = 'up{job="a"}'


def recording(*groups: Group, **fields) -> Recording:
    given = {"spec": "chat", "start": ZERO, "warm_up": timedelta(minutes=65), "length": timedelta(hours=2)}
    return Recording(**given | {"scrape": timedelta(seconds=15), "groups": groups} | fields)


def regular(count: int, step: int = 15_000) -> tuple[int, ...]:
    return tuple(range(0, count * step, step))


def row_text(*row) -> str:
    """The lines of values of one series."""
    return "\n".join(encode(recording(Group(regular(len(row)), {UP: row}))).split(UP + "\n")[1].split("\n")[:-1])


def test_a_whole_file():
    counter = (1020.0, 1020.0, 1020.0, 1020.0, 1022.0, 1023.0, MISSING, MISSING, 1047.0, STALE, MISSING, 0.0)
    made = recording(
        Group((0, 15_000, 30_001, *range(45_001, 180_000, 15_000)), {UP: counter, 'c{job="a"}': (0.1, 0.3)}),
        Group((7, 1007), {'up{job="b"}': (1.0,)}),
        private={"end_user": "hash", "client_ip": "drop"},
        partial=True,
    )
    text = encode(made)
    assert text == (
        "dashgen-series 1\n"
        "spec chat\n"
        "zero 2026-09-01T10:55:00.000Z\n"
        "warm-up 65m\n"
        "length 2h\n"
        "scrape 15s\n"
        "private client_ip drop\n"
        "private end_user hash\n"
        "partial\n"
        "\n"
        "times 0 +15000 +15001 +15000x9\n"
        'c{job="a"}\n'
        "  =0.1 0.2\n"
        'up{job="a"}\n'
        "  =1020 .x3 2 1 _x2 24 ~ _ =0\n"
        "\n"
        "times 7 +1000\n"
        'up{job="b"}\n'
        "  =1\n"
    )
    assert decode(text, "f.series") == made


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ((1e6, 1e6 + 5, 1e6 + 10), "  =1000000 5x2"),
        ((1234567.0, 1234560.0, 3.0), "  =1234567 =1234560 =3"),
        ((5.0, 4.0, 6.0), "  =5 =4 =6"),
        ((-1.0, -2.0, math.inf, -math.inf), "  =-1 =-2 =Inf =-Inf"),
        ((123.456, 123.457), "  =123.456 0.001"),
        ((12345.6789, 12345.679), "  =12345.6789 0.0001"),
        ((1e-300, 1e300), "  =1e-300 =1e+300"),
        ((1e22, 1e22 + 4e6), "  =1e+22 4e+6"),
        ((0.0,) * 200, "  0x200"),
        (tuple(float(n * n) for n in range(3)), "  =0 1 3"),
        ((*map(float, range(12)), 0.0, 1.0), "  =0 1x11 =0 1"),
    ],
)
def test_values_are_short_and_readable(row, expected):
    assert row_text(*row) == expected.replace("0x200", "=0 .x199")


def test_a_change_in_one_place_changes_one_line():
    row = [float(n * (n % 7 + 1)) for n in range(240)]
    before = row_text(*row).split("\n")
    row[130] += 1000
    after = row_text(*row).split("\n")
    assert len(before) == len(after) == 4
    assert [n for n, (old, new) in enumerate(zip(before, after, strict=True)) if old != new] == [2]


labels = st.dictionaries(st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_]{0,5}", fullmatch=True), st.text(), max_size=3)
cells = st.one_of(
    st.sampled_from([MISSING, STALE, 0.0, 1.0, math.inf, -math.inf]),
    st.floats(allow_nan=False),
    st.integers(-(10**17), 10**17).map(float),
    st.integers(0, 1000).map(float),
    st.decimals(0, 1000, places=4, allow_nan=False).map(float),
)


@st.composite
def groups(draw):
    times = tuple(sorted(draw(st.sets(st.integers(-1000, 10**8), min_size=1, max_size=70))))
    rows = draw(
        st.dictionaries(
            labels.map(lambda found: selector(tuple(sorted({**found, "__name__": "m"}.items())))),
            st.lists(cells, min_size=1, max_size=len(times)).map(tuple),
            max_size=3,
        )
    )
    return Group(times, rows)


@settings(deadline=None)
@given(groups())
def test_what_is_written_reads_back(group):
    made = recording(group)
    text = encode(made)
    assert decode(text, "f.series") == made
    assert encode(decode(text, "f.series")) == text
    assert all(line == line.rstrip() and line.isprintable() for line in text.split("\n"))


def test_not_a_number_reads_back():
    text = encode(recording(Group(regular(4), {UP: (1.0, math.nan, math.nan, 1.0)})))
    assert "  =1 =NaNx2 =1\n" in text
    row = decode(text, "f").groups[0].series[UP]
    assert isinstance(row[1], float) and math.isnan(row[1]) and row[3] == 1.0


WHOLE = encode(recording(Group(regular(5), {UP: (11.0, 12.0, 13.0, 14.0, 15.0)})))


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ("dashgen-series 1", "dashgen-series 2", "1:1", "read it with the dashgen that wrote it"),
        ("dashgen-series 1", "name: chat", "1:1", "name a file that `dashgen record` wrote"),
        ("1x4\n", "1x4", "10:1", "breaks off"),
        ("spec chat\n", "", "6:1", "the header ends without spec"),
        ("scrape 15s", "scrape 15", "6:1", '"scrape 15"'),
        ("scrape 15s", "scrape 99999w", "6:1", "a line of the header"),
        ("scrape 15s", "scrape 15s\nscrape 15s", "7:1", "a line of the header"),
        ("scrape 15s", "scrape 15s\nprivate user tell", "7:1", "a line of the header"),
        ("2026-09-01T", "2026-19-01T", "3:1", "a line of the header"),
        ("times 0", "time 0", "8:1", "a group"),
        ("times 0", "times x", "8:7", "the first time"),
        ("+15000x4", "+0x4", "8:9", "a step"),
        ("+15000x4", "+15000x0", "8:9", "a step"),
        ("+15000x4", "15000", "8:9", "a step"),
        ("+15000x4", "+1x99999999", "8:9", "at most 5,000,000 times"),
        ('up{job="a"}', 'up{job="a"', "9:1", "a series"),
        ('up{job="a"}', "up", "9:1", "a series"),
        ('up{job="a"}', 'up{job="a"}\n  =1\nup{job="a"}', "11:1", "each series once"),
        ("1x4", "1x5", "10:7", "at most 5 values"),
        ("1x4", "1x999999999", "10:7", "at most 5 values"),
        ("1x4", "1 oops", "10:9", '"oops"'),
        ("1x4", "+1", "10:7", '"+1"'),
        ("1x4", "2x0", "10:7", '"2x0"'),
        ("  =11 1x4", "  .x5", "10:3", "none comes before"),
        ("  =11 1x4", "  =Inf 1", "10:8", "not finite"),
        ("  =11 1x4", "  =1e300 1e-300", "10:10", "a difference"),
    ],
)
def test_damage_is_shown_with_its_place(old, new, place, words):
    assert old in WHOLE
    with pytest.raises(InputError) as caught:
        decode(WHOLE.replace(old, new, 1), "f.series")
    (problem,) = caught.value.problems
    assert str(problem).startswith(f"f.series:{place}")
    assert words in str(problem)


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_damage_never_crashes(data):
    start = data.draw(st.integers(0, len(WHOLE)))
    end = data.draw(st.integers(start, len(WHOLE)))
    damaged = WHOLE[:start] + data.draw(st.text(max_size=8)) + WHOLE[end:]
    try:
        found = decode(damaged, "f.series")
    except InputError as error:
        assert re.match(r"f\.series:\d+:\d+: ", str(error))
    else:
        assert encode(found)


def test_too_many_samples_are_refused(monkeypatch):
    monkeypatch.setattr("dashgen.testing.recording.decode.MAX_CELLS", 4)
    with pytest.raises(InputError, match="at most 4 samples in a file"):
        decode(WHOLE, "f.series")
    monkeypatch.setattr("dashgen.testing.recording.encode.MAX_CELLS", 4)
    with pytest.raises(InputError, match="record less time"):
        encode(recording(Group(regular(5), {UP: (1.0,)})))
