"""Tickets where a page's signal has no source: a weaker signal, named as what it is, and never a page."""

from __future__ import annotations

from collections.abc import Iterator

from dashgen.alerts.common import LEVEL, Built, at_least, make_alert
from dashgen.alerts.cost import HISTORY, baseline_ticket, levels, week_ago, with_price_steps
from dashgen.alerts.prices import step_rules
from dashgen.model import Missing, PanelRef, RecordingRule
from dashgen.promql.selector import Match, number
from dashgen.signals import Recorded, derived
from dashgen.signals.cost import COST_PER_REQUEST
from dashgen.signals.latency import QUEUE_TIME, TTFT
from dashgen.signals.resolve import USERS, recorded
from dashgen.signals.scope import SERVICE, route_labels, service_scope
from dashgen.signals.traffic import REQUESTS
from dashgen.signals.windows import HOUR, WEEK, recent
from dashgen.spec import Spec
from dashgen.spec.types import duration_text

MEAN = "LLMMeanCostPerRequestDoubled"
MEAN_PANEL = PanelRef("cost", "mean-cost")


def mean_stem(spend: Recorded) -> str:
    """Recorded name of the mean cost per request, up to what is said about it."""
    return f"{spend.stem.replace(':cost', ':mean_cost_per_request')}_usd"


def spend_and_requests(spec: Spec) -> tuple[Recorded, Recorded] | None:
    """Spend and the requests it paid for, at one vantage, where nobody counts the cost of each request."""
    spend = derived.spend(spec)
    if isinstance(spend, Missing) or recorded(spec, COST_PER_REQUEST, *USERS):
        return None
    requests = recorded(spec, REQUESTS, spend.vantage)
    return (spend, requests) if requests else None


def _paid(requests: Recorded) -> tuple[Match, ...]:
    """Matcher for requests that were paid for: those that succeeded, or all of a source that tells no outcomes.

    Refused requests cost nothing: a storm of them would lower the mean, and the end of one would double it.
    """
    if not any(feed.provides("outcome") for feed in requests.feeds):
        return ()
    everyone_tells = all(feed.provides("outcome") for feed in requests.feeds)
    return (Match("outcome", "=", "success") if everyone_tells else Match("outcome", "=~", "success|"),)


def _mean_records(spec: Spec, spend: Recorded, requests: Recorded) -> Iterator[RecordingRule]:
    scope, stem, paid = service_scope(spec), mean_stem(spend), _paid(requests)
    for level, labels in levels(spec):
        own = {SERVICE: spec.name, LEVEL: level}
        asked = requests.rate(scope, labels, HOUR, paid)
        yield RecordingRule(f"{stem}:mean_1h", f"{spend.rate(scope, labels, HOUR)}\n/ ({asked} > 0)", own)
        yield RecordingRule(f"{stem}:requests_1h", f"{asked} * 3600", own)
    if spec.prometheus.retention < HISTORY:
        return
    own = {SERVICE: spec.name}
    yield from step_rules(spec)
    yield RecordingRule(f"{stem}:mean_1h_week_ago", week_ago(scope.read(f"{stem}:mean_1h")), own)
    base = with_price_steps(spec, scope.read(f"{stem}:mean_1h_week_ago"))
    yield RecordingRule(f"{stem}:mean_1h_limit", f"{number(spec.alerts.cost.ratio)} * {base}", own)


def mean_cost(spec: Spec) -> Built:
    """LLMMeanCostPerRequestDoubled: spend over requests. A few very dear requests hide in a mean, so no page.

    What it must be worth is money per hour, not per request: cheap local models double too, by the thousand.
    """
    found = spend_and_requests(spec)
    if found is None:
        return Built()
    spend, requests = found
    records = tuple(_mean_records(spec, spend, requests))
    if spec.prometheus.retention < HISTORY:
        return Built(records)
    scope, stem, settings = service_scope(spec), mean_stem(spend), spec.alerts.cost
    enough = at_least(settings.min_requests_p95)
    asked = f"{stem}:requests_1h"
    mean, limit = (scope.read(f"{stem}:{name}") for name in ("mean_1h", "mean_1h_limit"))
    least = number(spec.alerts.spend.floor_usd_per_hour)
    counted = "request that succeeded" if _paid(requests) else "request"
    caveat = f" Spend is {spend.signal.substitute}." if spend.signal.substitute else ""
    alert = make_alert(
        spec,
        MEAN,
        f"{mean} > {limit}\n"
        f"and ({mean} - {limit}) * {scope.read(asked)} > {least}\n"
        f"and {scope.read(asked)} {enough} and {scope.ago(WEEK).read(asked)} {enough}",
        severity="ticket",
        summary=(
            "the mean cost of a request doubled, at the level of "
            "{{ if eq $labels.level `service` }}the whole service{{ else }}{{ $labels.model }}{{ end }}"
        ),
        description=(
            f"A {counted} costs ${{{{ $value | printf `%.4g` }}}} in the mean of the last hour, more than "
            f"{number(settings.ratio)} times that of last week at this hour, for {duration_text(settings.for_)}; "
            f"what is beyond that adds up to more than ${least} an hour. No source reports the cost of each request, "
            "so the page on its tail cannot exist; this mean moves late. "
            f"First look: tokens per request, route mix.{caveat}"
        ),
        panel=MEAN_PANEL,
        wait=settings.for_,
    )
    return Built(records, (alert, baseline_ticket(spec, asked, MEAN, MEAN_PANEL, what="mean cost per request")))


def queue_time_record(spec: Spec) -> str:
    """Recorded p95 of the time in the engine's queue, in seconds."""
    return f"llm:queue_time_engine_seconds:p95_{duration_text(recent(spec))}"


def queue_time(spec: Spec) -> Built:
    """LLMQueueTimeHigh: where nobody measures TTFT, waiting in the queue alone already takes as long as it may."""
    waited = recorded(spec, QUEUE_TIME, "engine")
    if waited is None or recorded(spec, TTFT, *USERS, "engine"):
        return Built()
    scope, labels, window = service_scope(spec), route_labels(spec), recent(spec)
    own = {SERVICE: spec.name}
    count = f"llm:queue_time_engine:increase{duration_text(window)}"
    records = (
        RecordingRule(queue_time_record(spec), waited.quantile(0.95, scope, labels, window), own),
        RecordingRule(count, f"({waited.observations(scope, labels, window)}) * {number(window.total_seconds())}", own),
    )
    settings, limit = spec.alerts.ttft, spec.ttft_threshold
    alert = make_alert(
        spec,
        "LLMQueueTimeHigh",
        f"{scope.read(queue_time_record(spec))} > {number(limit.total_seconds())}\n"
        f"and {scope.read(count)} {at_least(settings.min_requests)}",
        severity="ticket",
        summary="requests for {{ $labels.model }} wait long in the engine's queue",
        description=(
            "The p95 of the time in queue of {{ $labels.model }} is {{ $value | humanizeDuration }}, above "
            f"{duration_text(limit)}, what the first token may take, for {duration_text(settings.for_)}. No source "
            "reports TTFT, so the page on it cannot exist, and the prompt's own time comes on top of this. First "
            "look: requests waiting, replicas."
        ),
        panel=PanelRef("service-health", "queue-time"),
        wait=settings.for_,
    )
    return Built(records, (alert,))
