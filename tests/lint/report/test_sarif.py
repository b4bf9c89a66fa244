"""SARIF files: what version 2.1.0 of the standard allows, whatever the texts are.

``SCHEMA`` holds the parts of the schema for what dashgen writes, as strict as those of OASIS: no other keys, the same
types, bounds and required keys.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from dashgen.lint.docs import documentation
from dashgen.lint.finding import Finding, Severity
from dashgen.lint.report.formats.sarif import uri
from dashgen.lint.report.registry import FORMATS
from dashgen.lint.result import Report, located
from tests.lint.report.sample import CHECKS, FOUND, NOTHING, STARTED, board


def closed(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": required, "properties": properties}


TEXT = {"type": "string"}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
FROM_ONE = {"type": "integer", "minimum": 1}
INDEX = {"type": "integer", "minimum": -1}
BAG = {"type": "object", "properties": {"tags": {"type": "array", "uniqueItems": True, "items": TEXT}}}
STRINGS = closed(["text"], text=TEXT, markdown=TEXT)
RULE = closed(
    ["id"],
    id=TEXT,
    name=TEXT,
    shortDescription=STRINGS,
    fullDescription=STRINGS,
    help=STRINGS,
    defaultConfiguration=closed([], level=LEVEL),
    properties=BAG,
)
REGION = closed([], startLine=FROM_ONE, startColumn=FROM_ONE, endLine=FROM_ONE, endColumn=FROM_ONE)
LOCATION = closed(
    [],
    physicalLocation=closed(
        [], artifactLocation=closed([], uri={"type": "string", "format": "uri-reference"}), region=REGION
    ),
    logicalLocations={"type": "array", "uniqueItems": True, "items": closed([], fullyQualifiedName=TEXT)},
)
RESULT = closed(
    ["message"],
    ruleId=TEXT,
    ruleIndex=INDEX,
    level=LEVEL,
    message=closed([], text=TEXT),
    locations={"type": "array", "minItems": 0, "items": LOCATION},
    partialFingerprints={"type": "object", "additionalProperties": TEXT},
)
DRIVER = closed(["name"], name=TEXT, semanticVersion=TEXT, rules={"type": "array", "uniqueItems": True, "items": RULE})
RUN = closed(
    ["tool"],
    tool=closed(["driver"], driver=DRIVER),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    results={"type": ["array", "null"], "items": RESULT},
)
SCHEMA = closed(
    ["version", "runs"],
    **{"$schema": {"type": "string", "format": "uri"}, "version": {"enum": ["2.1.0"]}},
    runs={"type": ["array", "null"], "items": RUN},
)
# RFC 3986: a reference that is relative has no colon before its first slash.
REFERENCE = re.compile(r"(?:file:///|(?![^/]*:))(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-F]{2})*")


def document(report: Report) -> dict[str, Any]:
    return json.loads("\n".join(line.text for line in FORMATS.lines("sarif", report)))


@pytest.mark.parametrize("report", [FOUND, NOTHING], ids=["found", "nothing"])
def test_it_is_valid(report):
    Draft7Validator(SCHEMA).validate(document(report))


@given(st.text(max_size=30), st.text(max_size=30), st.text(min_size=1, max_size=30))
def test_it_is_valid_whatever_is_found(about, found, file):
    place = board(file).at("panels", 0, "targets", 0, "expr")
    finding = Finding("XYZ001", "x", Severity.INFO, place, about, found, "y")
    said = document(Report(tuple(located([finding])), (file,), 1, CHECKS, started=STARTED))
    Draft7Validator(SCHEMA).validate(said)
    place = said["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert REFERENCE.fullmatch(place["artifactLocation"]["uri"])


def test_every_check_is_a_rule_with_its_documentation():
    rules = document(FOUND)["runs"][0]["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [check.code for check in CHECKS]
    for rule, check in zip(rules, CHECKS, strict=True):
        said = documentation(check)
        assert rule["shortDescription"]["text"] == said.title
        assert said.why in rule["help"]["text"] and said.bad[0] in rule["help"]["markdown"]


def test_results_refer_to_their_rules_and_regions():
    run = document(FOUND)["runs"][0]
    for result, each in zip(run["results"], FOUND.findings, strict=True):
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == each.finding.code
        place = result["locations"][0]["physicalLocation"]
        assert place["region"]["startLine"] == each.spot.line
        assert place["region"]["endColumn"] == each.spot.end_column
    assert [result["level"] for result in run["results"]].count("error") == 4


@pytest.mark.parametrize(
    ("file", "written"),
    [
        ("a/b.json", "a/b.json"),
        ("./a b.json", "a%20b.json"),
        ("../x/ü#1?.json", "../x/%C3%BC%231%3F.json"),
        ("c:d.json", "c%3Ad.json"),
        ("/tmp/a b.json", "file:///tmp/a%20b.json"),
        ("100%.json", "100%25.json"),
    ],
)
def test_paths_are_references(file, written):
    assert uri(file) == written
    assert REFERENCE.fullmatch(written)
