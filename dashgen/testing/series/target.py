"""Where a part of a scenario is shown: its sources, the metric of each, the models and pods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dashgen.catalogue.loader import load, providers
from dashgen.catalogue.model import SignalUse
from dashgen.errors import Location
from dashgen.signals import raw
from dashgen.signals.base import Signal
from dashgen.signals.feed import Feed
from dashgen.signals.resolve import feeds, missing, source_vantage
from dashgen.signals.roles import speaks_for
from dashgen.spec import Model, Source, Spec
from dashgen.testing.scenario.model import SeriesPart
from dashgen.testing.series.examples import matches
from dashgen.testing.series.fault import fault, shown, unknown
from dashgen.testing.series.places import Place, pods, served
from dashgen.testing.series.uses import Chosen, UntoldError, choose

WORDS = ("all", "local", "cloud")
"""What `model` may say instead of a name."""


@dataclass(frozen=True, slots=True)
class Target:
    """One metric of one source on one pod of one model."""

    place: Place
    feed: Feed
    chosen: Chosen


def uses_of(spec: Spec, source: Source, signal: str) -> tuple[SignalUse, ...]:
    """The metrics with which a source shows a signal, newest first, even where another source speaks for it."""
    asked = Signal(signal, "gauge", "", "", role=source.role)
    found = (feed.uses for feed in feeds(spec, asked, source_vantage(source)) if feed.source == source)
    return next(found, ())


def told_apart(spec: Spec, source: Source) -> tuple[Model, ...]:
    """Models whose series differ; a source that names no model knows one."""
    models = served(spec, source)
    silent = source_vantage(source) not in ("gpu", "cluster") and not load(source.kind).names_models
    return models[:1] if silent else models


def of_workload(model: Model, use: SignalUse) -> dict[str, str] | None:
    """Labels by which Kubernetes and KEDA name a model's workload; None when the spec does not say it."""
    named = {"scaled_object": "{}", "autoscaler": "keda-hpa-{}"}
    asked = {label: pattern for label, pattern in named.items() if label in use.keep}
    if not asked:
        return {}
    scaled = model.workload.scaled_object if model.workload else None
    return {label: pattern.format(scaled) for label, pattern in asked.items()} if scaled else None


def places(spec: Spec, source: Source, model: Model | None, uses: Sequence[SignalUse], count: int) -> tuple[Place, ...]:
    """Where a source shows a metric of a model: on pods, or once where it knows none."""
    if uses and source_vantage(source) == "cluster":
        names = raw.label_map(spec, Feed(source, load(source.kind), tuple(uses)))
        if names.get("pod", "pod") not in load(source.kind).find(uses[0].metric)[0].labels:
            return (Place(source, model, ""),)
    return tuple(Place(source, model, pod) for pod in pods(spec, source, model, count))


def targets(spec: Spec, part: SeriesPart, where: Location) -> Iterator[Target]:
    """Everywhere a part is shown.

    Raises:
        InputError: when what it names is not in the spec, or nobody shows it.
    """
    signal = part.signal or ""
    wanted = models_of(spec, part, where)
    shows = _sources(spec, part, signal, where)
    reasons: list[tuple[Source, UntoldError]] = []
    found = False
    for source, uses in shows:
        try:
            for target in _of_source(spec, source, uses, part, wanted, where):
                found = True
                yield target
        except UntoldError as error:
            reasons.append((source, error))
    if reasons and (not found or names_of(part.source)):
        source, untold = reasons[0]
        raise fault(
            where,
            f"{signal} of {source.id} with {untold.label} {shown(part.labels.get(untold.label, ''))}",
            f"labels that it shows: {untold}",
            "take the label out, or name a source that has it",
        )
    if not found:
        raise _nowhere(spec, part, shows, where)


def _of_source(
    spec: Spec,
    source: Source,
    uses: Sequence[SignalUse],
    part: SeriesPart,
    wanted: Sequence[Model],
    where: Location,
) -> Iterator[Target]:
    feed = Feed(source, load(source.kind), tuple(uses))
    for model in told_apart(spec, source):
        own = of_workload(model, uses[0])
        if model not in wanted or own is None:
            continue
        chosen = choose(spec, source, uses, {**part.labels, **own})
        for place in _places(spec, source, model, uses, part, where):
            yield Target(place, Feed(source, feed.exporter, (chosen.use,)), chosen)


def _places(
    spec: Spec, source: Source, model: Model, uses: Sequence[SignalUse], part: SeriesPart, where: Location
) -> Iterator[Place]:
    if isinstance(part.pods, tuple):
        named = source_vantage(source) in ("gpu", "cluster") or load(source.kind).vantage == "engine"
        for pod in part.pods:
            if not (named and model.workload) or matches(model.workload.pods, pod):
                yield Place(source, model, pod)
        return
    count = 1 if part.pods is None else part.pods
    found = places(spec, source, model, uses, count)[:count]
    if len(found) < count and (not found or found[0].pod):
        pattern = model.workload.pods if model.workload else ""
        raise fault(
            where,
            f"{count} pods of {shown(model.name)}, and only {len(found)} known that match {shown(pattern)}",
            f"`pods` of at most {len(found)}",
            "name the pods: `pods: [a, b]`",
        )
    yield from found


def names_of(value: tuple[str, ...] | None) -> tuple[str, ...]:
    """The names of a field that may be left out."""
    return value or ()


def models_of(spec: Spec, part: SeriesPart, where: Location) -> tuple[Model, ...]:
    """The models a part names; all where it names none.

    Raises:
        InputError: when the spec has no such model.
    """
    names = names_of(part.model) or ("all",)
    known = {model.name: model for model in spec.models}
    for name in names:
        if name not in known and name not in WORDS:
            raise unknown(where, f"spec {spec.name} has no model", name, (*known, *WORDS))
    return tuple(m for m in spec.models if m.name in names or "all" in names or (m.route in names))


def sources_of(spec: Spec, part: SeriesPart, where: Location) -> tuple[Source, ...]:
    """The sources a part names; all where it names none.

    Raises:
        InputError: when the spec has no such source.
    """
    ids, named = [source.id for source in spec.sources], names_of(part.source)
    for name in named:
        if name not in ids:
            raise unknown(where, f"spec {spec.name} has no source", name, ids)
    return tuple(
        source
        for source in spec.sources
        if (not named or source.id in named) and part.vantage in (None, source_vantage(source))
    )


def _sources(spec: Spec, part: SeriesPart, signal: str, where: Location) -> list[tuple[Source, tuple[SignalUse, ...]]]:
    """(source, its metrics for the signal) of those that are meant."""
    named, chosen = names_of(part.source), sources_of(spec, part, where)
    if not any(key == signal for _, key in providers()):
        raise unknown(where, "no exporter shows a signal", signal, sorted({key for _, key in providers()}))
    meant = [source for source in chosen if named or speaks_for(source, signal)]
    found = [(source, uses_of(spec, source, signal)) for source in meant]
    showing = [(source, uses) for source, uses in found if uses]
    silent = [source.id for source, uses in found if not uses]
    if not showing or (named and silent):
        raise _nobody(spec, signal, meant, silent if named else [], where)
    return _as(part, showing, where)


def _nobody(spec: Spec, signal: str, meant: Sequence[Source], silent: Sequence[str], where: Location) -> Exception:
    vantages = sorted({vantage for vantage, key in providers() if key == signal})
    asked = sorted({source_vantage(source) for source in meant} & set(vantages)) or vantages
    gap = missing(spec, Signal(signal, "gauge", "", signal), *asked)
    showing = [source.id for source in spec.sources if uses_of(spec, source, signal)]
    found = f"{', '.join(silent)} of spec {spec.name} does not show {signal}" if silent else ""
    found = found or f"no source {'meant here' if showing else f'of spec {spec.name}'} shows {signal}: {gap.reason}"
    expected = f"one of {', '.join(showing)}" if showing else "a signal that the spec's sources show"
    return fault(where, found, expected, "name one of them, or leave `source` out" if showing else gap.how)


def _as(
    part: SeriesPart, showing: list[tuple[Source, tuple[SignalUse, ...]]], where: Location
) -> list[tuple[Source, tuple[SignalUse, ...]]]:
    """Narrowed to the metric the part is to be shown as, and the sources that have it."""
    if part.as_ is None:
        return showing
    narrowed = [(source, tuple(use for use in uses if use.metric == part.as_)) for source, uses in showing]
    found = [(source, uses) for source, uses in narrowed if uses]
    if not found or (names_of(part.source) and len(found) < len(showing)):
        known = dict.fromkeys(use.metric for _, uses in showing for use in uses)
        raise unknown(where, f"{part.signal} is not shown as", part.as_, known)
    return found


def _nowhere(
    spec: Spec, part: SeriesPart, shows: Sequence[tuple[Source, tuple[SignalUse, ...]]], where: Location
) -> Exception:
    sources = ", ".join(source.id for source, _ in shows)
    if isinstance(part.pods, tuple):
        patterns = [shown(model.workload.pods) for model in spec.models if model.workload]
        return fault(
            where,
            f"pods {', '.join(map(shown, part.pods))} of no model meant here",
            f"pods of a workload of the spec: {', '.join(patterns) or 'it names none'}",
            "check the names, or play them as a `metric`",
        )
    models = dict.fromkeys(model.name for source, _ in shows for model in told_apart(spec, source))
    return fault(
        where,
        f"{sources} shows {part.signal} of no model meant here",
        f"a model among {', '.join(models)}" if models else "a model that the source serves",
        "name another model, or give it a workload with a scaled_object where an autoscaler tells",
    )
