"""Rows of Service Health that look inside the engine: queue, KV cache, preemptions, pod by pod."""

from __future__ import annotations

from typing import Any

from dashgen.alerts import autoscaling, engine_errors, queue, unserved
from dashgen.alerts.recording import MODEL_INFO
from dashgen.dashboards.health_rows import KV_FULL
from dashgen.dashboards.parts import BY_MODEL, MODEL_ROUTE, by_alert, fed, named
from dashgen.model import Override, Panel, Query, Row, Threshold
from dashgen.promql.selector import Match, aggregate, number
from dashgen.signals import Recorded, cache, capacity, cluster, derived, find, latency, raw, traffic
from dashgen.signals.resolve import USERS, recorded, source_vantage
from dashgen.signals.scope import CLUSTER, cluster_as_seen, has_cluster, panel_scope
from dashgen.signals.traffic import FAILURES
from dashgen.signals.windows import queue_window, recent
from dashgen.spec import Spec
from dashgen.spec.types import duration_text


def _queue_panels(spec: Spec) -> tuple[Panel, ...]:
    scope, settings = panel_scope(spec), spec.alerts.queue
    waiting = find(spec, capacity.WAITING, "engine")
    return (
        fed(
            (find(spec, capacity.RUNNING, "engine"), waiting),
            lambda running, waiting: (
                Query("running", running.value(scope, MODEL_ROUTE), f"{BY_MODEL} running"),
                Query("waiting", waiting.value(scope, MODEL_ROUTE), f"{BY_MODEL} waiting"),
            ),
            key="queue",
            title="Requests running and waiting",
            description=(
                "Requests in the batch and requests that wait for capacity, all pods together. Waiting while running "
                "stays flat: the engine is full. Scale out, or look for pending pods."
            ),
            min=0,
            overrides=(Override(" waiting$", dashed=True),),
        ),
        fed(
            waiting,
            lambda s: (Query("share", queue.share(s, scope), by_alert(spec)),),
            key="queue-share",
            title=f"Share of the last {duration_text(queue_window(spec))} with requests waiting",
            description=(
                f"How much of the last {duration_text(queue_window(spec))} more than {settings.min_waiting} requests "
                "waited. Above the line it pages: the autoscaler does not follow."
            ),
            unit="percentunit",
            min=0,
            max=1,
            thresholds=(Threshold(settings.share),),
        ),
        fed(
            find(spec, capacity.WAITING_BY_REASON, "engine"),
            lambda s: (Query("waiting", s.value(scope, ("model", "reason")), "{{model}} {{reason}}"),),
            key="queue-by-reason",
            title="Requests waiting by reason",
            description=(
                "capacity: no room in batch or KV cache, counts for the page. deferred: waits for a LoRA slot or a "
                "KV transfer by design, does not."
            ),
            min=0,
            stacked="normal",
        ),
        fed(
            find(spec, latency.QUEUE_TIME, "engine"),
            lambda s: (Query("p95", s.quantile(0.95, scope, MODEL_ROUTE, recent(spec)), f"{BY_MODEL} p95"),),
            key="queue-time",
            title="Time in the engine's queue, p95",
            description=(
                "How long requests wait before the engine starts them. The smallest bucket ends at 0.3 s, so an "
                "idle engine reads up to 0.3 s."
            ),
            unit="s",
            min=0,
        ),
    )


def engine_row(spec: Spec) -> Row:
    """Queue, KV cache and what happens when it is full, by model."""
    scope, window = panel_scope(spec), recent(spec)
    hits, queries = (find(spec, signal, "engine") for signal in (cache.PREFIX_HITS, cache.PREFIX_QUERIES))
    panels = (
        *_queue_panels(spec),
        fed(
            find(spec, capacity.KV_CACHE, "engine"),
            lambda s: (Query("kv", s.value(scope, MODEL_ROUTE), BY_MODEL),),
            key="kv-cache",
            title="KV cache, fullest pod of each model",
            description=(
                "The saturation signal of an engine. Above 90 % requests queue or are preempted; around 20 % you "
                "pay for idle capacity."
            ),
            unit="percentunit",
            min=0,
            max=1,
            thresholds=(Threshold(KV_FULL, "orange"),),
        ),
        fed(
            find(spec, capacity.PREEMPTIONS, "engine"),
            lambda s: (Query("preemptions", s.rate(scope, MODEL_ROUTE, window), BY_MODEL),),
            key="preemptions",
            title="Preemptions per second",
            description="Requests thrown out of the KV cache and computed again. Anything but 0: memory is short.",
            unit="ops",
            min=0,
        ),
        fed(
            (hits, queries),
            lambda hit, asked: (
                Query(
                    "ratio",
                    f"{hit.rate(scope, MODEL_ROUTE, window)} / ({asked.rate(scope, MODEL_ROUTE, window)} > 0)",
                    BY_MODEL,
                ),
            ),
            key="prefix-cache",
            title="Prefix-cache hit ratio",
            description=(
                "Share of prompt tokens found in the engine's prefix cache, token-weighted. A drop after a release: "
                "the prompt's beginning is no longer stable."
            ),
            unit="percentunit",
            min=0,
            max=1,
        ),
        fed(
            find(spec, traffic.REJECTIONS, "engine"),
            lambda s: (Query("rejected", s.rate(scope, ("model", "reason"), window), "{{model}} {{reason}}"),),
            key="rejections",
            title="Requests refused by a queue limit",
            description="Requests the engine refused at once because a configured queue limit was reached.",
            unit="reqps",
            min=0,
        ),
        *_substitutes(spec),
        *_replicas(spec),
    )
    return Row("engine", "Engine: queue and KV cache", panels)


def _substitutes(spec: Spec) -> tuple[Panel, ...]:
    """How the engine ended requests, where nobody nearer to the user counts failures."""
    ends = derived.ends(spec)
    if ends is None or recorded(spec, FAILURES, *USERS):
        return ()
    who = ends.vantage
    ratio = panel_scope(spec).read(engine_errors.ends_record(ends, "ratio"))
    panel = Panel(
        key="engine-errors",
        title=f"Requests the {who} ended with an error (not the users' error ratio)",
        description=(
            f"Share of requests that left the {who} with an error. Users who leave or err may be in it, requests that "
            "never reached it are not: instrument the application for the real ratio."
        ),
        queries=(Query("ratio", ratio, by_alert(spec)),),
        unit="percentunit",
        vantage=who,
        min=0,
        thresholds=(Threshold(spec.alerts.errors.threshold, "orange"),),
    )
    return (panel,)


def _replicas(spec: Spec) -> tuple[Panel, ...]:
    """Does capacity follow demand? What the autoscaler wants, what is ready, and how much it may ask for."""
    if not any(source_vantage(source) == "cluster" for source in spec.sources):
        return ()
    scope = panel_scope(spec)
    records = {record.record for record in autoscaling.build(spec).records}
    queries = [
        Query(key, aggregate("max", ("model",), scope.read(name)), f"{{{{model}}}} {legend}")
        for key, name, legend in (
            ("wanted", autoscaling.DESIRED, "wanted"),
            ("running", autoscaling.READY, "ready"),
            ("allowed", autoscaling.MAXIMUM, "at most"),
        )
        if name in records
    ]
    if unserved.rules(spec):
        queries.append(
            Query("pending", aggregate("sum", ("model",), scope.read(unserved.PENDING)), "{{model}} requests pending")
        )
    frame: dict[str, Any] = {
        "key": "replicas",
        "title": "Replicas wanted and ready",
        "description": (
            "What the autoscaler wants and which pods are ready. Wanted above ready for long: nodes, quota or images. "
            "Ready at the maximum while requests wait: raise it. Pending requests are those the trigger counts."
        ),
        "min": 0,
        "width": 24,
    }
    if not queries:
        gap = cluster.known(spec, cluster.DESIRED)
        return (Panel(**frame, viz="text", missing=gap),) if gap else ()
    return (Panel(**frame, vantage="cluster", queries=tuple(queries), overrides=(Override(" at most$", dashed=True),)),)


def pods_row(spec: Spec) -> Row:
    """Pod by pod, read from the exporter itself: which one of them is it?"""

    def by_pod(signal: Recorded) -> tuple[Query, ...]:
        cluster = {cluster_as_seen(spec): CLUSTER} if has_cluster(spec) else {}
        queries = []
        for index, feed in enumerate(signal.feeds):
            names = raw.label_map(spec, feed)
            picked = [(names.get(label, label), name) for label, name in cluster.items()]
            picked += [(names["namespace"], "namespace"), ("instance", "instance")]
            extra = [Match(label, "=~", f"${name}", raw=True) for label, name in picked]
            labels = (*cluster, "namespace", "pod", "model")
            pods = raw.samples(spec, feed, extra=extra, rules=False)
            expr = raw.canonical(spec, feed, pods, signal.signal.combine, labels)
            # The exporter may know the model by an alias; its canonical name exists only after aggregation.
            chosen = aggregate("group", ("model",), panel_scope(spec).read(MODEL_INFO))
            legend = named(spec, "{{pod}} {{model}}")
            queries.append(Query(f"pods_{index}", f"{expr}\nand on (model) {chosen}", legend))
        return tuple(queries)

    panels = (
        fed(
            find(spec, capacity.KV_CACHE, "engine"),
            by_pod,
            key="kv-cache-by-pod",
            title="KV cache by pod",
            description="One full pod beside empty ones: the router does not balance. Filter with Instance.",
            unit="percentunit",
            min=0,
            max=1,
            thresholds=(Threshold(KV_FULL, "orange"),),
        ),
        fed(
            find(spec, capacity.WAITING, "engine"),
            by_pod,
            key="queue-by-pod",
            title="Requests waiting by pod",
            description=f"Requests waiting for capacity on each pod; {number(0)} everywhere is healthy.",
            min=0,
        ),
    )
    return Row("pods", "Engine: pod by pod", panels)
