"""From a spec and a server to a recording: what to capture, capturing it, hiding what is private."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from dashgen.errors import InputError, Location, Problem
from dashgen.spec.recording import Privacy
from dashgen.testing.recording.api import Api
from dashgen.testing.recording.arrange import groups
from dashgen.testing.recording.capture import Captured, Span, capture
from dashgen.testing.recording.model import Recording
from dashgen.testing.recording.needs import WEEK, Needs, needs
from dashgen.testing.recording.privacy import Masks
from dashgen.testing.subject import Subject

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to capture of a spec's series, and when."""

    subject: Subject
    needs: Needs
    span: Span

    @property
    def pieces(self) -> int:
        """How many questions it takes at least."""
        return self.span.pieces(self.needs.series)


def plan(subject: Subject, start: datetime, end: datetime, warm_up: timedelta | None = None) -> Plan:
    """Records from ``start`` to ``end`` and what they look back to: less than a week, unless said otherwise.

    Raises:
        InputError: for a spec whose rules and panels read no raw series.
    """
    found = needs(subject)
    if not found.series:
        problem = Problem(
            Location(f"spec {subject.spec.name}"),
            "its rules and panels read no series",
            "something to record",
            "add sources",
        )
        raise InputError([problem])
    longest = found.furthest(WEEK) if warm_up is None else warm_up
    return Plan(subject, found, Span(start, end, _whole_minutes(longest)))


def _whole_minutes(length: timedelta) -> timedelta:
    return -(-length // MINUTE) * MINUTE


def masks(plan: Plan, key: bytes) -> Masks:
    """What the spec hides, hashed with that key."""
    matches = [match for need in plan.needs.series for match in need.matches]
    return Masks(plan.subject.spec.recording, key, matches)


def captured(plan: Plan, api: Api, step: timedelta | None, advance: Callable[[], object]) -> Captured:
    """The series as the server has them. ``step`` is the scrape interval where they do not tell.

    Raises:
        DashgenError: when the server cannot or may not answer, or has nothing.
    """
    records = frozenset(plan.subject.records)
    interval = step or plan.subject.spec.prometheus.scrape_interval
    found = capture(api, plan.needs.series, plan.span, records, interval // timedelta(milliseconds=1), advance)
    if not any(track.samples for track in found.tracks.values()):
        problem = Problem(
            Location(api.client.url),
            f"none of {len(plan.needs.series)} selectors found a sample, such as {plan.needs.series[0].selector}",
            f"series of {plan.subject.spec.name} in that time",
            "check --from, --to, the `selector` of each source, and that this server scrapes them",
        )
        raise InputError([problem])
    return found


def recording(plan: Plan, found: Captured, hidden: Masks, *, partial: bool) -> Recording:
    """The recording that is written.

    Raises:
        InputError: when series without their private labels cannot be told apart.
    """
    spec, span = plan.subject.spec, plan.span
    tracks = hidden.masked(found.tracks)
    zero = round(span.zero.timestamp() * 1000)
    apart = [label for label in (spec.prometheus.cluster_label, spec.prometheus.replica_label) if label]
    private: dict[str, Privacy] = {**dict.fromkeys(hidden.hashed, "hash"), **dict.fromkeys(hidden.dropped, "drop")}
    return Recording(
        spec=spec.name,
        start=span.zero,
        warm_up=span.start - span.zero,
        length=span.end - span.zero,
        scrape=timedelta(milliseconds=found.interval),
        private=private,
        partial=partial,
        groups=groups(tracks, zero, found.interval, apart),
    )
