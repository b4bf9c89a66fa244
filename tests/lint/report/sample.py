"""A report with a finding of every kind, the same every time, of checks nobody else has."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import yaml

from dashgen.lint.check import Check
from dashgen.lint.document import Document
from dashgen.lint.finding import Edit, Finding, Severity
from dashgen.lint.result import Report, located


class RateOfNothing(Check):
    """A rate of nothing is nothing.

    It looks like a quiet service, `0` | nothing.

    Bad:

        rate(nothing[5m])

    Good:

        rate(something_total[5m])
    """

    code = "XYZ001"
    name = "rate-of-nothing"
    severity = Severity.ERROR


class Untitled(Check):
    """A panel without a title says nothing.

    Whoever looks at it has to read its query.

    Bad:

        panels: [{id: 1}]

    Good:

        panels: [{id: 1, title: One}]
    """

    code = "XYZ002"
    name = "untitled"
    severity = Severity.WARNING
    example = "dashboard"


class CouldBeBetter(Check):
    """It could be better.

    Nothing is wrong with it.

    Bad:

        up

    Good:

        up == 1
    """

    code = "XYZ003"
    name = "could-be-better"
    severity = Severity.INFO


CHECKS = (RateOfNothing(), Untitled(), CouldBeBetter())
LONG = " + ".join(f'sum(rate(requests_{number}_total{{code="500"}}[5m]))' for number in range(20))
QUERIES = ['rate(nothing{job="a\\n"}[5m])', 'rate(nothing{job="b"}[5m])', f"{LONG} + rate(nothing[5m])"]
BOARD = {"title": "Büro <1>", "panels": [{"id": 1, "targets": [{"expr": query} for query in QUERIES]}]}
RULES = """\
groups:
  - name: g
    rules:
      - alert: Ünïcode 漢字
        expr: |
          # what there is not
          sum by (漢字) (
            rate(nothing[5m])
          )
        labels:
          severity: page
"""


def board(file: str = "boards/büro 1.json", indent: int | None = None) -> Document:
    return Document(file, json.dumps(BOARD, indent=indent), "json", BOARD)


def rules(file: str = "rules.yaml", text: str = RULES) -> Document:
    return Document(file, text, "yaml", yaml.safe_load(text))


def nothing(document: Document, *path: str | int, about: str) -> Finding:
    value = document.get(*path)
    start = value.index("rate(nothing")
    place = document.at(*path).within(start + 5, start + 12)
    return CHECKS[0].finding(
        place,
        about,
        "`rate` of `nothing`",
        "a counter that exists",
        "write `something_total`",
        [Edit(place, "something_total")],
    )


def findings(one: Document, other: Document) -> list[Finding]:
    found = [
        nothing(one, "panels", 0, "targets", number, "expr", about=f"panel 1, query {number + 1}")
        for number in range(len(QUERIES))
    ]
    found.append(nothing(other, "groups", 0, "rules", 0, "expr", about="alert Ünïcode 漢字"))
    found.append(CHECKS[1].finding(one.at("panels", 0), "panel 1", "no title", "one", "write a `title`"))
    rule = other.at("groups", 0, "rules", 0)
    found.append(CHECKS[2].finding(rule.child("labels"), "alert A", "a\nline\x1b[31m\x00 %,:", "another | one"))
    found.append(CHECKS[2].finding(rule.child("labels").named(), "alert A", "the key itself", "another"))
    return found


STARTED = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
FOUND = Report(
    tuple(located(findings(board(), rules()))),
    ("boards/büro 1.json", "clean.json", "rules.yaml"),
    5,
    CHECKS,
    below={Severity.INFO: 2},
    failing=5,
    suppressed=3,
    templates=1,
    started=STARTED,
    seconds=1.2345,
)
NOTHING = Report((), ("clean.json",), 3, CHECKS, started=STARTED)
NEW = replace(FOUND, findings=FOUND.findings[4:], against="origin/main", fail_on=Severity.ERROR, failing=0)
COUNTED = replace(FOUND, statistics=True)
