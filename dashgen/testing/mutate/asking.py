"""Batches of mutants through promtool: which of them each case kills."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping, Set
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from dashgen.testing.mutate.batch import Batch
from dashgen.testing.mutate.chain import Chain
from dashgen.testing.mutate.names import number_of
from dashgen.testing.mutate.plan import CasePlan
from dashgen.testing.promtool.ask import OUTPUT
from dashgen.testing.promtool.find import Promtool
from dashgen.testing.promtool.output import read
from dashgen.testing.promtool.play import Answers, EvaluationError, Play, PlayError
from dashgen.testing.promtool.pool import outcomes

Played = Generator[Answers | PlayError, None, None]
_COPIES = re.compile(r"[\w:]+(?::|__)mutant[0-9]+")
_NO_PROMQL = "parse error"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a case said of one mutant. ``refused`` is why promtool does not take it for PromQL, if so.

    ``error`` is why it could not be evaluated: nobody would have it in use for long, so that counts as noticed.
    ``whole`` is set where more decided than what depends on the mutant.
    """

    killed: bool
    refused: str = ""
    error: str = ""
    whole: bool = False


class Asking:
    """promtool, and what cases answer without mutants, where that is needed. ``broken`` cases fail as a whole."""

    def __init__(self, promtool: Promtool, jobs: int | None, patience: float) -> None:
        self._promtool, self._jobs, self._patience = promtool, jobs, patience
        self._originals: dict[str, Answers | None] = {}
        self.broken: set[str] = set()
        self.runs = 0

    def judge(self, batches: Iterable[Batch]) -> Iterator[tuple[Batch, Mapping[int, Outcome]]]:
        """Outcomes by the number of the mutant, as they come; a batch is taken when there is a promtool for it.

        A mutant that spoils a batch is judged by that, and the rest of the batch comes again later.
        """
        source = iter(batches)
        again: deque[Batch] = deque()
        playing: deque[Batch] = deque()

        def plays() -> Iterator[Play]:
            while (batch := again.popleft() if again else next(source, None)) is not None:
                playing.append(batch)
                yield batch.play()

        more = True
        while more:
            with (
                tempfile.TemporaryDirectory(prefix="dashgen-mutants-") as scratch,
                closing(self._outcomes(plays(), Path(scratch))) as answers,
            ):
                for number, answer in enumerate(answers):
                    batch, folder = playing.popleft(), Path(scratch, str(number))
                    if isinstance(answer, PlayError):
                        outcome, rest = _spoilt(batch, answer, folder / OUTPUT)
                        again.extend(rest)
                    else:
                        outcome = self._outcome(batch, answer)
                    shutil.rmtree(folder, ignore_errors=True)
                    yield batch, outcome
            more = bool(again)

    def _outcome(self, batch: Batch, answers: Answers) -> Mapping[int, Outcome]:
        plan = batch.plan
        nothing = Answers(((),) * len(plan.questions), ((),) * len(plan.texts), 0.0)
        found = {chain.number: (chain, seen, part) for chain, seen, part in batch.answers(answers, nothing)}
        outcomes: dict[int, Outcome] = {}
        unclear: set[int] = set()
        for number, (chain, seen, part) in found.items():
            outcomes[number] = Outcome(plan.fails(seen, part), _refused(chain, seen))
            original = found.get(chain.original)
            unlike = original is None or (original[1].samples, original[1].firing) != (seen.samples, seen.firing)
            if plan.together and unlike and not outcomes[number].killed:
                unclear.add(number)
        return outcomes | self._judged_whole(batch, answers, unclear)

    def _judged_whole(self, batch: Batch, answers: Answers, unclear: Set[int]) -> dict[int, Outcome]:
        """Outcomes of mutants that only all answers together could kill."""
        whole = self._whole(batch.plan) if unclear else None
        if whole is None:
            return {number: Outcome(killed=False, whole=True) for number in unclear}
        everything = {chain.number: seen for chain, seen, _ in batch.answers(answers, whole)}
        return {number: Outcome(batch.plan.fails(everything[number], None), whole=True) for number in unclear}

    def _whole(self, plan: CasePlan) -> Answers | None:
        """All answers of a case without a mutant, asked once; None where it fails."""
        if plan.name not in self._originals:
            with closing(self._outcomes([plan.play()])) as answers:
                found = next(answers)
            passes = not isinstance(found, PlayError) and not plan.fails(found, None)
            self._originals[plan.name] = found if passes and not isinstance(found, PlayError) else None
            self.broken |= set() if passes else {plan.name}
        return self._originals[plan.name]

    def _outcomes(self, plays: Iterable[Play], keep: Path | None = None) -> Played:
        def counted() -> Iterator[Play]:
            for play in plays:
                self.runs += 1
                yield play

        return outcomes(
            self._promtool,
            counted(),
            self._jobs,
            keep=None if keep is None else lambda number: keep / str(number),
            patience=self._patience,
        )


def _refused(chain: Chain, found: Answers) -> str:
    """Why promtool does not take the query of a panel for PromQL; rules it refuses before anything is played."""
    errors = (each for each in found.samples if isinstance(each, str) and _NO_PROMQL in each)
    return next(errors, "") if chain.panel else ""


def _spoilt(batch: Batch, error: PlayError, output: Path) -> tuple[Mapping[int, Outcome], tuple[Batch, ...]]:
    """The outcomes of the mutants that are to blame, and the others, to be asked again."""
    evaluated = isinstance(error, EvaluationError)
    blamed: dict[int, str] = {}
    if evaluated:
        failures = read(output.read_text(encoding="utf-8")).failures
        blamed = {number: each.message for each in failures if (number := number_of(each.rule)) is not None}
    else:
        names = _COPIES.findall(str(error))
        blamed = {number: str(error) for name in names if (number := number_of(name)) is not None}
    if not blamed and len(batch.chains) == 1:
        blamed = {batch.chains[0].number: str(error)}
    if not blamed:
        half = len(batch.chains) // 2
        return {}, (replace(batch, chains=batch.chains[:half]), replace(batch, chains=batch.chains[half:]))
    outcomes = {
        number: Outcome(killed=evaluated, error=said if evaluated else "", refused="" if evaluated else said)
        for number, said in blamed.items()
    }
    rest = tuple(chain for chain in batch.chains if chain.number not in blamed)
    return outcomes, (replace(batch, chains=rest),) if rest else ()
