"""One run of the real vmalert-tool answers every question of a play, or says in one line why it cannot."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashgen.errors import MachineError
from dashgen.model import RecordingRule
from dashgen.promql import quote
from dashgen.testing.promtool.ask import ask as ask_promtool
from dashgen.testing.promtool.document import RULES, TEST
from dashgen.testing.promtool.find import find as find_promtool
from dashgen.testing.promtool.play import EvaluationError, RefusedError, Sample
from dashgen.testing.vmalert.ask import OUTPUT, ask
from dashgen.testing.vmalert.find import VmalertTool
from tests.testing.promtool.plays import TWICE, alert, play

ONE = {"a": "1"}


def test_answers_come_in_the_order_of_the_questions(tool):
    asked = [("r", 1), ("nope", 1), ("m", 0.5), ("vector(1/0)", 0), ("scalar(m)", 1), ("r", 0), ("vector(0/0)", 1)]
    found = ask(tool, play(*asked)).samples
    assert found == (
        (Sample({"__name__": "r"} | ONE, 10),),
        (),
        (Sample({"__name__": "m"} | ONE, 3),),
        (Sample({}, math.inf),),
        (Sample({}, 5),),
        (Sample({"__name__": "r"} | ONE, 2),),
        (),
    )


@pytest.mark.parametrize(
    ("expr", "why"),
    [
        ("sum(", "unexpected token"),
        ("m * on() group_left() n", "duplicate time series"),
        ("m[5m]", 'unknown result type "matrix"'),
        ("", "unexpected token"),
    ],
)
def test_an_expression_that_cannot_be_evaluated_says_why_and_the_others_are_answered(tool, expr, why):
    series = {"m": "1x9", 'n{a="1", b="}\\", time: 1m, err:"}': "1x9", 'n{a="2"}': "1x9"}
    before, broken, after = ask(tool, play(("m", 1), (expr, 1), ("m", 0), series=series)).samples
    assert isinstance(broken, str)
    assert why in broken
    assert "http://" not in broken or "matrix" in why
    assert before == after == (Sample({"__name__": "m"}, 1),)


def test_a_rule_sees_what_the_one_before_it_in_its_group_wrote(tool):
    chain = tuple(RecordingRule(f"r{n}", f"r{n - 1} + 1" if n else "m") for n in range(5))
    (found,) = ask(tool, play(("r4", 1), rules=chain, series={"m": "0 0 5x9"})).samples
    assert found == (Sample({"__name__": "r4"}, 9),)


def test_alerts_fire_with_labels_and_annotations_as_rendered(tool):
    late = alert(
        "Late, time: 1m",
        "m > 0",
        wait=timedelta(seconds=30),
        labels={"twice": '"{{ $value }}"'},
        annotations={"x": "],\n        exp:[ {{ $labels.a }}, 🦙\x85"},
    )
    never = alert("Never", "m < 0")
    asked = play((late, 0.5), (never, 1), (late, 0), (late, 0.5), rules=(late, never), series={'m{a="1"}': "3x9"})
    firing, silent, pending, again = ask(tool, asked).firing
    assert (silent, pending) == ((), ())
    assert firing == again
    assert firing[0].labels == {"a": "1", "alertname": "Late, time: 1m", "severity": "page", "twice": '"3"'}
    assert firing[0].annotations["x"] == "],\n        exp:[ 1, 🦙\x85"


def test_a_series_without_samples_is_none(tool):
    up = alert()
    found = ask(tool, play(("m", 1), (up, 1), rules=(up,), series={'m{a="1"}': "1x9", 'm{a="2"}': ""}))
    assert found.samples == ((Sample({"__name__": "m"} | ONE, 1),),)
    assert [firing.labels["a"] for firing in found.firing[0]] == ["1"]


def test_the_states_of_an_alert_are_those_that_promtool_sees(tool):
    up = alert(wait=timedelta(minutes=1), keep_firing_for=timedelta(minutes=1))
    series = {'m{a="1"}': "1x11 0x11 1x7 stale", 'm{a="2"}': "_x4 1x100", 'm{a="3"}': "1 0 1 0 1 0x40"}
    asked = [("ALERTS", n / 2) for n in range(25)] + [("count(ALERTS)", 12)]
    questions = play(*asked, (up, 2), (up, 5), rules=(up,), series=series, minutes=12)
    seen, told = ask_promtool(find_promtool(), questions), ask(tool, questions)
    assert [alike(each) for each in told.samples] == [alike(each) for each in seen.samples]
    assert any(seen.samples[:-1])
    assert told.firing == seen.firing


def alike(samples):
    assert not isinstance(samples, str)
    return {(tuple(sorted(each.labels.items())), each.value) for each in samples}


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=20))
def test_every_text_arrives_as_it_is(tool, text):
    up = alert(annotations={"said": "{{ $labels.a }}"})
    series = {f"m{{a={quote.string(text)}}}": "1x9"}
    asked = ask(tool, play((f"m{{a={quote.string(text)}}}", 1), (up, 1), rules=(up,), series=series))
    assert asked.samples == ((Sample({"__name__": "m", "a": text}, 1),),)
    ((firing,),) = asked.firing
    assert firing.annotations["said"] == text


def test_floats_are_as_played(tool):
    series = {"m": "1e+06+2.5x9 -3.25 1e-05 _x2 4"}
    first, last = ask(tool, play(("m", 0.5), ("m", 3), series=series, minutes=4)).samples
    assert [each[0].value for each in (first, last)] == pytest.approx([1e6 + 5, 1e-05], rel=1e-9)


@pytest.mark.parametrize(
    ("fields", "raised", "why"),
    [
        ({"rules": (RecordingRule("x", "sum("),)}, RefusedError, "vmalert-tool refuses the rules"),
        ({"series": {"m{": "1x9"}}, RefusedError, "failed to parse series m{"),
        ({"series": {"m": "{{schema:0 sum:1 count:1 buckets:[1]}}x9"}}, RefusedError, "failed to parse input series"),
        (
            {
                "rules": (RecordingRule("x", "m * on() group_left() n"),),
                "series": {"m": "1", 'n{a="1"}': "_ _ 1", 'n{a="2"}': "_ _ 1"},
            },
            EvaluationError,
            "rule x cannot be evaluated at 30s: cannot evaluate",
        ),
    ],
)
def test_what_cannot_be_played_says_why(tool, fields, raised, why):
    with pytest.raises(raised) as caught:
        ask(tool, play(("m", 1), **fields))
    assert why in str(caught.value)


def test_more_than_it_stores_is_said(tool):
    series = {f'm{{a="{n}"}}': "0+1x40000" for n in range(60)}
    with pytest.raises(RefusedError, match="it stores at most 32 MiB"):
        ask(tool, play(("vector(1)", 0), rules=(), series=series))


def test_nothing_is_left_behind_but_what_is_kept(tool, tmp_path, monkeypatch):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    ask(tool, play(("r", 1)), tmp_path / "kept")
    assert list(temporary.iterdir()) == []
    assert {path.name for path in (tmp_path / "kept").iterdir()} == {RULES, TEST, OUTPUT}


def test_a_program_that_does_not_answer_is_said_to_be(tmp_path):
    program = tmp_path / "tool"
    program.write_text("#!/bin/sh\necho FATAL: no port >&2; exit 255\n")
    program.chmod(0o755)
    with pytest.raises(MachineError, match=r"crashed \(exit code 255\): FATAL: no port"):
        ask(VmalertTool(program, "9"), play(("m", 1)))
    program.write_text("#!/bin/sh\necho nonsense; exit 1\n")
    with pytest.raises(MachineError, match="printed what dashgen cannot read: nonsense"):
        ask(VmalertTool(program, "9"), play(("m", 1), rules=(TWICE,)))
