"""Recording rules that no alert owns: signals by model and route, and what is derived from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from dashgen.model import RecordingRule
from dashgen.model.dashboard import Vantage
from dashgen.promql.selector import aggregate
from dashgen.signals import Recorded, cache, capacity, cost, derived, find, gpu, latency, raw, tokens, traffic
from dashgen.signals.base import Signal
from dashgen.signals.progress import restarting
from dashgen.signals.resolve import USERS, recorded, together
from dashgen.signals.scope import SERVICE, cluster_labels, route_labels, service_scope
from dashgen.signals.windows import HOUR, error_windows, recent
from dashgen.spec import Spec

MODEL_INFO = "llm:model:info"
POD_STARTED = "llm:pod_started_engine:5m"

EVERYWHERE: tuple[Vantage, ...] = (*USERS, "engine")

GPU_SIGNALS = (
    gpu.ENGINE_ACTIVE,
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
            found = recorded(spec, signal, vantage)
            if found:
                for window in spans:
                    yield from found.rules(window)


def latency_rules(spec: Spec) -> Iterator[RecordingRule]:
    """Bucket rates of everything users and engines wait for."""
    signals = (latency.TTFT, latency.ITL, latency.REQUEST_DURATION)
    yield from record(spec, signals, EVERYWHERE, (recent(spec),))
    yield from record(spec, (latency.QUEUE_TIME,), ("engine",), (recent(spec),))


def traffic_rules(spec: Spec) -> Iterator[RecordingRule]:
    """Requests by outcome and how the engine finished them."""
    if _engines_speak(spec):
        yield from record(spec, (traffic.REQUESTS,), ("engine",), (recent(spec), error_windows(spec)[0]))
    yield from record(spec, (traffic.REQUESTS,), USERS, (recent(spec), *error_windows(spec)))
    yield from record(spec, (traffic.FINISHED, traffic.REJECTIONS), ("engine",), (recent(spec),))


def _engines_speak(spec: Spec) -> bool:
    """Whether requests are read at the engines: nobody nearer to the user counts them, or what belongs to them."""
    per_request, *_ = together(spec, (traffic.REQUESTS, tokens.INPUT, tokens.OUTPUT), EVERYWHERE)
    ends = derived.ends(spec)
    by_class = ends if ends and ends.signal is traffic.FAILURES else None
    read = (recorded(spec, traffic.REQUESTS, *EVERYWHERE), derived.spend(spec), per_request, by_class)
    return any(found is not None and found.vantage == "engine" for found in read)


def capacity_rules(spec: Spec) -> Iterator[RecordingRule]:
    """Queue, KV cache, preemptions, prefix cache, and pods that just started."""
    gauges = (capacity.RUNNING, capacity.WAITING, capacity.WAITING_BY_REASON, capacity.KV_CACHE)
    yield from record(spec, gauges, ("engine",), (None,))
    counters = (capacity.PREEMPTIONS, cache.PREFIX_HITS, cache.PREFIX_QUERIES)
    yield from record(spec, counters, ("engine",), (recent(spec),))
    yield from _pod_started(spec)


def _pod_started(spec: Spec) -> Iterator[RecordingRule]:
    """Pods that began serving in the last five minutes: new ones, and those whose counters began anew."""
    running = find(spec, capacity.RUNNING, "engine")
    if not isinstance(running, Recorded):
        return
    labels = (*cluster_labels(spec), "namespace", "pod", "model")
    window = recent(spec)
    for feed in running.feeds:
        counter = restarting(spec, feed)
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
    yield from record(spec, (tokens.INPUT, tokens.OUTPUT), EVERYWHERE, windows)
    yield from record(spec, (tokens.CACHE_READ, tokens.CACHE_WRITE), USERS, (HOUR,))
    per_request = (tokens.INPUT_PER_REQUEST, tokens.OUTPUT_PER_REQUEST)
    yield from record(spec, per_request, EVERYWHERE, (HOUR,))


def cost_rules(spec: Spec) -> Iterator[RecordingRule]:
    """Spend and cost per request over an hour: the panels look at days and weeks."""
    signals = (
        cost.COST,
        cost.COST_PER_REQUEST,
        cost.COST_BY_TEMPLATE,
        cost.COST_BY_TEAM,
        cost.REQUESTS_BY_TEMPLATE,
        cost.UNPRICED,
        cost.USAGE_MISSING,
        traffic.REQUESTS,
    )
    yield from record(spec, signals, USERS, (HOUR,))
    if _engines_speak(spec):
        yield from record(spec, (traffic.REQUESTS,), ("engine",), (HOUR,))
    yield from derived.cost_rules(spec)


def model_info(spec: Spec) -> Iterator[RecordingRule]:
    """One series per model, route and namespace anyone reports: what the dashboards' variables list."""
    scope, labels = service_scope(spec), route_labels(spec)
    called = ((traffic.REQUESTS, recent(spec)), (cost.COST, HOUR), (tokens.OUTPUT, HOUR))
    clients = ((find(spec, signal, *EVERYWHERE), window) for signal, window in called)
    records = [found.rate_record(window) for found, window in clients if isinstance(found, Recorded)][:1]
    running = find(spec, capacity.RUNNING, "engine")
    if isinstance(running, Recorded):
        records.append(running.value_record())
    if records:
        groups = [aggregate("group", labels, scope.read(record)) for record in records]
        yield RecordingRule(MODEL_INFO, "\nor ".join(groups), {SERVICE: spec.name})
        return
    for model in spec.models:
        yield RecordingRule(MODEL_INFO, "vector(1)", {SERVICE: spec.name, "model": model.name, "route": model.route})
