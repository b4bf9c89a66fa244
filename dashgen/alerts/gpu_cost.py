"""What local models cost: the GPUs their pods hold, how much of them idles or loads, and per token over a day.

A model is charged for the part of a card it holds. A MIG instance is some of its card's slices; the memory in its
profile's name is not read, for drivers round it as they like. Models that share a GPU by time slicing pay equal
parts, however many pods each has on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dashgen.model import RecordingRule
from dashgen.promql.selector import Match, Operator, aggregate, number
from dashgen.signals import Recorded, capacity, find, gpu, raw, tokens
from dashgen.signals.feed import Feed
from dashgen.signals.scope import SERVICE, Scope, cluster_labels, service_scope
from dashgen.signals.windows import recent
from dashgen.spec import Spec
from dashgen.spec.types import duration_text

HELD = "llm:gpu_held_gpu:bool"
PART = "llm:gpu_part_gpu:ratio"
GPUS = "llm:gpus_allocated_gpu:count"
GPU_COST = "llm:gpu_cost:usd_per_hour"
GPU_COST_IDLE = "llm:gpu_cost_idle:usd_per_hour"
GPU_COST_LOADING = "llm:gpu_cost_loading:usd_per_hour"
AMORTISED = "llm:local_amortised:usd_per_mtok_1d"

ONE_GPU = ("node", "gpu", "UUID", "GPU_I_ID")
"""Labels of one card or MIG instance, beside the cluster."""

SLICES = {r".*\b(A30X?|RTX PRO 6000)\b.*": 4, r".*\b(RTX PRO 5000|RTX PRO 4500)\b.*": 2, ".*": 7}
"""Expression for cards (label ``modelName``) -> into how many slices MIG cuts them; the first that matches."""

SIZES = (1, 2, 3, 4, 7)
"""Slices of a MIG instance, as its profile begins: 3g.40gb has three."""


def rules(spec: Spec, gpu_price: str) -> Iterator[RecordingRule]:
    """USD per hour of the GPUs our pods hold, how much of it idles or loads, and per token over a day.

    GPU-hours count from the moment a pod holds the GPU, so loading time is paid for like serving time.
    """
    used = find(spec, gpu.MEMORY_USED, "gpu")
    if not isinstance(used, Recorded) or not any(m.serving and m.workload for m in spec.models):
        return
    scope, by = service_scope(spec), (*cluster_labels(spec), "model")
    own = {SERVICE: spec.name}
    for feed in used.feeds:
        yield _held(spec, feed)
    yield RecordingRule(PART, _part(scope), own)
    one = (*cluster_labels(spec), *ONE_GPU)
    holders = aggregate("count", one, scope.read(PART))
    shared = f"{scope.read(PART)} / on ({', '.join(one)}) group_left () {holders}"
    yield RecordingRule(GPUS, aggregate("sum", by, shared), own)
    price = f"* on (model) group_left () {aggregate('max', ('model',), scope.read(gpu_price))}"
    yield RecordingRule(GPU_COST, f"{aggregate('sum', by, scope.read(GPUS))} {price}", own)
    yield from _idle_and_amortised(spec, scope, by)


def _held(spec: Spec, feed: Feed) -> RecordingRule:
    """Which model holds which GPU or MIG instance, whatever the exporter says of it."""
    active = find(spec, gpu.ENGINE_ACTIVE, "gpu")
    # Instances of some cards have no framebuffer metrics (dcgm-exporter#512), and cost as much as others.
    others = [other for other in active.feeds if other.source == feed.source] if isinstance(active, Recorded) else []
    seen = replace(feed, uses=tuple(use for each in (feed, *others) for use in each.uses))
    kept = ("GPU_I_PROFILE", "modelName")
    gpus = raw.samples(spec, seen, extra=raw.workload_matches(spec, seen))
    labels = (*cluster_labels(spec), "model", *ONE_GPU, *kept)
    expr = aggregate("group", labels, raw.gpu(spec, seen, gpus, keep=kept))
    return RecordingRule(HELD, expr, raw.rule_labels(spec, seen))


def _part(scope: Scope) -> str:
    """The part of its card that each held GPU is: 1, or slices of a MIG instance over those of the card."""

    def held(label: str, operator: Operator, value: str) -> str:
        return scope.read(HELD, (Match("model", "!=", ""), Match(label, operator, value)))

    # Compute instances (1c.3g.40gb) share what the whole GPU instance holds.
    sizes = " or ".join(f"{held('GPU_I_PROFILE', '=~', f'(.+[.])?{size}g[.].+')} * {size}" for size in SIZES)
    cards = " or ".join(f"{held('modelName', '=~', names)} * {slices}" for names, slices in SLICES.items())
    instance = held("GPU_I_ID", "!=", "")
    # A card whose instances are seen is not counted again; an instance of unknown size is a whole card.
    whole = f"{instance} or {held('GPU_I_ID', '=', '')} unless on (UUID) {instance}"
    return f"({sizes})\n/ ({cards})\nor {whole}"


def _idle_and_amortised(spec: Spec, scope: Scope, by: tuple[str, ...]) -> Iterator[RecordingRule]:
    running, waiting = find(spec, capacity.RUNNING, "engine"), find(spec, capacity.WAITING, "engine")
    own = {SERVICE: spec.name}
    gpu_cost = aggregate("sum", by, scope.read(GPU_COST))
    if isinstance(running, Recorded):
        work = running.value(scope, by)
        busy = f"({work} + {waiting.value(scope, by)})" if isinstance(waiting, Recorded) else work
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
