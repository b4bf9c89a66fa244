"""From the ``ALERTS`` series at every evaluation to when each alert was pending and firing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from dashgen.testing.clock import Clock
from dashgen.testing.promtool.play import Sample
from dashgen.testing.results import Stretch, Timeline

STATE, NAME = "alertstate", "alertname"
MILLISECOND = timedelta(milliseconds=1)
Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Instance:
    """One alert with its labels (``alertname`` left out), and its states over the scenario."""

    alert: str
    labels: Mapping[str, str]
    timeline: Timeline

    @property
    def subject(self) -> str:
        """``Alert{label="value"}``, for messages."""
        inner = ", ".join(f'{name}="{value}"' for name, value in sorted(self.labels.items()))
        return f"{self.alert}{{{inner}}}"


def instances(ticks: Sequence[int], alerts: Sequence[Sequence[Sample]]) -> tuple[Instance, ...]:
    """Every instance of every alert, sorted; ``alerts`` are the samples of ``ALERTS`` at each of the ``ticks``."""
    seen: dict[tuple[str, Labels], dict[str, list[int]]] = {}
    for tick, samples in zip(ticks, alerts, strict=True):
        for sample in samples:
            own = {name: value for name, value in sample.labels.items() if name not in (STATE, NAME, "__name__")}
            key = (sample.labels.get(NAME, ""), tuple(sorted(own.items())))
            seen.setdefault(key, {}).setdefault(sample.labels.get(STATE, ""), []).append(tick)
    every = ticks[1] - ticks[0] if len(ticks) > 1 else 1
    return tuple(
        Instance(name, dict(labels), Timeline(*(stretches(states.get(s, ()), every) for s in ("pending", "firing"))))
        for (name, labels), states in sorted(seen.items())
    )


def stretches(ticks: Iterable[int], every: int) -> tuple[Stretch, ...]:
    """Evaluations that follow each other, as stretches."""
    found: list[Stretch] = []
    for tick in ticks:
        if found and tick - found[-1].last == every:
            found[-1] = Stretch(found[-1].first, tick)
        else:
            found.append(Stretch(tick, tick))
    return tuple(found)


def expected(spans: Iterable[tuple[timedelta, timedelta | None]], clock: Clock) -> tuple[Stretch, ...]:
    """Spans of a scenario as the first and last evaluations in them."""
    found = []
    for start, end in spans:
        first = -(-round(start / MILLISECOND) // clock.every) * clock.every
        last = clock.until if end is None else round(end / MILLISECOND) // clock.every * clock.every
        if first <= last:
            found.append(Stretch(first, last))
    return tuple(found)


def same(wanted: Sequence[Stretch], seen: Sequence[Stretch], within: int) -> bool:
    """Whether the stretches are the wanted ones, each edge at most ``within`` milliseconds off."""
    return len(wanted) == len(seen) and all(
        abs(one.first - other.first) <= within and abs(one.last - other.last) <= within
        for one, other in zip(wanted, seen, strict=True)
    )
