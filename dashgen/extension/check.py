"""Whether what an extension added can be shipped: names, places, severity, PromQL that reads what there is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import TypeVar

from dashgen.extension.compare import Added
from dashgen.extension.fault import Fault
from dashgen.model import Alert, Bundle, Dashboard, Panel, RecordingRule
from dashgen.promql import macros
from dashgen.promql.reads import reads
from dashgen.spec import Spec
from dashgen.spec.types import LABEL_PATTERN, NAME_PATTERN

Key = TypeVar("Key", bound=Hashable)

OWN_PREFIX = "llm:"
"""Records that begin so are dashgen's; their names and labels are an API."""
SERVICE = "llm_service"
_ALERT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_RECORD = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_QUERY = re.compile(r"[A-Za-z0-9_]+")


def check(added: Added, after: Bundle, spec: Spec) -> Iterator[Fault]:
    """Everything wrong with what was added; ``after`` is the whole bundle it is part of."""
    recorded = {rule.record for group in after.groups for rule in group.rules if isinstance(rule, RecordingRule)}
    yield from _unique(added, after)
    for board, row in added.rows:
        yield from _name(row.key, f"row {board.key}/{row.key}", NAME_PATTERN, "small letters, digits and hyphens")
    for board, panel in added.panels:
        yield from _panel(board, panel, recorded)
    for rule in added.records:
        yield from _record(rule, recorded, spec)
    for alert in added.alerts:
        yield from _alert(alert, after, recorded, spec)


def _twice(keys: Iterable[Key]) -> list[Key]:
    return [key for key, times in Counter(keys).items() if times > 1]


def _unique(added: Added, after: Bundle) -> Iterator[Fault]:
    for board in after.dashboards:
        keys = [("panel", panel.key) for panel in board.panels()] + [("row", row.key) for row in board.rows]
        for kind, key in _twice(keys):
            yield Fault(
                f"two {kind}s of {board.key} have the key {key}", "a key of its own for each", "rename the one you add"
            )
    for name in _twice(group.name for group in after.groups):
        yield Fault(f"two rule groups are called {name}", "each name once", "rename the one you add")
    taken = {alert.name for alert in after.missing_alerts}
    names = [alert.name for alert in after.alerts()]
    for alert in added.alerts:
        if alert.name in taken or names.count(alert.name) > 1:
            yield Fault(f"the alert name {alert.name} is already taken", "a name of its own", "rename the one you add")
    for record, _ in _twice((rule.record, tuple(sorted(rule.labels.items()))) for rule in added.records):
        yield Fault(f"two records {record} have the same labels", "each series written once", "rename or label one")


def _name(name: str, what: str, pattern: str, expected: str) -> Iterator[Fault]:
    if not re.fullmatch(pattern, name):
        yield Fault(f"{what}: {name!r} is no key", expected, "rename it; the key fixes its id for ever")


def _panel(board: Dashboard, panel: Panel, recorded: set[str]) -> Iterator[Fault]:
    where = f"panel {board.key}/{panel.key}"
    yield from _name(panel.key, where, NAME_PATTERN, "small letters, digits and hyphens")
    if not 1 <= panel.width <= 24 or panel.height < 1:
        yield Fault(f"{where} is {panel.width} wide and {panel.height} high", "1 to 24 columns, 1 or more high", "")
    if not panel.queries and not panel.content and panel.missing is None:
        yield Fault(f"{where} shows nothing", "a query, or `content` in a text panel", "give it `queries`")
    if panel.missing is None and not panel.description.strip():
        yield Fault(f"{where} has no description", "what it shows, what is bad, what to do then", "describe it")
    variables = {variable.name: ".*" for variable in board.variables}
    for key in _twice(query.key for query in panel.queries):
        yield Fault(f"{where} has two queries {key}", "a key of its own for each", "rename one")
    for query in panel.queries:
        if not _QUERY.fullmatch(query.key):
            yield Fault(f"{where}: {query.key!r} is no query key", "letters, digits and _", "rename it")
        if query.source == "prometheus":
            yield from _promql(query.expr, f"{where}, query {query.key}", variables, recorded)


def _promql(expr: str, where: str, variables: dict[str, str], recorded: set[str]) -> Iterator[Fault]:
    try:
        found = reads(macros.expand(expr, variables, macros.times() if variables else {}))
    except macros.UnknownVariableError as error:
        known = ", ".join(f"${name}" for name in variables) or "no variable at all: a rule has none"
        yield Fault(f"{where}: {error}", known, f"correct the expression: {expr}")
        return
    except ValueError as error:
        yield Fault(f"{where} is not PromQL: {error}", "an expression Prometheus can parse", f"correct it: {expr}")
        return
    for name in sorted(name for name in found if name.startswith(OWN_PREFIX) and name not in recorded):
        yield Fault(
            f"{where} reads {name}, which this spec does not record",
            f"a series that is there{_meant(name, recorded)}",
            "see the records of out/*/prometheus-rule.yaml",
        )


def _meant(name: str, recorded: set[str]) -> str:
    import difflib

    close = difflib.get_close_matches(name, recorded, n=2)
    return f", such as {' or '.join(close)}" if close else ""


def _record(rule: RecordingRule, recorded: set[str], spec: Spec) -> Iterator[Fault]:
    where = f"record {rule.record}"
    if not _RECORD.fullmatch(rule.record):
        yield Fault(f"{where}: no name of a series", "letters, digits, _ and :", "rename it")
    elif rule.record.startswith(OWN_PREFIX):
        yield Fault(f"{where} begins with {OWN_PREFIX}", "a prefix of your own: those are dashgen's", "rename it")
    yield from _labels(rule.labels, where, spec)
    yield from _promql(rule.expr, where, {}, recorded)


def _alert(alert: Alert, after: Bundle, recorded: set[str], spec: Spec) -> Iterator[Fault]:
    where = f"alert {alert.name}"
    if not _ALERT.fullmatch(alert.name):
        yield Fault(f"{where}: no name of an alert", "letters, digits and _", "rename it")
    if alert.severity != "ticket":
        yield Fault(
            f"{where} pages",
            'severity="ticket": at most five alerts of a spec page, and those are dashgen\'s',
            "make it a ticket; Alertmanager may still route it to whoever you like",
        )
    for text, value in (("summary", alert.summary), ("description", alert.description)):
        if not value.strip():
            yield Fault(f"{where} has no {text}", "a text for whoever gets the ticket", f"write its {text}")
    shown = {board.key: {panel.key for panel in board.panels()} for board in after.dashboards}
    if alert.panel.panel not in shown.get(alert.panel.dashboard, ()):
        there = f"{alert.panel.dashboard}/{alert.panel.panel}"
        yield Fault(f"{where} refers to the panel {there}, which is not there", "a panel of this spec", "correct it")
    yield from _labels(alert.labels, where, spec)
    yield from _promql(alert.expr, where, {}, recorded)


def _labels(labels: Mapping[str, str], where: str, spec: Spec) -> Iterator[Fault]:
    for name in labels:
        if not re.fullmatch(LABEL_PATTERN, name) or name in ("alertname", "severity"):
            yield Fault(
                f"{where}: the label {name!r} cannot be set", "letters, digits and _, no alertname", "rename it"
            )
    if labels.get(SERVICE) != spec.name:
        yield Fault(
            f"{where} has no label {SERVICE}={spec.name!r}",
            "the label by which rules of several specs are told apart and routed",
            "build it with dashgen.extend, which sets it",
        )
