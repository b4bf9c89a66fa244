"""LLMTimeToFirstTokenHigh: users wait too long before anything appears."""

from __future__ import annotations

from dashgen.alerts.common import LEVEL, Built, at_least, make_alert, route_variables
from dashgen.model import Missing, MissingAlert, PanelRef, RecordingRule
from dashgen.promql.selector import Match, number
from dashgen.signals import Recorded, find
from dashgen.signals.latency import TTFT
from dashgen.signals.scope import SERVICE, Scope, route_labels, service_scope
from dashgen.signals.windows import recent
from dashgen.spec import Spec
from dashgen.spec.types import duration_text

NAME = "LLMTimeToFirstTokenHigh"


def watched(spec: Spec) -> Recorded | Missing:
    """TTFT as the user sees it; as the engine sees it where no application reports it."""
    client = find(spec, TTFT, "client")
    if isinstance(client, Recorded):
        return client
    engine = find(spec, TTFT, "engine")
    return engine if isinstance(engine, Recorded) else client


def p95_record(ttft: Recorded) -> str:
    """Recorded p95 in seconds by model and route."""
    return f"{ttft.stem}_seconds:p95_{duration_text(recent(ttft.spec))}"


def count_record(ttft: Recorded) -> str:
    """Recorded number of requests the p95 is made of."""
    return f"{ttft.stem}:increase{duration_text(recent(ttft.spec))}"


def worth_reading(ttft: Recorded, scope: Scope) -> str:
    """The p95 by model and route where enough requests stand behind it: what alert and verdict read."""
    enough = at_least(ttft.spec.alerts.ttft.min_requests)
    return f"{scope.read(p95_record(ttft))} and {scope.read(count_record(ttft))} {enough}"


def build(spec: Spec) -> Built:
    """The page and its records."""
    ttft = watched(spec)
    if isinstance(ttft, Missing):
        return Built(missing=(MissingAlert(NAME, ttft),))
    scope, labels, window = service_scope(spec), route_labels(spec), recent(spec)
    seconds = number(window.total_seconds())
    own = {SERVICE: spec.name, LEVEL: "model_route"}
    records = (
        RecordingRule(p95_record(ttft), ttft.quantile(0.95, scope, labels, window), own),
        RecordingRule(count_record(ttft), f"({ttft.observations(scope, labels, window)}) * {seconds}", own),
    )
    settings = spec.alerts.ttft
    limit = number(spec.ttft_threshold.total_seconds())
    seen = "users see" if ttft.vantage == "client" else "the engine sees"
    alert = make_alert(
        spec,
        NAME,
        f"{scope.read(p95_record(ttft), (Match(LEVEL, '=', 'model_route'),))} > {limit}\n"
        f"and {scope.read(count_record(ttft))} {at_least(settings.min_requests)}",
        severity="page",
        summary="{{ $labels.model }} ({{ $labels.route }}) is slow to start answering",
        description=(
            f"The TTFT p95 {seen} on {{{{ $labels.model }}}} is {{{{ $value | humanizeDuration }}}}, "
            f"above {duration_text(spec.ttft_threshold)} for {duration_text(settings.for_)}. "
            "First look: requests waiting and KV cache of the model, then the provider's status."
        ),
        panel=PanelRef("service-health", f"ttft-{ttft.vantage}"),
        variables=route_variables(spec),
        wait=settings.for_,
    )
    return Built(records, (alert,))
