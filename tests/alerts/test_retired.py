"""A recorded name that changed is written for 35 more days, from the new one, and then no longer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from dashgen.alerts import rule_groups
from dashgen.alerts.retired import KEPT, RETIRED, Retired, with_retired
from dashgen.model import RecordingRule
from tests.alerts.deployments import APP, GPT, VLLM, requests, spec
from tests.promtool import check_rules, play
from tests.series import counter
from tests.specs import variety

NEW = "llm:requests_client:rate5m"
OLD = "llm:requests:per_minute"
DAY = date(1970, 1, 2) - KEPT
"""promtool's clock starts at 1970, so this name's 35 days end with the first day."""
END = 24 * 60


def names(groups):
    return [rule.record for group in groups for rule in group.rules if isinstance(rule, RecordingRule)]


def played(entry, since=END - 20, minutes=40):
    """The traffic group of one model with the entry, over a request a second around the end of the 35 days."""
    groups = [group for group in with_retired(rule_groups(spec()), (entry,)) if group.name == "chat-traffic"]
    quiet = ("_", since)
    return play(groups, requests(counter(quiet, (60, minutes))), groups=None, until=since + minutes - 1, every=60)


def test_the_old_name_is_there_before_the_last_day_is_over_and_gone_after():
    run = played(Retired(OLD, NEW, DAY))
    new, old, gone, still = run.queries([(NEW, END - 1), (OLD, END - 1), (OLD, END + 6), (NEW, END + 6)])
    assert old.value() == new.value() == pytest.approx(1)
    assert {key: value for key, value in old[0][0].items() if key != "__name__"} == {
        key: value for key, value in new[0][0].items() if key != "__name__"
    }
    assert not gone
    assert still


def test_an_expression_gives_the_old_unit_and_the_old_labels():
    run = played(Retired(OLD, NEW, DAY, "sum without (route, outcome) ({new} * 60)"))
    ((labels, value),) = run.query(OLD, END - 1)
    assert value == pytest.approx(60)
    assert labels["model"] == "gpt"
    assert labels["llm_service"] == "chat"
    assert not {"route", "outcome"} & labels.keys()


def test_the_old_name_comes_right_after_the_last_rule_that_writes_the_new_one():
    two = spec((GPT,), (APP | {"name": "a"}, APP | {"name": "b", "selector": {"job": "b"}}, VLLM))
    groups = rule_groups(two)
    found = names(with_retired(groups, (Retired(OLD, NEW, DAY),)))
    last = max(number for number, name in enumerate(found) if name == NEW)
    assert found[last + 1] == OLD
    assert [name for name in found if name != OLD] == names(groups)


def test_an_entry_may_follow_another():
    chain = (Retired("llm:b", NEW, DAY), Retired("llm:a", "llm:b", DAY - timedelta(days=1)))
    found = names(with_retired(rule_groups(spec()), chain))
    assert found.index("llm:a") == found.index("llm:b") + 1


def test_a_name_this_spec_does_not_record_changes_nothing():
    groups = rule_groups(spec())
    assert with_retired(groups, (Retired(OLD, "llm:nobody:records", DAY),)) == groups


def test_a_name_that_is_still_recorded_cannot_be_retired():
    with pytest.raises(ValueError, match="a rule still records it"):
        with_retired(rule_groups(spec()), (Retired(NEW, NEW, DAY),))


def test_promtool_accepts_the_rules_of_any_entry():
    every = rule_groups(spec((GPT,), (APP, VLLM)))
    table = [Retired(f"{name}_old", name, DAY) for name in dict.fromkeys(names(every))]
    groups = with_retired(every, table)
    assert len(names(groups)) == len(names(every)) + len(table)
    check_rules(groups)


@pytest.mark.parametrize("name", variety())
def test_the_table_is_written_by_every_spec_it_concerns(name):
    groups = rule_groups(variety()[name])
    for entry in RETIRED:
        assert (entry.new in names(groups)) == (entry.old in names(groups)), entry
    assert replace(groups[0]) in groups
