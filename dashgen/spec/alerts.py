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

    threshold: Duration | None = None
    for_: Duration = Field(default=timedelta(minutes=5), alias="for")
    min_requests: Count = 20


class CostSettings(Strict):
    """LLMCostPerRequestDoubled: p99 above ``ratio`` times last week's, and above ``floor_usd``."""

    ratio: Growth = 2.0
    for_: Duration = Field(default=timedelta(minutes=30), alias="for")
    min_requests_p99: Count = 1000
    min_requests_p95: Count = 200
    floor_usd: Money = 0.01


class QueueSettings(Strict):
    """LLMRequestsQueued: more than ``min_waiting`` requests wait in at least ``share`` of ``window``."""

    min_waiting: CountOrZero = 0
    window: Duration = timedelta(minutes=2)
    share: Share = 0.75
    keep_firing_for: Duration = timedelta(minutes=3)


class GpuMemorySettings(Strict):
    """LLMGPUMemoryHigh: used / (used + free) framebuffer above ``threshold`` for ``for``."""

    threshold: OpenShare = 0.95
    for_: Duration = Field(default=timedelta(minutes=5), alias="for")


class ErrorSettings(Strict):
    """LLMErrorRateHigh: share of requests failing with one of ``classes`` above ``threshold``."""

    threshold: OpenShare = 0.01
    window: Duration = timedelta(minutes=10)
    short_window: Duration = timedelta(minutes=2)
    for_: Duration = Field(default=timedelta(minutes=10), alias="for")
    min_errors: Count = 5
    classes: tuple[ErrorClass, ...] = Field(default=PAGE_CLASSES, min_length=1)


class SpendSettings(Strict):
    """Ticket LLMSpendRateDoubled: USD per hour above ``ratio`` times last week's and above the floor."""

    ratio: Growth = 2.0
    floor_usd_per_hour: Money = 1.0
    for_: Duration = Field(default=timedelta(hours=1), alias="for")


class AmortisedSettings(Strict):
    """The amortised USD per million tokens of local models: silent below ``min_tokens_per_day``."""

    min_tokens_per_day: Count = 1_000_000


class AlertSettings(Strict):
    """Parameters of every alert, and ``labels`` added to all of them for routing."""

    ttft: TtftSettings = TtftSettings.model_construct()
    cost: CostSettings = CostSettings.model_construct()
    queue: QueueSettings = QueueSettings.model_construct()
    gpu_memory: GpuMemorySettings = GpuMemorySettings.model_construct()
    errors: ErrorSettings = ErrorSettings.model_construct()
    spend: SpendSettings = SpendSettings.model_construct()
    amortised: AmortisedSettings = AmortisedSettings.model_construct()
    labels: dict[LabelName, LabelValue] = {}
