"""What is said about dashboards."""

from __future__ import annotations

import copy

import pytest

from tests.compare.sides import board, changed, panel, row, told, tree


def test_moving_a_panel_about_is_layout():
    before, after = board(panel(1, "A")), board(panel(1, "A"))
    after["panels"][0]["gridPos"]["x"] = 12
    after["panels"][0]["pluginVersion"] = "13.0.0"
    assert told(tree(before), tree(after)) == ["chat: no change in meaning; 1 file differs only in layout"]


def test_the_same_files_have_not_changed():
    assert told(tree(board()), tree(board())) == ["chat: nothing changed"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"threshold": 1.5}, "threshold 2 s -> 1.5 s"),
        ({"unit": "ms"}, "unit s -> ms"),
        ({"expr": "down"}, "up -> down"),
        ({"type": "stat"}, "drawn as timeseries -> stat"),
        ({"description": "why"}, "description added: why"),
        ({"options": {"legend": {"displayMode": "table"}}}, "options.legend.displayMode: list -> table"),
        ({"targets": [{"refId": "b", "expr": "up", "legendFormat": "all"}]}, "legend __auto -> all"),
        ({"targets": []}, "query removed: __auto"),
    ],
)
def test_a_changed_panel(fields, said):
    assert changed(board(panel(1, "A")), board(panel(1, "A", **fields))) == [f"~ panel A: {said}"]


def test_a_share_is_shown_in_percent():
    before, after = (board(panel(1, "A", unit="percentunit", threshold=value)) for value in (0.01, 0.05))
    assert changed(before, after) == ["~ panel A: threshold 1 % -> 5 %"]


def test_panels_and_rows_come_go_and_are_renamed():
    before = board(row(10, "Now"), panel(1, "A"), panel(2, "B", "b"), row(11, "Then"))
    after = board(row(10, "Today"), panel(1, "Alpha"), panel(3, "C", "c"), row(12, "Later"))
    assert changed(before, after) == [
        "- row Then: removed",
        "- panel B: removed",
        "+ row Later: new",
        "+ panel C: new",
        "~ row Now: renamed to Today",
        "~ panel Alpha: title A -> Alpha",
    ]


def test_only_another_row_is_a_move():
    before = board(row(10, "Now"), panel(1, "A"), row(11, "Then"))
    after = board(row(10, "Now"), row(11, "Then", panel(1, "A")))
    assert changed(before, after) == ["~ panel A: moved from row Now to Then"]


def test_a_panel_that_lost_its_source():
    text = {"id": 1, "title": "A", "type": "text", "options": {"content": "**No source for this panel**\n\nWhy: x"}}
    assert changed(board(panel(1, "A")), board(text)) == ["~ panel A: lost its source: it only says how to get one"]
    assert changed(board(text), board(panel(1, "A"))) == ["~ panel A: has a source now"]


def test_what_a_panel_without_source_says_is_what_the_emitter_writes():
    from dashgen.compare.panels import NO_SOURCE
    from dashgen.compare.read_dashboard import read_dashboard
    from dashgen.emit.dashboards import dashboard_documents
    from tests.emit.samples import bundle

    boards = [read_dashboard(document) for document in dashboard_documents(bundle("chat")).values()]
    assert any(panel.text.startswith(NO_SOURCE) for each in boards for panel in each.panels.values())


def test_another_id_breaks_links_to_the_panel():
    assert changed(board(panel(1, "A")), board(panel(2, "A"))) == [
        "~ panel A: same panel under another id: links to it break"
    ]


def test_another_uid_breaks_bookmarks():
    said = told(tree(board(panel(1, "A"))), tree(board(panel(1, "A"), uid="new")))
    assert (
        "! dashboard Service Health: uid llm-chat-health -> new, and links and bookmarks to the old one break" in said
    )


def test_variables_links_annotations_and_settings():
    before = board(
        templating={"list": [{"name": "model", "query": {"query": "label_values(a, model)"}}, {"name": "old"}]},
        links=[{"title": "Runbooks", "url": "https://a"}],
        annotations={"list": [{"name": "Firing", "expr": "ALERTS[5m]"}]},
        refresh="30s",
    )
    after = copy.deepcopy(before)
    after["templating"]["list"] = [{"name": "model", "query": {"query": "label_values(b, model)"}}, {"name": "route"}]
    after["links"][0]["url"] = "https://b"
    after["annotations"]["list"][0]["expr"] = "ALERTS[6m]"
    after["refresh"] = "1m"
    assert set(changed(before, after)) == {
        "- variable old: removed",
        "+ variable route: new",
        "~ variable model: a -> b",
        "~ link Runbooks: url: https://a -> https://b",
        "~ annotation Firing: [5m] -> [6m]",
        "~ dashboard Service Health: refresh: 30s -> 1m",
    }


def test_the_same_change_on_several_dashboards_is_one_line():
    before = [board(panel(1, "A", "a[5m]"), uid="x"), board(panel(2, "B", "b[5m]"), uid="y", title="Chat / Cost")]
    after = [board(panel(1, "A", "a[6m]"), uid="x"), board(panel(2, "B", "b[6m]"), uid="y", title="Chat / Cost")]
    assert told(tree(*before), tree(*after))[-2:] == ["Several dashboards", "~ panels A, B (x 2): [5m] -> [6m]"]


def test_dashboards_come_and_go():
    one, two = board(uid="x", title="Chat / X"), board(uid="y", title="Chat / Y")
    assert "+ dashboard Y: new" in told(tree(one), tree(one, two))
    assert "- dashboard Y: removed" in told(tree(one, two), tree(one))
