"""``dashgen lint`` as a user runs it: what is looked at, what is shown, and how it ends."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from dashgen.cli import app, lint_run
from tests.promtool import binary

Run = Callable[..., tuple[int, str, str]]
SPEC = """\
name: support
models:
  - name: claude
    route: cloud
    prices: {input: 3, output: 15}
sources:
  - kind: app
    selector: {job: support-api}
"""
RULES = """\
groups:
  - name: gpus
    rules:
      - alert: XID
        expr: increase(DCGM_FI_DEV_XID_ERRORS[5m]) > 0
        labels: {severity: page}
"""
BOARD = {
    "title": "GPUs",
    "uid": "gpus",
    "panels": [
        {"id": 7, "title": "Temperature", "targets": [{"refId": "A", "expr": "rate(DCGM_FI_DEV_GPU_TEMP[5m])"}]},
        {"id": 8, "title": "Again", "targets": [{"refId": "A", "expr": "rate(DCGM_FI_DEV_GPU_TEMP[5m])"}]},
    ],
}
ONLY = ("--select", "rate-on-gauge,missing-severity,suppressions")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs dashgen in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.setattr(lint_run, "today", lambda: date(2026, 11, 27))

    def call(*arguments: str, stdin: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["dashgen", "lint", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        with pytest.raises(SystemExit) as caught:
            app.main()
        captured = capsys.readouterr()
        return int(caught.value.code or 0), captured.out, captured.err

    return call


def save(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)


def git(*arguments: str) -> None:
    who = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *arguments], capture_output=True, check=True)


def test_a_finding_is_shown_with_its_place_and_what_to_do(run: Run) -> None:
    save("rules.yaml", RULES)
    code, out, err = run("rules.yaml", *ONLY)
    assert (code, err) == (1, "")
    lines = out.splitlines()
    assert lines[0].startswith("error[PQL001] rate-on-gauge: `increase` of `DCGM_FI_DEV_XID_ERRORS`, which is a gauge")
    assert lines[1:4] == [
        "  --> rules.yaml:5:15, alert XID",
        "  5 |  expr: increase(DCGM_FI_DEV_XID_ERRORS[5m]) > 0",
        "    |        ^^^^^^^^",
    ]
    assert lines[4] == "  expected: a counter" and lines[5].startswith("  do this:  ")
    assert lines[-1] == "1 file, 1 expression: 1 error"


def test_the_same_finding_is_shown_once_with_the_other_places(run: Run) -> None:
    save("gpus.json", json.dumps(BOARD))
    code, out, _ = run("gpus.json", *ONLY)
    assert code == 1
    assert out.count("error[PQL001]") == 1
    assert '  --> gpus.json:1:115, panel "Temperature" (7), query A' in out
    # The expression and not the whole line of JSON.
    assert "  1 |  rate(DCGM_FI_DEV_GPU_TEMP[5m])\n    |  ^^^^\n" in out
    assert '  +1 more: 1:215 panel "Again" (8), query A' in out


def test_specs_are_compiled_and_their_texts_looked_at(run: Run) -> None:
    save("specs/support.yaml", SPEC)
    code, out, err = run("--select", "missing-severity")
    assert (code, err) == (0, "")
    assert "expressions: nothing found" in out
    assert not Path("out").exists()
    code, out, _ = run("--format", "junit", "--select", "missing-severity")
    assert 'name="out/support/prometheus-rule.yaml"' in out


def test_output_is_looked_at_with_the_assumptions_of_its_spec(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import dashgen.lint.judge as judge

    save("specs/support.yaml", SPEC + "prometheus: {scrape_interval: 12s}\n")
    monkeypatch.setattr(sys, "argv", ["dashgen", "build", "--quiet"])
    with pytest.raises(SystemExit):
        app.main()
    seen = []
    looked = judge.lint

    def watch(files, checks, assume, live):
        seen.append((assume.name, assume.scrape_interval and assume.scrape_interval.total_seconds(), len(files)))
        return looked(files, checks, assume, live)

    monkeypatch.setattr(judge, "lint", watch)
    run("out/support/prometheus-rule.yaml", *ONLY)
    run("out", *ONLY)
    # The spec is looked at, and what it is built into is not looked at twice.
    run(".", *ONLY)
    Path("specs/support.yaml").unlink()
    run("out", *ONLY)
    run("out", *ONLY, "--assume", "scrape_interval=20s")
    assert [each[:2] for each in seen] == [("support", 12), ("support", 12), ("support", 12), ("", None), ("", 20)]
    assert seen[1][2] == seen[2][2]


def test_a_folder_is_searched_and_what_is_hidden_or_of_others_is_not(run: Run) -> None:
    for path in ("a/rules.yml", "a/b/rules.yaml", "a/.git/r.yaml", "a/node_modules/r.yaml", "a/.venv/r.yaml"):
        save(path, RULES)
    save("a/.hidden.yaml", RULES)
    save("a/notes.txt", RULES)
    _, out, _ = run("a", "--format", "json", *ONLY)
    found = json.loads(out)
    assert found["summary"]["files"] == 2
    assert [each["file"] for each in found["findings"]] == ["a/b/rules.yaml", "a/rules.yml"]
    # Whoever names a file means it.
    assert run("a/notes.txt", *ONLY)[0] == 1


def test_stdin(run: Run) -> None:
    code, out, _ = run("-", *ONLY, "--format", "concise", stdin=RULES)
    assert code == 1 and out.startswith("stdin:5:15: error PQL001 rate-on-gauge: alert XID: `increase` of ")
    _, out, _ = run("-", *ONLY, "--stdin-filename", "charts/r.yaml", "--format", "concise", stdin=RULES)
    assert out.startswith("charts/r.yaml:5:15: ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rulse.yaml"], "did you mean `rules.yaml`?"),
        (["empty"], "a folder without such files"),
        (["rules.yaml", "--select", "rate-on-guage"], "did you mean `rate-on-gauge`?"),
        (["rules.yaml", "--ignore", "PQL9"], "unknown check 'PQL9'"),
        (["rules.yaml", "--select", "PQL001", "--ignore", "rate-on-gauge"], "ignores every check that is selected"),
        (["rules.yaml", "--assume", "vlm=1"], "`vlm`"),
        (["rules.yaml", "--format", "xml"], "unknown format 'xml'"),
        (["rules.yaml", "--format", "json", "--format", "sarif"], "both be written to stdout"),
        (["rules.yaml", "--fail-on", "never"], "--fail-on"),
        (["rules.yaml", "--diff-base", "main"], "this is not a git repository"),
        ([], "specs"),
    ],
)
def test_what_cannot_be_done_is_said_and_ends_with_two(run: Run, arguments: list[str], said: str) -> None:
    save("rules.yaml", RULES)
    Path("empty").mkdir()
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert said in err


def test_a_file_that_cannot_be_read_is_a_finding_and_the_others_are_looked_at(run: Run) -> None:
    save("rules.yaml", RULES)
    save("broken.json", '{"panels": [}')
    Path("binary.yaml").write_bytes(b"a: \0")
    Path("latin.yaml").write_bytes(b"# caf\xe9\n")
    code, out, err = run("rules.yaml", "broken.json", "binary.yaml", "latin.yaml", *ONLY, "--format", "concise")
    assert (code, err) == (1, "")
    assert "broken.json:1:13: error SYN" in out and "rules.yaml:5:15: error PQL001" in out
    assert "binary.yaml:1:1: error SYN" in out and "latin.yaml:1:6: error SYN" in out


def test_templates_of_helm_in_a_folder_are_passed_over(run: Run) -> None:
    save("chart/templates/rules.yaml", "{{- if .Values.rules }}\n" + RULES + "{{- end }}\n")
    save("chart/rules.yaml", RULES.replace("increase", "sum_over_time"))
    code, out, _ = run("chart", *ONLY)
    assert code == 0
    assert "1 Helm template passed over" in out
    assert run("chart/templates/rules.yaml", *ONLY)[0] == 1


def test_severities_decide_what_is_shown_and_what_fails(run: Run) -> None:
    save("rules.yaml", RULES.replace("increase", "sum_over_time").replace("        labels: {severity: page}\n", ""))
    assert run("rules.yaml", *ONLY)[0] == 1
    assert run("rules.yaml", *ONLY, "--fail-on", "error")[0] == 0
    code, out, err = run("rules.yaml", *ONLY, "--min-severity", "error")
    assert code == 1 and "warning[" not in out
    assert "nothing found; below --min-severity 1 warning" in out
    assert "--min-severity error hides findings that --fail-on warning fails on" in err
    assert run("rules.yaml", *ONLY, "--exit-zero")[0] == 0
    assert run("rules.yaml", *ONLY, "--quiet", "--fail-on", "error") == (0, "", "")


def test_select_and_ignore_take_codes_names_families_and_parts(run: Run) -> None:
    save("rules.yaml", RULES.replace("        labels: {severity: page}\n", ""))
    for words in ("PQL001", "rate-on-gauge", "rate-on-gauge,SUP"):
        assert run("rules.yaml", "--select", words)[1].endswith("1 error\n")
    both = run("rules.yaml", "--select", "PQL001", "--select", "ALR013")[1]
    assert both.endswith("1 error, 1 warning\n")
    assert run("rules.yaml", "--select", "alerts,PQL001", "--ignore", "alerts")[1].endswith(": 1 error\n")


def test_statistics_count_by_check(run: Run) -> None:
    save("gpus.json", json.dumps(BOARD))
    code, out, _ = run("gpus.json", *ONLY, "--statistics")
    assert code == 1
    assert out.splitlines()[0].split() == ["2", "PQL001", "rate-on-gauge", "error"]


def test_reports_go_where_they_are_told_and_over_nothing_else(run: Run) -> None:
    save("rules.yaml", RULES)
    save("mine.json", '{"mine": true}\n')
    arguments = ["rules.yaml", *ONLY, "--format", "sarif", "--output", "found.sarif", "--format", "concise"]
    for _ in range(2):
        code, out, _ = run(*arguments)
        assert code == 1 and out.startswith("rules.yaml:5:15: ")
    assert json.loads(Path("found.sarif").read_text())["runs"][0]["results"][0]["ruleId"] == "PQL001"
    code, out, err = run("rules.yaml", *ONLY, "--format", "json", "--output", "mine.json")
    assert code == 2 and "mine.json: exists and is no report" in err
    assert Path("mine.json").read_text() == '{"mine": true}\n'


@pytest.mark.parametrize("form", ["text", "concise", "json", "sarif", "github", "gitlab", "junit"])
@pytest.mark.parametrize("more", [(), ("--statistics",), ("--select", "SUP")])
def test_every_report_may_be_replaced_by_the_next(run: Run, form: str, more: tuple[str, ...]) -> None:
    save("rules.yaml", RULES)
    for _ in range(2):
        code, _, err = run("rules.yaml", "--format", form, "--output", "report", *more)
        assert code in (0, 1) and not err


def test_what_a_change_brings(run: Run) -> None:
    save("rules.yaml", RULES)
    save("other/rules.yaml", RULES.replace("alert: XID", "alert: Other"))
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "x")
    code, out, _ = run(".", *ONLY, "--diff-base", "HEAD")
    assert code == 0 and "nothing found that is new since HEAD" in out
    # Lines that move, and files that do, bring nothing.
    save("rules.yaml", "# a comment\n\n" + RULES)
    git("mv", "other/rules.yaml", "moved.yaml")
    assert run(".", *ONLY, "--diff-base", "HEAD")[0] == 0
    save("more.yaml", RULES.replace("alert: XID", "alert: More"))
    save("rules.yaml", RULES + "      - {alert: Silent, expr: up == 0}\n")
    code, out, _ = run(".", *ONLY, "--diff-base", "HEAD", "--format", "concise")
    assert code == 1
    assert [line.split(": ")[0] for line in out.splitlines()[:-1]] == ["more.yaml:5:15", "rules.yaml:7:17"]
    assert "1 error, 1 warning new since HEAD" in out
    code, out, _ = run("rules.yaml", *ONLY, "--diff-base", "HEAD", "--format", "concise")
    assert code == 1 and "rules.yaml:7:17" in out and "XID" not in out
    code, _, err = run(".", *ONLY, "--diff-base", "mian")
    assert code == 2 and "'mian' is no revision of this repository" in err


def test_what_a_change_of_a_spec_brings(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    save("specs/support.yaml", SPEC)
    monkeypatch.setattr(sys, "argv", ["dashgen", "build", "--quiet"])
    with pytest.raises(SystemExit):
        app.main()
    board = Path("out/support/service-health.json")
    assert board.exists()
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "x")
    code, out, _ = run("--diff-base", "HEAD")
    assert code == 0 and "nothing found that is new since HEAD" in out


def test_settings_suppress_in_files_that_cannot_say_it(run: Run) -> None:
    save("a/gpus.json", json.dumps(BOARD))
    entry = 'check = "rate-on-gauge", path = "a/**", reason = "the vendor ships it so"'
    save("pyproject.toml", f"[tool.dashgen.lint]\nignore = [\n  {{{entry}}},\n]\n")
    code, out, err = run("a", *ONLY)
    assert (code, err) == (0, "")
    assert out.endswith("nothing found; 2 suppressed\n")
    save("pyproject.toml", f"[tool.dashgen.lint]\nignore = [\n  {{{entry}, about = 'Again'}},\n]\n")
    code, out, _ = run("a", *ONLY)
    assert code == 1 and "1 suppressed" in out and "Temperature" in out and "Again" not in out


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ('check = "rate-on-gauge", path = "a/*.json", reason = "false alarm"', "pyproject.toml:3:4: warning SUP003"),
        ('check = "rate-on-gauge", path = "a/gpus.json", reason = "x", until = 2020-01-01', "SUP002"),
        ('check = "missing-severity", path = "a/gpus.json", reason = "the vendor ships it so"', "SUP001"),
    ],
)
def test_settings_are_judged_too(run: Run, entry: str, said: str) -> None:
    save("a/gpus.json", json.dumps(BOARD))
    save("pyproject.toml", f"[tool.dashgen.lint]\nignore = [\n  {{{entry}}},\n]\n")
    code, out, _ = run("a", *ONLY, "--format", "concise")
    assert code == 1 and said in out


def test_a_setting_for_more_files_than_are_looked_at_is_not_judged(run: Run) -> None:
    save("a/gpus.json", json.dumps(BOARD))
    save("a/rules.yaml", RULES.replace("increase", "sum_over_time"))
    entry = 'check = "rate-on-gauge", path = "a/*", reason = "the vendor ships it so"'
    save("pyproject.toml", f"[tool.dashgen.lint]\nignore = [\n  {{{entry}}},\n]\n")
    assert run("a/rules.yaml", *ONLY)[0] == 0
    assert run("a", *ONLY)[0] == 0
    Path("a/gpus.json").unlink()
    code, out, _ = run("a/rules.yaml", *ONLY)
    assert code == 1 and "hides no finding of `rate-on-gauge`" in out


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ('path = "a"', "names no `check`"),
        ('check = "rate-on-guage", reason = "x"', "did you mean `rate-on-gauge`?"),
        ('check = "rate-on-gauge", paths = "a"', "has the key `paths`"),
        ('check = "rate-on-gauge", about = "("', "a regular expression"),
        ('check = "rate-on-gauge", reason = 1', "`reason` of entry 1"),
    ],
)
def test_settings_that_cannot_be_understood_end_with_two(run: Run, entry: str, said: str) -> None:
    save("rules.yaml", RULES)
    save("pyproject.toml", f"[tool.dashgen.lint]\nignore = [{{{entry}}}]\n")
    code, _, err = run("rules.yaml")
    assert code == 2 and said in err


def test_a_spec_suppresses_by_panel_and_alert(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from dashgen.lint.checks.promql.rate_on_gauge import RateOnGauge

    def everything(self, expression, world):
        yield self.finding(expression.place, expression.about, "is here", "nothing")

    monkeypatch.setattr(RateOnGauge, "expression", everything)
    ignore = "lint:\n  ignore:\n    - {check: rate-on-gauge, %s, reason: it is no mistake here}\n"
    save("specs/support.yaml", SPEC + ignore % "alert: LLMErrorRateHigh")
    _, out, _ = run("--select", "PQL001", "--format", "json")
    report = json.loads(out)
    about = {each["about"] for each in report["findings"]}
    assert "alert LLMErrorRateHigh" not in about and "alert LLMTimeToFirstTokenHigh" in about
    assert report["summary"]["suppressed"] == 1
    save("specs/support.yaml", SPEC + ignore % "panel: service-health/ttft-client")
    _, out, _ = run("--select", "PQL001", "--format", "json")
    assert json.loads(out)["summary"]["suppressed"] >= 3
    save("specs/support.yaml", SPEC + ignore % "panel: service-health/no-such-panel")
    _, out, _ = run("--select", "PQL001,SUP", "--format", "concise")
    assert "specs/support.yaml:11:7: warning SUP001 unused-suppression" in out


def test_a_part_of_what_a_spec_is_built_into_does_not_judge_its_suppressions(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    save("specs/support.yaml", SPEC + "lint: {ignore: [{check: rate-on-gauge, reason: it is no mistake here}]}\n")
    monkeypatch.setattr(sys, "argv", ["dashgen", "build", "--quiet"])
    with pytest.raises(SystemExit):
        app.main()
    capsys.readouterr()
    assert "SUP001" not in run("out/support/prometheus-rule.yaml", *ONLY)[1]
    for path in ("out", "out/support", "specs/support.yaml"):
        assert "specs/support.yaml:9:17: " in run(path, *ONLY, "--format", "concise")[1]


def test_a_file_alone_does_not_judge_suppressions_of_checks_of_all_files(run: Run) -> None:
    comment = "# dashgen: ignore duplicate-uid -- both servers have their own\n"
    board = f"{comment}title: A\nuid: same\npanels: []\nschemaVersion: 41\n"
    save("a.yaml", board)
    save("b.yaml", board.removeprefix(comment).replace("title: A", "title: B"))
    select = ("--select", "duplicate-uid,SUP")
    assert run("a.yaml", *select)[0] == 0
    Path("b.yaml").write_text("groups: []\n")
    assert "hides no finding of `duplicate-uid`" in run("a.yaml", "b.yaml", *select)[1]


def test_a_file_that_is_too_large_is_not_read(run: Run) -> None:
    with Path("large.json").open("wb") as file:
        file.truncate(60_000_000)
    code, out, _ = run("large.json", "--format", "concise")
    assert code == 1 and "a file of 60 MB; expected at most 50 MB" in out


def test_promtool_has_the_last_word_on_syntax_where_there_is_one(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    import dashgen.lint.promtool as last

    asked = []

    def last_word(findings, files, assume, promtool):
        asked.append(promtool.version)
        return findings

    monkeypatch.setattr(last, "last_word", last_word)
    monkeypatch.setenv("DASHGEN_PROMTOOL", str(binary()))
    save("rules.yaml", RULES)
    run("rules.yaml", *ONLY)
    run("rules.yaml", "--select", "syntax-error", "--no-promtool")
    assert asked == []
    _, out, _ = run("rules.yaml", "--select", "syntax-error", "--format", "json")
    assert asked == [json.loads(out)["promtool"]]
    code, _, err = run("rules.yaml", "--promtool", "no-such-promtool")
    assert code == 3 and "promtool was not found" in err
    monkeypatch.delenv("DASHGEN_PROMTOOL")
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(Path.cwd()))
    monkeypatch.setattr(sys, "executable", str(Path.cwd() / "python"))
    code, out, _ = run("rules.yaml", "--select", "syntax-error", "--format", "json")
    assert code == 0 and json.loads(out)["promtool"] == ""


def test_whoever_ignores_what_cannot_be_read_is_not_told(run: Run) -> None:
    save("broken.json", '{"panels": [}')
    assert run("broken.json")[0] == run("broken.json", "--select", "PQL")[0] == 1
    assert run("broken.json", "--ignore", "syntax-error")[0] == run("broken.json", "--ignore", "SYN")[0] == 0


def test_help_and_other_commands_import_no_check() -> None:
    for command in (["--help"], ["schema"]):
        code = (
            f"import sys; sys.argv = ['dashgen', *{command}]\n"
            "from dashgen.cli import app\n"
            "try: app.main()\n"
            "except SystemExit: pass\n"
            "print([name for name in sys.modules if name.startswith('dashgen.lint')])\n"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.splitlines()[-1] == "[]", command


def test_a_check_that_fails_is_told_as_our_mistake(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from dashgen.lint.checks.promql.rate_on_gauge import RateOnGauge

    monkeypatch.setattr(RateOnGauge, "expression", lambda self, expression, world: [1 / 0])
    save("rules.yaml", RULES)
    code, out, err = run("rules.yaml")
    assert (code, out) == (3, "") and "internal error: ZeroDivisionError" in err


def test_a_file_with_nothing_to_look_at_is_named(run: Run) -> None:
    save("notes.yaml", "up == 0")
    save("rules/empty.yaml", "")
    save("rules/rules.yaml", RULES)
    code, out, err = run("notes.yaml", "rules", "--select", "rate-on-gauge", "--exit-zero")
    assert code == 0 and "rate-on-gauge" in out
    assert err == "notes.yaml: no dashboards, rules or queries in it\n"


def test_output_of_specs_without_queries_is_no_news(run: Run) -> None:
    save("specs/support.yaml", SPEC + "targets: [grafana-json, prometheus-rule, alertmanager]\n")
    assert "no dashboards" not in run()[2]


@pytest.mark.parametrize("key", ["name", "models", "sources"])
def test_a_spec_with_a_misspelt_key_is_still_one(run: Run, key: str) -> None:
    save("support.yaml", SPEC.replace(f"{key}:", f"{key}x:", 1))
    code, out, err = run("support.yaml")
    assert (code, out) == (2, "") and f"unknown key `{key}x`" in err
