"""What is remembered of earlier runs, and that no damage to it is believed."""

from __future__ import annotations

import os

import pytest

from dashgen.testing.mutate import verdicts
from dashgen.testing.mutate.verdicts import Verdicts

KEY = "a" * 64


def test_what_was_added_is_known(tmp_path):
    remembered = Verdicts(tmp_path / "deep" / "er")
    assert remembered.get(KEY) == {}
    remembered.add(KEY, {"one": True})
    remembered.add(KEY, {"two": False})
    assert remembered.get(KEY) == {"one": True, "two": False}
    assert remembered.get("b" * 64) == {}


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[:-2],
        lambda content: content.replace(b"true", b"false"),
        lambda content: b"\x00\xff" + content,
        lambda content: content.partition(b"\n")[0],
    ],
)
def test_damage_is_a_miss(tmp_path, damage):
    remembered = Verdicts(tmp_path)
    remembered.add(KEY, {"one": True})
    (path,) = tmp_path.iterdir()
    path.write_bytes(damage(path.read_bytes()))
    assert remembered.get(KEY) == {}


def test_an_entry_under_another_key_is_a_miss(tmp_path):
    remembered = Verdicts(tmp_path)
    remembered.add(KEY, {"one": True})
    (path,) = tmp_path.iterdir()
    path.rename(tmp_path / f"{'b' * 64}.json")
    assert remembered.get("b" * 64) == {}


def test_a_folder_that_cannot_be_made_costs_nothing_else(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    remembered = Verdicts(tmp_path / "file" / "cache")
    remembered.add(KEY, {"one": True})
    assert remembered.get(KEY) == {}
    remembered.prune()


def test_without_a_folder_nothing_is_remembered():
    remembered = Verdicts()
    remembered.add(KEY, {"one": True})
    remembered.prune()
    assert remembered.get(KEY) == {}


def test_the_oldest_go_when_there_are_too_many(tmp_path, monkeypatch):
    monkeypatch.setattr(verdicts, "MOST", 6)
    remembered = Verdicts(tmp_path)
    for number in range(7):
        remembered.add(f"{number}" * 64, {"one": True})
        os.utime(tmp_path / f"{str(number) * 64}.json", (number, number))
    remembered.prune()
    assert sorted(path.name[0] for path in tmp_path.iterdir()) == ["4", "5", "6"]


def test_who_killed_a_mutant_is_known_beside_the_verdicts(tmp_path):
    remembered = Verdicts(tmp_path)
    remembered.add_killers("alert High", {"one": "a case", "two": "a case"})
    remembered.add_killers("alert High", {"two": "another"})
    assert remembered.killers("alert High") == {"one": "a case", "two": "another"}
    assert remembered.killers("alert Low") == {}
    remembered.add(KEY, {"one": True})
    (path,) = [each for each in tmp_path.iterdir() if KEY not in each.name]
    path.write_bytes(b"damaged")
    assert remembered.killers("alert High") == {}
    assert remembered.get(KEY) == {"one": True}
