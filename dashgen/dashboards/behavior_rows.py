"""Rows of Model Behavior: lengths, caches, mix, users and templates."""

from __future__ import annotations

from dataclasses import replace

from dashgen.alerts.prices import CONTEXT_LIMIT
from dashgen.dashboards.parts import BY_MODEL, MODEL_ROUTE, fed, quantiles, requests, sampled, traced
from dashgen.model import Missing, Override, Panel, Query, Row
from dashgen.promql.selector import Match, aggregate
from dashgen.signals import Recorded, cache, cost, find, tokens, traffic, users
from dashgen.signals.base import Signal
from dashgen.signals.resolve import USERS, together
from dashgen.signals.scope import PRICE, Scope, fact_scope, panel_scope
from dashgen.signals.windows import HOUR, WEEK, recent
from dashgen.spec import Spec

NO_PRICES = Missing("prices", "no model of the spec has a price", "give the models prices: {input: …, output: …}")


def _lengths(spec: Spec, signal: Signal) -> Recorded | Missing:
    """Token counts per request from as near to the user as anybody reports them."""
    return find(spec, signal, *USERS, "engine")


def length_row(spec: Spec) -> Row:
    """How long prompts and answers are."""
    scope = panel_scope(spec)
    output, given = _lengths(spec, tokens.OUTPUT_PER_REQUEST), _lengths(spec, tokens.INPUT_PER_REQUEST)
    limits = aggregate("max", MODEL_ROUTE, fact_scope(spec).read(CONTEXT_LIMIT))
    known_limits = any(model.context_limit for model in spec.models)

    def week_ago(signal: Recorded) -> tuple[Query, ...]:
        now = quantiles(lambda q: signal.quantile(q, scope, MODEL_ROUTE, HOUR), (50, 95))
        then = quantiles(lambda q: signal.quantile(q, scope.ago(WEEK), MODEL_ROUTE, HOUR), (50, 95))
        return now + tuple(replace(q, key=f"{q.key}_week_ago", legend=f"{q.legend} a week ago") for q in then)

    panels = (
        fed(
            output,
            lambda s: (Query("buckets", s.buckets(scope, (), HOUR)[0], "{{le}}", format="heatmap"),),
            key="output-heatmap",
            title="Output tokens per request",
            description="How long answers are. The band drifting up after a release: a regressed prompt.",
            viz="heatmap",
            unit="short",
        ),
        fed(
            output,
            week_ago,
            key="output-length",
            title="Output tokens p50 / p95, now and a week ago",
            description="Now against the dashed line of last week. p95 far above it: answers run on, cost follows.",
            min=0,
            overrides=(Override(" a week ago$", dashed=True),),
        ),
        fed(
            given,
            lambda s: (
                *quantiles(lambda q: s.quantile(q, scope, MODEL_ROUTE, HOUR)),
                *((Query("limit", limits, f"{BY_MODEL} context limit"),) if known_limits else ()),
            ),
            key="input-length",
            title="Input tokens p50 / p95 / p99",
            description=(
                "How long prompts are, beside each model's context limit. p99 at the limit: requests are refused "
                "with context_length or silently cut."
            ),
            min=0,
            overrides=(Override(" context limit$", dashed=True, colour="red"),),
        ),
        fed(
            together(spec, (traffic.REQUESTS, tokens.INPUT, tokens.OUTPUT), (*USERS, "engine")),
            lambda asked, into, out: (
                Query("input", _ratio(into, asked, spec), f"{BY_MODEL} in"),
                Query("output", _ratio(out, asked, spec), f"{BY_MODEL} out"),
            ),
            key="tokens-per-request",
            title="Mean tokens per request",
            description="The trend finance feels: mean input and output tokens of a request.",
            min=0,
        ),
    )
    return Row("length", "Length of prompts and answers", panels)


def _ratio(part: Recorded, whole: Recorded, spec: Spec) -> str:
    scope = panel_scope(spec)
    return f"{part.rate(scope, MODEL_ROUTE, HOUR)} / ({whole.rate(scope, MODEL_ROUTE, HOUR)} > 0)"


def cache_row(spec: Spec) -> Row:
    """Two caches: the provider's prompt cache (money) and the engine's prefix cache (latency)."""
    scope = panel_scope(spec)
    given, read, write = together(spec, (tokens.INPUT, tokens.CACHE_READ, tokens.CACHE_WRITE))
    hits, queries = (find(spec, signal, "engine") for signal in (cache.PREFIX_HITS, cache.PREFIX_QUERIES))

    def price(kind: str) -> str:
        unit = fact_scope(spec).without("route").read(PRICE, (Match("kind", "=", kind),))
        return aggregate("max", ("model",), unit)

    def saved(read: Recorded, written: Recorded) -> tuple[Query, ...]:
        cheaper = f"({price('input')} - {price('cache_read')})"
        dearer = f"({price('cache_write')} - {price('input')})"
        gain = f"{read.rate(scope, ('model',), HOUR)} * on (model) group_left () {cheaper}"
        loss = f"{written.rate(scope, ('model',), HOUR)} * on (model) group_left () {dearer}"
        return (Query("saved", f"({gain} - ({loss} or 0 * {gain})) * 3600 / 1e6", "{{model}}"),)

    panels = (
        fed(
            (read, given),
            lambda cached, everything: (Query("ratio", _ratio(cached, everything, spec), BY_MODEL),),
            key="prompt-cache",
            width=8,
            title="Provider prompt-cache hit ratio",
            description=(
                "Input tokens read from the provider's cache over all input tokens. Falling: the beginning of the "
                "prompt changes, or requests come too far apart to stay cached."
            ),
            unit="percentunit",
            min=0,
            max=1,
        ),
        fed(
            (read, write) if any(model.price_list() for model in spec.models) else NO_PRICES,
            saved,
            key="prompt-cache-saved",
            width=8,
            title="Saved by the prompt cache per hour",
            description=(
                "What cached tokens would have cost at the full input price, less what writing the cache cost extra, "
                "at base (not tier) prices. Below zero: the cache costs more than it saves."
            ),
            unit="currencyUSD",
        ),
        fed(
            (hits, queries),
            lambda hit, asked: (
                Query(
                    "ratio",
                    f"{hit.rate(scope, MODEL_ROUTE, recent(spec))} / "
                    f"({asked.rate(scope, MODEL_ROUTE, recent(spec))} > 0)",
                    BY_MODEL,
                ),
            ),
            key="prefix-cache",
            width=8,
            title="Engine prefix-cache hit ratio",
            description="Share of prompt tokens the engine did not have to compute again.",
            unit="percentunit",
            min=0,
            max=1,
        ),
    )
    return Row("cache", "Caches", panels)


def mix_row(spec: Spec) -> Row:
    """Who serves, and how requests end."""
    scope = panel_scope(spec)
    asked = requests(spec)

    def share(signal: Recorded, by: tuple[str, ...], whole: tuple[str, ...], extra: tuple[Match, ...] = ()) -> str:
        window = recent(spec) if signal.vantage == "engine" else HOUR
        total = aggregate("sum", whole, scope.read(signal.rate_record(window), extra))
        on = f"on ({', '.join(whole)})" if whole else "on ()"
        return f"{signal.rate(scope, by, window, extra)} / {on} group_left () ({total} > 0)"

    panels = (
        fed(
            asked,
            lambda s: (Query("mix", share(s, MODEL_ROUTE, ()), BY_MODEL),),
            key="route-mix",
            title="Route mix",
            description="Share of requests by model and route. A step without a release: the router changed its mind.",
            unit="percentunit",
            min=0,
            max=1,
            stacked="normal",
        ),
        fed(
            find(spec, traffic.FINISHED, "engine"),
            lambda s: (
                Query(
                    "reasons",
                    share(s, ("model", "finished_reason"), ("model",)),
                    "{{model}} {{finished_reason}}",
                ),
            ),
            key="finish-reasons",
            title="Why answers end",
            description=(
                "Share of requests by finish reason. length growing: answers are cut off at the token limit; "
                "error or abort: see Service Health."
            ),
            unit="percentunit",
            min=0,
            max=1,
        ),
    )
    return Row("mix", "Mix and endings", panels)


def template_row(spec: Spec) -> Row:
    """Who and what uses the tokens."""
    scope = panel_scope(spec)
    spend, asked = together(spec, (cost.COST_BY_TEMPLATE, cost.REQUESTS_BY_TEMPLATE))
    by = ("prompt_template",)

    def each(s: Recorded, n: Recorded, scope: Scope) -> str:
        return f"{s.rate(scope, by, HOUR)} / ({n.rate(scope, by, HOUR)} > 0)"

    panels = (
        fed(
            spend,
            lambda s: (Query("top", f"topk(10, {s.rate(scope, by, HOUR)} * 3600)", "{{prompt_template}}"),),
            key="top-templates",
            title="Top prompt templates by cost",
            description="USD per hour of the ten dearest templates. A new one on top: a feature was shipped.",
            unit="currencyUSD",
            min=0,
        ),
        fed(
            (spend, asked),
            lambda s, n: (
                Query("now", each(s, n, scope), "{{prompt_template}}"),
                Query("week_ago", each(s, n, scope.ago(WEEK)), "{{prompt_template}} a week ago"),
            ),
            key="template-cost-per-request",
            title="Cost per request by prompt template",
            description="Mean USD of one request, now and (dashed) a week ago. Up: longer answers or a dearer model.",
            unit="currencyUSD",
            min=0,
            overrides=(Override(" a week ago$", dashed=True),),
        ),
        *(
            _top_users(spec, key, name, attribute)
            for key, name, attribute in (
                ("top-users-output", "output", users.OUTPUT),
                ("top-users-input", "input", users.INPUT),
            )
        ),
    )
    return Row("who", "Who and what uses the tokens", panels)


def _top_users(spec: Spec, key: str, name: str, attribute: str) -> Panel:
    return traced(
        spec,
        "tokens by user",
        Query("users", users.tokens_by_user(spec, attribute), source="tempo"),
        key=key,
        title=f"Top users by {name} tokens{sampled(spec)}",
        description=f"{name.capitalize()} tokens of the ten heaviest users in the last 24 hours, from traces.",
        time_from="24h",
        min=0,
        bars=True,
        stacked="normal",
    )
