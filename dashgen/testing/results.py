"""What a run of scenarios found, as data for every report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from dashgen.errors import Location

Kind = Literal["alert", "panel", "query", "notification", "play"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """From the first to the last evaluation in one state, in milliseconds."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """States of one alert instance over a scenario; what is expected may leave ``pending`` open, with None."""

    pending: tuple[Stretch, ...] | None = None
    firing: tuple[Stretch, ...] = ()


@dataclass(frozen=True, slots=True)
class Fed:
    """A series that fed a wrong answer, and how it was played (promtool's notation)."""

    series: str
    values: str


@dataclass(frozen=True, slots=True)
class Legend:
    """One line of a panel, or one message: what was expected beside what there is; either may be empty."""

    name: str
    expected: str
    actual: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Failure:
    """One assertion that did not hold.

    ``subject`` is the alert with its labels, or ``dashboard/panel/query`` with its moment. ``expected`` and ``actual``
    say it in words, over several lines where they must. ``timelines`` (expected, actual) are set for alerts that fire
    when they should not or the other way round, and drawn over ``until`` (the length of the scenario) by evaluations
    ``every`` so often, both in milliseconds. ``legends`` are set where single lines compare. ``expr`` is the expression
    as it was evaluated. Reports show a few of ``fed`` and count the rest.
    """

    kind: Kind
    where: Location
    subject: str
    expected: str
    actual: str
    expr: str = ""
    timelines: tuple[Timeline, Timeline] | None = None
    until: int = 0
    fed: tuple[Fed, ...] = ()
    every: int = 0
    legends: tuple[Legend, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """Where vmalert-tool answers something else than promtool.

    ``subject`` and ``expr`` are those of a Failure. ``contradicts``: an assertion that holds with promtool's answer
    does not hold with vmalert-tool's. ``reason`` is the known difference of the two that explains it, if one does.
    """

    subject: str
    promtool: str
    vmalert: str
    expr: str
    reason: str = ""
    contradicts: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """One case on one spec. ``assertions`` counts what was judged; ``seconds`` is promtool's time.

    ``differences`` are those of the second engine, where there is one.
    """

    scenario: str
    case: str
    spec: str
    where: Location
    assertions: int
    seconds: float
    failures: tuple[Failure, ...] = ()
    differences: tuple[Difference, ...] = ()

    @property
    def name(self) -> str:
        """``scenario / case [spec]``: what ``--run`` matches."""
        return f"{self.scenario}{f' / {self.case}' if self.case else ''} [{self.spec}]"


@dataclass(frozen=True, slots=True)
class Covered:
    """How much of one spec the scenarios assert: (covered, all) by kind, and what is not covered."""

    spec: str
    counts: Mapping[str, tuple[int, int]]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Engine:
    """A program that answered."""

    path: str
    version: str


@dataclass(frozen=True, slots=True)
class Run:
    """Everything one ``dashgen test`` found.

    ``promtool`` is its path. ``wall`` is in seconds. ``warnings`` are one line each. ``vmalert`` is the second
    engine, if there was one.
    """

    promtool: str
    version: str
    results: tuple[Result, ...]
    wall: float
    warnings: tuple[str, ...] = ()
    coverage: tuple[Covered, ...] = ()
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    vmalert: Engine | None = None

    @property
    def failures(self) -> int:
        """How many assertions do not hold."""
        return sum(len(result.failures) for result in self.results)


def moment(at: int) -> str:
    """Milliseconds as ``1h30m``, the way scenarios write times."""
    units, left, text = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1}, at, ""
    for unit, size in units.items():
        count, left = divmod(left, size)
        text += f"{count}{unit}" if count else ""
    return text or "0s"
