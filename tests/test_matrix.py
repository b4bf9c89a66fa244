"""Every shipped spec under every kind of Prometheus people run: what must hold whatever the facts are."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from dashgen.assemble import assemble
from dashgen.dashboards.parts import reach
from dashgen.model import Panel, Query, RecordingRule
from dashgen.spec import Spec
from dashgen.spec.checks import check
from dashgen.spec.types import parse_duration
from tests.promtool import check_rules
from tests.specs import shipped

FACTS = {
    "every 5 s": {"scrape_interval": "5s", "evaluation_interval": "15s"},
    "every minute": {"scrape_interval": "60s", "evaluation_interval": "60s"},
    "local, with a cluster": {"rules": "local", "external_labels": {"cluster": "eu", "region": "west"}},
    "global, with a cluster": {"rules": "global", "external_labels": {"cluster": "eu", "region": "west"}},
    "local pair": {"rules": "local", "external_labels": {"replica": "a"}, "replica_label": "replica"},
    "global pair": {"rules": "global", "external_labels": {"replica": "a"}, "replica_label": "replica"},
    "Thanos": {"flavour": "thanos", "rules": "global", "external_labels": {"cluster": "eu"}, "version": "0.36"},
    "VictoriaMetrics": {"flavour": "victoriametrics", "version": "1.145", "rules": "global"},
    "three days": {"retention": "3d"},
    "its own cluster label": {"cluster_label": "k8s", "external_labels": {"k8s": "eu"}},
}
SPECS = shipped()
COMBINED = [(name, facts) for name in SPECS for facts in FACTS]


def under(name: str, facts: str) -> Spec:
    """A shipped spec with other facts, and no windows of its own, which may not fit them."""
    document = SPECS[name].model_dump(by_alias=True, mode="json", exclude_unset=True)
    document["prometheus"] = FACTS[facts]
    document.get("alerts", {}).pop("queue", None)
    spec = Spec.model_validate(document)
    assert [finding.found for finding in check(spec)] == []
    return spec


@pytest.mark.parametrize(("name", "facts"), COMBINED)
def test_prometheus_accepts_the_rules(name: str, facts: str):
    check_rules(assemble(under(name, facts)).groups)


@pytest.mark.parametrize(("name", "facts"), COMBINED)
def test_every_rate_holds_four_scrapes(name: str, facts: str):
    """On the left-open ranges of Prometheus 3 as well: four scrapes leave at least three samples."""
    spec = under(name, facts)
    least = spec.prometheus.scrape_interval * 4
    for group in assemble(spec).groups:
        for rule in group.rules:
            for function, window in re.findall(r"\b(rate|increase|resets)\([^\[\]]*\[(\w+)\]", rule.expr):
                assert parse_duration(window) >= least, f"{function} over {window} in {group.name}: {rule}"


@pytest.mark.parametrize(("name", "facts"), COMBINED)
def test_rules_select_only_by_labels_they_see(name: str, facts: str):
    """A matcher on an external label in a local rule is empty for ever, and the alert with it."""
    spec = under(name, facts)
    if spec.prometheus.rules == "global":
        return
    for group in assemble(spec).groups:
        for rule in group.rules:
            for label in spec.prometheus.external_labels:
                assert not re.search(rf"[{{,]{label}(=|!)", rule.expr), f"{group.name}: {rule}"


@pytest.mark.parametrize(("name", "facts"), COMBINED)
def test_copies_of_a_series_count_once(name: str, facts: str):
    """Global rules take one of each pair before they add up; Grafana does, where each of the pair has own rules."""
    spec = under(name, facts)
    replica = spec.prometheus.replica_label
    if replica is None:
        return
    bundle = assemble(spec)
    if spec.prometheus.rules == "global":
        raw = [r for g in bundle.groups for r in g.rules if isinstance(r, RecordingRule) and "llm_source" in r.labels]
        assert raw
        assert [rule for rule in raw if f"without ({replica})" not in rule.expr] == []
        return
    for board in bundle.dashboards:
        for panel in board.panels():
            for query in panel.queries:
                if query.source == "prometheus" and "llm:" in query.expr:
                    assert f"without ({replica})" in query.expr, f"{board.key}/{panel.key}/{query.key}"


@pytest.mark.parametrize(("name", "facts"), COMBINED)
def test_a_panel_that_looks_back_too_far_says_so(name: str, facts: str):
    spec = under(name, facts)
    kept = spec.prometheus.retention
    for board in assemble(spec).dashboards:
        for panel in board.panels():
            too_far = panel.missing is None and reach(panel) > kept
            assert ("Prometheus keeps" in panel.description) == too_far, f"{board.key}/{panel.key}"


@pytest.mark.parametrize(("name", "facts"), COMBINED)
def test_dashboards_offer_clusters_where_there_are_some(name: str, facts: str):
    spec = under(name, facts)
    has = "cluster" in {**FACTS[facts].get("external_labels", {}), FACTS[facts].get("cluster_label", ""): ""}
    has = has or "cluster_label" in FACTS[facts] or any("cluster" in source.labels for source in spec.sources)
    for board in assemble(spec).dashboards:
        assert ("cluster" in {variable.name for variable in board.variables}) == has


def test_the_reach_of_a_panel_is_read_off_its_queries():
    panel = Panel("k", "t", "d", queries=(Query("q", "rate(x[1h]) / rate(x[1h] offset 1w)"),))
    assert reach(panel) == timedelta(days=7, hours=1)
    assert reach(Panel("k", "t", "d", time_from="30d")) == timedelta(days=30)
