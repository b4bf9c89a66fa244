"""Mutants of a small bundle, judged by the real promtool: what a good case kills, and what a weak one lets pass."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dashgen.model import RecordingRule, RuleGroup
from dashgen.testing.mutate import run as running
from dashgen.testing.mutate import session
from dashgen.testing.mutate import targets as all_targets
from dashgen.testing.mutate.batch import Batch
from dashgen.testing.mutate.equivalent import load_equivalent
from dashgen.testing.mutate.mutants import Mutant
from dashgen.testing.mutate.pending import ORIGINAL, Pending
from dashgen.testing.mutate.verdicts import Verdicts
from dashgen.testing.promtool.ask import ask
from dashgen.testing.promtool.find import find
from tests.testing.mutate.toy import (
    ERRORS,
    FIRING,
    GOOD,
    GROUPS,
    HIGH,
    OTHER,
    QUERIES,
    RATE,
    RATIO,
    SERIES,
    bundle,
    changed,
    good,
    plan,
    verdicts,
)


def run(bundles, plans, **rest):
    return running.run(find(), bundles, plans, **rest)


def judged(found, kind, name, change):
    """The verdicts on all mutants of one target whose description has that text."""
    seen = [
        each.verdict
        for each in found.judged
        if (each.target.kind, each.target.name) == (kind, name) and change in each.mutant.description
    ]
    assert seen, f"no mutant {change} of {kind} {name}"
    return set(seen)


@pytest.fixture(scope="module")
def found():
    return run([bundle()], [good()])


KILLED = [
    ("alert", "ToyErrors", "`for: 2m` dropped"),
    ("alert", "ToyErrors", "`for: 2m` → `for: 4m`"),
    ("alert", "ToyErrors", "`> 0.1` → `< 0.1`"),
    ("record", "toy:errors:rate5m", '`job="toy"` dropped'),
    ("record", "toy:errors:rate5m", "`5m` → `10m`"),
    ("record", "toy:errors:rate5m", "`rate` → `irate`"),
    ("record", "toy:requests:rate5m", "`by (model)` → `by ()`"),
    ("record", "toy:requests:rate5m", "`rate` → `increase`"),
    ("record", "toy:errors:ratio", "`/ (sum by (model) (toy:requests:rate5m) > 0)` dropped"),
    ("record", "toy:peak", "`or toy:peak offset 1m` dropped"),
    ("record", "toy:peak", "`offset 1m` → `offset 2m`"),
    ("panel", "toy/errors/ratio", "`100 *` dropped"),
    ("panel", "toy/errors/peak", '→ `model!~"$model"`'),
    ("panel", "toy/errors/pages", '`severity="page"` → `severity!="page"`'),
    ("panel", "toy/errors/pages", "`or vector(0)` dropped"),
]


@pytest.mark.parametrize(("kind", "name", "change"), KILLED)
def test_a_good_case_kills(found, kind, name, change):
    assert judged(found, kind, name, change) == {"killed"}


SURVIVED = [
    # Nothing plays exactly at the threshold, and one series is its own sum.
    ("alert", "ToyErrors", "`> 0.1` → `>= 0.1`"),
    ("record", "toy:errors:rate5m", "`sum` → `max`"),
    # The requests come evenly, from one job.
    ("record", "toy:requests:rate5m", "`5m` → `150s`"),
    ("record", "toy:requests:rate5m", '`job="toy"` dropped'),
    ("panel", "toy/errors/peak", '`model=~"$model"` dropped'),
]


@pytest.mark.parametrize(("kind", "name", "change"), SURVIVED)
def test_what_nothing_in_the_case_shows_survives(found, kind, name, change):
    assert judged(found, kind, name, change) == {"survived"}


def test_the_score_counts_every_mutant(found):
    killed, survived = found.count("killed"), found.count("survived")
    assert killed + survived == len(found.judged) == len({id(each.mutant) for each in found.judged})
    assert found.score == killed / (killed + survived)
    assert found.runs <= 3


def test_a_weak_case_lets_pass_what_a_good_one_kills():
    weak = plan(bundle(), firing=FIRING, fires=frozenset({"ToyErrors"}))
    found = run([bundle()], [weak])
    assert judged(found, "alert", "ToyErrors", "`for: 2m` dropped") == {"killed"}
    assert judged(found, "record", "toy:errors:rate5m", '`job="toy"` dropped') == {"killed"}
    assert judged(found, "record", "toy:peak", "`or toy:peak offset 1m` dropped") == {"survived"}
    assert judged(found, "panel", "toy/errors/ratio", "`100 *` dropped") == {"survived"}
    assert {each.cases for each in found.judged if each.target.kind == "panel"} == {()}


def test_an_alert_that_is_silent_is_still_looked_at():
    silent = plan(bundle(), firing=[], series={**SERIES, 'errors_total{job="toy",model="a"}': "0+0.7x100"})
    found = run([bundle()], [silent])
    assert judged(found, "alert", "ToyErrors", "`> 0.1` → `< 0.1`") == {"killed"}
    assert judged(found, "alert", "ToyErrors", "`for: 2m` dropped") == {"survived"}


def test_a_second_case_kills_what_the_first_let_pass():
    low = {**SERIES, 'errors_total{job="toy",model="a"}': "0+3x100"}
    edge = plan(bundle(), firing=[], series=low, name="at the threshold")
    found = run([bundle()], [good(), edge])
    assert judged(found, "alert", "ToyErrors", "`> 0.1` → `> 0.09`") == {"killed"}
    by = {each.cases for each in found.judged if each.mutant.description.startswith("`> 0.1` → `> 0.09`")}
    assert by == {("at the threshold",)}


def test_mutants_go_through_any_number_of_batches(found, monkeypatch):
    monkeypatch.setattr(session, "MOST_EVALUATIONS", 1)
    monkeypatch.setattr(session, "MOST_QUESTIONS", 1)
    one_by_one = run([bundle()], [good()])
    assert one_by_one.runs > len(one_by_one.judged) / 2
    assert verdicts(one_by_one) == verdicts(found)


def same_as_original(made, case):
    """Every target judged as a mutant of itself."""
    stage = running.stages([case])[0]
    for number, target in enumerate(running.targets([made])):
        for candidate in running.candidates(target, [stage]):
            yield Pending(number, target, ORIGINAL, ()).chain(candidate), stage


def test_an_original_in_the_place_of_itself_changes_no_answer():
    case = good()
    chains, stages = zip(*same_as_original(bundle(), case), strict=True)
    batch = Batch(case, stages[0].rules, chains)
    whole = ask(find(), case.play())
    assert len(chains) == 9
    for chain, answers, part in batch.answers(ask(find(), batch.play()), whole):
        assert comparable(answers) == comparable(whole), chain
        assert part.questions or part.alerts


def comparable(answers):
    """Answers whose samples are in any order; ``__name__`` of a metric is kept."""
    key = [
        each if isinstance(each, str) else sorted((sorted(one.labels.items()), one.value) for one in each)
        for each in answers.samples
    ]
    return key, answers.firing


def test_a_rule_that_cannot_be_evaluated_is_noticed_and_spoils_nothing():
    # Two sources on the right: without `sum by (model)` nothing says which one to divide by.
    ratio = replace(RATIO, expr="toy:errors:rate5m / on (model) group_left () sum by (model) (toy:requests:rate5m)")
    made = bundle(changed(GROUPS, RATIO, ratio))
    series = {
        **SERIES,
        'requests_total{job="toy",model="b"}': "0+15x100",
        'errors_total{job="toy",model="b"}': "0+0x100",
    }
    shows = {("toy/errors/ratio", 15): [0, 25]}
    found = run([made], [plan(made, shows, series=series)])
    broken = [each for each in found.judged if each.reason]
    assert [each.mutant.description for each in broken] == ["`on (model)` → `on ()` at 20"]
    assert all(each.verdict == "killed" and "many-to-many" in each.reason for each in broken)
    assert judged(found, "record", "toy:errors:ratio", "`count`") == {"killed"}
    assert judged(found, "record", "toy:errors:rate5m", "`by (model)` → `by ()`") == {"killed"}


def test_what_promtool_does_not_parse_is_no_mutant(monkeypatch):
    real = all_targets.mutants

    def with_nonsense(expr, timing, *, value_shown):
        broken = Mutant("operand", "nonsense", "toy:errors:ratio +", 0, 0, timing)
        added = (broken,) if expr in (RATIO.expr, QUERIES["toy/errors/ratio"]) else ()
        return (*added, *real(expr, timing, value_shown=value_shown))

    monkeypatch.setattr(all_targets, "mutants", with_nonsense)
    found = run([bundle()], [good()])
    refused = [each for each in found.judged if each.verdict == "refused"]
    assert [each.mutant.description for each in refused] == ["nonsense", "nonsense"]
    assert all("parse error" in each.reason for each in refused)
    assert judged(found, "alert", "ToyErrors", "`for: 2m` dropped") == {"killed"}
    assert found.score == found.count("killed") / (len(found.judged) - 2)


def test_a_case_judges_nothing_of_what_it_does_not_let_pass_itself(tmp_path: Path):
    wrong = plan(bundle(), {**GOOD, ("toy/errors/ratio", 15): [26]}, name="wrong")
    remembered = Verdicts(tmp_path)
    for _ in range(2):
        found = run([bundle()], [wrong], verdicts=remembered)
        assert found.failing == ("wrong",)
        assert judged(found, "panel", "toy/errors/ratio", "`100 *` dropped") == {"survived"}
        assert judged(found, "record", "toy:errors:rate5m", "`by (model)` → `by ()`") == {"survived"}
        assert judged(found, "panel", "toy/errors/peak", '→ `model!~"$model"`') == {"killed"}
    assert found.runs == 0
    beside = run([bundle()], [wrong, good()])
    assert beside.failing == ("wrong",)
    assert judged(beside, "panel", "toy/errors/ratio", "`100 *` dropped") == {"killed"}


def test_a_case_whose_rules_fail_is_named_and_judges_nothing():
    broken = replace(RATIO, expr="toy:errors:rate5m / on (model) group_left () toy:requests:rate5m")
    made = bundle(changed(GROUPS, RATIO, broken))
    for together in (False, True):
        found = run([made], [plan(made, {("toy/errors/ratio", 15): [25]}, together=together)])
        assert found.failing == ("case",)
        assert judged(found, "record", "toy:errors:rate5m", "`sum` → `count`") == {"survived"}


def test_a_recorded_series_that_a_case_plays_itself_is_read_under_its_new_name():
    made = bundle((GROUPS[1],))
    series = {'toy:errors:rate5m{model="a"}': "0.25x100", 'toy:requests:rate5m{model="a"}': "1x100"}
    queries = {"toy/errors/ratio": QUERIES["toy/errors/ratio"]}
    given = RecordingRule("toy:errors:rate5m", "0 * missing")
    made = bundle((RuleGroup("raw", (given,)), *made.groups), queries)
    case = plan(made, {("toy/errors/ratio", 15): [25]}, series=series)
    found = run([made], [case])
    assert found.failing == ()
    assert judged(found, "record", "toy:errors:rate5m", "`0 *` dropped") == {"survived"}
    assert judged(found, "record", "toy:errors:ratio", "`sum` → `count` at 0") == {"killed"}


def test_a_target_of_two_specs_is_judged_once_by_the_cases_of_both():
    other = bundle(name="other")
    case = good(other, name="of the other", series=SERIES)
    found = run([bundle(), other], [case])
    assert len(found.judged) == len(run([bundle()], [good()]).judged)
    assert {each.target.specs for each in found.judged} == {("toy", "other")}
    assert judged(found, "alert", "ToyErrors", "`for: 2m` dropped") == {"killed"}


def test_equivalent_mutants_are_not_asked_about(tmp_path: Path):
    path = tmp_path / "equivalent.yaml"
    path.write_text(
        "equivalent:\n"
        "  - {operator: function, record: 'toy:errors:.*', change: '`sum` → `max`', reason: one series a model}\n",
        encoding="utf-8",
    )
    found = run([bundle()], [good()], listed=load_equivalent([path]))
    assert judged(found, "record", "toy:errors:rate5m", "`sum` → `max`") == {"equivalent"}
    assert judged(found, "record", "toy:errors:rate5m", "`sum` → `avg`") == {"survived"}
    assert 0 < found.equivalent_share < 0.1


def test_what_is_known_is_not_asked_again(tmp_path: Path, found):
    remembered = Verdicts(tmp_path)
    first = run([bundle()], [good()], verdicts=remembered)
    again = run([bundle()], [good()], verdicts=remembered)
    assert verdicts(again) == verdicts(first) == verdicts(found)
    assert first.runs > again.runs == 0


def test_the_case_that_killed_a_mutant_is_asked_first(tmp_path: Path):
    remembered = Verdicts(tmp_path)
    weak = [plan(bundle(), {("toy/errors/ratio", 20): []}, name=f"weak {number}") for number in range(4)]
    cases = [*weak, plan(bundle(), {("toy/errors/ratio", 15): [25]}, name="strong")]
    first = run([bundle()], cases, verdicts=remembered)
    killed = [each for each in first.judged if each.verdict == "killed"]
    assert {each.cases for each in killed if each.target.kind == "panel"} == {("strong",)}
    only = [replace(each, digest="2") for each in cases]
    asked = []

    def noted(case):
        return replace(case, fails=lambda answers, part: asked.append(case.name) or case.fails(answers, part))

    again = run(
        [bundle()],
        [noted(each) for each in only],
        verdicts=remembered,
        only=lambda each: each.name == "toy/errors/ratio",
    )
    assert verdicts(again).items() <= verdicts(first).items()
    assert set(asked) == {"strong"}


def test_rules_of_one_record_are_not_taken_for_each_other(tmp_path: Path):
    # What is a mutant of one (by (model) -> by ()) is what the other says.
    whole = replace(OTHER, expr=RATE.expr.replace("by (model)", "by ()"), labels={"source": "all"})
    made = bundle(changed(GROUPS, OTHER, whole))
    case = plan(made, queries={("toy:requests:rate5m", 15): [1.010101, 1.010101]})
    remembered = Verdicts(tmp_path)
    first = run([made], [case], verdicts=remembered)
    assert judged(first, "record", "toy:requests:rate5m", "`rate` → `increase`") == {"killed"}
    again = run([made], [case], verdicts=remembered)
    assert [each.verdict for each in again.judged] == [each.verdict for each in first.judged]
    assert again.runs == 0
    keys = {session.key(each, candidate) for each, candidate in originals(made, case)}
    assert len(keys) == len(list(originals(made, case)))


def test_panels_that_ask_the_same_are_not_taken_for_each_other():
    made = bundle(queries={"toy/errors/a": "toy:errors:ratio", "toy/errors/b": "toy:errors:ratio"})
    case = plan(made, {("toy/errors/a", 15): [0.25], ("toy/errors/b", 15): [0.25]})
    pairs = list(originals(made, case))
    assert len({session.key(each, candidate) for each, candidate in pairs}) == len(pairs)


def originals(made, case):
    """Every target the case can see, as it is."""
    stages = running.stages([case])
    for target in running.targets([made]):
        for candidate in running.candidates(target, stages):
            yield target, candidate


def test_a_changed_alert_is_the_only_thing_asked_about(tmp_path: Path):
    remembered = Verdicts(tmp_path)
    run([bundle()], [good()], verdicts=remembered)
    longer = replace(HIGH, wait=timedelta(minutes=3))
    made = bundle(changed(GROUPS, HIGH, longer))
    case = plan(made, GOOD, firing=range(11, 19), fires=frozenset({"ToyErrors"}))
    asked = []
    found = run([made], [case], verdicts=remembered, progress=lambda *counts: asked.append(counts))
    assert judged(found, "alert", "ToyErrors", "`for: 3m` dropped") == {"killed"}
    # The panel about pages is not in this case; what the alert reads, the alert may see.
    untouched = ("toy/errors/peak", "toy/errors/ratio")
    assert {each.verdict for each in found.judged if each.target.name in untouched} == {"killed", "survived"}
    assert found.runs > 0
    assert asked[-1] == (len(found.judged) - found.count("survived"), len(found.judged))


@pytest.mark.parametrize(
    "change",
    [
        lambda case: replace(case, digest="2"),
        lambda case: replace(case, questions=(*case.questions, replace(case.questions[0], at=17 * 60_000))),
        lambda case: replace(case, clock=replace(case.clock, scrape=case.clock.scrape - 1)),
    ],
)
def test_a_changed_case_judges_anew(tmp_path: Path, change):
    remembered = Verdicts(tmp_path)
    case = plan(bundle(), GOOD)
    run([bundle()], [case], verdicts=remembered)
    assert run([bundle()], [change(case)], verdicts=remembered).runs > 0


def test_a_damaged_cache_costs_time_and_nothing_else(tmp_path: Path, found):
    remembered = Verdicts(tmp_path)
    run([bundle()], [good()], verdicts=remembered)
    for number, path in enumerate(sorted(tmp_path.iterdir())):
        content = path.read_bytes()
        path.write_bytes((b"", content[:-3], content.replace(b"false", b"true"), b"\xff" * 40)[number % 4])
    assert verdicts(run([bundle()], [good()], verdicts=remembered)) == verdicts(found)


BY_MODEL = bundle(changed(GROUPS, HIGH, replace(HIGH, expr="sum by (model) (toy:errors:ratio) > 0.1")))
TOLD = 15


def notified(tell=lambda labels: labels.get("model") == "a"):
    """A case that looks at labels only where it looks at everything, as notifications do."""
    case = plan(BY_MODEL, {("toy/errors/ratio", 15): [25]}, firing=FIRING, together=True, name="notified")

    def fails(answers, part):
        told = [each.labels for each in answers.samples[TOLD]] if part is None else []
        return case.fails(answers, part) or not all(map(tell, told))

    return replace(case, fails=fails)


def test_notifications_are_judged_with_everything_there_is(tmp_path: Path):
    change = "`by (model)` → `by ()`"
    alone = plan(BY_MODEL, firing=FIRING)
    assert judged(run([BY_MODEL], [alone]), "alert", "ToyErrors", change) == {"survived"}
    remembered = Verdicts(tmp_path)
    for _ in range(2):
        found = run([BY_MODEL], [notified()], verdicts=remembered)
        assert judged(found, "alert", "ToyErrors", change) == {"killed"}
        assert found.failing == ()
    # Only what everything together decided is asked again.
    assert 0 < found.runs <= 3


def test_a_case_whose_notifications_are_wrong_anyway_judges_none():
    found = run([BY_MODEL], [notified(lambda labels: False)])
    assert found.failing == ("notified",)
    assert judged(found, "alert", "ToyErrors", "`by (model)` → `by ()`") == {"survived"}
    assert judged(found, "alert", "ToyErrors", "`for: 2m` dropped") == {"killed"}


def test_only_what_the_mutants_rest_on_is_played():
    case = plan(bundle(), {("toy/errors/ratio", 15): [25]})
    stage = running.stages([case])[0]
    target = next(each for each in running.targets([bundle()]) if each.expr == ERRORS.expr)
    (candidate,) = running.candidates(target, [stage])
    chain = Pending(1, target, 0, ()).chain(candidate)
    play = Batch(case, stage.rules, (chain,)).play()
    names = [rule.record for group in play.groups for rule in group.rules]
    assert names == ["toy:requests:rate5m"] * 2 + ["toy:errors:rate5m:mutant1", "toy:errors:ratio:mutant1"]
    assert RATE in play.groups[0].rules
    assert set(play.series) == set(SERIES)
