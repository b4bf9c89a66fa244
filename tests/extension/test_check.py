"""An extension adds, and only what can be shipped."""

from __future__ import annotations

import pytest

from dashgen.emit.registry import render_all
from dashgen.errors import OutputError
from dashgen.extension.run import Extended
from dashgen.model.identity import stable_id
from tests.extension.world import body, extended, plain, refused

ADDITIONS = {
    "a row": 'add_row(bundle, "cost", row(panel()))',
    "a panel in a row there is": 'add_panels(bundle, "service-health", "verdict", panel())',
    "a panel between others": (
        "board(bundle, lambda b: replace(b, rows=(replace(b.rows[0], "
        "panels=(b.rows[0].panels[0], panel(), *b.rows[0].panels[1:])), *b.rows[1:])))"
    ),
    "a row above the others": "board(bundle, lambda b: replace(b, rows=(row(panel()), *b.rows)))",
    "a ticket": "add_ticket(bundle, my_ticket(spec))",
    "a ticket on a panel added": (
        'add_ticket(add_row(bundle, "cost", row(panel())), my_ticket(spec, at=PanelRef("cost", "mine")))'
    ),
    "a record and what reads it": (
        'add_row(add_record(bundle, spec, "mine:up:sum", "sum(up)"), "cost", row(panel(expr="mine:up:sum")))'
    ),
    "a text panel": 'add_row(bundle, "cost", row(panel(viz="text", queries=(), content="Hello")))',
    "variables and macros": (
        'add_row(bundle, "cost", row(panel(expr=\'sum(rate(x{model=~"$model"}[$__rate_interval]))\')))'
    ),
    "a recorded series": 'add_row(bundle, "cost", row(panel(expr=of_panel(spec, "llm:requests_client:rate5m"))))',
    "a group of label_replace": (
        'add_row(bundle, "cost", row(panel(expr="label_replace(up, \\"a\\", \\"$1\\", \\"b\\", \\"(.*)\\")")))'
    ),
}


@pytest.mark.parametrize("statement", ADDITIONS.values(), ids=ADDITIONS)
def test_additions_are_kept_and_rendered(tmp_path, statement):
    made = extended(tmp_path, body(f"return {statement}"))
    assert made.bundle != plain()
    assert made.render(render_all)


def test_ids_of_other_panels_stay_and_the_new_one_has_its_own(tmp_path):
    import json

    made = extended(tmp_path, body(f"return {ADDITIONS['a panel between others']}"))
    ids = [_ids(json.loads(render_all(b, made.loaded.spec)["service-health.json"])) for b in (plain(), made.bundle)]
    assert ids[1] - ids[0] == {stable_id("service-health", "mine")}
    assert ids[0] <= ids[1]


def _ids(board):
    return {panel["id"] for top in board["panels"] for panel in (top, *top.get("panels", []))}


FIRST = "b.rows[0].panels[0]"
BOARD = "board(bundle, lambda b: replace(b, %s))"
FIRST_ROW = BOARD % "rows=(replace(b.rows[0], %s), *b.rows[1:])"
FIRST_GROUP = "replace(bundle, groups=(replace(bundle.groups[0], %s), *bundle.groups[1:]))"
RULES = "bundle.groups[0].rules"
EDITS = {
    "removes a panel": (FIRST_ROW % "panels=b.rows[0].panels[1:]", "removes the panel service-health/"),
    "edits a panel": (
        FIRST_ROW % f"panels=(replace({FIRST}, title='x'), *b.rows[0].panels[1:])",
        "edits the panel service-health/",
    ),
    "repeats a panel": (FIRST_ROW % f"panels=({FIRST}, *b.rows[0].panels)", "2 times"),
    "takes a key": (
        "add_row(bundle, 'service-health', row(panel(key=bundle.dashboards[0].rows[0].panels[0].key)))",
        "two panels of service-health have the key",
    ),
    "takes the key of a row": (
        "add_row(bundle, 'service-health', row(panel(), key=bundle.dashboards[0].rows[0].key))",
        "the row service-health/verdict 2 times",
    ),
    "removes a row": (BOARD % "rows=b.rows[1:]", "removes the row service-health/verdict"),
    "edits a row": (FIRST_ROW % "title='x'", "edits the row service-health/verdict"),
    "reorders rows": (BOARD % "rows=b.rows[::-1]", "changes the order of each row"),
    "edits a dashboard": (BOARD % "uid='x'", "edits the dashboard service-health"),
    "edits in place": (
        "(bundle.dashboards[0].data_sources.update(tempo='x'), bundle)[1]",
        "edits the dashboard service-health",
    ),
    "removes a dashboard": ("replace(bundle, dashboards=bundle.dashboards[1:])", "removes the dashboard service-h"),
    "adds a dashboard": (
        "replace(bundle, dashboards=(*bundle.dashboards, replace(bundle.dashboards[0], key='x', uid='x')))",
        "adds a dashboard",
    ),
    "renames the bundle": ("replace(bundle, spec_name='x')", "changes the name or the remarks"),
    "removes a group": ("replace(bundle, groups=bundle.groups[1:])", "removes the rule group t-"),
    "edits an interval": (FIRST_GROUP % "interval=timedelta(1)", "edits the rule group t-"),
    "removes a rule": (FIRST_GROUP % f"rules={RULES}[1:]", "removes the rule llm:"),
    "edits a rule": (FIRST_GROUP % f"rules=(replace({RULES}[0], expr='1'), *{RULES}[1:])", "edits the rule llm:"),
    "edits labels in place": (f"({RULES}[0].labels.update(a='b'), bundle)[1]", "removes the rule llm:"),
}


@pytest.mark.parametrize(("statement", "found"), EDITS.values(), ids=EDITS)
def test_nothing_there_is_removed_or_edited(tmp_path, statement, found):
    problems = refused(tmp_path, body(f"return {statement}"))
    assert any(found in problem for problem in problems), problems


IN_ROW = 'add_row(bundle, "service-health", row(%s))'
FLAWS = {
    "no bundle": ("None", "fn in ./panels.py returns nothing"),
    "a list": ("[bundle]", "fn in ./panels.py returns a list"),
    "a page": ("add_ticket(bundle, my_ticket(spec, severity='page'))", "alert Mine pages"),
    "a type": (IN_ROW % "panel(width='12')", "panels[0].width is '12'\n  expected: int"),
    "a list for a tuple": (IN_ROW % "panel(queries=[])", "queries is []\n  expected: a tuple"),
    "a kind of panel": (IN_ROW % "panel(viz='graph')", "viz is 'graph'\n  expected: one of 'timeseries'"),
    "a panel that is none": (IN_ROW % "'panel'", "panels[0] is 'panel'\n  expected: Panel"),
    "a key": (IN_ROW % "panel(key='My Panel')", "'My Panel' is no key"),
    "a row key": ('add_row(bundle, "cost", row(panel(), key="A row"))', "'A row' is no key"),
    "a query key": (IN_ROW % "panel(queries=(Query('a b', 'up'),))", "'a b' is no query key"),
    "two queries": (IN_ROW % "panel(queries=(Query('q', 'up'), Query('q', 'up')))", "has two queries q"),
    "a size": (IN_ROW % "panel(width=25)", "is 25 wide"),
    "nothing to show": (IN_ROW % "panel(queries=())", "shows nothing"),
    "no description": (IN_ROW % "panel(description=' ')", "has no description"),
    "PromQL": (IN_ROW % "panel(expr='sum(')", "query q is not PromQL"),
    "a variable": (IN_ROW % "panel(expr='x{a=\"$nope\"}')", "$nope is no variable of the dashboard"),
    "a variable in a rule": ("add_ticket(bundle, my_ticket(spec, expr='x{a=\"$model\"}'))", "alert Mine: $model"),
    "a record nobody writes": (
        IN_ROW % "panel(expr='llm:requests_clients:rate5m')",
        "does not record\n  expected: a series that is there, such as llm:requests_client:rate5m",
    ),
    "a panel nobody has": (
        "add_ticket(bundle, my_ticket(spec, at=PanelRef('cost', 'nope')))",
        "refers to the panel cost/nope, which is not there",
    ),
    "a name of ours": (
        "add_ticket(bundle, my_ticket(spec, name='LLMErrorRateHigh'))",
        "the alert name LLMErrorRateHigh is already taken",
    ),
    "a page that is missing": (
        "add_ticket(bundle, my_ticket(spec, name='LLMRequestsQueued'))",
        "the alert name LLMRequestsQueued is already taken",
    ),
    "an alert name": ("add_ticket(bundle, my_ticket(spec, name='a b'))", "no name of an alert"),
    "no summary": ("add_ticket(bundle, my_ticket(spec, summary=''))", "alert Mine has no summary"),
    "no service": ("add_ticket(bundle, my_ticket(spec, labels={}))", "has no label llm_service='t'"),
    "a label": (
        "add_ticket(bundle, my_ticket(spec, labels={'llm_service': 't', 'severity': 'page'}))",
        "the label 'severity' cannot be set",
    ),
    "a record of ours": ("add_record(bundle, spec, 'llm:mine', 'up')", "record llm:mine begins with llm:"),
    "a record twice": (
        "add_record(add_record(bundle, spec, 'mine', 'up'), spec, 'mine', 'up')",
        "two records mine have the same labels",
    ),
    "a record name": ("add_record(bundle, spec, 'my-record', 'up')", "no name of a series"),
}


@pytest.mark.parametrize(("statement", "found"), FLAWS.values(), ids=FLAWS)
def test_what_cannot_be_shipped_is_refused(tmp_path, statement, found):
    problems = refused(tmp_path, body(f"return {statement}"))
    assert any(found in problem for problem in problems), problems


def test_every_flaw_is_told_at_once(tmp_path):
    two = "panel(key='a b', expr='sum('), panel(key='other', description='')"
    assert len(refused(tmp_path, body(f"return {IN_ROW % two}"))) == 3


def test_what_grafana_would_not_show_is_blamed_on_the_extension(tmp_path):
    made = extended(tmp_path, body(f"return {IN_ROW % 'panel(unit=chr(117))'}"))
    with pytest.raises(Exception, match=r"t\.yaml:6:9: .*unit 'u' is not one Grafana knows"):
        made.render(render_all)


def test_a_defect_of_ours_is_not_blamed_on_the_extension(tmp_path):
    def broken(bundle, spec):
        raise OutputError(["ours"])

    made = extended(tmp_path, body(f"return {IN_ROW % 'panel()'}"))
    with pytest.raises(OutputError):
        made.render(broken)
    with pytest.raises(OutputError):
        Extended(made.loaded, made.plain, made.plain).render(broken)
