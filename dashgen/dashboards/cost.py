"""Cost & Unit Economics: what does each request cost, and where is it trending?"""

from __future__ import annotations

from datetime import timedelta

from dashgen.alerts import cost as cost_alert
from dashgen.alerts import substitutes
from dashgen.dashboards import cost_rows, unit_rows
from dashgen.dashboards.parts import MODEL_ROUTE, Found, by_alert, dashboard, fed, named, quantiles
from dashgen.model import Dashboard, Override, Panel, Query, Row
from dashgen.signals import Recorded, find
from dashgen.signals.cost import COST_PER_REQUEST
from dashgen.signals.resolve import USERS
from dashgen.signals.scope import panel_scope
from dashgen.signals.windows import HOUR
from dashgen.spec import Spec
from dashgen.spec.types import duration_text


def cost(spec: Spec) -> Dashboard:
    """The dashboard to send to finance."""
    rows = (
        cost_rows.spend_row(spec),
        _per_request_row(spec),
        cost_rows.tokens_row(spec),
        unit_rows.unit_row(spec),
        unit_rows.quality_row(spec),
    )
    return dashboard(
        spec,
        "cost",
        "Cost & Unit Economics",
        "What does each request cost, and where is it trending? All money is USD; days and months are UTC.",
        rows,
        time_from="now-30d",
        refresh=duration_text(max(spec.grafana.refresh, timedelta(minutes=5))),
        timezone="utc",
    )


def _per_request_row(spec: Spec) -> Row:
    scope = panel_scope(spec)
    found = find(spec, COST_PER_REQUEST, *USERS)
    panels = (
        fed(
            found,
            lambda s: quantiles(lambda q: s.quantile(q, scope, MODEL_ROUTE, HOUR)),
            key="cost-per-request",
            title="Cost per request p50 / p95 / p99",
            description=(
                "What one request costs, by model and route, over an hour. The tail is where unit economics die: "
                "p99 rising alone means long prompts, loops or retries of a few. Above $20 it reads $20."
            ),
            unit="currencyUSD",
            min=0,
        ),
        _week_over_week(spec, found),
        *_mean(spec),
    )
    return Row("per-request", "Cost per request", panels)


def _mean(spec: Spec) -> tuple[Panel, ...]:
    """The mean, where nobody reports what each request costs; beside the quantiles it would only mislead."""
    found = substitutes.spend_and_requests(spec)
    if found is None:
        return ()
    scope, stem = panel_scope(spec), substitutes.mean_stem(found[0])
    kept = spec.prometheus.retention >= cost_alert.HISTORY
    series = (("now", "", "now"), *((("week_ago", "_week_ago", "a week ago"),) if kept else ()))
    panel = fed(
        found,
        lambda *_: tuple(
            Query(
                key,
                cost_alert.level_scope(scope, "model_route").read(f"{stem}:mean_1h{suffix}"),
                f"{by_alert(spec)} {name}",
            )
            for key, suffix, name in series
        ),
        key="mean-cost",
        title="Mean cost per request",
        description=(
            "Spend over requests that succeeded (over all where nobody tells), per hour. No source reports the cost of "
            "each request, so there is no p99: a few very dear ones hide in a mean. Twice last week's opens a ticket."
        ),
        unit="currencyUSD",
        min=0,
        width=24,
        overrides=(Override(" a week ago$", dashed=True),),
    )
    return (panel,)


def _week_over_week(spec: Spec, found: Found) -> Panel:
    series = (("now", "", "now"), ("week_ago", "_week_ago", "a week ago"), ("limit", "_limit", "page above"))

    def queries(signal: Recorded) -> tuple[Query, ...]:
        result = []
        for level, who in (("model_route", by_alert(spec)), ("service", named(spec, "service"))):
            scope = cost_alert.level_scope(panel_scope(spec), level)
            result += [
                Query(f"{level}_{key}", scope.read(cost_alert.record(signal, 99, suffix)), f"{who} {name}")
                for key, suffix, name in series
            ]
        return tuple(result)

    gap = next((m.missing for m in cost_alert.build(spec).missing), None)
    return fed(
        gap or found,
        queries,
        key="cost-week-over-week",
        title="Cost per request p99 against last week",
        description=(
            "p99 now, the median of last week around this hour, and the limit above which it pages (last week times "
            f"{spec.alerts.cost.ratio:g}, more while a dated price change explains it). Service level: all models "
            f"together, so a move to a dearer model shows. Below {spec.alerts.cost.min_requests_p99} requests an hour "
            "the page judges p95 instead."
        ),
        unit="currencyUSD",
        min=0,
        time_from="7d",
        overrides=(
            Override(" a week ago$", dashed=True),
            Override(" page above$", dashed=True, colour="red"),
        ),
    )
