"""One run: which batches mutants go in, what cases said of them, now and in earlier runs."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from dashgen.testing.mutate import operators
from dashgen.testing.mutate.asking import Asking, Outcome
from dashgen.testing.mutate.batch import Batch
from dashgen.testing.mutate.chain import Chain
from dashgen.testing.mutate.pending import ORIGINAL, Pending
from dashgen.testing.mutate.schedule import Candidate, Stage
from dashgen.testing.mutate.targets import Target
from dashgen.testing.mutate.verdicts import Verdicts

MOST_EVALUATIONS = 20_000
"""Rules of mutants times evaluations in one batch: five to fifteen seconds of one promtool."""
MOST_QUESTIONS = 4_000
"""Questions about mutated panels in one batch."""


Asked = tuple[Pending, Candidate]


class Session:
    """One run: what promtool is asked, and what is remembered of it."""

    def __init__(self, asking: Asking, version: str, verdicts: Verdicts, numbers: Iterator[int]) -> None:
        self._asking, self._verdicts, self._numbers = asking, verdicts, numbers
        self._salt = f"{version} {operators.version()}"
        self._keys: dict[tuple[Target, str], str] = {}
        self._known: dict[str, dict[str, bool]] = {}
        self._sound: dict[tuple[Target, str], bool] = {}
        self._originals: dict[Target, Pending] = {}
        self._killers: dict[Target, dict[str, str]] = {}

    @property
    def failing(self) -> frozenset[str]:
        """The cases that fail without a mutant, as a whole or in what depends on a target."""
        return frozenset(self._asking.broken) | {name for (_, name), sound in self._sound.items() if not sound}

    def left(self, each: Pending) -> Iterator[Candidate]:
        """The cases that may judge a mutant: the one that killed it the last time, then the likeliest first."""
        if each.target not in self._killers:
            self._killers[each.target] = self._verdicts.killers(each.target.label)
        killer = each.by_case.get(self._killers[each.target].get(each.identity, ""))
        candidates = each.candidates if killer is None else (killer, *each.candidates)
        return (candidate for candidate in candidates if self.may(each, candidate))

    def may(self, each: Pending, candidate: Candidate) -> bool:
        """Whether a case has not seen a mutant and may judge it."""
        name = candidate.stage.plan.name
        return name not in each.tried and self._sound.get((each.target, name), True)

    def recall(self, each: Pending, candidate: Candidate) -> bool:
        """Whether a case judged the mutant before; then it is judged by that."""
        known = self._known_of(each.target, candidate).get(each.identity)
        if known is not None:
            each.settle(candidate.stage.plan.name, Outcome(known))
        return known is not None

    def _known_of(self, target: Target, candidate: Candidate) -> dict[str, bool]:
        key = self._key(target, candidate)
        if key not in self._known:
            self._known[key] = self._verdicts.get(key)
        return self._known[key]

    def _key(self, target: Target, candidate: Candidate) -> str:
        known = (target, candidate.stage.plan.name)
        if known not in self._keys:
            self._keys[known] = hashlib.sha256(f"{self._salt} {key(target, candidate)}".encode()).hexdigest()
        return self._keys[known]

    def ask(self, wanted: Iterable[Asked], done: Callable[[], object]) -> None:
        """Judge mutants by cases; ``wanted`` may look at what was judged so far."""
        asked: dict[tuple[str, int], Asked] = {}
        waiting: defaultdict[tuple[Target, str], list[tuple[Pending, Candidate, Outcome]]] = defaultdict(list)
        for batch, found in self._asking.judge(self._batches(wanted, asked)):
            case = batch.plan.name
            for number, outcome in found.items():
                each, candidate = asked[case, number]
                if each.index == ORIGINAL:
                    self._sound[each.target, case] = not outcome.killed
                waiting[each.target, case].append((each, candidate, outcome))
            self._take(case, [waiting.pop(key) for key in list(waiting) if key in self._sound])
            done()

    def _take(self, case: str, told: Iterable[Sequence[tuple[Pending, Candidate, Outcome]]]) -> None:
        """What a case said of some targets and their mutants; of mutants only where it lets the target itself pass."""
        for outcomes in told:
            learnt: dict[str, bool] = {}
            killed: dict[str, str] = {}
            for each, _, outcome in outcomes:
                original, sound = each.index == ORIGINAL, self._sound[each.target, case]
                if not original and sound:
                    each.settle(case, outcome)
                    killed |= {each.identity: case} if outcome.killed else {}
                if original or (sound and not outcome.refused and not outcome.whole):
                    learnt[each.identity] = outcome.killed
            each, candidate, _ = outcomes[0]
            # At once: whoever stops the run now does not lose what it found out.
            self._verdicts.add(self._key(each.target, candidate), learnt)
            self._verdicts.add_killers(each.target.label, killed)

    def _batches(self, wanted: Iterable[Asked], asked: dict[tuple[str, int], Asked]) -> Iterator[Batch]:
        """Mutants that follow each other and are for the same case, as many as one promtool should have."""
        stage: Stage | None = None
        load = Load()
        for each, candidate in wanted:
            if stage is not None and (load.full or candidate.stage is not stage):
                yield Batch(stage.plan, stage.rules, tuple(load.chains))
                load = Load()
            stage = candidate.stage
            original = self._original(each.target, candidate)
            if original is not None:
                if original.number not in load.numbers:
                    load.add(replace(original.chain(candidate), original=original.number), stage)
                    asked[stage.plan.name, original.number] = (original, candidate)
            elif not self.may(each, candidate):
                continue
            load.add(replace(each.chain(candidate), original=original.number if original else 0), stage)
            asked[stage.plan.name, each.number] = (each, candidate)
        if stage is not None and load.chains:
            yield Batch(stage.plan, stage.rules, tuple(load.chains))

    def _original(self, target: Target, candidate: Candidate) -> Pending | None:
        """The target itself, where it has to be asked about besides its mutants."""
        if target not in self._originals:
            self._originals[target] = Pending(next(self._numbers), target, ORIGINAL, ())
        original, here = self._originals[target], (target, candidate.stage.plan.name)
        if here not in self._sound:
            known = self._known_of(target, candidate).get(original.identity)
            if known is None:
                return original
            self._sound[here] = not known
        return original if candidate.stage.plan.together and self._sound[here] else None


def key(target: Target, candidate: Candidate) -> str:
    """All that a case's verdict on mutants of a target follows from.

    The target itself is part of it: several rules may write one record, and several panels ask the same.
    """
    stage, place = candidate.stage, candidate.place
    rule = stage.rules.by_spot[place.spot] if place.spot is not None else place.path
    original = Pending(0, target, ORIGINAL, ()).chain(candidate)
    return f"{rule!r} {Batch(stage.plan, stage.rules, (original,)).digest()}"


class Load:
    """What a batch is made of, and how much that is."""

    def __init__(self) -> None:
        self.chains: list[Chain] = []
        self.numbers: set[int] = set()
        self._evaluations = self._questions = 0

    def add(self, chain: Chain, stage: Stage) -> None:
        """One more mutant."""
        self.chains.append(chain)
        self.numbers.add(chain.number)
        self._evaluations += len(chain.copies) * stage.ticks
        self._questions += sum(panel.path == chain.panel for panel in stage.plan.panels.values())

    @property
    def full(self) -> bool:
        """Whether one promtool has enough to do."""
        return self._evaluations >= MOST_EVALUATIONS or self._questions >= MOST_QUESTIONS
