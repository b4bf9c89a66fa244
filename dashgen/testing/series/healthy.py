"""What a healthy deployment looks like, in numbers: the one table behind the background `healthy`.

Models and pods differ on purpose. Were they alike, a mean would look like a maximum, one pod like another, and a rule
that adds up the wrong ones would still show the right number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dashgen.spec import Model

Ends = tuple[tuple[Mapping[str, str], float], ...]
"""(labels of a signal, share of it)."""
EVERYTHING: Ends = (({}, 1.0),)
"""No split."""

REQUESTS_PER_MINUTE = 40.0
"""Of one model, all pods: 2400 an hour, above the 1000 from which the p99 of cost counts."""
MODEL_STEP = 0.15
"""How much busier each model is than the one before."""
UNLIKE = 8
"""Models that differ; the next ones are like the first ones again."""
POD_SHARES = (0.6, 0.4)
"""Shares of a model's requests on its pods."""
VANTAGE = {"client": 1.0, "gateway": 1.05, "engine": 0.95}
"""What each vantage counts of the same requests: retries pass the gateway, some never reach an engine."""
INPUT, OUTPUT = 1400.0, 280.0
"""Tokens of a request."""
USD_PER_MTOK = (3.0, 15.0)
"""Price of input and output where the spec has none."""
CACHED = 0.3
"""Share of the input read from a provider's prompt cache."""
GPU_BYTES, RESERVED_BYTES = 80 * 2**30, 2**29
"""Memory of a GPU, and what its driver keeps."""
CARDS = 2
"""GPUs of one pod that are shown, at the most."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A counter: so much per request of the pod; ``fixed`` is per minute whatever comes in."""

    per_request: float = 0.0
    fixed: float = 0.0
    ends: Ends = EVERYTHING


@dataclass(frozen=True, slots=True)
class Level:
    """A gauge, by place of the pod; the last holds for all that follow.

    ``by_model`` is added for each model before in the spec, ``by_card`` for each GPU before on the pod, and what stands
    beside ``labels`` for those.
    """

    pods: tuple[float, ...]
    by_model: float = 0.0
    by_card: float = 0.0
    labels: Ends = (({}, 0.0),)

    def at(self, pod: int, model: int, card: int) -> float:
        """The value on one GPU of one pod of one model, all counted from 0."""
        return self.pods[min(pod, len(self.pods) - 1)] + self.by_model * model + self.by_card * card


@dataclass(frozen=True, slots=True)
class Spread:
    """A distribution: multiples of ``typical`` and the share of requests each is; every model a little quicker."""

    typical: float
    shares: Mapping[float, float]

    def observed(self, unit: float) -> dict[float, float]:
        """What is observed and which share of the observations it is."""
        return {round(self.typical * times * unit, 9): share for times, share in self.shares.items()}


_SKEWED = {0.5: 0.55, 1.0: 0.3, 1.8: 0.12, 2.8: 0.03}
"""p50, p95 and p99 differ; the mean is 0.875 times what is typical."""

OUTCOMES: Ends = (
    ({"outcome": "success"}, 0.985),
    ({"outcome": "error", "error_class": "client_invalid"}, 0.015),
)
REASONS: Ends = (({"finished_reason": "stop"}, 0.94), ({"finished_reason": "length"}, 0.06))
TEMPLATES: Ends = (({"prompt_template": "answer"}, 0.7), ({"prompt_template": "summary"}, 0.3))
PAYERS: Ends = (({"team": "search", "user": "alice"}, 0.65), ({"team": "support", "user": "bob"}, 0.35))
"""Splits of a counter that are shown where the exporter tells them."""

TABLE: Mapping[str, Rate | Level | Spread] = {
    # Latency: p95 below half a second, the strictest threshold of a profile.
    "ttft": Spread(0.15, {0.5: 0.5, 1.0: 0.36, 2.0: 0.11, 2.8: 0.03}),
    "itl": Spread(0.018, _SKEWED),
    "request_duration": Spread(2.4, _SKEWED),
    "queue_time": Spread(0.01, _SKEWED),
    # Traffic.
    "requests": Rate(1.0, ends=OUTCOMES),
    "finished_requests": Rate(1.0, ends=REASONS),
    "admission_rejections": Rate(0.0, ends=(({"reason": "max_num_queued_reqs"}, 1.0),)),
    # Capacity: busy, nobody waits but who would not be helped by more of it.
    "requests_running": Level((4, 2), by_model=1),
    "requests_waiting": Level((0,)),
    "requests_waiting_by_reason": Level((0,), labels=(({"reason": "capacity"}, 0), ({"reason": "deferred"}, 1))),
    "kv_cache_usage": Level((0.46, 0.31), by_model=-0.02),
    "preemptions": Rate(fixed=0.2),
    "prefix_cache_hits": Rate(0.35 * INPUT),
    "prefix_cache_queries": Rate(INPUT),
    # Tokens.
    "tokens_input": Rate(INPUT),
    "tokens_output": Rate(OUTPUT),
    "tokens_cache_read": Rate(CACHED * INPUT),
    "tokens_cache_write": Rate(0.05 * INPUT),
    "tokens_reasoning": Rate(0.2 * OUTPUT),
    "progress": Rate(OUTPUT),
    "input_tokens_per_request": Spread(INPUT / 0.875, _SKEWED),
    "output_tokens_per_request": Spread(OUTPUT / 0.875, _SKEWED),
    # Money: `usd` below times these.
    "cost": Rate(1.0, ends=PAYERS),
    "cost_by_team": Rate(1.0, ends=PAYERS),
    "cost_by_user": Rate(1.0, ends=PAYERS),
    "cost_per_request": Spread(1 / 0.875, _SKEWED),
    "cost_unpriced": Rate(fixed=0.0),
    "usage_missing": Rate(fixed=0.1),
    # GPUs. vLLM takes 0.9 of the memory up front; the page begins at 0.95 or more.
    "gpu_engine_active": Level((0.78, 0.66), -0.01, 0.03),
    "gpu_sm_active": Level((0.62, 0.5), -0.01, 0.03),
    "gpu_tensor_active": Level((0.21, 0.17), -0.005, 0.02),
    "gpu_util": Level((0.93, 0.88), -0.01, 0.02),
    "gpu_memory_used": Level((0.9 * (GPU_BYTES - RESERVED_BYTES), 0.88 * (GPU_BYTES - RESERVED_BYTES))),
    "gpu_memory_free": Level((0.1 * (GPU_BYTES - RESERVED_BYTES), 0.12 * (GPU_BYTES - RESERVED_BYTES))),
    "gpu_memory_reserved": Level((RESERVED_BYTES,)),
    "gpu_power": Level((420, 380), -4, 15),
    "gpu_temperature": Level((61, 57), -1, 2),
    "gpu_memory_temperature": Level((70, 66), -1, 2),
    "gpu_xid": Level((0,)),
    "gpu_ecc_dbe": Level((0,)),
    "gpu_row_remap_failure": Level((0,)),
    "gpu_energy": Rate(fixed=24000),
    # Kubernetes: every pod is there and ready, nobody waits for one. Replicas are `replicas` below times these.
    "pods_existing": Level((1,)),
    "pods_ready": Level((1,)),
    "pending_demand": Level((0,)),
    "autoscaler_desired": Level((1,)),
    "autoscaler_current": Level((1,)),
    "autoscaler_max": Level((2,)),
}

REPLICAS = ("autoscaler_desired", "autoscaler_current", "autoscaler_max")
"""Signals in units of the pods a model has."""
MONEY = ("cost", "cost_by_team", "cost_by_user", "cost_per_request")
"""Signals in units of what a request of the model costs."""


LENGTH: Ends = (({"finished_reason": "length"}, 1.0),)
"""How a prefill engine ends its requests: after one token, for another engine to go on."""


def requests_per_minute(place: int, pod: int, pods: int, vantage: str) -> float:
    """Requests of the model at that place of the table on one of its pods, as a vantage counts them."""
    every = REQUESTS_PER_MINUTE * (1 + MODEL_STEP * place) * VANTAGE.get(vantage, 1.0)
    return round(every * POD_SHARES[pod % 2] if pods > 1 else every, 6)


def quickness(place: int) -> float:
    """What the distributions of the model at that place are multiplied with."""
    return 1 - 0.03 * place


def usd_per_request(model: Model | None) -> float:
    """What a request of a model costs at the prices of the spec."""
    prices = model.price_list() if model else ()
    last = prices[-1].kinds() if prices else {"input": USD_PER_MTOK[0], "output": USD_PER_MTOK[1]}
    read = last.get("cache_read", last["input"])
    fresh = INPUT * (1 - CACHED) * last["input"] + INPUT * CACHED * read
    return (fresh + OUTPUT * last["output"]) / 1e6
