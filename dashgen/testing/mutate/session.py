"""Mutants on their way to a verdict: which batches they go in, what cases said of them, now and in earlier runs."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from dashgen.testing.mutate import operators
from dashgen.testing.mutate.asking import Asking, Outcome
from dashgen.testing.mutate.batch import Batch
from dashgen.testing.mutate.chain import Chain, of_panel, of_rule
from dashgen.testing.mutate.mutants import Mutant
from dashgen.testing.mutate.plan import CasePlan
from dashgen.testing.mutate.results import Judged
from dashgen.testing.mutate.schedule import Candidate, Stage
from dashgen.testing.mutate.targets import Target, identity_of
from dashgen.testing.mutate.verdicts import Verdicts

MOST_EVALUATIONS = 60_000
"""Rules of mutants times evaluations in one batch: some seconds of one promtool."""
MOST_QUESTIONS = 4_000
"""Questions about mutated panels in one batch."""


@dataclass
class Open:
    """A mutant that is to be judged. ``tried`` are the cases it outlived."""

    number: int
    target: Target
    index: int
    candidates: tuple[Candidate, ...]
    tried: list[str] = field(default_factory=list)
    judged: Judged | None = None

    @cached_property
    def identity(self) -> str:
        """What it is remembered by."""
        return identity_of(self.mutant)

    @property
    def mutant(self) -> Mutant:
        """As the first spec has it."""
        return self.target.mutants[self.index]

    def chain(self, candidate: Candidate) -> Chain:
        """The mutant as the spec of that case has it."""
        return _chain(self.number, candidate, self.target.mutants_in(candidate.place)[self.index])

    @cached_property
    def by_case(self) -> dict[str, Candidate]:
        """Its cases by name, in the order of the candidates."""
        return {each.stage.plan.name: each for each in self.candidates}

    def verdict(self) -> Judged:
        """What is to be said of it after all cases."""
        return self.judged or Judged(self.target, self.mutant, "survived", tuple(self.tried))

    def left(self, without: frozenset[str]) -> Iterator[Candidate]:
        """The cases that have not seen it, but for some."""
        return (each for name, each in self.by_case.items() if name not in self.tried and name not in without)


class Session:
    """One run: what promtool is asked, and what is remembered of it."""

    def __init__(self, asking: Asking, version: str, verdicts: Verdicts) -> None:
        self._asking, self._verdicts = asking, verdicts
        self._salt = f"{version} {operators.version()}"
        self._keys: dict[tuple[Target, str], str] = {}
        self._known: dict[str, dict[str, bool]] = {}

    def recall(self, each: Open, candidate: Candidate) -> bool:
        """Whether a case judged the mutant before; then it is judged by that."""
        known = self._known_of(each, candidate).get(each.identity)
        if known is not None:
            self._settle(each, candidate.stage.plan, Outcome(known))
        return known is not None

    def _known_of(self, each: Open, candidate: Candidate) -> dict[str, bool]:
        key = self._key(each.target, candidate)
        if key not in self._known:
            self._known[key] = self._verdicts.get(key)
        return self._known[key]

    def _key(self, target: Target, candidate: Candidate) -> str:
        stage, place = candidate.stage, candidate.place
        known = (target, stage.plan.name)
        if known not in self._keys:
            same = Mutant("", "", place.expr, 0, 0, target.timing)
            digest = Batch(stage.plan, stage.rules, (_chain(0, candidate, same),)).digest()
            self._keys[known] = hashlib.sha256(f"{self._salt} {digest}".encode()).hexdigest()
        return self._keys[known]

    def _settle(self, each: Open, plan: CasePlan, outcome: Outcome) -> None:
        if each.judged is not None:
            return
        if outcome.refused:
            each.judged = Judged(each.target, each.mutant, "refused", (plan.name,), outcome.refused)
        elif outcome.killed:
            each.judged = Judged(each.target, each.mutant, "killed", (plan.name,), outcome.error)
        else:
            each.tried.append(plan.name)

    def ask(self, wanted: Iterable[tuple[Open, Candidate]], done: Callable[[], object]) -> None:
        """Judge mutants by cases; ``wanted`` may look at what was judged so far."""
        asked: dict[tuple[str, int], tuple[Open, Candidate]] = {}
        for batch, found in self._asking.judge(_batches(wanted, asked)):
            learnt: defaultdict[str, dict[str, bool]] = defaultdict(dict)
            for number, outcome in found.items():
                each, candidate = asked.pop((batch.plan.name, number))
                self._settle(each, batch.plan, outcome)
                if not outcome.refused:
                    learnt[self._key(each.target, candidate)][each.identity] = outcome.killed
            # At once: whoever stops the run now does not lose what it found out.
            for key, verdicts in learnt.items():
                self._verdicts.add(key, verdicts)
            done()


def _chain(number: int, candidate: Candidate, mutant: Mutant) -> Chain:
    place, stage = candidate.place, candidate.stage
    if place.spot is None:
        return of_panel(number, place.path, mutant)
    return of_rule(number, stage.rules, place.spot, mutant, stage.reach(place.spot))


def _batches(
    wanted: Iterable[tuple[Open, Candidate]], asked: dict[tuple[str, int], tuple[Open, Candidate]]
) -> Iterator[Batch]:
    """Mutants that follow each other and are for the same case, as many as one promtool should have."""
    stage: Stage | None = None
    chains: list[Chain] = []
    evaluations = questions = 0
    for each, candidate in wanted:
        full = evaluations >= MOST_EVALUATIONS or questions >= MOST_QUESTIONS
        if stage is not None and (full or candidate.stage is not stage):
            yield Batch(stage.plan, stage.rules, tuple(chains))
            chains, evaluations, questions = [], 0, 0
        stage = candidate.stage
        chain = each.chain(candidate)
        chains.append(chain)
        asked[stage.plan.name, each.number] = (each, candidate)
        evaluations += len(chain.copies) * stage.ticks
        questions += sum(panel.path == chain.panel for panel in stage.plan.panels.values())
    if stage is not None and chains:
        yield Batch(stage.plan, stage.rules, tuple(chains))
