"""What promtool is asked and what it answers, as data; and how it can fail over a play."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashgen.errors import DashgenError
from dashgen.model import RuleGroup
from dashgen.testing.clock import Clock


@dataclass(frozen=True, slots=True)
class Sample:
    """One element of an instant vector; of a scalar, with no labels."""

    labels: Mapping[str, str]
    value: float


@dataclass(frozen=True, slots=True)
class Firing:
    """One instance of an alert that fires, annotations as rendered."""

    labels: Mapping[str, str]
    annotations: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """An instant query at an evaluation of the clock, in milliseconds."""

    expr: str
    at: int


@dataclass(frozen=True, slots=True)
class AlertQuestion:
    """Which instances of an alert fire at an evaluation of the clock, in milliseconds."""

    alert: str
    at: int


@dataclass(frozen=True, slots=True)
class Play:
    """Rule groups that run over series, and what is asked about them.

    ``series`` are values in promtool's notation by selector; sample ``n`` is at ``n * clock.scrape``.
    """

    groups: Sequence[RuleGroup]
    series: Mapping[str, str]
    clock: Clock
    questions: tuple[Question, ...] = ()
    alerts: tuple[AlertQuestion, ...] = ()


@dataclass(frozen=True, slots=True)
class Answers:
    """In the order of the questions: samples, or why promtool could not evaluate; and firing alerts.

    ``seconds`` is how long promtool ran.
    """

    samples: tuple[tuple[Sample, ...] | str, ...]
    firing: tuple[tuple[Firing, ...], ...]
    seconds: float


class PlayError(DashgenError):
    """The questions of a play were not reached, for a reason that lies in the play."""

    exit_code = 1


class EvaluationError(PlayError):
    """A rule of the play failed while it was evaluated; ``at`` is the time as promtool shows it."""

    def __init__(self, rule: str, at: str, message: str) -> None:
        self.rule, self.at, self.message = rule, at, message
        super().__init__(f"rule {rule} cannot be evaluated at {at}: {message}")

    def __reduce__(self) -> tuple[type[EvaluationError], tuple[str, str, str]]:
        """Travels between processes as what it was made of."""
        return type(self), (self.rule, self.at, self.message)


class RefusedError(PlayError):
    """A tool cannot read the play; ``what`` it refuses: ``the rules``, or a series as ``series`` has it."""

    def __init__(self, what: str, message: str, tool: str = "promtool") -> None:
        self.what, self.message, self.tool = what, message, tool
        super().__init__(f"{tool} refuses {what}: {message}")

    def __reduce__(self) -> tuple[type[RefusedError], tuple[str, str, str]]:
        """Travels between processes as what it was made of."""
        return type(self), (self.what, self.message, self.tool)
