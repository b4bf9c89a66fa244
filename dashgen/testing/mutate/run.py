"""All mutants of some specs against their cases, each until one notices; what is known from before is not asked again.

The two cases most likely to notice a mutant see it first, which most do not outlive. Those that do go through all other
cases, case by case, so that each case is played as seldom as possible.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from dashgen.model import Bundle
from dashgen.testing.mutate.asking import Asking
from dashgen.testing.mutate.equivalent import Equivalent
from dashgen.testing.mutate.plan import CasePlan
from dashgen.testing.mutate.results import Judged, Mutation
from dashgen.testing.mutate.schedule import Candidate, Stage, candidates, stages
from dashgen.testing.mutate.session import Open, Session
from dashgen.testing.mutate.targets import Target, targets
from dashgen.testing.mutate.verdicts import Verdicts
from dashgen.testing.promtool.find import Promtool
from dashgen.testing.promtool.process import PATIENCE

FAVOURITES = 2
"""How many cases a mutant sees in the order that suits it, before the order that suits the cases."""
Progress = Callable[[int, int], object]


def run(
    promtool: Promtool,
    bundles: Sequence[Bundle],
    plans: Sequence[CasePlan],
    *,
    jobs: int | None = None,
    listed: Sequence[Equivalent] = (),
    verdicts: Verdicts | None = None,
    only: Callable[[Target], bool] = lambda _: True,
    patience: float = PATIENCE,
    progress: Progress = lambda _judged, _all: None,
) -> Mutation:
    """The verdict on every mutant of the specs; ``listed`` ones are equivalent and not asked about.

    ``only`` says which targets are mutated. Names of ``plans`` are unique. ``progress`` is told how many mutants are
    judged, and of how many.

    Raises:
        MachineError: when promtool cannot be run.
    """
    start = time.monotonic()
    verdicts = verdicts or Verdicts()
    asking = Asking(promtool, jobs, patience)
    staged = stages(plans)
    mutants = list(_mutants(filter(only, targets(bundles)), staged, listed))
    race = _Race([each for each in mutants if isinstance(each, Open)], staged, asking)
    race.run(Session(asking, promtool.version, verdicts), lambda: progress(len(mutants) - race.undecided, len(mutants)))
    verdicts.prune()
    return Mutation(
        tuple(each if isinstance(each, Judged) else each.verdict() for each in mutants),
        tuple(sorted(race.failing)),
        asking.runs,
        time.monotonic() - start,
    )


def _mutants(
    mutated: Iterable[Target], staged: Sequence[Stage], listed: Sequence[Equivalent]
) -> Iterator[Judged | Open]:
    number = 0
    for target in mutated:
        able = candidates(target, staged)
        for index, mutant in enumerate(target.mutants):
            number += 1
            entry = next((each.entry for each in listed if each.entry.matches(target, mutant)), None)
            if entry is None:
                yield Open(number, target, index, able)
            else:
                yield Judged(target, mutant, "equivalent", reason=entry.reason)


class _Race:
    """The mutants without a verdict, and the cases they go through. ``failing`` cases fail without a mutant."""

    def __init__(self, mutants: Sequence[Open], staged: Sequence[Stage], asking: Asking) -> None:
        self._mutants = mutants
        self._staged = staged
        self._asking = asking
        self.failing: frozenset[str] = frozenset()

    @property
    def undecided(self) -> int:
        """How many mutants have no verdict yet."""
        return sum(each.judged is None for each in self._mutants)

    def run(self, session: Session, done: Callable[[], object]) -> None:
        """Go on until every mutant is killed or has seen all its cases."""
        for _ in range(FAVOURITES):
            session.ask(self._favourites(session), done)
        session.ask(self._sweep(session), done)
        done()

    def _alive(self, session: Session) -> list[tuple[Open, Candidate]]:
        """The mutants that a case has to be asked about, with the first such case."""
        chosen = ((each, self._next(session, each)) for each in self._mutants if each.judged is None)
        return [(each, candidate) for each, candidate in chosen if candidate is not None]

    def _next(self, session: Session, each: Open) -> Candidate | None:
        for candidate in each.left(self.failing):
            if not session.recall(each, candidate):
                return candidate
            if each.judged is not None:
                break
        return None

    def _favourites(self, session: Session) -> list[tuple[Open, Candidate]]:
        alive = self._alive(session)
        self.failing = self._asking.originals(candidate.stage.plan for _, candidate in alive)
        order = {stage.plan.name: number for number, stage in enumerate(self._staged)}
        usable = [pair for pair in alive if pair[1].stage.plan.name not in self.failing]
        return sorted(usable, key=lambda pair: order[pair[1].stage.plan.name])

    def _sweep(self, session: Session) -> Iterator[tuple[Open, Candidate]]:
        alive = [each for each, _ in self._alive(session)]
        left = {candidate.stage.plan.name: candidate.stage for each in alive for candidate in each.left(self.failing)}
        self.failing = self._asking.originals(stage.plan for stage in left.values())
        for stage in self._staged:
            name = stage.plan.name
            for each in alive if name in left and name not in self.failing else ():
                candidate = each.by_case.get(name) if each.judged is None and name not in each.tried else None
                if candidate is not None and not session.recall(each, candidate):
                    yield each, candidate
