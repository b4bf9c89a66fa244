"""A scenario: series over time, and what must be true of alerts and panels while they play."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from pydantic import Field

from dashgen.spec.types import Duration, Strict
from dashgen.testing.scenario.types import Number, Span

Background = Literal["healthy", "present", "none"]


class Step(Strict):
    """A stretch of a series. Exactly one of the kinds; ``for`` is how long, the last step may leave it out."""

    for_: Duration | None = Field(default=None, alias="for", description="how long; the last step runs to the end")
    constant: Number | None = Field(default=None, description="a gauge that stays")
    ramp: tuple[Number, Number] | None = Field(default=None, description="a gauge that moves evenly, from and to")
    step: tuple[Number, ...] | None = Field(default=None, description="gauge values one after the other, equally long")
    pattern: tuple[Number, ...] | None = Field(
        default=None, description="gauge values over and over, one for each scrape"
    )
    phase: int = Field(default=0, description="how many values of the pattern are skipped at its beginning")
    per_minute: Number | None = Field(default=None, description="how much a counter grows, or observations come")
    observe: dict[Number, Number] | None = Field(
        default=None, description="what is observed, in the signal's unit, and which share of the observations it is"
    )
    gap: Duration | None = Field(default=None, description="not scraped for that long; counters go on unseen")
    stale: bool = Field(default=False, description="the target says goodbye: the series ends here")
    reset: bool = Field(default=False, description="the pod restarts: counters begin again at 0")


class SeriesPart(Strict):
    """Some series: of a ``signal``, of one raw ``metric`` selector, or all of a ``recording``."""

    signal: str | None = Field(default=None, description="a signal of the catalogue, played in its own unit")
    metric: str | None = Field(default=None, description='a raw series, such as up{job="app"}')
    recording: str | None = Field(default=None, description="a file of recorded series, relative to the scenario")
    model: str | tuple[str, ...] | None = Field(
        default=None, description="models of the spec, or local, cloud, all (default: all that the source serves)"
    )
    source: str | tuple[str, ...] | None = Field(default=None, description="sources of the spec (default: all)")
    vantage: Literal["client", "gateway", "engine", "gpu", "cluster"] | None = Field(
        default=None, description="only sources that stand there"
    )
    as_: str | None = Field(default=None, alias="as", description="the metric to show it as, where a rename left two")
    pods: int | tuple[str, ...] | None = Field(default=None, description="how many pods show it, or which")
    labels: dict[str, str] = Field(default={}, description="labels of the signal (outcome, reason …) or raw ones")
    starts: Duration | None = Field(default=None, description="when the series begins")
    beside: bool = Field(default=False, description="added to what the background plays instead of replacing it")
    values: tuple[Step, ...] | str = Field(default=(), description="steps, or promtool's own notation")


class AlertExpectation(Strict):
    """Instances of one alert, chosen by labels, and when they are pending and firing."""

    labels: dict[str, str] = Field(default={}, description="labels of the instances meant; others may be there")
    pending: tuple[Span, ...] | None = Field(default=None, description="when it is pending; unchecked when left out")
    firing: tuple[Span, ...] = Field(description="when it fires, and never else")
    within: Duration | None = Field(default=None, description="how far each edge may be off (default: not at all)")
    annotations: dict[str, str] = Field(
        default={}, description="annotations as rendered at the first firing; `…` stands for any text"
    )


class Close(Strict):
    """A number with a tolerance of its own."""

    value: Number
    tolerance: Number = Field(description="relative; absolute where the value is 0")


Value = Number | tuple[Number, Number] | Close
"""Exactly (but for the moment's tolerance), between two numbers, or close."""
Shown = Literal["empty", "not empty"] | Value | dict[str, Value]
"""What a query shows: nothing by design, anything, one value, or a value for each legend."""


class PanelMoment(Strict):
    """What panels show at one time."""

    at: Duration
    variables: dict[str, str | tuple[str, ...]] = Field(default={}, description="picked values; All where left out")
    tolerance: Number = Field(default=1e-6, description="relative; absolute where the value is 0")
    shows: dict[str, Shown] = Field(description="dashboard/panel/query and what it shows")


class QueryMoment(Strict):
    """What any PromQL query returns at one time, by a legend such as ``{{model}}``."""

    at: Duration
    expr: str
    legend: str = ""
    tolerance: Number = 1e-6
    shows: Shown


class Notification(Strict):
    """One message to people, after grouping and inhibition."""

    severity: Literal["page", "ticket"]
    alert: str
    models: tuple[str, ...] = Field(default=(), description="models it is about, in any order; unchecked when empty")
    at: Duration | None = Field(default=None, description="when it is sent, grouping included; unchecked when left out")


class Case(Strict):
    """What one case of a scenario file adds to what the file says."""

    specs: tuple[str, ...] | None = None
    length: Duration | None = None
    background: Background | None = None
    series: tuple[SeriesPart, ...] = ()
    alerts: dict[str, Literal["silent"] | tuple[AlertExpectation, ...]] | None = None
    panels: tuple[PanelMoment, ...] | None = None
    queries: tuple[QueryMoment, ...] | None = None
    notifications: tuple[Notification, ...] | None = None


class Scenario(Strict):
    """One scenario, or, with ``cases``, what its cases share."""

    name: str
    why: str = Field(default="", description="what is at stake, for whoever sees it fail")
    specs: tuple[str, ...] | None = Field(
        default=None, description="specs it plays on (default: each that has what it asks about)"
    )
    length: Duration = timedelta(minutes=30)
    every: Duration | None = Field(default=None, description="evaluation interval (default: the spec's)")
    scrape: Duration | None = Field(default=None, description="scrape interval (default: the spec's)")
    background: Background = Field(
        default="healthy", description="what plays beside the series: a healthy deployment, a silent one, nothing"
    )
    series: tuple[SeriesPart, ...] = ()
    alerts: dict[str, Literal["silent"] | tuple[AlertExpectation, ...]] | None = Field(
        default=None, description="when alerts fire; any that is not named stays silent"
    )
    panels: tuple[PanelMoment, ...] = ()
    queries: tuple[QueryMoment, ...] = ()
    notifications: tuple[Notification, ...] | None = Field(
        default=None, description="who is told, in order of time; [] is nobody"
    )
    cases: dict[str, Case] = {}
