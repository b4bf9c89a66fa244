"""``dashgen record`` at its edges: options, times, files that are somebody else's, what is said."""

from __future__ import annotations

import pytest

from dashgen.testing.recording.replay import read
from tests.testing.recording.fake import SPEC, Fake, answer, asks_for, one_counter, record, samples

NOBODY = "http://localhost:1"


@pytest.fixture
def server():
    with Fake(one_counter) as running:
        yield running


def test_what_is_written_and_said(tmp_path, server):
    done = record(tmp_path, server.url)
    assert done.returncode == 0, done.stderr
    recording = read(tmp_path / "out.series")
    assert recording.spec == "chat"
    assert recording.start.isoformat() == "2026-08-29T10:00:00+00:00"
    assert (recording.warm_up.total_seconds(), recording.length.total_seconds()) == (40 * 60, 100 * 60)
    assert recording.scrape.total_seconds() == 15
    (group,) = recording.groups
    assert group.times == tuple(range(35 * 60_000 + 15_000, 100 * 60_000 + 1, 15_000))
    assert list(group.series) == ['llm_requests_total{instance="a",job="chat-api",model="gpt"}']
    assert "2026-08-29 10:40:00Z to 2026-08-29 11:40:00Z, after a warm-up of 5m (as asked)" in done.stderr
    assert "most series are scraped every 15s; the spec says 30s" in done.stderr
    assert "selectors found nothing: llm_" in done.stderr
    assert done.stdout.startswith("out.series: 1 series over 1h, ")
    assert "\x1b" not in done.stderr + done.stdout
    again = record(tmp_path, server.url)
    assert (again.returncode, again.stderr, again.stdout) == (0, done.stderr, done.stdout)


def test_quietly(tmp_path, server):
    done = record(tmp_path, server.url, "--quiet")
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "")


def test_the_longest_look_back_below_a_week_is_the_default(tmp_path, server):
    done = record(tmp_path, server.url, "--from", "2026-08-29T10:40:00Z", "--to", "2026-08-29T11:40:00Z")
    assert "after a warm-up of 1d36m (the longest look-back below a week; alerts need 30m)" in done.stderr
    assert "not replayed exactly, for they look back further than 1d36m: " in done.stderr
    assert "there is nothing before 2026-08-29 10:35:" in done.stderr
    asked = {parameters["time"] for _, parameters, _ in server.asked if "[" in parameters["query"]}
    assert min(map(float, asked)) < 1_788_000_000 - 23 * 3600


def test_users_are_hashed_and_it_is_said(tmp_path):
    spec = SPEC + "recording: {private: {tenant: drop, team: hash}}\n"
    labels = {
        "__name__": "llm_requests_total",
        "job": "chat-api",
        "user": "ann@example.com",
        "tenant": "t",
        "team": "x",
    }

    def reply(_, parameters, __):
        return answer([samples(parameters, labels)] if asks_for(parameters, "llm_requests_total") else [])

    with Fake(reply) as server:
        first = record(tmp_path, server.url, spec=spec)
        one = (tmp_path / "out.series").read_text()
        record(tmp_path, server.url, spec=spec)
        other = (tmp_path / "out.series").read_text()
        (tmp_path / "key").write_text("0123456789abcdef")
        keyed = []
        for _ in range(2):
            record(tmp_path, server.url, "--hash-key-file", "key", spec=spec)
            keyed.append((tmp_path / "out.series").read_text())
    assert "hashed: team (1 values), user (1 values)" in first.stderr
    assert "dropped: tenant" in first.stderr
    assert "\nprivate team hash\nprivate tenant drop\nprivate user hash\n" in one
    for text in (one, other, *keyed, first.stderr):
        assert "ann" not in text and "0123456789abcdef" not in text
    assert one != other  # the key is forgotten
    assert keyed[0] == keyed[1]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--from", "soon"), "--from: 'soon' is no time"),
        (("--from", "2026-08-29T12:00:00Z", "--to", "2026-08-29T11:00:00Z"), "is not before the end"),
        (("--from", "1h", "--to", "2999-01-01"), "--to: 2999-01-01 00:00:00 is in the future"),
        (("--from", "1h", "--to", "2h"), "is not before the end"),
        (("--warm-up", "long"), "--warm-up: 'long' is no duration"),
        (("--timeout", "0s"), "--timeout: '0s' is no duration"),
        (("--step", "-15s"), "--step: '-15s' is no duration"),
        (("--bearer-token-file", "none"), "none: no such file"),
        (("--hash-key-file", "none"), "none: no such file"),
    ],
)
def test_options_that_are_wrong(tmp_path, arguments, words):
    done = record(tmp_path, NOBODY, *arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["chat.yaml"]


def test_a_spec_that_is_wrong(tmp_path):
    done = record(tmp_path, NOBODY, spec=SPEC.replace("cloud", "clowd"))
    assert done.returncode == 2
    assert 'chat.yaml:3:24: `models[0].route` is "clowd"' in done.stderr


@pytest.mark.parametrize(
    ("output", "code", "words"),
    [
        ("out.json", 2, "a name that ends in .series"),
        ("out", 2, "write out.series"),
        ("none/out.series", 3, "cannot write none/out.series"),
        ("folder.series", 2, "is no recording that dashgen wrote"),
    ],
)
def test_places_that_are_none(tmp_path, output, code, words):
    (tmp_path / "folder.series").mkdir()
    done = record(tmp_path, NOBODY, output=output)
    assert (done.returncode, words in done.stderr) == (code, True), done.stderr


def test_somebody_elses_file_stays(tmp_path, server):
    mine = tmp_path / "out.series"
    mine.write_text("my own notes\n")
    done = record(tmp_path, server.url)
    assert done.returncode == 2
    assert "exists and is no recording that dashgen wrote" in done.stderr
    assert mine.read_text() == "my own notes\n"
    assert server.asked == []
    assert record(tmp_path, server.url, "--force").returncode == 0
    assert read(mine)


def test_an_older_recording_stays_whole_when_the_new_one_fails(tmp_path, server):
    record(tmp_path, server.url)
    before = (tmp_path / "out.series").read_bytes()
    assert record(tmp_path, NOBODY).returncode == 3
    assert (tmp_path / "out.series").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["chat.yaml", "out.series"]
