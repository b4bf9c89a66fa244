"""LLMErrorRateHigh: a model is broken or a provider is degraded."""

from __future__ import annotations

from datetime import timedelta

from dashgen.alerts.common import Built, at_least, make_alert
from dashgen.model import Missing, MissingAlert, PanelRef, RecordingRule
from dashgen.promql import quote
from dashgen.promql.selector import Match, aggregate, number
from dashgen.signals import Recorded, find
from dashgen.signals.resolve import USERS
from dashgen.signals.scope import SERVICE, Scope, route_labels, service_scope
from dashgen.signals.traffic import FAILURES
from dashgen.signals.windows import error_windows, recent
from dashgen.spec import Spec
from dashgen.spec.types import duration_text

NAME = "LLMErrorRateHigh"
SHOWN = 3
"""Errors the short window should hold at the rate of the long one before its silence counts (1 in 20 by chance)."""


def page_worthy(spec: Spec) -> Match:
    """Requests that failed in a way worth waking somebody for."""
    return Match("error_class", "=~", "|".join(quote.regex(name) for name in spec.alerts.errors.classes))


def ratio_record(requests: Recorded, window: timedelta) -> str:
    """Recorded share of requests that failed, by model and route."""
    return f"llm:error_ratio_{requests.vantage}:rate{duration_text(window)}"


def errors_record(requests: Recorded, window: timedelta) -> str:
    """Recorded number of failed requests, by model and route."""
    return f"llm:errors_{requests.vantage}:increase{duration_text(window)}"


def _failed(spec: Spec, requests: Recorded, window: timedelta) -> str:
    """Failed requests per second; 0, not nothing, where requests came and none failed."""
    scope, labels = service_scope(spec), route_labels(spec)
    failed = requests.rate(scope, labels, window, (page_worthy(spec),))
    return f"({failed} or 0 * {requests.rate(scope, labels, window)})"


def _ratio(spec: Spec, requests: Recorded, window: timedelta) -> RecordingRule:
    """Failed over all requests; no traffic gives no ratio."""
    total = requests.rate(service_scope(spec), route_labels(spec), window)
    expr = f"{_failed(spec, requests, window)}\n/ ({total} > 0)"
    return RecordingRule(ratio_record(requests, window), expr, {SERVICE: spec.name})


def _count(spec: Spec, requests: Recorded, window: timedelta) -> RecordingRule:
    expr = f"{_failed(spec, requests, window)} * {number(window.total_seconds())}"
    return RecordingRule(errors_record(requests, window), expr, {SERVICE: spec.name})


def confirmed_ratio(requests: Recorded, scope: Scope) -> str:
    """The error ratio where enough errors stand behind it, 0 where only strays do: what the verdict shows."""
    window, _ = error_windows(requests.spec)
    ratio = scope.read(ratio_record(requests, window))
    enough = at_least(requests.spec.alerts.errors.min_errors)
    return f"({ratio} and {scope.read(errors_record(requests, window))} {enough}) or 0 * {ratio}"


def build(spec: Spec) -> Built:
    """The page and its records."""
    requests = find(spec, FAILURES, *USERS)
    if isinstance(requests, Missing):
        return Built(missing=(MissingAlert(NAME, requests),))
    settings, scope = spec.alerts.errors, service_scope(spec)
    long, short = error_windows(spec)
    now = recent(spec)
    records = [_ratio(spec, requests, window) for window in sorted({long, short})]
    records += [_count(spec, requests, window) for window in sorted({long, now})]
    limit = number(settings.threshold)
    # The short window may end the outage only when it would have shown it: at two requests a minute a lucky
    # or an empty one says nothing. Errors must still arrive, or a burst before silence would page when it is over.
    telling = number(round(SHOWN * (long / short), 3))
    alert = make_alert(
        spec,
        NAME,
        f"{scope.read(ratio_record(requests, long))} > {limit}\n"
        f"and {scope.read(errors_record(requests, long))} {at_least(settings.min_errors)}\n"
        f"and {scope.read(errors_record(requests, now))} > 0\n"
        f"unless ({scope.read(ratio_record(requests, short))} <= {limit}"
        f" and {scope.read(errors_record(requests, long))} > {telling})",
        severity="page",
        summary="requests to {{ $labels.model }} ({{ $labels.route }}) fail",
        description=(
            "{{ $value | humanizePercentage }} of requests to {{ $labels.model }} fail, above "
            f"{100 * settings.threshold:.4g}% for {duration_text(settings.for_)}. First look: errors by class on "
            "the dashboard; rate_limited, overloaded and provider_5xx point at the provider, the others at us."
        ),
        panel=PanelRef("service-health", "error-ratio"),
        variables=route_labels(spec),
        wait=settings.for_,
    )
    return Built(tuple(records), (alert,))


def by_class(requests: Recorded, scope: Scope, window: timedelta) -> str:
    """Requests per second that did not succeed, by class: shown, whether they page or not."""
    return aggregate(
        "sum", ("error_class",), scope.read(requests.rate_record(window), (Match("error_class", "!=", ""),))
    )
