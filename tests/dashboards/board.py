"""What Grafana shows: a panel's query with its variables and macros replaced, asked at one moment, by legend."""

from __future__ import annotations

from datetime import timedelta

from dashgen.assemble import assemble
from dashgen.promql.macros import expand, times
from dashgen.testing.panels import legend, sent, values
from dashgen.testing.subject import Shown


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


def question(spec, where, minute, **picked):
    """(query as sent, query) of ``dashboard/panel/query``."""
    name, _, key = where.rpartition("/")
    board, panel = panels(spec)[name]
    query = {query.key: query for query in panel.queries}[key]
    return sent(spec, Shown(board, panel, query), timedelta(minutes=minute), picked), query


def shown(answer, query):
    """Values by the legend Grafana writes; two series with one legend cannot be told apart."""
    if query.format == "heatmap":
        return answer.by("le")
    lines = [(legend(query.legend, labels), value) for labels, value in answer]
    assert len(dict(lines)) == len(lines), f"series that look the same: {answer}"
    return dict(lines)


def look(played, spec, *questions):
    """What each (``dashboard/panel/query``, minute, variables picked) shows; one run of promtool."""
    asked = [question(spec, where, minute, **picked) for where, minute, picked in questions]
    answers = played.queries([(expr, minute) for (expr, _), (_, minute, _) in zip(asked, questions, strict=True)])
    return [shown(answer, query) for answer, (_, query) in zip(answers, asked, strict=True)]


def annotation(spec, key, board="service-health"):
    """The query of an annotation with all variables at All."""
    found = next(board_ for board_ in assemble(spec).dashboards if board_.key == board)
    mark = next(mark for mark in found.annotations if mark.key == key)
    return expand(mark.expr, values(found, {}), times())


def listed(spec, name, board="service-health", **picked):
    """(series, label) that a variable lists."""
    found = next(board_ for board_ in assemble(spec).dashboards if board_.key == board)
    variable = next(variable for variable in found.variables if variable.name == name)
    series, _, label = variable.query.removeprefix("label_values(").removesuffix(")").rpartition(", ")
    return expand(series, values(found, picked), times()), label
