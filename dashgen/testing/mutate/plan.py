"""What the mutation run needs of a case: how it is played, what is asked, and who decides whether it passes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from dashgen.model import RuleGroup
from dashgen.testing.clock import Clock
from dashgen.testing.promtool.play import AlertQuestion, Answers, Play, Question


@dataclass(frozen=True, slots=True)
class PanelQuestion:
    """Which panel query a question is, and how the query becomes what Grafana sends at that moment."""

    path: str
    sent: Callable[[str], str]


@dataclass(frozen=True)
class CasePlan:
    """One case on one spec.

    ``groups`` are all of the spec's. ``panels`` are the questions, by their index, that ask a panel's query.
    ``fails`` is whether any assertion does not hold; the same for mutants as for the original.
    ``fires`` are the alerts the case expects to fire. ``together`` is set where alerts are not judged one by one
    (notifications), so that a rule far from the mutant may decide.
    ``series`` makes what is played; ``digest`` stands for all that the case follows from but rules and queries.
    ``answers`` are those of the originals, when they are known already.
    """

    name: str
    spec: str
    groups: Sequence[RuleGroup]
    clock: Clock
    questions: tuple[Question, ...]
    texts: tuple[AlertQuestion, ...]
    series: Callable[[], Mapping[str, str]]
    fails: Callable[[Answers], bool]
    digest: str
    panels: Mapping[int, PanelQuestion] = field(default_factory=dict)
    fires: frozenset[str] = frozenset()
    together: bool = False
    answers: Answers | None = None

    def play(self) -> Play:
        """The case as it is."""
        return Play(self.groups, self.series(), self.clock, self.questions, self.texts)
