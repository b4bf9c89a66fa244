"""Facts of the spec as series: prices, GPU prices, context limits. History keeps what held at the time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

from dashgen.model import RecordingRule
from dashgen.promql.selector import number
from dashgen.signals.scope import PRICE, SERVICE
from dashgen.spec import Model, Spec
from dashgen.spec.models import PRICE_WEEK

GPU_PRICE = "llm:gpu_price:usd_per_hour"
CONTEXT_LIMIT = "llm:context_limit:tokens"
PRICE_STEP = "llm:price_step:ratio"


def _seconds(day: date) -> str:
    return number(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def during(value: float, start: date | None, end: date | None) -> str:
    """``value`` from the start of one day (UTC) until before another, nothing outside."""
    conditions = [f"(vector(time()) >= {_seconds(start)})"] if start else []
    conditions += [f"(vector(time()) < {_seconds(end)})"] if end else []
    return " and ".join([f"vector({number(value)})", *conditions])


def _price_rules(spec: Spec, model: Model) -> Iterator[RecordingRule]:
    prices = model.price_list()
    basis = "list" if model.prices else "standard"
    for kind in ("input", "output", "cache_read", "cache_write"):
        spans = []
        for index, price in enumerate(prices):
            following = prices[index + 1].from_ if index + 1 < len(prices) else None
            spans.append(during(price.kinds()[kind], price.from_, price.until or following))
        if spans:
            labels = {
                SERVICE: spec.name,
                "model": model.name,
                "route": model.route,
                "kind": kind,
                "basis": basis,
            }
            yield RecordingRule(PRICE, "\nor ".join(spans), labels)


def price_rules(spec: Spec) -> tuple[RecordingRule, ...]:
    """USD per million tokens by model and kind: list prices, or the standard price of local models."""
    return tuple(rule for model in spec.models for rule in _price_rules(spec, model))


def _steps(steps: list[tuple[date, float]]) -> str:
    """The largest factor by which a price rose in the last week, 1 when none did."""
    active = [during(factor, day, day + PRICE_WEEK) for day, factor in sorted(steps, key=lambda s: (-s[1], s[0]))]
    return "\nor ".join([*active, "vector(1)"])


def step_rules(spec: Spec) -> tuple[RecordingRule, ...]:
    """How much dearer than a week ago each model may be by its price list alone, and the service as a whole."""
    rules, every = [], []
    for model in spec.models:
        dearer = [(day, factor) for day, factor in model.price_steps() if factor > 1]
        if dearer:
            every += dearer
            labels = {SERVICE: spec.name, "level": "model_route", "model": model.name, "route": model.route}
            rules.append(RecordingRule(PRICE_STEP, _steps(dearer), labels))
    if every:
        rules.append(RecordingRule(PRICE_STEP, _steps(every), {SERVICE: spec.name, "level": "service"}))
    return tuple(rules)


def gpu_price_rules(spec: Spec) -> tuple[RecordingRule, ...]:
    """USD per GPU-hour of each local model."""
    return tuple(
        RecordingRule(
            GPU_PRICE,
            f"vector({number(model.serving.usd_per_gpu_hour)})",
            {SERVICE: spec.name, "model": model.name},
        )
        for model in spec.models
        if model.serving
    )


def context_rules(spec: Spec) -> tuple[RecordingRule, ...]:
    """Context limit in tokens of each model that states one."""
    return tuple(
        RecordingRule(
            CONTEXT_LIMIT,
            f"vector({number(model.context_limit)})",
            {SERVICE: spec.name, "model": model.name, "route": model.route},
        )
        for model in spec.models
        if model.context_limit
    )
