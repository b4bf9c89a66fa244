"""Who provides a signal in this spec, and what to say when nobody does."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from dashgen.catalogue.availability import alternatives, availability
from dashgen.catalogue.loader import exporters, load
from dashgen.catalogue.model import SignalUse
from dashgen.model import Missing
from dashgen.model.dashboard import Vantage
from dashgen.signals.base import Signal
from dashgen.signals.feed import Feed, source_range, version_range
from dashgen.signals.recorded import Recorded
from dashgen.spec import Source, Spec


def source_vantage(source: Source) -> Vantage:
    """Where a source stands: what the spec says, else where its exporter usually stands."""
    return source.vantage or load(source.kind).vantage


@cache
def _uses(
    kind: str,
    signal_key: str,
    version: str | None,
    variant: str | None,
    enabled: tuple[str, ...],
    disabled: tuple[str, ...],
) -> tuple[SignalUse, ...]:
    """The metrics that answer a signal; cached, because every panel and rule asks."""
    exporter = load(kind)
    versions = version_range(version, exporter)
    return alternatives(exporter, signal_key, versions, variant=variant, enabled=enabled, disabled=disabled)


def _feeds(spec: Spec, signal: Signal, vantage: Vantage) -> Iterator[Feed]:
    for source in spec.sources:
        if source_vantage(source) == vantage:
            uses = _uses(source.kind, signal.key, source.version, source.variant, source.enabled, source.disabled)
            if uses:
                yield Feed(source, load(source.kind), uses)


def feeds(spec: Spec, signal: Signal, vantage: Vantage) -> tuple[Feed, ...]:
    """Every source of that vantage that exposes the signal at the spec's versions."""
    return tuple(_feeds(spec, signal, vantage))


def missing(spec: Spec, signal: Signal, vantage: Vantage) -> Missing:
    """Why no source provides the signal, and the shortest way to get it."""
    for source in spec.sources:
        exporter = load(source.kind)
        uses = exporter.signals.get(signal.key, ())
        if source_vantage(source) != vantage or not uses:
            continue
        state = availability(
            exporter,
            uses[0].metric,
            source_range(source, exporter),
            variant=source.variant,
            enabled=source.enabled,
            disabled=source.disabled,
        )
        return Missing(signal.meaning, f"source {source.id}: {state.reason}", state.how, vantage)
    if vantage in ("engine", "gpu") and all(model.route == "cloud" for model in spec.models):
        how = "nothing to do: providers do not show their engines"
        return Missing(signal.meaning, "every model of the spec is served by a provider", how, vantage)
    known = [load(name) for name in exporters()]
    kinds = [exporter.name for exporter in known if exporter.vantage == vantage and signal.key in exporter.signals]
    return Missing(
        signal.meaning,
        f"no source with vantage {vantage} provides it",
        f"add a source of kind {' or '.join(kinds)}" if kinds else "no exporter in the catalogue has it",
        vantage,
    )


def find(spec: Spec, signal: Signal, vantage: Vantage) -> Recorded | Missing:
    """The signal as recorded for this spec, or what is missing."""
    found = feeds(spec, signal, vantage)
    return Recorded(spec, signal, vantage, found) if found else missing(spec, signal, vantage)
