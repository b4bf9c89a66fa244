"""The list of equivalent mutants: what it matches, and what is wrong with a bad one."""

from __future__ import annotations

import pytest

from dashgen.errors import InputError
from dashgen.testing.mutate.equivalent import check_used, load_equivalent
from dashgen.testing.mutate.targets import targets
from tests.testing.mutate.toy import bundle

GOOD = "reason: there is one series for each model"


@pytest.fixture
def load(tmp_path):
    def loaded(*entries):
        path = tmp_path / "equivalent.yaml"
        path.write_text("equivalent:\n" + "".join(f"  - {{{entry}}}\n" for entry in entries), encoding="utf-8")
        return load_equivalent([path])

    return loaded


def matched(listed):
    return [
        (target.name, mutant.description)
        for target in targets([bundle()])
        for mutant in target.mutants
        if any(each.entry.matches(target, mutant) for each in listed)
    ]


RATE, PEAK = "toy:requests:rate5m", "toy:peak"
OFFSETS = [(PEAK, "`offset 1m` dropped at 44"), (PEAK, "`offset 1m` → `offset 2m` at 44")]
CALLS = f"operator: window, record: '{RATE}', expr: calls_total, change: 10m"


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("operator: timing, alert: ToyErrors, change: 'for: 4m'", [("ToyErrors", "`for: 2m` → `for: 4m`")]),
        ("operator: offset, record: 'toy:.*'", OFFSETS),
        ("operator: factor, panel: toy/errors/ratio", [("toy/errors/ratio", "`100 *` dropped at 0")]),
        (CALLS, [(RATE, "`5m` → `10m` at 44")]),
        ("operator: offset, record: 'toy:pea'", []),
        ("operator: offset, alert: 'toy:peak'", []),
    ],
)
def test_matches(load, entry, expected):
    assert matched(load(f"{entry}, {GOOD}")) == expected


@pytest.mark.parametrize(
    ("entry", "found", "expected"),
    [
        (f"operator: timings, alert: A, {GOOD}", 'no operator is called "timings"', "did you mean `timing`?"),
        (f"operator: timing, {GOOD}", "an entry about nothing", "exactly one of `alert`, `record` and `panel`"),
        (f"operator: timing, alert: A, panel: b, {GOOD}", "alert and panel in one entry", "exactly one of"),
        (f"operator: timing, alert: '(', {GOOD}", "unterminated", "a regular expression"),
        (f"operator: timing, alert: A, expr: '[', {GOOD}", "unterminated", "a regular expression"),
        ("operator: timing, alert: A", "reason", ""),
        ("operator: timing, alert: A, reason: it is so", 'the reason "it is so"', "why nobody can tell the difference"),
        (f"operator: timing, alrt: A, {GOOD}", "alrt", "alert"),
    ],
)
def test_a_bad_entry_is_explained(load, entry, found, expected):
    with pytest.raises(InputError) as error:
        load(entry)
    message = str(error.value)
    assert "equivalent.yaml:2:" in message
    assert found in message
    assert expected in message


def test_an_entry_about_nothing_there_is_is_refused(load):
    listed = load(f"operator: timing, alert: ToyErrors, {GOOD}", f"operator: timing, alert: Gone, {GOOD}")
    check_used(listed[:1], targets([bundle()]))
    with pytest.raises(InputError, match=r"equivalent\.yaml:3:.*no mutant matches"):
        check_used(listed, targets([bundle()]))


def test_a_missing_file_is_one_message(tmp_path):
    with pytest.raises(InputError, match=r"none\.yaml"):
        load_equivalent([tmp_path / "none.yaml"])


def test_no_list_is_an_empty_one():
    assert load_equivalent([]) == ()
