"""What waits for the morning: stalls and spend."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from dashgen.alerts.common import Built, make_alert
from dashgen.alerts.cost import HISTORY, week_ago
from dashgen.model import Missing, PanelRef, RecordingRule
from dashgen.promql.selector import number
from dashgen.signals import Recorded, derived, find, raw
from dashgen.signals.capacity import RUNNING, WAITING
from dashgen.signals.progress import progress
from dashgen.signals.resolve import recorded
from dashgen.signals.scope import SERVICE, cluster_labels, service_scope
from dashgen.signals.windows import HOUR, brief
from dashgen.spec import Spec
from dashgen.spec.types import duration_text

STALLED = "llm:stalled_requests_engine:sum"


def _stalled_rule(spec: Spec, running: Recorded) -> Iterator[RecordingRule]:
    for feed in running.feeds:
        labels = (*cluster_labels(spec), "namespace", "pod", "model")
        tokens = progress(spec, feed)
        if tokens is None:
            continue
        work = raw.canonical(spec, feed, raw.samples(spec, feed), "sum", labels)
        waiting = find(spec, WAITING, running.vantage)
        queue = next((f for f in getattr(waiting, "feeds", ()) if f.source == feed.source), None)
        if queue is not None:
            work = f"({work} + {raw.canonical(spec, queue, raw.samples(spec, queue), 'sum', labels)})"
        made = raw.canonical(spec, tokens, raw.samples(spec, tokens, window=brief(spec)), "sum", labels)
        # A pod that hangs on its first batch has no series of tokens yet.
        expr = f"{work} > 0\nunless {made} > 0"
        yield RecordingRule(STALLED, expr, raw.rule_labels(spec, feed))


def stalled(spec: Spec) -> Built:
    """LLMServingStalled: a pod holds work and produces no token; each pod by itself, one of two can hang."""
    running = recorded(spec, RUNNING, "engine")
    records = tuple(_stalled_rule(spec, running)) if running else ()
    if not records:
        return Built()
    alert = make_alert(
        spec,
        "LLMServingStalled",
        f"{service_scope(spec).read(STALLED)} > 0",
        severity="ticket",
        summary="{{ $labels.pod }} holds requests for {{ $labels.model }} and produces no tokens",
        description=(
            "{{ $value }} requests are running or waiting on {{ $labels.pod }} and not one output token came out "
            "for 3m. First look: the engine's log, NCCL or GPU errors, a very long prefill; restart the pod."
        ),
        panel=PanelRef("service-health", "kv-cache-by-pod"),
        wait=timedelta(minutes=3),
    )
    return Built(records, (alert,))


def spend(spec: Spec) -> Built:
    """LLMSpendRateDoubled: the bill runs away while each request costs what it did."""
    cost = derived.spend(spec)
    if isinstance(cost, Missing):
        return Built()
    scope, settings = service_scope(spec), spec.alerts.spend
    hourly = f"{cost.stem.replace(':cost', ':spend')}:usd_per_hour"
    own = {SERVICE: spec.name}
    records = [RecordingRule(hourly, f"{cost.rate(scope, cluster_labels(spec), HOUR)} * 3600", own)]
    if spec.prometheus.retention < HISTORY:
        return Built(tuple(records))
    last_week = f"{hourly}_week_ago"
    records.append(RecordingRule(last_week, week_ago(scope.read(hourly)), own))
    caveat = f" Spend is {cost.signal.substitute}." if cost.signal.substitute else ""
    alert = make_alert(
        spec,
        "LLMSpendRateDoubled",
        f"({scope.read(hourly)} > {number(settings.ratio)} * {scope.read(last_week)})"
        f" > {number(settings.floor_usd_per_hour)}",
        severity="ticket",
        summary="spend per hour is far above last week's",
        description=(
            f"The service spends ${{{{ $value | printf `%.2f` }}}} an hour, more than {number(settings.ratio)} times "
            f"that of last week at this hour, for {duration_text(settings.for_)}. First look: requests per model, "
            f"top users and top templates.{caveat}"
        ),
        panel=PanelRef("cost", "spend-per-hour"),
        wait=settings.for_,
    )
    return Built(tuple(records), (alert,))
