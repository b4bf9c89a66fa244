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
from dashgen.signals.resolve import USERS
from dashgen.signals.scope import SERVICE, Scope, cluster_labels, route_labels, service_scope
from dashgen.signals.windows import HOUR, WEEK
from dashgen.spec import Spec
from dashgen.spec.types import duration_text

NAME = "LLMCostPerRequestDoubled"
BASELINE_MISSING = "LLMCostBaselineMissing"
PRICE_CHANGED = "LLMCostRaisedByPriceChange"
APART = HOUR * 2
HISTORY = WEEK + APART + HOUR
"""What has to be kept to compare with last week."""
PANEL = PanelRef("cost", "cost-week-over-week")


def record(cost: Recorded, q: int, suffix: str = "") -> str:
    """Recorded quantile of the last hour; ``suffix`` is empty, ``_week_ago`` or ``_limit``."""
    return f"{cost.stem}_usd:p{q}_1h{suffix}"


def _count(cost: Recorded) -> str:
    """Recorded number of requests in the last hour."""
    return f"{cost.stem}:increase1h"


def _bounds_changed(cost: Recorded) -> str:
    """Recorded number of buckets that are there now and were not a week ago, or the other way round."""
    return f"{cost.stem}:bounds_changed"


def week_ago(series: str) -> str:
    """The median of the series a week ago, two hours before and two after: one odd hour last week moves nothing.

    The series look back an hour each, so at a distance of one hour an odd hour would be in two of the three.
    """
    hours = [f"{series} offset {duration_text(WEEK + shift)} >= 0" for shift in (-APART, 0 * APART, APART)]
    tagged = [label_replace(f"({hour})", "hour", f'"{n}"', "", '""') for n, hour in enumerate(hours)]
    return f"quantile without (hour) (0.5, {' or '.join(tagged)})"


def levels(spec: Spec) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(level, its labels): one model on one route, and the service as a whole."""
    yield "model_route", route_labels(spec)
    yield "service", cluster_labels(spec)


def _level_records(spec: Spec, cost: Recorded) -> Iterator[RecordingRule]:
    scope = service_scope(spec)
    for level, labels in levels(spec):
        own = {SERVICE: spec.name, LEVEL: level}
        for q in (99, 95):
            yield RecordingRule(record(cost, q), cost.quantile(q / 100, scope, labels, HOUR), own)
        yield RecordingRule(_count(cost), f"({cost.observations(scope, labels, HOUR)}) * 3600", own)
        if not cost.classic:
            continue
        now, _ = cost.buckets(scope, labels, HOUR)
        then, _ = cost.buckets(scope.ago(WEEK), labels, HOUR)
        changed = f"({now} unless {then}) or ({then} unless {now})"
        # Only where there are bounds to compare: a model that is new, or gone, has not changed its bounds.
        both = (f"and on ({', '.join(labels)}) {aggregate('group', labels, buckets)}" for buckets in (now, then))
        expr = f"{aggregate('count', labels, changed)} {' '.join(both)}"
        yield RecordingRule(_bounds_changed(cost), expr, own)


def _baseline_records(spec: Spec, cost: Recorded) -> Iterator[RecordingRule]:
    scope = service_scope(spec)
    for q in (99, 95):
        yield RecordingRule(record(cost, q, "_week_ago"), week_ago(scope.read(record(cost, q))), {SERVICE: spec.name})
        base = with_price_steps(spec, scope.read(record(cost, q, "_week_ago")))
        limit = f"{number(spec.alerts.cost.ratio)} * {base}"
        yield RecordingRule(record(cost, q, "_limit"), limit, {SERVICE: spec.name})


def with_price_steps(spec: Spec, base: str) -> str:
    """Last week's cost by level, raised by what the spec's dated prices account for."""
    if not step_rules(spec):
        return base
    step = service_scope(spec).read(PRICE_STEP)
    return f"(({base} * on ({SERVICE}, {LEVEL}, model, route) group_left () {step}) or {base})"


def _enough(spec: Spec, cost: Recorded, q: int) -> str:
    """Enough requests now and a week ago for that quantile to mean something."""
    scope = service_scope(spec)
    settings = spec.alerts.cost
    least = at_least(settings.min_requests_p99 if q == 99 else settings.min_requests_p95)
    return f"{scope.read(_count(cost))} {least} and {scope.ago(WEEK).read(_count(cost))} {least}"


def _above(spec: Spec, cost: Recorded, q: int, suffix: str, factor: str = "") -> str:
    scope = service_scope(spec)
    return f"{scope.read(record(cost, q))} > {factor}{scope.read(record(cost, q, suffix))}"


def _doubled(spec: Spec, cost: Recorded, suffix: str, factor: str = "") -> str:
    """p99 where there is traffic for it, else p95; above last week's limit and above the floor."""
    scope = service_scope(spec)
    enough = _enough(spec, cost, 99)
    p99 = f"({_above(spec, cost, 99, suffix, factor)} and {enough})"
    p95 = f"({_above(spec, cost, 95, suffix, factor)} and {_enough(spec, cost, 95)} unless ({enough}))"
    floor = number(spec.alerts.cost.floor_usd)
    comparable = f"\nunless {scope.read(_bounds_changed(cost))}" if cost.classic else ""
    return f"(\n({p99}\nor {p95}) > {floor}\n){comparable}"


def _page(spec: Spec, cost: Recorded) -> Alert:
    settings = spec.alerts.cost
    return make_alert(
        spec,
        NAME,
        _doubled(spec, cost, "_limit"),
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


def _price_ticket(spec: Spec, cost: Recorded) -> Alert:
    settings = spec.alerts.cost
    ratio = f"{number(settings.ratio)} * "
    return make_alert(
        spec,
        PRICE_CHANGED,
        f"({_doubled(spec, cost, '_week_ago', ratio)})\nunless ({_doubled(spec, cost, '_limit')})",
        severity="ticket",
        summary="cost per request follows a price change of the spec",
        description=(
            f"The tail cost per request is ${{{{ $value | printf `%.4f` }}}}, more than {number(settings.ratio)} times "
            "last week's, and the dated price list accounts for it. The page compares with the new prices."
        ),
        panel=PANEL,
        wait=settings.for_,
    )


def baseline_ticket(
    spec: Spec, count: str, alert: str, panel: PanelRef, *, what: str = "cost per request", changed: str = ""
) -> Alert:
    """LLMCostBaselineMissing: traffic now and no comparable hour a week ago, so ``alert`` cannot fire.

    ``count`` records the requests of an hour by level, ``what`` says what of them is compared; ``changed`` is true
    where its bucket bounds are others, empty where it has none.
    """
    scope = service_scope(spec)
    enough = at_least(spec.alerts.cost.min_requests_p95)
    bounds = " with the same bucket bounds" if changed else ""
    return make_alert(
        spec,
        BASELINE_MISSING,
        f"({scope.read(count)} {enough} unless {scope.ago(WEEK).read(count)}){changed}",
        severity="ticket",
        summary="no comparable week of cost history yet",
        description=(
            f"{{{{ $labels.level }}}} {{{{ $labels.model }}}} has traffic but no {what} recorded a week ago{bounds}, "
            f"so {alert} cannot fire for it. This clears by itself after a week."
        ),
        panel=panel,
        wait=timedelta(hours=1),
    )


def build(spec: Spec) -> Built:
    """The page, its two tickets and their records."""
    cost = find(spec, COST_PER_REQUEST, *USERS)
    if isinstance(cost, Missing):
        return Built(missing=(MissingAlert(NAME, cost),))
    if spec.prometheus.retention < HISTORY:
        kept = duration_text(spec.prometheus.retention)
        short = Missing("cost of last week", f"Prometheus keeps {kept}", "keep at least 8d of recorded series")
        return Built(tuple(_level_records(spec, cost)), missing=(MissingAlert(NAME, short),))
    steps = step_rules(spec)
    records = (*_level_records(spec, cost), *steps, *_baseline_records(spec, cost))
    changed = f"\nor {service_scope(spec).read(_bounds_changed(cost))}" if cost.classic else ""
    tickets = [baseline_ticket(spec, _count(cost), NAME, PANEL, changed=changed)]
    tickets += [_price_ticket(spec, cost)] if steps else []
    return Built(records, (_page(spec, cost), *tickets))


def level_scope(scope: Scope, level: str) -> Scope:
    """Scope of one level; the service level has no model, route or namespace to select by."""
    kept = scope if level == "model_route" else scope.without("model", "route", "namespace")
    return kept.where(Match(LEVEL, "=", level))
