"""A bundle small enough to say of each mutant whether a case must notice it, and cases that play on it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta

from dashgen.model import Alert, Bundle, Dashboard, Panel, PanelRef, Query, RecordingRule, Row, RuleGroup
from dashgen.testing.clock import Clock
from dashgen.testing.mutate.plan import CasePlan, PanelQuestion
from dashgen.testing.promtool.play import AlertQuestion, Question

MINUTE = 60_000
CLOCK = Clock.of(timedelta(seconds=15), timedelta(minutes=1), timedelta(minutes=20))
RATE = RecordingRule("toy:requests:rate5m", 'sum by (model) (rate(requests_total{job="toy"}[5m]))', {"source": "app"})
OTHER = RecordingRule("toy:requests:rate5m", 'sum by (model) (rate(calls_total{job="toy"}[5m]))', {"source": "engine"})
ERRORS = RecordingRule("toy:errors:rate5m", 'sum by (model) (rate(errors_total{job="toy"}[5m]))')
RATIO = RecordingRule(
    "toy:errors:ratio", "sum by (model) (toy:errors:rate5m) / (sum by (model) (toy:requests:rate5m) > 0)"
)
PEAK = RecordingRule("toy:peak", "max by (model) (toy:errors:ratio or toy:peak offset 1m)")
PAGE = PanelRef("toy", "errors")
HIGH = Alert(
    "ToyErrors",
    "toy:errors:ratio > 0.1",
    "page",
    "{{ $labels.model }} fails",
    "{{ $value | humanizePercentage }} of {{ $labels.model }}",
    PAGE,
    wait=timedelta(minutes=2),
    labels={"llm_service": "toy"},
)
GROUPS = (RuleGroup("raw", (RATE, OTHER, ERRORS)), RuleGroup("derived", (RATIO, PEAK, HIGH)))
QUERIES = {
    "toy/errors/ratio": "100 * toy:errors:ratio",
    "toy/errors/peak": 'toy:peak{model=~"$model"}',
    "toy/errors/pages": 'count(ALERTS{alertstate="firing",severity="page"}) or vector(0)',
}
# Errors from minute 5 to 15; a quarter of the requests that the app and the engine report together.
SERIES = {
    'requests_total{job="toy",model="a"}': "0+15x100",
    'calls_total{job="toy",model="a"}': "0+15x100",
    'errors_total{job="toy",model="a"}': "0x20 0+7.5x40 stale",
    'errors_total{job="somebody else",model="a"}': "0+100x100",
}


def bundle(groups=GROUPS, queries=QUERIES, name="toy"):
    """Rules, and a dashboard with the queries by ``dashboard/panel/query``."""
    panels = defaultdict(list)
    for path, expr in queries.items():
        _, panel, key = path.split("/")
        panels[panel].append(Query(key, expr))
    row = Row("row", "Row", tuple(Panel(key, key, "", queries=tuple(found)) for key, found in panels.items()))
    return Bundle(name, (Dashboard("toy", "toy", "Toy", "", (row,)),), tuple(groups))


def sent(expr):
    """What Grafana would send."""
    return expr.replace("$model", ".*")


def plan(made, shows=None, *, firing=None, texts=None, queries=None, series=SERIES, name="case", digest="1", **rest):
    """A case. ``shows``: (path, minute) -> values, ``queries`` likewise; ``firing``: minutes ToyErrors fires."""
    written = {
        f"{board.key}/{panel.key}/{q.key}": q.expr
        for board in made.dashboards
        for panel in board.panels()
        for q in panel.queries
    }
    questions, panels, wanted = [], {}, {}
    if firing is not None:
        questions += [Question('ALERTS{llm_service="toy"}', at) for at in CLOCK.ticks()]
    for (path, minute), values in (shows or {}).items():
        panels[len(questions)] = PanelQuestion(path, sent)
        wanted[len(questions)] = values
        questions.append(Question(sent(written[path]), minute * MINUTE))
    for (expr, minute), values in (queries or {}).items():
        wanted[len(questions)] = values
        questions.append(Question(expr, minute * MINUTE))
    asked = tuple(AlertQuestion("ToyErrors", minute * MINUTE) for minute in texts or {})

    def fails(answers, part):
        for index in wanted.keys() & (part.questions if part else wanted.keys()):
            found = answers.samples[index]
            if isinstance(found, str) or sorted(round(each.value, 6) for each in found) != sorted(wanted[index]):
                return True
        if part and "ToyErrors" not in part.alerts:
            return False
        if firing is not None:
            seen = {
                at // MINUTE
                for at, found in zip(CLOCK.ticks(), answers.samples, strict=False)
                for each in found
                if each.labels["alertstate"] == "firing" and each.labels["alertname"] == "ToyErrors"
            }
            if seen != set(firing):
                return True
        said = [[each.annotations["description"] for each in found] for found in answers.firing]
        return said != [[text] for text in (texts or {}).values()]

    return CasePlan(
        name, made.spec_name, made.groups, CLOCK, tuple(questions), asked, lambda: series, fails, digest, panels, **rest
    )


GOOD = {
    ("toy/errors/ratio", 4): [0],
    ("toy/errors/ratio", 15): [25],
    ("toy/errors/ratio", 19): [6.10625],
    ("toy/errors/ratio", 20): [],
    ("toy/errors/peak", 15): [0.25],
    ("toy/errors/peak", 20): [0.061063],
}
FIRING = range(10, 19)
PAGES = {("toy/errors/pages", 9): [0], ("toy/errors/pages", 10): [1]}


def good(made=None, **rest):
    """A case that looks at everything."""
    texts = {10: "24.01% of a"}
    return plan(made or bundle(), {**GOOD, **PAGES}, firing=FIRING, texts=texts, fires=frozenset({"ToyErrors"}), **rest)


def changed(groups, rule, other):
    """The groups with another rule in the place of one."""
    return tuple(replace(each, rules=tuple(other if one is rule else one for one in each.rules)) for each in groups)


def verdicts(found):
    """Verdicts by (kind, name, description)."""
    return {(each.target.kind, each.target.name, each.mutant.description): each.verdict for each in found.judged}
