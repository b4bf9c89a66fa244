"""LLMRequestsQueued: the engine cannot keep up and nothing is scaling out."""

from __future__ import annotations

from dashgen.alerts.common import Built, make_alert
from dashgen.model import Missing, MissingAlert, PanelRef, RecordingRule
from dashgen.promql.selector import aggregate, number
from dashgen.signals import Recorded, find, raw
from dashgen.signals.capacity import WAITING
from dashgen.signals.scope import Scope, route_labels, service_scope
from dashgen.spec import Spec
from dashgen.spec.types import duration_text

NAME = "LLMRequestsQueued"


def share_record(waiting: Recorded) -> str:
    """Recorded share of the window in which requests waited, by model."""
    return f"{waiting.stem}:share{duration_text(waiting.spec.alerts.queue.window)}"


def share(waiting: Recorded, scope: Scope) -> str:
    """Share of the window with a queue, by model: what alert and panel read."""
    return aggregate("max", route_labels(waiting.spec), scope.read(share_record(waiting)))


def _share_rules(spec: Spec, waiting: Recorded) -> tuple[RecordingRule, ...]:
    # Read at every scrape, not at every evaluation: a queue that flaps faster than rules are evaluated
    # looks full in one phase and empty in the other.
    settings = spec.alerts.queue
    window, step = duration_text(settings.window), duration_text(spec.prometheus.scrape_interval)
    rules = []
    for feed in waiting.feeds:
        queue = raw.canonical(spec, feed, raw.samples(spec, feed), "sum", raw.service_labels(spec, feed))
        busy = f"{queue} > bool {number(settings.min_waiting)}"
        rules.append(
            RecordingRule(
                share_record(waiting),
                f"avg_over_time(({busy})[{window}:{step}])",
                raw.rule_labels(spec, feed),
            )
        )
    return tuple(rules)


def build(spec: Spec) -> Built:
    """The page and its records."""
    waiting = find(spec, WAITING, "engine")
    if isinstance(waiting, Missing):
        return Built(missing=(MissingAlert(NAME, waiting),))
    settings, scope, labels = spec.alerts.queue, service_scope(spec), route_labels(spec)
    window = duration_text(settings.window)
    waited = f"More than {settings.min_waiting} requests waited" if settings.min_waiting else "Requests waited"
    # The share of a window that began before the series did says nothing: the model must be that old.
    alert = make_alert(
        spec,
        NAME,
        f"{share(waiting, scope)} >= {number(settings.share)}\n"
        f"and {aggregate('sum', labels, scope.ago(settings.window).read(waiting.value_record()))}",
        severity="page",
        summary="requests queue for {{ $labels.model }} and capacity does not follow",
        description=(
            f"{waited} for {{{{ $labels.model }}}} during "
            f"{{{{ $value | humanizePercentage }}}} of the last {window}. First look: are pods pending, is KEDA at "
            "its maximum, is the node pool at its ceiling, is the KV cache full?"
        ),
        panel=PanelRef("service-health", "queue-share"),
        variables=labels,
        keep_firing_for=settings.keep_firing_for,
    )
    return Built(_share_rules(spec, waiting), (alert,))
