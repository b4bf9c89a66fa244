"""Rows of the cost dashboard that add money and tokens up over time.

Sums over long ranges tile the recorded rate: an hour of ``rate1h`` times 3600, hour after hour, so that
a gap in the data counts as nothing instead of as the average. An hour is read when it ends. A range that
begins on the hour must not read the one before it: Prometheus 2 includes its left edge, and Grafana rounds
it to seconds, so that Prometheus 3 does by chance. Hence the window is moved off the hour.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashgen.dashboards import gateway_users
from dashgen.dashboards.parts import BY_MODEL, MODEL_ROUTE, fed, sampled, traced
from dashgen.model import Panel, Query, Row
from dashgen.promql.selector import aggregate
from dashgen.signals import Recorded, derived, tokens, users
from dashgen.signals.cost import COST, COST_BY_TEAM, COST_BY_USER
from dashgen.signals.resolve import USERS, recorded, together
from dashgen.signals.scope import Scope, panel_scope
from dashgen.signals.windows import HOUR
from dashgen.spec import Spec

DAY_STEP = 86400
OFF_THE_HOUR = "offset -29m"
"""Time zones begin their days on the hour, at half past or at a quarter: with 29m none of them on an edge."""


def total(signal: Recorded, scope: Scope, by: Sequence[str], over: str) -> str:
    """The sum of the signal over a range such as ``$__range`` or ``1d``, hour by hour."""
    return f"sum_over_time({signal.rate(scope, by, HOUR)}[{over}:1h] {OFF_THE_HOUR}) * 3600"


def so_far(signal: Recorded, scope: Scope) -> str:
    """The sum over the panel's range; 0 before its first full hour is over."""
    return f"({total(signal, scope, (), '$__range')} or 0 * {signal.rate(scope, (), HOUR)})"


def spend_row(spec: Spec) -> Row:
    """Money: per hour, today, this month, by day, by user."""
    scope = panel_scope(spec)
    spend = derived.spend(spec)
    stat: dict[str, Any] = {
        "viz": "stat",
        "unit": "currencyUSD",
        "width": 5,
        "height": 5,
        "no_value": "no spend recorded",
    }
    month_end = "(days_in_month() - day_of_month() + 1 - hour() / 24)"
    panels = (
        fed(
            spend,
            lambda s: (Query("spend", f"{s.rate(scope, (), HOUR)} * 3600", "USD per hour", instant=True),),
            key="spend-now",
            title="Spend per hour now",
            description="USD in the last hour. Doubled against last week without a release: see top templates.",
            **stat,
        ),
        fed(
            spend,
            lambda s: (Query("today", so_far(s, scope), "today", instant=True),),
            key="spend-today",
            title="Spend today",
            description="USD since midnight, to the last full hour. An hour without telemetry counts as nothing.",
            time_from="now/d",
            **stat,
        ),
        fed(
            spend,
            lambda s: (Query("month", so_far(s, scope), "month to date", instant=True),),
            key="spend-month",
            title="Spend month to date",
            description=(
                "USD since the first of the month, or since the data begins: see Data since beside it. An hour "
                "without telemetry counts as nothing."
            ),
            time_from="now/M",
            **stat,
        ),
        fed(
            spend,
            lambda s: (
                Query(
                    "projected",
                    f"{so_far(s, scope)}"
                    f" + avg_over_time({s.rate(scope, (), HOUR)}[7d:1h]) * 86400 * scalar({month_end})",
                    "projected",
                    instant=True,
                ),
            ),
            key="spend-projected",
            title="Projected spend this month",
            description=(
                "Month to date plus the rest of the month at the average of the last seven days, of which hours "
                "without telemetry are left out. In the first week it is the average since the data begins."
            ),
            time_from="now/M",
            **stat,
        ),
        fed(
            spend,
            lambda s: (
                Query(
                    "since",
                    f"min_over_time(timestamp({s.rate(scope, (), HOUR)})[$__range:1h] {OFF_THE_HOUR}) * 1000",
                    "data since",
                    instant=True,
                ),
            ),
            key="data-since",
            title="Data since",
            description="The oldest hour of spend in this range: sums above cannot reach back further.",
            **{**stat, "unit": "dateTimeAsIso", "width": 4},
            time_from="31d",
        ),
        fed(
            spend,
            lambda s: (Query("spend", f"{s.rate(scope, MODEL_ROUTE, HOUR)} * 3600", BY_MODEL),),
            key="spend-per-hour",
            title="Spend per hour by model",
            description="USD per hour by model and route. A new colour: somebody switched models.",
            unit="currencyUSD",
            min=0,
            stacked="normal",
            width=24,
        ),
        fed(
            spend,
            lambda s: (Query("day", total(s, scope, MODEL_ROUTE, "1d"), BY_MODEL),),
            key="cost-trend",
            title="Spend per day, 30 days",
            description="USD in the 24 hours before each bar's time, by model and route.",
            unit="currencyUSD",
            min=0,
            stacked="normal",
            bars=True,
            time_from="30d",
            min_step=DAY_STEP,
        ),
        _by_user(spec),
        *_by_team(spec),
    )
    return Row("spend", "Spend", panels)


def _by_user(spec: Spec) -> Panel:
    """Cost per user from traces; without them as the gateway's own labels have it."""
    by_user, spend = (recorded(spec, signal, "gateway") for signal in (COST_BY_USER, COST))
    if spec.tempo is None and by_user and spend:
        return gateway_users.cost_by_user(spec, by_user, spend)
    caveat = " Sampled traces: shares are right, sums are too low." if sampled(spec) else ""
    return traced(
        spec,
        "cost by user",
        Query("users", users.cost_by_user(spec), source="tempo"),
        key="cost-by-user",
        title=f"Cost per user per day{sampled(spec)}",
        description=f"USD of the ten dearest users in the last 24 hours, from traces.{caveat}",
        time_from="24h",
        unit="currencyUSD",
        min=0,
        bars=True,
        stacked="normal",
    )


def _by_team(spec: Spec) -> tuple[Panel, ...]:
    """Spend by the teams a gateway knows; nothing where none does."""
    found = recorded(spec, COST_BY_TEAM, "gateway")
    if found is None:
        return ()
    scope = panel_scope(spec)
    panel = fed(
        found,
        lambda s: (Query("teams", f"topk(10, {s.rate(scope, ('team',), HOUR)} * 3600)", "{{team}}"),),
        key="spend-by-team",
        title="Spend per hour by team",
        description="USD per hour of the ten teams that spend most, by the gateway's keys. No name: keys without team.",
        unit="currencyUSD",
        min=0,
    )
    return (panel,)


def tokens_row(spec: Spec) -> Row:
    """Tokens served, and who served them."""
    scope = panel_scope(spec)
    found = together(spec, (tokens.INPUT, tokens.OUTPUT), (*USERS, "engine"))

    def by_route(given: Recorded, made: Recorded) -> str:
        return aggregate(
            "sum", ("route",), f"{given.rate(scope, ('route',), HOUR)} + {made.rate(scope, ('route',), HOUR)}"
        )

    panels = (
        fed(
            found,
            lambda given, made: (
                Query("input", total(given, scope, MODEL_ROUTE, "1d"), f"{BY_MODEL} in"),
                Query("output", total(made, scope, MODEL_ROUTE, "1d"), f"{BY_MODEL} out"),
            ),
            key="tokens-served",
            title="Tokens served per day",
            description="Input and output tokens in the 24 hours before each bar's time, by model and route.",
            unit="short",
            min=0,
            stacked="normal",
            bars=True,
            time_from="30d",
            min_step=DAY_STEP,
        ),
        fed(
            found,
            lambda given, made: (
                Query(
                    "share",
                    f"{by_route(given, made)} / on () group_left () (sum ({by_route(given, made)}) > 0)",
                    "{{route}}",
                ),
            ),
            key="cloud-local-share",
            title="Cloud against local, share of all tokens",
            description=(
                "How hybrid routing splits the tokens, input and output together. Local falling: the router flips "
                "to the cloud, and the bill follows."
            ),
            unit="percentunit",
            min=0,
            max=1,
            stacked="normal",
        ),
    )
    return Row("tokens", "Tokens", panels)
