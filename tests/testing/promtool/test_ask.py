"""One run of promtool answers every question of a play, or says in one line why it cannot."""

from __future__ import annotations

import math
import pickle
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from dashgen.errors import MachineError
from dashgen.model import RecordingRule, RuleGroup
from dashgen.testing.promtool.ask import (
    OUTPUT,
    Answers,
    EvaluationError,
    Play,
    Question,
    RefusedError,
    Sample,
    ask,
)
from dashgen.testing.promtool.document import TEST
from dashgen.testing.promtool.find import Promtool
from tests.testing.promtool.plays import MINUTE, alert, clock, play

ONE = {"a": "1"}


def test_answers_come_in_the_order_of_the_questions(promtool):
    asked = [("r", 1), ("nope", 1), ("m", 0.5), ("vector(1/0)", 0), ("scalar(m)", 1), ("vector(0/0)", 1), ("r", 0)]
    found = ask(promtool, play(*asked)).samples
    assert found[:5] == (
        (Sample({"__name__": "r"} | ONE, 10),),
        (),
        (Sample({"__name__": "m"} | ONE, 3),),
        (Sample({}, math.inf),),
        (Sample({}, 5),),
    )
    (nan,) = found[5]
    assert math.isnan(nan.value)
    assert found[6] == (Sample({"__name__": "r"} | ONE, 2),)


def test_floats_are_exact(promtool):
    (found,) = ask(promtool, play(("vector(0.1 + 0.2) or label_replace(vector(-1e-300), 'a', 'b', '', '')", 0))).samples
    assert [sample.value for sample in found] == [0.1 + 0.2, -1e-300]


@pytest.mark.parametrize(
    ("expr", "why"),
    [
        ("sum(", "unclosed left parenthesis"),
        ('m{a="', "unterminated quoted string"),
        ("m * on() group_left() n", "duplicate series"),
        ("m[5m]", "not a vector or scalar"),
        ('"text"\n', "not a vector or scalar"),
        ("", "parse error"),
    ],
)
def test_an_expression_that_cannot_be_evaluated_says_why_and_the_others_are_answered(promtool, expr, why):
    series = {"m": "1x9", 'n{a="1", b="}\\", time: 1m, err:"}': "1x9", 'n{a="2"}': "1x9"}
    before, broken, after = ask(promtool, play(("m", 1), (expr, 1), ("m", 0), series=series)).samples
    assert isinstance(broken, str)
    assert why in broken
    assert before == after == (Sample({"__name__": "m"}, 1),)


def test_native_histograms_are_no_numbers(promtool):
    if promtool.numbers < (3,):
        pytest.skip("promtool 2.42 reads no native histograms")
    series = {"h": "{{schema:0 sum:3 count:4 buckets:[1 2 1]}}x9"}
    histogram, count = ask(promtool, play(("h", 1), ("histogram_count(h)", 1), series=series)).samples
    assert "native histogram" in histogram
    assert count == (Sample({}, 4),)


def test_alerts_fire_with_labels_and_annotations_as_rendered(promtool):
    late = alert(
        "Late, time: 1m",
        "m > 0",
        wait=timedelta(seconds=30),
        labels={"twice": '"{{ $value }}"'},
        annotations={"x": "],\n        exp:[ {{ $labels.a }}, 🦙\x85", "broken": "{{ .Nope }}"},
    )
    never = alert("Never", "m < 0")
    watched = [(late, 0.5), (never, 1), (late, 0), (late, 1)]
    halfway, silent, pending, end = ask(
        promtool, play(*watched, rules=(late, never), series={'m{a="1"}': "3x9"})
    ).firing
    assert (silent, pending) == ((), ())
    assert halfway == end
    (firing,) = end
    assert firing.labels == {"a": "1", "alertname": "Late, time: 1m", "severity": "page", "twice": '"3"'}
    assert firing.annotations["x"] == "],\n        exp:[ 1, 🦙\x85"
    assert "<error expanding template" in firing.annotations["broken"]


def test_every_instance_of_an_alert_is_there(promtool):
    up = alert()
    series = {f'm{{a="{n}"}}': "1x9" for n in range(12)}
    (found,) = ask(promtool, play((up, 1), rules=(up,), series=series)).firing
    assert {firing.labels["a"] for firing in found} == {str(n) for n in range(12)}


def test_thousands_of_questions_in_one_run(promtool):
    up = alert()
    asked = [("m", n % 101) for n in range(5000)] + [(up, n % 101) for n in range(1000)]
    found = ask(promtool, play(*asked, rules=(up,), minutes=100, series={"m": "0+1x500"}))
    # The scrape before a minute: at 14.85 s there are four to a minute, and one more now and then.
    assert [samples[0].value for samples in found.samples] == [n % 101 * 60_000 // 14_850 for n in range(5000)]
    assert [len(firing) for firing in found.firing] == [int(n % 101 > 0) for n in range(1000)]


def test_groups_run_in_order_at_the_interval_of_the_clock(promtool):
    slow = timedelta(hours=1)
    groups = [RuleGroup(f"g{n}", (RecordingRule(f"r{n}", f"r{n - 1} + 1" if n else "m"),), slow) for n in range(9)]
    (found,) = ask(promtool, Play(groups, {"m": "0 0 5x9"}, clock(), (Question("r8", MINUTE),))).samples
    assert found == (Sample({"__name__": "r8"}, 13),)


def test_a_play_without_questions_is_not_run():
    assert ask(Promtool(Path("/nowhere"), "9.9.9"), play()) == Answers((), (), 0)


@pytest.mark.parametrize("at", [0.25, 1.5, -0.5])
def test_a_time_off_the_grid_is_a_mistake_of_the_caller(at):
    with pytest.raises(ValueError, match="not on the evaluation grid"):
        ask(Promtool(Path("/nowhere"), "9.9.9"), play(("m", at)))


def test_so_is_an_alert_that_does_not_exist():
    with pytest.raises(ValueError, match="no such alert: Typo; there are Up"):
        ask(Promtool(Path("/nowhere"), "9.9.9"), play((alert("Typo"), 0), rules=(alert("Up"),)))


def test_a_rule_that_fails_while_it_is_evaluated_is_named(promtool, temporary):
    broken = RecordingRule("r:x", 'label_replace(m, "x", "", "", "")')
    series = {'m{x="1"}': "_x2 1x9", 'm{x="2"}': "_x2 1x9"}
    with pytest.raises(EvaluationError, match=r"rule r:x cannot be evaluated at 30s: .*same labelset") as caught:
        ask(promtool, play(("m", 1), rules=(broken,), series=series))
    assert (caught.value.rule, caught.value.at) == ("r:x", "30s")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    assert not list(temporary.iterdir())


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        (RecordingRule("r", "sum("), 'group "one", rule 1, "r": could not parse expression'),
        (RecordingRule("", "m"), "one of 'record' or 'alert' must be set"),
        (alert(annotations={"x": "{{ .Nope "}), "unclosed action"),
    ],
)
def test_a_rule_promtool_cannot_read_is_named(promtool, rule, why):
    with pytest.raises(RefusedError, match=f"promtool refuses the rules: .*{why}") as caught:
        ask(promtool, play(("m", 1), rules=(rule,)))
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize("bad", [("n", "1xx2"), ("n", "1 2 three"), ("n{a=", "1"), ('n{a="\\z"}', "1"), ("", "1")])
@pytest.mark.parametrize("position", [0, 3, 9])
def test_a_series_promtool_cannot_read_is_found_among_the_others(promtool, bad, position):
    series = [(f"m{n}", "1x5") for n in range(9)]
    series.insert(position, bad)
    with pytest.raises(RefusedError) as caught:
        ask(promtool, play(("m1", 1), series=dict(series)))
    assert caught.value.what == f"the series {bad[0]} {bad[1]}"
    assert caught.value.message


def test_the_files_are_kept_where_they_are_wanted_and_can_be_run_again(promtool, tmp_path, temporary):
    folder = tmp_path / "kept" / "one"
    for _ in range(2):
        ask(promtool, play(("r", 1)), folder)
    done = subprocess.run(
        [promtool.path, "test", "rules", TEST], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.stderr == (folder / OUTPUT).read_text()
    assert "got: " in done.stderr
    assert not list(temporary.iterdir())


def test_a_folder_that_cannot_be_written_is_named(promtool, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(MachineError, match=r"cannot write promtool's files: .*/file"):
        ask(promtool, play(("r", 1)), tmp_path / "file")


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("echo 'panic: runtime error: index out of range' >&2; echo 'goroutine 1' >&2; exit 2", "crashed .*panic: run"),
        ("exit 2", "crashed .*it printed nothing"),
        ("exit 0", r"crashed \(exit code 0\)"),
        ("kill -9 $$", "killed by SIGKILL; memory probably ran out"),
        ("kill -11 $$", "killed by SIGSEGV"),
        ("sleep 60", "did not end within 0.5 s"),
        ("echo 'SUCCESS?' >&2; exit 1", "cannot read: SUCCESS?"),
        ("printf '  FAILED:\\n    expr: \"what\", time: 0s\\n' >&2; exit 1", "cannot read: expr"),
        ("printf '  FAILED:\\n' >&2; exit 1", "answered 0 of 1 questions"),
    ],
)
def test_a_promtool_that_fails_is_told_in_one_clear_line(pretender, temporary, script, message):
    with pytest.raises(MachineError, match=message) as caught:
        ask(pretender(script), play(("r", 1)), patience=0.5 if "sleep" in script else 30)
    assert len(str(caught.value).splitlines()) <= 2
    assert not list(temporary.iterdir())


def test_one_that_cannot_be_started_is_told_too(tmp_path):
    (tmp_path / "promtool").write_text("no program")
    with pytest.raises(MachineError, match="promtool cannot be run: "):
        ask(Promtool(tmp_path / "promtool", "9.9.9"), play(("r", 1)))
