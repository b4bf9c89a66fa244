"""What a run of scenarios found, as data for every report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dashgen.errors import Location

Kind = Literal["alert", "panel", "query", "notification"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """From the first to the last evaluation in one state, in milliseconds."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """States of one alert instance over a scenario."""

    pending: tuple[Stretch, ...] = ()
    firing: tuple[Stretch, ...] = ()


@dataclass(frozen=True, slots=True)
class Fed:
    """A series that fed a wrong answer, and how it was played (promtool's notation)."""

    series: str
    values: str


@dataclass(frozen=True, slots=True)
class Failure:
    """One assertion that did not hold.

    ``subject`` is the alert with its labels, or ``dashboard/panel/query`` with its moment. ``timelines`` (expected,
    actual) are set for alerts; other failures say ``expected`` and ``actual`` in words. ``expr`` is the expression as
    it was evaluated. ``until`` is the length of the scenario, in milliseconds.
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


@dataclass(frozen=True, slots=True)
class Result:
    """One case on one spec. ``assertions`` counts what was judged; ``seconds`` is promtool's time."""

    scenario: str
    case: str
    spec: str
    where: Location
    assertions: int
    seconds: float
    failures: tuple[Failure, ...] = ()

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
class Run:
    """Everything one ``dashgen test`` found. ``warnings`` are one line each."""

    promtool: str
    version: str
    results: tuple[Result, ...]
    wall: float
    warnings: tuple[str, ...] = ()
    coverage: tuple[Covered, ...] = ()
