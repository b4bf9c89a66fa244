"""Signals nobody exposes that follow from others: a weaker substitute, and titled as one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dashgen.model import Missing, RecordingRule
from dashgen.promql.selector import Match, aggregate, label_replace
from dashgen.signals import tokens
from dashgen.signals.cost import COST
from dashgen.signals.recorded import Recorded
from dashgen.signals.resolve import USERS, find, recorded, together
from dashgen.signals.scope import PRICE, SERVICE, route_labels, service_scope
from dashgen.signals.traffic import FAILURES, FINISHED
from dashgen.signals.windows import HOUR
from dashgen.spec import Spec

ESTIMATED = replace(
    COST, record="cost_estimated", meaning="spend", substitute="estimated from tokens and the prices of the spec"
)
"""Spend where no source counts money: tokens times price. Cached input is priced in full, retries are missing."""


def ends(spec: Spec) -> Recorded | None:
    """How engines, or a gateway that says no more, ended requests: by class where they tell, else by reason."""
    return recorded(spec, FAILURES, "engine") or recorded(spec, FINISHED, "engine", "gateway")


def spend(spec: Spec) -> Recorded | Missing:
    """Spend as somebody counts it, else as the tokens of the nearest vantage and the spec's prices suggest."""
    counted = find(spec, COST, *USERS)
    if isinstance(counted, Recorded):
        return counted
    given, made = together(spec, (tokens.INPUT, tokens.OUTPUT), (*USERS, "engine"))
    if isinstance(given, Missing) or isinstance(made, Missing):
        return counted
    if not any(model.price_list() for model in spec.models):
        how = "give the models prices, or serving with reference_throughput"
        return Missing(COST.meaning, "no source counts money, and no model has a price to estimate it with", how)
    return Recorded(spec, ESTIMATED, made.vantage, made.feeds)


def cost_rules(spec: Spec) -> Iterator[RecordingRule]:
    """The rule that records estimated spend in USD per second; none where spend is counted."""
    found = spend(spec)
    if isinstance(found, Missing) or found.signal is not ESTIMATED:
        return
    scope, labels = service_scope(spec), route_labels(spec)
    parts = []
    for signal, kind in ((tokens.INPUT, "input"), (tokens.OUTPUT, "output")):
        used = find(spec, signal, found.vantage)
        if isinstance(used, Missing):
            return
        price = aggregate("max", ("model",), scope.read(PRICE, (Match("kind", "=", kind),)))
        paid = f"{used.rate(scope, labels, HOUR)} * on (model) group_left () {price}"
        parts.append(label_replace(paid, "kind", f'"{kind}"', "", '""'))
    # Not `+`: a model of which only one kind of token is counted would cost nothing.
    total = aggregate("sum", labels, "\nor ".join(parts))
    yield RecordingRule(found.rate_record(HOUR), f"{total} / 1e6", {SERVICE: spec.name})
