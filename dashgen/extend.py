"""For authors of extensions: ``extend: ./panels.py:fn`` in a spec calls ``fn(bundle, spec)``, which returns the bundle
with rows, panels, recording rules or tickets added.

Everything here returns a new bundle and changes none. What is added gets stable ids from its keys, and goes through
the same checks, layout and targets as what dashgen builds; pages cannot be added, and nothing can be removed or edited.

    def fn(bundle: Bundle, spec: Spec) -> Bundle:
        series = of_panel(spec, "llm:requests_client:rate5m")
        panel = Panel("all", "Requests", "All of them.", unit="reqps", queries=(Query("rate", f"sum({series})"),))
        return add_row(bundle, "service-health", Row("mine", "Ours", (panel,)))
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from dashgen.alerts.common import make_alert
from dashgen.model import (
    Alert,
    Bundle,
    Dashboard,
    Missing,
    Panel,
    PanelLink,
    PanelRef,
    Query,
    RecordingRule,
    Row,
    RuleGroup,
    Threshold,
)
from dashgen.promql.selector import Match
from dashgen.signals.scope import SERVICE, panel_scope, service_scope
from dashgen.spec import Spec

__all__ = [
    "Alert",
    "Bundle",
    "Match",
    "Missing",
    "Panel",
    "PanelLink",
    "PanelRef",
    "Query",
    "RecordingRule",
    "Row",
    "Spec",
    "Threshold",
    "add_panels",
    "add_record",
    "add_row",
    "add_ticket",
    "of_panel",
    "of_rule",
    "ticket",
]


def of_panel(spec: Spec, record: str, *matches: Match) -> str:
    """The recorded series ``record`` as a panel reads it: of this service, what the dashboard's variables select."""
    return panel_scope(spec).read(record, matches)


def of_rule(spec: Spec, record: str, *matches: Match) -> str:
    """The recorded series ``record`` as a rule reads it: of this service, every model and route."""
    return service_scope(spec).read(record, matches)


def add_row(bundle: Bundle, dashboard: str, row: Row) -> Bundle:
    """A row with its panels, below the others of ``service-health``, ``cost`` or ``behavior``.

    Raises:
        LookupError: when there is no such dashboard.
    """
    return _edited(bundle, dashboard, lambda board: replace(board, rows=(*board.rows, row)))


def add_panels(bundle: Bundle, dashboard: str, row: str, *panels: Panel) -> Bundle:
    """Panels at the end of a row that is there, named by its key.

    Raises:
        LookupError: when there is no such dashboard or row.
    """

    def longer(board: Dashboard) -> Dashboard:
        keys = [each.key for each in board.rows]
        if row not in keys:
            raise LookupError(f"no row {row!r} in {dashboard}; there are {', '.join(keys)}")
        rows = (replace(each, panels=(*each.panels, *panels)) if each.key == row else each for each in board.rows)
        return replace(board, rows=tuple(rows))

    return _edited(bundle, dashboard, longer)


def _edited(bundle: Bundle, dashboard: str, edit: Callable[[Dashboard], Dashboard]) -> Bundle:
    keys = [board.key for board in bundle.dashboards]
    if dashboard not in keys:
        raise LookupError(f"no dashboard {dashboard!r}; there are {', '.join(keys)}")
    boards = (edit(board) if board.key == dashboard else board for board in bundle.dashboards)
    return replace(bundle, dashboards=tuple(boards))


def ticket(
    spec: Spec,
    name: str,
    expr: str,
    *,
    summary: str,
    description: str,
    panel: PanelRef,
    wait: timedelta = timedelta(0),
    variables: Sequence[str] = (),
) -> Alert:
    """An alert of severity ``ticket`` with the labels and links every alert of the spec has.

    ``summary`` and ``description`` are Prometheus templates (``{{ $labels.model }}``, ``{{ $value }}``); keep
    ``$value`` out of the summary, which has to stay the same while the alert fires. ``panel`` is where it leads,
    ``variables`` the labels of ``expr`` that are variables of its dashboard. ``wait`` is Prometheus' ``for``.
    """
    return make_alert(
        spec,
        name,
        expr,
        severity="ticket",
        summary=summary,
        description=description,
        panel=panel,
        variables=variables,
        wait=wait,
    )


def add_ticket(bundle: Bundle, alert: Alert) -> Bundle:
    """The alert, in the rule group ``<spec>-extension`` after what is in there."""
    return _with_rule(bundle, alert)


def add_record(bundle: Bundle, spec: Spec, record: str, expr: str, **labels: str) -> Bundle:
    """A recording rule, in the rule group ``<spec>-extension`` before what is added later.

    ``record`` begins with a prefix of yours: ``llm:`` is dashgen's.
    """
    return _with_rule(bundle, RecordingRule(record, expr, {SERVICE: spec.name, **labels}))


def _with_rule(bundle: Bundle, rule: Alert | RecordingRule) -> Bundle:
    name = f"{bundle.spec_name}-extension"
    others = tuple(group for group in bundle.groups if group.name != name)
    mine = next((group for group in bundle.groups if group.name == name), RuleGroup(name, ()))
    return replace(bundle, groups=(*others, replace(mine, rules=(*mine.rules, rule))))
