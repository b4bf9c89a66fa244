"""``dashgen lint --fix`` and ``--diff``: what is shown, what is written, what is left alone."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.cli.test_lint import SPEC, Run, run, save

__all__ = ["run"]

RULES = """\
# kept as it is
groups:
  - name:   vllm
    rules:
      - {alert: KV, expr: 'vllm:gpu_cache_usage_perc > 0.95', labels: {severity: page}}   # here too
      - alert: Preempting
        expr: |
          rate(vllm:num_preemptions{model_name="it's \\"x\\""}[5m])
            > 1
"""
FIXED = RULES.replace("gpu_cache", "kv_cache").replace("num_preemptions", "num_preemptions_total")
ONLY = ("--select", "catalogue")


def test_diff_shows_and_writes_nothing(run: Run) -> None:
    save("rules.yaml", RULES)
    code, out, err = run("rules.yaml", "--diff", *ONLY)
    assert code == 1 and Path("rules.yaml").read_text() == RULES
    assert out.startswith("--- rules.yaml\n+++ rules.yaml\n")
    assert "2 findings would be mended in 1 file" in err
    changed = [line for line in out.split("\n")[2:] if line[:1] in "+-"]
    assert len([line for line in changed if line]) == 4


def test_fix_mends_and_reports_what_is_left(run: Run) -> None:
    save("rules.yaml", RULES)
    Path("rules.yaml").chmod(0o640)
    code, out, err = run("rules.yaml", "--fix", "--select", "catalogue,missing-severity")
    assert Path("rules.yaml").read_text() == FIXED
    assert Path("rules.yaml").stat().st_mode & 0o777 == 0o640
    assert code == 1 and "missing-severity" in out and "renamed-metric" not in out
    assert "+++ rules.yaml" in err and "2 findings mended in 1 file" in err
    assert run("rules.yaml", "--diff", *ONLY) == (0, "", "0 findings would be mended in 0 files\n")
    assert run("rules.yaml", "--fix", *ONLY)[0] == 0 and Path("rules.yaml").read_text() == FIXED


def test_a_dashboard_in_a_config_map(run: Run) -> None:
    target = {
        "refId": "A",
        "expr": 'vllm:gpu_cache_usage_perc{pod=~"a\\\\.b"}',
        "datasource": {"type": "prometheus", "uid": "P1809"},
    }
    board = {"title": "KV", "uid": "kv", "panels": [{"id": 1, "title": "KV", "type": "stat", "targets": [target]}]}
    text = json.dumps(board, indent=2).replace("\n", "\n    ")
    save("map.yaml", f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: x}}\ndata:\n  kv.json: |\n    {text}\n")
    assert run("map.yaml", "--fix", "--select", "renamed-metric,fixed-datasource")[0] in (0, 1)
    written = Path("map.yaml").read_text()
    assert 'vllm:kv_cache_usage_perc{pod=~\\"a\\\\\\\\.b\\"}' in written
    assert "P1809" not in written and written.count("\n") >= text.count("\n")


def test_output_of_specs_is_not_touched(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    save("specs/support.yaml", SPEC)
    before = {path: path.read_bytes() for path in Path.cwd().rglob("*") if path.is_file()}
    code, _, err = run("--fix")
    assert code in (0, 1) and "0 findings mended in 0 files" in err
    assert {path: path.read_bytes() for path in Path.cwd().rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("rules.yaml", "--fix", "--diff"), "one of the two"),
        (("rules.yaml", "--fix", "--diff-base", "HEAD"), "leave it out"),
        (("-", "--fix"), "stdin with --fix"),
    ],
)
def test_options_that_contradict_each_other(run: Run, arguments: tuple[str, ...], said: str) -> None:
    save("rules.yaml", RULES)
    code, out, err = run(*arguments, stdin=RULES)
    assert (code, out) == (2, "") and said in err and Path("rules.yaml").read_text() == RULES


def test_stdin_can_be_looked_at(run: Run) -> None:
    code, out, _ = run("-", "--diff", "--stdin-filename", "a.yaml", *ONLY, stdin=RULES)
    assert code == 1 and "+++ a.yaml" in out


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written(run: Run) -> None:
    save("locked/rules.yaml", RULES)
    Path("locked").chmod(0o500)
    code, _, err = run("locked/rules.yaml", "--fix", *ONLY)
    Path("locked").chmod(0o700)
    assert code == 3 and "cannot write" in err and Path("locked/rules.yaml").read_text() == RULES


def test_links_stay_links_and_bytes_that_are_not_text_stay(run: Run) -> None:
    save("real.yaml", RULES.replace("\n", "\r\n"))
    Path("link.yaml").symlink_to("real.yaml")
    run("link.yaml", "--fix", *ONLY)
    assert Path("link.yaml").is_symlink()
    assert Path("real.yaml").read_bytes() == FIXED.replace("\n", "\r\n").encode()
