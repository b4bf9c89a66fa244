"""What the mutation run needs of a case: how it is played, what is asked, and who decides whether it passes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from dashgen.model import RuleGroup
from dashgen.testing.clock import Clock
from dashgen.testing.promtool.play import AlertQuestion, Answers, Play, Question


@dataclass(frozen=True, slots=True)
class PanelQuestion:
    """Which panel query a question is, and how the query becomes what Grafana sends at that moment.

    ``exact`` is whether the case says which value is shown, not only whether there is one.
    """

    path: str
    sent: Callable[[str], str]
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Part:
    """What of a case a change can be seen in, and so all that is known: names of alerts, indices of questions."""

    alerts: frozenset[str]
    questions: frozenset[int]


@dataclass(frozen=True)
class CasePlan:
    """One case on one spec.

    ``groups`` are all of the spec's. ``panels`` are the questions, by their index, that ask a panel's query.
    ``fails`` is whether an assertion about a part does not hold, answers to other questions being empty; without a
    part, whether any does not. ``together`` is set where that is more than all the parts (notifications).
    ``fires`` are the alerts the case expects to fire.
    ``series`` makes what is played; ``digest`` stands for all that the case follows from but rules and queries.
    """

    name: str
    spec: str
    groups: Sequence[RuleGroup]
    clock: Clock
    questions: tuple[Question, ...]
    texts: tuple[AlertQuestion, ...]
    series: Callable[[], Mapping[str, str]]
    fails: Callable[[Answers, Part | None], bool]
    digest: str
    panels: Mapping[int, PanelQuestion] = field(default_factory=dict)
    fires: frozenset[str] = frozenset()
    together: bool = False

    def play(self) -> Play:
        """The case as it is."""
        return Play(self.groups, self.series(), self.clock, self.questions, self.texts)
