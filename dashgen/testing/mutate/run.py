"""All mutants of some specs against their cases, each until one notices; what is known from before is not asked again.

The two cases most likely to notice a mutant see it first, which most do not outlive. Those that do go through all other
cases, case by case, so that each case is played as seldom as possible.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count

from dashgen.model import Bundle
from dashgen.testing.mutate.asking import Asking
from dashgen.testing.mutate.equivalent import Equivalent
from dashgen.testing.mutate.pending import Pending
from dashgen.testing.mutate.plan import CasePlan
from dashgen.testing.mutate.results import Judged, Mutation
from dashgen.testing.mutate.schedule import Candidate, Stage, candidates, stages
from dashgen.testing.mutate.session import Session
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
    session = Session(asking, promtool.version, verdicts, count(len(mutants) + 1))
    race = _Race([each for each in mutants if isinstance(each, Pending)], staged, session)
    race.run(lambda: progress(len(mutants) - race.undecided, len(mutants)))
    verdicts.prune()
    return Mutation(
        tuple(each if isinstance(each, Judged) else each.verdict() for each in mutants),
        tuple(sorted(session.failing)),
        asking.runs,
        time.monotonic() - start,
    )


def _mutants(
    mutated: Iterable[Target], staged: Sequence[Stage], listed: Sequence[Equivalent]
) -> Iterator[Judged | Pending]:
    number = 0
    for target in mutated:
        able = candidates(target, staged)
        for index, mutant in enumerate(target.mutants):
            number += 1
            entry = next((each.entry for each in listed if each.entry.matches(target, mutant)), None)
            if entry is None:
                yield Pending(number, target, index, able)
            else:
                yield Judged(target, mutant, "equivalent", reason=entry.reason)


class _Race:
    """The mutants without a verdict, and the cases they go through."""

    def __init__(self, mutants: Sequence[Pending], staged: Sequence[Stage], session: Session) -> None:
        self._mutants = mutants
        self._staged = staged
        self._session = session

    @property
    def undecided(self) -> int:
        """How many mutants have no verdict yet."""
        return sum(each.judged is None for each in self._mutants)

    def run(self, done: Callable[[], object]) -> None:
        """Go on until every mutant is killed or has seen all its cases."""
        for _ in range(FAVOURITES):
            self._session.ask(self._favourites(), done)
        for likely in (True, False):
            self._session.ask(self._sweep(likely=likely), done)
        done()

    def _alive(self) -> list[tuple[Pending, Candidate]]:
        """The mutants that a case has to be asked about, with the first such case."""
        chosen = ((each, self._next(each)) for each in self._mutants if each.judged is None)
        return [(each, candidate) for each, candidate in chosen if candidate is not None]

    def _next(self, each: Pending) -> Candidate | None:
        for candidate in self._session.left(each):
            if not self._session.recall(each, candidate):
                return candidate
            if each.judged is not None:
                break
        return None

    def _favourites(self) -> list[tuple[Pending, Candidate]]:
        order = {stage: number for number, stage in enumerate(self._staged)}
        return sorted(self._alive(), key=lambda pair: order[pair[1].stage])

    def _sweep(self, *, likely: bool) -> Iterator[tuple[Pending, Candidate]]:
        alive = [each for each, _ in self._alive()]
        for stage in self._staged:
            for each in alive:
                candidate = each.by_case.get(stage.plan.name)
                if candidate is None or candidate.likely < likely or each.judged is not None:
                    continue
                if self._session.may(each, candidate) and not self._session.recall(each, candidate):
                    yield each, candidate
