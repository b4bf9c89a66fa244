"""``dashgen test --engine vmalert`` as a user runs it: what differs is listed, what contradicts fails."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dashgen.cli import app
from dashgen.testing.vmalert.find import NAMED
from tests.cli.test_test import SCENARIO, SPEC
from tests.promtool import binary
from tests.testing.vmalert_tool import vmalert_tool

Run = Callable[..., tuple[int, str, str]]
# Only for PromQL is NaN a sample.
QUERIES = """\
queries:
  - {at: 20m, expr: "vector(0/0)", shows: .nan}
  - {at: 20m, expr: "count(vector(0/0) != 0) or vector(0)", shows: 1}
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs ``dashgen test --engine vmalert`` on one spec and the scenario it is given."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DASHGEN_PROMTOOL", str(binary()))
    Path("specs").mkdir()
    Path("specs/support.yaml").write_text(SPEC)

    def call(scenario: str = SCENARIO, *arguments: str) -> tuple[int, str, str]:
        Path("case.yaml").write_text(scenario)
        monkeypatch.setattr(sys, "argv", ["dashgen", "test", "-s", "case.yaml", "--engine", "vmalert", *arguments])
        with pytest.raises(SystemExit) as caught:
            app.main()
        captured = capsys.readouterr()
        return int(caught.value.code or 0), captured.out, captured.err

    return call


def test_a_missing_one_is_said_before_anything_runs(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAMED, "nowhere/vmalert-tool")
    code, out, err = run()
    assert (code, out) == (3, "")
    assert f"looked at {NAMED}: nowhere/vmalert-tool" in err and "vmutils" in err
    assert "Traceback" not in err


def test_mutants_have_one_judge(run: Run) -> None:
    code, _, err = run(SCENARIO, "--mutate")
    assert code == 2 and "--engine" in err and "leave one of them out" in err


def test_what_both_say_is_one_line(run: Run) -> None:
    tool = vmalert_tool()
    code, out, err = run()
    assert (code, err) == (0, "")
    assert "all hold" in out
    assert f"vmalert-tool {tool.version} ({tool.path}) " in out and "0 of them for no known reason" in out


def test_what_vmalert_alone_contradicts_fails_unless_the_reason_is_known(run: Run, tmp_path: Path) -> None:
    vmalert_tool()
    code, out, _ = run(SCENARIO + QUERIES, "--format", "json", "--keep", "kept")
    (result,) = json.loads(out)["results"]
    (failure,) = result["failures"]
    assert code == 1
    assert failure["subject"] == "query at 20m, says vmalert-tool"
    assert (failure["expected"], failure["actual"]) == ("1", "0")
    known = {each["expr"]: each["reason"] for each in result["differences"] if each["contradicts"]}
    assert known["vector(0/0)"] and not known["count(vector(0/0) != 0) or vector(0)"]
    assert list(tmp_path.glob("kept/*/test.yaml")) and list(tmp_path.glob("kept/*/vmalert/test.yaml"))
