"""Targets that go away and come back: everything they would show is gone meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from dashgen.catalogue.loader import load
from dashgen.errors import InputError, Location
from dashgen.signals import raw
from dashgen.signals.feed import Feed
from dashgen.spec import Source, Spec
from dashgen.testing.clock import Clock
from dashgen.testing.scenario.model import SeriesPart
from dashgen.testing.scenario.types import span_text
from dashgen.testing.series.cut import Stretch, cut
from dashgen.testing.series.fault import fault, shown
from dashgen.testing.series.line import Line
from dashgen.testing.series.places import pods
from dashgen.testing.series.target import models_of, sources_of


@dataclass(frozen=True, slots=True)
class Absence:
    """One part that takes targets away. ``models`` and ``pods`` are None for all, and for what tells of none."""

    spec: Spec
    sources: tuple[Source, ...]
    models: frozenset[str] | None
    pods: frozenset[str] | None
    stretches: tuple[Stretch, ...]
    reset: bool
    where: Location

    def without(self, *sets: Mapping[str, Line]) -> tuple[dict[str, Line], ...]:
        """The lines of each set as they are seen while the targets come and go.

        Raises:
            InputError: when none of them is of such a target.
        """
        if not any(self.covers(line) for lines in sets for line in lines.values()):
            raise _nobody(self, {pod for lines in sets for line in lines.values() for pod in self._seen(line)})
        return tuple(
            {name: self._cut(line) if self.covers(line) else line for name, line in lines.items()} for lines in sets
        )

    def covers(self, line: Line) -> bool:
        """Whether it is a series of one of the targets. Raw metrics are of no source, so they stay."""
        return bool(seen := self._seen(line)) and (self.pods is None or not self.pods.isdisjoint(seen))

    def _seen(self, line: Line) -> set[str]:
        """The pod that shows a series of one of the models and the one it tells of: of a GPU they are two."""
        source = next((each for each in self.sources if each.id == line.source), None)
        if source is None or (self.models is not None and line.model not in self.models):
            return set()
        told = raw.label_map(self.spec, Feed(source, load(source.kind), ())).get("pod", "pod")
        return {line.labels.get(label, "") for label in ("pod", told)}

    def _cut(self, line: Line) -> Line:
        return replace(line, values=cut(line.values, self.stretches, reset=self.reset and self._grows(line)))

    def _grows(self, line: Line) -> bool:
        exporter = next(load(each.kind) for each in self.sources if each.id == line.source)
        return any(metric.type != "gauge" for metric in exporter.find(line.family))


def _nobody(absent: Absence, seen: set[str]) -> InputError:
    pods = ", ".join(map(shown, sorted(absent.pods or ())))
    return fault(
        absent.where,
        f"nothing plays of {f'pods {pods}' if pods else 'what goes away here'}",
        f"pods among {', '.join(map(shown, sorted(filter(None, seen))))}"
        if any(seen)
        else "targets that show something",
        "name others, or play a background",
    )


def check_names(spec: Spec, part: SeriesPart, where: Location) -> None:
    """Nothing, where the spec has the sources and models that a part takes away.

    Raises:
        InputError: for a source or a model that is not there, and a vantage nobody stands at.
    """
    models_of(spec, part, where)
    if not sources_of(spec, part, where):
        raise fault(
            where,
            f"no source of spec {spec.name} is meant here",
            f"one of {', '.join(source.id for source in spec.sources)}",
            "name one of them, or leave `vantage` out",
        )


def absence(spec: Spec, part: SeriesPart, clock: Clock, where: Location) -> Absence:
    """What a part takes away, and when.

    Raises:
        InputError: for a source or a model that is not there, and a span without a scrape.
    """
    check_names(spec, part, where)
    models, sources = models_of(spec, part, where), sources_of(spec, part, where)
    named = frozenset(part.pods) if isinstance(part.pods, tuple) else None
    if isinstance(part.pods, int):
        named = frozenset(pod for source in sources for model in models for pod in pods(spec, source, model, part.pods))
    return Absence(
        spec,
        sources,
        None if part.model is None else frozenset(model.name for model in models),
        named,
        tuple(_stretch(span, clock, where) for span in part.away or ()),
        part.reset,
        where,
    )


def _stretch(span: tuple[timedelta, timedelta | None], clock: Clock, where: Location) -> Stretch:
    """The samples of a span, both ends included."""
    start, end = span
    first = clock.index(start)
    after = clock.samples() if end is None else clock.index(end + timedelta(milliseconds=1))
    if first >= after:
        raise fault(
            where,
            f"nothing is scraped in {span_text(span)}",
            f"a span that has a scrape in it; there is one every {clock.scrape / 1000:g} s",
            "make it longer",
        )
    return first, after
