"""Who provides a signal in this spec, and what to say when nobody does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from dashgen.catalogue.availability import alternatives, availability
from dashgen.catalogue.loader import load, mentions, providers
from dashgen.catalogue.model import SignalUse
from dashgen.model import Missing
from dashgen.model.dashboard import Vantage
from dashgen.signals.base import Signal
from dashgen.signals.feed import Feed, source_range, version_range
from dashgen.signals.recorded import Recorded
from dashgen.signals.roles import speaks_for
from dashgen.spec import Source, Spec

USERS: tuple[Vantage, ...] = ("client", "gateway")
"""Who can speak for users, nearest first: the application, else the gateway its requests pass."""


_WORDS = {"error_class": "error_class|classify"}
"""How a catalogue file says that an exporter has a label, where it is not the label itself."""


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
        asked = source.role == signal.role if signal.role else speaks_for(source, signal.key)
        if source_vantage(source) == vantage and asked:
            uses = _uses(source.kind, signal.key, source.version, source.variant, source.enabled, source.disabled)
            feed = Feed(source, load(source.kind), uses)
            if uses and all(feed.provides(label) for label in signal.requires):
                yield feed


def feeds(spec: Spec, signal: Signal, vantage: Vantage) -> tuple[Feed, ...]:
    """Every source of that vantage that exposes the signal at the spec's versions."""
    return tuple(_feeds(spec, signal, vantage))


def missing(spec: Spec, signal: Signal, *vantages: Vantage) -> Missing:
    """Why no source of these vantages provides the signal, and the shortest way to get it."""
    for source in spec.sources:
        exporter = load(source.kind)
        uses = exporter.signals.get(signal.key, ())
        if source_vantage(source) not in vantages or not uses:
            continue
        lacks = [label for label in signal.requires if not Feed(source, exporter, uses).provides(label)]
        if lacks or not speaks_for(source, signal.key):
            continue
        state = availability(
            exporter,
            uses[0].metric,
            source_range(source, exporter),
            variant=source.variant,
            enabled=source.enabled,
            disabled=source.disabled,
        )
        how = state.how or "no version brings it back"
        return Missing(signal.meaning, f"source {source.id}: {state.reason}", how, vantages[0])
    if set(vantages) <= {"engine", "gpu"} and all(model.route == "cloud" for model in spec.models):
        how = "nothing to do: providers do not show their engines"
        return Missing(signal.meaning, "every model of the spec is served by a provider", how, vantages[0])
    kinds = [kind for vantage in vantages for kind in providers().get((vantage, signal.key), ())]
    kinds = [kind for kind in kinds if all(mentions(kind, _WORDS.get(label, label)) for label in signal.requires)]
    there = [source for source in spec.sources if source_vantage(source) in vantages]
    titles = " and ".join(dict.fromkeys(load(source.kind).title for source in there))
    reason = f"{titles} does not show it" if there else f"no source with vantage {' or '.join(vantages)} provides it"
    how = f"add a source of kind {' or '.join(kinds)}" if kinds else "no exporter in the catalogue has it"
    if there and set(vantages) == {"engine"}:
        how = f"nothing turns it on; engines that show it: {', '.join(kinds)}" if kinds else how
    return Missing(signal.meaning, reason, how, vantages[0])


def recorded(spec: Spec, signal: Signal, *vantages: Vantage) -> Recorded | None:
    """The signal as the first of these vantages records it, for who need not know why it is missing."""
    for vantage in vantages:
        found = feeds(spec, signal, vantage)
        if found:
            return Recorded(spec, signal, vantage, found)
    return None


def find(spec: Spec, signal: Signal, *vantages: Vantage) -> Recorded | Missing:
    """The signal as the first of these vantages records it, or what is missing.

    Vantages count the same requests, so they are never added up: the first one that has the signal speaks for
    every model.
    """
    return recorded(spec, signal, *vantages) or missing(spec, signal, *vantages)


def together(spec: Spec, signals: Sequence[Signal], vantages: Sequence[Vantage] = USERS) -> list[Recorded | Missing]:
    """Signals that are divided by each other, all from one vantage: the first that has every one of them.

    When none has, the vantage with most of them, so that the panel can say what is missing there.
    """
    tries = [[recorded(spec, signal, vantage) for signal in signals] for vantage in vantages]
    fewest = min(tries, key=lambda found: found.count(None))
    vantage = vantages[tries.index(fewest)]
    return [
        found or missing(spec, signal, *(vantages if all(each[place] is None for each in tries) else (vantage,)))
        for place, (signal, found) in enumerate(zip(signals, fewest, strict=True))
    ]
