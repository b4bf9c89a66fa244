"""A scenario: series over time, and what must be true of alerts and panels while they play."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal, TypeVar

from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema

from dashgen.spec.types import CountOrZero, Duration, Flag, LabelName, LabelValue, Strict, Text
from dashgen.testing.scenario.types import (
    CLOSE_PATTERN,
    SHOWN_WORDS,
    VALUE_WORDS,
    Amount,
    Between,
    Close,
    Finite,
    Interval,
    Moment,
    Number,
    Observed,
    OneOrMany,
    Pair,
    Span,
    listed,
    number,
    parse_shown,
    parse_value,
    shape,
)

__all__ = [
    "AlertExpectation",
    "Case",
    "Close",
    "Notification",
    "PanelMoment",
    "QueryMoment",
    "Scenario",
    "SeriesPart",
    "Shown",
    "Step",
    "Value",
]

Item = TypeVar("Item")
Several = Annotated[tuple[Item, ...], OneOrMany()]
"""A list, which a single value may stand for."""
PodCount = Annotated[int, Field(gt=0, le=1000), BeforeValidator(number)]
Expr = Annotated[str, Field(min_length=1, max_length=20_000)]
Background = Literal["healthy", "present", "none"]
Vantage = Literal["client", "gateway", "engine", "gpu", "cluster"]

_NUMERIC = [{"type": "number"}, {"type": "string", "pattern": CLOSE_PATTERN, "$comment": VALUE_WORDS}]
_WORDS = {"enum": ["empty", "not empty"]}
_Value = Annotated[float | Close, BeforeValidator(parse_value), WithJsonSchema({"anyOf": _NUMERIC})]
_Shown = Annotated[
    Literal["empty", "not empty"] | float | Close,
    BeforeValidator(parse_shown),
    WithJsonSchema({"anyOf": [_WORDS, *_NUMERIC], "$comment": SHOWN_WORDS}),
]
Value = Annotated[
    Annotated[_Value, Tag("scalar")] | Annotated[Between, Tag("list")],
    Discriminator(shape),
    Field(examples=[0.95], json_schema_extra={"$comment": VALUE_WORDS}),
]
"""Exactly (but for the moment's tolerance), close, or between two numbers, both included."""
Legend = Annotated[str, Field(description="legends")]
Shown = Annotated[
    Annotated[_Shown, Tag("scalar")]
    | Annotated[Between, Tag("list")]
    | Annotated[dict[Legend, Value], Field(min_length=1), Tag("mapping")],
    Discriminator(shape),
    Field(examples=[0.95], json_schema_extra={"$comment": f"{SHOWN_WORDS}, or a mapping of legends to numbers"}),
]
"""What a query shows: nothing by design, anything, one value, or a value for each legend and no other."""


class Step(Strict):
    """A stretch of a series: exactly one kind, and for how long."""

    for_: Duration | None = Field(
        default=None, alias="for", description="how long; the last step runs to the end when it is left out"
    )
    constant: Number | None = Field(default=None, description="a gauge that stays")
    ramp: Pair | None = Field(default=None, description="a gauge that moves evenly, from and to")
    step: Annotated[tuple[Number, ...], Field(min_length=1)] | None = Field(
        default=None, description="gauge values one after the other, equally long"
    )
    pattern: Annotated[tuple[Number, ...], Field(min_length=1)] | None = Field(
        default=None, description="gauge values over and over, one for each scrape"
    )
    phase: CountOrZero = Field(default=0, description="how many values of `pattern` are skipped at its beginning")
    per_minute: Amount | None = Field(
        default=None, description="how much a counter grows in a minute, or how many observations come"
    )
    observe: Annotated[dict[Observed, Finite], Field(min_length=1)] | None = Field(
        default=None,
        description="of a histogram: what is observed, in the signal's unit, and its share of `per_minute`",
        examples=[{"0.3": 0.9, "4": 0.1}],
    )
    gap: Duration | None = Field(default=None, description="not scraped for that long; counters go on unseen")
    stale: Flag = Field(default=False, description="the target says goodbye: the series ends here")
    reset: Flag = Field(default=False, description="the pod restarts: counters begin again at 0")


Steps = Annotated[
    Annotated[Expr, Tag("scalar")]
    | Annotated[tuple[Step, ...], Tag("list")]
    | Annotated[tuple[Step, ...], BeforeValidator(listed, json_schema_input_type=Step), Tag("mapping")],
    Discriminator(shape),
]
"""Steps one after the other, or promtool's own notation."""


class SeriesPart(Strict):
    """Some series: those of a signal, of one raw metric, or all of a recording; or targets that go away."""

    signal: Text | None = Field(
        default=None, description="a signal of the catalogue, played in its own unit", examples=["queue_depth"]
    )
    metric: Expr | None = Field(
        default=None, description="one raw series instead, as a selector", examples=['up{job="app"}']
    )
    recording: Text | None = Field(
        default=None, description="a file of recorded series instead, relative to the scenario", examples=["x.series"]
    )
    away: Several[Span] | None = Field(
        default=None,
        description="when what other parts and the background show of these sources, models and pods is gone instead",
        examples=["10m..20m"],
    )
    model: Several[Text] | None = Field(
        default=None,
        description="models of the spec, or `local`, `cloud`, `all`; all that the source serves if left out",
    )
    source: Several[Text] | None = Field(default=None, description="names of sources of the spec; all when left out")
    vantage: Vantage | None = Field(default=None, description="only sources that stand there")
    as_: Text | None = Field(
        default=None, alias="as", description="the metric to show it as, where a rename left two names"
    )
    pods: (
        Annotated[
            Annotated[PodCount, Tag("scalar")] | Annotated[tuple[Text, ...], Field(min_length=1), Tag("list")],
            Discriminator(shape),
        ]
        | None
    ) = Field(default=None, description="how many pods show it, the first ones, or their names")
    labels: dict[LabelName, LabelValue] = Field(
        default={}, description="labels beside those of the source, such as `outcome` or `reason`"
    )
    starts: Duration | None = Field(default=None, description="when the series begins; at once when left out")
    beside: Flag = Field(
        default=False, description="true adds it to what the background plays, instead of replacing that"
    )
    reset: Flag = Field(
        default=False, description="true for what was `away` and restarted: its counters begin again at 0"
    )
    values: Steps = Field(
        default=(),
        description="steps one after the other, or promtool's notation, such as `0+15x40 _x10 stale`",
        examples=[[{"constant": 1}]],
    )


class AlertExpectation(Strict):
    """Instances of one alert, chosen by labels, and when they are pending and firing."""

    labels: dict[LabelName, LabelValue] = Field(
        default={}, description="labels of the instances meant; they may have others too"
    )
    pending: Several[Span] | None = Field(
        default=None, description="when it is pending, both ends included; unchecked when left out"
    )
    firing: Several[Span] = Field(
        description="when it fires, both ends included, and never else; [] is never", examples=["12m..17m"]
    )
    within: Duration | None = Field(default=None, description="how far off each end may be; not at all when left out")
    annotations: dict[LabelName, LabelValue] = Field(
        default={}, description="annotations as rendered when it first fires; `…` stands for any text"
    )


AlertName = Annotated[Text, Field(description="names of alerts")]
Alerts = dict[
    AlertName,
    Annotated[
        Annotated[Literal["silent"], Tag("scalar")]
        | Annotated[tuple[AlertExpectation, ...], Field(min_length=1), Tag("list")]
        | Annotated[
            tuple[AlertExpectation, ...],
            BeforeValidator(listed, json_schema_input_type=AlertExpectation),
            Tag("mapping"),
        ],
        Discriminator(shape),
    ],
]


class PanelMoment(Strict):
    """What panels show at one time."""

    at: Moment = Field(description="when, a multiple of the evaluation interval")
    variables: dict[Annotated[Text, Field(description="names of variables")], Several[LabelValue]] = Field(
        default={}, description="values picked on the dashboard; All where left out"
    )
    tolerance: Amount = Field(default=1e-6, description="how far off a number may be, relative; absolute around 0")
    shows: Annotated[dict[Annotated[Text, Field(description="dashboard/panel/query")], Shown], Field(min_length=1)] = (
        Field(
            description="what each query shows, by dashboard/panel/query",
            examples=[{"service-health/kv-cache/model": 0.95}],
        )
    )


class QueryMoment(Strict):
    """What any PromQL query returns at one time."""

    at: Moment = Field(description="when, a multiple of the evaluation interval")
    expr: Expr = Field(description="the PromQL query", examples=["sum(up)"])
    legend: str = Field(default="", description="names its lines in `shows`, such as `{{model}}`")
    tolerance: Amount = Field(default=1e-6, description="how far off a number may be, relative; absolute around 0")
    shows: Shown = Field(description="what it returns: a number, or a mapping of one for each legend")


class Notification(Strict):
    """One message to people, after grouping and inhibition."""

    severity: Literal["page", "ticket"] = Field(description="whether it wakes somebody")
    alert: Text = Field(description="name of the alert", examples=["LLMRequestsQueued"])
    models: Several[Text] = Field(default=(), description="models it is about, in any order; unchecked when left out")
    at: Moment | None = Field(default=None, description="when it is sent, grouping included; unchecked when left out")


Specs = Annotated[tuple[Text, ...], Field(min_length=1), OneOrMany()]


class Case(Strict):
    """What one case says: its series come after those of the file, any other key replaces the file's."""

    specs: Specs | None = Field(default=None, description="specs it plays on, instead of the file's")
    length: Duration | None = Field(default=None, description="how long it plays, instead of the file's")
    every: Interval | None = Field(default=None, description="evaluation interval, instead of the file's")
    scrape: Interval | None = Field(default=None, description="scrape interval, instead of the file's")
    background: Background | None = Field(default=None, description="what plays beside it, instead of the file's")
    series: Several[SeriesPart] = Field(default=(), description="what plays, after the series of the file")
    alerts: Alerts | None = Field(default=None, description="when alerts fire, instead of what the file says")
    panels: Several[PanelMoment] | None = Field(default=None, description="what panels show, instead of the file's")
    queries: Several[QueryMoment] | None = Field(default=None, description="what queries return, instead of the file's")
    notifications: Several[Notification] | None = Field(default=None, description="who is told, instead of the file's")


class Scenario(Strict):
    """One scenario, or, with ``cases``, what its cases share."""

    name: Text = Field(description="what happens, in a few words", examples=["requests queue"])
    why: str = Field(default="", description="what is at stake, for whoever sees it fail")
    specs: Specs | None = Field(
        default=None,
        description="names of specs it plays on, `*` for any text; each that has what it asks about when left out",
    )
    length: Duration = Field(default=timedelta(minutes=30), description="how long it plays")
    every: Interval | None = Field(default=None, description="evaluation interval; the spec's when left out")
    scrape: Interval | None = Field(default=None, description="scrape interval; the spec's when left out")
    background: Background = Field(
        default="healthy",
        description="what plays beside the series: a healthy deployment, one without traffic, or nothing",
    )
    series: Several[SeriesPart] = Field(default=(), description="what plays, in place of the background's same series")
    alerts: Alerts | None = Field(
        default=None, description="when alerts fire; any that is not named stays silent, all when it is left out"
    )
    panels: Several[PanelMoment] = Field(default=(), description="what panels show at some times")
    queries: Several[QueryMoment] = Field(default=(), description="what other queries return at some times")
    notifications: Several[Notification] | None = Field(
        default=None, description="who is told, in order of time; [] is nobody, unchecked when left out"
    )
    cases: dict[Annotated[Text, Field(description="names of cases")], Case] = Field(
        default={}, min_length=1, description="variants of what the file says, by name; only they are played then"
    )
