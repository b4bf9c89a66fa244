"""``dashgen test`` as a user runs it: verdicts, exit codes, and no pass that proves nothing."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from dashgen.cli import app
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
SCENARIO = """\
name: slow answers
length: 20m
series:
  signal: ttft
  values:
    - {for: 5m, per_minute: 60, observe: {0.3: 1}}
    - {per_minute: 60, observe: {0.3: 0.5, 4.5: 0.5}}
alerts:
  LLMTimeToFirstTokenHigh: {firing: 10m30s.., within: 1m}
panels:
  - {at: 20m, shows: {service-health/ttft-client/p95: {claude (cloud) p95: 4.9}}}
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs ``dashgen test`` on one spec and the scenario it is given."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DASHGEN_PROMTOOL", str(binary()))
    Path("specs").mkdir()
    Path("specs/support.yaml").write_text(SPEC)

    def call(scenario: str = SCENARIO, *arguments: str) -> tuple[int, str, str]:
        Path("case.yaml").write_text(scenario)
        monkeypatch.setattr(sys, "argv", ["dashgen", "test", "-s", "case.yaml", *arguments])
        with pytest.raises(SystemExit) as caught:
            app.main()
        captured = capsys.readouterr()
        return int(caught.value.code or 0), captured.out, captured.err

    return call


def test_what_holds_is_told_in_a_line(run: Run) -> None:
    code, out, err = run()
    assert (code, err) == (0, "")
    assert "1 case, 3 assertions: all hold" in out and "promtool 2" in out


def test_an_alert_that_is_late_is_drawn_below_what_was_expected(run: Run) -> None:
    code, out, _ = run(SCENARIO.replace("10m30s..", "6m..9m"))
    assert code == 1
    assert "FAIL slow answers [support]" in out
    assert "case.yaml:9:28: alert LLMTimeToFirstTokenHigh{" in out
    assert "expected" in out and "firing 6m..9m" in out
    assert "llm_time_to_first_token_milliseconds_bucket{" in out


def test_a_wrong_number_is_shown_beside_the_right_one(run: Run) -> None:
    code, out, _ = run(SCENARIO.replace("4.9}", "4.7}"))
    assert code == 1
    assert "panel service-health/ttft-client/p95 at 20m" in out and "4.7" in out and "4.9" in out


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("LLMTimeToFirstTokenHigh", "LLMTimeToFirstTokenHihg", "did you mean `LLMTimeToFirstTokenHigh`?"),
        ("service-health/ttft-client/p95", "service-health/ttft-cleint/p95", "did you mean `service-health/ttft-cli"),
        ("at: 20m, ", "at: 20m, variables: {modle: claude}, ", "did you mean `model`?"),
        ("signal: ttft", "signal: tttft", "did you mean `ttft`?"),
        ("at: 20m", "at: 19m10s", "write 19m or 19m30s"),
        ("at: 20m", "at: 40m", "case.yaml"),
        ("length: 20m", "specs: [suport]\nlength: 20m", "did you mean `support`?"),
        ("  signal: ttft", "  signal: ttft\n  model: claud", "did you mean `claude`?"),
    ],
)
def test_a_name_that_is_wrong_is_an_error_and_no_pass(run: Run, before: str, after: str, said: str) -> None:
    code, out, err = run(SCENARIO.replace(before, after, 1))
    assert (code, out) == (2, ""), err
    assert said in err and "case.yaml:" in err


def test_a_recording_that_is_not_there_is_an_error(run: Run) -> None:
    start, end = SCENARIO.index("series:"), SCENARIO.index("alerts:")
    code, _, err = run(SCENARIO[:start] + "series: {recording: gone.series}\n" + SCENARIO[end:])
    assert code == 2 and "gone.series" in err


def test_a_scenario_that_asserts_nothing_is_an_error(run: Run) -> None:
    code, _, err = run(SCENARIO[: SCENARIO.index("alerts:")])
    assert code == 2 and "asserts nothing" in err


def test_an_empty_panel_fails_where_a_value_is_expected(run: Run) -> None:
    code, out, _ = run(SCENARIO.replace("at: 20m", "at: 0s"))
    assert code == 1 and "panel service-health/ttft-client/p95 at 0s" in out


def test_an_alert_nobody_named_may_not_fire(run: Run) -> None:
    failing = "  - {signal: requests, labels: {outcome: error, error_class: timeout}, values: {per_minute: 60}}\n"
    series = SCENARIO.replace("series:\n  signal", "series:\n  - signal").replace("\n  values:", "\n    values:")
    series = series.replace("\n    - {", "\n      - {").replace("alerts:", f"{failing}alerts:", 1)
    code, out, _ = run(series)
    assert code == 1 and "alert LLMErrorRateHigh{" in out and "expected" in out


def test_choosing_cases_that_are_not_there_runs_nothing(run: Run) -> None:
    code, _, err = run(SCENARIO, "--run", "fast")
    assert code == 2 and "no case matches 'fast'" in err and "slow answers [support]" in err
    assert run(SCENARIO, "--run", "[")[0] == 2


def test_formats_go_to_files_and_stdout(run: Run) -> None:
    code, out, _ = run(SCENARIO, "--format", "junit", "--output", "out.xml", "--format", "json")
    assert code == 0
    assert json.loads(out)["summary"] == {"cases": 1, "failed": 0, "assertions": 3, "failures": 0}
    assert ElementTree.parse("out.xml").find(".//testcase") is not None
    assert run(SCENARIO, "--format", "junit", "--output", "out.xml")[0] == 0
    Path("mine.xml").write_text("<mine/>")
    code, _, err = run(SCENARIO, "--format", "junit", "--output", "mine.xml")
    assert code == 2 and "no report that dashgen wrote" in err and Path("mine.xml").read_text() == "<mine/>"
    assert run(SCENARIO, "--format", "yaml")[0] == 2
    assert run(SCENARIO, "--format", "json", "--format", "github")[0] == 2


def test_coverage_says_what_is_not_asserted_and_can_be_demanded(run: Run) -> None:
    code, out, _ = run(SCENARIO, "--coverage")
    assert code == 0
    assert "panel queries: service-health/ttft-client/p50" in out
    assert "panel queries: service-health/ttft-client/p95" not in out
    assert "alerts fired: LLMTimeToFirstTokenHigh" not in out and "alerts fired: LLMErrorRateHigh" in out
    assert run(SCENARIO, "--min-coverage", "90")[0] == 1
    assert run(SCENARIO, "--min-coverage", "1")[0] == 0


def test_files_are_kept_and_run_by_hand(run: Run) -> None:
    assert run(SCENARIO, "--keep", "kept")[0] == 0
    (folder,) = Path("kept").iterdir()
    assert {"rules.yaml", "test.yaml"} <= {path.name for path in folder.iterdir()}


def test_without_promtool_it_says_how_to_get_one(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHGEN_PROMTOOL", "no-such-promtool")
    code, _, err = run()
    assert code == 3 and "dashgen promtool install" in err


def test_names_tell_what_a_scenario_can_say(run: Run) -> None:
    code, out, _ = run(SCENARIO, "--names")
    assert code == 0 and "page LLMErrorRateHigh" in out and "query service-health/ttft-client/p95" in out


def test_fail_fast_stops_at_the_first_failure(run: Run) -> None:
    cases = SCENARIO.replace("10m30s..", "6m..9m") + "cases: {first: {}, second: {}}\n"
    assert "2 cases" in run(cases)[1]
    code, out, _ = run(cases, "--fail-fast")
    assert code == 1 and "1 case," in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--changed",), "add --mutate"),
        (("--mutate", "--baseline", "--run", "slow"), "narrow it with --target"),
        (("--mutate", "--baseline", "specs/support.yaml"), "narrow it with --target"),
        (("--mutate", "--target", "["), "a regular expression"),
        (("--mutate", "--engine", "vmalert"), "leave one of them out"),
        (("--mutate", "--format", "json"), "redirect stdout"),
    ],
)
def test_options_of_mutation_that_contradict_each_other_are_refused(
    run: Run, arguments: tuple[str, ...], said: str
) -> None:
    code, out, err = run(SCENARIO, *arguments)
    assert (code, out) == (2, "") and said in err


def test_mutants_are_judged_by_the_scenarios_there_are(run: Run) -> None:
    code, out, err = run(SCENARIO, "--mutate", "--target", "^LLMTimeToFirstTokenHigh$")
    assert (code, err) == (1, "")
    assert "survived: alert LLMTimeToFirstTokenHigh [support]" in out and "score" in out
    assert run(SCENARIO, "--mutate", "--target", "^LLMTimeToFirstTokenHigh$", "--min-score", "10")[0] == 0


def test_an_entry_of_ones_own_about_no_mutant_is_refused_and_those_that_come_with_dashgen_are_not(run: Run) -> None:
    path = Path("rules", "_mutants", "equivalent.yaml")
    path.parent.mkdir(parents=True)
    path.write_text("equivalent:\n  - {operator: window, alert: LLMNoSuch, reason: nobody can tell these apart}\n")
    code, out, err = run(SCENARIO, "--mutate", "--target", "^LLMTimeToFirstTokenHigh$")
    assert (code, out) == (2, "") and err.count("no mutant matches this entry") == 1
    assert "rules/_mutants/equivalent.yaml:2" in err
