"""Of every query dashgen writes, for every kind of spec: it parses, and what it reads can exist."""

from datetime import timedelta

import promql_parser
import pytest

from dashgen.assemble import assemble
from dashgen.catalogue.loader import load
from dashgen.model import Bundle, RecordingRule
from dashgen.promql.infer import infer
from dashgen.promql.macros import expand, times
from dashgen.signals.feed import source_range
from tests.specs import variety

SPECS = variety()
BUILTIN = {
    "ALERTS": frozenset({"alertname", "alertstate", "severity", "llm_service", "model", "route"}),
}


def panel_queries(bundle: Bundle) -> dict[str, str]:
    """Every Prometheus query Grafana would send, by where it stands, with all variables at All."""
    queries = {}
    for board in bundle.dashboards:
        variables = {variable.name: variable.all_value for variable in board.variables}
        for panel in board.panels():
            for query in panel.queries:
                if query.source == "prometheus":
                    where = f"{board.key}/{panel.key}/{query.key}"
                    queries[where] = expand(query.expr, variables, times(span=timedelta(days=30)))
        for mark in board.annotations:
            queries[f"{board.key}/annotation/{mark.key}"] = expand(mark.expr, variables, times())
        for variable in board.variables:
            if variable.kind == "query":
                selector = variable.query.removeprefix("label_values(").rpartition(",")[0]
                queries[f"{board.key}/variable/{variable.name}"] = expand(selector, variables, times())
    return queries


def rule_expressions(bundle: Bundle) -> dict[str, str]:
    return {
        f"{group.name}/{getattr(rule, 'record', '') or getattr(rule, 'name', '')}/{index}": rule.expr
        for group in bundle.groups
        for index, rule in enumerate(group.rules)
    }


def exposed(spec) -> dict[str, frozenset[str]]:
    """Labels of every series the spec's sources expose at some version they may run."""
    series: dict[str, frozenset[str]] = {"up": frozenset({"job", "instance", "namespace", "pod"})}
    cluster = {spec.prometheus.cluster_label, spec.prometheus.replica_label or "job"}
    for source in spec.sources:
        exporter = load(source.kind)
        versions = source_range(source, exporter)
        # A selector may name what relabelling adds; nobody but the spec can know.
        shared = set(exporter.target_labels) | cluster | set(source.selector)
        # honorLabels false renames what collides with the target's own labels.
        shared |= {f"exported_{label}" for label in ("pod", "namespace", "container")}
        for metric in exporter.metrics:
            gone = metric.removed_in is not None and versions.low is not None and metric.removed_in <= versions.low
            early = metric.since is not None and versions.high is not None and metric.since > versions.high
            if gone or early:
                continue
            labels = shared | set(metric.labels) | ({"le"} if metric.type == "histogram" else set())
            variant = source.variant or exporter.default_variant
            for name in metric.series_names(variant):
                for spelled in exporter.variants[variant].spellings(name) if variant else (name,):
                    series[spelled] = series.get(spelled, frozenset()) | frozenset(labels)
            if source.histograms == "native" and metric.type == "histogram":
                name = metric.name_in(variant)
                for spelled in exporter.variants[variant].spellings(name) if variant else (name,):
                    series[spelled] = frozenset(labels - {"le"})
    return series


def recorded(bundle: Bundle, known: dict[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Labels of every series our rules write; rules that read other records are resolved in rounds."""
    labels: dict[str, frozenset[str]] = {}
    rules = [rule for group in bundle.groups for rule in group.rules if isinstance(rule, RecordingRule)]
    for _ in range(4):
        for rule in rules:
            result, _found = infer(rule.expr, lambda name: known.get(name, labels.get(name)))
            labels[rule.record] = labels.get(rule.record, frozenset()) | result | frozenset(rule.labels)
    return labels


@pytest.mark.parametrize("name", SPECS)
def test_every_query_parses(name):
    bundle = assemble(SPECS[name])
    for where, expr in {**rule_expressions(bundle), **panel_queries(bundle)}.items():
        try:
            promql_parser.parse(expr)
        except ValueError as error:
            pytest.fail(f"{where}: {error}\n{expr}")


def dangling(spec, bundle: Bundle) -> list[str]:
    """Series and labels that a rule or panel reads and that nothing can write."""
    known = exposed(spec)
    ours = recorded(bundle, known)
    external = frozenset(spec.prometheus.external_labels)
    scopes = {**{f"rule {where}": (expr, False) for where, expr in rule_expressions(bundle).items()}}
    scopes |= {f"panel {where}": (expr, True) for where, expr in panel_queries(bundle).items()}
    problems = []
    for where, (expr, seen_by_grafana) in scopes.items():
        # What leaves the scraping Prometheus carries its external labels; its own rules do not see them.
        added = external if seen_by_grafana or spec.prometheus.rules == "global" else frozenset()

        def lookup(series: str, added: frozenset[str] = added) -> frozenset[str] | None:
            labels = BUILTIN.get(series) or known.get(series) or ours.get(series)
            return None if labels is None else labels | added

        _, found = infer(expr, lookup)
        problems += [f"{where}: no series {series}" for series in found.unknown_series]
        problems += [f"{where}: no label {label} in {text}" for label, text in found.unknown_labels]
    return problems


@pytest.mark.parametrize("name", SPECS)
def test_every_metric_and_label_exists(name):
    spec = SPECS[name]
    problems = dangling(spec, assemble(spec))
    assert not problems, "\n".join(problems)


def test_the_proof_sees_a_renamed_metric_and_a_lost_label():
    known = exposed(SPECS["chat"])
    _, found = infer("max by (model_name, nope) (vllm:gpu_cache_usage_perc)", known.get)
    assert found.unknown_series == {"vllm:gpu_cache_usage_perc"}
    _, found = infer("sum by (nope) (vllm:kv_cache_usage_perc{wrong='1'})", known.get)
    assert {label for label, _ in found.unknown_labels} == {"nope", "wrong"}


@pytest.mark.parametrize("name", SPECS)
def test_a_panel_reads_a_source_or_says_which_is_missing(name):
    for board in assemble(SPECS[name]).dashboards:
        for panel in board.panels():
            assert panel.title and panel.description, panel.key
            assert bool(panel.queries) != bool(panel.missing) or panel.content, f"{board.key}/{panel.key}"
            if panel.missing:
                assert panel.missing.reason and panel.missing.how


@pytest.mark.parametrize("name", SPECS)
def test_a_record_is_written_before_it_is_read_in_its_group(name):
    for group in assemble(SPECS[name]).groups:
        own = [rule.record for rule in group.rules if isinstance(rule, RecordingRule)]
        seen: set[str] = set()
        for rule in group.rules:
            _, found = infer(rule.expr, lambda _: frozenset())
            late = {series for series in found.series if series in own and series not in seen}
            assert not late, f"{group.name}: {rule} reads {late} before it is recorded"
            if isinstance(rule, RecordingRule):
                seen.add(rule.record)


@pytest.mark.parametrize("name", SPECS)
def test_no_two_rules_write_the_same_series(name):
    for group in assemble(SPECS[name]).groups:
        records = [
            (rule.record, tuple(sorted(rule.labels.items()))) for rule in group.rules if isinstance(rule, RecordingRule)
        ]
        assert len(records) == len(set(records))
