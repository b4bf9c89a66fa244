"""Everything that is mutated: alerts, recording rules and panel queries, the same in several specs only once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from dashgen.model import Alert, Bundle
from dashgen.promql import quote
from dashgen.promql.tokens import significant
from dashgen.signals.scope import SERVICE
from dashgen.testing.mutate.graph import Rule, Spot
from dashgen.testing.mutate.mutants import Mutant, canonical, mutants
from dashgen.testing.mutate.subject import Timing

Kind = Literal["alert", "record", "panel"]
_VALUES = ("$value", ".Value")
"""How a template says the value of an alert."""
_ANY_SERVICE = "*"
Identity = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a target is in one spec: ``spot`` of a rule, or ``path`` of a panel's query."""

    spec: str
    expr: str
    spot: Spot | None = None
    path: str = ""


@dataclass(frozen=True, eq=False)
class Target:
    """An alert, a recording rule or a panel's query, and where it is; in the first place as it is shown.

    ``name`` is that of the alert or the record, or ``dashboard/panel/query``.
    """

    kind: Kind
    name: str
    places: tuple[Place, ...]
    timing: Timing | None = None
    value_shown: bool = True

    @property
    def expr(self) -> str:
        """The expression, as the first spec has it."""
        return self.places[0].expr

    @cached_property
    def mutants(self) -> tuple[Mutant, ...]:
        """What is judged."""
        return self.mutants_in(self.places[0])

    def mutants_in(self, place: Place) -> tuple[Mutant, ...]:
        """The same mutants, as one spec has them."""
        return mutants(place.expr, self.timing, value_shown=self.value_shown)

    @property
    def label(self) -> str:
        """What it is called, whatever its expression."""
        return f"{self.kind} {self.name}"

    @cached_property
    def fingerprint(self) -> str:
        """A hash of what is mutated and how, the same whichever spec has it and however it is laid out."""
        place = self.places[0]
        said = repr((self.kind, self.name, tuple(_anywhere(place.expr, place.spec)), self.timing))
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    @property
    def specs(self) -> tuple[str, ...]:
        """The specs that have it."""
        return tuple(place.spec for place in self.places)


def identity_of(mutant: Mutant) -> str:
    """A hash of what a mutant is, whatever its layout."""
    said = repr((canonical(mutant.expr), mutant.timing))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def targets(bundles: Sequence[Bundle]) -> tuple[Target, ...]:
    """The targets of all specs, in the order of the specs, their groups and their dashboards."""
    places: dict[Identity, list[Place]] = {}
    targets: dict[Identity, Target] = {}
    for bundle in bundles:
        for target, labels in (*_rules(bundle), *_panels(bundle)):
            anywhere = tuple(_anywhere(target.expr, bundle.spec_name))
            identity = (target.kind, target.name, labels, anywhere, target.timing, target.value_shown)
            targets.setdefault(identity, target)
            places.setdefault(identity, []).extend(target.places)
    return tuple(
        Target(each.kind, each.name, tuple(places[identity]), each.timing, each.value_shown)
        for identity, each in targets.items()
    )


def _rules(bundle: Bundle) -> Iterator[tuple[Target, Identity]]:
    for number, group in enumerate(bundle.groups):
        for index, rule in enumerate(group.rules):
            places = (Place(bundle.spec_name, rule.expr, Spot(number, index)),)
            yield _rule(rule, places), _labels(rule)


def _labels(rule: Rule) -> Identity:
    """Labels that make a record another one. Those of an alert only say who is told."""
    if isinstance(rule, Alert):
        return ()
    return tuple(sorted((key, value) for key, value in rule.labels.items() if key != SERVICE))


def _rule(rule: Rule, places: tuple[Place, ...]) -> Target:
    if not isinstance(rule, Alert):
        return Target("record", rule.record, places)
    texts = (rule.summary, rule.description, *rule.annotations.values())
    shown = any(value in text for text in texts for value in _VALUES)
    return Target("alert", rule.name, places, Timing(rule.wait, rule.keep_firing_for), shown)


def _panels(bundle: Bundle) -> Iterator[tuple[Target, Identity]]:
    for board in bundle.dashboards:
        for panel in board.panels():
            for query in panel.queries:
                if query.source == "prometheus":
                    path = f"{board.key}/{panel.key}/{query.key}"
                    yield Target("panel", path, (Place(bundle.spec_name, query.expr, path=path),)), ()


def _anywhere(expr: str, spec: str) -> Iterator[str]:
    """The tokens of an expression with the name of its spec taken out."""
    before = ""
    own = f"{SERVICE}={quote.string(spec)}"
    for token in significant(expr):
        here = f"{before}{token.text}"
        yield _ANY_SERVICE if here == own else token.text
        before = here if token.kind == "operator" and before == SERVICE else token.text


def by_spec(targets: Sequence[Target]) -> Mapping[str, int]:
    """How many mutants each spec is the first to have."""
    counts: dict[str, int] = {}
    for target in targets:
        counts[target.specs[0]] = counts.get(target.specs[0], 0) + len(target.mutants)
    return counts
