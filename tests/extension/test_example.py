"""The example of the README: its row is on the dashboard, its ticket fires, and `--no-extend` runs none of it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dashgen.assemble import assemble
from dashgen.extension import extend
from dashgen.spec.load import load_specs
from tests.promtool import check_rules, play
from tests.series import histogram

EXAMPLE = Path(__file__).parents[1] / "examples" / "extend"
MINUTES = 60


@pytest.fixture
def example():
    loaded = load_specs([EXAMPLE / "support.yaml"])[0]
    return extend(assemble(loaded.spec), loaded).bundle


def answers(seconds):
    """A request a second, each answered after that many seconds."""
    own = {"job": "support-api", "model": "claude-sonnet-4-6", "route": "cloud"}
    return histogram("llm_request_duration_seconds", [1, 5, 10, 20, 60], (60, MINUTES, {seconds: 1.0}), **own)


def test_promtool_accepts_every_rule(example):
    check_rules(example.groups)


@pytest.mark.parametrize(("seconds", "fires"), [(50, True), (3, False)])
def test_the_ticket_fires_when_answers_take_too_long(example, seconds, fires):
    played = play(example.groups, answers(seconds), groups=None, until=MINUTES - 1, every=60)
    firing = played.firing("SupportAnswersSlow")
    assert bool(firing) is fires
    for each in firing:
        assert each.labels["severity"] == "ticket"
        assert each.labels["llm_service"] == "support"
        assert each.annotations["summary"] == "support: claude-sonnet-4-6 takes too long for whole answers"


def test_the_panel_draws_the_limit_of_the_ticket(example):
    (panel,) = example.dashboards[0].rows[-1].panels
    assert f"> {panel.thresholds[0].value}" in list(example.alerts())[-1].expr


def build(folder, *arguments):
    command = [sys.executable, "-m", "dashgen", "build", "support.yaml", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_build_check_and_no_extend(tmp_path):
    shutil.copytree(EXAMPLE, tmp_path, dirs_exist_ok=True)
    assert build(tmp_path).returncode == 0
    assert build(tmp_path, "--check").returncode == 0
    board = tmp_path / "out/support/service-health.json"
    titles = {panel["title"] for panel in json.loads(board.read_text())["panels"]}
    assert {"Whole answers", "Time to the whole answer"} <= titles

    (tmp_path / "panels.py").write_text("raise SystemExit('never run me')")
    refused = build(tmp_path, "--check")
    assert refused.returncode == 2
    assert "support.yaml:9:9: panels.py cannot be loaded: SystemExit: never run me" in refused.stderr
    checked = build(tmp_path, "--check", "--no-extend")
    assert checked.returncode == 1
    assert "support.yaml: built without './panels.py:slow_answers' (--no-extend)" in checked.stderr
    assert '-      "title": "Whole answers",' in checked.stdout
    assert build(tmp_path, "--no-extend").returncode == 0
    assert "Whole answers" not in board.read_text()
    assert build(tmp_path, "--check", "--no-extend").returncode == 0
    assert {path.name for path in tmp_path.iterdir()} == {"out", "panels.py", "support.yaml"}
