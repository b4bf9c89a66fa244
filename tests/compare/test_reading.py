"""Every target is read, and what cannot be read is said without hiding the rest."""

from __future__ import annotations

import base64
import copy
import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashgen.compare.documents import read_file, read_tree
from dashgen.compare.model import Artefacts, Unreadable
from tests.compare.sides import alert, as_markdown, board, compare, panel, record, row, rules, told, tree

BOARD = board(panel(1, "A"))
TEXT = json.dumps(BOARD)
GROUPS = rules(alert(), record("a:b"))["spec"]["groups"]


def kubernetes(kind, **fields):
    return json.dumps({"apiVersion": "v1", "kind": kind, "metadata": {"name": "llm-chat-health"}, **fields})


@pytest.mark.parametrize(
    "content",
    [
        kubernetes("ConfigMap", data={"llm-chat-health.json": TEXT, "notes.txt": "x"}),
        kubernetes("GrafanaDashboard", spec={"json": TEXT}),
        kubernetes("GrafanaDashboard", spec={"gzipJson": base64.b64encode(gzip.compress(TEXT.encode())).decode()}),
        json.dumps(
            {
                "apiVersion": "dashboard.grafana.app/v1beta1",
                "kind": "Dashboard",
                "metadata": {"name": "llm-chat-health"},
                "spec": {key: value for key, value in BOARD.items() if key != "uid"},
            }
        ),
        kubernetes("List", items=[json.loads(kubernetes("ConfigMap", data={"a.json": TEXT}))]),
        f"# comment\n---\n{kubernetes('Namespace')}\n---\n{kubernetes('ConfigMap', data={'a.json': TEXT})}",
    ],
    ids=["configmap", "grafana-dashboard", "gzip", "git-sync", "list", "several-documents"],
)
def test_a_dashboard_is_the_same_in_every_wrapping(content):
    plain = read_file("a.json", TEXT.encode())
    assert isinstance(plain, Artefacts)
    assert read_file("x.yaml", content.encode()) == plain


@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"groups": GROUPS}),
        json.dumps({"namespace": "llm", "groups": GROUPS}),
        kubernetes("VMRule", spec={"groups": GROUPS}),
    ],
    ids=["rule-file", "mimir", "vmrule"],
)
def test_rules_are_the_same_in_every_wrapping(content):
    expected = read_file("rules.yaml", json.dumps(rules(alert(), record("a:b"))).encode())
    assert isinstance(expected, Artefacts)
    assert read_file("x.yaml", content.encode()) == expected


def test_another_target_for_the_same_dashboard_changes_nothing_in_it():
    after = tree(BOARD, configmap__yaml=kubernetes("ConfigMap", data={"a.json": TEXT}))
    assert told(tree(BOARD), after) == ["chat", "Files", "configmap.yaml: new"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.json", b"{,", "not JSON"),
        ("a.yaml", b"a: [", "not YAML"),
        ("a.yaml", b"a: !!python/object:os.system x", "not YAML"),
        ("a.json", b"\xff\xfe", "not UTF-8"),
        ("a.json", b"[" * 100_000, "nested too deeply"),
        ("a.json", b'{"panels": [1], "schemaVersion": 1}', "not the shape"),
        ("a.yaml", b"groups: [{rules: [{expr: x}]}]", "not the shape"),
        ("a.yaml", kubernetes("ConfigMap", data={"a.json": "{"}).encode(), "a.json is not JSON"),
        ("a.yaml", kubernetes("GrafanaDashboard", spec={"gzipJson": "eHg="}).encode(), "not gzip"),
        ("a.json", b'{"apiVersion": "dashboard.grafana.app/v2", "spec": {"elements": {}}}', "v2 schema"),
        ("a.json", b"version https://git-lfs.github.com/spec/v1\noid x", "git lfs pull"),
    ],
)
def test_what_cannot_be_read_is_said(name, content, reason):
    read = read_file(name, content)
    assert isinstance(read, Unreadable)
    assert reason in read.reason


@pytest.mark.parametrize(
    ("name", "content"), [("a.md", b"# x"), ("a.yaml", b""), ("a.yaml", b"a: 1"), ("a.json", b"[1]"), ("a.yaml", b"x")]
)
def test_other_files_are_no_failure(name, content):
    assert read_file(name, content) is None


@pytest.mark.parametrize("broken", ["before", "now"])
def test_a_broken_side_does_not_make_the_other_look_new_or_gone(broken):
    whole = tree(BOARD, rules(alert()))
    half = {**whole, "llm-chat-health.json": b"{"}
    before, now = (half, whole) if broken == "before" else (whole, half)
    lines = told(before, now)
    assert lines[:2] == ["chat", "Files"]
    assert lines[2].startswith(f"llm-chat-health.json: not compared, {broken} it cannot be read: not JSON")
    assert len(lines) == 3
    assert compare(before, now).differs


def test_the_same_broken_file_on_both_sides_is_no_difference():
    assert told({"a.json": b"{"}, {"a.json": b"{"}) == ["chat: nothing changed"]


def test_files_of_other_kinds_are_named():
    before, after = (tree(BOARD, alertmanager__yaml=text, runbook__md="same") for text in ("route: 1", "route: 2"))
    assert told(before, after)[1:] == ["Files", "alertmanager.yaml: differs; it holds neither dashboards nor rules"]


def test_every_target_there_is_says_the_same():
    from dashgen.assemble import assemble
    from dashgen.emit.registry import render_all
    from dashgen.spec.checks.known import targets
    from tests.specs import chat

    spec = chat()
    files = render_all(assemble(spec), spec.model_copy(update={"targets": list(targets())}))
    contents = read_tree({name: text.encode() for name, text in files.items()}).contents
    pages = [contents[f"{name}.json"].dashboards for name in ("service-health", "cost", "behavior")]
    boards = {uid: each for page in pages for uid, each in page.items()}
    expected = contents["prometheus-rule.yaml"]
    assert boards
    assert expected.alerts
    for name, said in contents.items():
        assert not isinstance(said, Unreadable), name
        if said is not None:
            assert said.dashboards.items() <= boards.items(), name
            assert not said.alerts or (said.alerts, said.records) == (expected.alerts, expected.records), name
    assert len([said for said in contents.values() if said is not None]) > len(boards) + 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
WHOLE = {
    "a.json": board(row(10, "R", panel(1, "A")), panel(2, "B"), templating={"list": [{"name": "v", "query": "q"}]}),
    "b.yaml": rules(alert(annotations={"summary": "s"}), record("a:b", model="m")),
}


@given(st.sampled_from(sorted(WHOLE)), JSON, st.data())
def test_no_content_of_a_file_crashes(name, value, data):
    document = copy.deepcopy(WHOLE[name])
    place = document
    while True:
        keys = sorted(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = value
    before = {each: json.dumps(content).encode() for each, content in WHOLE.items()}
    after = {**before, name: json.dumps(document).encode()}
    for one, other in ((before, after), (after, before)):
        assert told(one, other)
        assert as_markdown(one, other)
