"""Dashboard, row, panel, query: what Grafana will show, without a word of Grafana's JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

Viz = Literal["timeseries", "stat", "gauge", "bargauge", "heatmap", "table", "piechart", "text"]
DataSource = Literal["prometheus", "tempo"]
Vantage = Literal["client", "gateway", "engine", "gpu", "cluster"]


@dataclass(frozen=True, slots=True)
class Threshold:
    """A line a value should not cross, in the panel's unit."""

    value: float
    colour: str = "red"


@dataclass(frozen=True, slots=True)
class Query:
    """One query of a panel.

    ``key`` is unique in its panel and becomes the refId, so it is made of ``[A-Za-z0-9_]``.
    ``legend`` is a Grafana legend template such as ``{{model}} p95``.
    ``instant`` asks for one value at the end of the range instead of a series over it.
    """

    key: str
    expr: str
    legend: str = ""
    source: DataSource = "prometheus"
    format: Literal["time_series", "heatmap", "table"] = "time_series"
    instant: bool = False
    exemplar: bool = False


@dataclass(frozen=True, slots=True)
class PanelLink:
    """A link in a panel's menu, or on each of its series when ``on_series`` is set."""

    title: str
    url: str
    on_series: bool = False


@dataclass(frozen=True, slots=True)
class Override:
    """Look of the series whose name matches the regular expression ``pattern``.

    ``dashed`` draws a dashed line without fill; ``colour`` fixes the colour; ``unit`` replaces the unit.
    """

    pattern: str
    colour: str = ""
    dashed: bool = False
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """A signal that no source of the spec provides, and what would provide it.

    ``vantage`` is where a source would have to stand; None when no source could help.
    """

    signal: str
    reason: str
    how: str
    vantage: Vantage | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel. ``key`` is unique in its dashboard and fixes the panel id for ever.

    ``unit`` is a Grafana unit id; thresholds, ``min`` and ``max`` are in that unit.
    ``time_from`` overrides the dashboard's range (``24h``, ``now/d``, ``now/M``).
    ``min_step`` is the smallest query step in seconds (0: Grafana decides).
    ``missing`` is set when no source feeds the panel: it then has no query and shows how to get one.
    ``content`` is the Markdown of a ``text`` panel.
    """

    key: str
    title: str
    description: str
    viz: Viz = "timeseries"
    unit: str = "short"
    queries: tuple[Query, ...] = ()
    vantage: Vantage | None = None
    width: int = 12
    height: int = 8
    thresholds: tuple[Threshold, ...] = ()
    min: float | None = None
    max: float | None = None
    decimals: int | None = None
    stacked: Literal["", "normal", "percent"] = ""
    bars: bool = False
    log_scale: bool = False
    time_from: str = ""
    min_step: int = 0
    no_value: str = ""
    links: tuple[PanelLink, ...] = ()
    overrides: tuple[Override, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    missing: Missing | None = None
    content: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A titled group of panels, laid out left to right in 24 columns."""

    key: str
    title: str
    panels: tuple[Panel, ...]
    collapsed: bool = False


@dataclass(frozen=True, slots=True)
class Variable:
    """A template variable.

    ``kind`` ``query`` runs ``query`` (a ``label_values(...)`` call); ``text`` is a free text box;
    ``datasource`` lists data sources of type ``query``; ``constant`` hides the value ``query``.
    """

    name: str
    label: str
    kind: Literal["datasource", "query", "text", "constant"]
    query: str = ""
    multi: bool = False
    include_all: bool = False
    all_value: str = ".*"


@dataclass(frozen=True, slots=True)
class Annotation:
    """Marks drawn over every panel at the times a query returns series."""

    key: str
    name: str
    expr: str
    title: str
    text: str
    colour: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DashboardLink:
    """A link in the dashboard's header; ``tags`` makes it a list of dashboards instead of a URL."""

    title: str
    url: str = ""
    tags: tuple[str, ...] = ()
    keep: bool = True


@dataclass(frozen=True, slots=True)
class Dashboard:
    """One dashboard. ``uid`` is stable, at most 40 characters of ``[a-zA-Z0-9-_]``."""

    key: str
    uid: str
    title: str
    description: str
    rows: tuple[Row, ...]
    variables: tuple[Variable, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    links: tuple[DashboardLink, ...] = ()
    tags: tuple[str, ...] = ()
    time_from: str = "now-6h"
    refresh: str = "30s"
    timezone: Literal["browser", "utc"] = "browser"
    data_sources: dict[str, str] = field(default_factory=dict)

    def panels(self) -> Iterator[Panel]:
        """Every panel of every row, in reading order."""
        for row in self.rows:
            yield from row.panels
