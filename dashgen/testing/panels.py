"""What Grafana asks Prometheus for a panel, and the legend it writes on what comes back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from dashgen.model import Dashboard, Panel
from dashgen.promql.macros import expand, times
from dashgen.spec import Spec
from dashgen.testing.subject import Shown

Picked = Mapping[str, str | Sequence[str]]

_SHORT = re.compile(r"(?:now-)?(\d+)([hd])")
_LABEL = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_BUCKET = "{{le}}"


def sent(spec: Spec, shown: Shown, at: timedelta, picked: Picked) -> str:
    """The query of a panel as Grafana sends it, looked at that long after 1970, in UTC.

    ``picked`` are values of variables; those left out are at All.

    Raises:
        KeyError: for a variable that the dashboard does not have.
        UnknownVariableError: when the query itself uses one that is not there.
    """
    return substituted(shown.query.expr, spec, shown, at, picked)


def substituted(expr: str, spec: Spec, shown: Shown, at: timedelta, picked: Picked) -> str:
    """Any query as Grafana would send it in that place.

    Raises:
        KeyError: for a variable that the dashboard does not have.
        UnknownVariableError: when the query itself uses one that is not there.
    """
    builtin = times(span=_span(shown.board, shown.panel, at), scrape=spec.prometheus.scrape_interval)
    return expand(expr, values(shown.board, picked), builtin)


def values(board: Dashboard, picked: Picked) -> dict[str, str | Sequence[str]]:
    """A value for every variable of a dashboard: All, unless something is picked.

    Raises:
        KeyError: for a variable that the dashboard does not have.
    """
    found: dict[str, str | Sequence[str]] = {variable.name: variable.all_value for variable in board.variables}
    for name, value in picked.items():
        if name not in found:
            raise KeyError(name)
        found[name] = [value] if isinstance(value, str) else value
    return found


def legend_of(shown: Shown) -> str:
    """The legend template of a query; a heatmap's lines are its buckets."""
    return _BUCKET if shown.query.format == "heatmap" else shown.query.legend


def legend(template: str, labels: Mapping[str, str]) -> str:
    """A legend as a browser shows it: runs of blanks are one."""
    return " ".join(_LABEL.sub(lambda match: labels.get(match[1], ""), template).split())


def _span(board: Dashboard, panel: Panel, at: timedelta) -> timedelta:
    """How much time the panel shows."""
    text = panel.time_from or board.time_from
    short = _SHORT.fullmatch(text)
    if short:
        return timedelta(**{{"h": "hours", "d": "days"}[short[2]]: int(short[1])})
    now = datetime(1970, 1, 1, tzinfo=UTC) + at
    start = now.replace(hour=0, minute=0, second=0, microsecond=0)
    # Grafana rounds to seconds, so that a range may begin just before midnight.
    return now - {"now/d": start, "now/M": start.replace(day=1)}[text] + timedelta(seconds=1)
