"""What grows while an engine works: how to tell a pod that hangs or began anew from one that serves."""

from __future__ import annotations

from dashgen.catalogue.availability import availability
from dashgen.signals.base import Signal
from dashgen.signals.feed import Feed, source_range
from dashgen.signals.resolve import feeds
from dashgen.signals.tokens import INPUT, OUTPUT
from dashgen.spec import Spec

PROGRESS = Signal("progress", "counter", "tokens", "tokens counted while requests run")


def progress(spec: Spec, feed: Feed) -> Feed | None:
    """The counter of the same source that grows while a request runs; None where tokens count at its end only.

    A prefill engine makes no output: where that is what counts, its prompts do instead.
    """
    counter = _same_source(spec, PROGRESS, feed)
    if counter is None or not _in_all_versions(counter):
        return None
    uses = feed.exporter.signals
    counts_output = uses[PROGRESS.key] == uses.get(OUTPUT.key)
    return _same_source(spec, INPUT, feed) if feed.source.role == "prefill" and counts_output else counter


def restarting(spec: Spec, feed: Feed) -> Feed | None:
    """A counter of the same source that begins anew with its pod, whenever it grows; None without."""
    totals = INPUT if feed.source.role == "prefill" else OUTPUT
    return progress(spec, feed) or _same_source(spec, totals, feed)


def _same_source(spec: Spec, signal: Signal, feed: Feed) -> Feed | None:
    return next((other for other in feeds(spec, signal, "engine") if other.source == feed.source), None)


def _in_all_versions(counter: Feed) -> bool:
    """Whether every pod has it: one of a version without would seem to hang for ever."""
    source, exporter = counter.source, counter.exporter
    states = (
        availability(
            exporter,
            use.metric,
            source_range(source, exporter),
            variant=source.variant,
            enabled=source.enabled,
            disabled=source.disabled,
        ).state
        for use in exporter.signals[PROGRESS.key]
    )
    return "always" in states
