"""LLMRequestsQueued: the engine cannot keep up and nothing is scaling out."""

from __future__ import annotations

from collections.abc import Iterator

from dashgen.alerts.common import Built, make_alert
from dashgen.alerts.unserved import rules as unserved_rules
from dashgen.alerts.unserved import share as unserved_share
from dashgen.alerts.unserved import window as unserved_window
from dashgen.model import Missing, MissingAlert, PanelRef, RecordingRule
from dashgen.promql.selector import aggregate, number
from dashgen.signals import Recorded, find, raw
from dashgen.signals.capacity import WAITING
from dashgen.signals.scope import Scope, route_labels, service_scope
from dashgen.signals.windows import queue_window
from dashgen.spec import Spec
from dashgen.spec.types import duration_text

NAME = "LLMRequestsQueued"


def share_record(waiting: Recorded) -> str:
    """Recorded share of the window in which requests waited, by model."""
    return f"{waiting.stem}:share{duration_text(queue_window(waiting.spec))}"


def share(waiting: Recorded, scope: Scope) -> str:
    """Share of the window with a queue, by model: what alert and panel read."""
    return aggregate("max", route_labels(waiting.spec), scope.read(share_record(waiting)))


def _share_rules(spec: Spec, waiting: Recorded) -> tuple[RecordingRule, ...]:
    # Read at every scrape, not at every evaluation: a queue that flaps faster than rules are evaluated
    # looks full in one phase and empty in the other.
    settings = spec.alerts.queue
    window, step = duration_text(queue_window(spec)), duration_text(spec.prometheus.scrape_interval)
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


def _conditions(spec: Spec, waiting: Recorded | Missing) -> Iterator[str]:
    """When requests queue: in the engine, or for an engine that is not there."""
    settings, scope, labels = spec.alerts.queue, service_scope(spec), route_labels(spec)
    if isinstance(waiting, Recorded):
        # The share of a window that began before the series did says nothing: the model must be that old.
        old = aggregate("sum", labels, scope.ago(queue_window(spec)).read(waiting.value_record()))
        yield f"{share(waiting, scope)} >= {number(settings.share)}\nand {old}"
    unserved = unserved_share(spec, scope)
    if unserved:
        yield f"{unserved} >= {number(settings.share)}"


def _within(spec: Spec, waiting: Recorded | Missing) -> str:
    """The time the share is of, in words."""
    window, cold = duration_text(queue_window(spec)), duration_text(unserved_window(spec))
    if isinstance(waiting, Missing):
        return f"{cold} while no replica was ready"
    return f"{window} (of {cold} while no replica is ready)" if unserved_rules(spec) else window


def build(spec: Spec) -> Built:
    """The page and its records."""
    waiting = find(spec, WAITING, "engine")
    conditions = list(_conditions(spec, waiting))
    if isinstance(waiting, Missing) and not conditions:
        return Built(missing=(MissingAlert(NAME, waiting),))
    settings = spec.alerts.queue
    waited = f"More than {settings.min_waiting} requests waited" if settings.min_waiting else "Requests waited"
    alert = make_alert(
        spec,
        NAME,
        "\nor ".join(conditions),
        severity="page",
        summary="requests queue for {{ $labels.model }} and capacity does not follow",
        description=(
            f"{waited} for {{{{ $labels.model }}}} during {{{{ $value | humanizePercentage }}}} of the last "
            f"{_within(spec, waiting)}. First look: are pods pending, is KEDA at its maximum, is the node pool at its "
            "ceiling, is the KV cache full?"
        ),
        panel=PanelRef("service-health", "queue-share" if isinstance(waiting, Recorded) else "replicas"),
        variables=route_labels(spec),
        keep_firing_for=settings.keep_firing_for,
    )
    engines = _share_rules(spec, waiting) if isinstance(waiting, Recorded) else ()
    return Built((*engines, *unserved_rules(spec)), (alert,))
