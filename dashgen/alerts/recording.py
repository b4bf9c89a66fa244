"""Recording rules that no alert owns: signals by model and route, and what is derived from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from dashgen.model import RecordingRule
from dashgen.model.dashboard import Vantage
from dashgen.promql.selector import Match, aggregate, number
from dashgen.signals import Recorded, cache, capacity, cost, find, gpu, latency, raw, tokens, traffic
from dashgen.signals.base import Signal
from dashgen.signals.scope import SERVICE, Scope, cluster_labels, route_labels, service_scope
from dashgen.signals.windows import HOUR, error_windows, recent
from dashgen.spec import Spec
from dashgen.spec.types import duration_text

MODEL_INFO = "llm:model:info"
POD_STARTED = "llm:pod_started_engine:5m"
GPUS = "llm:gpus_allocated_gpu:count"
GPU_COST = "llm:gpu_cost:usd_per_hour"
GPU_COST_IDLE = "llm:gpu_cost_idle:usd_per_hour"
GPU_COST_LOADING = "llm:gpu_cost_loading:usd_per_hour"
AMORTISED = "llm:local_amortised:usd_per_mtok_1d"

GPU_SIGNALS = (
    gpu.SM_ACTIVE,
    gpu.TENSOR_ACTIVE,
    gpu.UTIL,
    gpu.MEMORY_USED,
    gpu.MEMORY_FREE,
    gpu.MEMORY_RESERVED,
    gpu.POWER,
    gpu.TEMPERATURE,
    gpu.ECC_DOUBLE_BIT,
    gpu.ROW_REMAP_FAILURE,
    gpu.XID,
)


def record(
    spec: Spec, signals: Iterable[Signal], vantages: Iterable[Vantage], windows: Iterable[timedelta | None]
) -> Iterator[RecordingRule]:
    """Rules of every signal that has a source, at each vantage and window."""
    spans = sorted(set(windows), key=lambda window: window or timedelta())
    for signal in signals:
        for vantage in vantages:
            found = find(spec, signal, vantage)
            if isinstance(found, Recorded):
                for window in spans:
                    yield from found.rules(window)


def latency_rules(spec: Spec) -> Iterator[RecordingRule]:
    """Bucket rates of everything users and engines wait for."""
    signals = (latency.TTFT, latency.ITL, latency.REQUEST_DURATION)
    yield from record(spec, signals, ("client", "engine"), (recent(spec),))
    yield from record(spec, (latency.QUEUE_TIME,), ("engine",), (recent(spec),))


def traffic_rules(spec: Spec) -> Iterator[RecordingRule]:
    """Requests by outcome and how the engine finished them."""
    windows = (recent(spec), *error_windows(spec))
    yield from record(spec, (traffic.REQUESTS,), ("client",), windows)
    yield from record(spec, (traffic.FINISHED, traffic.REJECTIONS), ("engine",), (recent(spec),))


def capacity_rules(spec: Spec) -> Iterator[RecordingRule]:
    """Queue, KV cache, preemptions, prefix cache, and pods that just started."""
    gauges = (capacity.RUNNING, capacity.WAITING, capacity.WAITING_BY_REASON, capacity.KV_CACHE)
    yield from record(spec, gauges, ("engine",), (None,))
    counters = (capacity.PREEMPTIONS, cache.PREFIX_HITS, cache.PREFIX_QUERIES)
    yield from record(spec, counters, ("engine",), (recent(spec),))
    yield from _pod_started(spec)


def _pod_started(spec: Spec) -> Iterator[RecordingRule]:
    """Pods that began serving in the last five minutes: new ones, and those whose counters began anew."""
    running, output = find(spec, capacity.RUNNING, "engine"), find(spec, tokens.OUTPUT, "engine")
    if not (isinstance(running, Recorded) and isinstance(output, Recorded)):
        return
    labels = (*cluster_labels(spec), "namespace", "pod", "model")
    window = recent(spec)
    for feed in running.feeds:
        counter = next((other for other in output.feeds if other.source == feed.source), None)
        now = raw.canonical(spec, feed, raw.samples(spec, feed), "max", labels)
        before = raw.canonical(spec, feed, raw.samples(spec, feed, offset=window), "max", labels)
        expr = f"0 * ({now} unless {before}) + 1"
        if counter is not None:
            resets = raw.samples(spec, counter, window=window, function="resets")
            expr = f"{expr}\nor {raw.canonical(spec, counter, resets, 'max', labels)} > 0"
        yield RecordingRule(POD_STARTED, expr, raw.rule_labels(spec, feed))


def gpu_rules(spec: Spec) -> Iterator[RecordingRule]:
    """Every GPU signal, one series per GPU and pod."""
    yield from record(spec, GPU_SIGNALS, ("gpu",), (None,))


def token_rules(spec: Spec) -> Iterator[RecordingRule]:
    """Tokens per second and per request."""
    windows = (recent(spec), HOUR)
    yield from record(spec, (tokens.INPUT, tokens.OUTPUT), ("client", "engine"), windows)
    yield from record(spec, (tokens.CACHE_READ, tokens.CACHE_WRITE), ("client",), (HOUR,))
    per_request = (tokens.INPUT_PER_REQUEST, tokens.OUTPUT_PER_REQUEST)
    yield from record(spec, per_request, ("client", "engine"), (HOUR,))


def cost_rules(spec: Spec) -> Iterator[RecordingRule]:
    """Spend and cost per request over an hour: the panels look at days and weeks."""
    signals = (
        cost.COST,
        cost.COST_PER_REQUEST,
        cost.COST_BY_TEMPLATE,
        cost.REQUESTS_BY_TEMPLATE,
        cost.UNPRICED,
        cost.USAGE_MISSING,
        traffic.REQUESTS,
    )
    yield from record(spec, signals, ("client",), (HOUR,))


def model_info(spec: Spec) -> Iterator[RecordingRule]:
    """One series per model, route and namespace anyone reports: what the dashboards' variables list."""
    scope, labels = service_scope(spec), route_labels(spec)
    called = ((traffic.REQUESTS, recent(spec)), (cost.COST, HOUR), (tokens.OUTPUT, HOUR))
    clients = ((find(spec, signal, "client"), window) for signal, window in called)
    records = [found.rate_record(window) for found, window in clients if isinstance(found, Recorded)][:1]
    running = find(spec, capacity.RUNNING, "engine")
    if isinstance(running, Recorded):
        records.append(running.value_record())
    if records:
        groups = [aggregate("group", labels, scope.read(record)) for record in records]
        yield RecordingRule(MODEL_INFO, "\nor ".join(groups), {SERVICE: spec.name})


def gpu_cost_rules(spec: Spec, gpu_price: str) -> Iterator[RecordingRule]:
    """USD per hour of the GPUs our pods hold, how much of it idles or loads, and per token over a day.

    GPU-hours count from the moment a pod holds the GPU, so loading time is paid for like serving time.
    """
    used = find(spec, gpu.MEMORY_USED, "gpu")
    if not isinstance(used, Recorded) or not any(m.serving and m.workload for m in spec.models):
        return
    scope, by = service_scope(spec), (*cluster_labels(spec), "model")
    own = {SERVICE: spec.name}
    each = aggregate(
        "group",
        (*by, "node", "gpu", "UUID", "GPU_I_ID"),
        scope.read(used.value_record(), (Match("model", "!=", ""),)),
    )
    yield RecordingRule(GPUS, aggregate("count", by, each), own)
    price = f"* on (model) group_left () {aggregate('max', ('model',), scope.read(gpu_price))}"
    yield RecordingRule(GPU_COST, f"{aggregate('sum', by, scope.read(GPUS))} {price}", own)
    yield from _idle_and_amortised(spec, scope, by)


def _idle_and_amortised(spec: Spec, scope: Scope, by: tuple[str, ...]) -> Iterator[RecordingRule]:
    running, waiting = find(spec, capacity.RUNNING, "engine"), find(spec, capacity.WAITING, "engine")
    own = {SERVICE: spec.name}
    gpu_cost = aggregate("sum", by, scope.read(GPU_COST))
    if isinstance(running, Recorded) and isinstance(waiting, Recorded):
        work = running.value(scope, by)
        busy = f"({work} + {waiting.value(scope, by)})"
        yield RecordingRule(GPU_COST_IDLE, f"{gpu_cost} and {busy} == 0", own)
        yield RecordingRule(GPU_COST_LOADING, f"{gpu_cost} unless {work}", own)
    given, made = find(spec, tokens.INPUT, "engine"), find(spec, tokens.OUTPUT, "engine")
    if isinstance(given, Recorded) and isinstance(made, Recorded):
        window = recent(spec)
        step = duration_text(window)
        rate = f"({given.rate(scope, by, window)} + {made.rate(scope, by, window)})"
        # Tokens of hours in which the GPUs went unseen would make the others look cheap.
        served = f"(sum_over_time(({rate} and {gpu_cost})[1d:{step}]) * {number(window.total_seconds())} / 1e6)"
        floor = number(spec.alerts.amortised.min_tokens_per_day / 1e6)
        paid = f"sum_over_time({gpu_cost}[1d:{step}]) * {number(window.total_seconds() / 3600)}"
        yield RecordingRule(AMORTISED, f"{paid}\n/ ({served} >= {floor})", own)
