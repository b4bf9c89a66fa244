"""Which specs a case plays on."""

import pytest

from dashgen.errors import InputError
from dashgen.testing.choose import choose, is_for
from dashgen.testing.subject import Subject
from tests.alerts.deployments import QWEN, VLLM
from tests.testing.scenes import cases, subject

CHAT, LOCAL = subject("chat"), subject("local", models=(QWEN,), sources=(VLLM,))
AUXILIARY = Subject(CHAT.spec.model_copy(update={"name": "extra"}), CHAT.bundle, auxiliary=True)
QUIET = "name: quiet\nalerts: {}\n"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (QUIET, ["chat", "local"]),
        (QUIET + "specs: chat\n", ["chat"]),
        (QUIET + "specs: ['*a*']\n", ["chat", "local", "extra"]),
        (QUIET + "specs: extra\n", ["extra"]),
        ("name: q\nalerts: {LLMRequestsQueued: silent}\n", ["local"]),
        (QUIET + "panels: {at: 1m, shows: {cost/spend-now/spend: 1}}\n", ["chat"]),
        (QUIET + "series: {signal: kv_cache_usage, values: {constant: 0.5}}\n", ["local"]),
        (QUIET + "series: {signal: ttft, model: cloud, values: {per_minute: 1, observe: {1: 1}}}\n", ["chat"]),
    ],
)
def test_a_case_plays_where_everything_it_asks_about_is(tmp_path, text, names):
    (case,) = cases(tmp_path, text)
    assert [each.spec.name for each in (CHAT, LOCAL, AUXILIARY) if is_for(case, each)] == names


def test_a_case_in_the_folder_of_an_alert_plays_where_that_alert_is(tmp_path):
    (case,) = cases(tmp_path, QUIET, "rules/LLMRequestsQueued/case.yaml")
    assert [each.spec.name for each in (CHAT, LOCAL) if is_for(case, each)] == ["local"]


def test_an_alert_no_spec_has_is_a_mistake_unless_the_case_is_in_its_folder(tmp_path):
    text = "name: q\nalerts: {LLMQueueTimeHigh: silent}\n"
    with pytest.raises(InputError, match="has no alert LLMQueueTimeHigh"):
        choose(cases(tmp_path, text), (CHAT, LOCAL))
    found = choose(cases(tmp_path, text, "rules/LLMQueueTimeHigh/case.yaml"), (CHAT, LOCAL))
    assert not found.prepared and len(found.unplayed) == 1


def test_what_is_shipped_passes_over_a_spec_of_the_same_name_that_lacks_what_it_names(tmp_path):
    named = cases(tmp_path, "name: q\nspecs: chat\nalerts: {LLMRequestsQueued: silent}\n")
    with pytest.raises(InputError, match="spec chat has no alert LLMRequestsQueued"):
        choose(named, (CHAT, LOCAL))
    found = choose(named, (CHAT, LOCAL), lambda case: True)
    assert not found.prepared and len(found.unplayed) == 1


def test_the_mistakes_of_every_case_are_told_at_once(tmp_path):
    text = "name: q\nspecs: chat\ncases:\n  one: {alerts: {A: silent}}\n  two: {alerts: {B: silent}}\n"
    with pytest.raises(InputError) as caught:
        choose(cases(tmp_path, text), (CHAT,))
    assert [problem.where.line for problem in caught.value.problems] == [4, 5]
