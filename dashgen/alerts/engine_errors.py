"""LLMEngineErrorsHigh: how engine or gateway ended requests, for models whose failures nobody nearer explains.

Weaker than the page on errors, and a ticket: users who leave and their mistakes may be in it, requests that never
reached the engine are not.
"""

from __future__ import annotations

from dashgen.alerts.common import Built, at_least, make_alert
from dashgen.alerts.errors import page_worthy
from dashgen.model import PanelRef, RecordingRule
from dashgen.promql.selector import Match, aggregate, number
from dashgen.signals import Recorded, derived
from dashgen.signals.resolve import USERS, recorded
from dashgen.signals.scope import SERVICE, cluster_labels, route_labels, service_scope
from dashgen.signals.traffic import FAILURES, FINISHED, PREFILL_FINISHED
from dashgen.signals.windows import error_windows, recent
from dashgen.spec import Spec
from dashgen.spec.types import duration_text

NAME = "LLMEngineErrorsHigh"
FAILED = Match("finished_reason", "=~", "error|abort")
"""How engines say that a request did not end well; an abort may also be a user who left."""


def ends_record(ends: Recorded, what: str) -> str:
    """Recorded ``ratio`` or ``errors`` of requests that engine or gateway ended with an error, by model."""
    window = duration_text(error_windows(ends.spec)[0])
    return f"llm:failed_ends_{ends.vantage}:{'rate' if what == 'ratio' else 'increase'}{window}"


def _rates(spec: Spec, ends: Recorded) -> tuple[str, str]:
    """(failed, all) requests per second that ended, by model and route."""
    scope, labels, window = service_scope(spec), route_labels(spec), error_windows(spec)[0]
    match = FAILED if ends.signal is FINISHED else page_worthy(spec)
    prefill = recorded(spec, PREFILL_FINISHED, "engine")
    every, failed = [scope.read(ends.rate_record(window))], [scope.read(ends.rate_record(window), (match,))]
    if prefill and ends.signal is FINISHED:
        # What fails in prefill never reaches the decode engine, whose ends are all that is counted otherwise.
        lost = scope.read(prefill.rate_record(window), (FAILED,))
        every, failed = [*every, lost], [*failed, lost]
    everything = aggregate("sum", labels, " or ".join(every))
    return f"({aggregate('sum', labels, ' or '.join(failed))} or 0 * {everything})", everything


def _records(spec: Spec, ends: Recorded) -> tuple[RecordingRule, ...]:
    window, own = error_windows(spec)[0], {SERVICE: spec.name}
    failed, everything = _rates(spec, ends)
    already = ends.signal is not FINISHED or (ends.vantage == "engine" and window == recent(spec))
    prefill = recorded(spec, PREFILL_FINISHED, "engine")
    return (
        *(() if already else ends.rules(window)),
        *(prefill.rules(window) if prefill and ends.signal is FINISHED else ()),
        RecordingRule(ends_record(ends, "ratio"), f"{failed}\n/ ({everything} > 0)", own),
        RecordingRule(ends_record(ends, "errors"), f"{failed} * {number(window.total_seconds())}", own),
    )


def build(spec: Spec) -> Built:
    """The ticket and its records."""
    ends = derived.ends(spec)
    if ends is None:
        return Built()
    scope, settings, who = service_scope(spec), spec.alerts.errors, ends.vantage
    ratio, errors = (scope.read(ends_record(ends, what)) for what in ("ratio", "errors"))
    explained = recorded(spec, FAILURES, *USERS)
    by = (*cluster_labels(spec), "model")
    nearer = f"\nunless on ({', '.join(by)}) {explained.rate(scope, by, recent(spec))}" if explained else ""
    alert = make_alert(
        spec,
        NAME,
        f"({ratio} > {number(settings.threshold)}\nand {errors} {at_least(settings.min_errors)}){nearer}",
        severity="ticket",
        summary=f"the {who} of {{{{ $labels.model }}}} ends requests with errors",
        description=(
            f"{{{{ $value | humanizePercentage }}}} of the requests that left the {who} of {{{{ $labels.model }}}} "
            f"failed over {duration_text(error_windows(spec)[0])}. A request that never reached it, and a stream cut "
            "behind it, are not in this number; users who leave, and their mistakes, may be: nobody says why requests "
            f"to this model failed, so the page does not see them. First look: the log of the {who}."
        ),
        panel=PanelRef("behavior", "finish-reasons") if explained else PanelRef("service-health", "engine-errors"),
        wait=settings.for_,
    )
    return Built(_records(spec, ends), (alert,))
