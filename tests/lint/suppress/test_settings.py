"""``[tool.dashgen.lint]``: which files an entry is for, and where it is written."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from dashgen.errors import InputError
from dashgen.lint.document import Document
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.positions import locate
from dashgen.lint.suppress.settings import Settings, settings

DAY = date(2026, 11, 27)


def load(folder: Path, text: str) -> Settings:
    (folder / "pyproject.toml").write_text(text)
    return settings(folder)


def finding(file: str, about: str = "alert A") -> Finding:
    place = Document(file, "a", "yaml", "a").at()
    return Finding("PQL001", "rate-on-gauge", Severity.ERROR, place, about, "x", "y")


@pytest.mark.parametrize(
    ("pattern", "files", "others"),
    [
        ("a/b.json", ["a/b.json"], ["b.json", "x/a/b.json", "a/b.json.bak"]),
        ("a/*.json", ["a/b.json"], ["a/b/c.json", "a/b.yaml"]),
        ("a/**", ["a/b.json", "a/b/c.json"], ["b/a/c.json"]),
        ("**/b.json", ["b.json", "a/b.json", "a/c/b.json"], ["a/ab.json"]),
        ("./a/?.json", ["a/b.json"], ["a/bc.json", "a//.json"]),
        ("a/[bc].json", ["a/b.json", "a/c.json"], ["a/d.json"]),
        ("a/[!bc].json", ["a/d.json"], ["a/b.json"]),
        ("a.b+(c)/x", ["a.b+(c)/x"], ["aXb+(c)/x"]),
        ("", ["a", "b/c"], []),
    ],
)
def test_paths_are_patterns_as_in_gitignore(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pattern: str, files: list[str], others: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    path = f'path = "{pattern}", ' if pattern else ""
    found = load(tmp_path, f'[tool.dashgen.lint]\nignore = [{{check = "PQL001", {path}reason = "x"}}]\n')
    (suppression,) = found.suppressions(DAY, [], whole=True)

    def covers(file: str) -> bool:
        each = finding(file)
        return suppression.covers(each, lambda: locate(each.place))

    assert [file for file in files if not covers(file)] == []
    assert [file for file in others if covers(file)] == []
    assert covers(str(tmp_path / files[0]))


@pytest.mark.parametrize(
    "text",
    [
        'ignore = [\n  {check = "PQL001", reason = "r"},\n  {reason = "r", check = "PQL002"},\n]\n',
        'ignore = [{ check = "PQL001", about = "check = 1" },\n  {path = "a", check="PQL002"}]\n',
    ],
)
def test_an_entry_is_where_its_check_is_named(tmp_path: Path, text: str) -> None:
    before = '[project]\nname = "x"\ncheck = "not this"\n\n[tool.dashgen.lint]\n'
    found = load(tmp_path, before + text).suppressions(DAY, [], whole=True)
    spots = [locate(each.place) for each in found]
    for spot, code in zip(spots, ("PQL001", "PQL002"), strict=True):
        rest = spot.source[spot.column - 1 :].replace(" ", "")
        assert rest.startswith(f'check="{code}"')


def test_tables_of_their_own_are_as_good_and_days_may_be_days(tmp_path: Path) -> None:
    text = '[[tool.dashgen.lint.ignore]]\ncheck = "PQL001"\nreason = "r"\nuntil = 2026-11-26\n'
    (found,) = load(tmp_path, text).suppressions(DAY, [], whole=True)
    assert found.expired and locate(found.place).line == 2


def test_the_nearest_file_with_such_a_table_counts(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    assert settings(inner).entries == ()
    load(tmp_path, '[tool.dashgen.lint]\nignore = [{check = "PQL001", reason = "x"}]\n')
    (inner.parent / "pyproject.toml").write_text('[project]\nname = "dashgen-boards"\n')
    assert [each.check for each in settings(inner).entries] == ["PQL001"]


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path, '[tool.dashgen.lint]\nselect = []\nignore = [1, {check = "x"}, {reason = 1}]\n')
    assert len(caught.value.problems) == 5
