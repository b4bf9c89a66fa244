"""What somebody who records has to know: what cannot be replayed, what is hidden, what was not there. A line each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from dashgen.spec.words import listing
from dashgen.testing.recording.api import Api
from dashgen.testing.recording.capture import Captured
from dashgen.testing.recording.needs import WEEK
from dashgen.testing.recording.privacy import Masks
from dashgen.testing.recording.record import Plan

_NAMED = 5
_UNITS = {
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
    "ms": timedelta(milliseconds=1),
}


def about_plan(plan: Plan, *, capped: bool) -> Iterator[str]:
    """How far back it goes, who would look back further."""
    span, needs = plan.span, plan.needs
    warm_up = _long(span.warm_up)
    why = "as asked" if capped else "the longest look-back below a week"
    enough = needs.furthest(WEEK, alerts=True)
    shorter = f"; alerts need {_long(enough)}" if enough < span.warm_up and not capped else ""
    yield (
        f"{len(needs.series)} selectors, {_clock(span.start)} to {_clock(span.end)}, "
        f"after a warm-up of {warm_up} ({why}{shorter})"
    )
    beyond = needs.beyond(span.warm_up)
    if beyond:
        names = listing([f"{each.name} ({_long(each.far)})" for each in beyond], _NAMED)
        yield f"not replayed exactly, for they look back further than {warm_up}: {names}; --warm-up sets it"


def about_series(plan: Plan, api: Api, found: Captured) -> Iterator[str]:
    """What the server did not have, or not as the spec says."""
    names = {dict(labels).get("__name__", "") for labels in found.tracks}
    silent = [need.selector for need in plan.needs.series if need.selector.partition("{")[0] not in names | {""}]
    if silent:
        yield f"{len(silent)} of {len(plan.needs.series)} selectors found nothing: {listing(silent, _NAMED)}"
    first = min(time for track in found.tracks.values() for time in track.samples)
    begins = min(after for need in plan.needs.series for after, _ in plan.span.stretches(need))
    if first - begins > max(10 * found.interval, 300_000):
        moment = datetime.fromtimestamp(first / 1000, UTC)
        yield f"there is nothing before {_clock(moment)}: what looks back further is not replayed exactly"
    scrape = plan.subject.spec.prometheus.scrape_interval
    measured = timedelta(milliseconds=found.interval)
    if not 0.8 < measured / scrape < 1.25:
        yield f"most series are scraped every {_long(measured)}; the spec says {_long(scrape)}"
    for reason, count in sorted(Counter(api.left_out.values()).items()):
        yield f"left out: {count} series with {reason}"
    for warning in sorted(api.warnings):
        yield f"partial data: {warning}"


def about_privacy(hidden: Masks) -> Iterator[str]:
    """What was hashed and dropped, and what that may change."""
    if hidden.hashed:
        counts = [f"{label} ({len(values)} values)" for label, values in sorted(hidden.hashed.items())]
        yield f"hashed: {listing(counts)}"
    if hidden.dropped:
        yield f"dropped: {listing(sorted(hidden.dropped))}"
    for match in hidden.unmatched():
        yield f"a query selects by {match}: hashed values of {match.label} will not match as the true ones do"


def _clock(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def _long(length: timedelta) -> str:
    """A duration as options take it: ``1d36m``."""
    rest, parts = length, []
    for unit, size in _UNITS.items():
        count, rest = divmod(rest, size)
        parts += [f"{count}{unit}"] * bool(count)
    return "".join(parts) or "0s"
