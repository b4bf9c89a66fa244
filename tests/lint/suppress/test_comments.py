"""Which lines a comment is about, in every way YAML can be written."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashgen.lint.assume import Assumptions
from dashgen.lint.document import Document
from dashgen.lint.positions import locate
from dashgen.lint.readers.read import read
from dashgen.lint.registry import find
from dashgen.lint.run import lint
from dashgen.lint.subject import Subjects
from dashgen.lint.suppress.apply import apply
from dashgen.lint.suppress.comments import MOST, comments
from dashgen.lint.suppress.layout import Layout

DAY = date(2026, 11, 27)
IGNORE = "# dashgen: ignore missing-severity -- routed by the label team alone"


def left(text: str) -> list[str]:
    """The alerts whose missing severity is still told."""
    subjects = list(read("rules.yaml", text))
    found = apply(lint(subjects, find("missing-severity"), Assumptions()), list(comments(subjects, DAY)))
    return [each.about.removeprefix("alert ") for each in found]


@pytest.mark.parametrize(
    ("text", "alerts"),
    [
        (f"groups:\n- name: g\n  rules:\n  {IGNORE}\n  - alert: A\n    expr: up\n  - alert: B\n    expr: up\n", ["B"]),
        (f"groups:\n- name: g\n  rules:\n  - alert: A  {IGNORE}\n    expr: up\n  - alert: B\n    expr: up\n", ["B"]),
        (f"groups:\n- name: g\n  rules:\n  {IGNORE}\n\n  # and more\n  - alert: A\n    expr: up\n", []),
        (
            f"groups:\n{IGNORE}\n- name: g\n  rules:\n  - {{alert: A}}\n- name: h\n  rules:\n  - {{alert: B}}\n",
            ["B"],
        ),
        (f"{IGNORE}\ngroups:\n- name: g\n  rules:\n  - alert: A\n    expr: up\n  - alert: B\n    expr: up\n", []),
        (f"groups:\n- name: g\n  rules:\n  - {{alert: A, expr: up}} {IGNORE}\n  - {{alert: B, expr: up}}\n", ["B"]),
        (f"groups:\n- name: g\n  rules:\n  - alert: A\n    {IGNORE}\n    expr: up\n", ["A"]),
        (f"groups:\r\n- name: g\r\n  rules:\r\n  {IGNORE}\r\n  - alert: A\r\n    expr: up\r\n", []),
        (f'groups:\n- name: "g {IGNORE}"\n  rules:\n  - alert: A\n    expr: up\n', ["A"]),
        (
            f"groups:\n- name: g\n  rules:\n  - alert: A\n    annotations:\n      a: |\n        {IGNORE}\n",
            ["A"],
        ),
        (f"groups:\n- name: g\n  rules:\n  - alert: A\n    expr: | {IGNORE}\n      up\n", ["A"]),
        (f"groups:\n- name: g\n  rules:\n  - alert: A\n    expr: |\n      up {IGNORE}\n", []),
        (f"groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up\n{IGNORE}\n", ["A"]),
        (f"groups:\n- name: g\n  rules:\n  {IGNORE}\n  - &a\n    alert: A\n    expr: up\n", []),
        (f"a: 1\n---\ngroups:\n- name: g\n  rules:\n  {IGNORE}\n  - alert: A\n    expr: up\n", []),
    ],
)
def test_a_comment_is_about_what_is_below_or_before_it(text: str, alerts: list[str]) -> None:
    assert left(text) == alerts


def test_the_place_of_a_suppression_is_its_comment() -> None:
    text = f"groups:\n- name: g\n  rules:\n  - alert: A  {IGNORE}\n    expr: |\n      {IGNORE}\n      up\n"
    spots = [locate(each.place) for each in comments(list(read("rules.yaml", text)), DAY)]
    assert [(spot.line, spot.column) for spot in spots] == [(4, 15), (6, 7)]
    for spot in spots:
        assert spot.source[spot.column - 1 : spot.end_column - 1] == IGNORE


def test_a_comment_in_one_query_of_a_panel_is_not_about_another() -> None:
    ignore = "# dashgen: ignore rate-on-gauge -- the vendor ships it so\n"
    queries = [f"{ignore}rate(DCGM_FI_DEV_GPU_TEMP[5m])", "rate(DCGM_FI_DEV_GPU_TEMP[1m])"]
    targets = [{"refId": ref, "expr": expr} for ref, expr in zip("AB", queries, strict=True)]
    board = {"title": "x", "uid": "x", "panels": [{"id": 1, "title": "p", "targets": targets}]}
    subjects = list(read("board.json", json.dumps(board)))
    found = apply(lint(subjects, find("rate-on-gauge"), Assumptions()), list(comments(subjects, DAY)))
    assert [each.about for each in found] == ['panel "p" (1), query B']


def test_a_comment_in_a_query_is_about_its_panel_too() -> None:
    ignore = "# dashgen: ignore missing-title-or-description -- the vendor ships it so\n"
    board = {"title": "x", "uid": "x", "panels": [{"id": 1, "type": "stat", "targets": [{"expr": f"{ignore}up"}]}]}
    subjects = list(read("board.json", json.dumps(board)))
    found = lint(subjects, find("missing-title-or-description"), Assumptions())
    assert found
    assert not apply(found, list(comments(subjects, DAY)))


def test_a_list_item_may_begin_on_a_line_of_its_own() -> None:
    assert left(f"groups:\n- name: g\n  rules:\n  {IGNORE}\n  -\n    alert: A\n  -\n    alert: B\n") == ["B"]


def test_a_byte_order_mark_moves_nothing() -> None:
    text = f'\ufeffgroups:\n- name: "#"\n  rules:\n  - alert: A  {IGNORE}\n  - {{alert: "B  {IGNORE}"}}\n'
    assert len(left(text)) == 1


PARTS = st.sampled_from(
    [
        IGNORE,
        "- ",
        "a: ",
        "|",
        ">-",
        "\n",
        "  ",
        "{",
        "}",
        "[",
        "]",
        '"',
        "'",
        "#",
        "&a ",
        "*a",
        "\t",
        "\r",
        "\u2028",
        "---\n",
    ]
)


@given(st.lists(st.one_of(PARTS, st.text(max_size=3)), max_size=30).map("".join))
def test_whatever_a_text_is_what_a_comment_is_about_is_inside_of_it(text: str) -> None:
    layout = Layout(text)
    for at in (place for place, char in enumerate(text) if char == "#"):
        layout.is_comment(at)
        start, end = layout.covered(at)
        assert 0 <= start <= max(start, end) <= len(text) + 1
    for each in comments([Subjects(Document("x.yaml", text, "yaml"))], DAY):
        spot = locate(each.place)
        assert spot.source[spot.column - 1 :].startswith("# dashgen: ignore")


def test_more_comments_than_anybody_reads_take_no_longer() -> None:
    text = f"{IGNORE}\n" * 50_000 + "a: 1\n"
    found = list(comments([Subjects(Document("x.yaml", text, "yaml"))], DAY))
    assert len(found) == MOST
