"""A mutant on its way to a verdict."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from dashgen.testing.mutate.asking import Outcome
from dashgen.testing.mutate.chain import Chain, of_panel, of_rule
from dashgen.testing.mutate.mutants import Mutant
from dashgen.testing.mutate.results import Judged
from dashgen.testing.mutate.schedule import Candidate
from dashgen.testing.mutate.targets import Place, Target, identity_of

ORIGINAL = -1


@dataclass(eq=False)
class Pending:
    """A mutant that is to be judged. ``tried`` are the cases it outlived.

    With the index ``ORIGINAL`` it is the target itself, which a case has to let pass before it may judge its mutants.
    """

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
        return self._in(self.target.places[0])

    def chain(self, candidate: Candidate) -> Chain:
        """The mutant as the spec of that case has it."""
        return _chain(self.number, candidate, self._in(candidate.place))

    def _in(self, place: Place) -> Mutant:
        if self.index == ORIGINAL:
            return Mutant("", "unchanged", place.expr, 0, 0, self.target.timing)
        return self.target.mutants_in(place)[self.index]

    @cached_property
    def by_case(self) -> dict[str, Candidate]:
        """Its cases by name, in the order of the candidates."""
        return {each.stage.plan.name: each for each in self.candidates}

    def verdict(self) -> Judged:
        """What is to be said of it after all cases."""
        return self.judged or Judged(self.target, self.mutant, "survived", tuple(self.tried))

    def settle(self, case: str, outcome: Outcome) -> None:
        """Takes what a case said; the first that noticed the mutant counts."""
        if self.judged is not None:
            return
        if outcome.refused:
            self.judged = Judged(self.target, self.mutant, "refused", (case,), outcome.refused)
        elif outcome.killed:
            self.judged = Judged(self.target, self.mutant, "killed", (case,), outcome.error)
        else:
            self.tried.append(case)


def _chain(number: int, candidate: Candidate, mutant: Mutant) -> Chain:
    place, stage = candidate.place, candidate.stage
    if place.spot is None:
        return of_panel(number, place.path, mutant)
    return of_rule(number, stage.rules, place.spot, mutant, stage.reach(place.spot))
