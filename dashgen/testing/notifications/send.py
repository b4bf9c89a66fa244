"""When Alertmanager sends what: groups that wait, inhibitions at the moment of sending, nothing said twice.

Receivers are taken to send resolved alerts too (the comments of the emitted configuration say so): that an alert was
reported as resolved is why it is news when it fires again. At a moment at which alerts change and a group is sent,
the alerts come first. Alertmanager clears empty groups every 30 seconds; here they are gone at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from typing import Literal

from dashgen.testing.clock import Clock
from dashgen.testing.judge.timeline import Instance
from dashgen.testing.notifications.configuration import Configuration, Labels, Route
from dashgen.testing.results import Stretch

Members = frozenset[int]
Key = tuple[str, tuple[tuple[str, str], ...]]
_ALERT, _FLUSH = 0, 1


@dataclass(frozen=True, slots=True)
class Sent:
    """One message about alerts that fire.

    ``instances`` are the labels (``alertname`` among them) of what is new in it, ``firing`` of all it lists. ``again``
    is one that repeats what was said ``repeat_interval`` ago: all of it is in ``instances``. ``at`` in milliseconds.
    """

    at: int
    severity: str
    alert: str
    instances: tuple[Labels, ...]
    firing: tuple[Labels, ...]
    again: bool = False


@dataclass(slots=True)
class _Group:
    route: Route
    labels: Mapping[str, str]
    flush: int
    members: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Said:
    """What the last message of a group listed."""

    at: int
    firing: Members
    resolved: Members


def notifications(configuration: Configuration, seen: Sequence[Instance], clock: Clock) -> tuple[Sent, ...]:
    """Every message to people while a scenario plays, in order of time."""
    found = _Dispatcher(configuration, seen, clock).run()
    return tuple(sorted(found, key=lambda sent: (sent.at, sent.severity, sent.alert)))


class _Dispatcher:
    def __init__(self, configuration: Configuration, seen: Sequence[Instance], clock: Clock) -> None:
        self._configuration = configuration
        self._clock = clock
        self._labels = [{**each.labels, "alertname": each.alert} for each in seen]
        self._fires = [each.timeline.firing for each in seen]
        self._groups: dict[Key, _Group] = {}
        # Outlives the groups, like the notification log: what was said of a group that comes back.
        self._said: dict[Key, _Said] = {}
        self._queue: list[tuple[int, int, int]] = [
            (stretch.first, _ALERT, number) for number, fires in enumerate(self._fires) for stretch in fires
        ]
        self._keys: list[Key] = []
        heapify(self._queue)

    def run(self) -> Iterator[Sent]:
        while self._queue:
            at, what, number = heappop(self._queue)
            if what == _ALERT:
                self._take(number, at)
            else:
                yield from self._flush(self._keys[number], at)

    def _take(self, number: int, at: int) -> None:
        labels = self._labels[number]
        route = self._configuration.route.find(labels)
        if route is None or route.receiver not in self._configuration.severities:
            return
        key = (route.receiver, route.group(labels))
        if key not in self._groups:
            self._groups[key] = _Group(route, dict(key[1]), at + route.group_wait)
            self._schedule(key)
        self._groups[key].members.add(number)

    def _schedule(self, key: Key) -> None:
        if self._groups[key].flush <= self._clock.until:
            heappush(self._queue, (self._groups[key].flush, _FLUSH, len(self._keys)))
            self._keys.append(key)

    def _flush(self, key: Key, at: int) -> Iterator[Sent]:
        group = self._groups[key]
        now = [number for number, fires in enumerate(self._fires) if self._is_firing(fires, at)]
        firing = [self._labels[number] for number in now]
        told = {number for number in group.members if not self._configuration.mutes(self._labels[number], firing)}
        yield from self._tell(key, at, frozenset(told & set(now)), frozenset(told - set(now)))
        group.members &= set(now)
        if not group.members:
            del self._groups[key]
            return
        group.flush = at + group.route.group_interval
        self._schedule(key)

    def _is_firing(self, fires: Sequence[Stretch], at: int) -> bool:
        """Prometheus says that an alert is resolved at the first evaluation that does not find it any more."""
        return any(stretch.first <= at < stretch.last + self._clock.every for stretch in fires)

    def _tell(self, key: Key, at: int, firing: Members, resolved: Members) -> Iterator[Sent]:
        group, said = self._groups[key], self._said.get(key)
        why = _why(said, firing, resolved, at - group.route.repeat_interval)
        if not why:
            return
        self._said[key] = _Said(at, firing, resolved)
        if why == "resolved":
            return
        fresh = firing - said.firing if said and why == "new" else firing
        severity = self._configuration.severities[group.route.receiver]
        alert, again = group.labels["alertname"], why == "again"
        yield Sent(at, severity, alert, self._listed(fresh), self._listed(firing), again)

    def _listed(self, numbers: Members) -> tuple[Labels, ...]:
        return tuple(self._labels[number] for number in sorted(numbers))


def _why(
    said: _Said | None, firing: Members, resolved: Members, repeat: int
) -> Literal["", "new", "resolved", "again"]:
    """Why a group is worth a message; what is inhibited is in neither set, and alone never makes one."""
    if not firing and not resolved:
        return ""
    if said is None:
        return "new" if firing else ""
    if firing - said.firing:
        return "new"
    if not firing:
        return "resolved" if said.firing else ""
    if resolved - said.resolved:
        return "resolved"
    return "again" if said.at < repeat else ""
