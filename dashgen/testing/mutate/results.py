"""What a mutation run found, as data for every report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dashgen.testing.mutate.mutants import Mutant
from dashgen.testing.mutate.targets import Target

Verdict = Literal["killed", "survived", "equivalent", "refused"]


@dataclass(frozen=True, slots=True)
class Judged:
    """One mutant. ``cases``: the one that killed it, or all that did not; none when no case can see it.

    ``reason`` is why it is equivalent, or why promtool refused it.
    """

    target: Target
    mutant: Mutant
    verdict: Verdict
    cases: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Mutation:
    """Everything one run found.

    ``failing`` are cases that fail without any mutant, which therefore judged none; ``runs`` counts promtool processes.
    """

    judged: tuple[Judged, ...]
    failing: tuple[str, ...] = ()
    runs: int = 0
    seconds: float = 0.0

    def count(self, verdict: Verdict) -> int:
        """How many mutants have that verdict."""
        return sum(each.verdict == verdict for each in self.judged)

    @property
    def score(self) -> float:
        """Killed ones of those that a case could tell from the original; 1 when there are none."""
        killed, survived = self.count("killed"), self.count("survived")
        return killed / (killed + survived) if killed + survived else 1.0

    @property
    def equivalent_share(self) -> float:
        """How many of all mutants are said to be equivalent."""
        judged = len(self.judged) - self.count("refused")
        return self.count("equivalent") / judged if judged else 0.0
