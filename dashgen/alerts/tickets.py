"""What waits for the morning: silence, stalls, spend."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from dashgen.alerts.common import Built, make_alert
from dashgen.alerts.cost import HISTORY, week_ago
from dashgen.catalogue.loader import load
from dashgen.model import Missing, PanelRef, RecordingRule
from dashgen.promql.selector import Match, aggregate, number, vector
from dashgen.signals import Recorded, find, raw
from dashgen.signals.capacity import RUNNING, WAITING
from dashgen.signals.cost import COST
from dashgen.signals.feed import Feed, presence
from dashgen.signals.scope import SERVICE, cluster_labels, service_scope
from dashgen.signals.tokens import OUTPUT
from dashgen.signals.traffic import REQUESTS
from dashgen.signals.windows import HOUR, brief, error_windows
from dashgen.spec import Source, Spec
from dashgen.spec.types import duration_text

EXPECTED = "llm:telemetry:expected"
PRESENT = "llm:telemetry:present"
UNREAD = "llm:telemetry_unread_engine:pods"
STALLED = "llm:stalled_requests_engine:sum"
SPEND = "llm:spend_client:usd_per_hour"
SPEND_WEEK_AGO = "llm:spend_client:usd_per_hour_week_ago"


def _seen(spec: Spec, source: Source) -> str:
    """1 per model (or once) while the source's series are there."""
    feed = presence(source)
    exporter = feed.exporter
    labels = ("model",) if exporter.presence.per_model else ()
    expr = raw.canonical(spec, feed, raw.samples(spec, feed), "max", labels)
    expr = f"(0 * {expr} + 1)"
    targets = tuple(m for m in raw.source_matches(spec, feed) if m.label in exporter.target_labels)
    if exporter.presence.up_is_enough and targets:
        expr = f"{expr} or {aggregate('max', (), vector('up', targets))} == 1"
    return _mapped(spec, feed, expr)


def _mapped(spec: Spec, feed: Feed, seen: str) -> str:
    """GPUs that no pod of ours is known to hold count as seen only while none of our engines serves.

    Without pod mapping every GPU panel of the service is empty and its page blind, although the exporter is up.
    """
    ours, running = raw.workload_matches(spec, feed), find(spec, RUNNING, "engine")
    if feed.exporter.vantage != "gpu" or not ours or isinstance(running, Missing):
        return seen
    held = aggregate("max", (), raw.samples(spec, feed, extra=ours))
    serving = aggregate("group", (), service_scope(spec).read(running.value_record()))
    return f"(0 * {held} + 1) or ({seen} unless on () {serving})"


def _present(spec: Spec, kind: str, sources: list[Source]) -> RecordingRule:
    """What the sources of one kind report; a model that any of them knows is there."""
    expr = "\nor ".join(_seen(spec, source) for source in sources)
    return RecordingRule(PRESENT, expr, {SERVICE: spec.name, "llm_exporter": kind})


def telemetry_labels(spec: Spec) -> tuple[str, ...]:
    """Labels by which expected and present series are matched; the model, where an exporter reports it."""
    by_model = any(load(source.kind).presence.per_model for source in spec.sources)
    return ("llm_exporter", "model") if by_model else ("llm_exporter",)


def _expected(spec: Spec, kind: str, sources: list[Source]) -> Iterator[RecordingRule]:
    """1 per model (or once) that a kind of source should report now.

    A source that scales to zero is expected only while its model gets requests.
    """
    own = {SERVICE: spec.name, "llm_exporter": kind}
    sleeps = any(source.scales_to_zero for source in sources)
    requests = find(spec, REQUESTS, "client")
    names = [m.name for m in spec.models if m.engine_kind == kind] if load(kind).presence.per_model else [""]
    for name in names:
        if not sleeps:
            yield RecordingRule(EXPECTED, "vector(1)", {**own, "model": name} if name else own)
        elif name and isinstance(requests, Recorded):
            window = error_windows(spec)[0]
            traffic = requests.rate(service_scope(spec), (), window, (Match("model", "=", name),))
            yield RecordingRule(EXPECTED, f"vector(1) and on () ({traffic} > 0)", {**own, "model": name})


def telemetry(spec: Spec) -> Built:
    """LLMTelemetryMissing, per exporter and expected model."""
    kinds = {
        kind: [source for source in spec.sources if source.kind == kind]
        for kind in sorted({s.kind for s in spec.sources})
    }
    records = [_present(spec, kind, sources) for kind, sources in kinds.items()]
    for kind, sources in kinds.items():
        records += _expected(spec, kind, sources)
    scope = service_scope(spec)
    alert = make_alert(
        spec,
        "LLMTelemetryMissing",
        f"{scope.read(EXPECTED)}\nunless on ({', '.join(telemetry_labels(spec))}) {scope.read(PRESENT)}",
        severity="ticket",
        summary="no {{ $labels.llm_exporter }} series {{ with $labels.model }}for {{ . }}{{ end }}",
        description=(
            "{{ $labels.llm_exporter }} reports nothing {{ with $labels.model }}about {{ . }} {{ end }}although it "
            "should: its alerts are blind and its panels empty. First look: is the target up, was a metric renamed "
            "by an upgrade, did the model's name change, does dcgm-exporter map pods?"
        ),
        panel=PanelRef("service-health", "telemetry"),
        wait=timedelta(minutes=10),
    )
    return Built(tuple(records), (alert,))


def _pods(spec: Spec, feed: Feed, labels: tuple[str, ...]) -> str:
    """How many series the source has of a metric, by labels."""
    return raw.canonical(spec, feed, f"0 * ({raw.samples(spec, feed)}) + 1", "sum", labels)


def unread(spec: Spec) -> Built:
    """LLMTelemetryVersionMismatch: pods that report, but not under the names of the version in the spec."""
    waiting = find(spec, WAITING, "engine")
    if isinstance(waiting, Missing):
        return Built()
    labels = (*cluster_labels(spec), "namespace", "model")
    records = []
    for feed in waiting.feeds:
        pods = _pods(spec, presence(feed.source), labels)
        expr = f"{pods} - ({_pods(spec, feed, labels)} or 0 * {pods}) > 0"
        records.append(RecordingRule(UNREAD, expr, raw.rule_labels(spec, feed)))
    alert = make_alert(
        spec,
        "LLMTelemetryVersionMismatch",
        f"{service_scope(spec).read(UNREAD)} > 0",
        severity="ticket",
        summary="pods of {{ $labels.model }} run a version the spec does not cover",
        description=(
            "{{ $value }} pods of {{ $labels.llm_source }} report {{ $labels.model }}, but their queue is not under "
            "the name that the version in the spec uses: LLMRequestsQueued does not see them. Widen the version of "
            "that source to a range, such as >=0.19, <=0.33, and build again."
        ),
        panel=PanelRef("service-health", "queue"),
        wait=timedelta(minutes=10),
    )
    return Built(tuple(records), (alert,))


def _stalled_rule(spec: Spec, running: Recorded, output: Recorded) -> Iterator[RecordingRule]:
    for feed in running.feeds:
        labels = (*cluster_labels(spec), "namespace", "pod", "model")
        tokens = next((other for other in output.feeds if other.source == feed.source), None)
        if tokens is None:
            continue
        work = raw.canonical(spec, feed, raw.samples(spec, feed), "sum", labels)
        waiting = find(spec, WAITING, running.vantage)
        queue = next((f for f in getattr(waiting, "feeds", ()) if f.source == feed.source), None)
        if queue is not None:
            work = f"({work} + {raw.canonical(spec, queue, raw.samples(spec, queue), 'sum', labels)})"
        progress = raw.canonical(spec, tokens, raw.samples(spec, tokens, window=brief(spec)), "sum", labels)
        expr = f"{work} > 0\nand {progress} == 0"
        yield RecordingRule(STALLED, expr, raw.rule_labels(spec, feed))


def stalled(spec: Spec) -> Built:
    """LLMServingStalled: a pod holds work and produces no token; each pod by itself, one of two can hang."""
    running, output = find(spec, RUNNING, "engine"), find(spec, OUTPUT, "engine")
    if isinstance(running, Missing) or isinstance(output, Missing):
        return Built()
    alert = make_alert(
        spec,
        "LLMServingStalled",
        f"{service_scope(spec).read(STALLED)} > 0",
        severity="ticket",
        summary="{{ $labels.pod }} holds requests for {{ $labels.model }} and produces no tokens",
        description=(
            "{{ $value }} requests are running or waiting on {{ $labels.pod }} and not one output token came out "
            "for 3m. First look: the engine's log, NCCL or GPU errors, a very long prefill; restart the pod."
        ),
        panel=PanelRef("service-health", "kv-cache-by-pod"),
        wait=timedelta(minutes=3),
    )
    return Built(tuple(_stalled_rule(spec, running, output)), (alert,))


def spend(spec: Spec) -> Built:
    """LLMSpendRateDoubled: the bill runs away while each request costs what it did."""
    cost = find(spec, COST, "client")
    if isinstance(cost, Missing):
        return Built()
    scope, settings = service_scope(spec), spec.alerts.spend
    per_hour = f"{cost.rate(scope, cluster_labels(spec), HOUR)} * 3600"
    own = {SERVICE: spec.name}
    records = [RecordingRule(SPEND, per_hour, own)]
    if spec.prometheus.retention < HISTORY:
        return Built(tuple(records))
    records.append(RecordingRule(SPEND_WEEK_AGO, week_ago(scope.read(SPEND)), own))
    alert = make_alert(
        spec,
        "LLMSpendRateDoubled",
        f"({scope.read(SPEND)} > {number(settings.ratio)} * {scope.read(SPEND_WEEK_AGO)})"
        f" > {number(settings.floor_usd_per_hour)}",
        severity="ticket",
        summary="spend per hour is far above last week's",
        description=(
            f"The service spends ${{{{ $value | printf `%.2f` }}}} an hour, more than {number(settings.ratio)} times "
            f"that of last week at this hour, for {duration_text(settings.for_)}. First look: requests per model, "
            "top users and top templates."
        ),
        panel=PanelRef("cost", "spend-per-hour"),
        wait=settings.for_,
    )
    return Built(tuple(records), (alert,))
