"""Every rule of a spec, in groups whose order is the order of evaluation."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from dashgen.alerts import (
    autoscaling,
    cost,
    engine_errors,
    errors,
    gpu_cost,
    gpu_memory,
    gpu_unreported,
    prices,
    queue,
    recording,
    substitutes,
    telemetry,
    tickets,
    ttft,
)
from dashgen.alerts.common import Built
from dashgen.alerts.retired import with_retired
from dashgen.model import Alert, MissingAlert, RecordingRule, RuleGroup
from dashgen.spec import Spec

SLOW = timedelta(minutes=1)
"""Groups that read hours of raw buckets are evaluated no more often than this."""


def _group(
    spec: Spec,
    name: str,
    records: Iterable[RecordingRule],
    built: Iterable[Built] = (),
    *,
    slow: bool = False,
) -> RuleGroup:
    interval = max(spec.prometheus.evaluation_interval, SLOW) if slow else spec.prometheus.evaluation_interval
    rules: list[RecordingRule | Alert] = list(records)
    for part in built:
        rules += [*part.records, *part.alerts]
    return RuleGroup(f"{spec.name}-{name}", tuple(rules), interval)


def _built(spec: Spec) -> dict[str, Built]:
    return {
        "ttft": ttft.build(spec),
        "errors": errors.build(spec),
        "queue": queue.build(spec),
        "gpu_memory": gpu_memory.build(spec),
        "cost": cost.build(spec),
        "spend": tickets.spend(spec),
        "stalled": tickets.stalled(spec),
        "mean_cost": substitutes.mean_cost(spec),
        "queue_time": substitutes.queue_time(spec),
        "engine_errors": engine_errors.build(spec),
        "autoscaling": autoscaling.build(spec),
        "gpu_unreported": gpu_unreported.build(spec),
        "telemetry": telemetry.telemetry(spec),
        "unread": telemetry.unread(spec),
    }


def compile_rules(spec: Spec) -> tuple[tuple[RuleGroup, ...], tuple[MissingAlert, ...]]:
    """(recording rules and alerts in groups, pages the spec cannot have), from one pass over its alerts."""
    built = _built(spec)

    def of(*names: str) -> tuple[Built, ...]:
        return tuple(built[name] for name in names)

    facts = (*prices.price_rules(spec), *prices.gpu_price_rules(spec), *prices.context_rules(spec))
    groups = (
        _group(spec, "facts", facts, slow=True),
        _group(spec, "latency", recording.latency_rules(spec), of("ttft", "queue_time")),
        _group(spec, "traffic", recording.traffic_rules(spec), of("errors", "engine_errors")),
        _group(spec, "capacity", recording.capacity_rules(spec), of("autoscaling", "queue", "stalled")),
        _group(spec, "gpu", recording.gpu_rules(spec), of("gpu_memory", "gpu_unreported")),
        _group(spec, "tokens", recording.token_rules(spec)),
        _group(spec, "cost", recording.cost_rules(spec), of("cost", "mean_cost", "spend"), slow=True),
        _group(spec, "gpu-cost", gpu_cost.rules(spec, prices.GPU_PRICE), slow=True),
        _group(spec, "models", recording.model_info(spec)),
        _group(spec, "telemetry", (), of("telemetry", "unread")),
    )
    missing = tuple(missing for each in built.values() for missing in each.missing)
    return with_retired(group for group in groups if group.rules), missing


def rule_groups(spec: Spec) -> tuple[RuleGroup, ...]:
    """Recording rules and alerts of the spec; groups without rules are left out."""
    return compile_rules(spec)[0]


def alerts(spec: Spec) -> list[Alert]:
    """Pages and tickets of the spec, in evaluation order."""
    return [rule for group in rule_groups(spec) for rule in group.rules if isinstance(rule, Alert)]


def missing_alerts(spec: Spec) -> tuple[MissingAlert, ...]:
    """Pages the spec cannot have, and what would enable each."""
    return compile_rules(spec)[1]
