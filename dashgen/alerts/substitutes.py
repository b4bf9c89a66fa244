"""Tickets where a page's signal has no source: a weaker signal, named as what it is, and never a page."""

from __future__ import annotations

from collections.abc import Iterator

from dashgen.alerts.common import LEVEL, Built, at_least, make_alert
from dashgen.alerts.cost import HISTORY, baseline_ticket, levels, week_ago, with_price_steps
from dashgen.alerts.errors import page_worthy
from dashgen.alerts.prices import step_rules
from dashgen.model import Missing, PanelRef, RecordingRule
from dashgen.promql.selector import Match, number
from dashgen.signals import Recorded, derived, find
from dashgen.signals.cost import COST_PER_REQUEST
from dashgen.signals.latency import QUEUE_TIME, TTFT
from dashgen.signals.resolve import USERS
from dashgen.signals.scope import SERVICE, route_labels, service_scope
from dashgen.signals.traffic import FINISHED, REQUESTS
from dashgen.signals.windows import HOUR, WEEK, error_windows, recent
from dashgen.spec import Spec
from dashgen.spec.types import duration_text

MEAN = "LLMMeanCostPerRequestDoubled"
MEAN_PANEL = PanelRef("cost", "mean-cost")
FAILED = Match("finished_reason", "=~", "error|abort")
"""How engines say that a request did not end well; an abort may also be a user who left."""


def mean_stem(spend: Recorded) -> str:
    """Recorded name of the mean cost per request, up to what is said about it."""
    return f"{spend.stem.replace(':cost', ':mean_cost_per_request')}_usd"


def spend_and_requests(spec: Spec) -> tuple[Recorded, Recorded] | None:
    """Spend and the requests it paid for, at one vantage, where nobody counts the cost of each request."""
    spend = derived.spend(spec)
    if isinstance(spend, Missing) or isinstance(find(spec, COST_PER_REQUEST, *USERS), Recorded):
        return None
    requests = find(spec, REQUESTS, spend.vantage)
    return (spend, requests) if isinstance(requests, Recorded) else None


def _mean_records(spec: Spec, spend: Recorded, requests: Recorded) -> Iterator[RecordingRule]:
    scope, stem = service_scope(spec), mean_stem(spend)
    for level, labels in levels(spec):
        own = {SERVICE: spec.name, LEVEL: level}
        asked = requests.rate(scope, labels, HOUR)
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
    """LLMMeanCostPerRequestDoubled: spend over requests. A few very dear requests hide in a mean, so no page."""
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
    caveat = f" Spend is {spend.signal.substitute}." if spend.signal.substitute else ""
    alert = make_alert(
        spec,
        MEAN,
        f"(\n{scope.read(f'{stem}:mean_1h')} > {scope.read(f'{stem}:mean_1h_limit')}\n"
        f"and {scope.read(asked)} {enough} and {scope.ago(WEEK).read(asked)} {enough}\n"
        f") > {number(settings.floor_usd)}",
        severity="ticket",
        summary=(
            "the mean cost of a request doubled, at the level of "
            "{{ if eq $labels.level `service` }}the whole service{{ else }}{{ $labels.model }}{{ end }}"
        ),
        description=(
            f"A request costs ${{{{ $value | printf `%.4f` }}}} in the mean of the last hour, more than "
            f"{number(settings.ratio)} times that of last week at this hour, for {duration_text(settings.for_)}. "
            "No source reports the cost of each request, so the page on its tail cannot exist; this mean moves late. "
            f"First look: tokens per request, route mix.{caveat}"
        ),
        panel=MEAN_PANEL,
        wait=settings.for_,
    )
    return Built(records, (alert, baseline_ticket(spec, asked, MEAN, MEAN_PANEL)))


def queue_time_record(spec: Spec) -> str:
    """Recorded p95 of the time in the engine's queue, in seconds."""
    return f"llm:queue_time_engine_seconds:p95_{duration_text(recent(spec))}"


def queue_time(spec: Spec) -> Built:
    """LLMQueueTimeHigh: where nobody measures TTFT, waiting in the queue alone already takes as long as it may."""
    waited = find(spec, QUEUE_TIME, "engine")
    if isinstance(waited, Missing) or isinstance(find(spec, TTFT, *USERS, "engine"), Recorded):
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


def ends_record(ends: Recorded, what: str) -> str:
    """Recorded ``ratio`` or ``errors`` of requests that engine or gateway ended with an error, by model."""
    window = duration_text(error_windows(ends.spec)[0])
    return f"llm:failed_ends_{ends.vantage}:{'rate' if what == 'ratio' else 'increase'}{window}"


def engine_errors(spec: Spec) -> Built:
    """LLMEngineErrorsHigh: where nobody says why requests failed, how engine or gateway ended them."""
    finished = derived.ends(spec)
    if finished is None:
        return Built()
    match = FAILED if finished.signal is FINISHED else page_worthy(spec)
    labels = route_labels(spec)
    scope, settings, window = service_scope(spec), spec.alerts.errors, error_windows(spec)[0]
    everything = finished.rate(scope, labels, window)
    failed = f"({finished.rate(scope, labels, window, (match,))} or 0 * {everything})"
    ratio, errors = (ends_record(finished, what) for what in ("ratio", "errors"))
    own, who = {SERVICE: spec.name}, finished.vantage
    already = finished.signal is not FINISHED or (who == "engine" and window == recent(spec))
    records = (
        *(() if already else finished.rules(window)),
        RecordingRule(ratio, f"{failed}\n/ ({everything} > 0)", own),
        RecordingRule(errors, f"{failed} * {number(window.total_seconds())}", own),
    )
    alert = make_alert(
        spec,
        "LLMEngineErrorsHigh",
        f"{scope.read(ratio)} > {number(settings.threshold)}\nand {scope.read(errors)} {at_least(settings.min_errors)}",
        severity="ticket",
        summary=f"the {who} of {{{{ $labels.model }}}} ends requests with errors",
        description=(
            f"{{{{ $value | humanizePercentage }}}} of the requests that left the {who} of {{{{ $labels.model }}}} "
            f"failed over {duration_text(window)}. A request that never reached it, and a stream cut behind it, are "
            "not in this number; users who leave, and their mistakes, may be: nobody says why requests failed, so "
            f"the page cannot exist. First look: the log of the {who}."
        ),
        panel=PanelRef("service-health", "engine-errors"),
        wait=settings.for_,
    )
    return Built(records, (alert,))
