"""The models a deployment serves, what they cost and where they run."""

import itertools
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from dashgen.spec.types import Count, Day, Money, Positive, Share, Strict, Text


class Prices(Strict):
    """USD per million tokens. Cached input falls back to the input price when not given."""

    input: Money = Field(description="USD per million input tokens", examples=[2.5])
    output: Money = Field(description="USD per million output tokens", examples=[10])
    cache_read: Money | None = Field(
        default=None, description="USD per million input tokens read from a prompt cache; `input` when left out"
    )
    cache_write: Money | None = Field(
        default=None, description="USD per million input tokens written to a prompt cache; `input` when left out"
    )

    def kinds(self) -> dict[str, float]:
        """Price by token kind, with the fallbacks applied: ``input output cache_read cache_write``."""
        return {
            "input": self.input,
            "output": self.output,
            "cache_read": self.input if self.cache_read is None else self.cache_read,
            "cache_write": self.input if self.cache_write is None else self.cache_write,
        }


class Tier(Prices):
    """Prices of requests whose input is longer than ``above_input_tokens``."""

    above_input_tokens: Count = Field(
        description="input tokens of a request above which these prices hold", examples=[200000]
    )


class Price(Prices):
    """A price list and the days it holds: from the start of ``from`` (UTC) until before ``until``.

    The first entry may leave ``from`` out; ``until`` defaults to the start of the next entry.
    """

    from_: Day | None = Field(
        default=None, alias="from", description="first day (UTC) of these prices; only the oldest list may leave it out"
    )
    until: Day | None = Field(
        default=None, description="first day (UTC) without these prices; the `from` of the next list when left out"
    )
    tiers: tuple[Tier, ...] = Field(
        default=(), description="prices of longer inputs; so far only read for how much dearer a new price list is"
    )

    def every(self) -> Iterator[Prices]:
        """The base prices and those of each tier."""
        yield self
        yield from self.tiers


class Throughput(Strict):
    """Tokens per second of one replica at the load it was sized for, all of it spent on that kind."""

    input: Positive = Field(description="input tokens per second", examples=[8000])
    output: Positive = Field(description="output tokens per second", examples=[1500])


class LocalServing(Strict):
    """What serving a model on our own GPUs costs: ``gpus`` per replica and their price."""

    gpus: Count = Field(
        default=1,
        description="GPUs of one replica, for the standard price; those that run are counted from their metrics",
    )
    usd_per_gpu_hour: Positive = Field(description="what one GPU, a whole card, costs an hour in USD", examples=[2.5])
    reference_throughput: Throughput | None = Field(
        default=None, description="what one replica serves; gives a model without `prices` a standard price per token"
    )
    gpu_memory_utilization: Share | None = Field(
        default=None, description="vLLM's --gpu-memory-utilization; the version's default when left out"
    )

    def standard_prices(self) -> Prices | None:
        """Standard USD per million tokens from GPU price and reference throughput; None without one."""
        if self.reference_throughput is None:
            return None
        per_second = self.gpus * self.usd_per_gpu_hour / 3600
        return Prices.model_construct(
            input=round(per_second / self.reference_throughput.input * 1e6, 6),
            output=round(per_second / self.reference_throughput.output * 1e6, 6),
        )


class Workload(Strict):
    """The pods that serve a model: namespace and a regular expression (RE2, anchored) of pod names."""

    namespace: Text = Field(description="Kubernetes namespace of the pods", examples=["llm"])
    pods: Text = Field(
        description="regular expression (RE2, anchored) of the pod names; a pod belongs to one model",
        examples=["vllm-.*"],
    )
    scaled_object: Text | None = Field(
        default=None,
        description="KEDA ScaledObject in that namespace whose trigger counts waiting requests of the model",
        examples=["vllm-qwen"],
    )


def _one_or_many(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


class Model(Strict):
    """A model as users call it, with every other name (``aliases``) that exporters report for it."""

    name: Text = Field(description="the model's name as users call it", examples=["gpt-4o"])
    aliases: tuple[Text, ...] = Field(
        default=(), description="other names of the model in metrics, all counted under `name`"
    )
    route: Literal["cloud", "local"] = Field(
        description="where requests for the model go: a provider's cloud or our own GPUs", examples=["cloud"]
    )
    engine: Text | None = Field(default=None, description="kind of engine that serves a local model (default vllm)")
    provider: Text | None = Field(default=None, description="who serves a cloud model; documentation only for now")
    context_limit: Count | None = Field(
        default=None, description="tokens the model takes at most, drawn beside the length of inputs"
    )
    prices: Annotated[
        tuple[Price, ...], BeforeValidator(_one_or_many, json_schema_input_type=Price | tuple[Price, ...])
    ] = Field(
        default=(),
        description="list prices, one or several with dates; a local model can do with the standard price of `serving`",
    )
    serving: LocalServing | None = Field(
        default=None, description="what it costs to serve the model on our own GPUs, only with `route: local`"
    )
    workload: Workload | None = Field(
        default=None, description="the pods that serve the model, by which GPUs and their cost find it"
    )

    @property
    def engine_kind(self) -> str | None:
        """Exporter kind of the engine: what the spec says, ``vllm`` for local models, None for cloud."""
        return self.engine or ("vllm" if self.route == "local" else None)

    def price_list(self) -> tuple[Price, ...]:
        """Dated list prices, or the standard price of a local model, oldest first; empty when unknown."""
        if self.prices:
            return tuple(sorted(self.prices, key=lambda price: price.from_ or date.min))
        standard = self.serving.standard_prices() if self.serving else None
        return (Price.model_construct(input=standard.input, output=standard.output),) if standard else ()

    def price_steps(self) -> tuple[tuple[date, float], ...]:
        """(day, largest factor by which any token kind or tier got dearer) for each price change."""
        prices = self.price_list()
        steps = []
        for old, new in itertools.pairwise(prices):
            if new.from_ is None:
                continue
            factors = [
                new_tier.kinds()[kind] / price
                for old_tier, new_tier in _same_tiers(old, new)
                for kind, price in old_tier.kinds().items()
                if price > 0
            ]
            steps.append((new.from_, max(factors, default=1.0)))
        return tuple(steps)


def _same_tiers(old: Price, new: Price) -> Iterator[tuple[Prices, Prices]]:
    """Each tier of the new list with the old prices that applied at that input length."""
    yield old, new
    for tier in new.tiers:
        below = [t for t in old.tiers if t.above_input_tokens <= tier.above_input_tokens]
        yield (max(below, key=lambda t: t.above_input_tokens) if below else old), tier


PRICE_WEEK = timedelta(days=8)
"""How long after a price change last week's baseline may still hold old prices (1w, 1h and margin)."""
