"""Unit economics: what a million tokens costs by each way of counting, and how far to trust the numbers."""

from __future__ import annotations

from dashgen.alerts.gpu_cost import AMORTISED, GPU_COST, GPU_COST_IDLE, GPU_COST_LOADING
from dashgen.dashboards.parts import BY_MODEL, MODEL_ROUTE, fed, named
from dashgen.model import Missing, Override, Panel, Query, Row
from dashgen.model.dashboard import Vantage
from dashgen.promql.selector import Match, aggregate, number
from dashgen.signals import Recorded, derived, find, gpu, tokens
from dashgen.signals.capacity import RUNNING
from dashgen.signals.cost import UNPRICED, USAGE_MISSING
from dashgen.signals.resolve import USERS, recorded, together
from dashgen.signals.scope import PRICE, fact_scope, panel_scope
from dashgen.signals.traffic import REQUESTS
from dashgen.signals.windows import HOUR
from dashgen.spec import Spec


def gpu_cost(spec: Spec) -> Missing | None:
    """Why GPU money cannot be shown, or None."""
    used = find(spec, gpu.MEMORY_USED, "gpu")
    if isinstance(used, Missing):
        return used
    if not any(model.serving and model.workload for model in spec.models):
        how = "give each local model serving (gpus, usd_per_gpu_hour) and workload (namespace, pods)"
        return Missing("GPU-hours by model", "no local model has both a price and a workload", how)
    running = find(spec, RUNNING, "engine")
    return running if isinstance(running, Missing) else None


def spend_vantages(spec: Spec) -> tuple[Vantage, ...]:
    """Where what spend is divided by has to be counted: where spend is."""
    spend = derived.spend(spec)
    return USERS if isinstance(spend, Missing) else (spend.vantage,)


def unit_row(spec: Spec) -> Row:
    """List price, effective, local standard and local amortised, on one axis."""
    return Row("unit", "Unit economics", (_per_million(spec), _idle(spec), _margin(spec)))


def _per_million(spec: Spec) -> Panel:
    scope = panel_scope(spec)
    prices = fact_scope(spec)
    found = [derived.spend(spec), *together(spec, (tokens.INPUT, tokens.OUTPUT), spend_vantages(spec))]

    def queries(spend: Recorded, given: Recorded, made: Recorded) -> tuple[Query, ...]:
        served = f"({given.rate(scope, MODEL_ROUTE, HOUR)} + {made.rate(scope, MODEL_ROUTE, HOUR)})"
        result = [
            Query(
                "effective",
                f"{spend.rate(scope, MODEL_ROUTE, HOUR)} / ({served} > 0) * 1e6",
                f"{BY_MODEL} effective",
            ),
        ]
        if any(model.price_list() for model in spec.models):
            listed = prices.read(PRICE, (Match("kind", "=~", "input|output"),))
            by_kind = aggregate("max", ("model", "basis", "kind"), listed)
            result.append(Query("price", by_kind, "{{model}} {{basis}} {{kind}}"))
        # llama.cpp counts no input tokens, so nothing says what its GPUs cost per token.
        counted = all(recorded(spec, signal, "engine") for signal in (tokens.INPUT, tokens.OUTPUT))
        if gpu_cost(spec) is None and counted:
            amortised = scope.without("namespace", "route").read(AMORTISED)
            result.append(Query("amortised", amortised, named(spec, "{{model}} local amortised")))
        return tuple(result)

    return fed(
        found,
        queries,
        key="usd-per-mtok",
        title="USD per million tokens",
        description=(
            "Effective: spend over all tokens. list: the provider's price. standard: a local model's price from GPU "
            "price and reference throughput. local amortised: GPU-hours of all its pods over the tokens of a day, "
            "idle and loading time included. Amortised above the cloud's effective: the GPUs do not pay."
        ),
        unit="currencyUSD",
        min=0,
        width=24,
        height=9,
        overrides=(Override(" (list|standard) (input|output)$", dashed=True),),
    )


def _idle(spec: Spec) -> Panel:
    scope = panel_scope(spec).without("namespace", "route")
    gap = gpu_cost(spec)
    read = {
        "all": (GPU_COST, "{{model}} all GPUs"),
        "idle": (GPU_COST_IDLE, "{{model}} idle"),
        "loading": (GPU_COST_LOADING, "{{model}} loading or down"),
    }
    return fed(
        gap or (),
        lambda *_: tuple(
            Query(key, aggregate("sum", ("model",), scope.read(record)), legend)
            for key, (record, legend) in read.items()
        ),
        key="idle-gpu-cost",
        title="GPU cost per hour, and how much of it idles",
        description=(
            "USD per hour of the GPUs our pods hold: all of it, the part of models with no request running or "
            "waiting, and of models whose engine does not report yet (loading) or no more. A model counts as busy "
            "while any of its pods is. A MIG instance costs its slices of the card's price (3g: 3 of 7). n models "
            "of this service that share a GPU by time slicing pay 1/n each; pods of other services on it pay nothing."
        ),
        unit="currencyUSD",
        min=0,
        vantage="gpu",
    )


def _margin(spec: Spec) -> Panel:
    scope = panel_scope(spec)
    revenue = spec.revenue_usd_per_request
    found = [derived.spend(spec), *together(spec, (REQUESTS,), spend_vantages(spec))]
    if revenue is None:
        how = "add revenue_usd_per_request: <USD> to the spec"
        found = [Missing("revenue per request", "the spec does not say what a request earns", how)]
    return fed(
        found,
        lambda spend, asked: (
            Query(
                "margin",
                f"{number(revenue or 0)} - {spend.rate(scope, MODEL_ROUTE, HOUR)}"
                f" / ({asked.rate(scope, MODEL_ROUTE, HOUR)} > 0)",
                BY_MODEL,
            ),
        ),
        key="margin",
        title="Margin per request",
        description="Revenue less the mean cost of a request. Below zero every request loses money.",
        unit="currencyUSD",
    )


def quality_row(spec: Spec) -> Row:
    """How much of the money is measured, and how much guessed or missing."""
    scope = panel_scope(spec)
    found = together(spec, (REQUESTS, UNPRICED, USAGE_MISSING))
    panel = fed(
        found,
        lambda asked, unpriced, guessed: tuple(
            Query(
                key,
                f"({signal.rate(scope, ('model',), HOUR)} or 0 * {asked.rate(scope, ('model',), HOUR)})"
                f" / ({asked.rate(scope, ('model',), HOUR)} > 0)",
                f"{{{{model}}}} {name}",
            )
            for key, signal, name in (
                ("unpriced", unpriced, "unpriced"),
                ("estimated", guessed, "usage estimated"),
            )
        ),
        key="cost-quality",
        title="Requests without a price or with estimated usage",
        description=(
            "Share of requests whose model had no price, and whose token usage the provider did not return. Above a "
            "few percent the sums on this dashboard are too low: add the model's price, ask for usage when streaming."
        ),
        unit="percentunit",
        min=0,
        width=24,
    )
    return Row("quality", "Can these numbers be trusted?", (panel,))
