"""What reports share: the line that is shown, findings that are one, the fingerprint, and the formats of programs."""

from __future__ import annotations

import json
import re
import unicodedata
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashgen.lint.document import Document
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.report.fold import MOST_PLACES, fold, others
from dashgen.lint.report.registry import FORMATS
from dashgen.lint.report.snippet import WIDTH, snippet
from dashgen.lint.result import Report, located
from tests.lint.report.sample import CHECKS, FOUND, NOTHING, RULES, STARTED, board, findings, rules
from tests.testing.report.test_junit import assert_valid


def text(format_: str, report: Report) -> str:
    return "\n".join(line.text for line in FORMATS.lines(format_, report))


def one(document: Document, *path: str | int, start: int | None = None, end: int | None = None, key: bool = False):
    place = document.at(*path)
    place = place.named() if key else place if start is None else place.within(start, end or start + 1)
    return next(iter(located([Finding("XYZ001", "x", Severity.ERROR, place, "x", "x", "y")])))


def drawn(found) -> tuple[str, str]:
    """The line that is shown, and what the carets are below of."""
    shown, carets = (line.text for line in snippet(found, ""))
    first = len(carets) - len(carets.lstrip(" |"))
    columns = [column for char in shown for column in [char] * (2 if unicodedata.east_asian_width(char) in "WF" else 1)]
    under = "".join(columns[first : first + carets.count("^")])
    return shown.partition("|  ")[2], under


def test_a_line_of_yaml_is_shown_without_its_indentation():
    found = one(rules(), "groups", 0, "rules", 0, "labels", "severity")
    assert drawn(found) == ("severity: page", "page")


def test_the_caret_is_below_the_token_also_behind_wide_characters():
    expr = rules().get("groups", 0, "rules", 0, "expr")
    start = expr.index("(\n")
    shown, under = drawn(one(rules(), "groups", 0, "rules", 0, "expr", start=start))
    assert (shown, under) == ("sum by (漢字) (", "(")


def test_of_json_the_expression_is_shown_and_not_how_it_is_written():
    document = board()
    found = one(document, "panels", 0, "targets", 1, "expr", start=13, end=16)
    assert drawn(found) == ('rate(nothing{job="b"}[5m])', "job")


def test_of_a_long_expression_what_is_around_the_token_is_shown():
    document = board()
    expr = document.get("panels", 0, "targets", 2, "expr")
    start = expr.index("requests_7_total")
    shown, under = drawn(one(document, "panels", 0, "targets", 2, "expr", start=start, end=start + 16))
    assert under == "requests_7_total"
    assert len(shown) == WIDTH + 2 and shown[0] == shown[-1] == "…"


def test_a_value_that_is_no_text_is_shown_as_it_is_written():
    text_ = '{\n  "panels": [\n    {"id": 1, "title": 5},\n    []\n  ]\n}'
    document = Document("a.json", text_, "json", json.loads(text_))
    assert drawn(one(document, "panels", 0, "title")) == ('{"id": 1, "title": 5},', "5")
    assert drawn(one(document, "panels", 0, "title", key=True))[1] == '"title"'


@given(st.text(max_size=300), st.integers(0, 300), st.integers(0, 50))
def test_a_snippet_is_two_lines_of_bounded_width(value, start, length):
    document = Document("a.json", json.dumps({"expr": value}), "json", {"expr": value})
    lines = list(snippet(one(document, "expr", start=start, end=start + length), ""))
    assert len(lines) in (0, 2)
    for line in lines:
        assert len(line.text) <= 2 * WIDTH + 20 and "\n" not in line.text
    if lines:
        assert set(lines[1].text) <= set(" |^") and "^" in lines[1].text


def test_findings_that_say_the_same_are_one_block():
    groups = fold(FOUND.findings)
    assert sorted(map(len, groups)) == [1, 1, 1, 4]
    many = list(located([findings(board(f"{number}.json"), rules())[0] for number in range(12)]))
    (group,) = fold(many)
    line = others(group)
    assert line.startswith("+11 more: 1.json:1:") and line.endswith(f"; and {11 - MOST_PLACES} more")


def test_the_order_is_that_of_files_lines_columns_and_codes():
    again = tuple(located(reversed([each.finding for each in FOUND.findings])))
    assert [each.finding for each in again] == [each.finding for each in FOUND.findings]
    keys = [(each.spot.file, each.spot.line, each.spot.column) for each in FOUND.findings]
    assert keys == sorted(keys)


def test_fingerprints_stay_when_lines_move_and_tell_findings_apart():
    moved = rules(text=f"# a comment\n\n{RULES}")
    before = [each.fingerprint for each in located(findings(board(), rules()))]
    after = [each.fingerprint for each in located(findings(board(indent=2), moved))]
    assert sorted(before) == sorted(after)
    twice = [findings(board(), rules())[0]] * 2
    assert len({each.fingerprint for each in located(twice)}) == 2
    assert len(set(before)) == len(before)


def test_gitlab_takes_it():
    report = json.loads(text("gitlab", FOUND))
    for each in report:
        assert each.keys() == {"description", "check_name", "fingerprint", "severity", "location"}
        assert each["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert re.fullmatch("[0-9a-f]{64}", each["fingerprint"])
        assert not each["location"]["path"].startswith(("/", "./"))
    assert json.loads(text("gitlab", NOTHING)) == []


def test_json_has_what_it_says():
    report = json.loads(text("json", FOUND))
    assert report["version"] == 1
    assert report["summary"]["error"] == 4 and report["summary"]["failing"] == 5
    first = report["findings"][0]
    assert first["line"] == 1 and first["fixable"] is False and first["file"] == "boards/büro 1.json"
    assert report["statistics"][0] == {"code": "XYZ001", "name": "rate-of-nothing", "severity": "error", "count": 4}
    from dashgen.lint.report.formats import json as module

    for key in [*report, *report["summary"], *first, *report["statistics"][0]]:
        assert re.search(rf"\b{key}\b", module.__doc__ or ""), key


@pytest.mark.parametrize("report", [FOUND, NOTHING], ids=["found", "nothing"])
def test_junit_has_the_shape_of_the_schemas(report):
    root = ElementTree.fromstring(text("junit", report))
    assert_valid(root)
    assert len(root.findall(".//failure")) == sum(each.finding.severity >= report.fail_on for each in report.findings)
    assert [suite.get("name") for suite in root] == list(report.files)
    assert all(suite.get("tests") == str(len(suite.findall("testcase"))) for suite in root)


@given(st.text(max_size=40), st.text(max_size=40))
def test_every_format_holds_whatever_is_found(about, found):
    each = Finding("XYZ001", "x", Severity.ERROR, rules().at("groups", 0, "name"), about, found, found, about)
    report = Report(tuple(located([each])), ("rules.yaml",), 1, CHECKS, started=STARTED)
    for format_ in FORMATS.names():
        written = text(format_, report)
        if format_ in ("json", "gitlab"):
            json.loads(written)
        elif format_ == "junit":
            ElementTree.fromstring(written)
        elif format_ in ("concise", "github"):
            assert len(written.split("\n")) == 2
