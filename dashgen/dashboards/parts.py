"""What the three dashboards share: variables, links, annotations and panels that may lack a source."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote as url_quote

from dashgen.alerts.recording import MODEL_INFO, POD_STARTED
from dashgen.errors import InputError, Location, Problem
from dashgen.model import (
    Annotation,
    Dashboard,
    DashboardLink,
    Missing,
    Panel,
    Query,
    Row,
    Variable,
)
from dashgen.promql import quote
from dashgen.promql.selector import Match, vector
from dashgen.signals import Recorded, find
from dashgen.signals.capacity import KV_CACHE, RUNNING, WAITING
from dashgen.signals.raw import source_matches
from dashgen.signals.resolve import USERS, source_vantage
from dashgen.signals.scope import CLUSTER, PRICE, cluster_as_seen, has_cluster, seen_scope, service_scope
from dashgen.signals.traffic import FAILURES, REQUESTS
from dashgen.signals.windows import HOUR
from dashgen.spec import Spec
from dashgen.spec.types import duration_text, parse_duration

MODEL_ROUTE = ("model", "route")
BY_MODEL = "{{model}} ({{route}})"

Found = Recorded | Missing

_OFFSET = re.compile(r"offset ([0-9]+[smhdw])\b")
_RANGE = re.compile(r"\[([0-9]+[smhdw])\b")
_FIXED = {"now/d": timedelta(days=1), "now/M": timedelta(days=31)}


def named(spec: Spec, legend: str) -> str:
    """A legend, with the cluster when there may be several."""
    return f"{legend} {{{{{cluster_as_seen(spec)}}}}}" if has_cluster(spec) else legend


def by_alert(spec: Spec) -> str:
    """Legend of series that are as fine as the alert that reads them: two namespaces are two lines."""
    return named(spec, f"{BY_MODEL} {{{{namespace}}}}")


def fed(needs: Found | Sequence[Found], queries: Callable[..., tuple[Query, ...]], **frame: Any) -> Panel:
    """A panel whose queries read ``needs``; when one of them has no source the panel says which and how.

    ``queries`` gets the signals in the order of ``needs``; the other arguments are those of ``Panel``.
    """
    signals = (needs,) if isinstance(needs, Recorded | Missing) else tuple(needs)
    found = [signal for signal in signals if isinstance(signal, Recorded)]
    lacking = next((signal for signal in signals if isinstance(signal, Missing)), None)
    if lacking is not None:
        return Panel(**{**frame, "viz": "text", "missing": lacking})
    vantage = frame.pop("vantage", found[0].vantage if found else None)
    for weaker in dict.fromkeys(s.signal.substitute for s in found if s.signal.substitute):
        frame["title"] = f"{frame['title']} ({weaker.partition(' ')[0]})"
        frame["description"] = f"{frame['description']} {found[0].signal.meaning.capitalize()} is {weaker}."
    return Panel(**frame, vantage=vantage, queries=queries(*found))


def seen_by(found: Found) -> str:
    """Whose eyes a signal of the users' side is seen with, for titles."""
    return "users see it" if isinstance(found, Missing) or found.vantage == "client" else f"the {found.vantage} sees it"


def traced(spec: Spec, what: str, query: Query, **frame: Any) -> Panel:
    """A panel that asks Tempo; without one it says so. User ids are on spans and nowhere else."""
    if spec.tempo is None:
        how = "trace the application and add tempo: {datasource_uid: …} to the spec"
        return Panel(**{**frame, "viz": "text"}, missing=Missing(what, "the spec names no Tempo", how))
    return Panel(**frame, queries=(query,))


def sampled(spec: Spec) -> str:
    """The title's warning that totals from traces are too low."""
    return " (sampled)" if spec.tempo and spec.tempo.sampled else ""


def quantiles(read: Callable[[float], str], percentiles: Sequence[int] = (50, 95, 99)) -> tuple[Query, ...]:
    """One query per percentile, ``read`` giving the expression of a quantile between 0 and 1."""
    return tuple(Query(f"p{p}", read(p / 100), f"{BY_MODEL} p{p}") for p in percentiles)


def variables(spec: Spec, *, instance: bool = False) -> tuple[Variable, ...]:
    """Data source, cluster (when there is one), namespace, model and route; ``instance`` for drill-downs."""
    scope = service_scope(spec)

    def listed(name: str, label: str, chosen: tuple[Match, ...]) -> Variable:
        query = f"label_values({scope.read(MODEL_INFO, chosen)}, {name})"
        return Variable(name, label, "query", query, multi=True, include_all=True)

    chosen: tuple[Match, ...] = ()
    found = [Variable("datasource", "Data source", "datasource", "prometheus")]
    if has_cluster(spec):
        label = cluster_as_seen(spec)
        query = f"label_values({scope.read(MODEL_INFO)}, {label})"
        found.append(Variable(CLUSTER, "Cluster", "query", query, multi=True, include_all=True))
        chosen = (Match(label, "=~", f"${CLUSTER}", raw=True),)
    found.append(listed("namespace", "Namespace", chosen))
    chosen = (*chosen, Match("namespace", "=~", "$namespace", raw=True))
    found += [listed("model", "Model", chosen), listed("route", "Route", chosen)]
    running = find(spec, RUNNING, "engine")
    drawn = any(isinstance(find(spec, signal, "engine"), Recorded) for signal in (KV_CACHE, WAITING))
    if instance and drawn and isinstance(running, Recorded):
        query = f"label_values({_of_any_source(spec, running)}, instance)"
        found.append(Variable("instance", "Instance", "query", query, multi=True, include_all=True))
    return tuple(found)


def _of_any_source(spec: Spec, signal: Recorded) -> str:
    """One selector for the series of every source with the first one's name: Grafana lists the values of one alone."""
    name = signal.feeds[0].uses[0].metric
    feeds = [feed for feed in signal.feeds if feed.uses[0].metric == name]
    selectors = [{match.label: match for match in source_matches(spec, feed, rules=False)} for feed in feeds]
    matches = []
    for label in selectors[0]:
        found = [selector[label] for selector in selectors if label in selector]
        if len(set(found)) == 1 and len(found) == len(feeds):
            matches.append(found[0])
        elif len(found) == len(feeds) and all(match.operator == "=" for match in found):
            matches.append(Match(label, "=~", "|".join(sorted({quote.regex(match.value) for match in found}))))
    return vector(name, matches)


def marks(spec: Spec) -> tuple[Annotation, ...]:
    """Firing alerts, pods that began serving, price changes."""
    scope = seen_scope(spec)
    found = [
        Annotation(
            "alerts",
            "Alerts firing",
            scope.read("ALERTS", (Match("alertstate", "=", "firing"),)),
            "{{alertname}}",
            "{{severity}} {{model}} {{route}}",
            "red",
            ("alertname", "severity"),
        )
    ]
    if isinstance(find(spec, RUNNING, "engine"), Recorded):
        found.append(
            Annotation(
                "pods",
                "Serving pods started",
                scope.read(POD_STARTED),
                "{{pod}} started",
                "{{model}}: new pod, restart or new version",
                "blue",
                ("model",),
            )
        )
    if any(len(model.price_list()) > 1 for model in spec.models):
        price = scope.read(PRICE)
        found.append(
            Annotation(
                "prices",
                "Price changes",
                f"{price} != {scope.ago(HOUR).read(PRICE)}",
                "price of {{model}} changed",
                "{{kind}} tokens, USD per million",
                "purple",
                ("model",),
            )
        )
    return tuple(found)


def links(spec: Spec) -> tuple[DashboardLink, ...]:
    """The other dashboards of this service, runbooks, Langfuse."""
    found = [DashboardLink("Dashboards", tags=("dashgen", spec.name))]
    if spec.runbooks:
        found.append(DashboardLink("Runbooks", spec.runbooks, keep=False))
    if spec.langfuse:
        found.append(DashboardLink("Langfuse", langfuse_url(spec, "traces"), keep=False))
    return tuple(found)


def langfuse_url(spec: Spec, page: str) -> str:
    """A page of the spec's Langfuse project; '' without Langfuse."""
    if spec.langfuse is None:
        return ""
    return f"{spec.langfuse.url.rstrip('/')}/project/{url_quote(spec.langfuse.project)}/{page}"


def dashboard(spec: Spec, key: str, title: str, description: str, rows: Sequence[Row], **frame: Any) -> Dashboard:
    """A dashboard with the shared variables, links and annotations, less the panels the spec hides."""
    hidden = _hidden(spec, key, [panel.key for row in rows for panel in row.panels])
    shown = [
        replace(
            row,
            panels=tuple(
                _within_retention(spec, panel)
                for panel in row.panels
                if panel.key not in hidden and _has_a_subject(spec, panel)
            ),
        )
        for row in rows
    ]
    instance = frame.pop("instance", False)
    return Dashboard(
        key=key,
        uid=spec.dashboard_uid(key),
        title=f"{spec.display_title} / {title}",
        description=description,
        rows=tuple(row for row in shown if row.panels),
        variables=variables(spec, instance=instance),
        annotations=marks(spec),
        links=links(spec),
        tags=("dashgen", "llm", spec.name),
        data_sources={"tempo": spec.tempo.datasource_uid} if spec.tempo else {},
        **frame,
    )


def _hidden(spec: Spec, dashboard: str, panels: Sequence[str]) -> set[str]:
    """Keys of the panels to leave out.

    Raises:
        InputError: when the spec hides a panel that does not exist.
    """
    wanted = {name.partition("/")[2] for name in spec.hide if name.partition("/")[0] == dashboard}
    problems = []
    for name in sorted(wanted - set(panels)):
        close = difflib.get_close_matches(name, panels, n=1)
        where = Location(f"spec {spec.name}, hide")
        action = f"write {dashboard}/{close[0]}" if close else "take the name out"
        expected = f"a panel of {dashboard}: {', '.join(panels)}"
        problems.append(Problem(where, f"{dashboard}/{name} is no panel", expected, action))
    if problems:
        raise InputError(problems)
    return wanted


def _has_a_subject(spec: Spec, panel: Panel) -> bool:
    """False for engine and GPU panels of a service that only calls providers: nothing could ever feed them.

    Panels about the cluster are extras: they show when somebody scrapes its autoscaler, and ask for nothing.
    """
    if panel.missing is not None and panel.missing.vantage == "cluster":
        return any(source_vantage(source) == "cluster" for source in spec.sources)
    hardware = panel.missing is not None and panel.missing.vantage in ("engine", "gpu")
    return not hardware or any(model.route == "local" for model in spec.models)


def reach(panel: Panel) -> timedelta:
    """How far back a panel looks by itself, whatever range the dashboard shows."""
    spans = [_FIXED.get(panel.time_from) or (parse_duration(panel.time_from) if panel.time_from else timedelta())]
    for query in panel.queries:
        longest = (max(map(parse_duration, found), default=timedelta()) for found in _looks_back(query.expr))
        spans.append(sum(longest, timedelta()))
    return max(spans)


def _looks_back(expr: str) -> tuple[list[str], list[str]]:
    """(offsets, ranges) of an expression; a range may begin where an offset ends."""
    return _OFFSET.findall(expr), _RANGE.findall(expr)


def _within_retention(spec: Spec, panel: Panel) -> Panel:
    """The panel, with a warning when it looks further back than Prometheus keeps series."""
    looks = reach(panel)
    if looks <= spec.prometheus.retention or panel.missing is not None:
        return panel
    retention = duration_text(spec.prometheus.retention)
    days = -(-looks // timedelta(days=1))
    warning = f"Prometheus keeps {retention}, so this cannot reach back {days} days."
    return replace(panel, description=f"{panel.description} {warning}")


def requests(spec: Spec) -> Found:
    """Requests as near to the user as anybody counts them."""
    return find(spec, REQUESTS, *USERS, "engine")


def failures(spec: Spec) -> Found:
    """Requests by why they failed, as the application counts them, else the gateway."""
    return find(spec, FAILURES, *USERS)
