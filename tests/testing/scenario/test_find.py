"""Which files are scenarios."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashgen.errors import InputError
from dashgen.testing.scenario import find
from dashgen.testing.scenario.find import find_scenarios


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """``packaged`` rules, and those of ``mine`` beside its specs."""
    packaged, mine = tmp_path / "packaged" / "rules", tmp_path / "mine"
    for path in (
        packaged / "LLMA" / "fires.yaml",
        packaged / "LLMB" / "silent.yml",
        packaged / "LLMB" / "runbook.md.j2",
        packaged / "LLMB" / "incident.series",
        packaged / "README.md",
        packaged / "_base" / "spec.yaml",
        mine / "rules" / "LLMB" / "silent.yml",
        mine / "rules" / "incidents" / "deep" / "own.yaml",
        mine / "rules" / ".git" / "hidden.yaml",
        mine / "rules" / "LLMB" / ".#silent.yaml",
        mine / "specs" / "chat.yaml",
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    monkeypatch.setattr(find, "packaged_rules", lambda: packaged)
    monkeypatch.chdir(tmp_path)
    return packaged, mine


def test_own_files_take_the_place_of_shipped_ones(folders):
    _, mine = folders
    assert find_scenarios((), [mine / "specs" / "chat.yaml", mine / "specs" / "other.yaml"]) == (
        Path("packaged/rules/LLMA/fires.yaml"),
        Path("mine/rules/LLMB/silent.yml"),
        Path("mine/rules/incidents/deep/own.yaml"),
    )


def test_without_own_rules_the_shipped_ones(folders, tmp_path):
    found = find_scenarios((), [tmp_path / "elsewhere" / "specs" / "chat.yaml"])
    assert found == (Path("packaged/rules/LLMA/fires.yaml"), Path("packaged/rules/LLMB/silent.yml"))


def test_in_a_checkout_shipped_and_own_are_the_same(folders):
    packaged, _ = folders
    found = find_scenarios((), [packaged.parent / "specs" / "chat.yaml"])
    assert found == (Path("packaged/rules/LLMA/fires.yaml"), Path("packaged/rules/LLMB/silent.yml"))


def test_two_owners_keep_their_own_file_of_one_name(folders, tmp_path):
    _, mine = folders
    theirs = tmp_path / "theirs" / "rules" / "LLMB" / "silent.yml"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("")
    found = find_scenarios((), [mine / "specs" / "chat.yaml", tmp_path / "theirs" / "specs" / "x.yaml"])
    assert [path for path in found if path.name == "silent.yml"] == [
        Path("mine/rules/LLMB/silent.yml"),
        Path("theirs/rules/LLMB/silent.yml"),
    ]


def test_named_files_and_folders_instead(folders):
    packaged, mine = folders
    assert find_scenarios([packaged / "LLMB", packaged / "LLMB" / "silent.yml", mine / "specs" / "chat.yaml"], []) == (
        packaged / "LLMB" / "silent.yml",
        mine / "specs" / "chat.yaml",
    )


def test_every_name_that_leads_nowhere(folders, tmp_path):
    packaged, _ = folders
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(InputError) as caught:
        find_scenarios([packaged / "LLMB" / "silnt.yml", empty], [])
    missing, hollow = caught.value.problems
    assert missing.found == "no such file"
    assert missing.action == f"did you mean `{packaged / 'LLMB' / 'silent.yml'}`?"
    assert hollow.found == "a folder without scenarios"
