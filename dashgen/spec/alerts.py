"""Parameters of the five pages and the tickets. Every default is the one design section 6 argues for."""

from datetime import timedelta
from typing import Literal

from pydantic import Field

from dashgen.spec.types import (
    Count,
    CountOrZero,
    Duration,
    Growth,
    LabelName,
    LabelValue,
    Money,
    OpenShare,
    Share,
    Strict,
)

ErrorClass = Literal[
    "rate_limited",
    "overloaded",
    "provider_5xx",
    "timeout",
    "stream_interrupted",
    "internal",
    "client_invalid",
    "context_length",
    "content_filter",
    "cancelled",
]
PAGE_CLASSES: tuple[ErrorClass, ...] = (
    "rate_limited",
    "overloaded",
    "provider_5xx",
    "timeout",
    "stream_interrupted",
    "internal",
)


class TtftSettings(Strict):
    """LLMTimeToFirstTokenHigh: p95 above ``threshold`` (the profile's when left out) for ``for``."""

    threshold: Duration | None = Field(
        default=None, description="TTFT p95 above which it pages, also drawn in panels; the profile's when left out"
    )
    for_: Duration = Field(
        default=timedelta(minutes=5), alias="for", description="how long the p95 is too high before it pages"
    )
    min_requests: Count = Field(default=20, description="requests in the last 5m below which the p95 does not count")


class CostSettings(Strict):
    """LLMCostPerRequestDoubled: p99 above ``ratio`` times last week's, and above ``floor_usd``."""

    ratio: Growth = Field(default=2.0, description="how many times last week's tail cost per request is too much")
    for_: Duration = Field(
        default=timedelta(minutes=30), alias="for", description="how long the cost is too high before it pages"
    )
    min_requests_p99: Count = Field(
        default=1000, description="requests in an hour, now and a week ago, from which p99 is compared"
    )
    min_requests_p95: Count = Field(
        default=200, description="requests in an hour, now and a week ago, from which p95 stands in for p99"
    )
    floor_usd: Money = Field(
        default=0.01, description="USD per request up to which nothing pages, whatever last week cost"
    )


class QueueSettings(Strict):
    """LLMRequestsQueued: more than ``min_waiting`` requests wait in at least ``share`` of ``window``."""

    min_waiting: CountOrZero = Field(
        default=0, description="waiting requests of one model that do not count as a queue yet"
    )
    window: Duration = Field(
        default=timedelta(minutes=2),
        description="time over which it is counted how often requests waited, at least four scrapes",
    )
    share: Share = Field(
        default=0.75, description="share of the window with a queue from which it pages; 1 is all of it"
    )
    keep_firing_for: Duration = Field(
        default=timedelta(minutes=3), description="how long the alert goes on when the queue is gone"
    )
    cold_start: Duration = Field(
        default=timedelta(minutes=10),
        description="how long requests may wait while no replica is ready, as KEDA counts them, before it pages",
    )


class GpuMemorySettings(Strict):
    """LLMGPUMemoryHigh: used / (used + free) framebuffer above ``threshold`` for ``for``."""

    threshold: OpenShare = Field(
        default=0.95,
        description="share of a GPU's usable memory above which it pages; at least 0.02 above what vLLM reserves",
    )
    for_: Duration = Field(
        default=timedelta(minutes=5), alias="for", description="how long the share is too high before it pages"
    )


class ErrorSettings(Strict):
    """LLMErrorRateHigh: share of requests failing with one of ``classes`` above ``threshold``."""

    threshold: OpenShare = Field(default=0.01, description="share of failed requests above which it pages")
    window: Duration = Field(
        default=timedelta(minutes=10), description="time over which requests and failures are counted"
    )
    short_window: Duration = Field(
        default=timedelta(minutes=2),
        description="shorter time, at least two scrapes, in which a share back to normal ends the alert",
    )
    for_: Duration = Field(
        default=timedelta(minutes=10), alias="for", description="how long the share is too high before it pages"
    )
    min_errors: Count = Field(default=5, description="failed requests in the window below which it does not page")
    classes: tuple[ErrorClass, ...] = Field(
        default=PAGE_CLASSES, min_length=1, description="error classes worth a page; the others are only shown"
    )


class SpendSettings(Strict):
    """Ticket LLMSpendRateDoubled: USD per hour above ``ratio`` times last week's and above the floor.

    The ticket LLMMeanCostPerRequestDoubled has the same floor, for what requests cost beyond its limit.
    """

    ratio: Growth = Field(default=2.0, description="how many times last week's USD per hour is too much")
    floor_usd_per_hour: Money = Field(
        default=1.0,
        description="USD per hour up to which no ticket opens; also what a dearer mean cost per request must add up to",
    )
    for_: Duration = Field(
        default=timedelta(hours=1), alias="for", description="how long the spend is too high before the ticket opens"
    )


class AmortisedSettings(Strict):
    """The amortised USD per million tokens of local models: silent below ``min_tokens_per_day``."""

    min_tokens_per_day: Count = Field(
        default=1_000_000, description="tokens a model serves in a day below which its price per token is not shown"
    )


class AlertSettings(Strict):
    """Parameters of every alert, and ``labels`` added to all of them for routing."""

    ttft: TtftSettings = Field(
        default=TtftSettings.model_construct(),
        description="page LLMTimeToFirstTokenHigh: users wait too long for the first token",
    )
    cost: CostSettings = Field(
        default=CostSettings.model_construct(),
        description="page LLMCostPerRequestDoubled: requests cost much more than a week ago",
    )
    queue: QueueSettings = Field(
        default=QueueSettings.model_construct(), description="page LLMRequestsQueued: requests wait for capacity"
    )
    gpu_memory: GpuMemorySettings = Field(
        default=GpuMemorySettings.model_construct(), description="page LLMGPUMemoryHigh: a GPU is almost out of memory"
    )
    errors: ErrorSettings = Field(
        default=ErrorSettings.model_construct(), description="page LLMErrorRateHigh: too many requests fail"
    )
    spend: SpendSettings = Field(
        default=SpendSettings.model_construct(),
        description="ticket LLMSpendRateDoubled: the service spends much more than a week ago",
    )
    amortised: AmortisedSettings = Field(
        default=AmortisedSettings.model_construct(),
        description="what a token of a local model really cost, on the cost dashboard",
    )
    labels: dict[LabelName, LabelValue] = Field(
        default={}, description="labels added to every alert, for Alertmanager's routes"
    )
