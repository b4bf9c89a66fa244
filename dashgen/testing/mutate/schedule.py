"""Which cases can see a change of a target, those most likely to notice it first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from dashgen.testing.mutate.graph import Reach, Rules, Spot
from dashgen.testing.mutate.names import ALERTS, read_names, watched
from dashgen.testing.mutate.plan import CasePlan
from dashgen.testing.mutate.targets import Place, Target

EXACT = 2
"""How much likelier a certain value, or an alert at a certain time, shows a change than that something is there."""
ENOUGH = 3
"""With so many values that depend on a target, more make no difference."""


@dataclass(frozen=True, eq=False)
class Stage:
    """A case with the rules it plays and what its questions read."""

    plan: CasePlan
    rules: Rules

    @cached_property
    def _shown(self) -> tuple[frozenset[str], ...]:
        """What each question reads whose answer has to be a certain value; alerts are not among them."""
        panels = self.plan.panels
        asked = {
            each.expr for index, each in enumerate(self.plan.questions) if index not in panels or panels[index].exact
        }
        return tuple(read_names(expr) for expr in asked if watched(expr) is None)

    @cached_property
    def _read(self) -> frozenset[str]:
        asked = {each.expr for each in self.plan.questions}
        return frozenset[str]().union(*(read_names(expr) for expr in asked if watched(expr) is None))

    @cached_property
    def _watches(self) -> bool:
        return bool(self.plan.texts) or any(watched(each.expr) is not None for each in self.plan.questions)

    @cached_property
    def _panels(self) -> dict[str, bool]:
        """The panel queries that are asked, and whether for a certain value."""
        found: dict[str, bool] = {}
        for each in self.plan.panels.values():
            found[each.path] = found.get(each.path, False) or each.exact
        return found

    @cached_property
    def _reaches(self) -> dict[Reach, Reach]:
        return {}

    def reach(self, spot: Spot) -> Reach:
        """What a change of that rule can change and the case looks at."""
        whole = self.rules.reach(self.rules.by_spot[spot])
        if whole not in self._reaches:
            self._reaches[whole] = self.rules.judged(whole, self._read, alerts=self._watches)
        return self._reaches[whole]

    def likelihood(self, place: Place) -> int:
        """How much of what the case asserts may change with the target; 0 when nothing can."""
        if place.spot is None:
            return 2 + EXACT * self._panels[place.path] if place.path in self._panels else 0
        reach = self.reach(place.spot)
        names = reach.records | (ALERTS if reach.alerts else frozenset())
        exact = sum(not names.isdisjoint(each) for each in self._shown)
        fires = not reach.alerts.isdisjoint(self.plan.fires)
        return bool(reach.alerts) + (not names.isdisjoint(self._read)) + EXACT * min(exact, ENOUGH) + EXACT * fires

    @property
    def ticks(self) -> int:
        """How many evaluations it plays: what it costs."""
        return len(self.plan.clock.ticks())


@dataclass(frozen=True, slots=True)
class Candidate:
    """A case that can see a target, and where that is in its spec; ``likely`` when it asserts more than silence."""

    stage: Stage
    place: Place
    likely: bool


def stages(plans: Sequence[CasePlan]) -> tuple[Stage, ...]:
    """Every case, the cheapest first; those of one spec share its rules."""
    rules: dict[str, Rules] = {}
    for plan in plans:
        if plan.spec not in rules:
            rules[plan.spec] = Rules(plan.groups)
    found = (Stage(plan, rules[plan.spec]) for plan in plans)
    return tuple(sorted(found, key=lambda each: (each.ticks, each.plan.name)))


def candidates(target: Target, stages: Sequence[Stage]) -> tuple[Candidate, ...]:
    """The cases that can see the target; of equally likely ones the cheapest first."""
    places = {place.spec: place for place in target.places}
    found = []
    for stage in stages:
        place = places.get(stage.plan.spec)
        likelihood = stage.likelihood(place) if place is not None else 0
        if place is not None and likelihood:
            found.append((likelihood, Candidate(stage, place, likely=likelihood > 1)))
    return tuple(each for _, each in sorted(found, key=lambda each: -each[0]))
