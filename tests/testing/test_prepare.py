"""A case on a spec: nothing that decides is left out, and nothing else is played."""

from dataclasses import replace

import pytest

from dashgen.testing.promtool.ask import ask
from dashgen.testing.promtool.find import find
from dashgen.testing.recording.encode import encode
from dashgen.testing.recording.model import Group
from dashgen.testing.run import folder_name
from tests.alerts.deployments import APP, DCGM, GPT, QWEN, VLLM
from tests.testing.recording.test_format import recording
from tests.testing.scenes import prepared, subject

TEXT = """\
name: busy
length: 15m
series: {signal: requests_waiting, values: {constant: 4}}
alerts:
  LLMRequestsQueued: {firing: 2m.., within: 1m}
panels: {at: 15m, shows: {cost/spend-now/spend: 1, service-health/ttft-client/p95: empty}}
"""


def test_what_is_left_out_changes_no_answer(tmp_path):
    hybrid = subject(models=(GPT, QWEN), sources=(APP, VLLM, DCGM))
    (case,) = prepared(tmp_path, TEXT, hybrid)
    pruned, whole = case.play, replace(case.play, groups=hybrid.bundle.groups, series=case.everything)
    assert len(pruned.series) < len(whole.series) / 2
    assert sum(len(group.rules) for group in pruned.groups) < sum(len(group.rules) for group in whole.groups)
    promtool = find()
    less, more = ask(promtool, pruned), ask(promtool, whole)
    assert [found(each) for each in less.samples] == [found(each) for each in more.samples]
    assert [set(map(repr, each)) for each in less.firing] == [set(map(repr, each)) for each in more.firing]
    assert any(case.seen(less))


def found(samples):
    """An answer whatever the order promtool has it in; it adds up in any order, too."""
    return {repr(sorted(each.labels.items())): pytest.approx(each.value, rel=1e-12, nan_ok=True) for each in samples}


def test_a_failure_names_the_series_behind_it_and_no_record_of_somebody_else(tmp_path):
    (case,) = prepared(tmp_path, TEXT, subject(models=(GPT, QWEN), sources=(APP, VLLM)))
    result = case.result(ask(find(), case.play))
    spend = next(each for each in result.failures if each.subject.startswith("cost/spend-now/spend"))
    names = {each.series.partition("{")[0] for each in spend.fed}
    assert names == {"llm_cost_usd_total"}
    assert result.assertions == 4 and result.name == "busy [chat]"


def test_names_of_cases_become_folders():
    assert folder_name("a b / c: d [chat]") == "a-b-c-d-chat"
    assert folder_name("…/../x") == "x"


PLAYED = """\
name: as it was
length: 10m
background: none
series: {recording: was.series}
queries: {at: 10m, expr: "rate(llm_requests_total{job='app'}[5m])", shows: 0.4 +- 1 %}
alerts:
  LLMTelemetryMissing: {firing: []}
"""


def test_a_recording_plays_on_a_grid_finer_than_its_scrapes(tmp_path):
    times = tuple(range(0, 600_001, 15_000))
    row = tuple(6.0 * n for n in range(len(times)))
    told = Group(times, {'llm_requests_total{job="app",model="gpt"}': row, 'up{job="app"}': (1.0,) * len(times)})
    (tmp_path / "was.series").write_text(encode(recording(told)))
    (case,) = prepared(tmp_path, PLAYED)
    assert case.clock.scrape == 1485
    assert case.result(ask(find(), case.play)).failures == ()
