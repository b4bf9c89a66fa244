"""Exporter series -> canonical labels. The only place, beside drill-down panels, that reads raw metrics.

A rename is bridged inside the aggregation, series by series: ``max by (model) (new or old)``. Bridging
outside (``max by (model) (new) or max by (model) (old)``) hides every pod that still has the old name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from dashgen.catalogue.model import SignalUse
from dashgen.promql import histogram, quote
from dashgen.promql.selector import Match, aggregate, label_replace, scaled, vector
from dashgen.signals.feed import Feed, source_range
from dashgen.signals.scope import CLUSTER, SERVICE, SOURCE, cluster_labels, one_of
from dashgen.spec import Source, Spec
from dashgen.spec.types import duration_text

BY_MODEL = "by-model"
"""Route of an exporter whose series name a model and no route: the spec knows where each model is served."""

UNIT_FACTORS = {"milliseconds": 0.001, "MiB": 1048576.0, "millijoules": 0.001, "nanoseconds": 1e-9}
"""What one unit of an exporter is in the unit signals use (seconds, bytes, joules)."""

GPU_LABELS = ("pod", "node", "gpu", "UUID", "GPU_I_ID")
"""Labels that tell GPUs apart; ``GPU_I_ID`` exists on MIG instances, which share their card's UUID."""

ANYTHING = '"(?s:(.+))"'
"""Any value, captured; a plain dot stops at line breaks in Prometheus 2."""

REPORTED_MODEL = "llm_reported_model"
"""What a source called the model, while aliases are merged; never recorded."""

FILLED = "llm_filled"
"""What a label is filled with from another, while it is; never recorded."""

WORKLOAD = "llm_workload"
"""Namespace and pod in one label, while GPUs look for their model; never recorded."""


def source_matches(spec: Spec, feed: Feed, *, rules: bool = True) -> tuple[Match, ...]:
    """The source's selector; in locally evaluated rules without external labels, which are not there yet."""
    hidden = spec.prometheus.external_labels if rules and spec.prometheus.rules == "local" else {}
    matches = []
    for label, matcher in feed.source.selector.items():
        operator, value = matcher.operator()
        if label not in hidden:
            matches.append(Match(label, operator, value))
    return tuple(matches)


def label_map(spec: Spec, feed: Feed) -> Mapping[str, str]:
    """Canonical label -> what this source calls it: the spec's word, else the signal's, else the exporter's."""
    newest = source_range(feed.source, feed.exporter).high
    exporter = feed.exporter.label_map(newest, honor_labels=feed.source.honor_labels)
    cluster = {CLUSTER: spec.prometheus.cluster_label}
    kept = {label: name for use in feed.uses for label, name in use.keep.items()}
    own = {str(label): name for label, name in feed.source.labels.items()}
    return {**cluster, **exporter, **kept, **own}


def workload_matches(spec: Spec, feed: Feed) -> tuple[Match, ...]:
    """Matchers for the pods of the spec's local models; none when no model names its workload."""
    workloads = [model.workload for model in spec.models if model.workload]
    if not workloads:
        return ()
    labels = label_map(spec, feed)
    namespaces = sorted({quote.regex(workload.namespace) for workload in workloads})
    pods = sorted({workload.pods for workload in workloads})
    return (
        Match(labels["namespace"], "=~", "|".join(namespaces)),
        Match(labels["pod"], "=~", "|".join(pods)),
    )


def fixed_labels(spec: Spec, feed: Feed) -> dict[str, str]:
    """Canonical labels every series of a source has because of what the source is: its route, its only model."""
    found = {}
    names_models = feed.exporter.vantage not in ("gpu", "cluster")
    if names_models and (feed.source.model or "model" not in label_map(spec, feed)):
        found["model"] = feed.source.model or _only_model(spec, feed.source)
    routes = {model.route for model in spec.models}
    if feed.exporter.route == BY_MODEL and len(routes) == 1:
        found["route"] = routes.pop()
    elif feed.exporter.route not in ("", BY_MODEL):
        found["route"] = feed.exporter.route
    return found


def _only_model(spec: Spec, source: Source) -> str:
    """The one model that an exporter can mean that names none; the spec's checks see to it that there is one."""
    served = [model for model in spec.models if model.engine_kind == source.kind]
    return served[0].name if served else ""


def samples(
    spec: Spec,
    feed: Feed,
    *,
    window: timedelta | None = None,
    is_histogram: bool = False,
    extra: Iterable[Match] = (),
    offset: timedelta | None = None,
    function: str = "rate",
    rules: bool = True,
) -> str:
    """One series per exporter series: ``function`` over ``window``, or the value when there is none."""
    parts = []
    for use in feed.uses:
        name, around = use.metric, ""
        if is_histogram:
            name = histogram.rate_metric(use.metric, native=feed.native)
        elif use.part:
            name, around = histogram.part(use.metric, use.part, native=feed.native)
        own = [Match(label, "=", value) for label, value in use.match.items()]
        own += [Match(label, "=~", value) for label, value in use.match_re.items()]
        expr = vector(name, (*source_matches(spec, feed, rules=rules), *own, *extra))
        later = f" offset {duration_text(offset)}" if offset is not None else ""
        expr = f"{function}({expr}[{duration_text(window)}]{later})" if window is not None else expr + later
        expr = f"{around}({expr})" if around else expr
        if use.drop:
            expr = f"sum without ({', '.join(use.drop)}) ({expr})"
        parts.append(_labelled(use, expr))
    expr = " or ".join(parts)
    replica = spec.prometheus.replica_label
    if replica and (spec.prometheus.rules == "global" or not rules):
        expr = f"{one_of('avg' if feed.native else 'max', replica)} ({expr})"
    return expr


def _labelled(use: SignalUse, expr: str) -> str:
    """``expr`` with the labels that its metric implies: fixed ones, copied ones, and why a request failed."""
    for label, value in use.set.items():
        expr = label_replace(expr, label, quote.replacement(value), "", '""')
    for label, origin in use.copy.items():
        # The mark tells it from a series that had the label all along, until both are added up.
        expr = label_replace(expr, FILLED, '"$1"', origin, ANYTHING)
        expr = label_replace(expr, FILLED, '""', label, ANYTHING)
        expr = label_replace(expr, label, '"$1"', FILLED, ANYTHING)
    if use.classify is None:
        return expr
    rule = use.classify
    chain = [(".*", rule.otherwise), *reversed(rule.classes), (rule.success, "")]
    for pattern, name in chain:
        expr = label_replace(expr, "error_class", quote.replacement(name), rule.label, quote.string(pattern))
    expr = label_replace(expr, "outcome", '"error"', "error_class", '".+"')
    if "cancelled" in (name for _, name in chain):
        expr = label_replace(expr, "outcome", '"cancelled"', "error_class", '"cancelled"')
    return label_replace(expr, "outcome", '"success"', "error_class", '""')


def canonical(spec: Spec, feed: Feed, expr: str, operator: str, labels: Sequence[str]) -> str:
    """``expr`` aggregated by canonical ``labels``, aliases merged into the model's one name."""
    names, fixed = label_map(spec, feed), fixed_labels(spec, feed)
    routed = "route" in labels and "route" not in fixed and feed.exporter.route == BY_MODEL
    read = [label for label in labels if label not in fixed and not (label == "route" and routed)]
    if routed and "model" not in read and "model" not in fixed:
        read.append("model")
    raw = [names.get(label, label) for label in read]
    expr = aggregate(operator, raw, expr)
    replaced = expr
    for label, source in zip(read, raw, strict=True):
        if label != source:
            replaced = label_replace(replaced, label, '"$1"', source, ANYTHING)
    if "model" in read:
        replaced = _one_name(spec, feed, replaced, names["model"])
    if routed:
        for route in sorted({model.route for model in spec.models}):
            served = [model.name for model in spec.models if model.route == route]
            replaced = label_replace(replaced, "route", f'"{route}"', "model", quote.any_of(served))
    if replaced != expr:
        replaced = aggregate(operator, [label for label in labels if label not in fixed], replaced)
    for label in labels:
        if label in fixed:
            replaced = label_replace(replaced, label, quote.replacement(fixed[label]), "", '""')
    return replaced


def _one_name(spec: Spec, feed: Feed, expr: str, reported: str) -> str:
    """``expr`` with every alias of a model replaced by its name, as a label beside the one it is ``reported`` in."""
    # An engine serves local models only; a gateway or application may call any.
    aliased = [m for m in spec.models if m.aliases and feed.exporter.route in ("", BY_MODEL, m.route)]
    if aliased and reported == "model":
        # The name as reported must stay on until the aggregation: two names of one model, renamed in
        # place, would be two series with the same labels, and Prometheus drops the whole rule.
        reported = REPORTED_MODEL
        expr = label_replace(expr, reported, '"$1"', "model", ANYTHING)
    for model in aliased:
        expr = label_replace(expr, "model", quote.replacement(model.name), reported, quote.any_of(model.aliases))
    return expr


def service_labels(spec: Spec, feed: Feed) -> tuple[str, ...]:
    """Canonical labels the source itself provides; fixed ones are added by the rule."""
    fixed = fixed_labels(spec, feed)
    return (*cluster_labels(spec), "namespace", *(label for label in ("model", "route") if label not in fixed))


def rule_labels(spec: Spec, feed: Feed) -> dict[str, str]:
    """Labels a rule adds to what it records from one source."""
    return {SERVICE: spec.name, SOURCE: feed.source.id, **fixed_labels(spec, feed)}


def gpu(spec: Spec, feed: Feed, expr: str, *, keep: Sequence[str] = ()) -> str:
    """``expr`` per GPU and pod, with the model whose workload holds it; duplicates of time-slicing collapse.

    ``keep`` are labels of the exporter that stay on.
    """
    labels = (*cluster_labels(spec), "namespace", *GPU_LABELS, *keep)
    expr = canonical(spec, feed, expr, "max", labels)
    workloads = [(model, model.workload) for model in spec.models if model.workload]
    if len({workload.namespace for _, workload in workloads}) < 2:
        for model, workload in workloads:
            expr = label_replace(expr, "model", quote.replacement(model.name), "pod", quote.string(workload.pods))
        return expr
    # Pods of the same name in two namespaces serve different models.
    expr = f'label_join({expr}, "{WORKLOAD}", "/", "namespace", "pod")'
    for model, workload in workloads:
        pods = quote.string(f"{quote.regex(workload.namespace)}/(?:{workload.pods})")
        expr = label_replace(expr, "model", quote.replacement(model.name), WORKLOAD, pods)
    return aggregate("max", (*labels, "model"), expr)


def unit_factor(feed: Feed) -> float:
    """What to multiply the exporter's values with to get the signal's unit."""
    return feed.uses[0].scale * UNIT_FACTORS.get(feed.unit, 1.0)


def in_signal_unit(feed: Feed, expr: str) -> str:
    """``expr`` in the signal's unit."""
    return scaled(expr, unit_factor(feed))
