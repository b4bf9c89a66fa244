"""``dashgen rules``: every check, for people and for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

import pytest

from dashgen.cli import app
from dashgen.lint.docs import documentation
from dashgen.lint.registry import checks

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs dashgen."""

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["dashgen", *arguments])
        with pytest.raises(SystemExit) as caught:
            app.main()
        captured = capsys.readouterr()
        return int(caught.value.code or 0), captured.out, captured.err

    return call


def test_every_check_has_a_line(run: Run) -> None:
    code, out, err = run("rules")
    assert (code, err) == (0, "")
    lines = [line.split() for line in out.splitlines()[3:]]
    assert [line[:2] for line in lines] == [[check.code, check.name] for check in checks()]
    assert ["SUP001", "unused-suppression", "warning", "suppressions"] in [line[:4] for line in lines]


def test_programs_get_json(run: Run) -> None:
    code, out, _ = run("rules", "--format", "json")
    found = json.loads(out)
    assert code == 0 and found["version"] == 1 and out.isascii()
    assert [each["code"] for each in found["checks"]] == [check.code for check in checks()]
    assert all(each.keys() == {"code", "name", "severity", "family", "title"} for each in found["checks"])


def test_markdown_is_a_table(run: Run) -> None:
    _, out, _ = run("rules", "--format", "markdown")
    lines = out.splitlines()
    assert lines[1] == "|---|---|---|---|" and len(lines) == len(checks()) + 2
    assert all(documentation(check).title.replace("|", "\\|") in out for check in checks())


def test_a_format_there_is_not(run: Run) -> None:
    assert run("rules", "--format", "xml")[0] == 2
