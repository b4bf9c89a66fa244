"""A part of a scenario as the series exporters would show."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from math import isfinite

from dashgen.errors import Location
from dashgen.signals import raw
from dashgen.signals.resolve import source_vantage
from dashgen.spec import Source, Spec
from dashgen.testing.clock import Clock
from dashgen.testing.scenario.model import SeriesPart, Step
from dashgen.testing.series import timeline
from dashgen.testing.series.distribution import bounds, histogram
from dashgen.testing.series.fault import fault, shown
from dashgen.testing.series.line import Claim, Line, text
from dashgen.testing.series.notation import notation
from dashgen.testing.series.places import Namer
from dashgen.testing.series.raw_metric import metric_lines
from dashgen.testing.series.target import Target, targets

_SUFFIXES = ("_bucket", "_sum", "_count")


@dataclass(frozen=True, slots=True)
class Shown:
    """What one part shows, and what it takes the place of."""

    lines: tuple[Line, ...]
    claims: tuple[Claim, ...] = ()


def series_of(spec: Spec, part: SeriesPart, clock: Clock, where: Location) -> dict[str, str]:
    """The series of a signal or of one metric.

    Raises:
        InputError: for what the spec does not have, or its sources do not show.
    """
    return text({line.selector: line for line in shown_by(spec, part, clock, where).lines})


def shown_by(spec: Spec, part: SeriesPart, clock: Clock, where: Location) -> Shown:
    """The lines of a part, and what of the background it replaces."""
    if part.metric is not None:
        return Shown(metric_lines(part, clock, where))
    player = Player(spec, clock, where)
    found = list(targets(spec, part, where))
    lines = tuple(line for target in found for line in _lines(player, target, part, clock, where))
    claims = () if part.beside else tuple(map(player.claim, found))
    return Shown(lines, tuple({(c.source, c.model, c.names, tuple(c.labels.items())): c for c in claims}.values()))


class Player:
    """Turns targets and values into lines."""

    def __init__(self, spec: Spec, clock: Clock, where: Location) -> None:
        self.spec, self.clock, self.where = spec, clock, where
        self._namers: dict[str, Namer] = {}

    def names(self, target: Target) -> tuple[str, ...]:
        """The series names of a target."""
        use = target.chosen.use
        if use.part:
            return (f"{use.metric}_{use.part}",)
        histogram = target.chosen.entry.metric.type == "histogram"
        return tuple(use.metric + suffix for suffix in _SUFFIXES) if histogram else (use.metric,)

    def claim(self, target: Target) -> Claim:
        """What of the background the target takes the place of."""
        names, model = self.names(target), target.place.model
        return Claim(
            target.place.source.id,
            model.name if model else "",
            frozenset(names[:1]),
            target.chosen.told,
            frozenset(names[1:]),
        )

    def lines(self, target: Target, values: Sequence[Step], starts: timedelta | None = None) -> Iterator[Line]:
        """Every series of a target, with values in the signal's unit.

        Raises:
            InputError: for values that such a metric cannot have.
        """
        kind = self._kind(target)
        check_kinds(kind, target.chosen.use.metric, values, self.where)
        stretches = timeline.lay_out(values, self.clock, starts, self.where)
        if kind == "histogram":
            yield from self._distribution(target, stretches)
            return
        convert = _converter(self.factor(target))
        if any(step.per_minute is not None for step in values):
            paces = [convert(stretch.step.per_minute or 0) for stretch in stretches]
            shape = timeline.counter(stretches, paces, self.clock)
        else:
            shape = timeline.gauge(stretches, convert, self.clock)
        yield self.line(target, shape.text())

    def _distribution(self, target: Target, stretches: Sequence[timeline.Stretch]) -> Iterator[Line]:
        model, metric = target.place.model, target.chosen.entry.metric
        limits = target.chosen.entry.bounds or bounds(metric, model.context_limit if model else None)
        labels, use = self._labels(target), target.chosen.use
        source, name = target.place.source.id, model.name if model else ""
        for suffix, limit, values in histogram(stretches, limits, self.factor(target), self.clock, self.where):
            own = {**labels, "le": limit} if limit else labels
            yield Line(source, name, use.metric, use.metric + suffix, own, values, implied=suffix != "_bucket")

    def line(self, target: Target, values: str) -> Line:
        """The one series of a target that is no histogram, with values as promtool takes them."""
        model, metric = target.place.model, target.chosen.use.metric
        name = self.names(target)[0]
        return Line(target.place.source.id, model.name if model else "", metric, name, self._labels(target), values)

    def _labels(self, target: Target) -> dict[str, str]:
        return self.namer(target.place.source).labels(target.place, target.chosen.use, target.chosen.told)

    def namer(self, source: Source) -> Namer:
        """Who knows the labels of a source."""
        if source.id not in self._namers:
            self._namers[source.id] = Namer(self.spec, source, self.where)
        return self._namers[source.id]

    def _kind(self, target: Target) -> str:
        """``counter``, ``gauge``, ``histogram``, or ``either`` for a counter whose value is read as it is."""
        found: str = target.chosen.entry.metric.type
        if target.chosen.use.part or found == "counter":
            return "either" if source_vantage(target.place.source) == "gpu" else "counter"
        return found

    def factor(self, target: Target) -> Decimal:
        """What one of the exporter's unit is in the signal's."""
        return Decimal(repr(raw.unit_factor(target.feed)))


def _converter(factor: Decimal) -> Callable[[float], float]:
    """Signal's unit -> exporter's, in decimals, so that 0.3 s is 300 ms and not a little less."""
    if factor == 1:
        return lambda value: value
    return lambda value: float(Decimal(repr(value)) / factor) if isfinite(value) else value


def _lines(player: Player, target: Target, part: SeriesPart, clock: Clock, where: Location) -> Iterator[Line]:
    """The series of one target of a part."""
    source, metric = target.place.source, target.chosen.entry.metric
    distribution = metric.type == "histogram" and not target.chosen.use.part
    if target.feed.native and metric.type == "histogram":
        raise fault(
            where,
            f"{part.signal} of {source.id}, whose histograms are native",
            "a source with classic histograms: promtool 2 reads no native ones",
            "play it on a spec without `histograms: native`",
        )
    if not isinstance(part.values, str):
        yield from player.lines(target, part.values, part.starts)
        return
    if distribution or player.factor(target) != 1:
        why = "which is many series" if distribution else f"which {source.id} shows in {target.feed.unit}"
        raise fault(
            where,
            f"promtool's notation for {part.signal}, {why}",
            "steps, in the signal's own unit",
            "write steps such as `- {constant: 1}`, or play the raw series as a `metric`",
        )
    yield player.line(target, notation(part.values, part.starts, clock, where))


_KINDS = {
    "counter": timeline.COUNTER_KINDS,
    "histogram": timeline.COUNTER_KINDS,
    "gauge": timeline.GAUGE_KINDS,
    "either": (*timeline.GAUGE_KINDS, *timeline.COUNTER_KINDS),
}


def check_kinds(kind: str, named: str, steps: Sequence[Step], where: Location) -> None:
    """Every step is of a kind that such a metric can have.

    Raises:
        InputError: for one that is not.
    """
    allowed = (*_KINDS.get(kind, ()), "gap", "stale", *(("reset",) if kind != "gauge" else ()))
    for number, step in enumerate(steps, 1):
        wrong = [each for each in timeline.kinds_of(step) if each not in allowed]
        if step.observe is not None and kind != "histogram":
            wrong.append("observe")
        if wrong:
            grows = kind in ("counter", "histogram")
            raise fault(
                where,
                f"step {number} says {wrong[0]}, and {shown(named)} is a {kind}",
                f"one of {', '.join(allowed)}{', with `observe`' if kind == 'histogram' else ''}",
                "write `per_minute`, how much it grows" if grows else "write `constant`",
            )
    said = {each for step in steps for each in timeline.kinds_of(step)}
    if said & set(timeline.GAUGE_KINDS) and said & set(timeline.COUNTER_KINDS):
        raise fault(where, f"{shown(named)} grows and has values", "either `per_minute` or gauge values", "choose one")
