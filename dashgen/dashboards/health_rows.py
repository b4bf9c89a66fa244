"""Rows of Service Health that answer: is it healthy, what do users feel, what comes in?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from dashgen.alerts import errors, ttft
from dashgen.dashboards.parts import BY_MODEL, MODEL_ROUTE, Found, by_alert, failures, fed, quantiles, requests, seen_by
from dashgen.model import Missing, Override, Panel, Query, Row, Threshold
from dashgen.promql.selector import Match, label_replace
from dashgen.signals import Recorded, capacity, find, latency, raw, tokens
from dashgen.signals.resolve import USERS, together
from dashgen.signals.scope import Scope, panel_scope, seen_scope
from dashgen.signals.windows import error_windows, recent
from dashgen.spec import Spec
from dashgen.spec.types import duration_text

KV_FULL = 0.9
"""At 90 % of its KV cache an engine starts to queue or preempt (article, "GPU and KV cache utilization")."""


def verdict_row(spec: Spec) -> Row:
    """Five numbers that answer: is it us, is it now?"""
    scope = panel_scope(spec)
    threshold = spec.ttft_threshold.total_seconds()
    stat: dict[str, Any] = {"viz": "stat", "height": 5}

    def firing(severity: str) -> str:
        matches = (Match("alertstate", "=", "firing"), Match("severity", "=", severity))
        return f"count({seen_scope(spec).read('ALERTS', matches)}) or vector(0)"

    panels = (
        fed(
            ttft.watched(spec),
            lambda _: (Query("p95", f"max({ttft.worth_reading(spec, scope)})", "TTFT p95"),),
            key="verdict-ttft",
            title="TTFT p95, worst model",
            description=(
                "The slowest model's time to first token, where enough requests stand behind it. Red: the page "
                "LLMTimeToFirstTokenHigh is on its way. Look at the queue and the KV cache, then at the provider."
            ),
            unit="s",
            width=5,
            thresholds=(Threshold(threshold),),
            no_value="too few requests, or no telemetry",
            **stat,
        ),
        fed(
            failures(spec),
            lambda s: (Query("ratio", f"max({errors.confirmed_ratio(s, scope)})", "errors"),),
            key="verdict-errors",
            title="Error ratio, worst model",
            description=(
                "Share of requests that failed in a way worth a page, for the worst model and route; a handful of "
                "stray errors reads 0. Red: see errors by class below."
            ),
            unit="percentunit",
            width=5,
            thresholds=(Threshold(spec.alerts.errors.threshold),),
            no_value="no traffic, or no telemetry",
            **stat,
        ),
        fed(
            find(spec, capacity.WAITING, "engine"),
            lambda s: (Query("waiting", f"sum({s.value(scope, MODEL_ROUTE)})", "waiting"),),
            key="verdict-waiting",
            title="Requests waiting",
            description="Requests that wait for engine capacity now. Above the line for minutes: add replicas.",
            unit="short",
            width=5,
            thresholds=(Threshold(spec.alerts.queue.min_waiting + 1, "orange"),),
            no_value="no engine reports",
            **stat,
        ),
        fed(
            find(spec, capacity.KV_CACHE, "engine"),
            lambda s: (Query("kv", s.value(scope, ()), "KV cache"),),
            key="verdict-kv",
            title="KV cache, fullest pod",
            description="The fullest KV cache of any pod. Above 90 % new requests queue or are preempted.",
            unit="percentunit",
            width=5,
            min=0,
            max=1,
            thresholds=(Threshold(KV_FULL),),
            no_value="no engine reports",
            **stat,
        ),
        Panel(
            key="verdict-alerts",
            title="Alerts firing",
            description=(
                "Pages and tickets of this service that fire now, whatever model is chosen above. Open the runbook of "
                "each. Tickets wait for the morning; in the first week one says that cost has no history yet."
            ),
            queries=tuple(Query(f"{name}s", firing(name), f"{name}s") for name in ("page", "ticket")),
            width=4,
            thresholds=(Threshold(1),),
            overrides=(Override("^tickets$", colour="blue"),),
            **stat,
        ),
    )
    return Row("verdict", "Is it healthy?", panels)


def _latency_panel(spec: Spec, found: Found, key: str, what: str, about: str, **frame: Any) -> Panel:
    scope, window = panel_scope(spec), recent(spec)
    return fed(
        found,
        lambda s: quantiles(lambda q: s.quantile(q, scope, MODEL_ROUTE, window)),
        key=key,
        title=f"{what} p50 / p95 / p99",
        description=about,
        unit="s",
        min=0,
        overrides=(Override(" p50$", dashed=True),),
        **frame,
    )


def users_row(spec: Spec) -> Row:
    """How long users wait, seen from the application and from the engine."""
    scope, window = panel_scope(spec), recent(spec)
    line = (Threshold(spec.ttft_threshold.total_seconds()),)
    watched = ttft.watched(spec)
    felt, paced = (find(spec, signal, *USERS) for signal in (latency.TTFT, latency.ITL))
    whole = find(spec, latency.REQUEST_DURATION, *USERS, "engine")
    drawn = watched.vantage if isinstance(watched, Recorded) else "client"

    def heatmap(signal: Recorded) -> tuple[Query, ...]:
        expr, _ = signal.buckets(scope, (), window)
        return (Query("buckets", expr, "{{le}}", format="heatmap"),)

    panels = (
        _latency_panel(
            spec,
            felt,
            f"ttft-{_vantage(felt)}",
            f"TTFT as {seen_by(felt)}:",
            _TTFT[_vantage(felt)],
            thresholds=line if drawn == _vantage(felt) else (),
        ),
        _latency_panel(
            spec,
            find(spec, latency.TTFT, "engine"),
            "ttft-engine",
            "TTFT as the engine sees it:",
            "Time from arrival at the engine to the first token. High here too: queue, KV cache or long prompts.",
            # The engine's p95 pages for the models that nobody nearer reports.
            thresholds=line,
        ),
        fed(
            watched,
            heatmap,
            key="ttft-heatmap",
            title="TTFT distribution",
            description=(
                "Requests per second by time to first token. Two bands mean two populations: cold and warm, cached "
                "and not, or two models."
            ),
            viz="heatmap",
            unit=_heatmap_unit(watched),
        ),
        _latency_panel(
            spec,
            paced,
            f"itl-{_vantage(paced)}",
            f"ITL as {seen_by(paced)}:",
            "Time between output tokens once streaming began. Rising with load: the batch is too large.",
        ),
        _latency_panel(
            spec,
            find(spec, latency.ITL, "engine"),
            "itl-engine",
            "ITL as the engine sees it:",
            "Time between output tokens in the engine. High here and TTFT fine: decode is the bottleneck.",
        ),
        _latency_panel(
            spec,
            whole,
            "duration",
            "Request duration",
            f"Whole requests, as {seen_by(whole)}. Grows with output length: read TTFT and ITL before worrying.",
        ),
    )
    return Row("users", "What users feel", panels)


_TTFT = {
    "client": (
        "Time from request to first streamed chunk, in the application; requests that hang until a timeout are in it. "
        "p95 above the line pages. Compare with the engine's: the difference is network, router, retries."
    ),
    "gateway": (
        "Time to the first token as the gateway measures it: the way to the user, and often failed attempts before, "
        "come on top. p95 above the line pages while no application measures it."
    ),
}


def _vantage(found: Found) -> str:
    """Where the users' side of a signal is measured; the application when it is missing."""
    return found.vantage if isinstance(found, Recorded) else "client"


def _heatmap_unit(found: Found) -> str:
    """A heatmap shows ``le`` as the source writes it."""
    if isinstance(found, Missing):
        return "s"
    return "ms" if raw.unit_factor(found.feeds[0]) == 0.001 else "s"


def _throughput(spec: Spec) -> Panel:
    scope, window = panel_scope(spec), recent(spec)
    return fed(
        together(spec, (tokens.INPUT, tokens.OUTPUT), (*USERS, "engine")),
        lambda given, made: (
            Query("input", given.rate(scope, MODEL_ROUTE, window), f"{BY_MODEL} in"),
            Query("output", made.rate(scope, MODEL_ROUTE, window), f"{BY_MODEL} out"),
        ),
        key="token-throughput",
        title="Tokens per second, in and out",
        description=(
            "Input and output tokens per second by model and route: the load of an LLM service. Output tokens are "
            "the slow ones; plan capacity by them. A drop with steady requests: shorter answers or failures."
        ),
        unit="short",
        min=0,
    )


def _classes(requests: Recorded, scope: Scope, window: timedelta) -> str:
    """Errors by class; a line ``none`` at 0 while nothing fails, so that an empty panel means no telemetry."""
    none = label_replace(f"0 * {requests.rate(scope, (), window)}", "error_class", '"none"', "", '""')
    return f"{errors.by_class(requests, scope, window)} or on () {none}"


def traffic_row(spec: Spec) -> Row:
    """What comes in and what fails."""
    scope, window = panel_scope(spec), recent(spec)
    long, _ = error_windows(spec)
    failed = failures(spec)
    panels = (
        _throughput(spec),
        fed(
            requests(spec),
            lambda s: (Query("requests", s.rate(scope, MODEL_ROUTE, window), BY_MODEL),),
            key="request-rate",
            title="Requests per second",
            description="Logical requests, failed ones included. A gap: no traffic, or no telemetry.",
            unit="reqps",
            min=0,
        ),
        fed(
            failed,
            lambda s: (Query("errors", _classes(s, scope, window), "{{error_class}}"),),
            key="errors-by-class",
            title="Errors per second by class",
            description=(
                "All failures, those that never page included (client_invalid, context_length, content_filter, "
                "cancelled). rate_limited or overloaded: the provider; timeout, stream_interrupted, internal: us."
            ),
            unit="reqps",
            min=0,
            stacked="normal",
        ),
        fed(
            failed,
            lambda s: (Query("ratio", scope.read(errors.ratio_record(s, long)), by_alert(spec)),),
            key="error-ratio",
            title=f"Error ratio over {duration_text(long)}",
            description="Page-worthy failures over all requests, by model and route. Above the line it pages.",
            unit="percentunit",
            min=0,
            thresholds=(Threshold(spec.alerts.errors.threshold),),
        ),
    )
    return Row("traffic", "Traffic and errors", panels)
