"""Is what we see all there is? Exporters that should report and do not, and versions the spec does not cover."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from dashgen.alerts.common import Built, make_alert
from dashgen.catalogue.loader import load
from dashgen.model import Missing, PanelRef, RecordingRule
from dashgen.promql import quote
from dashgen.promql.selector import Match, aggregate, label_replace, vector
from dashgen.signals import Recorded, cluster, find, raw
from dashgen.signals.capacity import RUNNING, WAITING
from dashgen.signals.feed import Feed, presence
from dashgen.signals.resolve import USERS
from dashgen.signals.scope import SERVICE, SOURCE, cluster_labels, service_scope
from dashgen.signals.tokens import OUTPUT
from dashgen.signals.traffic import REQUESTS
from dashgen.signals.windows import error_windows
from dashgen.spec import Model, Source, Spec

EXPECTED = "llm:telemetry:expected"
PRESENT = "llm:telemetry:present"
UNREAD = "llm:telemetry_unread_engine:pods"
UNREAD_GATEWAY = "llm:telemetry_unread_gateway:pods"


def _names_models(spec: Spec, source: Source) -> bool:
    """Whether a source's presence says which model it is of: its series do, or the spec does of an engine."""
    entry = load(source.kind)
    of_one_model = entry.vantage == "engine" and "model" in raw.fixed_labels(spec, presence(source))
    return entry.presence.per_model or of_one_model


def _seen(spec: Spec, source: Source) -> str:
    """1 per model (or once) while the source's series are there."""
    feed = presence(source)
    exporter = feed.exporter
    labels = ("model",) if _names_models(spec, source) else ()
    expr = raw.canonical(spec, feed, raw.samples(spec, feed), "max", labels)
    expr = f"(0 * {expr} + 1)"
    targets = tuple(m for m in raw.source_matches(spec, feed) if m.label in exporter.target_labels)
    if exporter.presence.up_is_enough and targets:
        up = f"{aggregate('max', (), vector('up', targets))} == 1"
        expr = " or ".join((expr, *_of_models(spec, source, up))) if labels else f"{expr} or {up}"
    return _mapped(spec, feed, expr)


def _of_models(spec: Spec, source: Source, up: str) -> Iterator[str]:
    """A target that is up, as each model it serves: series of a model come with its first request."""
    for model in spec.models:
        if _reported_by([source], model):
            yield label_replace(f"({up})", "model", quote.replacement(model.name), "", '""')


def _mapped(spec: Spec, feed: Feed, seen: str) -> str:
    """GPUs that no pod of ours is known to hold count as seen only while none of our engines serves.

    Without pod mapping every GPU panel of the service is empty and its page blind, although the exporter is up.
    """
    if feed.exporter.vantage != "gpu":
        return seen
    ours, running = raw.workload_matches(spec, feed), find(spec, RUNNING, "engine")
    if not ours or isinstance(running, Missing):
        return seen
    held = aggregate("max", (), raw.samples(spec, feed, extra=ours))
    serving = aggregate("group", (), service_scope(spec).read(running.value_record()))
    return f"(0 * {held} + 1) or ({seen} unless on () {serving})"


def _exporter(source: Source) -> str:
    """What has to be there by itself: each kind of exporter, and each role in disaggregated serving."""
    return source.kind if source.role == "unified" else f"{source.kind} {source.role}"


def _exporters(spec: Spec) -> list[tuple[str, list[Source]]]:
    """(exporter, its sources), sorted."""
    found: dict[str, list[Source]] = {}
    for source in sorted(spec.sources, key=_exporter):
        found.setdefault(_exporter(source), []).append(source)
    return list(found.items())


def _present(spec: Spec, exporter: str, sources: list[Source]) -> RecordingRule:
    """What the sources of one kind report; a model that any of them knows is there."""
    expr = "\nor ".join(_seen(spec, source) for source in sources)
    return RecordingRule(PRESENT, expr, {SERVICE: spec.name, "llm_exporter": exporter})


def telemetry_labels(spec: Spec) -> tuple[str, ...]:
    """Labels by which expected and present series are matched; the model, where an exporter should report it."""
    by_model = any("model" in rule.labels for name, group in _exporters(spec) for rule in _expected(spec, name, group))
    return ("llm_exporter", "model") if by_model else ("llm_exporter",)


def _reported_by(sources: list[Source], model: Model) -> bool:
    """Whether one of these sources should know a model: a source that says which model it is of knows no other."""
    kind = sources[0].kind
    return model.engine_kind == kind and any(source.model in (None, model.name) for source in sources)


def _expected(spec: Spec, exporter: str, sources: list[Source]) -> Iterator[RecordingRule]:
    """1 per model (or once) that a kind of source should report now.

    A source that scales to zero is expected only while its model has pods or gets requests.
    """
    own = {SERVICE: spec.name, "llm_exporter": exporter}
    sleeps = any(source.scales_to_zero for source in sources)
    if not any(_names_models(spec, source) for source in sources):
        if not sleeps:
            yield RecordingRule(EXPECTED, "vector(1)", own)
        return
    for model in spec.models:
        if not _reported_by(sources, model):
            continue
        needed = f"vector(1) and on () ({_wanted(spec, model)})" if sleeps else "vector(1)"
        if not sleeps or _wanted(spec, model):
            yield RecordingRule(EXPECTED, needed, {**own, "model": model.name})


def _wanted(spec: Spec, model: Model) -> str:
    """Something while a model that may scale to zero should be there: it gets requests, or has pods."""
    signs = []
    requests = find(spec, REQUESTS, *USERS)
    if isinstance(requests, Recorded):
        window = error_windows(spec)[0]
        traffic = requests.rate(service_scope(spec), (), window, (Match("model", "=", model.name),))
        signs.append(f"{traffic} > 0")
    pods = cluster.of_workload(spec, model.workload, cluster.PODS)
    if pods:
        signs.append(f"{pods} > 0" if not cluster_labels(spec) else f"{aggregate('sum', (), pods)} > 0")
    return " or ".join(signs)


def telemetry(spec: Spec) -> Built:
    """LLMTelemetryMissing, per exporter and expected model."""
    records = [_present(spec, exporter, sources) for exporter, sources in _exporters(spec)]
    for exporter, sources in _exporters(spec):
        records += _expected(spec, exporter, sources)
    if not any(record.record == EXPECTED for record in records):
        return Built(tuple(records))
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
    """How many pods of the source have a metric, by labels; one may have many series of it."""
    each = raw.canonical(spec, feed, f"0 * ({raw.samples(spec, feed)}) + 1", "max", (*labels, "pod"))
    return aggregate("sum", labels, each)


def _unread_engines(spec: Spec) -> Iterator[RecordingRule]:
    """Pods that report, whose queue is not under the name the page reads."""
    waiting = find(spec, WAITING, "engine")
    labels = (*cluster_labels(spec), "namespace", "model")
    for feed in waiting.feeds if isinstance(waiting, Recorded) else ():
        pods = _pods(spec, presence(feed.source), labels)
        expr = f"{pods} - ({_pods(spec, feed, labels)} or 0 * {pods}) > 0"
        yield RecordingRule(UNREAD, expr, raw.rule_labels(spec, feed))


def _unread_gateways(spec: Spec) -> Iterator[RecordingRule]:
    """Gateways that count requests and, under the name we read, no tokens; only where that name ever changed."""
    tokens = find(spec, OUTPUT, "gateway")
    labels = (*cluster_labels(spec), "namespace", "pod")
    for feed in tokens.feeds if isinstance(tokens, Recorded) else ():
        if len(feed.exporter.signals[OUTPUT.key]) < 2:
            continue
        seen = raw.canonical(spec, presence(feed.source), raw.samples(spec, presence(feed.source)), "group", labels)
        read = raw.canonical(spec, feed, raw.samples(spec, feed), "group", labels)
        by = (*cluster_labels(spec), "namespace")
        yield RecordingRule(
            UNREAD_GATEWAY,
            aggregate("count", by, f"{seen} unless {read}"),
            {SERVICE: spec.name, SOURCE: feed.source.id},
        )


def unread(spec: Spec) -> Built:
    """LLMTelemetryVersionMismatch: pods that report, but not under the names of the version in the spec."""
    records = (*_unread_engines(spec), *_unread_gateways(spec))
    if not records:
        return Built()
    scope = service_scope(spec)
    alert = make_alert(
        spec,
        "LLMTelemetryVersionMismatch",
        "\nor ".join(f"{scope.read(name)} > 0" for name in dict.fromkeys(rule.record for rule in records)),
        severity="ticket",
        summary="pods of {{ $labels.llm_source }} {{ $labels.model }} run a version the spec does not cover",
        description=(
            "{{ $value }} pods of {{ $labels.llm_source }} report{{ with $labels.model }} {{ . }}{{ end }}, but not "
            "under the names that the version in the spec uses: "
            "{{ if $labels.model }}LLMRequestsQueued does not see their queue{{ else }}their tokens are missing on "
            "every panel{{ end }}. Widen the version of that source to a range, such as >=0.19, <=0.33, and build "
            "again."
        ),
        panel=PanelRef("service-health", "telemetry"),
        wait=timedelta(minutes=10),
    )
    return Built(records, (alert,))
