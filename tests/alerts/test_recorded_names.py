"""Recorded names and labels are an API: none changes by accident."""

from __future__ import annotations

import pytest

from dashgen.alerts.retired import RETIRED
from tests.alerts.recorded_names import FILE, by_record, text, written

ADDED = """\
new recorded names or labels, or new specs that have them:
  {names}
Run `python -m tests.alerts.recorded_names` and commit tests/alerts/recorded_names.txt with the change."""
GONE = """\
recorded names or labels that dashboards and other people's queries may read are gone, or gone from some specs:
  {names}
A change of name, labels or meaning goes under a new name and keeps the old one for 35 days: add an entry (old name,
new name, today) to RETIRED in dashgen/alerts/retired.py. If those 35 days are over, or nothing was ever shipped,
run `python -m tests.alerts.recorded_names` and commit tests/alerts/recorded_names.txt."""


def missing(these: dict[str, set[str]], those: dict[str, set[str]]) -> list[str]:
    """What the first has and the second has not."""
    left = {record: specs - those.get(record, set()) for record, specs in these.items()}
    return [f"{record} in {', '.join(sorted(specs))}" for record, specs in sorted(left.items()) if specs]


def name(record: str) -> str:
    return record.partition("{")[0]


def test_no_recorded_name_or_label_is_lost():
    lost = missing(written(), by_record())
    if lost:
        pytest.fail(GONE.format(names="\n  ".join(lost)), pytrace=False)


def test_every_recorded_name_is_written_down():
    added = missing(by_record(), written())
    if added:
        pytest.fail(ADDED.format(names="\n  ".join(added)), pytrace=False)


def test_the_file_is_in_order():
    assert FILE.read_text(encoding="utf-8") == text()


def test_a_lost_name_is_found():
    record = next(iter(written()))
    assert missing(written(), {key: specs for key, specs in by_record().items() if key != record})


def test_what_the_table_retires_was_written_down_once():
    known = {name(record) for record in written()}
    assert {entry.new for entry in RETIRED} <= known
