"""What plays beside a scenario's own series: a healthy deployment, or one that is merely there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from dashgen.catalogue.loader import load
from dashgen.catalogue.model import SignalUse
from dashgen.errors import Location
from dashgen.signals.feed import Feed, presence
from dashgen.signals.resolve import source_vantage
from dashgen.spec import Model, Source, Spec
from dashgen.testing.clock import Clock
from dashgen.testing.scenario.model import Background, SeriesPart, Step
from dashgen.testing.series import healthy
from dashgen.testing.series.entry import entry
from dashgen.testing.series.healthy import EVERYTHING, POD_SHARES, Ends, Level, Rate, Spread
from dashgen.testing.series.line import Line, left, text, together
from dashgen.testing.series.part import Player, shown_by
from dashgen.testing.series.places import Place, served
from dashgen.testing.series.target import Target, of_workload, places, told_apart, uses_of
from dashgen.testing.series.uses import Chosen, UntoldError, choose

FEW = 6
"""Up to so many local models have two pods each; of more, and of what calls models, only the first does."""
IDLE = ("requests_running", "requests_waiting")
"""What an engine shows while nobody asks anything of it; tickets would miss it."""
_NOWHERE = Location("background")

Uses = Sequence[SignalUse]


def background(spec: Spec, kind: Background, clock: Clock, parts: Sequence[SeriesPart]) -> dict[str, str]:
    """The series of a background, without those that the parts show.

    Raises:
        InputError: for a part of something the spec does not have.
    """
    claims = [claim for part in parts if part.signal for claim in shown_by(spec, part, clock, _NOWHERE).claims]
    return text(together(left(lines(spec, kind, clock), claims)))


def lines(spec: Spec, kind: Background, clock: Clock, *, sample: bool = False) -> tuple[Line, ...]:
    """Every line of a background; as a ``sample``, of the first model of each source only."""
    if kind == "none":
        return ()
    scene = _Scene(spec, clock, sample)
    shown = list(scene.healthy() if kind == "healthy" else scene.idle())
    return tuple(together([*shown, *scene.presence({line.family for line in shown}), *scene.targets()]).values())


class _Scene:
    """A spec whose sources show what the table of a healthy deployment says."""

    def __init__(self, spec: Spec, clock: Clock, sample: bool) -> None:
        self.spec, self.clock, self.sample = spec, clock, sample
        self.player = Player(spec, clock, _NOWHERE)

    def healthy(self) -> Iterator[Line]:
        """Every signal of every source, for every model."""
        for source in self.spec.sources:
            for signal in load(source.kind).signals:
                uses = uses_of(self.spec, source, signal)
                found = healthy.TABLE.get(signal)
                if uses and found is not None and not _unreadable(source, uses):
                    for model in self._models(source):
                        yield from self._signal(source, model, signal, uses, found)

    def idle(self) -> Iterator[Line]:
        """Engines that have nothing to do."""
        for source in self.spec.sources:
            for signal in IDLE:
                uses = uses_of(self.spec, source, signal)
                if uses and source_vantage(source) == "engine":
                    for model in self._models(source):
                        yield from self._signal(source, model, signal, uses, Level((0,)))

    def presence(self, shown: set[str]) -> Iterator[Line]:
        """The series whose existence says that a source works, where it is not shown already."""
        for source in self.spec.sources:
            feed = presence(source)
            if feed.uses[0].metric in shown or _unreadable(source, feed.uses):
                continue
            metric = entry(source.version, feed.exporter, feed.uses[0].metric).metric
            uses = self._readers(source, feed) or feed.uses
            # An info series is 1 as long as it is there; what a signal reads is idle.
            idle = Step.model_construct(constant=0.0 if uses != feed.uses else 1.0)
            if metric.type == "counter" or uses[0].part:
                idle = Step.model_construct(per_minute=0.0)
            for model in self._models(source) or (None,):
                for spot in self._places(source, model, uses):
                    yield from self._at(spot, uses, {}, idle)

    def targets(self) -> Iterator[Line]:
        """``up`` of everything that is scraped."""
        always = f"1x{self.clock.samples() - 1}"
        for source in self.spec.sources:
            for model in self._models(source) or (None,):
                # An engine is a target of one model; what else is scraped tells of all of them.
                name = model.name if model and load(source.kind).vantage == "engine" else ""
                for place in self._places(source, model, ()):
                    yield Line(source.id, name, "up", "up", self.player.namer(source).target(place), always)

    def _models(self, source: Source) -> tuple[Model, ...]:
        models = told_apart(self.spec, source)
        return models[:1] if self.sample else models

    def _readers(self, source: Source, feed: Feed) -> Uses:
        """How a signal reads the presence metric; that knows the labels it has."""
        wanted = (feed.uses[0].metric, feed.uses[0].part)
        for signal in feed.exporter.signals:
            uses = [use for use in uses_of(self.spec, source, signal) if (use.metric, use.part) == wanted]
            if uses:
                return uses
        return ()

    def _places(self, source: Source, model: Model | None, uses: Uses) -> tuple[Place, ...]:
        # Distributions of applications are most of what there is to play.
        many = len(self.spec.models) > FEW or source_vantage(source) in ("client", "gateway")
        alone = many and model not in (None, self.spec.models[0])
        return places(self.spec, source, model, uses, 1 if alone else len(POD_SHARES))

    def _signal(
        self, source: Source, model: Model, signal: str, uses: Uses, found: Rate | Level | Spread
    ) -> Iterator[Line]:
        """A signal of one model on all its pods."""
        place = self.spec.models.index(model) % healthy.UNLIKE
        unit = healthy.usd_per_request(model) if signal in healthy.MONEY else 1.0
        unit *= self._replicas(model) if signal in healthy.REPLICAS else 1
        spots = self._places(source, model, uses)
        split = self._ends(source, uses, found.ends) if isinstance(found, Rate) else EVERYTHING
        for number, spot in enumerate(spots):
            requests = healthy.requests_per_minute(place, number, len(spots), source_vantage(source))
            match found:
                case Level():
                    for (labels, more), card in product(found.labels, self._cards(source, model)):
                        value = (found.at(number, place, int(card.get("gpu", "0"))) + more) * unit
                        step = Step.model_construct(constant=round(value, 9))
                        yield from self._at(spot, uses, {**labels, **card}, step)
                case Rate():
                    for labels, share in split:
                        amount = (found.fixed + found.per_request * requests * unit) * share
                        yield from self._at(spot, uses, labels, Step.model_construct(per_minute=round(amount, 9)))
                case Spread():
                    observed = found.observed(unit * healthy.quickness(place))
                    step = Step.model_construct(per_minute=requests, observe=observed)
                    yield from self._at(spot, uses, {}, step)

    def _replicas(self, model: Model) -> int:
        """How many pods serve a model."""
        engines = [each for each in self.spec.sources if each.kind == model.engine_kind]
        pods = {
            place.pod for each in engines if model in served(self.spec, each) for place in self._places(each, model, ())
        }
        return len(pods) or len(POD_SHARES)

    def _cards(self, source: Source, model: Model) -> tuple[Mapping[str, str], ...]:
        if source_vantage(source) != "gpu":
            return ({},)
        number = min(model.serving.gpus if model.serving else 1, healthy.CARDS)
        return tuple({"gpu": str(card)} for card in range(number))

    def _ends(self, source: Source, uses: Uses, wanted: Ends) -> Ends:
        """The split as far as the source tells it, by prompt template too where it does."""
        found = entry(source.version, load(source.kind), uses[0].metric)
        reasons = healthy.LENGTH if source.role == "prefill" else healthy.REASONS
        if "finished_reason" in found.keep and not uses[0].set:
            wanted = reasons
        known = next((ends for ends in (wanted, EVERYTHING) if self._tells(source, uses, ends)), wanted)
        templates = healthy.TEMPLATES if "prompt_template" in found.labels else EVERYTHING
        return tuple(
            ({**labels, **template}, share * part) for (labels, share), (template, part) in product(known, templates)
        )

    def _tells(self, source: Source, uses: Uses, ends: Ends) -> bool:
        try:
            for labels, _ in ends:
                choose(self.spec, source, uses, labels)
        except UntoldError:
            return False
        return True

    def _at(self, spot: Place, uses: Uses, labels: Mapping[str, str], step: Step) -> Iterator[Line]:
        own = of_workload(spot.model, uses[0]) if spot.model else {}
        if own is None:
            return
        chosen: Chosen = choose(self.spec, spot.source, uses, {**labels, **own})
        feed = Feed(spot.source, load(spot.source.kind), (chosen.use,))
        yield from self.player.lines(Target(spot, feed, chosen), (step,))


def _unreadable(source: Source, uses: Uses) -> bool:
    """Whether the series are native histograms, which promtool 2 cannot read."""
    types = (metric.type for metric in load(source.kind).find(uses[0].metric))
    return source.histograms == "native" and "histogram" in types
