"""`dashgen backfill` as a user meets it."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"


def backfill(folder, *arguments, spec=EXAMPLES / "support.yaml"):
    command = [sys.executable, "-m", "dashgen", "backfill", str(spec), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_one_script_goes_to_stdout_and_nothing_is_written(tmp_path):
    done = backfill(tmp_path, "--end", "2026-09-20", "--days", "2")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("#!/bin/sh\n")
    assert "complete from 2026-09-18T00:00:00Z to 2026-09-20T00:00:00Z" in done.stdout
    assert not list(tmp_path.iterdir())


def test_without_times_it_ends_before_what_the_server_still_holds_in_memory(tmp_path):
    before = datetime.now(UTC)
    done = backfill(tmp_path)
    (end,) = (line.removeprefix("END=") for line in done.stdout.splitlines() if line.startswith("END="))
    age = before - datetime.fromisoformat(end)
    assert timedelta(hours=2, minutes=59) < age < timedelta(hours=4, minutes=1)


def test_files_are_written_and_owned(tmp_path):
    for _ in range(2):
        done = backfill(tmp_path, "--end", "2026-09-20", "--out", "b")
        assert (done.returncode, done.stderr) == (0, "")
    names = {path.name for path in (tmp_path / "b/support").iterdir()}
    assert {"backfill.sh", "pass-1.yaml", ".dashgen-manifest.json"} <= names
    (tmp_path / "c/support").mkdir(parents=True)
    (tmp_path / "c/support/backfill.sh").write_text("mine")
    refused = backfill(tmp_path, "--out", "c")
    assert refused.returncode == 2
    assert (tmp_path / "c/support/backfill.sh").read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--end", "yesterday"), "--end: 'yesterday' is no time"),
        (("--start", "2026-09-21", "--end", "2026-09-20"), "--start: 2026-09-21 00:00 is not before the end"),
        (("--end", "2999-01-01"), "--end: 2999-01-01 00:00 is in the future"),
        (("--days", "0"), "days"),
    ],
)
def test_times_that_make_no_sense(tmp_path, arguments, words):
    done = backfill(tmp_path, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_times_with_a_zone_are_turned_to_utc(tmp_path):
    done = backfill(tmp_path, "--end", "2026-09-20T02:00:00+02:00")
    assert "\nEND=2026-09-20T00:00:00Z\n" in done.stdout


def test_records_of_an_extension_are_made_too_unless_it_is_left_out(tmp_path):
    (tmp_path / "panels.py").write_text(
        "from dashgen.extend import *\ndef fn(b, s):\n    return add_record(b, s, 'mine:up:sum', 'sum(up)')\n"
    )
    path = tmp_path / "t.yaml"
    path.write_text((EXAMPLES / "support.yaml").read_text() + "extend: ./panels.py:fn\n")
    assert "record: mine:up:sum" in backfill(tmp_path, spec=path).stdout
    left_out = backfill(tmp_path, "--no-extend", spec=path)
    assert "mine:up:sum" not in left_out.stdout
    assert "--no-extend" in left_out.stderr
