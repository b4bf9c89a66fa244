"""What Grafana shows: a panel's query with its variables and macros replaced, asked at one moment, by legend."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from dashgen.assemble import assemble
from dashgen.promql.macros import expand, times

_SHORT = re.compile(r"(?:now-)?(\d+)([hd])")
_LABEL = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def panels(spec):
    """Panels that query something, by ``dashboard/panel``."""
    return {
        f"{board.key}/{panel.key}": (board, panel)
        for board in assemble(spec).dashboards
        for panel in board.panels()
        if panel.queries
    }


def query_keys(spec, source="prometheus"):
    """``dashboard/panel/query`` of every query of that data source."""
    return {
        f"{where}/{query.key}"
        for where, (_, panel) in panels(spec).items()
        for query in panel.queries
        if query.source == source
    }


def span(board, panel, minute):
    """How much time the panel shows when it is looked at in that minute after 1970, in UTC."""
    text = panel.time_from or board.time_from
    short = _SHORT.fullmatch(text)
    if short:
        return timedelta(**{{"h": "hours", "d": "days"}[short[2]]: int(short[1])})
    now = datetime.fromtimestamp(minute * 60, UTC)
    start = now.replace(hour=0, minute=0, second=0, microsecond=0)
    # Grafana rounds to seconds, so that a range may begin just before midnight.
    return now - {"now/d": start, "now/M": start.replace(day=1)}[text] + timedelta(seconds=1)


def chosen(board, picked):
    """A value for every variable of the dashboard: All, unless something is picked."""
    known = {variable.name: variable.all_value for variable in board.variables}
    assert picked.keys() <= known.keys(), f"{board.key} has no variable {picked.keys() - known.keys()}"
    return {**known, **{name: [value] if isinstance(value, str) else value for name, value in picked.items()}}


def question(spec, where, minute, **picked):
    """(query as sent, query as written) of ``dashboard/panel/query``."""
    name, _, key = where.rpartition("/")
    board, panel = panels(spec)[name]
    query = {query.key: query for query in panel.queries}[key]
    builtin = times(span=span(board, panel, minute), scrape=spec.prometheus.scrape_interval)
    return expand(query.expr, chosen(board, picked), builtin), query


def shown(answer, query):
    """Values by the legend Grafana writes; two series with one legend cannot be told apart."""
    if query.format == "heatmap":
        return answer.by("le")
    lines = [(legend(query.legend, labels), value) for labels, value in answer]
    assert len(dict(lines)) == len(lines), f"series that look the same: {answer}"
    return dict(lines)


def legend(template, labels):
    """A legend as a browser shows it: runs of blanks are one."""
    return " ".join(_LABEL.sub(lambda match: labels.get(match[1], ""), template).split())


def look(played, spec, *questions):
    """What each (``dashboard/panel/query``, minute, variables picked) shows; one run of promtool."""
    asked = [question(spec, where, minute, **picked) for where, minute, picked in questions]
    answers = played.queries([(expr, minute) for (expr, _), (_, minute, _) in zip(asked, questions, strict=True)])
    return [shown(answer, query) for answer, (_, query) in zip(answers, asked, strict=True)]


def annotation(spec, key, board="service-health"):
    """The query of an annotation with all variables at All."""
    found = next(board_ for board_ in assemble(spec).dashboards if board_.key == board)
    mark = next(mark for mark in found.annotations if mark.key == key)
    return expand(mark.expr, chosen(found, {}), times())


def listed(spec, name, board="service-health", **picked):
    """(series, label) that a variable lists."""
    found = next(board_ for board_ in assemble(spec).dashboards if board_.key == board)
    variable = next(variable for variable in found.variables if variable.name == name)
    series, _, label = variable.query.removeprefix("label_values(").removesuffix(")").rpartition(", ")
    return expand(series, chosen(found, picked), times()), label
