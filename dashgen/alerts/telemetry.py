"""Is what we see all there is? Exporters that should report and do not, and versions the spec does not cover."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from dashgen.alerts.common import Built, make_alert
from dashgen.catalogue.loader import load
from dashgen.model import Missing, PanelRef, RecordingRule
from dashgen.promql import quote
from dashgen.promql.selector import Match, aggregate, label_replace, vector
from dashgen.signals import Recorded, cluster, find, raw
from dashgen.signals.capacity import RUNNING, WAITING
from dashgen.signals.feed import Feed, presence
from dashgen.signals.resolve import USERS, feeds
from dashgen.signals.scope import CLUSTER, SERVICE, SOURCE, Scope, cluster_labels, service_scope
from dashgen.signals.tokens import OUTPUT
from dashgen.signals.traffic import REQUESTS
from dashgen.signals.windows import DAY, error_windows, recent
from dashgen.spec import Model, Source, Spec
from dashgen.spec.types import duration_text

ALWAYS = "vector(1)"
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
    by_model = _names_models(spec, source)
    labels = (*cluster_labels(spec), "model") if by_model else cluster_labels(spec)
    expr = raw.canonical(spec, feed, raw.samples(spec, feed), "max", labels)
    expr = f"(0 * {expr} + 1)"
    targets = tuple(m for m in raw.source_matches(spec, feed) if m.label in exporter.target_labels)
    if exporter.presence.up_is_enough and targets:
        up = f"{raw.canonical(spec, feed, vector('up', targets), 'max', cluster_labels(spec))} == 1"
        expr = " or ".join((expr, *_of_models(spec, source, up))) if by_model else f"{expr} or {up}"
    return _mapped(spec, feed, expr)


def _of_models(spec: Spec, source: Source, up: str) -> Iterator[str]:
    """A target that is up, as each model it serves: series of a model come with its first request."""
    for model in spec.models:
        if _reporting(spec, [source], model):
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
    clusters = cluster_labels(spec)
    held = raw.canonical(spec, feed, raw.samples(spec, feed, extra=ours), "max", clusters)
    serving = aggregate("group", clusters, service_scope(spec).read(running.value_record()))
    return f"(0 * {held} + 1) or ({seen} unless on ({', '.join(clusters)}) {serving})"


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
    """What the sources of one kind report, by cluster where rules see it; a model that any of them knows is there."""
    expr = "\nor ".join(_seen(spec, source) for source in sources)
    return RecordingRule(PRESENT, expr, {SERVICE: spec.name, "llm_exporter": exporter})


def telemetry_labels(spec: Spec) -> tuple[str, ...]:
    """Labels by which expected and present series are matched; the model, where an exporter should report it."""
    by_model = any("model" in rule.labels for rule in _all_expected(spec))
    return ("llm_exporter", "model") if by_model else ("llm_exporter",)


def _reporting(spec: Spec, sources: list[Source], model: Model) -> list[Source]:
    """Those of these sources, of one kind and role, that should know a model.

    A source that says which model it is of knows no other; one that does not say knows none of those that sources
    of its kind serve the other way: in two roles, or in one.
    """
    kind, whole = sources[0].kind, sources[0].role == "unified"
    if model.engine_kind != kind:
        return []
    others = [source.model for source in spec.sources if source.kind == kind and (source.role == "unified") != whole]
    return [s for s in sources if s.model == model.name or (s.model is None and model.name not in others)]


def _expected(spec: Spec, exporter: str, sources: list[Source]) -> Iterator[RecordingRule]:
    """1 per model (or once) that a kind of source should report now.

    What only sources report that scale to zero is expected only while its model has pods or gets requests.
    """
    own = {SERVICE: spec.name, "llm_exporter": exporter}
    if not any(_names_models(spec, source) for source in sources):
        if not all(source.scales_to_zero for source in sources):
            yield RecordingRule(EXPECTED, ALWAYS, own)
        return
    for model in spec.models:
        reporting = _reporting(spec, sources, model)
        if not reporting:
            continue
        sleeps = all(source.scales_to_zero for source in reporting)
        needed = f"{ALWAYS} and on () ({_wanted(spec, model)})" if sleeps else ALWAYS
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


def _all_expected(spec: Spec) -> list[RecordingRule]:
    """What every exporter should report."""
    return [rule for exporter, sources in _exporters(spec) for rule in _expected(spec, exporter, sources)]


def gone(spec: Spec, scope: Scope) -> str:
    """What a cluster reported within a day and does not now, 1 each; '' where rules see no cluster.

    A model that scales to zero may sleep in one cluster while another serves it, so it is not asked for here.
    """
    clusters, labels = cluster_labels(spec), ", ".join(telemetry_labels(spec))
    rules = _all_expected(spec)
    if not clusters or all(rule.expr != ALWAYS for rule in rules):
        return ""
    sleepers = sorted({rule.labels["model"] for rule in rules if rule.expr != ALWAYS})
    awake = [Match("model", "!~", "|".join(map(quote.regex, sleepers)))] if sleepers else []
    by = ", ".join((*clusters, *telemetry_labels(spec)))
    before = f"max by ({by}) (last_over_time({scope.read(PRESENT)}[{duration_text(DAY)}]))"
    return f"({before} unless on ({by}) {scope.read(PRESENT)}) and on ({labels}) {scope.read(EXPECTED, awake)}"


def telemetry(spec: Spec) -> Built:
    """LLMTelemetryMissing, per exporter and expected model, and per cluster that once reported it."""
    records = [_present(spec, exporter, sources) for exporter, sources in _exporters(spec)]
    expected = _all_expected(spec)
    records += expected
    if not expected:
        return Built(tuple(records))
    scope, labels = service_scope(spec), ", ".join(telemetry_labels(spec))
    expr = f"{scope.read(EXPECTED)}\nunless on ({labels}) {scope.read(PRESENT)}"
    lost = gone(spec, scope)
    if lost:
        expr = f"({expr})\nor on ({labels}) ({lost})"
    model = "{{ with $labels.model }}for {{ . }}{{ end }}"
    model_in_cluster = "{{ with $labels.model }}for {{ . }} {{ end }}{{ with $labels.cluster }}in {{ . }}{{ end }}"
    alert = make_alert(
        spec,
        "LLMTelemetryMissing",
        expr,
        severity="ticket",
        summary=f"no {{{{ $labels.llm_exporter }}}} series {model_in_cluster if lost else model}",
        description=(
            "{{ $labels.llm_exporter }} reports nothing {{ with $labels.model }}about {{ . }} {{ end }}"
            f"{'{{ with $labels.cluster }}in {{ . }} {{ end }}' if lost else ''}although it "
            "should: its alerts are blind and its panels empty. First look: is the target up, was a metric renamed "
            "by an upgrade, did the model's name change, does dcgm-exporter map pods?"
        ),
        panel=PanelRef("service-health", "telemetry"),
        variables=(CLUSTER,) if lost else (),
        wait=timedelta(minutes=10),
    )
    return Built(tuple(records), (alert,))


def _pods(spec: Spec, feed: Feed, labels: tuple[str, ...]) -> str:
    """How many pods of the source have a metric, by labels; one may have many series of it."""
    each = raw.canonical(spec, feed, f"0 * ({raw.samples(spec, feed)}) + 1", "max", (*labels, "pod"))
    return aggregate("sum", labels, each)


def _unread_engines(spec: Spec) -> Iterator[RecordingRule]:
    """Pods that report, whose queue is not under the name the page reads."""
    labels = (*cluster_labels(spec), "namespace", "model")
    for feed in feeds(spec, WAITING, "engine"):
        pods = _pods(spec, presence(feed.source), labels)
        expr = f"{pods} - ({_pods(spec, feed, labels)} or 0 * {pods}) > 0"
        yield RecordingRule(UNREAD, expr, raw.rule_labels(spec, feed))


def _answers(spec: Spec, feed: Feed) -> Feed | None:
    """The requests of the same gateway that succeeded, as raw series; None where it does not tell."""
    requests = next((other for other in feeds(spec, REQUESTS, "gateway") if other.source == feed.source), None)
    if requests is None:
        return None
    succeeded = [
        replace(use, classify=None, match_re={**use.match_re, use.classify.label: use.classify.success})
        for use in requests.uses
        if use.classify
    ]
    succeeded += [use for use in requests.uses if use.set.get("outcome") == "success"]
    return replace(requests, uses=tuple(succeeded)) if succeeded else None


def _unread_gateways(spec: Spec) -> Iterator[RecordingRule]:
    """Gateways that answer requests and, under the name we read, count no tokens; only where that name ever changed."""
    labels = (*cluster_labels(spec), "namespace", "pod")
    for feed in feeds(spec, OUTPUT, "gateway"):
        if len(feed.exporter.signals[OUTPUT.key]) < 2:
            continue
        answers = _answers(spec, feed)
        if answers is None:
            continue
        rates = raw.samples(spec, answers, window=recent(spec))
        # One that only refuses has no tokens to count.
        seen = f"{raw.canonical(spec, answers, rates, 'sum', labels)} > 0"
        read = raw.canonical(spec, feed, raw.samples(spec, feed), "group", labels)
        by = (*cluster_labels(spec), "namespace")
        yield RecordingRule(
            UNREAD_GATEWAY,
            aggregate("count", by, f"{seen} unless {read}"),
            {SERVICE: spec.name, SOURCE: feed.source.id},
        )


def unread(spec: Spec) -> Built:
    """LLMTelemetryVersionMismatch: pods that report, but not under the names of the version in the spec."""
    engines = _unread_engines(spec)
    records = (*engines, *_unread_gateways(spec))
    if not records:
        return Built()
    model = "{{ with $labels.model }}{{ . }} {{ end }}" if engines else ""
    scope = service_scope(spec)
    alert = make_alert(
        spec,
        "LLMTelemetryVersionMismatch",
        "\nor ".join(f"{scope.read(name)} > 0" for name in dict.fromkeys(rule.record for rule in records)),
        severity="ticket",
        summary=f"pods of {{{{ $labels.llm_source }}}} {model}run a version the spec does not cover",
        description=(
            "{{ $value }} pods of {{ $labels.llm_source }} report{{ with $labels.model }} {{ . }}{{ end }}, but not "
            "under the names that the version in the spec uses: "
            "{{ if $labels.model }}LLMRequestsQueued does not see their queue{{ else }}their tokens are missing on "
            "every panel{{ end }}. Widen the version of that source to a range that covers them and build again."
        ),
        panel=PanelRef("service-health", "telemetry"),
        wait=timedelta(minutes=10),
    )
    return Built(records, (alert,))
