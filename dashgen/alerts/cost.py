"""LLMCostPerRequestDoubled: prompt regression, runaway agent, accidental model swap.

Two levels: ``model_route`` sees one model get dearer, ``service`` sees traffic move to a dearer model.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from dashgen.alerts.common import LEVEL, Built, at_least, make_alert
from dashgen.alerts.prices import PRICE_STEP, step_rules
from dashgen.model import Alert, Missing, MissingAlert, PanelRef, RecordingRule
from dashgen.promql.selector import Match, aggregate, label_replace, number
from dashgen.signals import Recorded, find
from dashgen.signals.cost import COST_PER_REQUEST
from dashgen.signals.scope import SERVICE, Scope, cluster_labels, route_labels, service_scope
from dashgen.signals.windows import HOUR, WEEK
from dashgen.spec import Spec
from dashgen.spec.types import duration_text

NAME = "LLMCostPerRequestDoubled"
BASELINE_MISSING = "LLMCostBaselineMissing"
PRICE_CHANGED = "LLMCostRaisedByPriceChange"
STEM = "llm:cost_per_request_client"
COUNT = f"{STEM}:increase1h"
BOUNDS_CHANGED = f"{STEM}:bounds_changed"
APART = HOUR * 2
HISTORY = WEEK + APART + HOUR
"""What has to be kept to compare with last week."""
PANEL = PanelRef("cost", "cost-week-over-week")


def record(q: int, suffix: str = "") -> str:
    """Recorded quantile of the last hour; ``suffix`` is empty, ``_week_ago`` or ``_limit``."""
    return f"{STEM}_usd:p{q}_1h{suffix}"


def week_ago(series: str) -> str:
    """The median of the series a week ago, two hours before and two after: one odd hour last week moves nothing.

    The series look back an hour each, so at a distance of one hour an odd hour would be in two of the three.
    """
    hours = [f"{series} offset {duration_text(WEEK + shift)} >= 0" for shift in (-APART, 0 * APART, APART)]
    tagged = [label_replace(f"({hour})", "hour", f'"{n}"', "", '""') for n, hour in enumerate(hours)]
    return f"quantile without (hour) (0.5, {' or '.join(tagged)})"


def _levels(spec: Spec) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "model_route", route_labels(spec)
    yield "service", cluster_labels(spec)


def _level_records(spec: Spec, cost: Recorded) -> Iterator[RecordingRule]:
    scope = service_scope(spec)
    for level, labels in _levels(spec):
        own = {SERVICE: spec.name, LEVEL: level}
        for q in (99, 95):
            yield RecordingRule(record(q), cost.quantile(q / 100, scope, labels, HOUR), own)
        yield RecordingRule(COUNT, f"({cost.observations(scope, labels, HOUR)}) * 3600", own)
        now, _ = cost.buckets(scope, labels, HOUR)
        then, _ = cost.buckets(scope.ago(WEEK), labels, HOUR)
        changed = f"({now} unless {then}) or ({then} unless {now})"
        # Only where there are bounds to compare: a model that is new, or gone, has not changed its bounds.
        both = (f"and on ({', '.join(labels)}) {aggregate('group', labels, buckets)}" for buckets in (now, then))
        expr = f"{aggregate('count', labels, changed)} {' '.join(both)}"
        yield RecordingRule(BOUNDS_CHANGED, expr, own)


def _baseline_records(spec: Spec) -> Iterator[RecordingRule]:
    scope = service_scope(spec)
    steps = step_rules(spec)
    for q in (99, 95):
        yield RecordingRule(record(q, "_week_ago"), week_ago(scope.read(record(q))), {SERVICE: spec.name})
        base = scope.read(record(q, "_week_ago"))
        expr = base
        if steps:
            step = scope.read(PRICE_STEP)
            expr = f"(({base} * on ({SERVICE}, {LEVEL}, model, route) group_left () {step}) or {base})"
        ratio = number(spec.alerts.cost.ratio)
        yield RecordingRule(record(q, "_limit"), f"{ratio} * {expr}", {SERVICE: spec.name})


def _enough(spec: Spec, q: int) -> str:
    """Enough requests now and a week ago for that quantile to mean something."""
    scope = service_scope(spec)
    settings = spec.alerts.cost
    least = at_least(settings.min_requests_p99 if q == 99 else settings.min_requests_p95)
    return f"{scope.read(COUNT)} {least} and {scope.ago(WEEK).read(COUNT)} {least}"


def _above(spec: Spec, q: int, suffix: str, factor: str = "") -> str:
    scope = service_scope(spec)
    return f"{scope.read(record(q))} > {factor}{scope.read(record(q, suffix))}"


def _doubled(spec: Spec, suffix: str, factor: str = "") -> str:
    """p99 where there is traffic for it, else p95; above last week's limit and above the floor."""
    scope = service_scope(spec)
    p99 = f"({_above(spec, 99, suffix, factor)} and {_enough(spec, 99)})"
    p95 = f"({_above(spec, 95, suffix, factor)} and {_enough(spec, 95)} unless ({_enough(spec, 99)}))"
    floor = number(spec.alerts.cost.floor_usd)
    return f"(\n({p99}\nor {p95}) > {floor}\n)\nunless {scope.read(BOUNDS_CHANGED)}"


def _page(spec: Spec) -> Alert:
    settings = spec.alerts.cost
    return make_alert(
        spec,
        NAME,
        _doubled(spec, "_limit"),
        severity="page",
        summary=(
            "a request costs more than it should, at the level of "
            "{{ if eq $labels.level `service` }}the whole service{{ else }}{{ $labels.model }}{{ end }}"
        ),
        description=(
            f"The tail cost per request (p99, p95 at low traffic) is ${{{{ $value | printf `%.4f` }}}}, more than "
            f"{number(settings.ratio)} times that of last week at this hour, for {duration_text(settings.for_)}. "
            "First look: output tokens per request and top templates; at level service, the route mix."
        ),
        panel=PANEL,
        variables=route_labels(spec),
        wait=settings.for_,
    )


def _price_ticket(spec: Spec) -> Alert:
    settings = spec.alerts.cost
    ratio = f"{number(settings.ratio)} * "
    return make_alert(
        spec,
        PRICE_CHANGED,
        f"({_doubled(spec, '_week_ago', ratio)})\nunless ({_doubled(spec, '_limit')})",
        severity="ticket",
        summary="cost per request follows a price change of the spec",
        description=(
            f"The tail cost per request is ${{{{ $value | printf `%.4f` }}}}, more than {number(settings.ratio)} times "
            "last week's, and the dated price list accounts for it. The page compares with the new prices."
        ),
        panel=PANEL,
        wait=settings.for_,
    )


def _baseline_ticket(spec: Spec) -> Alert:
    scope = service_scope(spec)
    enough = at_least(spec.alerts.cost.min_requests_p95)
    known = scope.ago(WEEK).read(COUNT)
    return make_alert(
        spec,
        BASELINE_MISSING,
        f"({scope.read(COUNT)} {enough} unless {known})\nor {scope.read(BOUNDS_CHANGED)}",
        severity="ticket",
        summary="no comparable week of cost history yet",
        description=(
            "{{ $labels.level }} {{ $labels.model }} has traffic but no cost per request recorded a week ago with "
            f"the same bucket bounds, so {NAME} cannot fire for it. This clears by itself after a week."
        ),
        panel=PANEL,
        wait=timedelta(hours=1),
    )


def build(spec: Spec) -> Built:
    """The page, its two tickets and their records."""
    cost = find(spec, COST_PER_REQUEST, "client")
    if isinstance(cost, Missing):
        return Built(missing=(MissingAlert(NAME, cost),))
    if spec.prometheus.retention < HISTORY:
        kept = duration_text(spec.prometheus.retention)
        short = Missing("cost of last week", f"Prometheus keeps {kept}", "keep at least 8d of recorded series")
        return Built(tuple(_level_records(spec, cost)), missing=(MissingAlert(NAME, short),))
    steps = step_rules(spec)
    records = (*_level_records(spec, cost), *steps, *_baseline_records(spec))
    tickets = [_baseline_ticket(spec)] + ([_price_ticket(spec)] if steps else [])
    return Built(records, (_page(spec), *tickets))


def level_scope(scope: Scope, level: str) -> Scope:
    """Scope of one level; the service level has no model, route or namespace to select by."""
    kept = scope if level == "model_route" else scope.without("model", "route", "namespace")
    return kept.where(Match(LEVEL, "=", level))
